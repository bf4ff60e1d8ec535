/** What windows, browsers and command lines are told without asking. */
import type { AnnouncementBus } from '../announcements.ts';
import type { EventHub } from '../event-hub.ts';

/** Makes events of the control API of what is announced. */
export function clientsListen(bus: AnnouncementBus, clients: EventHub): void {
  bus.subscribe('daemonChanged', ({ snapshot: daemon }) => clients.publish({ type: 'daemon', daemon }));
  bus.subscribe('catalogCame', ({ source, catalog }) =>
    clients.publish({ type: 'catalog', source, catalog }),
  );
  bus.subscribe('taskCame', ({ source, task }) => clients.publish({ type: 'task', source, task }));
  bus.subscribe('blockCame', ({ source, block }) => clients.publish({ type: 'block', source, block }));
  bus.subscribe('markLeft', ({ source, mark }) => clients.publish({ type: 'mark', source, mark }));
  bus.subscribe('historyChanged', ({ history }) => clients.publish({ type: 'history', history }));
  bus.subscribe('entryWritten', ({ entry }) => clients.publish({ type: 'audit', entry }));
  bus.subscribe('configRead', ({ error }) => clients.publish({ type: 'config', error }));
  bus.subscribe('sessionsChanged', () => clients.publish({ type: 'sessions' }));
  bus.subscribe('closing', ({ reason }) => clients.publish({ type: 'closing', reason }));
}
