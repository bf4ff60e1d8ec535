/** ACCEPT: who may talk to a client that has mode g (caller id, as InspIRCd and Solanum have it). Kept here alone. */
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';

export const accept: Command = {
  name: 'ACCEPT',
  minParams: 1,
  help: [
    'ACCEPT <nickname>{,-<nickname>} | *',
    'Lets users talk to you although you have mode g, takes that back (-), or shows who may (*).',
  ],
  run(server, client, [given = '']) {
    const words = [...new Set(given.split(','))].filter((word) => word !== '');
    for (const word of words.slice(0, limits.targetsPerCommand.default)) {
      if (word === '*') showList(client);
      else if (word.startsWith('-')) dismiss(server, client, word.slice(1));
      else add(server, client, word);
    }
    if (words.length > limits.targetsPerCommand.default)
      client.reply(
        N.ERR_TOOMANYTARGETS,
        'ACCEPT',
        `Too many targets, at most ${limits.targetsPerCommand.default}`,
      );
  },
};

function showList(client: LocalClient): void {
  const nicks = client.replyWords(N.RPL_ACCEPTLIST);
  for (const { nick } of client.guard?.accepted ?? []) nicks.add(nick);
  nicks.end();
  client.reply(N.RPL_ENDOFACCEPT);
}

function add(server: CommandServer, client: LocalClient, nick: string): void {
  const user = server.state.findUser(nick);
  if (user === undefined) client.reply(N.ERR_NOSUCHNICK, replyParameter(nick));
  else if (client.guard?.accepts(user) === true) client.reply(N.ERR_ACCEPTEXIST, user.nick);
  else if (!client.madeGuard().accept(user)) client.reply(N.ERR_ACCEPTFULL);
}

function dismiss(server: CommandServer, client: LocalClient, nick: string): void {
  const user = server.state.findUser(nick);
  if (user === undefined || client.guard?.dismiss(user) !== true)
    client.reply(N.ERR_ACCEPTNOT, user?.nick ?? replyParameter(nick));
}
