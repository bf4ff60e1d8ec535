/** The links to other servers as those see them who list, make and end them: admin commands, CONNECT and SQUIT, tables. */
import type { PeerKind } from '../irc/p10/kinds.ts';
import type { Source } from './network-events.ts';

/** Where the link to a server stands. */
export type LinkRowState = 'linked' | 'bursting' | 'connecting' | 'waiting' | 'failed';

/** One server that is linked to this one, or may be. */
export interface LinkRow {
  readonly name: string;
  /** Its number on the network; null while it is not linked. */
  readonly numeric: number | null;
  readonly kind: 'auto' | PeerKind;
  readonly state: LinkRowState;
  /** Who called, or would. */
  readonly direction: 'in' | 'out';
  /** Users on it and behind it. */
  readonly users: number;
  /** Seconds that its answer to the last ping took; null before there was one. */
  readonly lagSeconds: number | null;
  /** Since when it stands like that, Unix milliseconds; null since the start. */
  readonly since: number | null;
  /** Why it is not linked, or why the link before this ended; null where it never failed. */
  readonly reason: string | null;
  /** From its introduction until both sides had told all they knew, in seconds; null before that. */
  readonly burstSeconds: number | null;
  /** What has gone over the connection, and what its other end has not taken; null while there is none. */
  readonly linesIn: number | null;
  readonly linesOut: number | null;
  readonly bytesIn: number | null;
  readonly bytesOut: number | null;
  readonly sendQueueBytes: number | null;
}

/** One server of the network, or one that may be linked to this one. What is null in a {@link LinkRow} is null here. */
export interface ServerRow extends Omit<LinkRow, 'kind' | 'state' | 'direction'> {
  /** The server that it is linked to, seen from here, or would be; null for this one. */
  readonly uplink: string | null;
  /** Links between it and this one. */
  readonly hops: number;
  /** Users on it alone. */
  readonly ownUsers: number;
  /** When it was started, Unix milliseconds; null where it did not say. */
  readonly startedAt: number | null;
  /** Null for one behind another: that one knows. */
  readonly kind: LinkRow['kind'] | null;
  /** `here` for this one. */
  readonly state: LinkRowState | 'here';
  /** Null for this one, and for one behind another. */
  readonly direction: LinkRow['direction'] | null;
}

/** What a split would take away, or took. */
export interface SplitSize {
  readonly server: string;
  readonly servers: number;
  readonly users: number;
}

export interface LinkControl {
  rows(): LinkRow[];
  /** All servers of the network and those of {@link rows}: this one, then each followed by those behind it. */
  servers(): ServerRow[];
  /** Servers that are linked to this one. */
  readonly standing: number;
  /**
   * Begins to connect to a server; what comes of it is told to operators and in {@link rows}.
   * @returns its name as it is configured
   * @throws SignalboxError `not_found` without a block, `conflict` where it is linked, `refused` where nobody knows where it is
   */
  connect(name: string): string;
  /** Why {@link connect} would not, as the error that it throws; nothing where it would. */
  checkConnect(name: string): void;
  /**
   * What {@link squit} would take off the network.
   * @throws SignalboxError `not_found` for a server that is neither linked nor called, `refused` for this one
   */
  sizeOf(name: string): SplitSize;
  /**
   * Takes a server and all behind it off the network, or gives up calling it. It is not called again by itself until
   * {@link connect} or a new configuration.
   * @throws SignalboxError as {@link sizeOf}
   */
  squit(name: string, source: Source, reason: string): SplitSize;
}
