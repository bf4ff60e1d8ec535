/** How far a task is, in words. Used by the status bar and the Pools and queues page. */
import type { Task } from '../../contract/link/tasks.ts';
import { formatRatio } from '../format/numbers.ts';

/** How much of it is done, from 0 to 1; null while that is not known. */
export function shareOf({ done, total }: Pick<Task, 'done' | 'total'>): number | null {
  return total === null || total === 0 ? null : Math.min(1, done / total);
}

/** `Copying the database: pages, 40 %`. */
export function taskText(task: Task): string {
  const share = shareOf(task);
  const state = [task.phase, share === null ? '' : formatRatio(Math.floor(share * 100) / 100)]
    .filter((part) => part !== '')
    .join(', ');
  return state === '' ? task.title : `${task.title}: ${state}`;
}
