/** Somebody logs in to an account, or is logged out (IRCv3 account-notify). */
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { announceChange } from '../broadcast.ts';
import { CAP } from '../client/capabilities.ts';
import type { CommandServer } from '../command-server.ts';
import type { Server } from '../state/server.ts';
import type { User } from '../state/user.ts';
import { rest } from '../work-steps.ts';
import { takeAccountMetadata } from './metadata.ts';
import { regain } from './regain.ts';

/**
 * @param account null for somebody who is logged out.
 * @param source whoever knows the accounts: this server, or one that has told it.
 * @param seconds since when the account exists, Unix seconds; 0 where nobody said so.
 */
export function setAccount(
  server: CommandServer,
  user: User,
  account: string | null,
  source: Server = server.state.me,
  seconds = 0,
): WorkSteps | null {
  if (account === user.account) return null;
  const former = user.account;
  user.account = account;
  if (user.local?.has(CAP.readMarker) === true) server.markers.follow(user.local);
  if (seconds > 0 || user.linkFacts !== null) user.noteFacts().accountSeconds = seconds;
  // Masks may name accounts: what was found out about this user before holds no longer.
  for (const membership of user.memberships.values()) {
    membership.banRevision = -1;
    if (user.local !== null) membership.channel.history?.accountChanged(user, former);
    if (membership.status !== 0) server.keeper?.changed(membership.channel);
  }
  const said = user.local === null ? null : takeAccountMetadata(server, user.local);
  if (!user.registered) return null;
  if (user.local !== null) server.accounts.nicks.check(user.local);
  server.links?.tell({ kind: 'account', source, user, former });
  const told = announceChange(server, user, `ACCOUNT ${account ?? '*'}`, CAP.accountNotify);
  const due = regain(server, user);
  return due === null && said === null ? told : allOf(told, due, said);
}

function* allOf(...all: readonly (WorkSteps | null)[]): WorkSteps {
  for (const one of all) yield* rest(one);
}
