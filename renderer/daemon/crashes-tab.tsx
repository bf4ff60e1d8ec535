/** Every unexpected end of a daemon that the host remembers, newest first, with its last words. */
import type { ReactNode } from 'react';
import type { CrashRecord, DaemonSnapshot } from '../../contract/states.ts';
import { formatSeconds } from '../format/numbers.ts';
import { formatDateTime } from '../format/times.ts';
import { useHost } from '../model/host-context.ts';
import { hashOf } from '../shell/route.ts';
import { EmptyState } from '../ui/callout.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
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
    <ol className="flex flex-col gap-4">
      {crashes.map((crash) => (
        <li key={crash.time}>
          <Crash id={daemon.id} crash={crash} />
        </li>
      ))}
    </ol>
  );
}

function Crash({ id, crash }: { id: string; crash: CrashRecord }): ReactNode {
  const host = useHost();
  const facts = [
    { name: messages.crashUptime, value: formatSeconds(crash.uptimeMs / 1000) },
    ...(crash.exitCode === null ? [] : [{ name: messages.crashExit, value: String(crash.exitCode) }]),
    ...(crash.signal === null ? [] : [{ name: messages.crashSignal, value: crash.signal }]),
  ];
  return (
    <article className="rounded-lg border border-line bg-surface p-4 shadow-card">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 className="font-medium text-bad">{crash.cause}</h2>
        <time className="text-sm text-dim" dateTime={new Date(crash.time).toISOString()}>
          {formatDateTime(crash.time)}
        </time>
      </div>
      <dl className="mt-1 flex flex-wrap gap-x-6 text-sm">
        {facts.map((fact) => (
          <div key={fact.name} className="flex gap-2">
            <dt className="text-dim">{fact.name}</dt>
            <dd>{fact.value}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-3 mb-1 text-xs font-medium text-dim">{messages.crashStderr}</p>
      {crash.stderr.length === 0 ? (
        <p className="text-sm text-dim">{messages.crashNoStderr}</p>
      ) : (
        <ScrollRegion
          label={messages.crashStderr}
          className="overflow-x-auto rounded-md bg-sunken p-3 font-mono text-xs whitespace-pre"
        >
          {crash.stderr.join('\n')}
        </ScrollRegion>
      )}
      <a
        className="mt-3 inline-block text-sm text-accent underline"
        href={hashOf(host, ['daemon', id, 'logs'], { at: String(crash.time) })}
      >
        {messages.seeInLogs}
      </a>
    </article>
  );
}
