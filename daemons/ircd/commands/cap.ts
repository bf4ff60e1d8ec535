/** CAP: IRCv3 capability negotiation, version 302. */
import { CAP, CAPABILITY_NAMES, capabilityNames } from '../protocol/capabilities.ts';
import { N } from '../protocol/numerics.ts';
import { tryRegister } from '../registration.ts';
import type { IrcServer } from '../server.ts';
import type { User } from '../state/user.ts';
import type { Command } from './command.ts';

/** Room for names in one CAP line after the longest prefix. */
const MAX_LIST_LENGTH = 400;

export const cap: Command = {
  name: 'CAP',
  minParams: 1,
  phase: 'any',
  help: ['CAP LS [302] | LIST | REQ :<capabilities> | END', 'Negotiates protocol extensions.'],
  run(server, user, params) {
    const subcommand = params[0] ?? '';
    switch (subcommand.toUpperCase()) {
      case 'LS':
        if (user.pending !== null) user.pending.negotiating = true;
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
        if (user.pending !== null) user.pending.negotiating = true;
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

function sendList(user: User, subcommand: 'LS' | 'LIST', names: readonly string[]): void {
  const prefix = `:${user.serverName} CAP ${user.target} ${subcommand}`;
  let line = '';
  for (const name of names) {
    // Only version 302 may be answered in several lines; earlier clients stop at the first one.
    if (user.cap302 && line.length + name.length >= MAX_LIST_LENGTH) {
      user.send(`${prefix} * :${line}`);
      line = '';
    }
    line = line === '' ? name : `${line} ${name}`;
  }
  user.send(`${prefix} :${line}`);
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
  user.send(`:${user.serverName} CAP ${user.target} ${verdict} :${list}`);
}

function end(server: IrcServer, user: User): void {
  if (user.pending === null) return;
  user.pending.negotiating = false;
  tryRegister(server, user);
}
