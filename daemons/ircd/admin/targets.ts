/** Finds whom an admin command names, or says that there is nobody of that name. */
import { SignalboxError } from '../../../contract/errors.ts';
import type { IrcServer } from '../irc-server.ts';
import type { Channel } from '../state/channel.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { User } from '../state/user.ts';

/** A user with whom others see. */
export function whoIs(user: User): string {
  return `${user.nick} (${user.username === '' ? '*' : user.username}@${user.host})`;
}

/** Throws `not_found` where nobody has the nick. */
export function requireUser(server: IrcServer, nick: string): User {
  const user = server.state.nickHolder(nick);
  if (user === undefined) throw new SignalboxError('not_found', `Nobody here is called ${nick}.`);
  return user;
}

/** Throws `not_found` where nobody of this server has the nick. */
export function requireClient(server: IrcServer, nick: string): LocalClient {
  const { local, server: at } = requireUser(server, nick);
  if (local === null)
    throw new SignalboxError(
      'not_found',
      `${nick} is on another server, ${at.name}; nothing is known of that connection here.`,
    );
  return local;
}

/** Throws `not_found` where there is no such channel. */
export function requireChannel(server: IrcServer, name: string): Channel {
  const channel = server.state.findChannel(name);
  if (channel === undefined) throw new SignalboxError('not_found', `There is no channel ${name}.`);
  return channel;
}
