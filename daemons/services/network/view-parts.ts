/** Servers, users and channels of the network as services see them. Changed by network-view.ts only. */
import { decodeAddress } from '../../irc/p10/address.ts';
import type { LinkModeChange } from '../../irc/p10/mode-line.ts';
import { addressText } from '../../runtime/net/ip-address.ts';

/** A server of the network. */
export class ViewServer {
  readonly name: string;
  /** Two characters. */
  readonly numeric: string;
  /** The one that it is linked to; null for services themselves. */
  readonly uplink: ViewServer | null;
  /** Letters without their sign. */
  readonly flags: string;
  /** Whether it is still telling what it knows. */
  bursting: boolean;
  users = 0;

  constructor(name: string, numeric: string, uplink: ViewServer | null, flags: string, bursting: boolean) {
    this.name = name;
    this.numeric = numeric;
    this.uplink = uplink;
    this.flags = flags;
    this.bursting = bursting;
  }
}

/** What a user is made of. */
export interface ViewUserParts {
  readonly numeric: string;
  readonly nick: string;
  readonly username: string;
  readonly host: string;
  /** As P10 writes it. */
  readonly address: string;
  /** Letters without their sign. */
  readonly modes: string;
  readonly realname: string;
  /** Since when the nick is theirs, Unix seconds. */
  readonly nickSeconds: number;
  readonly account: string | null;
  /** See {@link ViewUser.accountSeconds}; 0 where it is absent. */
  readonly accountSeconds?: number;
  readonly server: ViewServer;
}

/** Names one user for ever: whoever has the numeric later is another. */
export interface UserRef {
  readonly numeric: string;
  readonly sequence: number;
}

/** A user of the network, one of the bots here included. */
export class ViewUser implements UserRef {
  readonly numeric: string;
  readonly sequence: number;
  nick: string;
  readonly username: string;
  host: string;
  readonly #address: string;
  modes: string;
  realname: string;
  nickSeconds: number;
  /** As it was stamped; null for who is not logged in. Set by `NetworkView.setAccount`. */
  account: string | null;
  /** Since when that account exists, as it was stamped, Unix seconds; 0 where that was not told. Tells it from a later one of the same name. */
  accountSeconds: number;
  readonly server: ViewServer;
  /** Null while on none. */
  channels: Set<ViewChannel> | null = null;
  gone = false;

  constructor(sequence: number, parts: ViewUserParts) {
    this.sequence = sequence;
    this.numeric = parts.numeric;
    this.nick = parts.nick;
    this.username = parts.username;
    this.host = parts.host;
    this.#address = parts.address;
    this.modes = parts.modes;
    this.realname = parts.realname;
    this.nickSeconds = parts.nickSeconds;
    this.account = parts.account;
    this.accountSeconds = parts.accountSeconds ?? 0;
    this.server = parts.server;
  }

  /** As text. */
  get address(): string {
    const groups = decodeAddress(this.#address);
    return groups === null ? '0.0.0.0' : addressText(groups);
  }

  get isOperator(): boolean {
    return this.modes.includes('o');
  }
}

/** A bit beside `STATUS` for networks that have halfops. */
export const HALFOP = 1 << 2;

/** A mode that was changed, with the argument that it had before; empty for none. */
export interface ChangedMode extends LinkModeChange {
  readonly before: string;
}

/** A channel of the network. */
export class ViewChannel {
  readonly name: string;
  /** Unix seconds. */
  createdSeconds: number;
  /** By member, with `STATUS` bits. */
  readonly members = new Map<ViewUser, number>();
  /** Modes without lists and members; the argument is empty where they have none. */
  readonly modes = new Map<string, string>();
  readonly bans = new Set<string>();
  topic = '';

  constructor(name: string, createdSeconds: number) {
    this.name = name;
    this.createdSeconds = createdSeconds;
  }
}
