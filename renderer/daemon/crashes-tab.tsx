/** Every unexpected end of a daemon that the host remembers, newest first, with its last words. */
import type { ReactNode } from 'react';
import type { CrashRecord, DaemonSnapshot } from '../../contract/states.ts';
import { formatSeconds } from '../format/numbers.ts';
import { EmptyState } from '../ui/callout.tsx';
import { Incident } from './incident.tsx';
import { messages } from './messages.ts';

export function CrashesTab({ daemon }: { daemon: DaemonSnapshot }): ReactNode {
  const crashes = [...daemon.crashes].reverse();
  if (crashes.length === 0) {
    return (
      <EmptyState icon="check" title={messages.noCrashes}>
        {messages.noCrashesHint}
      </EmptyState>
    );
  }
  return (
    <ol className="flex flex-col gap-3">
      {crashes.map((crash) => (
        <li key={crash.time}>
          <Crash id={daemon.id} crash={crash} />
        </li>
      ))}
    </ol>
  );
}

function Crash({ id, crash }: { id: string; crash: CrashRecord }): ReactNode {
  const facts = [
    { name: messages.crashUptime, value: formatSeconds(crash.uptimeMs / 1000) },
    ...(crash.exitCode === null ? [] : [{ name: messages.crashExit, value: String(crash.exitCode) }]),
    ...(crash.signal === null ? [] : [{ name: messages.crashSignal, value: crash.signal }]),
  ];
  return (
    <Incident
      id={id}
      title={crash.cause}
      titleClass="text-bad"
      time={crash.time}
      linesLabel={messages.crashStderr}
      lines={crash.stderr}
      noLines={messages.crashNoStderr}
    >
      <dl className="mt-1 flex flex-wrap gap-x-6 text-sm">
        {facts.map((fact) => (
          <div key={fact.name} className="flex gap-2">
            <dt className="text-dim">{fact.name}</dt>
            <dd>{fact.value}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-3 text-xs font-medium text-dim">{messages.crashStderr}</p>
    </Incident>
  );
}
