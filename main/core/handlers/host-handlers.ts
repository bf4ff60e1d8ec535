/** What a client learns of the host. */
import type { ListenPlace } from '../../../contract/listen-place.ts';
import { describeManifest } from '../../../contract/manifest.ts';
import type { ConfigStore } from '../config/config-store.ts';
import type { ControlPlaneOptions } from '../control-plane-interface.ts';
import type { HistoryClient } from '../records/history-client.ts';
import type { MetricsStore } from '../records/metrics-store.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import type { Handlers } from './handler-table.ts';

/** What the handlers work with. */
export interface HostHandlerParts {
  readonly options: ControlPlaneOptions;
  readonly startedAt: number;
  readonly supervisor: Supervisor;
  readonly history: HistoryClient;
  readonly metrics: MetricsStore;
  readonly config: ConfigStore;
  readonly dashboard: () => ListenPlace | null;
  /** Why the host is ending; null while it is not. */
  readonly closing: () => string | null;
}

/** Handlers of `hello` and `status`. */
export function hostHandlers(parts: HostHandlerParts): Handlers<'hello' | 'status'> {
  const { options, startedAt, supervisor, history, metrics, config } = parts;
  const { host, version, runtime, dataDir, configFile } = options;
  const manifests = options.registry.map(describeManifest);
  return {
    hello: (_args, { actor }) => ({
      host,
      version,
      runtime,
      dataDir,
      configFile,
      platform: process.platform,
      pid: process.pid,
      startedAt,
      role: actor.role,
      manifests,
      catalogs: metrics.catalogs(),
      daemons: supervisor.snapshots(),
      history: history.status(),
      configError: config.error,
      dashboard: parts.dashboard(),
    }),
    status: () => ({
      host,
      pid: process.pid,
      closing: parts.closing(),
      daemons: supervisor.snapshots(),
      history: history.status(),
    }),
  };
}
