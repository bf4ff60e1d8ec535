/** Names and live figures in aligned columns. */
import type { ReactNode } from 'react';
import { LiveText } from '../ui/live-text.tsx';

export interface Stat {
  readonly name: string;
  readonly read: () => string;
}

export function StatList({ stats, stale }: { stats: readonly Stat[]; stale: boolean }): ReactNode {
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-1.5 text-sm">
      {stats.map((stat) => (
        <div key={stat.name} className="flex items-baseline justify-between gap-2">
          <dt className="truncate text-dim">{stat.name}</dt>
          <dd className={`whitespace-nowrap text-right font-medium ${stale ? 'text-dim' : ''}`}>
            <LiveText read={stat.read} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
