/** What a client learns of the host: versions, manifests and what runs. */
import { z } from 'zod';
import type { Role } from '../access.ts';
import type { WireError } from '../errors.ts';
import type { Catalog } from '../link/catalog.ts';
import type { ListenPlace } from '../listen-place.ts';
import type { ManifestDescription } from '../manifest.ts';
import type { DaemonSnapshot } from '../states.ts';
import type { HistoryStatus } from './history.ts';
import { defineRequest, resultType } from './request.ts';

/** Which program hosts the control plane. */
export type HostKind = 'desktop' | 'headless';

/** Id under which main's own metrics and logs appear. */
export const MAIN_SOURCE = 'main';

/** What a client learns first. */
export interface HostInfo {
  readonly host: HostKind;
  readonly version: string;
  readonly platform: string;
  readonly pid: number;
  readonly startedAt: number;
  readonly dataDir: string;
  readonly configFile: string | null;
  /** What main runs on, such as `electron 45.4.1` or `node 24.21.0`. */
  readonly runtime: string;
  /** Of whoever asks. */
  readonly role: Role;
  readonly manifests: readonly ManifestDescription[];
  /**
   * What each process measures, by the id of its daemon, and main's own as {@link MAIN_SOURCE}: as it said itself, or as its
   * manifest says where it has not run yet.
   */
  readonly catalogs: Readonly<Record<string, Catalog>>;
  readonly daemons: readonly DaemonSnapshot[];
  readonly history: HistoryStatus;
  readonly configError: WireError | null;
  /** Where the dashboard is served; null in a host that serves none. */
  readonly dashboard: ListenPlace | null;
}

export const hostRequests = {
  status: defineRequest({
    summary: 'What runs, since when and where it listens, and whether history is written.',
    access: 'read',
    danger: null,
    audited: false,
    unrecorded: 'run',
    args: z.object({}),
    result: resultType<{
      readonly host: HostKind;
      /** Process of main. */
      readonly pid: number;
      /** Why this instance is ending; null while it is not. */
      readonly closing: string | null;
      readonly daemons: readonly DaemonSnapshot[];
      readonly history: HistoryStatus;
    }>(),
    errors: [],
    example: {},
  }),
  hello: defineRequest({
    summary:
      'All that a window learns first: versions, folders, its role, the manifests of all daemons, and what `status` says.',
    access: 'read',
    danger: null,
    audited: false,
    unrecorded: 'run',
    args: z.object({}),
    result: resultType<HostInfo>(),
    errors: [],
    example: {},
  }),
};
