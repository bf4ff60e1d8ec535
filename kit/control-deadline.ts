/** How long window and command line wait for an answer of the host. */
import type { ControlRequestName } from '../contract/control/requests.ts';
import { limits } from './limits.ts';

/** Milliseconds until a request is given up. A command has a deadline of its own in its manifest, which comes first. */
export function controlDeadlineMs(name: ControlRequestName): number {
  return name === 'command.run' ? limits.commandAnswerMs.default : limits.controlAnswerMs.default;
}
