/** Makes what main keeps of what happens: newest figures, logs, history and the audit trail. Called by the control plane. */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import { catalogOf } from '../../contract/metric-specs.ts';
import type { Logger } from '../../daemons/runtime/telemetry/logger.ts';
import type { Clock } from '../../kit/clock.ts';
import type { AnnouncementBus } from './announcements.ts';
import { SYSTEM } from './caller.ts';
import type { ControlPlaneOptions } from './control-plane-interface.ts';
import type { ControlLimits } from './limits.ts';
import { MAIN_METRICS } from './main-telemetry.ts';
import { AuditJournal } from './records/audit-journal.ts';
import { AuditTrail } from './records/audit-trail.ts';
import { BlockList } from './records/block-list.ts';
import { HistoryClient, type RecorderLink } from './records/history-client.ts';
import { LogStore } from './records/log-store.ts';
import { MetricFollowers } from './records/metric-followers.ts';
import { MetricsStore } from './records/metrics-store.ts';
import { TaskList } from './records/task-list.ts';
import type { Supervisor } from './supervision/supervisor.ts';
import { tookThere } from './took-there.ts';

/** What records are made of. */
export interface RecordParts {
  readonly options: Pick<ControlPlaneOptions, 'registry' | 'dataDir'>;
  readonly clock: Clock;
  readonly limits: ControlLimits;
  readonly logger: Logger;
  readonly bus: AnnouncementBus;
  readonly supervisor: Supervisor;
  /** Null in a host that keeps neither history nor audit trail. */
  readonly recorderId: string | null;
}

/** All records of one host. */
export interface Records {
  readonly logs: LogStore;
  readonly metrics: MetricsStore;
  readonly followers: MetricFollowers;
  readonly tasks: TaskList;
  readonly blocks: BlockList;
  readonly journal: AuditJournal | null;
  readonly history: HistoryClient;
  readonly audit: AuditTrail;
}

/** Makes the records; what changes in them is announced. */
export function makeRecords(parts: RecordParts): Records {
  const { options, clock, limits, logger, bus, supervisor, recorderId } = parts;
  const catalogs = [
    { source: MAIN_SOURCE, metrics: catalogOf(MAIN_SOURCE, MAIN_METRICS) },
    ...options.registry.map(({ id, metrics }) => ({ source: id, metrics: catalogOf(id, metrics) })),
  ];
  const metrics = new MetricsStore(clock, catalogs);
  // Twelve digits: enough for no two runs of one data directory to share them.
  const run = randomBytes(6).toString('hex');
  const log: ConstructorParameters<typeof AuditJournal>[0]['log'] = (level, event, message) =>
    logger.log(level, 'audit', event, message);
  const folder = join(options.dataDir, 'journal');
  const journal = recorderId === null ? null : new AuditJournal({ folder, run, clock, limits, log });
  const history = new HistoryClient({
    recorder: recorderLink(supervisor, recorderId),
    journal,
    catalogs,
    clock,
    limits,
    onStatus: (status) => bus.publish('historyChanged', { history: status }),
  });
  const audit = new AuditTrail({
    metrics,
    clock,
    limits,
    journal,
    run,
    publish: (entry) => bus.publish('entryWritten', { entry }),
  });
  return {
    logs: new LogStore(clock, limits),
    followers: new MetricFollowers(),
    tasks: new TaskList(),
    blocks: new BlockList(limits.loopBlocksKept),
    metrics,
    journal,
    history,
    audit,
  };
}

function recorderLink(supervisor: Supervisor, recorderId: string | null): RecorderLink | null {
  const recorder = recorderId === null ? null : supervisor.find(recorderId);
  if (recorder === null) return null;
  return {
    call: (name, args, timeoutMs) => {
      const request = { type: 'command', name, args, timeoutMs, actor: SYSTEM } as const;
      return recorder.request(request, `${recorder.id} ${name}`, timeoutMs, tookThere(recorder.id)).outcome;
    },
  };
}
