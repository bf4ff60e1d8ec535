/** Commands that may be answered by another server: the one that they name, by its name, a mask, or a user on it. */
import { compileMask } from '../../irc/mask.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { CommandServer } from '../command-server.ts';
import type { Query } from '../network-events.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Server } from '../state/server.ts';

/** What asking another server takes of the flood allowance beside its own line: every server on the way works for it. */
const PENALTY_LINES = 1;

/** The server that a parameter names; of several that a mask fits this one, then the one that was linked first. */
export function targetServer({ state, host }: CommandServer, target: string): Server | undefined {
  const named = state.findServer(target) ?? state.findUser(target)?.server;
  if (named !== undefined) return named;
  const mask = compileMask(target);
  host.work.spend(state.servers.size * workPrices.mask.ns);
  for (const [key, server] of state.servers) if (mask.matches(key)) return server;
  return undefined;
}

/**
 * Whether this server has to answer; another one is asked, and where there is none of that name the client is told.
 * @param words what the question says beside the server.
 */
export function askedHere(
  server: CommandServer,
  client: LocalClient,
  target: string | undefined,
  query: Query,
  words: readonly string[] = [],
): boolean {
  if (target === undefined) return true;
  const to = targetServer(server, target);
  if (to === server.state.me) return true;
  if (to === undefined) client.reply(N.ERR_NOSUCHSERVER, replyParameter(target));
  else {
    client.connection.penalize(PENALTY_LINES);
    server.links?.tell({ kind: 'query', source: client.user, to, query, words });
  }
  return false;
}
