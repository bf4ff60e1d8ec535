/** State, how long it has lasted, and what is odd about it: beside a daemon's name on cards and pages. */
import type { ReactNode } from 'react';
import type { DaemonSnapshot } from '../../contract/states.ts';
import { formatMoment } from '../format/times.ts';
import { useHost, useHostState } from '../model/host-context.ts';
import { hostGoneSince, staleSince } from '../model/staleness.ts';
import { hashOf } from '../shell/route.ts';
import { LiveText } from '../ui/live-text.tsx';
import { Badge, StateBadge } from '../ui/state-badge.tsx';
import { messages } from './messages.ts';

/** `isOneLine` in a row of a table. */
export function StateLine({
  daemon,
  isOneLine = false,
}: {
  daemon: DaemonSnapshot;
  isOneLine?: boolean;
}): ReactNode {
  const host = useHost();
  const stale = useHostState((state) => staleSince(state, daemon.id));
  const gone = useHostState(hostGoneSince);
  const readTime = () => {
    // Nobody knows how long it has lasted since.
    if (gone !== null) return '';
    const now = host.hostNow();
    if (daemon.state === 'backoff' && daemon.nextStartAt !== null)
      return messages.nextStart(daemon.nextStartAt - now);
    return daemon.state === 'running'
      ? messages.uptime(now - daemon.since)
      : messages.inState(now - daemon.since);
  };
  return (
    <div className={`flex min-w-0 items-center gap-2 ${isOneLine ? '' : 'flex-wrap'}`}>
      <StateBadge state={daemon.state} isCurrent={gone === null} />
      <LiveText read={readTime} className="text-xs text-dim" />
      {daemon.unresponsive && (
        <span title={messages.unresponsiveHint}>
          <Badge icon="warning" tone="bg-warn-soft text-warn">
            {messages.unresponsive}
          </Badge>
        </span>
      )}
      {stale !== null && (
        <Badge icon="clock" tone="bg-warn-soft text-warn">
          {messages.stale(formatMoment(stale, Date.now()))}
        </Badge>
      )}
      {daemon.pendingRestart.length > 0 && (
        <a
          href={hashOf(host, ['daemon', daemon.id, 'config'])}
          title={`${daemon.pendingRestart.join(', ')}. ${messages.restartNeededHint}`}
          className={`min-w-0 ${isOneLine ? 'max-w-32' : ''}`}
        >
          <Badge icon="restart" tone="bg-warn-soft text-warn hover:underline">
            <span className={isOneLine ? 'max-2xl:sr-only' : ''}>
              {messages.restartNeeded(daemon.pendingRestart)}
            </span>
          </Badge>
        </a>
      )}
    </div>
  );
}
