/**
 * Finding whom a ban is against among all clients of this server: in turns, because there may be a hundred thousand of them. Whoever
 * comes meanwhile meets the ban by itself. Called by whoever sets bans, and by whoever asks what one would do.
 */
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import type { CommandServer } from '../command-server.ts';
import type { LocalClient } from '../state/local-client.ts';
import { inTurns, type StepsWith } from '../work-steps.ts';

/** What comparing one user with one ban costs, in nanoseconds of work. */
const MATCH_NS = 10 * workPrices.mask.ns;

/** Whether a ban is against a client. */
export type Matches = (client: LocalClient) => boolean;

/**
 * Has everybody looked at who is here now.
 * @param holds whether that is wanted still: a ban may be lifted meanwhile
 */
export function* eachClient(
  { host, state }: CommandServer,
  look: (client: LocalClient) => void,
  holds: () => boolean = () => true,
): WorkSteps {
  for (const client of [...state.localClients]) {
    if (!client.user.gone) look(client);
    if (!host.work.spend(MATCH_NS)) continue;
    yield null;
    if (!holds()) return;
  }
}

/** Drops whom a ban is against, and resolves with how many those were; few are gone when it returns. */
export function dropMatching(
  server: CommandServer,
  matches: Matches,
  reason: string,
  holds: () => boolean,
): Promise<number> {
  let dropped = 0;
  function* steps(): StepsWith<number> {
    yield* eachClient(
      server,
      (client) => {
        if (!matches(client)) return;
        dropped++;
        server.counters.serverBanMatches++;
        server.exit(client, reason);
        server.host.work.spend(workPrices.departure.ns);
      },
      holds,
    );
    return dropped;
  }
  return inTurns(server.host, server.house, steps());
}

/** How many clients a ban would be against. */
export function countMatching(server: CommandServer, matches: Matches): Promise<number> {
  function* steps(): StepsWith<number> {
    let count = 0;
    yield* eachClient(server, (client) => {
      if (matches(client)) count++;
    });
    return count;
  }
  return inTurns(server.host, server.house, steps());
}
