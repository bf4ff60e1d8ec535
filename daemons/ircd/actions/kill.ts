/** Somebody is disconnected in the name of an operator, of a server, or of the control plane. */
import { noticeOpers } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import { nameOf, type Source } from '../network-events.ts';
import { NOTICE } from '../notice-kinds.ts';
import type { User } from '../state/user.ts';
import { quit } from './quit.ts';

/**
 * Tells operators, the victim and the links, then ends the user, here or elsewhere (RFC 2812 3.7.1).
 * @param by who it is said to be.
 * @param bytes the reason as another server has said it.
 */
export function kill(
  server: CommandServer,
  source: Source,
  user: User,
  reason: string,
  by = nameOf(source),
  bytes?: string,
): void {
  const { prefix, nick, local } = user;
  noticeOpers(server, NOTICE.kills, `Received KILL for ${prefix} from ${by}: ${reason}`);
  server.host.log('info', 'client_killed', `${prefix} killed by ${by}: ${reason}`, { nick, by, reason });
  local?.connection.sendLine(`:${source.prefix} KILL ${local.target} :${reason}`);
  quit(server, user, `Killed (${by} (${reason}))`, { kind: 'kill', source, user, reason, bytes });
}
