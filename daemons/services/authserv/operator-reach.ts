/** Which accounts an operator may do something to: those that a word names, and that are below them. Used by commands of AuthServ for operators. */
import { SignalboxError } from '../../../contract/errors.ts';
import type { StoredAccount } from '../../identity/store/account-store.ts';
import type { CommandCall } from '../bots/command-row.ts';
import { notDone } from '../bots/refused-reply.ts';
import { isAccount, type Reply, said } from '../bots/reply.ts';
import type { AuthWorld } from './auth-world.ts';
import { LOOKING_LEVEL } from './standing.ts';

/** From which level on accounts may do what. */
export const LEVELS = { notes: LOOKING_LEVEL, allow: 200, change: 400, end: 600, prove: 601 } as const;

/** The account that a word names: `*nick` for the one that somebody is logged in to. */
export function namedAccount({ store, standing, view }: AuthWorld, word: string): StoredAccount | Reply {
  if (!word.startsWith('*')) return store.find(word) ?? said`There is no account ${word.slice(0, 64)}.`;
  const user = view()?.byNick(word.slice(1));
  if (user === undefined) return said`Nobody is called ${word.slice(1, 33)}.`;
  return standing.accountOf(user) ?? said`${user.nick} is not logged in.`;
}

/**
 * The account that a word of a command names. Meanwhile what is done is written down, and somebody else may have the nick or the name by
 * the time that it is done: it stays the one that was looked at first.
 */
export function meantAccount(world: AuthWorld, call: CommandCall, at = 0): StoredAccount | Reply {
  const before = meant.get(call);
  if (before !== undefined)
    return world.store.withId(before.id) ?? said`The account ${before.name} is there no more.`;
  const found = namedAccount(world, call.words[at]!);
  if (isAccount(found)) meant.set(call, found);
  return found;
}

/** Commands under way, with the account that each is about. */
const meant = new WeakMap<CommandCall, StoredAccount>();

/** Why an operator may do nothing to the account that the first word names; null where they may. */
export function refusalFor(world: AuthWorld, call: CommandCall): Reply | null {
  const found = meantAccount(world, call);
  return isAccount(found) ? world.standing.outranked(call.user, found) : found;
}

/** The same account once more, for what is done: meanwhile it may have been given more. */
export function below(world: AuthWorld, call: CommandCall): StoredAccount {
  const found = there(world, call);
  if (world.standing.outranked(call.user, found) !== null)
    throw notDone('access_denied', said`${found.name} is not below you any more.`);
  return found;
}

/** The same account once more, whatever it is given. @throws SignalboxError `not_found` */
export function there(world: AuthWorld, call: CommandCall): StoredAccount {
  const found = meantAccount(world, call);
  if (!isAccount(found)) throw new SignalboxError('not_found', 'That account is there no more.');
  return found;
}

/** The name of the account that a word means, for what is written down. */
export function nameIn(world: AuthWorld, call: CommandCall, at = 0): string {
  const found = meantAccount(world, call, at);
  return isAccount(found) ? found.name : call.words[at]!.slice(0, 64);
}
