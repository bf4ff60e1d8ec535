/** In which states a daemon can be started, stopped and restarted. */
import type { DaemonState } from '../../contract/states.ts';

export type LifecycleAction = 'start' | 'stop' | 'restart';

/** In which states each action makes sense. */
const ALLOWED: Readonly<Record<LifecycleAction, readonly DaemonState[]>> = {
  start: ['stopped', 'crashed', 'backoff', 'failed'],
  stop: ['starting', 'running', 'crashed', 'backoff'],
  restart: ['running'],
};

/** Whether an action can be asked for in a state. */
export function isAllowed(action: LifecycleAction, state: DaemonState): boolean {
  return ALLOWED[action].includes(state);
}
