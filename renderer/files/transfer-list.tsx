/** The uploads and downloads of a daemon with their progress; each can be cancelled, and taken from the list when it is over. */
import { type ReactNode, useSyncExternalStore } from 'react';
import { formatBytes } from '../format/numbers.ts';
import { Button } from '../ui/button.tsx';
import { Icon, type IconName } from '../ui/icons.tsx';
import { messages } from './messages.ts';
import type { Transfer, TransferPhase, Transfers } from './transfers.ts';

const LOOKS = {
  waiting: { icon: 'clock', tone: 'text-dim' },
  running: { icon: 'clock', tone: 'text-dim' },
  done: { icon: 'check', tone: 'text-good' },
  failed: { icon: 'error', tone: 'text-bad' },
  cancelled: { icon: 'close', tone: 'text-dim' },
} satisfies Record<TransferPhase, { icon: IconName; tone: string }>;

export function TransferList({ transfers }: { transfers: Transfers }): ReactNode {
  const list = useSyncExternalStore(transfers.subscribe, transfers.snapshot);
  if (list.length === 0) return null;
  return (
    <section aria-label={messages.transfers} className="max-h-48 shrink-0 overflow-y-auto card">
      <ul>
        {list.map((one) => (
          <Row key={one.id} one={one} transfers={transfers} />
        ))}
      </ul>
    </section>
  );
}

function Row({ one, transfers }: { one: Transfer; transfers: Transfers }): ReactNode {
  const { id, uri, phase, error } = one;
  const under = phase === 'waiting' || phase === 'running';
  const { icon, tone } = LOOKS[phase];
  return (
    <li className="flex items-center gap-3 border-b border-line px-3 py-1 text-sm last:border-0">
      <Icon
        name={phase === 'running' ? (one.kind === 'upload' ? 'up' : 'down') : icon}
        className={`size-4 ${tone}`}
      />
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium" title={uri}>
          {uri}
        </p>
        {phase === 'running' && <Bar one={one} />}
        {phase === 'failed' && error !== null ? (
          <p className="text-bad break-words">
            {error.message} <span className="font-mono text-xs text-dim">{error.code}</span>
          </p>
        ) : (
          <p className="text-xs text-dim">{wordsOf(one)}</p>
        )}
      </div>
      <Button
        tone="quiet"
        icon="close"
        label={under ? messages.cancel(uri) : messages.dismiss(uri)}
        onClick={() => (under ? transfers.cancel(id) : transfers.dismiss(id))}
      />
    </li>
  );
}

function Bar({ one }: { one: Transfer }): ReactNode {
  const { uri, doneBytes, totalBytes } = one;
  return (
    <progress
      aria-label={messages.progressOf(uri)}
      className="block h-1.5 w-full accent-accent"
      {...(totalBytes === null
        ? {}
        : { max: Math.max(totalBytes, 1), value: totalBytes === 0 ? 1 : doneBytes })}
    />
  );
}

/** Where it stands, in words. */
export function wordsOf({ kind, phase, doneBytes, totalBytes, ranMs }: Transfer): string {
  if (phase === 'waiting') return messages.waiting;
  if (phase === 'cancelled') return messages.cancelled;
  if (phase === 'done') {
    const size = formatBytes(totalBytes ?? doneBytes);
    return kind === 'upload' ? messages.uploaded(size) : messages.downloaded(size);
  }
  if (totalBytes === null) return messages.loading;
  const rate = ranMs > 0 && doneBytes > 0 ? `${formatBytes((doneBytes / ranMs) * 1_000)}/s` : '';
  return messages.progress(formatBytes(doneBytes), formatBytes(totalBytes), rate);
}
