/**
 * What the protocol needs from the process around it. daemon.ts implements it with the network path and the
 * runtime; tests implement it in memory.
 */

import type { Outcome } from '../../contract/errors.ts';
import type { OperatorDeed } from '../../contract/link/deeds.ts';
import type { Unrecorded } from '../../contract/manifest.ts';
import type { WorkTurns } from '../runtime/async/work-turns.ts';
import type { DeedAnswer } from '../runtime/host/deed-ledger.ts';
import type { BanSaved } from '../runtime/net/ban-saver.ts';
import type { Outbox } from './net/connection.ts';
import type { DnsblList } from './net/dnsbl.ts';

/** Names found for a client. */
export interface LookupResult {
  readonly host: string | null;
  readonly ident: string | null;
}

/** Reports of the network path that STATS shows. */
export type StatsSection = 'throttle' | 'caches' | 'batching';

/** Tables that windows may watch. */
export type LiveTable = 'connections' | 'channels' | 'bans' | 'accounts' | 'filters' | 'network';

/** Values that a log record may carry. */
export type Fields = Readonly<Record<string, string | number | boolean | null>>;

/** What stands around an {@link IrcServer}. */
export interface ServerHost {
  readonly outbox: Outbox;
  /** The turns of the process, to which all work is charged. */
  readonly work: WorkTurns;
  /** How many connections have something to write at the end of this turn: each of them is work to come. */
  readonly pendingWrites: number;
  /** What each of them costs, in nanoseconds of work. */
  readonly writeNs: number;
  /** Finds host name and ident; at once when both are known or not wanted. Never rejects. */
  lookup(address: string, remotePort: number, localPort: number): LookupResult | Promise<LookupResult>;
  /** The gravest list that has an address, null for none; at once where that is known. Never rejects. */
  listed(address: string): DnsblList | null | Promise<DnsblList | null>;
  /**
   * Asks for the configuration to be read again (`reload`), or for the process to `stop` or `restart`; says what came of
   * it. Never rejects.
   */
  requestLifecycle(
    action: 'stop' | 'restart' | 'reload',
    actor: string,
    reason: string,
  ): Promise<Outcome<unknown>>;
  /** Lines for STATS T, C and B. */
  networkStats(section: StatsSection): readonly string[];
  listeners(): readonly { readonly host: string; readonly port: number; readonly tls: boolean }[];
  /** Lines for STATS t: totals of connections, lines and bytes. */
  traffic(): readonly string[];
  /** Says that a live table has changed; cheap when nobody watches it. */
  tableChanged(name: LiveTable): void;
  /** Writes the list of server bans to disk and says whether it got there; at once where nothing is waited for. Never rejects. */
  saveBans(): BanSaved | Promise<BanSaved>;
  /** A structured log record. */
  log(level: 'debug' | 'info' | 'warn' | 'error', event: string, message: string, fields?: Fields): void;
  /**
   * Has what an operator is about to do written down, and says whether it may be done: at once where nobody has to be
   * asked. Never rejects.
   */
  beginDeed(deed: OperatorDeed, unrecorded: Unrecorded): DeedAnswer | Promise<DeedAnswer>;
  /** How long one command took, in milliseconds. */
  commandTime(ms: number): void;
}
