/** CAP: IRCv3 capability negotiation, version 302. */

import { MAX_LINE_BYTES } from '../../irc/line-text.ts';
import { N } from '../../irc/numerics.ts';
import { WordLines } from '../../irc/word-lines.ts';
import { CAP, CAPABILITY_NAMES, capabilityNames } from '../client/capabilities.ts';
import { MULTILINE_VALUE } from '../client/client-batch.ts';
import type { CommandServer } from '../command-server.ts';
import { startNegotiation, tryRegister } from '../registration.ts';
import type { LocalClient } from '../state/local-client.ts';
import { stsPolicy } from '../sts.ts';
import { abandonSasl } from './authenticate.ts';
import type { Command } from './command.ts';
import { METADATA_VALUE } from './metadata.ts';

export const cap: Command = {
  name: 'CAP',
  minParams: 1,
  phase: 'any',
  help: ['CAP LS [302] | LIST | REQ :<capabilities> | END', 'Negotiates protocol extensions.'],
  run(server, client, params) {
    const subcommand = params[0] ?? '';
    switch (subcommand.toUpperCase()) {
      case 'LS':
        startNegotiation(client);
        if (Number(params[1] ?? '301') >= 302) {
          client.cap302 = true;
          // Version 302 implies cap-notify, and the client need not ask for it.
          client.caps |= CAP.capNotify;
        }
        sendList(client, 'LS', offered(server, client));
        return;
      case 'LIST':
        sendList(client, 'LIST', capabilityNames(client.caps));
        return;
      case 'REQ':
        startNegotiation(client);
        request(server, client, params[1] ?? '');
        return;
      case 'END':
        end(server, client);
        return;
      default:
        client.reply(N.ERR_INVALIDCAPCMD, subcommand === '' ? '*' : subcommand);
    }
  },
};

/** Values that are always the same. */
const VALUES: ReadonlyMap<number, string> = new Map([
  [CAP.multiline, MULTILINE_VALUE],
  [CAP.metadata, METADATA_VALUE],
]);

/** What the server has for this client now; one of version 302 reads the values as well. */
function offered(server: CommandServer, client: LocalClient): string[] {
  const words: string[] = [];
  for (const [name, bit] of CAPABILITY_NAMES) {
    if (!server.offers(bit)) continue;
    const own = VALUES.get(bit) ?? server.accounts.valueOf(name);
    const value = client.cap302 ? own : '';
    words.push(value === '' ? name : `${name}=${value}`);
  }
  const policy = client.cap302 ? stsPolicy(server.config, client.connection) : null;
  return policy === null ? words : [...words, policy];
}

/** In several lines where they are needed; a client of version 302 knows by a `*` that more follow. */
function sendList(client: LocalClient, subcommand: 'LS' | 'LIST', names: readonly string[]): void {
  const prefix = `:${client.serverName} CAP ${client.target} ${subcommand}`;
  const lines = packed(prefix, client.cap302 ? ' * :' : ' :', names);
  for (const [i, line] of lines.entries()) {
    // Earlier clients stop at the first line. All names fit into it (a test says so).
    const more = client.cap302 && i < lines.length - 1;
    client.send(`${prefix}${more ? ' *' : ''} :${line}`);
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
function request(server: CommandServer, client: LocalClient, list: string): void {
  let on = 0;
  let off = 0;
  let known = true;
  for (const word of list.split(' ')) {
    if (word === '') continue;
    const disable = word.startsWith('-');
    const bit = CAPABILITY_NAMES.get(disable ? word.slice(1) : word);
    if (bit === undefined) known = false;
    // cap-notify cannot be switched off by a version 302 client.
    else if (disable && bit === CAP.capNotify && client.cap302) known = false;
    else if (disable) off |= bit;
    else if (!server.offers(bit)) known = false;
    else on |= bit;
  }
  const verdict = known ? 'ACK' : 'NAK';
  if (known) client.caps = (client.caps | on) & ~off;
  if (client.has(CAP.readMarker)) server.markers.follow(client);
  // A long answer is spread over several lines (IRCv3 capability negotiation, "The CAP ACK subcommand").
  const prefix = `:${client.serverName} CAP ${client.target} ${verdict}`;
  for (const line of packed(prefix, ' :', list.split(' '))) client.send(`${prefix} :${line}`);
}

function end(server: CommandServer, client: LocalClient): void {
  if (client.pending === null) return;
  client.pending.negotiating = false;
  abandonSasl(server, client);
  tryRegister(server, client);
}
