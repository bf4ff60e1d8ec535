/** A message to everybody with +w (RFC 2812 4.7). */
import { UMODE } from '../../irc/modes.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { from, toClients } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import type { Source } from '../network-events.ts';
import { deliver } from '../work-steps.ts';

/**
 * Delivers to clients of this server, and tells the links.
 * @param users: as servers that tell operators from users have it, for users as well.
 * @param bytes the text as another server has said it.
 */
export function wallops(
  server: CommandServer,
  source: Source,
  text: string,
  users = false,
  bytes?: string,
): WorkSteps {
  server.links?.tell({ kind: 'wallops', source, text, users, bytes });
  const message = from(server, source, `WALLOPS :${text}`);
  const send = toClients(message, ({ user }) => (user.modes & UMODE.wallops) !== 0);
  return deliver(server.host, { entries: [...server.state.localClients], send }, message, []);
}
