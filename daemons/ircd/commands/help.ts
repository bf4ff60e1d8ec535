/** HELP and HELPOP (Modern "HELP message"): the help of every command, from the commands themselves. */

import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import type { CommandServer } from '../command-server.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';

/** Names in one line of the overview. */
const NAMES_PER_LINE = 8;

export const help: Command = {
  name: 'HELP',
  minParams: 0,
  penaltyLines: 1,
  help: ['HELP [<command>]', 'Lists the commands, or explains one.'],
  run: sendHelp,
};

export const helpop: Command = { ...help, name: 'HELPOP', help: ['HELPOP [<command>]', 'The same as HELP.'] };

function sendHelp(server: CommandServer, client: LocalClient, params: readonly string[]): void {
  const asked = (params[0] ?? '').toUpperCase();
  if (asked === '') {
    const names = [...server.commands.keys()];
    const lines = ['Commands of this server; HELP <command> explains one.'];
    for (let i = 0; i < names.length; i += NAMES_PER_LINE)
      lines.push(names.slice(i, i + NAMES_PER_LINE).join(' '));
    sendLines(client, '*', lines);
    return;
  }
  const command = server.commands.get(asked);
  if (command === undefined) client.reply(N.ERR_HELPNOTFOUND, replyParameter(asked));
  else sendLines(client, command.name, command.help);
}

function sendLines(client: LocalClient, subject: string, lines: readonly string[]): void {
  const [first = '', ...rest] = lines;
  client.reply(N.RPL_HELPSTART, subject, first);
  for (const line of rest) client.reply(N.RPL_HELPTXT, subject, line);
  client.reply(N.RPL_ENDOFHELP, subject);
}
