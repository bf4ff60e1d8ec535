/**
 * The network as services see it, kept up to date by what the uplink says. It never answers by itself; whoever wants to know what
 * changed is told. Everything is found by an index, and a user that is gone stays gone whoever has the numeric next.
 */
import { fold } from '../../irc/casemapping.ts';
import { type UserRef, ViewChannel, type ViewServer, ViewUser, type ViewUserParts } from './view-parts.ts';

/** Told of what changes. */
export interface ViewEvents {
  /** Somebody is logged in to another account than before, or to none. */
  onAccount?(user: ViewUser, before: string | null): void;
  /** A server is gone with all that were on it. */
  onServerGone?(server: ViewServer): void;
}

export class NetworkView {
  readonly me: ViewServer;
  /** By numeric. */
  readonly servers = new Map<string, ViewServer>();
  /** By numeric. */
  readonly users = new Map<string, ViewUser>();
  /** By folded name. */
  readonly channels = new Map<string, ViewChannel>();
  events: ViewEvents = {};
  readonly #nicks = new Map<string, ViewUser>();
  /** Who is logged in to an account, by its folded name. */
  readonly #logins = new Map<string, Set<ViewUser>>();
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
    return this.#nicks.get(fold(nick));
  }

  serverByName(name: string): ViewServer | undefined {
    const wanted = fold(name);
    for (const server of this.servers.values()) if (fold(server.name) === wanted) return server;
    return undefined;
  }

  /** Those who are logged in to an account. */
  loggedIn(account: string): ReadonlySet<ViewUser> {
    return this.#logins.get(fold(account)) ?? NOBODY;
  }

  addServer(server: ViewServer): void {
    this.servers.set(server.numeric, server);
  }

  /** A server and all behind it are gone. */
  removeServer(server: ViewServer): void {
    const gone = new Set<ViewServer>();
    for (const other of this.servers.values()) if (isBehind(other, server)) gone.add(other);
    for (const user of this.users.values()) if (gone.has(user.server)) this.removeUser(user);
    for (const other of gone) {
      this.servers.delete(other.numeric);
      this.events.onServerGone?.(other);
    }
  }

  /** Somebody has come. Whoever had the numeric or the nick is gone by that. */
  addUser(parts: ViewUserParts): ViewUser {
    const holder = this.users.get(parts.numeric);
    if (holder !== undefined) this.removeUser(holder);
    const user = new ViewUser(++this.#sequence, parts);
    this.users.set(user.numeric, user);
    this.#nicks.set(fold(user.nick), user);
    user.server.users++;
    if (user.account !== null) {
      this.#logIn(user, user.account);
      this.events.onAccount?.(user, null);
    }
    return user;
  }

  removeUser(user: ViewUser): void {
    if (user.gone) return;
    user.gone = true;
    this.users.delete(user.numeric);
    const key = fold(user.nick);
    if (this.#nicks.get(key) === user) this.#nicks.delete(key);
    user.server.users--;
    if (user.channels !== null) for (const channel of user.channels) this.#leave(user, channel);
    if (user.account !== null) this.#logOut(user, user.account);
  }

  rename(user: ViewUser, nick: string, seconds: number): void {
    const key = fold(user.nick);
    if (this.#nicks.get(key) === user) this.#nicks.delete(key);
    user.nick = nick;
    user.nickSeconds = seconds;
    this.#nicks.set(fold(nick), user);
  }

  /** @param seconds since when the account exists, Unix seconds; 0 where that is not known */
  setAccount(user: ViewUser, account: string | null, seconds = 0): void {
    const before = user.account;
    user.accountSeconds = account === null ? 0 : seconds;
    if (before === account) return;
    if (before !== null) this.#logOut(user, before);
    user.account = account;
    if (account !== null) this.#logIn(user, account);
    this.events.onAccount?.(user, before);
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
    channel.members.set(user, status);
    user.channels ??= new Set();
    user.channels.add(channel);
  }

  part(user: ViewUser, channel: ViewChannel): void {
    user.channels?.delete(channel);
    this.#leave(user, channel);
  }

  /** Leaves every channel (`JOIN 0`). */
  partAll(user: ViewUser): void {
    if (user.channels === null) return;
    for (const channel of user.channels) this.#leave(user, channel);
    user.channels = null;
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
    channel.members.delete(user);
    if (channel.members.size === 0) this.channels.delete(fold(channel.name));
  }

  #logIn(user: ViewUser, account: string): void {
    const key = fold(account);
    const users = this.#logins.get(key);
    if (users === undefined) this.#logins.set(key, new Set([user]));
    else users.add(user);
  }

  #logOut(user: ViewUser, account: string): void {
    const key = fold(account);
    const users = this.#logins.get(key);
    users?.delete(user);
    if (users?.size === 0) this.#logins.delete(key);
  }
}

const NOBODY: ReadonlySet<ViewUser> = new Set();

function isBehind(server: ViewServer, other: ViewServer): boolean {
  for (let at: ViewServer | null = server; at !== null; at = at.uplink) if (at === other) return true;
  return false;
}
