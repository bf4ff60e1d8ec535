/** The handler table: one file a domain, put together here. Called by the control plane. */

import { join } from 'node:path';
import type { Clock } from '../../../kit/clock.ts';
import type { AnnouncementBus } from '../announcements.ts';
import { ConfigReload } from '../config/config-reload.ts';
import type { ConfigStore } from '../config/config-store.ts';
import type { ControlPlaneOptions } from '../control-plane-interface.ts';
import type { LaunchPlans } from '../launch-plans.ts';
import type { ControlLimits } from '../limits.ts';
import type { Records } from '../make-records.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import { auditHandlers } from './audit-handlers.ts';
import { blockHandlers } from './block-handlers.ts';
import { commandHandlers } from './command-handlers.ts';
import { configHandlers } from './config-handlers.ts';
import type { HandlerTable } from './handler-table.ts';
import { historyHandlers } from './history-handlers.ts';
import { hostHandlers } from './host-handlers.ts';
import { lifecycleHandlers } from './lifecycle-handlers.ts';
import { logsHandlers } from './logs-handlers.ts';
import { markHandlers } from './mark-handlers.ts';
import { metricsHandlers } from './metrics-handlers.ts';
import { sessionHandlers } from './session-handlers.ts';
import { taskHandlers } from './task-handlers.ts';

/** What the handlers of all domains work with. */
export interface AllHandlerParts {
  readonly options: ControlPlaneOptions;
  readonly clock: Clock;
  readonly limits: ControlLimits;
  readonly startedAt: number;
  readonly bus: AnnouncementBus;
  readonly config: ConfigStore;
  readonly plans: LaunchPlans;
  readonly supervisor: Supervisor;
  readonly records: Records;
  readonly sessions: SessionRegistry;
  /** Why the host is ending; null while it is not. */
  readonly closing: () => string | null;
}

/** A handler for every request. */
export function allHandlers(parts: AllHandlerParts): HandlerTable {
  const { options, clock, limits, startedAt, bus, config, plans, supervisor, records, sessions, closing } =
    parts;
  const { registry, launcher, daemonRuntime, dataDir } = options;
  const { logs, metrics, followers, tasks, blocks, history, audit } = records;
  const dashboard = () => plans.dashboard;
  const holders = () => plans.holders();
  const onError = (error: ConfigStore['error']) => bus.publish('configRead', { error });
  return {
    ...hostHandlers({ options, startedAt, supervisor, history, metrics, config, dashboard, closing }),
    ...lifecycleHandlers(supervisor, audit, limits),
    ...commandHandlers({ registry, clock, limits, supervisor, audit }),
    ...taskHandlers(tasks, supervisor, audit),
    ...metricsHandlers(metrics, followers, supervisor),
    ...logsHandlers(logs, metrics),
    ...blockHandlers(blocks, metrics),
    ...historyHandlers(history, registry),
    ...auditHandlers(history, registry),
    ...markHandlers(history, registry),
    ...sessionHandlers(sessions, audit),
    ...configHandlers({
      store: config,
      supervisor,
      audit,
      reload: new ConfigReload({ store: config, supervisor, holders, limits, onError }),
      holders,
      check: { registry, clock, limits, launcher, daemonRuntime, dataDirOf: (id) => join(dataDir, id) },
    }),
  };
}
