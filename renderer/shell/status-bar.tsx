/** The line at the bottom: connection, history, and what the main process itself takes. */
import type { ReactNode } from 'react';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import { formatBytes, formatRatio, formatSeconds } from '../format/numbers.ts';
import { formatClock } from '../format/times.ts';
import { useHost, useHostState } from '../model/host-context.ts';
import { hostGoneSince, staleSince } from '../model/staleness.ts';
import { taskText } from '../pools/task-words.ts';
import { processReading } from '../samples/process-reading.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { LiveText } from '../ui/live-text.tsx';
import { messages } from './messages.ts';
import { hashOf } from './route.ts';

function Figure({ title, read }: { title: string; read: () => string }): ReactNode {
  return (
    <span className="flex h-status items-center gap-1.5 whitespace-nowrap">
      <span className="text-dim">{title}</span>
      <LiveText read={read} className="min-w-14 text-right" />
    </span>
  );
}

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

function Connection(): ReactNode {
  const phase = useHostState((state) => state.connection.phase);
  if (phase === 'connected') {
    return (
      <Condition icon="dot" tone="text-good">
        {messages.connected}
      </Condition>
    );
  }
  if (phase === 'lost') {
    return (
      <Condition icon="error" tone="text-bad">
        {messages.lost}
      </Condition>
    );
  }
  return (
    <Condition icon="clock" tone="text-dim">
      {messages.connecting}
    </Condition>
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

export function StatusBar(): ReactNode {
  const host = useHost();
  const history = useHostState((state) => state.history?.state);
  const since = useHostState((state) => staleSince(state, MAIN_SOURCE));
  const gone = useHostState((state) => hostGoneSince(state) !== null);
  const read = (suffix: Parameters<typeof processReading>[1], format: (value: number) => string) => () =>
    format(processReading(host.source(MAIN_SOURCE), suffix));
  return (
    <footer className="flex h-status shrink-0 items-center gap-x-5 overflow-hidden border-t border-line bg-surface px-4 text-xs">
      <Connection />
      {history === 'recording' && !gone && (
        <Condition icon="history" tone="text-dim max-sm:hidden">
          {messages.historyRecording}
        </Condition>
      )}
      {history === 'paused' && !gone && (
        <Condition icon="pause" tone="text-warn">
          {messages.historyPaused}
        </Condition>
      )}
      {!gone && <Tasks />}
      <PendingRestarts />
      {/* What finds no room goes into a second line, which is not seen. */}
      <div
        className={`flex h-status min-w-0 flex-1 flex-wrap justify-end gap-x-5 overflow-hidden max-md:hidden ${since === null ? '' : 'text-dim'}`}
      >
        <span
          className={`flex h-status items-center whitespace-nowrap ${since === null ? 'text-dim' : 'text-warn'}`}
        >
          {since === null
            ? messages.mainProcess
            : `${messages.mainProcess}, ${messages.stale(formatClock(since))}`}
        </span>
        <Figure title={messages.loopDelay} read={read('loop_delay_seconds', formatSeconds)} />
        <Figure title={messages.cpu} read={read('cpu_ratio', formatRatio)} />
        <Figure title={messages.memory} read={read('resident_memory_bytes', formatBytes)} />
        <Figure title={messages.monitoring} read={read('monitoring_cpu_ratio', formatRatio)} />
      </div>
    </footer>
  );
}
