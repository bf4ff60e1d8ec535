/** What a daemon's process is started with: its settings in force, its folders and its runtime. Asked by the supervisor before each start. */
import { join } from 'node:path';
import type { Outcome, WireError } from '../../contract/errors.ts';
import type { ListenPlace } from '../../contract/listen-place.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';
import type { Logger } from '../../daemons/runtime/telemetry/logger.ts';
import { addressIn, type Holder, holderOf, holdersOf, inUse } from './config/address-holder.ts';
import type { ConfigStore } from './config/config-store.ts';
import type { ControlPlaneOptions } from './control-plane-interface.ts';
import type { LaunchPlan } from './supervision/daemon-session.ts';

/** What plans are made of. */
export interface LaunchPlanParts {
  readonly options: ControlPlaneOptions;
  readonly config: ConfigStore;
  readonly logDir: string;
  readonly logger: Logger;
  readonly snapshots: () => readonly DaemonSnapshot[];
}

/** Plans of all daemons, and who holds which address meanwhile. */
export class LaunchPlans {
  readonly #parts: LaunchPlanParts;
  /** Where the host itself serves the dashboard; null where it serves none. */
  dashboard: ListenPlace | null = null;

  constructor(parts: LaunchPlanParts) {
    this.#parts = parts;
  }

  /** What to start `id` with, or why it cannot be started. */
  plan(id: string): Outcome<LaunchPlan> {
    const { config: store, logger, logDir, options } = this.#parts;
    const config = store.daemon(id);
    if (!config.ok) return config;
    const { error } = store;
    if (error !== null) {
      const message = `${id} starts with the last good configuration, because the file has a mistake: ${error.message}`;
      logger.log('warn', 'config', 'last_good_configuration', message);
    }
    const { input, runtime } = config.result;
    return {
      ok: true,
      result: {
        runtime: options.daemonRuntime(id, runtime),
        config: input,
        dataDir: join(options.dataDir, id),
        logDir,
        locate: (error) => store.locate(this.#nameHolder(id, error)),
      },
    };
  }

  /** Daemons that `id` asks with the configuration in force; none where that cannot be used. */
  helpersOf(id: string): readonly string[] {
    const { config: store, options } = this.#parts;
    const manifest = options.registry.find((one) => one.id === id);
    const config = store.daemon(id);
    if (manifest?.helpers === undefined || !config.ok) return [];
    const parsed = manifest.config.safeParse(config.result.input);
    return parsed.success ? manifest.helpers(parsed.data) : [];
  }

  /** Who listens now: daemons, and the host itself. */
  holders(): readonly Holder[] {
    return holdersOf(this.dashboard, this.#parts.snapshots());
  }

  /** Says so where it is another daemon of this host that holds the address which `id` wants. */
  #nameHolder(id: string, error: WireError): WireError {
    const address = error.code === 'address_in_use' ? addressIn(error) : null;
    if (address === null) return error;
    const others = this.holders().filter((holder) => holder.id !== id);
    return inUse(address, holderOf(others, address));
  }
}
