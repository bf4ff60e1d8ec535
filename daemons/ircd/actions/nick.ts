/** Somebody takes another nick. */
import { sameName } from '../../irc/casemapping.ts';
import type { WorkGate } from '../../runtime/async/work-gate.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { eventOf, toNeighbours } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import type { User } from '../state/user.ts';
import { rest } from '../work-steps.ts';
import { tellOffline, tellOnline } from './monitor.ts';

/**
 * Gives a registered user a nick that nobody else holds.
 * @param nickMs since when it is theirs, Unix milliseconds.
 * @param gates of all channels of the user, which are free.
 */
export function* changeNick(
  server: CommandServer,
  user: User,
  wanted: string,
  nickMs: number,
  gates: readonly WorkGate[],
): WorkSteps {
  const former = user.nick;
  const message = eventOf(server, user, `NICK ${wanted}`);
  if (user.local !== null) message.to(user.local);
  // The name is taken at once; who has not been told yet hears nothing else of these channels before.
  server.state.whowas.remember(user, Date.now());
  server.state.setNick(user, wanted, nickMs);
  server.links?.tell({ kind: 'nick', user, former });
  if (user.local !== null) server.accounts.nicks.check(user.local);
  if (!sameName(former, wanted)) {
    tellOffline(server, former);
    tellOnline(server, user);
  }
  yield* rest(toNeighbours(server, user, message, 0, gates));
}
