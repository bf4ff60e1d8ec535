/** Somebody is seen with another host (IRCv3 chghost). */
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { from, toNeighbours } from '../broadcast.ts';
import { CAP } from '../client/capabilities.ts';
import type { CommandServer } from '../command-server.ts';
import type { User } from '../state/user.ts';

/** Gives a registered user another host, and tells those who share a channel and asked to be told. */
export function changeHost(server: CommandServer, user: User, host: string): WorkSteps | null {
  if (host === user.host) return null;
  const message = from(server, user, `CHGHOST ${user.username} ${host}`);
  if (user.local?.has(CAP.chghost) === true) message.to(user.local);
  server.state.setHost(user, host);
  server.links?.tell({ kind: 'host', user });
  return toNeighbours(server, user, message, CAP.chghost);
}
