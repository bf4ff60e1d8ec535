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
import { NOTICE } from '../notice-kinds.ts';
import type { Asker } from '../state/asker.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Server } from '../state/server.ts';
import type { Command } from './command.ts';
import { type DeedOutcome, perform, performFor, tell } from './deed.ts';
import { targetServer } from './target-server.ts';

export const connect: Command = {
  name: 'CONNECT',
  minParams: 1,
  oper: 'connect',
  help: [
    'CONNECT <server> [<port> [<remote server>]]',
    'Connects to another server of the configuration; a remote server connects to one of its own. Operators only.',
  ],
  run(server, client, params) {
    const [name = '', port = '0', remote] = params;
    const to = remote === undefined ? server.state.me : targetServer(server, remote);
    if (to !== server.state.me) {
      if (to === undefined) client.reply(N.ERR_NOSUCHSERVER, replyParameter(remote!));
      else askToConnect(server, client, name, port, to);
      return;
    }
    if (!mayTry(server, client, name, (control) => control.checkConnect(name))) return;
    perform(server, client, {
      command: 'CONNECT',
      args: { server: name },
      flag: 'connect',
      unrecorded: 'refuse',
      carryOut: () =>
        attempt(
          server,
          (text) => tell(client, text),
          (control) => {
            const called = control.connect(name);
            tell(client, `Connecting to ${called}`);
            return `connecting to ${called}`;
          },
        ),
    });
  },
};

/** What another server is asked to do is written down here as well. */
function askToConnect(
  server: CommandServer,
  client: LocalClient,
  name: string,
  port: string,
  { name: remote }: Server,
): void {
  perform(server, client, {
    command: 'CONNECT',
    args: { server: name, remote },
    flag: 'connect',
    unrecorded: 'refuse',
    carryOut() {
      const to = server.state.findServer(remote);
      if (to === undefined) return { ok: false, outcome: `not_found: ${remote} had left before` };
      server.links?.tell({ kind: 'query', source: client.user, to, query: 'CONNECT', words: [name, port] });
      return { ok: true, outcome: `asked ${remote} to connect` };
    },
  });
}

/** An operator of another server wants this one to call a server of its configuration. */
export function answerConnect(server: CommandServer, asker: Asker, name: string): void {
  if (!asker.user.isOper) {
    asker.reply(N.ERR_NOPRIVILEGES);
    return;
  }
  const tellAsker = (text: string) => asker.notice(`*** ${text}`);
  performFor(server, asker, {
    command: 'CONNECT',
    args: { server: name },
    unrecorded: 'refuse',
    carryOut() {
      if (server.linkControl === null) return { ok: false, outcome: 'not_found: there are no links' };
      return attempt(server, tellAsker, (control) => {
        const called = control.connect(name);
        noticeOpers(
          server,
          NOTICE.links,
          `${asker.user.prefix} of ${asker.user.server.name} has this server call ${called}`,
        );
        tellAsker(`Connecting to ${called}`);
        return `connecting to ${called}`;
      });
    },
  });
}

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
        attempt(
          server,
          (text) => tell(client, text),
          (control) => {
            const { server: gone, users } = control.squit(name, client.user, reason);
            noticeOpers(
              server,
              NOTICE.links,
              `${client.user.prefix} took ${gone} off the network: ${reason}`,
            );
            return `took ${gone} with ${counted(users, 'user')} off the network`;
          },
        ),
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
  told: (text: string) => void,
  deed: (control: LinkControl) => string,
): DeedOutcome {
  try {
    return { ok: true, outcome: deed(linkControl!) };
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    told(error.message);
    return { ok: false, outcome: `${error.code}: ${error.message}` };
  }
}
