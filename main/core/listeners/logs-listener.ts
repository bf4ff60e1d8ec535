/** The log records of daemons, for the command line and for windows that come later. */
import type { AnnouncementBus } from '../announcements.ts';
import type { LogStore } from '../records/log-store.ts';

/** Keeps what daemons log. Main's own records go there straight from its logger, so that a failing listener can be logged. */
export function logsListen(bus: AnnouncementBus, logs: LogStore): void {
  bus.subscribe('logsCame', ({ id, instance, records, dropped }) =>
    logs.append(id, instance, records, dropped),
  );
}
