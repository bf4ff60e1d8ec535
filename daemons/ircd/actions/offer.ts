/** Clients hear which capabilities are offered now that were not before, and which are no longer (IRCv3 cap-notify). */
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { CAP, CAPABILITY_NAMES } from '../client/capabilities.ts';
import type { CommandServer } from '../command-server.ts';

/** What is no longer offered, and what is now: its names, and with their values also what had others. */
export interface OfferChange {
  readonly gone: readonly string[];
  readonly names: readonly string[];
  readonly values: readonly string[];
}

/** Clients of before version 302 read no values, so another value is no news to them. */
export function* tellOffer({ host, state }: CommandServer, { gone, names, values }: OfferChange): WorkSteps {
  const bits = gone.reduce((all, name) => all | CAPABILITY_NAMES.get(name)!, 0);
  for (const client of [...state.localClients]) {
    if (client.user.gone) continue;
    client.caps &= ~bits;
    if (client.has(CAP.capNotify)) {
      const head = `:${client.serverName} CAP ${client.target}`;
      const added = client.cap302 ? values : names;
      if (gone.length > 0) client.send(`${head} DEL :${gone.join(' ')}`);
      if (added.length > 0) client.send(`${head} NEW :${added.join(' ')}`);
    }
    if (host.work.spend(workPrices.row.ns + host.writeNs)) yield null;
  }
}
