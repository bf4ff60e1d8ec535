/** Another server tells of one of its users. */
import type { CommandServer } from '../command-server.ts';
import type { RemoteUser, User } from '../state/user.ts';
import { tellOnline } from './monitor.ts';

/**
 * Adds the user; nobody here is told before they do something, but those who monitor the nick.
 * @throws Error when nick or numeric is taken; which of two keeps a nick was settled before.
 */
export function introduce(server: CommandServer, facts: RemoteUser): User {
  const user = server.state.addRemoteUser(facts);
  server.links?.tell({ kind: 'user', user });
  tellOnline(server, user);
  return user;
}
