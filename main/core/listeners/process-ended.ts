/** When a change of a daemon means that its process is gone. Used by those who hold something of it. */
import type { DaemonState } from '../../../contract/states.ts';
import type { Announcements } from '../announcements.ts';

/** States with a process; one that starts may have told of its work already. */
const WITH_PROCESS: readonly DaemonState[] = ['starting', 'running', 'stopping'];

/** Whether a process that may have told something has ended with this change. */
export function processEnded({ snapshot, previous }: Announcements['daemonChanged']): boolean {
  const { state, pid } = snapshot;
  return state !== previous && pid === null && WITH_PROCESS.includes(previous);
}
