/** MONITOR: IRCv3 monitor. Who is told when a nick comes and goes is in actions/monitor.ts. */
import { isValidNick } from '../../irc/names.ts';
import { N, type Numeric } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { WordLines } from '../../irc/word-lines.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';

export const monitor: Command = {
  name: 'MONITOR',
  minParams: 1,
  help: [
    'MONITOR + <nickname>{,<nickname>} | - <nickname>{,<nickname>} | C | L | S',
    'Tells you when nicknames come and go: adds, removes, clears, lists, or shows who is there now.',
  ],
  run(server, client, params) {
    const [modifier = '', targets = ''] = params;
    const nicks = [...new Set(targets.split(','))].filter((nick) => nick !== '');
    switch (modifier.toUpperCase()) {
      case '+':
        if (nicks.length === 0) client.reply(N.ERR_NEEDMOREPARAMS, 'MONITOR');
        else add(server, client, nicks);
        return;
      case '-':
        if (nicks.length === 0) client.reply(N.ERR_NEEDMOREPARAMS, 'MONITOR');
        for (const nick of nicks) server.state.monitors.remove(client, nick);
        return;
      case 'C':
        server.state.monitors.clear(client);
        return;
      case 'L': {
        const list = listOf(client, N.RPL_MONLIST);
        for (const nick of client.monitored?.values() ?? []) list.add(nick);
        list.end();
        client.reply(N.RPL_ENDOFMONLIST);
        return;
      }
      case 'S':
        showStatus(server, client, [...(client.monitored?.values() ?? [])]);
        return;
      default:
        client.fail('MONITOR', 'INVALID_PARAMS', replyParameter(modifier), 'Expected +, -, C, L or S');
    }
  },
};

/** "Targets already in the list MUST NOT be added again"; a target MUST be a valid nick, which no mask is. */
function add(server: CommandServer, client: LocalClient, nicks: readonly string[]): void {
  const added: string[] = [];
  const refused: string[] = [];
  for (const nick of nicks) {
    if (!isValidNick(nick, limits.nickLength.default))
      client.reply(N.ERR_ERRONEUSNICKNAME, replyParameter(nick));
    else if (refused.length === 0 && server.state.monitors.add(client, nick)) added.push(nick);
    else refused.push(nick);
  }
  showStatus(server, client, added);
  if (refused.length === 0) return;
  const most = limits.monitorEntries.default;
  client.reply(N.ERR_MONLISTFULL, `${most} ${refused.join(',')}`);
}

function showStatus(server: CommandServer, client: LocalClient, nicks: readonly string[]): void {
  const online = listOf(client, N.RPL_MONONLINE);
  const offline = listOf(client, N.RPL_MONOFFLINE);
  server.host.work.spend(nicks.length * workPrices.row.ns);
  for (const nick of nicks) {
    const user = server.state.findUser(nick);
    if (user === undefined) offline.add(nick);
    else online.add(user.prefix);
  }
  online.end();
  offline.end();
}

/** Targets of one numeric, with commas between them. */
function listOf(client: LocalClient, numeric: Numeric): WordLines {
  return new WordLines(client.textRoom(numeric), (words) =>
    client.reply(numeric, '', words.replaceAll(' ', ',')),
  );
}
