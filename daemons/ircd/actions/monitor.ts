/** A nick comes or goes: those who monitor it are told (IRCv3 monitor, RPL_MONONLINE and RPL_MONOFFLINE). */
import { N, type Numeric } from '../../irc/numerics.ts';
import { from } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { User } from '../state/user.ts';
import { type Audience, deliver, deliverSmall, SMALL_CROWD } from '../work-steps.ts';

/** Somebody is there, or is called so from now on. */
export function tellOnline(server: CommandServer, user: User): void {
  const watchers = server.state.monitors.of(user.nick);
  if (watchers.size > 0) tell(server, watchers, N.RPL_MONONLINE, user.prefix);
}

/** Nobody holds a nick any more; where somebody else took it at once it never went. */
export function tellOffline(server: CommandServer, nick: string): void {
  const watchers = server.state.monitors.of(nick);
  if (watchers.size > 0 && server.state.findUser(nick) === undefined)
    tell(server, watchers, N.RPL_MONOFFLINE, nick);
}

/** The same line to all of them, which is why it names nobody ("The server may send '*' instead of the nick"). */
function tell(
  server: CommandServer,
  watchers: ReadonlySet<LocalClient>,
  { code }: Numeric,
  target: string,
): void {
  const message = from(server, server.state.me, `${code} * :${target}`);
  const send: Audience<LocalClient>['send'] = (clients, start, end) => {
    // Never part of the response to a label, whoever causes it.
    for (let i = start; i < end; i++) message.past(clients[i]!);
  };
  const audience = { entries: [...watchers], send };
  if (watchers.size <= SMALL_CROWD) deliverSmall(server.host, audience, message);
  // One account does what it is given in order: nobody hears of a nick that it went after it has come again.
  else server.host.work.runSteps(server.house, deliver(server.host, audience, message, []));
}
