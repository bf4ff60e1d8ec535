/** REHASH, DIE and RESTART: RFC 2812 4.2 to 4.4. The process itself is stopped and restarted by the control plane. */
import { noticeOpers } from '../broadcast.ts';
import { N } from '../protocol/numerics.ts';
import { reloadWarnings } from '../reload-warnings.ts';
import type { Command } from './command.ts';

/** Keeps the notice within one line of IRC. */
const MAX_REASON = 300;

export const rehash: Command = {
  name: 'REHASH',
  minParams: 0,
  oper: 'rehash',
  help: ['REHASH', 'Reads configuration, MOTD and certificates again; nobody is dropped. Operators only.'],
  run(server, user) {
    user.reply(N.RPL_REHASHING, 'signalbox.toml');
    noticeOpers(server, `${user.nick} is rehashing the server`, user);
    server.host.audit(user.prefix, 'REHASH', {}, true, 'requested');
    void server.host.requestLifecycle('reload', user.prefix, 'REHASH').then((outcome) => {
      if (!server.state.users.has(user)) return;
      const short = (text: string) => text.replaceAll(/[\r\n]+/g, ' ').slice(0, MAX_REASON);
      // A success is told to every operator by the reload itself.
      if (outcome.ok) for (const text of reloadWarnings(outcome.result)) user.notice(`*** ${short(text)}`);
      else
        user.notice(`*** REHASH failed, the configuration in force stays: ${short(outcome.error.message)}`);
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
    run(server, user, params) {
      const reason = params[0] ?? '';
      noticeOpers(server, `${user.nick} asked for ${name}: ${reason}`);
      server.host.audit(user.prefix, name, { reason }, true, 'requested');
      void server.host.requestLifecycle(action, user.prefix, reason === '' ? name : reason);
    },
  };
}
