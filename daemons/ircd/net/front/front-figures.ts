/** What operators see of the threads that own sockets. Filled by ShardedFront, registered by `instrumentFront`. */

import { instrumentCounts } from '../../../runtime/telemetry/counted-instrument.ts';
import type { MetricRegistry } from '../../../runtime/telemetry/metric-registry.ts';
import { instrumentQueue, type QueueCounts } from '../../../runtime/telemetry/queue-instrument.ts';

/** One place among the threads: whoever has it, and who had it before. */
export interface ThreadFigures {
  /** Messages to the thread that it has not taken, and from it that the state has not. */
  readonly to: QueueCounts;
  readonly from: QueueCounts;
  /** Clients of which nothing is read until the state has heard what they sent. `submitted` is how often that came. */
  readonly unheard: QueueCounts;
  /** Connections that it has, and has had. */
  readonly connections: { readonly active: number; readonly opened: number };
  /** Bytes of the messages. */
  readonly bytesTo: number;
  readonly bytesFrom: number;
}

/** What all threads of a server have in common. */
export interface FrontFigures {
  readonly threads: readonly ThreadFigures[];
  /** How often the state wrote nothing more for a while, because a thread had enough to write. */
  readonly waits: number;
  /** Threads that ended unasked. */
  readonly lost: number;
}

/** Of a server whose connections are all its own. */
export const NO_THREADS: FrontFigures = { threads: [], waits: 0, lost: 0 };

/** What a thread that is no more adds to the one that has its place now: what it has counted, and nothing of what waits. */
export function succeeded(now: ThreadFigures, before: ThreadFigures): ThreadFigures {
  return {
    ...now,
    to: added(now.to, before.to),
    from: added(now.from, before.from),
    unheard: added(now.unheard, before.unheard),
    connections: {
      active: now.connections.active,
      opened: now.connections.opened + before.connections.opened,
    },
  };
}

function added(now: QueueCounts, before: QueueCounts): QueueCounts {
  return {
    ...now,
    highWater: Math.max(now.highWater, before.highWater),
    submitted: now.submitted + before.submitted,
  };
}

/** Registers each thread: what waits on the way to it and from it, who is not heard, and what it has. */
export function instrumentFront(registry: MetricRegistry, read: () => FrontFigures): void {
  for (let index = 0; index < read().threads.length; index++) {
    const of = (name: string) => `${name} ${index + 1}`;
    const one = () => read().threads[index] as ThreadFigures;
    instrumentQueue(registry, of('to socket thread'), () => one().to);
    instrumentQueue(registry, of('from socket thread'), () => one().from);
    instrumentQueue(registry, of('unheard at socket thread'), () => one().unheard);
    instrumentCounts(registry, 'connections', of('socket thread'), () => one().connections);
  }
}
