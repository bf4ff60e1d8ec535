/** The line at the bottom: how the daemons are and what goes on at the left, at the right only what is not as it should be. */
import { type ReactNode, useEffect, useState } from 'react';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import { useHost, useHostModels, useHostState, useHostStates, useScreen } from '../model/host-context.ts';
import { hostGoneSince } from '../model/staleness.ts';
import { taskText } from '../pools/task-words.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { Deviations } from './deviations.ts';
import { type Health, healthOf, troubleElsewhere } from './health.ts';
import { messages } from './messages.ts';
import { OwnFigures } from './own-figures.tsx';
import { hashOf } from './route.ts';
import { useScope } from './view.ts';

function Condition({
  icon,
  tone,
  children,
}: {
  icon: IconName;
  tone: string;
  children: ReactNode;
}): ReactNode {
  return (
    <span className={`flex min-w-0 items-center gap-1.5 whitespace-nowrap ${tone}`}>
      <Icon name={icon} className="size-3.5" />
      <span className="truncate">{children}</span>
    </span>
  );
}

/** The first things that are said: how what is looked at is, and whether something else needs a person. Changes of state are read out as notices are. */
function HealthLines(): ReactNode {
  const { id: host } = useHost();
  const scope = useScope();
  const hosts = useHostStates();
  const looked = { host, daemon: scope === MAIN_SOURCE ? null : scope };
  return [healthOf(hosts, looked), troubleElsewhere(hosts, looked)].map((health, place) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: each has its place
    health === null ? null : <HealthLine key={place} {...health} />,
  );
}

function HealthLine({ icon, tone, text, host, path }: Health): ReactNode {
  return (
    <a
      href={hashOf({ id: host }, path)}
      className="max-w-1/2 min-w-0 shrink-0 hover:underline focus-visible:-outline-offset-2"
    >
      <Condition icon={icon} tone={tone}>
        <span className={tone === 'text-good' ? 'text-ink' : ''}>{text}</span>
      </Condition>
    </a>
  );
}

/** The long work that goes on; a click leads to where it can be ended. */
function Tasks(): ReactNode {
  const host = useHost();
  const tasks = useHostState((state) => state.tasks);
  const [first, ...others] = tasks;
  if (first === undefined) return null;
  return (
    <a href={hashOf(host, ['pools'])} className="min-w-0 hover:underline">
      <Condition icon="clock" tone="text-dim">
        {others.length === 0 ? taskText(first) : messages.moreTasks(taskText(first), others.length)}
      </Condition>
    </a>
  );
}

/** The daemons that must be started again before all settings are in force. */
function PendingRestarts(): ReactNode {
  const host = useHost();
  const daemons = useHostState((state) => state.daemons);
  return Object.values(daemons)
    .filter((daemon) => daemon.pendingRestart.length > 0)
    .map(({ id, pendingRestart }) => (
      <a key={id} href={hashOf(host, ['daemon', id, 'config'])} className="min-w-0 hover:underline">
        <Condition icon="restart" tone="text-warn">
          {messages.restartNeeded(id, pendingRestart)}
        </Condition>
      </a>
    ));
}

/** As many as there is room for in a wide window; in a narrow one it is the first. */
const SHOWN = 2;

/** What the window measures and is not as it should be. Where nothing is, nothing is said. */
function DeviationList(): ReactNode {
  const hosts = useHostModels();
  const { text } = useScreen();
  const [seen, setSeen] = useState('');
  useEffect(() => {
    const deviations = new Deviations();
    return text.add(
      () => JSON.stringify(deviations.look(hosts, Date.now()).map(({ name, text }) => [name, text])),
      setSeen,
    );
  }, [hosts, text]);
  const list = seen === '' ? [] : (JSON.parse(seen) as readonly (readonly [string, string])[]);
  return (
    <>
      <ul
        aria-label={messages.deviations}
        title={list.map(([, said]) => said).join('\n')}
        className="flex shrink-0 items-center gap-x-4"
      >
        {list.slice(0, SHOWN).map(([name, said], place) => (
          <li key={name} className={`appears ${place === 0 ? '' : 'max-xl:hidden'}`}>
            <Condition icon="warning" tone="text-warn">
              {said}
            </Condition>
          </li>
        ))}
        {list.length > 1 && (
          <li className={`whitespace-nowrap text-warn ${list.length > SHOWN ? '' : 'xl:hidden'}`}>
            <span className="xl:hidden">{messages.more(list.length - 1)}</span>
            <span className="max-xl:hidden">{messages.more(list.length - SHOWN)}</span>
          </li>
        )}
      </ul>
      {/* Heard once when it begins: figures that change are not read out. */}
      <div role="status" aria-atomic="false" className="sr-only">
        {list.map(([name]) => (
          <p key={name}>{name}</p>
        ))}
      </div>
    </>
  );
}

export function StatusBar(): ReactNode {
  const host = useHost();
  const history = useHostState((state) => state.history?.state);
  const gone = useHostState((state) => hostGoneSince(state) !== null);
  return (
    <footer className="flex h-status shrink-0 items-center gap-x-5 overflow-hidden border-t border-line bg-surface px-4 text-xs">
      <HealthLines />
      {!gone && <Tasks />}
      <PendingRestarts />
      {history === 'recording' && !gone && (
        <a
          href={hashOf(host, [], { range: '24h' })}
          title={messages.historyHint}
          className="hover:underline max-lg:hidden"
        >
          <Condition icon="history" tone="text-dim">
            {messages.historyRecording}
          </Condition>
        </a>
      )}
      {history === 'paused' && !gone && (
        <Condition icon="pause" tone="text-warn">
          {messages.historyPaused}
        </Condition>
      )}
      <span className="flex-1" />
      <DeviationList />
      <OwnFigures />
    </footer>
  );
}
