/** REHASH, DIE and RESTART: RFC 2812 4.2 to 4.4. The process itself is stopped and restarted by the control plane. */

import { N } from '../../irc/numerics.ts';
import { noticeOpers } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import { NOTICE } from '../notice-kinds.ts';
import { reloadWarnings } from '../reload-warnings.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';
import { type DeedOutcome, describeOper, perform, tell } from './deed.ts';

export const rehash: Command = {
  name: 'REHASH',
  minParams: 0,
  oper: 'rehash',
  help: ['REHASH', 'Reads configuration, MOTD and certificates again; nobody is dropped. Operators only.'],
  run(server, client) {
    const by = describeOper(client);
    perform(server, client, {
      command: 'REHASH',
      args: {},
      flag: 'rehash',
      unrecorded: 'refuse',
      carryOut: () => reload(server, client, by),
    });
  },
};

export const die: Command = ending('DIE', 'die', 'stop', 'Stops the server.');
export const restart: Command = ending('RESTART', 'restart', 'restart', 'Restarts the server.');

function ending(name: string, flag: string, action: 'stop' | 'restart', summary: string): Command {
  return {
    name,
    minParams: 0,
    oper: flag,
    help: [`${name} [<reason>]`, `${summary} Operators only.`],
    run(server, client, params) {
      const reason = params[0] ?? '';
      const by = describeOper(client);
      perform(server, client, {
        command: name,
        args: { reason },
        flag,
        unrecorded: action === 'stop' ? 'run' : 'refuse',
        carryOut() {
          noticeOpers(server, NOTICE.daemon, `${client.user.nick} asked for ${name}: ${reason}`);
          void server.host.requestLifecycle(action, by, reason === '' ? name : reason).then((outcome) => {
            if (!outcome.ok) tell(client, `${name} failed: ${outcome.error.message}`);
          });
          // The process may end before it hears more.
          return { ok: true, outcome: 'requested' };
        },
      });
    },
  };
}

async function reload(server: CommandServer, client: LocalClient, by: string): Promise<DeedOutcome> {
  if (!client.user.gone) client.reply(N.RPL_REHASHING, 'signalbox.toml');
  noticeOpers(server, NOTICE.daemon, `${client.user.nick} is rehashing the server`, client);
  const outcome = await server.host.requestLifecycle('reload', by, 'REHASH');
  if (!outcome.ok) {
    const { code, message } = outcome.error;
    tell(client, `REHASH failed, the configuration in force stays: ${message}`);
    return { ok: false, outcome: `${code}: ${message}` };
  }
  // A success is told to every operator by the reload itself.
  for (const text of reloadWarnings(outcome.result)) tell(client, text);
  return { ok: true, outcome: 'the configuration was read again' };
}
