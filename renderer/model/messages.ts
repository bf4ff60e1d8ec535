/** What the model says to people. */
import type { DaemonSnapshot, DaemonState } from '../../contract/states.ts';

/** The word for each state, everywhere in the window. */
export const STATE_WORDS: Readonly<Record<DaemonState, string>> = {
  stopped: 'stopped',
  starting: 'starting',
  running: 'running',
  stopping: 'stopping',
  crashed: 'crashed',
  backoff: 'backoff',
  failed: 'failed',
};

/** A state that nobody can vouch for now. */
export function lastKnown(state: string): string {
  return `${state} when last heard of`;
}

export const messages = {
  onHost: (thing: string, host: string) => `${thing} on ${host}`,
  fromHost: (text: string, host: string) => `${host}: ${text}`,
  notAudited:
    'This is not recorded: the audit trail cannot be written. The log of main says why; until it is mended everything is refused but reading, start, stop, kill and ban.',
  stateChanged: (daemon: DaemonSnapshot) =>
    `${daemon.id} is ${STATE_WORDS[daemon.state]}${daemon.cause === null ? '' : `: ${daemon.cause}`}`,
};
