/** What the commands of ChanServ work with, and how they find who and what is meant. Put together by `chan-serv.ts`. */

import type { Clock } from '../../../kit/clock.ts';
import type { AccountStore, StoredAccount } from '../../identity/store/account-store.ts';
import type { ChannelStore } from '../../identity/store/channel-store.ts';
import type { LinkModeChange } from '../../irc/p10/mode-line.ts';
import type { Standing } from '../authserv/standing.ts';
import type { Bot } from '../bots/bot-roster.ts';
import type { CommandCall } from '../bots/command-row.ts';
import { type Reply, said } from '../bots/reply.ts';
import type { ChannelActs } from '../network/channel-acts.ts';
import type { NetworkView } from '../network/network-view.ts';
import type { ViewChannel, ViewUser } from '../network/view-parts.ts';
import type { ProfileStore } from '../store/profile-store.ts';
import type { ChannelRegistry } from './channel-registry.ts';
import type { DueTimes } from './due-times.ts';
import type { ModeLock } from './mode-lock.ts';
import { type ChannelUser, isSuspended, type RegisteredChannel } from './registered-channel.ts';

/** What operators have set about channels; may change with the configuration. */
export interface ChannelRules {
  /** What begins a command on a channel itself; empty for none. */
  readonly trigger: string;
  /** Days after which a channel ends on which nobody with access was; 0 keeps all for ever. */
  readonly unvisitedDays: number;
}

export interface ChanWorld {
  readonly registry: ChannelRegistry;
  /** Who owns which channel, and what IRC servers are told of access. */
  readonly channels: ChannelStore;
  readonly store: AccountStore;
  readonly profiles: ProfileStore;
  readonly standing: Standing;
  readonly acts: ChannelActs;
  /** What is due sometime. */
  readonly times: DueTimes;
  readonly clock: Clock;
  readonly rules: () => ChannelRules;
  readonly bot: () => Bot;
  /** The network now; null while there is none. */
  readonly view: () => NetworkView | null;
  /** What has to change for a channel to have the modes that it keeps, as far as the network knows them. */
  readonly modeChanges: (lock: ModeLock, view: ViewChannel) => LinkModeChange[];
  /** See `ChannelKeeper`; acts as an administrator. */
  readonly drop: (channel: string) => Promise<unknown>;
  /** A channel is called otherwise: everybody hears that there is none of the old name. */
  readonly tellGone: (channel: string) => void;
  /** Has somebody on a channel what is due to them; see `Welcome`. */
  readonly settle: (channel: RegisteredChannel, view: ViewChannel, everybody: boolean) => number;
  /** Says something that nobody asked for. */
  readonly tell: (user: ViewUser, reply: Reply) => void;
}

/** Level of an account of services from which on it may act on every channel; whatever it does so is in the audit trail. */
export const OVERRIDE_LEVEL = 600;

/** The access of somebody on the network that counts now; null for none. */
export function accessOf(
  { standing, clock }: Pick<ChanWorld, 'standing' | 'clock'>,
  channel: RegisteredChannel,
  user: ViewUser,
): ChannelUser | null {
  if (user.account === null) return null;
  const found = channel.user(user.account);
  if (found === undefined || isSuspended(found, clock.now())) return null;
  // A later account of the same name, or one that is suspended, which some networks cannot log out.
  const account = standing.accountOf(user);
  return account === null || account.id !== found.id || account.suspended_reason !== null ? null : found;
}

export function levelOn(world: ChanWorld, channel: RegisteredChannel, user: ViewUser): number {
  return accessOf(world, channel, user)?.level ?? 0;
}

/** Whether somebody may act on every channel. */
export function mayOverride({ standing }: Pick<ChanWorld, 'standing'>, user: ViewUser): boolean {
  return (standing.levelOf(user) ?? 0) >= OVERRIDE_LEVEL;
}

/** The channel on the network, while somebody is on it. */
export function onNetwork(world: ChanWorld, channel: string): ViewChannel | null {
  return world.view()?.findChannel(channel) ?? null;
}

/** Whether somebody who is logged in to an account is on a channel now. */
export function isHere(world: ChanWorld, channel: string, account: string): boolean {
  const view = onNetwork(world, channel);
  for (const user of world.view()?.loggedIn(account) ?? []) if (view?.members.has(user) === true) return true;
  return false;
}

/** The account that somebody means by `nick` or `*account`; a refusal for none. */
export function meantAccount(
  world: ChanWorld,
  call: Pick<CommandCall, 'byNick'>,
  word: string,
): StoredAccount | Reply {
  if (word.startsWith('*')) {
    const account = world.store.find(word.slice(1));
    return account ?? said`There is no account ${word.slice(1, 33)}.`;
  }
  const user = call.byNick(word);
  if (user === undefined) return said`Nobody is called ${word.slice(0, 32)}; *account names an account.`;
  return world.standing.accountOf(user) ?? said`${user.nick} is not logged in.`;
}

/** Who somebody is, for what others read: the account, or the nick. */
export function nameOf(user: ViewUser): string {
  return user.account ?? user.nick;
}
