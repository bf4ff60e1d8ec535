/** What all connections of a server share. Made by relay-server.ts; used by connection.ts and its two halves. */

import type { QueueTally } from '../../../kit/queue-tally.ts';
import type { WorkGroups } from '../../runtime/async/work-account.ts';
import type { WorkTurns } from '../../runtime/async/work-turns.ts';
import type { ReadRounds } from '../../runtime/net/read-rounds.ts';
import type { Limits } from '../limits.ts';
import type { RelayMetrics } from '../metrics.ts';
import type { HeldMemory } from './held-memory.ts';
import type { MemoryWatch } from './memory-watch.ts';
import type { TickFlusher } from './tick-flusher.ts';

export interface ConnectionServices {
  readonly limits: Limits;
  readonly metrics: RelayMetrics;
  readonly flusher: TickFlusher;
  /** Shares the loop out among those who cause work. */
  readonly turns: WorkTurns;
  readonly groups: WorkGroups;
  readonly readRounds: ReadRounds;
  /** Clients of which nothing is read, because they sent too fast or caused too much work. */
  readonly paused: QueueTally;
  readonly memory: HeldMemory;
  readonly memoryWatch: MemoryWatch;
}
