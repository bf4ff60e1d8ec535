/** How what a daemon's own operators began comes to an end in the audit trail. */
import type { AnnouncementBus } from '../announcements.ts';
import type { AuditTrail } from '../records/audit-trail.ts';

/** Ends deeds when they are done, or when nobody will say any more what came of them. */
export function auditListens(bus: AnnouncementBus, audit: Pick<AuditTrail, 'endDeed' | 'daemonEnded'>): void {
  bus.subscribe('deedDone', ({ id, report }) => audit.endDeed(id, report));
  bus.subscribe('daemonChanged', ({ snapshot: { id, pid } }) => {
    if (pid === null) audit.daemonEnded(id);
  });
}
