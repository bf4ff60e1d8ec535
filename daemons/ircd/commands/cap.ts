/** CAP: IRCv3 capability negotiation, version 302. */

import { MAX_LINE_BYTES } from '../../irc/line-text.ts';
import { N } from '../../irc/numerics.ts';
import { WordLines } from '../../irc/word-lines.ts';
import { CAP, CAPABILITY_NAMES, capabilityNames } from '../client/capabilities.ts';
import type { CommandServer } from '../command-server.ts';
import { startNegotiation, tryRegister } from '../registration.ts';
import type { User } from '../state/user.ts';
import type { Command } from './command.ts';

export const cap: Command = {
  name: 'CAP',
  minParams: 1,
  phase: 'any',
  help: ['CAP LS [302] | LIST | REQ :<capabilities> | END', 'Negotiates protocol extensions.'],
  run(server, user, params) {
    const subcommand = params[0] ?? '';
    switch (subcommand.toUpperCase()) {
      case 'LS':
        startNegotiation(user);
        if (Number(params[1] ?? '301') >= 302) {
          user.cap302 = true;
          // Version 302 implies cap-notify, and the client need not ask for it.
          user.caps |= CAP.capNotify;
        }
        sendList(user, 'LS', [...CAPABILITY_NAMES.keys()]);
        return;
      case 'LIST':
        sendList(user, 'LIST', capabilityNames(user.caps));
        return;
      case 'REQ':
        startNegotiation(user);
        request(user, params[1] ?? '');
        return;
      case 'END':
        end(server, user);
        return;
      default:
        user.reply(N.ERR_INVALIDCAPCMD, subcommand === '' ? '*' : subcommand);
    }
  },
};

/** In several lines where they are needed; a client of version 302 knows by a `*` that more follow. */
function sendList(user: User, subcommand: 'LS' | 'LIST', names: readonly string[]): void {
  const prefix = `:${user.serverName} CAP ${user.target} ${subcommand}`;
  const lines = packed(prefix, ' * :', names);
  for (const [i, line] of lines.entries()) {
    // Earlier clients stop at the first line. All names fit into it (a test says so).
    const more = user.cap302 && i < lines.length - 1;
    user.send(`${prefix}${more ? ' *' : ''} :${line}`);
  }
}

/** At least one line. */
function packed(prefix: string, separator: string, words: readonly string[]): string[] {
  const lines: string[] = [];
  const room = MAX_LINE_BYTES - Buffer.byteLength(prefix + separator);
  const packer = new WordLines(room, (line) => lines.push(line));
  for (const word of words) packer.add(word);
  packer.end(true);
  return lines;
}

/** All of the requested changes take effect or none. */
function request(user: User, list: string): void {
  let on = 0;
  let off = 0;
  let known = true;
  for (const word of list.split(' ')) {
    if (word === '') continue;
    const disable = word.startsWith('-');
    const bit = CAPABILITY_NAMES.get(disable ? word.slice(1) : word);
    if (bit === undefined) known = false;
    // cap-notify cannot be switched off by a version 302 client.
    else if (disable && bit === CAP.capNotify && user.cap302) known = false;
    else if (disable) off |= bit;
    else on |= bit;
  }
  const verdict = known ? 'ACK' : 'NAK';
  if (known) user.caps = (user.caps | on) & ~off;
  // A long answer is spread over several lines (IRCv3 capability negotiation, "The CAP ACK subcommand").
  const prefix = `:${user.serverName} CAP ${user.target} ${verdict}`;
  for (const line of packed(prefix, ' :', list.split(' '))) user.send(`${prefix} :${line}`);
}

function end(server: CommandServer, user: User): void {
  if (user.pending === null) return;
  user.pending.negotiating = false;
  tryRegister(server, user);
}
