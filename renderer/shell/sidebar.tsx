/** Navigation: the hosts with their daemons as the manifests name them, and what there is to watch, to do and to read up on. */
import { type ReactNode, useId } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import {
  HostContext,
  useHost,
  useHostModels,
  useHostState,
  useManifests,
  useMay,
  useNaming,
} from '../model/host-context.ts';
import { hostGoneSince } from '../model/staleness.ts';
import { openPalette } from '../palette/palette-store.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { usePointed } from '../ui/use-pointed.ts';
import { closedParts, setClosed } from './closed-parts.ts';
import { type Condition, daemonCondition, hostCondition } from './daemon-conditions.ts';
import { messages } from './messages.ts';
import { hashOf, useRoute } from './route.ts';
import { moveInSidebar } from './sidebar-keys.ts';
import { useRange } from './view.ts';

const ENTRY =
  'flex h-entry min-w-0 flex-1 items-center gap-2.5 rounded-md px-2 text-sm transition-colors focus-visible:-outline-offset-2';

/** The part of a daemon's page that has an entry of its own. */
const COMMANDS = 'commands';

/** Whether the page at a path, or a part of it that has no entry of its own, is the one that is shown. */
function useIsHere(path: readonly string[]): boolean {
  const { id } = useHost();
  const route = useRoute();
  if (route.host !== id || path.some((part, i) => route.path[i] !== part)) return false;
  const below = route.path.slice(path.length);
  return path.length === 0 ? below.length === 0 : below[0] !== COMMANDS;
}

interface EntryProps {
  readonly icon: IconName;
  readonly path: readonly string[];
  readonly children: ReactNode;
  readonly after?: ReactNode;
  /** Somebody has pointed at it for a moment, or gone to it by the keyboard, and may follow it. */
  readonly onPointed?: () => void;
}

function Entry({ icon, path, children, after, onPointed }: EntryProps): ReactNode {
  const host = useHost();
  const here = useIsHere(path);
  const pointed = usePointed(onPointed);
  return (
    <li className="flex">
      <a
        {...pointed}
        href={hashOf(host, path)}
        aria-current={here ? 'page' : undefined}
        className={`${ENTRY} ${here ? 'bg-accent-soft font-medium text-accent' : 'text-ink hover:bg-hover'}`}
      >
        <Icon name={icon} className={`size-4 ${here ? '' : 'text-dim'}`} />
        <span className="min-w-0 flex-1 truncate">{children}</span>
        {after}
      </a>
    </li>
  );
}

function ConditionMark({ condition }: { condition: Condition | null }): ReactNode {
  if (condition === null) return null;
  return (
    <span className={condition.tone} title={condition.word}>
      <Icon name={condition.icon} className="size-3.5" />
      <span className="sr-only"> {condition.word}</span>
    </span>
  );
}

function usePart(part: string): { isOpen: boolean; toggle: () => void } {
  const isOpen = useStore(closedParts, ({ closed }) => !closed.includes(part));
  return { isOpen, toggle: () => setClosed(part, isOpen) };
}

export function Sidebar(): ReactNode {
  const hosts = useHostModels();
  return (
    <nav aria-label={messages.navigation} className="flex flex-col gap-2 p-2" onKeyDown={moveInSidebar}>
      {hosts.length > 1 ? (
        <Group part="hosts" title={messages.hosts}>
          {hosts.map((host) => (
            <HostContext key={host.id} value={host}>
              <HostBranch />
            </HostContext>
          ))}
        </Group>
      ) : (
        <>
          <ul>
            <Entry icon="overview" path={[]}>
              {messages.overview}
            </Entry>
          </ul>
          <DaemonGroup />
        </>
      )}
      <Pages />
    </nav>
  );
}

interface GroupProps {
  /** Under which it is remembered that it is closed. */
  readonly part: string;
  readonly title: string;
  /** What else its name says, where that goes without saying for who sees it. */
  readonly of?: string;
  /** What is worst below it, said while that is not seen. */
  readonly condition?: Condition | null;
  readonly children: ReactNode;
}

function Group({ part, title, of = '', condition = null, children }: GroupProps): ReactNode {
  const { isOpen, toggle } = usePart(part);
  const listId = useId();
  const headingId = useId();
  return (
    <div data-part={part}>
      <h2>
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={isOpen ? listId : undefined}
          onClick={toggle}
          className="flex h-6 w-full items-center gap-1.5 rounded-md px-2 text-xs font-medium text-dim hover:bg-hover hover:text-ink focus-visible:-outline-offset-2"
        >
          <span id={headingId} className="min-w-0 truncate">
            {title}
            {of !== '' && <span className="sr-only">{of}</span>}
          </span>
          <Icon name={isOpen ? 'unfolded' : 'right'} className="size-3" />
          <span className="flex-1" />
          {!isOpen && <ConditionMark condition={condition} />}
        </button>
      </h2>
      {isOpen && (
        <ul id={listId} aria-labelledby={headingId} className="flex flex-col gap-px">
          {children}
        </ul>
      )}
    </div>
  );
}

/** The daemons of the one host there is, without a level for the host. */
function DaemonGroup(): ReactNode {
  const condition = useHostState(useShallow(hostCondition));
  return (
    <Group part="daemons" title={messages.daemons} condition={condition}>
      <Daemons />
    </Group>
  );
}

/** One host of several: its name leads to its Overview, its mark is the worst of what is below it. */
function HostBranch(): ReactNode {
  const host = useHost();
  const here = useIsHere([]);
  const { isOpen, toggle } = usePart(`host ${host.id}`);
  const condition = useHostState(useShallow(hostCondition));
  const listId = useId();
  const naming = useNaming();
  return (
    <li data-part={host.id}>
      <div data-head="" className="flex items-center">
        <button
          type="button"
          aria-label={messages.daemonsOf(host.name)}
          aria-expanded={isOpen}
          aria-controls={isOpen ? listId : undefined}
          onClick={toggle}
          className="flex size-6 shrink-0 items-center justify-center rounded-md text-dim hover:bg-hover hover:text-ink focus-visible:-outline-offset-2"
        >
          <Icon name={isOpen ? 'unfolded' : 'right'} className="size-3" />
        </button>
        <a
          href={hashOf(host, [])}
          aria-current={here ? 'page' : undefined}
          className={`${ENTRY} font-medium ${here ? 'bg-accent-soft text-accent' : 'text-ink hover:bg-hover'}`}
        >
          <span className="min-w-0 flex-1 truncate">{host.name}</span>
          <ConditionMark condition={condition} />
        </a>
      </div>
      {isOpen && (
        <ul id={listId} aria-label={naming(messages.daemons)} className="flex flex-col gap-px pl-4">
          <Daemons />
        </ul>
      )}
    </li>
  );
}

function Daemons(): ReactNode {
  const manifests = useManifests().filter((manifest) => !manifest.internal);
  const daemons = useHostState((state) => state.daemons);
  const isCurrent = useHostState((state) => hostGoneSince(state) === null);
  const host = useHost();
  const range = useRange();
  const readAhead = (id: string) => () => {
    if (range.kind === 'live') return;
    // The page itself says what cannot be fetched.
    const nothing = () => {};
    void import('../daemon/read-ahead.ts').then(
      ({ readDaemonAhead }) => readDaemonAhead(host, id, range),
      nothing,
    );
  };
  return (
    <>
      {manifests.map(({ id }) => {
        const daemon = daemons[id];
        return (
          <Entry
            key={id}
            icon="daemon"
            path={['daemon', id]}
            onPointed={readAhead(id)}
            after={
              <ConditionMark condition={daemon === undefined ? null : daemonCondition(daemon, isCurrent)} />
            }
          >
            {id}
          </Entry>
        );
      })}
      <Entry icon="host" path={['daemon', MAIN_SOURCE]} onPointed={readAhead(MAIN_SOURCE)}>
        {messages.host}
      </Entry>
    </>
  );
}

/** The pages of the host that is looked at, by what one comes for. */
function Pages(): ReactNode {
  const naming = useNaming();
  const manifests = useManifests().filter(({ internal, commands }) => !internal && commands.length > 0);
  const mayAudit = useMay('audit.query');
  const { name } = useHost();
  const isOneOfMany = useHostModels().length > 1;
  return (
    <>
      {isOneOfMany && (
        <p className="truncate border-t border-line px-2 pt-2 text-xs font-semibold" title={name}>
          {name}
        </p>
      )}
      <Group part="watch" title={messages.watch} of={naming('')}>
        <Entry icon="pools" path={['pools']}>
          {messages.pools}
        </Entry>
        <Entry icon="history" path={['history']}>
          {messages.history}
        </Entry>
      </Group>
      {manifests.length > 0 && (
        <Group part="act" title={messages.act} of={naming('')}>
          <li className="flex">
            <button
              type="button"
              data-entry=""
              onClick={openPalette}
              className={`${ENTRY} text-ink hover:bg-hover`}
            >
              <Icon name="search" className="size-4 text-dim" />
              <span className="min-w-0 flex-1 truncate text-left">{messages.find}</span>
            </button>
          </li>
          {manifests.map(({ id }) => (
            <Entry key={id} icon="command" path={['daemon', id, COMMANDS]}>
              {messages.commandsOf(id)}
            </Entry>
          ))}
        </Group>
      )}
      <Group part="record" title={messages.record} of={naming('')}>
        {mayAudit && (
          <Entry icon="audit" path={['audit']}>
            {messages.audit}
          </Entry>
        )}
        <Entry icon="settings" path={['settings']}>
          {messages.settings}
        </Entry>
      </Group>
    </>
  );
}
