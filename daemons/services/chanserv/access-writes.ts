/** Access as it is written: the level of X3 here, operator or voice for IRC servers, who are told only where it gives status by itself. */
import type { ChannelOutcome } from '../../../contract/accounts.ts';
import { SignalboxError } from '../../../contract/errors.ts';
import type { StoredAccount } from '../../identity/store/account-store.ts';
import { fold } from '../../irc/casemapping.ts';
import { notDone } from '../bots/refused-reply.ts';
import { said } from '../bots/reply.ts';
import type { ChanWorld } from './chan-world.ts';
import type { ChannelSettings } from './channel-settings.ts';
import type { ChannelRows } from './channel-store.ts';
import { LEVELS } from './levels.ts';
import { type ChannelUser, isSuspended, type RegisteredChannel } from './registered-channel.ts';

type Writer = Pick<ChanWorld, 'channels' | 'registry' | 'clock' | 'store'>;

/**
 * Gives an account a level, within a turn of `WriteTurn`.
 * @param expected whether it has to have access already, or none; null where that is the same
 * @throws SignalboxError `conflict` where that is otherwise by now, or the list is full
 */
export function writeAccess(
  world: Writer,
  channel: RegisteredChannel,
  account: StoredAccount,
  level: number,
  expected: boolean | null,
): void {
  const { rows } = world.registry;
  const has = rows.hasAccess(channel.key, account.id);
  if (expected !== null && has !== expected)
    throw notDone(
      'conflict',
      has ? said`${account.name} has access already.` : said`${account.name} has no access.`,
    );
  const standing = level >= LEVELS.op ? 'op' : 'voice';
  const outcome = world.channels.setAccess(channel.name, null, account.name, standing);
  if (outcome === 'full') throw new SignalboxError('conflict', 'the list of users is full');
  if (outcome === 'founder') throw notDone('conflict', said`${channel.name} belongs to ${account.name}.`);
  if (outcome !== 'done') throw notDone('conflict', said`${channel.name} is not registered any more.`);
  rows.setRank(channel.key, account.id, level);
  writeQuiet(world, channel.key);
}

/** Takes all access from an account, within a turn. Whether it had some. */
export function dropAccess(world: Writer, channel: RegisteredChannel, user: ChannelUser): boolean {
  world.registry.rows.forgetUser(channel.key, user.id);
  return world.channels.setAccess(channel.name, null, user.account, null) === 'done';
}

/** Gives a channel to another account, within a turn; whoever had it keeps the highest level that is not the owner's. */
export function giveChannel(world: Writer, channel: RegisteredChannel, account: string): ChannelOutcome {
  const { channels, registry, store } = world;
  const former = store.find(channel.founder);
  const done = channels.transfer(channel.name, null, account);
  if (done !== 'done') return done;
  if (former !== undefined) registry.rows.setRank(channel.key, former.id, LEVELS.coowner);
  writeQuiet(world, channel.key);
  return done;
}

/** Has IRC servers told of those alone who have status by themselves, within a turn. */
export function writeQuiet({ registry, clock }: Writer, key: string): void {
  quietRows(registry.rows, key, clock.now());
}

/** The same for whoever has the rows alone. */
export function quietRows(rows: ChannelRows, key: string, now: number): void {
  const channel = rows.one(key);
  if (channel === undefined) return;
  for (const [account, user] of channel.users) {
    const quiet = channel.suspendedAt(now) || !hasStatus(channel.settings, user, now);
    if (account === fold(channel.founder)) rows.setFounderQuiet(key, quiet);
    else rows.setQuiet(key, user.id, quiet);
  }
}

/** Whether somebody has the status of their level by coming in. */
export function hasStatus(
  { automode }: Pick<ChannelSettings, 'automode'>,
  user: Pick<ChannelUser, 'autoOp' | 'level' | 'suspendedUntil'>,
  now: number,
): boolean {
  if (!user.autoOp || isSuspended(user, now) || automode === 'none') return false;
  return user.level >= LEVELS.op ? automode !== 'onlyvoice' : automode !== 'mute';
}
