/**
 * A channel and the memberships in it, as plain data. Only state/network.ts (members, invites) and modes/ (modes,
 * lists) change it; handlers read. Members are an array so that a message walks it without iterators.
 */
import { ALL_STATUS, CMODE, STATUS, statusSigns, TEXT_MODES, type TextMode } from '../../irc/modes.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import { WorkGate } from '../../runtime/async/work-gate.ts';
import { type HistoryPolicy, parseHistoryPolicy } from '../history/channel-policy.ts';
import { ChannelFlood } from './channel-flood.ts';
import type { ChannelHistory } from './channel-history.ts';
import type { LocalClient } from './local-client.ts';
import { MaskList } from './mask-list.ts';
import type { Memberships } from './memberships.ts';
import type { RestoredStatus } from './restored-status.ts';
import type { Server } from './server.ts';
import type { User } from './user.ts';

/** One user on one channel. It is the list of a user who is on no other as well (memberships.ts). */
export class Membership implements Memberships {
  readonly user: User;
  /** The same user as a client of this server; null for one of another server. */
  readonly client: LocalClient | null;
  readonly channel: Channel;
  /** {@link STATUS} bits. */
  status: number;
  /** Position in `channel.members`. */
  index = -1;
  /** Position in `channel.locals`; -1 for a user of another server. */
  localIndex = -1;
  /** Whether others here do not see them yet (mode D). Changed by the channel. */
  hidden = false;
  /** Ban verdict, valid while `banRevision` equals the channel's and the user's prefix is the same. */
  banned = false;
  banRevision = -1;

  constructor(user: User, channel: Channel, status: number) {
    this.user = user;
    this.client = user.local;
    this.channel = channel;
    this.status = status;
  }

  get size(): number {
    return 1;
  }

  get(channel: Channel): Membership | undefined {
    return this.channel === channel ? this : undefined;
  }

  has(channel: Channel): boolean {
    return this.channel === channel;
  }

  keys(): MapIterator<Channel> {
    return [this.channel].values();
  }

  values(): MapIterator<Membership> {
    return [this].values();
  }

  /**
   * The sign of the highest status, such as `@`, or nothing; all of them with multi-prefix, highest first (IRCv3 multi-prefix).
   * @param shown bits of those that there are on this server.
   */
  prefix(multi: boolean, shown = ALL_STATUS): string {
    const signs = statusSigns(this.status & shown);
    return multi ? signs : signs.charAt(0);
  }

  /** An operator, or above one. */
  get isOp(): boolean {
    return this.status >= STATUS.op;
  }

  /** A halfop, or above one: whoever keeps order, among those below. */
  get isHalfop(): boolean {
    return this.status >= STATUS.halfop;
  }

  /** Whether bans on the channel keep this member from speaking; checked again only after a list or the user changed. */
  isBanned(): boolean {
    if (this.banRevision !== this.channel.banRevision) {
      this.banned = this.channel.isBanned(this.user);
      this.banRevision = this.channel.banRevision;
    }
    return this.banned;
  }
}

/** A client of this server on a channel. */
export interface LocalMembership extends Membership {
  readonly client: LocalClient;
}

function isLocal(membership: Membership): membership is LocalMembership {
  return membership.client !== null;
}

/** A server that is linked to this one, and how many of a channel are reached by it. */
interface Direction {
  readonly via: Server;
  members: number;
}

/** Of most channels, where all are here. */
const NO_DIRECTIONS: readonly Direction[] = [];

let lastSerial = 0;

/** One channel. It exists as long as it has members, or until its time is over where it was restored after a crash. */
export class Channel {
  /** As its creator wrote it, or whoever has renamed it. Changed by state/network.ts alone. */
  name: string;
  /** Folded name. */
  key: string;
  /** The name as links are told it, with one character for each byte; set once for each name, where another server has said it. */
  nameBytes: string;
  /** Unix milliseconds. Changed by state/network.ts, where another server knows it to be older. */
  createdMs: number;
  /** Later than that of every channel before it. */
  readonly serial = ++lastSerial;
  /** Closed while a message to the members is on its way over several turns. */
  readonly gate = new WorkGate();
  /** Everybody who is on it. */
  readonly members: Membership[] = [];
  /** Those of them who are on this server: the only ones whom a message is delivered to from here. */
  readonly locals: LocalMembership[] = [];
  /** How many of them are to be reached by each server that is linked to this one; of those there are few. */
  #directions: readonly Direction[] = NO_DIRECTIONS;
  /** How many are not seen yet. */
  #hidden = 0;
  topic = '';
  /** Prefix of the user who set the topic. */
  topicBy = '';
  topicAtMs = 0;
  /** The topic as another server said it, with one character for each byte, where that was no UTF-8; null else. */
  topicBytes: string | null = null;
  /** {@link CMODE} bits. */
  modes: number = CMODE.noExternal | CMODE.topicLocked;
  joinKey: string | null = null;
  limit: number | null = null;
  /** Name of a channel for those who may not enter (mode L); null for none. */
  forward: string | null = null;
  /** How much is kept of what is said (mode H); null where nothing is. */
  historyPolicy: HistoryPolicy | null = null;
  /** Whether the disk may have what was kept before that was set: a start deletes it first. Changed by history/message-history.ts. */
  historyAnew = false;
  /** What it bears of a flood (mode f); null where nothing is counted. */
  flood: ChannelFlood | null = null;
  readonly bans = new MaskList();
  readonly exceptions = new MaskList();
  readonly inviteExceptions = new MaskList();
  /** Rises with every change of `bans` or `exceptions`. */
  banRevision = 0;
  /** Users with an unused invitation, so that they can be told apart when the channel ends. */
  invited: Set<User> | null = null;
  lastKnockMs = 0;
  /** When it was renamed last, Unix milliseconds. */
  renamedMs = 0;
  /** What is kept of what was said; null for nothing so far. Changed by history/message-history.ts. */
  history: ChannelHistory | null = null;
  /** Restored, and nobody has been on it since: no other server was told of it as it is. */
  asleep = false;
  /** Since when nobody is on it, where it is kept: servers that were linked later were not told of it. Unix milliseconds. */
  desertedMs = 0;
  /** Who gets their status back on JOIN; null for a channel that was not restored, or whose time is over. */
  restored: RestoredStatus | null = null;

  constructor(name: string, key: string, createdMs: number) {
    this.name = name;
    this.nameBytes = bytesOf(name);
    this.key = key;
    this.createdMs = createdMs;
  }

  /** Called by state/network.ts. */
  add(membership: Membership): void {
    if (this.has(CMODE.delayed) && membership.status === 0) this.#hide(membership);
    this.asleep = false;
    membership.index = this.members.push(membership) - 1;
    if (isLocal(membership)) membership.localIndex = this.locals.push(membership) - 1;
    else this.#count(membership.user, 1);
  }

  #hide(membership: Membership): void {
    membership.hidden = true;
    this.#hidden++;
    this.modes |= CMODE.hiding;
  }

  /** Somebody is seen from here on. */
  show(membership: Membership): void {
    if (!membership.hidden) return;
    membership.hidden = false;
    if (--this.#hidden === 0) this.modes &= ~CMODE.hiding;
  }

  /** Whether somebody on it is to be reached by a server that is linked to this one. */
  reaches(server: Server): boolean {
    for (const { via } of this.#directions) if (via === server) return true;
    return false;
  }

  #count({ server: { via } }: User, more: 1 | -1): void {
    if (via === null) return;
    const directions = this.#directions;
    for (let i = 0; i < directions.length; i++) {
      const direction = directions[i]!;
      if (direction.via !== via) continue;
      direction.members += more;
      if (direction.members === 0) this.#directions = directions.filter((one) => one !== direction);
      return;
    }
    this.#directions = [...directions, { via, members: 1 }];
  }

  /** The last one takes the place of whoever leaves. Called by state/network.ts. */
  remove(membership: Membership): void {
    this.show(membership);
    const last = this.members.pop();
    if (last !== undefined && last !== membership) {
      this.members[membership.index] = last;
      last.index = membership.index;
    }
    if (!isLocal(membership)) {
      this.#count(membership.user, -1);
      return;
    }
    const lastLocal = this.locals.pop();
    if (lastLocal !== undefined && lastLocal !== membership) {
      this.locals[membership.localIndex] = lastLocal;
      lastLocal.localIndex = membership.localIndex;
    }
  }

  /** Another of its name and age that is as it is now, with nobody on it. */
  copy(): Channel {
    const { topic, topicBy, topicAtMs, modes, joinKey, limit } = this;
    const copied = new Channel(this.name, this.key, this.createdMs);
    Object.assign(copied, { topic, topicBy, topicAtMs, modes: modes & ~CMODE.hiding, joinKey, limit });
    for (const letter of TEXT_MODES) copied.setText(letter, this.text(letter));
    copied.bans.copy(this.bans);
    copied.exceptions.copy(this.exceptions);
    copied.inviteExceptions.copy(this.inviteExceptions);
    return copied;
  }

  /** What a mode that is a text says; null where it is not set. */
  text(letter: TextMode): string | null {
    if (letter === 'L') return this.forward;
    return (letter === 'H' ? this.historyPolicy : this.flood)?.text ?? null;
  }

  /** Sets such a mode, or takes it away; whether anything is other than before. What means nothing changes nothing. */
  setText(letter: TextMode, text: string | null): boolean {
    if (letter === 'L') {
      if (this.forward === text) return false;
      this.forward = text;
      return true;
    }
    if (letter === 'H') return this.#setPolicy(text);
    const flood = text === null ? null : ChannelFlood.parse(text);
    if (flood?.text === this.flood?.text || (text !== null && flood === null)) return false;
    this.flood?.close();
    this.flood = flood;
    this.modes = flood === null ? this.modes & ~CMODE.flood : this.modes | CMODE.flood;
    return true;
  }

  #setPolicy(text: string | null): boolean {
    const policy = text === null ? null : parseHistoryPolicy(text);
    if (policy?.text === this.historyPolicy?.text || (text !== null && policy === null)) return false;
    this.historyPolicy = policy;
    this.modes = policy === null ? this.modes & ~CMODE.history : this.modes | CMODE.history;
    return true;
  }

  has(flag: number): boolean {
    return (this.modes & flag) !== 0;
  }

  /** Whether a +b keeps a user from speaking, mutes included, and no +e lets them. */
  isBanned(user: User): boolean {
    const { bans, exceptions } = this;
    return bans.matches(user, 0, bans.size, true) && !exceptions.matches(user, 0, exceptions.size, true);
  }

  /** Whether strangers may know of it: neither secret nor private. */
  get isPublic(): boolean {
    return (this.modes & (CMODE.secret | CMODE.private)) === 0;
  }
}
