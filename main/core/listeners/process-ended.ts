/** When a change of a daemon means that its process is gone. Used by those who hold something of it. */
import type { Announcements } from '../announcements.ts';

/** Whether a process that may have served somebody has ended with this change. */
export function processEnded({ snapshot, previous }: Announcements['daemonChanged']): boolean {
  const { state, pid } = snapshot;
  return state !== previous && pid === null && (previous === 'running' || previous === 'stopping');
}
