/** A channel that belongs to an account, as ChanServ knows it: read whole from the database whenever something of it has changed. */
import { fold } from '../../irc/casemapping.ts';
import type { Mask } from '../../runtime/net/mask.ts';
import type { ChannelSettings } from './channel-settings.ts';
import { type ModeLock, readModeLock } from './mode-lock.ts';

/** Somebody's access. */
export interface ChannelUser {
  /** Name of the account. */
  readonly account: string;
  readonly id: number;
  /** Since when the account is, Unix milliseconds. */
  readonly created: number;
  /** 1 to 500. */
  readonly level: number;
  /** When they were there last, Unix milliseconds; kept along while they come and go. */
  seen: number | null;
  readonly info: string | null;
  readonly autoOp: boolean;
  readonly autoInvite: boolean;
  readonly autoJoin: boolean;
  /** Until when it counts for nothing: 0 for ever, null where it counts. */
  readonly suspendedUntil: number | null;
  /** When it ends, or goes back to the level `backTo`. */
  readonly expires: number | null;
  readonly backTo: number | null;
}

/** Somebody who is kept out. */
export interface Lamer {
  readonly mask: string;
  readonly by: string;
  readonly added: number;
  used: number | null;
  readonly expires: number | null;
  readonly reason: string;
  readonly compiled: Mask;
}

/** Why ChanServ leaves a channel alone. */
export interface Suspension {
  readonly at: number;
  readonly by: string;
  /** 0 for ever. */
  readonly until: number;
  readonly reason: string;
}

export interface RegisteredChannelParts {
  readonly key: string;
  readonly name: string;
  /** The account that it belongs to. */
  readonly founder: string;
  /** Since when the channel is, Unix milliseconds. */
  readonly created: number;
  readonly registered: number;
  readonly registrar: string | null;
  readonly visited: number | null;
  readonly mostUsers: number;
  readonly suspension: Suspension | null;
  readonly settings: ChannelSettings;
  readonly users: readonly ChannelUser[];
  readonly lamers: readonly Lamer[];
}

export class RegisteredChannel {
  readonly key: string;
  readonly name: string;
  readonly founder: string;
  readonly created: number;
  readonly registered: number;
  readonly registrar: string | null;
  /** When somebody with access was there last, Unix milliseconds; kept along while they come and go. */
  visited: number | null;
  mostUsers: number;
  readonly suspension: Suspension | null;
  readonly settings: ChannelSettings;
  /** By folded account, the founder among them. */
  readonly users: ReadonlyMap<string, ChannelUser>;
  readonly lamers: readonly Lamer[];
  readonly lock: ModeLock;

  constructor(parts: RegisteredChannelParts) {
    this.key = parts.key;
    this.name = parts.name;
    this.founder = parts.founder;
    this.created = parts.created;
    this.registered = parts.registered;
    this.registrar = parts.registrar;
    this.visited = parts.visited;
    this.mostUsers = parts.mostUsers;
    this.suspension = parts.suspension;
    this.settings = parts.settings;
    this.users = new Map(parts.users.map((user) => [fold(user.account), user]));
    this.lamers = parts.lamers;
    this.lock = readModeLock(parts.settings.modes) ?? NO_LOCK;
  }

  /** Whether ChanServ leaves it alone now. */
  suspendedAt(now: number): boolean {
    const { suspension } = this;
    return suspension !== null && (suspension.until === 0 || suspension.until > now);
  }

  /** The access of an account, suspended or not. */
  user(account: string): ChannelUser | undefined {
    return this.users.get(fold(account));
  }
}

/** Whether somebody's access counts for nothing now. */
export function isSuspended({ suspendedUntil }: Pick<ChannelUser, 'suspendedUntil'>, now: number): boolean {
  return suspendedUntil !== null && (suspendedUntil === 0 || suspendedUntil > now);
}

const NO_LOCK: ModeLock = { modes: new Map(), text: '' };
