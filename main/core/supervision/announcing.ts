/**
 * What daemons tell, taken to where it belongs: what has happened is published, what wants an answer goes to whoever
 * answers it. Made by the control plane for the supervisor.
 */
import type { AnnouncementBus } from '../announcements.ts';
import type { DaemonQuestions } from '../daemon-questions.ts';
import type { ManagedDaemonEvents } from './managed-daemon.ts';

/** The supervisor's listener; `questions` is asked at each, because it needs the supervisor itself. */
export function announcing(bus: AnnouncementBus, questions: () => DaemonQuestions): ManagedDaemonEvents {
  return {
    onSnapshot: (snapshot, previous) => bus.publish('daemonChanged', { snapshot, previous }),
    onOutput: (id, _instance, stream, line) => bus.publish('outputCame', { id, stream, line }),
    onMalformed: (id, reason) => bus.publish('malformedCame', { id, reason }),
    onCrowded: (id, outstanding, limit) => bus.publish('requestsCrowded', { id, outstanding, limit }),
    onMessage(id, instance, message) {
      switch (message.type) {
        case 'summary':
          bus.publish('summaryCame', { source: id, instance, summary: message.summary });
          return;
        case 'catalog':
          bus.publish('catalogCame', { source: id, catalog: message.catalog });
          return;
        case 'task':
          bus.publish('taskCame', { source: id, task: message.task });
          return;
        case 'loop-block':
          bus.publish('blockCame', { source: id, block: message.block });
          return;
        case 'logs': {
          const { records, dropped } = message;
          bus.publish('logsCame', { id, instance, records, dropped });
          return;
        }
        case 'deed':
          questions().deed(id, message);
          return;
        case 'deed-done':
          bus.publish('deedDone', { id, report: message });
          return;
        case 'lifecycle':
          void questions().lifecycle(id, message);
          return;
        default:
          bus.publish('streamSaid', { id, message });
      }
    },
  };
}
