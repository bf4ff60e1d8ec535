/** Every unexpected end of a daemon that the host remembers, newest first, with its last words. */
import { type ReactNode, useEffect, useRef } from 'react';
import type { CrashRecord, DaemonSnapshot } from '../../contract/states.ts';
import { formatSeconds } from '../format/numbers.ts';
import { formatDateTime } from '../format/times.ts';
import { useRoute } from '../shell/route.ts';
import { Callout, EmptyState } from '../ui/callout.tsx';
import { Incident } from './incident.tsx';
import { messages } from './messages.ts';

/** A crash further away than this is another one, in milliseconds. */
const NEAR_MS = 5_000;

export function CrashesTab({ daemon }: { daemon: DaemonSnapshot }): ReactNode {
  const crashes = [...daemon.crashes].reverse();
  const { at } = useRoute().query;
  const list = useRef<HTMLOListElement>(null);
  const wanted = /^\d+$/.test(at ?? '') ? Number(at) : null;
  const away = ({ time }: CrashRecord) => Math.abs(time - (wanted ?? 0));
  const nearest = wanted === null ? undefined : [...crashes].sort((a, b) => away(a) - away(b))[0];
  const found = nearest === undefined || away(nearest) > NEAR_MS ? undefined : nearest;
  useEffect(() => {
    if (found !== undefined)
      list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [found]);
  const gone = wanted !== null && found === undefined && (
    <Callout tone="info" title={messages.crashGone(formatDateTime(wanted))}>
      {messages.crashGoneHint}
    </Callout>
  );
  if (gone !== false && crashes.length === 0) return gone;
  if (crashes.length === 0) {
    return (
      <EmptyState icon="check" title={messages.noCrashes}>
        {messages.noCrashesHint}
      </EmptyState>
    );
  }
  return (
    <>
      {gone}
      <ol ref={list} className="flex flex-col gap-3">
        {crashes.map((crash) => (
          <li
            key={crash.time}
            aria-current={crash === found ? 'true' : undefined}
            className="rounded-lg aria-current:outline-2 aria-current:outline-accent"
          >
            <Crash id={daemon.id} crash={crash} />
          </li>
        ))}
      </ol>
    </>
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
      {crash.stderr.length > 0 && <p className="mt-3 text-xs font-medium text-dim">{messages.crashStderr}</p>}
    </Incident>
  );
}
