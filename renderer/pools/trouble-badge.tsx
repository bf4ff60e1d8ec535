/** What is the matter with an instrument, as sign and word; else the state of a breaker and the hit rate of a cache. */
import type { ReactNode } from 'react';
import type { Trouble } from '../../kit/instrument-trouble.ts';
import type { IconName } from '../ui/icons.tsx';
import { LiveText } from '../ui/live-text.tsx';
import { Badge } from '../ui/state-badge.tsx';
import { calmText } from './instrument-words.ts';
import type { LiveInstrument } from './live-instruments.ts';
import { messages } from './messages.ts';
import { troubleWords } from './trouble-words.ts';

const BAD = { icon: 'error', tone: 'bg-bad-soft text-bad' } as const;
const WARN = { icon: 'warning', tone: 'bg-warn-soft text-warn' } as const;

const LOOKS: Readonly<Record<Exclude<Trouble, 'none'>, { readonly icon: IconName; readonly tone: string }>> =
  {
    open: BAD,
    full: BAD,
    refusing: WARN,
    filling: WARN,
    waiting: { icon: 'clock', tone: 'bg-warn-soft text-warn' },
  };

export function TroubleBadge({ one, trouble }: { one: LiveInstrument; trouble: Trouble }): ReactNode {
  if (trouble === 'none') return <LiveText read={() => calmText(one)} className="text-dim" />;
  const isHalfOpen = one.kind === 'breaker' && trouble === 'refusing';
  return (
    <span
      title={isHalfOpen ? messages.halfOpenHint : troubleWords.troubleHints[trouble]}
      className="inline-flex"
    >
      <Badge {...LOOKS[trouble]}>{isHalfOpen ? messages.halfOpen : troubleWords.troubles[trouble]}</Badge>
    </span>
  );
}
