/** A daemon's state as icon and word: colour is never the only signal. */
import type { ReactNode } from 'react';
import type { DaemonState } from '../../contract/states.ts';
import { lastKnown, STATE_WORDS } from '../model/messages.ts';
import { Icon, type IconName } from './icons.tsx';

interface Look {
  readonly icon: IconName;
  readonly tone: string;
}

export const STATE_LOOKS: Readonly<Record<DaemonState, Look>> = {
  stopped: { icon: 'ring', tone: 'bg-sunken text-dim' },
  starting: { icon: 'clock', tone: 'bg-sunken text-dim' },
  running: { icon: 'dot', tone: 'bg-good-soft text-good' },
  stopping: { icon: 'clock', tone: 'bg-sunken text-dim' },
  crashed: { icon: 'error', tone: 'bg-bad-soft text-bad' },
  backoff: { icon: 'restart', tone: 'bg-warn-soft text-warn' },
  failed: { icon: 'error', tone: 'bg-bad-soft text-bad' },
};

export function Badge({ icon, tone, children }: Look & { children: ReactNode }): ReactNode {
  return (
    <span
      className={`inline-flex h-5 max-w-full items-center gap-1 whitespace-nowrap rounded-full pr-2 pl-1 text-xs font-medium ${tone}`}
    >
      <Icon name={icon} className="size-3.5" />
      <span className="truncate">{children}</span>
    </span>
  );
}

/** `isCurrent` is false where nobody can say what the state is now: the last one known has no colour then. */
export function StateBadge({ state, isCurrent }: { state: DaemonState; isCurrent: boolean }): ReactNode {
  const look = STATE_LOOKS[state];
  const word = STATE_WORDS[state];
  if (isCurrent) return <Badge {...look}>{word}</Badge>;
  return (
    <span title={lastKnown(word)} className="inline-flex min-w-0">
      <Badge icon={look.icon} tone="bg-sunken text-dim">
        {word}
        <span className="sr-only">{lastKnown('')}</span>
      </Badge>
    </span>
  );
}
