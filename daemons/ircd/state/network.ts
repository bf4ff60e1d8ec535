/**
 * Users, channels and who is on what: the one place where that state changes. Handlers decide and announce; this
 * class keeps the indexes and counts consistent.
 */

import { fold, sameName } from '../../irc/casemapping.ts';
import { CMODE, STATUS, UMODE } from '../../irc/modes.ts';
import { NickIndex } from '../../irc/nick-index.ts';
import { CAP } from '../client/capabilities.ts';
import { limits } from '../limits.ts';
import type { LiveTable } from '../server-host.ts';
import { Channel, Membership } from './channel.ts';
import { Clones } from './clones.ts';
import { type EndedChannel, EndedChannels } from './ended-channels.ts';
import type { LocalClient } from './local-client.ts';
import { LocalNumerics } from './local-numerics.ts';
import { MonitorLists } from './monitor-lists.ts';
import { RemoteNumerics } from './remote-numerics.ts';
import type { Server } from './server.ts';
import { type RemoteUser, User } from './user.ts';
import { UserRoll, type Users } from './user-roll.ts';
import { Whowas } from './whowas.ts';

/** Servers, users, channels and memberships with their indexes. */
export class NetworkState {
  /** This server. */
  readonly me: Server;
  /** Servers by folded name, this one first. */
  readonly #serverMap = new Map<string, Server>();
  readonly #serverNumerics = new Map<string, Server>();
  /** Users by folded nick, unregistered ones with a nick included: a nick is taken from NICK on. */
  readonly #nicks = new NickIndex<User>();
  /** Users of other servers. */
  readonly #numerics = new RemoteNumerics();
  readonly #localNumerics: LocalNumerics;
  readonly #channelMap = new Map<string, Channel>();
  readonly #ended = new EndedChannels();
  readonly #users = new UserRoll();
  readonly #clients = new Set<LocalClient>();
  readonly #operators = new Set<User>();
  #clones: Clones | null = null;
  readonly whowas: Whowas;
  /** Who is told of whom (IRCv3 monitor). */
  readonly monitors = new MonitorLists();
  invisibleCount = 0;
  /** Users of this server who hear nothing of channels. */
  deafCount = 0;
  /** Most users of this server at once since start. */
  maxLocalUsers = 0;
  /** Most users of the network at once since start. */
  maxUsers = 0;
  #markCounter = 0;
  /** Memberships that the last walk over {@link neighbours} looked at. */
  walked = 0;
  readonly #scratch: LocalClient[] = [];
  readonly #changed: (table: LiveTable) => void;
  /** Whether a channel stays when nobody is on it, because it belongs to an account. */
  keeps: (channel: Channel) => boolean = () => false;
  /** Told of each channel that ends. */
  onEnded: (channel: Channel) => void = () => {};

  /** @param changed told whenever clients or channels are others than before. */
  constructor(me: Server, whowasCapacity: number, changed: (table: LiveTable) => void) {
    this.me = me;
    this.#localNumerics = new LocalNumerics(me.numeric);
    this.addServer(me);
    this.#changed = changed;
    this.whowas = new Whowas(whowasCapacity);
  }

  get servers(): ReadonlyMap<string, Server> {
    return this.#serverMap;
  }

  /** Everybody who is registered, on this server or on another. */
  get users(): Users {
    return this.#users;
  }

  /** All connections of this server, registered or not. */
  get localClients(): ReadonlySet<LocalClient> {
    return this.#clients;
  }

  get channels(): ReadonlyMap<string, Channel> {
    return this.#channelMap;
  }

  /** Operators of the network; what one may do here is in the session of a local one. */
  get opers(): ReadonlySet<User> {
    return this.#operators;
  }

  /** Registered users of this server. */
  get localUserCount(): number {
    return this.me.userCount;
  }

  get unregisteredCount(): number {
    return this.#clients.size - this.me.userCount;
  }

  findServer(name: string): Server | undefined {
    return this.#serverMap.get(fold(name));
  }

  /** A server by its two characters. */
  serverByNumeric(numeric: string): Server | undefined {
    return this.#serverNumerics.get(numeric);
  }

  addServer(server: Server): void {
    this.#serverNumerics.set(server.numeric, server);
    this.#serverMap.set(fold(server.name), server);
  }

  /** Takes a server out of the list; its users are gone already, and so are the servers behind it. */
  removeServer(server: Server): void {
    const key = fold(server.name);
    if (this.#serverMap.get(key) === server) this.#serverMap.delete(key);
    if (this.#serverNumerics.get(server.numeric) === server) this.#serverNumerics.delete(server.numeric);
  }

  addClient(client: LocalClient): void {
    this.#clients.add(client);
    this.#changed('connections');
  }

  /** Counts a client as registered; its nick is set already. */
  register(client: LocalClient, nowMs: number): void {
    client.pending = null;
    client.signonMs = nowMs;
    client.lastMessageMs = nowMs;
    client.user.updatePrefix();
    this.#count(client.user);
    this.maxLocalUsers = Math.max(this.maxLocalUsers, this.me.userCount);
    this.#changed('connections');
  }

  /**
   * Adds a user of another server; which of two keeps a nick was settled before.
   * @throws Error when the nick or the numeric is taken; nothing is changed then.
   */
  addRemoteUser(facts: RemoteUser): User {
    const user = new User(facts.server, null, '');
    user.introduced(facts);
    this.#numerics.add(user);
    if (!this.#nicks.add(user)) {
      this.#numerics.remove(user);
      throw new Error(`the nick ${facts.nick} is taken`);
    }
    this.#count(user);
    this.setUserMode(user, UMODE.invisible, (facts.modes & UMODE.invisible) !== 0);
    this.setUserMode(user, UMODE.oper, (facts.modes & UMODE.oper) !== 0);
    // The others are not counted.
    user.modes = facts.modes;
    return user;
  }

  /** Users by address; null while nobody needs it. */
  get clones(): Clones | null {
    return this.#clones;
  }

  /** Has users counted by address from now on, or not any more. */
  countClones(wanted: boolean): void {
    if (wanted) this.#clones ??= new Clones(this.#users);
    else this.#clones = null;
  }

  #count(user: User): void {
    user.registered = true;
    this.#clones?.enter(user);
    user.server.userCount++;
    this.#users.add(user);
    this.maxUsers = Math.max(this.maxUsers, this.#users.size);
    if (user.local === null) this.#changed('network');
  }

  /** A registered user by nick. */
  findUser(nick: string): User | undefined {
    const user = this.#nicks.get(nick);
    return user?.registered === true ? user : undefined;
  }

  /** A user by P10 numeric; one of this server once a link was told of them. */
  findNumeric(numeric: string): User | undefined {
    return this.#numerics.find(numeric) ?? this.#localNumerics.find(numeric);
  }

  /** A user of another server by the value of their numeric. */
  findNumber(number: number): User | undefined {
    return this.#numerics.at(number);
  }

  /** The five characters that stand for a user in P10. Throws when all numerics of this server are taken. */
  numericOf(user: User): string {
    return user.local === null ? user.numeric : this.#localNumerics.of(user);
  }

  /** Whoever holds a nick, registered or not. */
  nickHolder(nick: string): User | undefined {
    return this.#nicks.get(nick);
  }

  /** @param nowMs since when the nick is theirs; one that changes in case alone was theirs before. */
  setNick(user: User, nick: string, nowMs: number): void {
    if (sameName(user.nick, nick)) user.nick = nick;
    else {
      this.#nicks.delete(user);
      user.nick = nick;
      user.nickSeconds = Math.floor(nowMs / 1000);
      this.#nicks.set(user);
    }
    user.updatePrefix();
    if (user.local !== null) this.#changed('connections');
  }

  /**
   * Somebody who is gone holds no nick and no numeric any more, which others may want before everybody was told that they
   * are gone.
   */
  cedeNames(user: User): void {
    this.#nicks.delete(user);
    this.#numerics.remove(user);
  }

  /** Takes the nick back of a client that is not registered yet; it has to choose another one. */
  releaseNick(user: User): void {
    this.#nicks.delete(user);
    user.nick = '';
    user.updatePrefix();
    this.#changed('connections');
  }

  /** Gives a user another host to be seen with. */
  setHost(user: User, host: string): void {
    user.host = host;
    user.updatePrefix();
    if (user.local !== null) this.#changed('connections');
  }

  /** Sets or clears one user mode and keeps the counts. */
  setUserMode(user: User, bit: number, on: boolean): void {
    if (((user.modes & bit) !== 0) === on) return;
    user.modes ^= bit;
    if (bit === UMODE.invisible) this.invisibleCount += on ? 1 : -1;
    if (bit === UMODE.deaf && user.local !== null) this.deafCount += on ? 1 : -1;
    if (bit === UMODE.oper) {
      if (on) this.#operators.add(user);
      else this.#operators.delete(user);
    }
  }

  /** Takes a user out of every index. Channels left empty end. */
  removeUser(user: User, nowMs: number): void {
    const { local } = user;
    if (!(local === null ? this.#users.has(user) : this.#clients.delete(local))) return;
    if (local !== null) {
      this.monitors.clear(local);
      this.#changed('connections');
    }
    this.#nicks.delete(user);
    if (local === null) {
      this.#numerics.remove(user);
      this.#changed('network');
    } else if (user.numeric !== '') this.#localNumerics.free(user);
    this.#clones?.leave(user);
    if (this.#users.delete(user)) {
      user.server.userCount--;
      this.whowas.remember(user, nowMs);
    }
    this.setUserMode(user, UMODE.invisible, false);
    this.setUserMode(user, UMODE.oper, false);
    this.setUserMode(user, UMODE.deaf, false);
    for (const membership of [...user.memberships.values()]) this.part(membership);
    if (user.invites !== null) {
      for (const channel of user.invites.keys()) channel.invited?.delete(user);
      user.invites = null;
    }
  }

  findChannel(name: string): Channel | undefined {
    return this.#channelMap.get(fold(name));
  }

  /**
   * Puts a user on a channel, creating it when it does not exist.
   * @param createdMs when a channel that did not exist was made, Unix milliseconds.
   * @param status bits that the user has there: by default those of an operator on a new channel, and none on another.
   */
  join(user: User, name: string, createdMs: number, status: number | null = null): Membership {
    const key = fold(name);
    let channel = this.#channelMap.get(key);
    const asFirst = channel === undefined ? STATUS.op : 0;
    if (channel === undefined) {
      channel = new Channel(name, key, createdMs);
      this.#channelMap.set(key, channel);
    }
    return this.enter(user, channel, status ?? asFirst);
  }

  /** Puts a user on a channel that is there. */
  enter(user: User, channel: Channel, status: number): Membership {
    const membership = new Membership(user, channel, status);
    channel.add(membership);
    user.joined(membership);
    // Masks may name channels; only the server of a user asks whether they may speak.
    if (user.local !== null) {
      user.forgetVerdicts();
      channel.history?.entered(user);
    }
    this.#forgetInvite(user, channel);
    this.#changed('channels');
    return membership;
  }

  /** Takes a user off a channel; an empty channel ends, unless it belongs to an account, or was restored and its time is not over. */
  part(membership: Membership): void {
    const { channel, user } = membership;
    channel.remove(membership);
    user.parted(membership);
    if (user.local !== null) {
      user.forgetVerdicts();
      channel.history?.left(user);
    }
    this.#changed('channels');
    if (channel.members.length === 0) channel.desertedMs = Date.now();
    this.endIfEmpty(channel);
  }

  /** A channel is older than it was thought to be. */
  backdate(channel: Channel, createdMs: number): void {
    channel.createdMs = createdMs;
    this.#changed('channels');
  }

  /**
   * Calls a channel otherwise; nothing else of it changes. No other channel has that name.
   * @param nameBytes as links are told it, with one character for each byte
   */
  rename(channel: Channel, name: string, nameBytes: string, nowMs: number): void {
    const former = channel.name;
    this.#renameEnded(channel, name, nameBytes, nowMs);
    this.#channelMap.delete(channel.key);
    channel.name = name;
    channel.nameBytes = nameBytes;
    channel.key = fold(name);
    channel.renamedMs = nowMs;
    this.#channelMap.set(channel.key, channel);
    // Masks may name channels.
    for (const { user } of channel.locals) user.forgetVerdicts();
    channel.history?.renamed(former, name);
    this.#changed('channels');
  }

  /**
   * What is remembered of channels that have ended is so of the new name; whoever makes one of the former name makes a younger one.
   * @param channel with its former name
   */
  #renameEnded(channel: Channel, name: string, nameBytes: string, nowMs: number): void {
    if (this.#serverMap.size <= 1 || fold(name) === channel.key) return;
    this.renameEnded(channel.name, name, nameBytes, nowMs);
    this.#ended.noteFormer(channel.key, channel.createdMs, nowMs);
  }

  /** The same of a channel that is not here. */
  renameEnded(former: string, name: string, nameBytes: string, nowMs: number): void {
    this.#ended.rename(fold(former), { name, nameBytes, key: fold(name) }, nowMs);
  }

  /** Another channel has its name from now on; nobody is on it. */
  end(channel: Channel): void {
    if (this.#channelMap.get(channel.key) !== channel) return;
    this.#endChannel(channel);
    this.#changed('channels');
  }

  /** When a channel of that name is made that somebody here makes now: behind the one of that name that has just ended. */
  birthOf(name: string, nowMs: number): number {
    return this.#ended.birthOf(fold(name), nowMs);
  }

  /**
   * Another server still has a channel that has ended here, because somebody entered it there before that was known.
   * @returns what it was when it ended, if that is not long ago
   */
  endedChannel(name: string, createdSeconds: number): EndedChannel | undefined {
    return this.#ended.find(fold(name), createdSeconds, Date.now());
  }

  /** Notes what was heard of a channel that is not here, but may be on another server. */
  noteEnded(channel: Channel): void {
    this.#ended.note(channel, Date.now());
  }

  /** Adds a channel of before a restart, on which nobody is yet. */
  restore(channel: Channel): void {
    this.#channelMap.set(channel.key, channel);
    this.#changed('channels');
  }

  /** Ends a channel without members, unless it is kept for those who were on it. */
  endIfEmpty(channel: Channel): void {
    if (
      channel.members.length > 0 ||
      channel.restored !== null ||
      channel.has(CMODE.permanent) ||
      this.keeps(channel)
    )
      return;
    this.#endChannel(channel);
    this.#changed('channels');
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
   * Clients of this server who share a channel with `user`, once each, without `user`. The array is reused by the next
   * call.
   */
  neighbours(user: User): readonly LocalClient[] {
    const mark = ++this.#markCounter;
    if (user.local !== null) user.local.mark = mark;
    const found = this.#scratch;
    found.length = 0;
    this.walked = 0;
    for (const { hidden, channel } of user.memberships.values()) {
      // Nobody there knows of them.
      if (hidden) continue;
      const { locals } = channel;
      this.walked += locals.length;
      for (const { client } of locals) {
        if (client.mark === mark) continue;
        client.mark = mark;
        found.push(client);
      }
    }
    return found;
  }

  /**
   * As {@link neighbours}, with those who have the nick on their MONITOR list and asked to hear more of it than that it comes and
   * goes (IRCv3 extended-monitor).
   */
  neighboursAndMonitors(user: User): readonly LocalClient[] {
    this.neighbours(user);
    const found = this.#scratch;
    const mark = this.#markCounter;
    for (const client of this.monitors.of(user.nick)) {
      this.walked++;
      if (client.mark === mark || !client.has(CAP.extendedMonitor)) continue;
      client.mark = mark;
      found.push(client);
    }
    return found;
  }

  /** Whether two users share a channel on which the second is seen. */
  shareChannel(a: User, b: User): boolean {
    const [few, many] = a.memberships.size <= b.memberships.size ? [a, b] : [b, a];
    for (const channel of few.memberships.keys())
      if (many.memberships.has(channel) && b.memberships.get(channel)?.hidden !== true) return true;
    return false;
  }

  #forgetInvite(user: User, channel: Channel): void {
    user.invites?.delete(channel);
    channel.invited?.delete(user);
  }

  #endChannel(channel: Channel): void {
    this.#channelMap.delete(channel.key);
    this.onEnded(channel);
    channel.flood?.close();
    if (this.#serverMap.size > 1) this.#ended.keep(channel, Date.now());
    if (channel.invited === null) return;
    for (const user of channel.invited) user.invites?.delete(channel);
    channel.invited = null;
  }
}
