/** What the pages of a host render from: lifecycle and conditions. Samples, logs and rows live beside it, not in it. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { HistoryStatus } from '../../contract/control/history.ts';
import type { HostInfo } from '../../contract/control/host.ts';
import type { WireError } from '../../contract/errors.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';
import type { ConnectionState } from '../client/control-client.ts';

/** Whether the figures of a source are current. */
export type Freshness =
  /** Nothing has arrived yet. */
  | { readonly state: 'none' }
  | { readonly state: 'live' }
  /** The process should be sending and is not; `since` is the time of its last frame. */
  | { readonly state: 'stale'; readonly since: number };

export interface HostState {
  readonly connection: ConnectionState;
  /** Null until the host has said hello. */
  readonly host: HostInfo | null;
  readonly daemons: Readonly<Record<string, DaemonSnapshot>>;
  readonly history: HistoryStatus | null;
  readonly configError: WireError | null;
  /** Counts how often the configuration was read again while the window was open. */
  readonly configReads: number;
  /** Why the host is about to end; null while it is not. */
  readonly closing: string | null;
  readonly freshness: Readonly<Record<string, Freshness>>;
}

export type HostStore = StoreApi<HostState>;

export function createHostStore(): HostStore {
  return createStore<HostState>(() => ({
    connection: { phase: 'connecting' },
    host: null,
    daemons: {},
    history: null,
    configError: null,
    configReads: 0,
    closing: null,
    freshness: {},
  }));
}
