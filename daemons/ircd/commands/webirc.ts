/** WEBIRC: IRCv3 "WEBIRC". A gateway says whose connection it brings, before anything else. */

import { canonicalCidr } from '../../runtime/net/canonical-address.ts';
import { parseCidr } from '../../runtime/net/ip-address.ts';
import { lookUpNames } from '../registration.ts';
import type { Command } from './command.ts';

export const webirc: Command = {
  name: 'WEBIRC',
  minParams: 4,
  phase: 'before',
  help: [
    'WEBIRC <password> <gateway> <host> <address> [:<options>]',
    'Tells for whom a gateway connects. Only for gateways that the server knows, and before anything else.',
  ],
  run(server, client, params) {
    // The host is the gateway's word only; that of the address is looked up.
    const [password = '', , , claimed = '', options = ''] = params;
    const { connection, user, pending } = client;
    const from = connection.remoteAddress;
    if (!server.gateways.admits(from, password)) {
      server.host.log('warn', 'webirc_refused', `WEBIRC from ${from} was refused: no [[ircd.webirc]] fits`, {
        address: from,
      });
      server.exit(client, 'WEBIRC is not allowed from your address, or its password is wrong');
      return;
    }
    if (user.nick !== '' || user.username !== '' || pending === null || pending.gateway !== null) {
      server.exit(client, 'WEBIRC has to come once, and before NICK and USER');
      return;
    }
    const block = claimed.includes('%') || claimed.includes('/') ? null : parseCidr(claimed);
    if (block === null) {
      server.exit(client, 'WEBIRC without a valid address');
      return;
    }
    pending.gateway = from;
    const refusal = connection.readdress(canonicalCidr(block), options.split(' ').includes('secure'));
    if (refusal !== null) {
      server.exit(client, refusal);
      return;
    }
    user.relocate(connection.remoteAddress);
    lookUpNames(server, client);
    server.host.tableChanged('connections');
  },
};
