/** For tests: a server behind a link, and users on it, put into the state as a link would. */
import type { NetworkState } from '../state/network.ts';
import { Server } from '../state/server.ts';
import type { RemoteUser, User } from '../state/user.ts';

/** Links a server of that name, of which nobody is there yet. */
export function linkServer(state: NetworkState, name: string, uplink: Server = state.me): Server {
  const server = new Server(name, `${name} of the tests`, 'AB', uplink);
  state.addServer(server);
  return server;
}

/** Introduces a user of another server. */
export function introduce(
  state: NetworkState,
  server: Server,
  nick: string,
  more: Partial<RemoteUser> = {},
): User {
  return state.addRemoteUser({
    nick,
    username: nick.toLowerCase(),
    host: 'far.example',
    realname: `Far ${nick}`,
    address: '203.0.113.9',
    server,
    numeric: `AB${nick}`,
    nickMs: Date.now(),
    ...more,
  });
}
