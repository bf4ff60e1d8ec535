/**
 * The network as services see it, kept up to date by what the uplink says. It never answers by itself; whoever wants to know what
 * changed is told. Everything is found by an index, and a user that is gone stays gone whoever has the numeric next.
 */
import { fold } from '../../irc/casemapping.ts';
import { STATUS } from '../../irc/modes.ts';
import { NickIndex } from '../../irc/nick-index.ts';
import type { LinkModeChange } from '../../irc/p10/mode-line.ts';
import { textOf } from '../../irc/p10/text.ts';
import { asSet, type Few, withOne, withoutOne } from './few.ts';
import { UserTable } from './user-table.ts';
import {
  type ChangedMode,
  HALFOP,
  type UserRef,
  ViewChannel,
  type ViewServer,
  ViewUser,
  type ViewUserParts,
} from './view-parts.ts';

/** Told of what changes, when it has. Who did it is null for a server. */
export interface ViewEvents {
  /** Somebody has come. */
  onUser?(user: ViewUser): void;
  /** Somebody is gone, and on no channel any more. */
  onUserGone?(user: ViewUser): void;
  /** Somebody has other modes than before. */
  onUserModes?(user: ViewUser, before: string): void;
  /** Somebody is called otherwise. */
  onNick?(user: ViewUser, before: string): void;
  /** Somebody is logged in to another account than before, or to none. */
  onAccount?(user: ViewUser, before: string | null): void;
  /** A server has told all that it knows. */
  onBurstEnd?(server: ViewServer): void;
  /** A server is gone with all that were on it. */
  onServerGone?(server: ViewServer): void;
  /** Somebody is on a channel; while their server still tells what it knows, they were before. */
  onJoin?(user: ViewUser, channel: ViewChannel): void;
  /** Somebody is on a channel no more, for whatever reason. */
  onLeave?(user: ViewUser, channel: ViewChannel): void;
  /** Somebody was thrown out, and has left. */
  onKick?(channel: ViewChannel, victim: ViewUser, by: ViewUser | null): void;
  /** Modes, bans or members' status have changed: those alone that were otherwise before. */
  onModes?(channel: ViewChannel, by: ViewUser | null, changes: readonly ChangedMode[]): void;
  onTopic?(channel: ViewChannel, by: ViewUser | null, before: string): void;
  /** What was known of a channel belonged to a younger one, and is lost: modes, bans, the status of members. */
  onOlder?(channel: ViewChannel): void;
}

export class NetworkView {
  readonly me: ViewServer;
  /** By numeric. */
  readonly servers = new Map<string, ViewServer>();
  /** By numeric. */
  readonly users = new UserTable();
  /** By folded name. */
  readonly channels = new Map<string, ViewChannel>();
  /** All who are told, in their order. */
  readonly listeners: ViewEvents[] = [];
  readonly #nicks = new NickIndex<ViewUser>();
  /** Who is logged in to an account, by its folded name. */
  readonly #logins = new Map<string, Few<ViewUser>>();
  #sequence = 0;

  constructor(me: ViewServer) {
    this.me = me;
    this.servers.set(me.numeric, me);
  }

  /** The user that a reference names, while they are there. */
  resolve({ numeric, sequence }: UserRef): ViewUser | null {
    const user = this.users.get(numeric);
    return user?.sequence === sequence ? user : null;
  }

  byNick(nick: string): ViewUser | undefined {
    return this.#nicks.get(nick);
  }

  serverByName(name: string): ViewServer | undefined {
    const wanted = fold(name);
    for (const server of this.servers.values()) if (fold(server.name) === wanted) return server;
    return undefined;
  }

  /** Those who are logged in to an account. */
  loggedIn(account: string): ReadonlySet<ViewUser> {
    const key = fold(account);
    const users = asSet(this.#logins.get(key) ?? null);
    if (users !== null) this.#logins.set(key, users);
    return users ?? NOBODY;
  }

  addServer(server: ViewServer): void {
    this.servers.set(server.numeric, server);
  }

  /** A server has told all that it knows: who comes from there now has just connected. */
  endBurst(server: ViewServer): void {
    if (!server.bursting) return;
    server.bursting = false;
    for (const one of this.listeners) one.onBurstEnd?.(server);
  }

  /** A server and all behind it are gone. */
  removeServer(server: ViewServer): void {
    const gone = new Set<ViewServer>();
    for (const other of this.servers.values()) if (isBehind(other, server)) gone.add(other);
    for (const user of this.users.values()) if (gone.has(user.server)) this.removeUser(user);
    for (const other of gone) {
      this.servers.delete(other.numeric);
      for (const one of this.listeners) one.onServerGone?.(other);
    }
  }

  /** Somebody has come. Whoever had the numeric or the nick is gone by that. */
  addUser(parts: ViewUserParts): ViewUser {
    const holder = this.users.get(parts.numeric);
    if (holder !== undefined) this.removeUser(holder);
    const user = new ViewUser(++this.#sequence, parts);
    this.users.set(user.numeric, user);
    this.#nicks.set(user);
    user.server.users++;
    if (user.account !== null) this.#logIn(user, user.account);
    // Counted and not iterated over, which would make an object for each of them and each user of a burst.
    const { listeners } = this;
    for (let i = 0; i < listeners.length; i++) listeners[i]!.onUser?.(user);
    if (user.account !== null)
      for (let i = 0; i < listeners.length; i++) listeners[i]!.onAccount?.(user, null);
    return user;
  }

  removeUser(user: ViewUser): void {
    if (user.gone) return;
    user.gone = true;
    this.users.delete(user.numeric);
    this.#nicks.delete(user);
    user.server.users--;
    if (user.account !== null) this.#logOut(user, user.account);
    if (user.channels !== null) for (const channel of user.channels) this.#leave(user, channel);
    for (const one of this.listeners) one.onUserGone?.(user);
  }

  rename(user: ViewUser, nick: string, seconds: number): void {
    const before = user.nick;
    this.#nicks.delete(user);
    user.nick = nick;
    user.nickSeconds = seconds;
    this.#nicks.set(user);
    for (const one of this.listeners) one.onNick?.(user, before);
  }

  /** @param modes letters without their sign */
  setUserModes(user: ViewUser, modes: string): void {
    const before = user.modes;
    if (modes === before) return;
    user.modes = modes;
    for (const one of this.listeners) one.onUserModes?.(user, before);
  }

  /** @param seconds since when the account exists, Unix seconds; 0 where that is not known */
  setAccount(user: ViewUser, account: string | null, seconds = 0): void {
    const before = user.account;
    user.accountSeconds = account === null ? 0 : seconds;
    if (before === account) return;
    if (before !== null) this.#logOut(user, before);
    user.account = account;
    if (account !== null) this.#logIn(user, account);
    for (const one of this.listeners) one.onAccount?.(user, before);
  }

  findChannel(name: string): ViewChannel | undefined {
    return this.channels.get(fold(name));
  }

  /** The channel, made where there is none. */
  channel(name: string, createdSeconds: number): ViewChannel {
    const key = fold(name);
    let channel = this.channels.get(key);
    if (channel === undefined) {
      channel = new ViewChannel(name, createdSeconds);
      this.channels.set(key, channel);
    }
    return channel;
  }

  join(user: ViewUser, channel: ViewChannel, status: number): void {
    const isNew = !channel.members.has(user);
    channel.members.set(user, status);
    user.joined(channel);
    if (!isNew) return;
    const { listeners } = this;
    for (let i = 0; i < listeners.length; i++) listeners[i]!.onJoin?.(user, channel);
  }

  part(user: ViewUser, channel: ViewChannel): void {
    user.parted(channel);
    this.#leave(user, channel);
  }

  /** Leaves every channel (`JOIN 0`). */
  partAll(user: ViewUser): void {
    const { channels } = user;
    if (channels === null) return;
    user.partedAll();
    for (const channel of channels) this.#leave(user, channel);
  }

  /** Somebody, or a server, has thrown a member out. */
  kick(channel: ViewChannel, victim: ViewUser, by: ViewUser | null): void {
    this.part(victim, channel);
    for (const one of this.listeners) one.onKick?.(channel, victim, by);
  }

  /** Changes modes, bans and the status of members, who stand there by their numeric. */
  changeModes(channel: ViewChannel, by: ViewUser | null, changes: readonly LinkModeChange[]): void {
    const changed: ChangedMode[] = [];
    for (const change of changes) {
      const before = this.#changeMode(channel, change);
      if (before !== null) changed.push({ ...change, before });
    }
    if (changed.length > 0) for (const one of this.listeners) one.onModes?.(channel, by, changed);
  }

  setTopic(channel: ViewChannel, topic: string, by: ViewUser | null): void {
    const before = channel.topic;
    if (before === topic) return;
    channel.topic = topic;
    for (const one of this.listeners) one.onTopic?.(channel, by, before);
  }

  /** The channel is older than what was known here, and is known anew. */
  backdate(channel: ViewChannel, createdSeconds: number): void {
    channel.createdSeconds = createdSeconds;
    channel.modes.clear();
    channel.bans.clear();
    for (const member of channel.members.keys()) channel.members.set(member, 0);
    for (const one of this.listeners) one.onOlder?.(channel);
  }

  /** Forgets everything at once, however large the network was: the uplink is gone, and nobody hears of each. */
  clear(): void {
    this.servers.clear();
    this.users.clear();
    this.channels.clear();
    this.#nicks.clear();
    this.#logins.clear();
  }

  #leave(user: ViewUser, channel: ViewChannel): void {
    if (!channel.members.delete(user)) return;
    if (channel.members.size === 0) this.channels.delete(fold(channel.name));
    for (const one of this.listeners) one.onLeave?.(user, channel);
  }

  /** What stood there before, empty for nothing; null where it was so already. */
  #changeMode(channel: ViewChannel, { on, letter, argument }: LinkModeChange): string | null {
    const bit = STATUS_BITS[letter];
    if (bit !== undefined) {
      const member = this.users.get(argument);
      const status = member === undefined ? undefined : channel.members.get(member);
      if (status === undefined || ((status & bit) !== 0) === on) return null;
      channel.members.set(member!, on ? status | bit : status & ~bit);
      return '';
    }
    if (letter === 'b') {
      const mask = textOf(argument);
      const isThere = channel.bans.has(mask);
      if (isThere === on) return null;
      if (on) channel.bans.add(mask);
      else channel.bans.delete(mask);
      return '';
    }
    if (OTHER_LISTS.includes(letter)) return null;
    const before = channel.modes.get(letter);
    if (on ? before === argument : before === undefined) return null;
    if (on) channel.modes.set(letter, argument);
    else channel.modes.delete(letter);
    return before ?? '';
  }

  #logIn(user: ViewUser, account: string): void {
    const key = fold(account);
    this.#logins.set(key, withOne(this.#logins.get(key) ?? null, user));
  }

  #logOut(user: ViewUser, account: string): void {
    const key = fold(account);
    const users = withoutOne(this.#logins.get(key) ?? null, user);
    if (users === null) this.#logins.delete(key);
    else this.#logins.set(key, users);
  }
}

const STATUS_BITS: Readonly<Record<string, number>> = { o: STATUS.op, v: STATUS.voice, h: HALFOP };

/** Lists of masks that nothing here asks for. */
const OTHER_LISTS = 'eI';

const NOBODY: ReadonlySet<ViewUser> = new Set();

function isBehind(server: ViewServer, other: ViewServer): boolean {
  for (let at: ViewServer | null = server; at !== null; at = at.uplink) if (at === other) return true;
  return false;
}
