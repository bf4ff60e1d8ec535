/** How much harm a command can do, as icon and word; nothing for a safe one. */
import type { ReactNode } from 'react';
import type { DangerTier } from '../../contract/manifest.ts';
import { Badge } from '../ui/state-badge.tsx';
import { messages } from './messages.ts';

export function DangerBadge({ danger }: { danger: DangerTier }): ReactNode {
  if (danger === 'safe') return null;
  return (
    <span title={messages.dangers[danger]}>
      <Badge
        icon="warning"
        tone={danger === 'irreversible' ? 'bg-bad-soft text-bad' : 'bg-warn-soft text-warn'}
      >
        {messages[danger]}
      </Badge>
    </span>
  );
}
