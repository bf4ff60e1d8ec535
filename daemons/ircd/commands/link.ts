/** CONNECT and SQUIT: RFC 2812 3.4.7 and 3.1.8. Operators link servers and take them off the network. */
import { SignalboxError } from '../../../contract/errors.ts';
import { truncateUtf8 } from '../../irc/line-text.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { counted } from '../../runtime/host/impact-text.ts';
import { noticeOpers } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { LinkControl } from '../link-control.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';
import { type DeedOutcome, perform, tell } from './deed.ts';

export const connect: Command = {
  name: 'CONNECT',
  minParams: 1,
  oper: 'connect',
  help: ['CONNECT <server>', 'Connects to another server of the configuration. Operators only.'],
  run(server, client, params) {
    const [name = ''] = params;
    if (!mayTry(server, client, name, (control) => control.checkConnect(name))) return;
    perform(server, client, {
      command: 'CONNECT',
      args: { server: name },
      flag: 'connect',
      unrecorded: 'refuse',
      carryOut: () =>
        attempt(server, client, (control) => {
          const called = control.connect(name);
          tell(client, `Connecting to ${called}`);
          return `connecting to ${called}`;
        }),
    });
  },
};

export const squit: Command = {
  name: 'SQUIT',
  minParams: 1,
  oper: 'squit',
  help: ['SQUIT <server> [<reason>]', 'Takes a server and all behind it off the network. Operators only.'],
  run(server, client, params) {
    const [name = '', given = ''] = params;
    if (!mayTry(server, client, name, (control) => control.sizeOf(name))) return;
    const reason = given === '' ? 'No reason given' : truncateUtf8(given, limits.killBytes.default);
    perform(server, client, {
      command: 'SQUIT',
      args: { server: name, reason },
      flag: 'squit',
      unrecorded: 'run',
      carryOut: () =>
        attempt(server, client, (control) => {
          const { server: gone, users } = control.squit(name, client.user, reason);
          noticeOpers(server, `${client.user.prefix} took ${gone} off the network: ${reason}`);
          return `took ${gone} with ${counted(users, 'user')} off the network`;
        }),
    });
  },
};

/** Whether it can be done as far as is known now; else the client is told why not. */
function mayTry(
  server: CommandServer,
  client: LocalClient,
  name: string,
  check: (control: LinkControl) => void,
): boolean {
  try {
    if (server.linkControl === null) throw new SignalboxError('not_found', 'This server has no links.');
    check(server.linkControl);
    return true;
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    if (error.code === 'not_found') client.reply(N.ERR_NOSUCHSERVER, replyParameter(name));
    else tell(client, error.message);
    return false;
  }
}

/** What came of it, also when the network has changed since it was asked for. */
function attempt(
  { linkControl }: CommandServer,
  client: LocalClient,
  deed: (control: LinkControl) => string,
): DeedOutcome {
  try {
    return { ok: true, outcome: deed(linkControl!) };
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    tell(client, error.message);
    return { ok: false, outcome: `${error.code}: ${error.message}` };
  }
}
