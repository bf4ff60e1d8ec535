/**
 * What the protocol counts beside the network path's own counters, as plain numbers on one object. Read when metrics
 * are sampled (metrics.ts) and by STATS.
 */
import type { FlushReason } from '../runtime/async/flush-hold.ts';

export class ProtocolCounters {
  registrations = 0;
  /** Clients refused or dropped because a K-line or D-line matched. */
  serverBanMatches = 0;
  /** What was said and met a spam filter. */
  spamMatches = 0;
  /** Newcomers refused because a list of bad addresses had theirs. */
  refusedListed = 0;
  /** Newcomers refused because the network had enough users from their address. */
  refusedClones = 0;
  operFailures = 0;
  /** Handlers that threw; each is a defect and is logged. */
  handlerErrors = 0;
  /** Lines to and from other servers. */
  linkLinesIn = 0;
  linkLinesOut = 0;
  /** Why lines to other servers were written when they were. */
  readonly linkFlushes: Record<FlushReason, number> = { idle: 0, time: 0, bytes: 0, size: 0 };
  /** Servers that left the network with all behind them. */
  netsplits = 0;
  readonly startedMs = Date.now();
}
