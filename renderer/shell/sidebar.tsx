/** Navigation: the pages, and one entry a daemon that the manifests name. */
import { type ReactNode, useId } from 'react';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';
import {
  HostContext,
  useHost,
  useHostModels,
  useHostState,
  useManifests,
  useMay,
  useNaming,
} from '../model/host-context.ts';
import { lastKnown, STATE_WORDS } from '../model/messages.ts';
import { hostGoneSince } from '../model/staleness.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { STATE_LOOKS } from '../ui/state-badge.tsx';
import { messages } from './messages.ts';
import { hashOf, useRoute } from './route.ts';

interface EntryProps {
  readonly icon: IconName;
  readonly path: readonly string[];
  readonly children: ReactNode;
  readonly after?: ReactNode;
}

function Entry({ icon, path, children, after }: EntryProps): ReactNode {
  const host = useHost();
  const route = useRoute();
  const here =
    route.host === host.id &&
    path.every((part, i) => route.path[i] === part) &&
    (path.length > 0 || route.path.length === 0);
  return (
    <li>
      <a
        href={hashOf(host, path)}
        aria-current={here ? 'page' : undefined}
        className={`flex h-entry items-center gap-2.5 rounded-md px-2 text-sm transition-colors ${here ? 'bg-accent-soft font-medium text-accent' : 'text-ink hover:bg-hover'}`}
      >
        <Icon name={icon} className={`size-4 ${here ? '' : 'text-dim'}`} />
        <span className="min-w-0 flex-1 truncate">{children}</span>
        {after}
      </a>
    </li>
  );
}

function StateMark({ daemon }: { daemon: DaemonSnapshot | undefined }): ReactNode {
  const gone = useHostState((state) => hostGoneSince(state) !== null);
  if (daemon === undefined) return null;
  const look = STATE_LOOKS[daemon.state];
  const tone = gone ? 'text-dim' : (look.tone.split(' ').at(-1) ?? '');
  const word = gone ? lastKnown(STATE_WORDS[daemon.state]) : STATE_WORDS[daemon.state];
  return (
    <span className={tone} title={word}>
      <Icon name={look.icon} className="size-3.5" />
      <span className="sr-only"> {word}</span>
    </span>
  );
}

export function Sidebar(): ReactNode {
  const hosts = useHostModels();
  return (
    <nav aria-label={messages.navigation} className="flex flex-col gap-3 p-2">
      {hosts.map((host) => (
        <HostContext key={host.id} value={host}>
          {hosts.length > 1 && <p className="truncate px-2.5 text-sm font-semibold">{host.name}</p>}
          <HostEntries />
        </HostContext>
      ))}
    </nav>
  );
}

function HostEntries(): ReactNode {
  const headingId = useId();
  const naming = useNaming();
  const manifests = useManifests().filter((manifest) => !manifest.internal);
  const daemons = useHostState((state) => state.daemons);
  const mayAudit = useMay('audit.query');
  return (
    <>
      <ul className="flex flex-col gap-0.5">
        <Entry icon="overview" path={[]}>
          {messages.overview}
        </Entry>
      </ul>
      <div>
        <h2 id={headingId} className="mb-1 px-2.5 text-xs font-medium text-dim">
          {naming(messages.daemons)}
        </h2>
        <ul aria-labelledby={headingId} className="flex flex-col gap-0.5">
          {manifests.map((manifest) => (
            <Entry
              key={manifest.id}
              icon="daemon"
              path={['daemon', manifest.id]}
              after={<StateMark daemon={daemons[manifest.id]} />}
            >
              {manifest.id}
            </Entry>
          ))}
          <Entry icon="host" path={['daemon', MAIN_SOURCE]}>
            {messages.host}
          </Entry>
        </ul>
      </div>
      <ul className="flex flex-col gap-0.5">
        <Entry icon="pools" path={['pools']}>
          {messages.pools}
        </Entry>
        <Entry icon="history" path={['history']}>
          {messages.history}
        </Entry>
        {mayAudit && (
          <Entry icon="audit" path={['audit']}>
            {messages.audit}
          </Entry>
        )}
        <Entry icon="settings" path={['settings']}>
          {messages.settings}
        </Entry>
      </ul>
    </>
  );
}
