/** State, how long it has lasted, and what is odd about it: beside a daemon's name on cards and pages. */
import type { ReactNode } from 'react';
import type { DaemonSnapshot } from '../../daemons/contract/states.ts';
import { formatMoment } from '../format/times.ts';
import { useDashboard, useDashboardState } from '../model/dashboard-context.ts';
import { LiveText } from '../ui/live-text.tsx';
import { Badge, StateBadge } from '../ui/state-badge.tsx';
import { messages } from './messages.ts';

export function StateLine({ daemon }: { daemon: DaemonSnapshot }): ReactNode {
  const dashboard = useDashboard();
  const freshness = useDashboardState((state) => state.freshness[daemon.id]);
  const readTime = () => {
    const now = dashboard.hostNow();
    if (daemon.state === 'backoff' && daemon.nextStartAt !== null)
      return messages.nextStart(daemon.nextStartAt - now);
    return daemon.state === 'running'
      ? messages.uptime(now - daemon.since)
      : messages.inState(now - daemon.since);
  };
  return (
    <div className="flex flex-wrap items-center gap-2">
      <StateBadge state={daemon.state} />
      <LiveText read={readTime} className="text-xs text-dim" />
      {daemon.unresponsive && (
        <span title={messages.unresponsiveHint}>
          <Badge icon="warning" tone="bg-warn-soft text-warn">
            {messages.unresponsive}
          </Badge>
        </span>
      )}
      {freshness?.state === 'stale' && (
        <Badge icon="clock" tone="bg-warn-soft text-warn">
          {messages.stale(formatMoment(freshness.since, Date.now()))}
        </Badge>
      )}
    </div>
  );
}
