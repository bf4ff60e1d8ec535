/**
 * A channel and the memberships in it, as plain data. Only state/network.ts (members, invites) and modes/ (modes,
 * lists) change it; handlers read. Members are an array so that a message walks it without iterators.
 */
import { CMODE, STATUS } from '../../irc/modes.ts';
import { WorkGate } from '../../runtime/async/work-gate.ts';
import { MaskList } from './mask-list.ts';
import type { User } from './user.ts';

/** One user on one channel. */
export class Membership {
  readonly user: User;
  readonly channel: Channel;
  /** {@link STATUS} bits. */
  status: number;
  /** Position in `channel.members`. */
  index = -1;
  /** Ban verdict, valid while `banRevision` equals the channel's and the user's prefix is the same. */
  banned = false;
  banRevision = -1;

  constructor(user: User, channel: Channel, status: number) {
    this.user = user;
    this.channel = channel;
    this.status = status;
  }

  /** `@`, `+` or nothing; all of them with multi-prefix, highest first (IRCv3 multi-prefix). */
  prefix(multi: boolean): string {
    if ((this.status & STATUS.op) !== 0) return multi && (this.status & STATUS.voice) !== 0 ? '@+' : '@';
    return (this.status & STATUS.voice) !== 0 ? '+' : '';
  }

  get isOp(): boolean {
    return (this.status & STATUS.op) !== 0;
  }

  /** Whether bans on the channel cover this member; checked again only after a list or the user changed. */
  isBanned(): boolean {
    if (this.banRevision !== this.channel.banRevision) {
      this.banned = this.channel.isBanned(this.user);
      this.banRevision = this.channel.banRevision;
    }
    return this.banned;
  }
}

let lastSerial = 0;

/** One channel. It exists as long as it has members. */
export class Channel {
  /** As its creator wrote it. */
  readonly name: string;
  /** Folded name. */
  readonly key: string;
  readonly createdMs: number;
  /** Later than that of every channel before it. */
  readonly serial = ++lastSerial;
  /** Closed while a message to the members is on its way over several turns. */
  readonly gate = new WorkGate();
  readonly members: Membership[] = [];
  topic = '';
  /** Prefix of the user who set the topic. */
  topicBy = '';
  topicAtMs = 0;
  /** {@link CMODE} bits. */
  modes: number = CMODE.noExternal | CMODE.topicLocked;
  joinKey: string | null = null;
  limit: number | null = null;
  readonly bans = new MaskList();
  readonly exceptions = new MaskList();
  readonly inviteExceptions = new MaskList();
  /** Rises with every change of `bans` or `exceptions`. */
  banRevision = 0;
  /** Users with an unused invitation, so that they can be told apart when the channel ends. */
  invited: Set<User> | null = null;
  lastKnockMs = 0;

  constructor(name: string, key: string, createdMs: number) {
    this.name = name;
    this.key = key;
    this.createdMs = createdMs;
  }

  has(flag: number): boolean {
    return (this.modes & flag) !== 0;
  }

  /** Whether a +b matches and no +e does. */
  isBanned(user: User): boolean {
    return this.bans.matches(user) && !this.exceptions.matches(user);
  }

  /** Whether strangers may know of it: neither secret nor private. */
  get isPublic(): boolean {
    return (this.modes & (CMODE.secret | CMODE.private)) === 0;
  }
}
