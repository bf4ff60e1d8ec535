/** What the pages of a host render from: lifecycle and conditions. Samples, logs and rows live beside it, not in it. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { HistoryStatus } from '../../contract/control/history.ts';
import type { HostInfo } from '../../contract/control/host.ts';
import type { WireError } from '../../contract/errors.ts';
import type { SourcedTask } from '../../contract/link/tasks.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';
import type { ConnectionState } from '../client/control-client.ts';
import type { Withheld } from './permissions.ts';

/** The tasks after one has told how far it is: in its place, behind the others where it is new, and gone where it has ended. */
export function tasksAfter(tasks: readonly SourcedTask[], news: SourcedTask): readonly SourcedTask[] {
  const isNews = ({ source, id }: SourcedTask) => source === news.source && id === news.id;
  if (news.end !== null) return tasks.filter((task) => !isNews(task));
  return tasks.some(isNews) ? tasks.map((task) => (isNews(task) ? news : task)) : [...tasks, news];
}

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
  /** What `host` lacks by the role of whoever uses the window. */
  readonly withheld: Withheld;
  readonly daemons: Readonly<Record<string, DaemonSnapshot>>;
  /** The long work that goes on, oldest first. */
  readonly tasks: readonly SourcedTask[];
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
    withheld: {},
    daemons: {},
    tasks: [],
    history: null,
    configError: null,
    configReads: 0,
    closing: null,
    freshness: {},
  }));
}
