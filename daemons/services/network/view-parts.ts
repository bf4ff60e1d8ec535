/** Servers, users and channels of the network as services see them. Changed by network-view.ts only. */
import { STATUS } from '../../irc/modes.ts';
import { decodeAddress } from '../../irc/p10/address.ts';
import { readLine } from '../../irc/p10/line.ts';
import type { LinkModeChange } from '../../irc/p10/mode-line.ts';
import { textOf } from '../../irc/p10/text.ts';
import { introductionWord, UserReader } from '../../irc/p10/user-line.ts';
import { type AddressGroups, addressText } from '../../runtime/net/ip-address.ts';
import { asSet, type Few, withOne, withoutOne } from './few.ts';

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

/** Of whom the server tells none: 0.0.0.0. */
const NO_ADDRESS: AddressGroups = new Uint16Array([0, 0, 0, 0, 0, 0xffff, 0, 0]);

/** What is said of a user, and seldom asked for. */
export interface ViewUserWords {
  readonly username: string;
  readonly host: string;
  /** As P10 writes it. */
  readonly address: string;
  readonly realname: string;
}

/** What a user is made of; of one of another server the words are read from the line when somebody asks for them. */
export type ViewUserParts = {
  readonly numeric: string;
  readonly nick: string;
  /** Letters without their sign. */
  readonly modes: string;
  /** Since when the nick is theirs, Unix seconds. */
  readonly nickSeconds: number;
  readonly account: string | null;
  /** See {@link ViewUser.accountSeconds}; 0 where it is absent. */
  readonly accountSeconds?: number;
  readonly server: ViewServer;
} & (
  | ViewUserWords
  | { /** By which they were introduced, and which was understood. */ readonly line: string }
);

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
  modes: string;
  nickSeconds: number;
  /** As it was stamped; null for who is not logged in. Set by `NetworkView.setAccount`. */
  account: string | null;
  /** Since when that account exists, as it was stamped, Unix seconds; 0 where that was not told. Tells it from a later one of the same name. */
  accountSeconds: number;
  readonly server: ViewServer;
  #channels: Few<ViewChannel> = null;
  gone = false;
  /** A line where they are yet to be read. */
  readonly #words: ViewUserWords | string;
  /** Null while it is that of the words, or nobody has asked. */
  #host: string | null = null;
  #realname: string | null = null;
  /** Null while nobody has asked. */
  #address: string | null = null;

  constructor(sequence: number, parts: ViewUserParts) {
    this.sequence = sequence;
    this.numeric = parts.numeric;
    this.nick = parts.nick;
    this.modes = parts.modes;
    this.nickSeconds = parts.nickSeconds;
    this.account = parts.account;
    this.accountSeconds = parts.accountSeconds ?? 0;
    this.server = parts.server;
    this.#words = 'line' in parts ? parts.line : parts;
  }

  /** Null while on none. */
  get channels(): ReadonlySet<ViewChannel> | null {
    const all = asSet(this.#channels);
    this.#channels = all;
    return all;
  }

  /** Called by network-view.ts. */
  joined(channel: ViewChannel): void {
    this.#channels = withOne(this.#channels, channel);
  }

  /** Called by network-view.ts. */
  parted(channel: ViewChannel): void {
    this.#channels = withoutOne(this.#channels, channel);
  }

  /** Called by network-view.ts. */
  partedAll(): void {
    this.#channels = null;
  }

  get username(): string {
    return typeof this.#words === 'string'
      ? textOf(introductionWord(this.#words, 'username'))
      : this.#words.username;
  }

  get host(): string {
    this.#host ??=
      typeof this.#words === 'string' ? textOf(introductionWord(this.#words, 'host')) : this.#words.host;
    return this.#host;
  }

  set host(host: string) {
    this.#host = host;
  }

  get realname(): string {
    if (this.#realname !== null) return this.#realname;
    return typeof this.#words === 'string'
      ? textOf(introductionOf(this.#words).realname)
      : this.#words.realname;
  }

  set realname(realname: string) {
    this.#realname = realname;
  }

  /** As text. */
  get address(): string {
    const groups = decodeAddress(this.addressKey);
    return groups === null ? '0.0.0.0' : addressText(groups);
  }

  /** As P10 writes it: whoever comes from the same address has the same. */
  get addressKey(): string {
    this.#address ??=
      typeof this.#words === 'string' ? introductionOf(this.#words).address : this.#words.address;
    return this.#address;
  }

  get addressGroups(): AddressGroups {
    return decodeAddress(this.addressKey) ?? NO_ADDRESS;
  }

  get isOperator(): boolean {
    return this.modes.includes('o');
  }
}

/** A bit beside `STATUS` for networks that have halfops. */
export const HALFOP = STATUS.halfop;

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

/** Whoever is asked about now. */
const known = new UserReader();

/** A network has ten thousands of users, and asks who few of them are: a line is smaller than what it says, and need not be cut up. */
function introductionOf(text: string): UserReader {
  const line = readLine(text, true);
  const wrong = line === null ? 'it is empty' : known.read(line);
  if (wrong !== null) throw new Error(`A user was introduced by no introduction: ${wrong}`);
  return known;
}
