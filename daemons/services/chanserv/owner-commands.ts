/** Commands by which channels come to an account, go to another, and end. */
import { createHash } from 'node:crypto';
import { limits as accountLimits } from '../../identity/limits.ts';
import type { StoredAccount } from '../../identity/store/account-store.ts';
import { fold } from '../../irc/casemapping.ts';
import { compileMask } from '../../irc/mask.ts';
import { STATUS } from '../../irc/modes.ts';
import { isValidChannelName } from '../../irc/names.ts';
import type { CommandCall } from '../bots/command-row.ts';
import { notDone } from '../bots/refused-reply.ts';
import { isAccount, type Reply, said } from '../bots/reply.ts';
import { giveChannel, writeAccess } from './access-writes.ts';
import {
  aboutChannel,
  type ChanResult,
  type ChanRow,
  type ChanUse,
  chanRow,
  refuse,
  unregistered,
} from './chan-row.ts';
import { type ChanWorld, mayOverride, meantAccount, onNetwork } from './chan-world.ts';
import type { Unregistrable } from './channel-store.ts';
import { LEVELS, NOBODY_LEVEL } from './levels.ts';
import type { ChannelUser } from './registered-channel.ts';

export function ownerCommands(world: ChanWorld): ChanRow[] {
  return [register(world), unregister(world), giveOwnership(world), merge(world), move(world)];
}

function register(world: ChanWorld): ChanRow {
  return aboutChannel({
    name: 'REGISTER',
    needs: 'account',
    who: 'whoever is operator of the channel; operators of services may register for others',
    deed: 'REGISTER-CHANNEL',
    syntax: '<#channel> [nick or *account]',
    least: 1,
    most: 2,
    effect: 'has a channel belong to your account',
    help: [
      'Registers a channel on which you are operator: it is yours then, and stays so when nobody is on it.',
      'Operators of services may register one for somebody else, whether they are on it or not.',
    ],
    recorded: ({ words }) => (words.length > 1 ? { channel: words[0] ?? '', account: words[1] ?? '' } : null),
    refusal: (call) => registerRefusal(world, call),
    async run(call) {
      const name = call.words[0]!;
      const owner = ownerMeant(world, call) as StoredAccount;
      const view = onNetwork(world, name);
      const { registry, channels, clock, bot } = world;
      const outcome = await registry.change(name, 'access', () => {
        const made = channels.register(
          name,
          owner.name,
          (view?.createdSeconds ?? clock.now() / 1_000) * 1_000,
        );
        if (made === 'done') {
          registry.rows.setState(fold(name), 'registrar', call.user.account);
          registry.rows.setState(fold(name), 'visited', clock.now());
          registry.rows.setState(fold(name), 'most_users', view?.members.size ?? 0);
          registry.rows.addEvent(fold(name), call.user.nick, `REGISTER for ${owner.name}`);
        }
        return made;
      });
      if (outcome === 'taken') return [said`${name} is registered already.`];
      if (outcome === 'full')
        return [
          said`${owner.name} owns as many channels as one account may: ${accountLimits.channelsPerAccount.default}.`,
        ];
      return [
        said`${name} belongs to ${owner.name} now.`,
        said`/msg ${bot().nick} HELP lists what can be done with it; SET ${name} shows its settings.`,
      ];
    },
  });
}

function ownerMeant(world: ChanWorld, call: CommandCall): StoredAccount | Reply {
  const { user, words } = call;
  const [, word] = words;
  if (word !== undefined) return meantAccount(world, call, word);
  return world.standing.accountOf(user) ?? 'You are not logged in.';
}

function registerRefusal(world: ChanWorld, call: CommandCall): Reply | null {
  const [name, other] = call.words as readonly [string, string?];
  const staff = mayOverride(world, call.user);
  if (!isValidChannelName(name, accountLimits.channelNameBytes.default))
    return said`${name.slice(0, 64)} is no name of a channel.`;
  if (other !== undefined && !staff)
    return 'Only operators of services register a channel for somebody else.';
  const owner = ownerMeant(world, call);
  if (!isAccount(owner)) return owner;
  const forbidden = forbiddenBy(world, name, owner);
  if (forbidden !== null && !staff) return forbiddenReply(name, forbidden);
  if (world.registry.get(name) !== undefined) return said`${name} is registered already.`;
  if (staff && other !== undefined) return null;
  const status = onNetwork(world, name)?.members.get(call.user);
  return status === undefined || (status & STATUS.op) === 0
    ? said`Only an operator of ${name} can register it.`
    : null;
}

/** Why nothing is registered by a name or for an account; null where it may be. */
export function forbiddenBy(world: ChanWorld, name: string, owner: StoredAccount): Unregistrable | null {
  for (const one of world.registry.rows.unregistrable()) {
    const covers =
      one.mask.startsWith('*') && !one.mask.includes('#')
        ? fold(one.mask.slice(1)) === owner.key
        : compileMask(one.mask).matches(fold(name));
    if (covers) return one;
  }
  return null;
}

function forbiddenReply(name: string, { reason }: Unregistrable): Reply {
  return said`${name} cannot be registered: ${reason}`;
}

/** What has to be said as well, so that nothing is given up by a slip. */
export function confirmation(what: string, { channel }: ChanUse): string {
  return createHash('sha256')
    .update(`${what} ${channel.key} ${channel.registered}`)
    .digest('hex')
    .slice(0, 8);
}

function unregister(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'UNREGISTER',
    access: LEVELS.owner,
    syntax: '[confirmation]',
    least: 0,
    most: 1,
    effect: 'gives a channel up, with all that is kept of it',
    help: [
      'Gives a channel up. Nothing of it can be brought back; what to say to confirm that is told first.',
    ],
    deed: 'UNREGISTER-CHANNEL',
    evenSuspended: true,
    event: false,
    refusal(use) {
      const { channel, words } = use;
      const wanted = confirmation('unregister', use);
      if (words[0] === wanted) return endRefusal(use);
      return (
        endRefusal(use) ??
        said`Everything that is kept of ${channel.name} will be gone. To confirm say: UNREGISTER ${channel.name} ${wanted}`
      );
    },
    async run({ channel }) {
      await world.drop(channel.name);
      return [said`${channel.name} belongs to nobody any more.`];
    },
  });
}

function endRefusal({ channel, power }: ChanUse): Reply | null {
  if (power === NOBODY_LEVEL) return null;
  if (channel.settings.noDelete)
    return said`${channel.name} is kept by the operators of the network (NODELETE).`;
  return channel.suspension === null ? null : said`${channel.name} is suspended, and stays.`;
}

function giveOwnership(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'GIVEOWNERSHIP',
    access: LEVELS.owner,
    syntax: '<nick or *account> [confirmation]',
    least: 1,
    most: 2,
    effect: 'has a channel belong to another of its users; you are coowner then',
    help: ['Gives a channel to somebody who is among its users. You are coowner from then on.'],
    deed: 'GIVEOWNERSHIP',
    refusal(use) {
      const { channel, words, call } = use;
      const other = meantAccount(world, call, words[0]!);
      if (!isAccount(other)) return other;
      if (other.key === fold(channel.founder)) return said`${channel.name} belongs to ${other.name} already.`;
      if (use.power === NOBODY_LEVEL) return null;
      if (channel.user(other.name) === undefined)
        return said`${other.name} has no access to ${channel.name}: ADDUSER first.`;
      const wanted = confirmation(`give ${other.key}`, use);
      return words[1] === wanted
        ? null
        : said`${channel.name} will be ${other.name}'s. To confirm say: GIVEOWNERSHIP ${channel.name} *${other.name} ${wanted}`;
    },
    async run({ channel, words, call }) {
      const other = meantAccount(world, call, words[0]!);
      if (!isAccount(other)) return refuse(other);
      const outcome = await world.registry.change(channel.name, 'access', () =>
        giveChannel(world, channel, other.name),
      );
      if (outcome === 'full') return refuse(said`${other.name} owns as many channels as one account may.`);
      if (outcome !== 'done') return refuse(said`${channel.name} could not be given to ${other.name}.`);
      return [said`${channel.name} belongs to ${other.name} now.`];
    },
  });
}

function merge(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'MERGE',
    access: LEVELS.owner,
    syntax: '<#target>',
    least: 1,
    most: 1,
    effect: 'brings users and lamers of a channel into another, and gives it up',
    help: [
      'Puts the users and lamers of a channel into another of yours, and gives the first up.',
      'Whoever has access to both keeps the higher level.',
    ],
    deed: 'MERGE',
    event: false,
    refusal(use) {
      const { channel, words, power, account } = use;
      const target = world.registry.get(words[0]!);
      if (target === undefined) return unregistered(words[0]!);
      if (target === channel) return 'A channel cannot be merged with itself.';
      const owned = account !== null && (target.user(account.name)?.level ?? 0) >= LEVELS.owner;
      if (!owned && power !== NOBODY_LEVEL) return said`You do not own ${target.name}.`;
      return endRefusal(use);
    },
    async run(use) {
      const { channel, words } = use;
      const target = world.registry.get(words[0]!)!;
      const { registry, store } = world;
      const { rows } = registry;
      await registry.change(target.name, 'access', () => {
        for (const user of channel.users.values()) {
          const known = target.user(user.account);
          const found = store.find(user.account);
          // Owners there are owners here by their own channel alone.
          const level = Math.min(user.level, LEVELS.coowner);
          if (found === undefined || (known !== undefined && known.level >= level)) continue;
          writeAccess(world, target, found, level, null);
          writeOptions(world, target.key, user);
        }
        for (const { mask, by, expires, reason } of channel.lamers)
          if (!target.lamers.some((lamer) => fold(lamer.mask) === fold(mask)))
            rows.addLamer(target.key, mask, by, expires, reason);
        rows.bringBots(channel.key, target.key);
        rows.addEvent(target.key, use.user.nick, `MERGE of ${channel.name}`);
      });
      await world.drop(channel.name);
      return [said`${channel.name} is merged with ${target.name}, and belongs to nobody any more.`];
    },
  });
}

function writeOptions({ registry }: ChanWorld, key: string, { id, info, autoOp, seen }: ChannelUser): void {
  registry.rows.setUser(key, id, 'info', info);
  registry.rows.setUser(key, id, 'auto_op', Number(autoOp));
  registry.rows.setUser(key, id, 'seen', seen);
}

function move(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'MOVE',
    access: LEVELS.owner,
    syntax: '<#channel>',
    least: 1,
    most: 1,
    effect: 'has a channel be registered by another name, with all that is kept of it',
    help: [
      'Has everything that is kept of a channel be of another one, which belongs to nobody yet.',
      'You have to be operator there, as for REGISTER.',
    ],
    deed: 'MOVE',
    refusal: (use) => moveRefusal(world, use),
    run: (use) => moveTo(world, use),
  });
}

function moveRefusal(world: ChanWorld, { words, user, account, power }: ChanUse): Reply | null {
  const name = words[0]!;
  if (!isValidChannelName(name, accountLimits.channelNameBytes.default))
    return said`${name.slice(0, 64)} is no name of a channel.`;
  if (world.registry.get(name) !== undefined) return said`${name} is registered already.`;
  if (power === NOBODY_LEVEL) return null;
  const forbidden = account === null ? null : forbiddenBy(world, name, account);
  if (forbidden !== null) return forbiddenReply(name, forbidden);
  const status = onNetwork(world, name)?.members.get(user) ?? 0;
  return (status & STATUS.op) === 0 ? said`You are no operator of ${name}.` : null;
}

async function moveTo(world: ChanWorld, { channel, words }: ChanUse): Promise<ChanResult> {
  const name = words[0]!;
  const view = onNetwork(world, name);
  const { registry, clock, tellGone } = world;
  await registry.save(() => {
    if (registry.rows.exists(fold(name))) throw notDone('conflict', said`${name} is registered.`);
    registry.rows.rename(channel.key, name, (view?.createdSeconds ?? clock.now() / 1_000) * 1_000);
  });
  tellGone(channel.name);
  registry.told(name);
  return [said`${channel.name} is ${name} now.`];
}
