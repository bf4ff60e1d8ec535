/** The long work of daemons. */
import type { AnnouncementBus } from '../announcements.ts';
import type { ControlLimits } from '../limits.ts';
import type { TaskList } from '../records/task-list.ts';
import { processEnded } from './process-ended.ts';

/** Keeps what goes on; what a process leaves undone that has ended is said to have failed. */
export function tasksListen(
  bus: AnnouncementBus,
  tasks: TaskList,
  { tasksOfDaemon }: Pick<ControlLimits, 'tasksOfDaemon'>,
): void {
  bus.subscribe('taskCame', ({ source, task }) => tasks.update(source, task, tasksOfDaemon));
  bus.subscribe('daemonChanged', (change) => {
    if (!processEnded(change)) return;
    const source = change.snapshot.id;
    for (const task of tasks.processEnded(source)) bus.publish('taskCame', { source, task });
  });
}
