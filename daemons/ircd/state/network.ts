/**
 * Users, channels and who is on what: the one place where that state changes. Handlers decide and announce; this
 * class keeps the indexes and counts consistent.
 */

import { fold } from '../../irc/casemapping.ts';
import { STATUS, UMODE } from '../../irc/modes.ts';
import { limits } from '../limits.ts';
import type { LiveTable } from '../server-host.ts';
import { Channel, Membership } from './channel.ts';
import type { User } from './user.ts';
import { Whowas } from './whowas.ts';

/** Users, channels and memberships with their indexes. */
export class NetworkState {
  /** Users by folded nick, unregistered ones with a nick included: a nick is taken from NICK on. */
  readonly #nicks = new Map<string, User>();
  readonly #channelMap = new Map<string, Channel>();
  readonly #everyone = new Set<User>();
  readonly #operators = new Set<User>();
  readonly whowas: Whowas;
  registeredCount = 0;
  invisibleCount = 0;
  /** Most registered users at once since start. */
  maxRegistered = 0;
  #markCounter = 0;
  /** Memberships that the last walk over {@link neighbours} looked at. */
  walked = 0;
  readonly #scratch: User[] = [];
  readonly #changed: (table: LiveTable) => void;

  /** @param changed told whenever users or channels are others than before. */
  constructor(whowasCapacity: number, changed: (table: LiveTable) => void) {
    this.#changed = changed;
    this.whowas = new Whowas(whowasCapacity);
  }

  /** All connections, registered or not. */
  get users(): ReadonlySet<User> {
    return this.#everyone;
  }

  get channels(): ReadonlyMap<string, Channel> {
    return this.#channelMap;
  }

  get opers(): ReadonlySet<User> {
    return this.#operators;
  }

  get unregisteredCount(): number {
    return this.#everyone.size - this.registeredCount;
  }

  addUser(user: User): void {
    this.#everyone.add(user);
    this.#changed('connections');
  }

  /** Counts a user as registered; its nick is set already. */
  register(user: User, nowMs: number): void {
    user.pending = null;
    user.signonMs = nowMs;
    user.lastMessageMs = nowMs;
    this.registeredCount++;
    if (this.registeredCount > this.maxRegistered) this.maxRegistered = this.registeredCount;
    user.updatePrefix();
    this.#changed('connections');
  }

  /** A registered user by nick. */
  findUser(nick: string): User | undefined {
    const user = this.#nicks.get(fold(nick));
    return user?.registered === true ? user : undefined;
  }

  /** Whoever holds a nick, registered or not. */
  nickHolder(nick: string): User | undefined {
    return this.#nicks.get(fold(nick));
  }

  setNick(user: User, nick: string): void {
    if (user.nick !== '') this.#nicks.delete(fold(user.nick));
    user.nick = nick;
    this.#nicks.set(fold(nick), user);
    user.updatePrefix();
    this.#changed('connections');
  }

  /** Sets or clears one user mode and keeps the counts. */
  setUserMode(user: User, bit: number, on: boolean): void {
    if (((user.modes & bit) !== 0) === on) return;
    user.modes ^= bit;
    if (bit === UMODE.invisible) this.invisibleCount += on ? 1 : -1;
    if (bit === UMODE.oper) {
      if (on) this.#operators.add(user);
      else this.#operators.delete(user);
    }
  }

  /** Takes a user out of every index. Channels left empty end. */
  removeUser(user: User, nowMs: number): void {
    if (!this.#everyone.delete(user)) return;
    this.#changed('connections');
    if (user.nick !== '' && this.#nicks.get(fold(user.nick)) === user) this.#nicks.delete(fold(user.nick));
    if (user.registered) {
      this.registeredCount--;
      this.whowas.remember(user, nowMs);
    }
    this.setUserMode(user, UMODE.invisible, false);
    this.setUserMode(user, UMODE.oper, false);
    for (const membership of [...user.memberships.values()]) this.part(membership);
    if (user.invites !== null) {
      for (const channel of user.invites.keys()) channel.invited?.delete(user);
      user.invites = null;
    }
  }

  findChannel(name: string): Channel | undefined {
    return this.#channelMap.get(fold(name));
  }

  /** Puts a user on a channel, creating it (with the user as operator) when it does not exist. */
  join(user: User, name: string, nowMs: number): Membership {
    const key = fold(name);
    let channel = this.#channelMap.get(key);
    let status = 0;
    if (channel === undefined) {
      channel = new Channel(name, key, nowMs);
      this.#channelMap.set(key, channel);
      status = STATUS.op;
    }
    const membership = new Membership(user, channel, status);
    membership.index = channel.members.push(membership) - 1;
    user.memberships.set(channel, membership);
    this.#forgetInvite(user, channel);
    this.#changed('channels');
    return membership;
  }

  /** Takes a user off a channel; an empty channel ends. */
  part(membership: Membership): void {
    const { channel, user } = membership;
    const last = channel.members.pop();
    if (last !== undefined && last !== membership) {
      channel.members[membership.index] = last;
      last.index = membership.index;
    }
    user.memberships.delete(channel);
    this.#changed('channels');
    if (channel.members.length === 0) this.#endChannel(channel);
  }

  /** Notes an invitation; where the user holds as many as allowed the oldest lapses. */
  invite(user: User, channel: Channel, byOperator: boolean): void {
    user.invites ??= new Map();
    user.invites.set(channel, byOperator || (user.invites.get(channel) ?? false));
    for (const oldest of user.invites.keys()) {
      if (user.invites.size <= limits.invitesPerUser.default) break;
      this.#forgetInvite(user, oldest);
    }
    channel.invited ??= new Set();
    channel.invited.add(user);
  }

  /**
   * Registered users who share a channel with `user`, once each, without `user`. The array is reused by the next
   * call.
   */
  neighbours(user: User): readonly User[] {
    const mark = ++this.#markCounter;
    user.mark = mark;
    const found = this.#scratch;
    found.length = 0;
    this.walked = 0;
    for (const channel of user.memberships.keys()) {
      this.walked += channel.members.length;
      for (const { user: other } of channel.members) {
        if (other.mark === mark) continue;
        other.mark = mark;
        found.push(other);
      }
    }
    return found;
  }

  /** Whether two users share a channel. */
  shareChannel(a: User, b: User): boolean {
    const [few, many] = a.memberships.size <= b.memberships.size ? [a, b] : [b, a];
    for (const channel of few.memberships.keys()) if (many.memberships.has(channel)) return true;
    return false;
  }

  #forgetInvite(user: User, channel: Channel): void {
    user.invites?.delete(channel);
    channel.invited?.delete(user);
  }

  #endChannel(channel: Channel): void {
    this.#channelMap.delete(channel.key);
    if (channel.invited === null) return;
    for (const user of channel.invited) user.invites?.delete(channel);
    channel.invited = null;
  }
}
