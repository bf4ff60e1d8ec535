/**
 * A user of the network, on this server or on another: what everybody may know of them. Changed by state/network.ts only.
 * What concerns the connection of one that is here stands in local-client.ts.
 */

import { fold } from '../../irc/casemapping.ts';
import { UMODE, UMODE_LETTERS } from '../../irc/modes.ts';
import { decodeAddress, encodeAddress } from '../../irc/p10/address.ts';
import { type AddressGroups, addressText, parseAddress } from '../../runtime/net/ip-address.ts';
import type { Channel, Membership } from './channel.ts';
import type { LocalClient } from './local-client.ts';
import type { Server } from './server.ts';

/** `::`, which no client has. */
const NO_ADDRESS: AddressGroups = new Uint16Array(8);

const NO_HOSTS: readonly string[] = [];

/** Of all who are on no channel: a map of their own would be a tenth of what they cost. */
const NO_MEMBERSHIPS: ReadonlyMap<Channel, Membership> = new Map();

/** What is known of a user of another server when it is introduced. */
export interface RemoteUser {
  readonly nick: string;
  readonly username: string;
  readonly host: string;
  /** Where others see another host; absent where they see it. */
  readonly realHost?: string;
  readonly realname: string;
  /** Address of the client, as P10 writes it. */
  readonly p10Address: string;
  readonly server: Server;
  /** Five characters that stand for the user in P10. */
  readonly numeric: string;
  /** Since when the nick is theirs, Unix milliseconds. */
  readonly nickMs: number;
  /** `UMODE` bits. */
  readonly modes: number;
  readonly account: string | null;
}

/** Who somebody is, folded: what masks are compared with. */
export interface FoldedPrefixes {
  /** `nick!user@host` as others see it. */
  readonly prefix: string;
  /** `nick!user`. */
  readonly who: string;
  /** With the address for the host; the same as {@link prefix} where others see that. */
  readonly address: string;
  /** With hosts that others do not see now, and that masks may name all the same. */
  readonly hidden: readonly string[];
}

/** One user. One that is here exists from accept on, and is registered later; one of another server always is. */
export class User {
  /** Where the user is. */
  readonly server: Server;
  /** The connection and all that belongs to it; null for a user of another server. */
  readonly local: LocalClient | null;
  /** Address of the client as text, and of one of another server as P10 writes it: few of them are ever asked for it. */
  #address: string;
  /** Empty until NICK. */
  nick = '';
  /** Since when the nick is theirs, Unix milliseconds; of two who hold the same one this tells who keeps it. */
  nickMs = 0;
  /** Five characters that stand for the user in P10; empty for one who has none yet. */
  numeric = '';
  username = '';
  realname = '';
  /** What others see: the resolved name, the address, or a cloak of it. */
  host: string;
  /** The resolved name or the address, whatever others see. */
  realHost: string;
  /** Cloaks that masks may name, of the key in use and of those before it; none where hosts are not cloaked. */
  cloaks: readonly string[] = NO_HOSTS;
  /** `UMODE` bits. */
  modes = 0;
  account: string | null = null;
  away: string | null = null;
  #memberships: Map<Channel, Membership> | null = null;
  /** Unused invitations; true when a channel operator gave it, so that it overrides modes. */
  invites: Map<Channel, boolean> | null = null;
  registered = false;
  /** Set once the user left; nothing is processed for them any more. */
  gone = false;

  /** Made when somebody asks for it first: most users of other servers say nothing to anybody here. */
  #prefix: string | null = '';
  /** Made when a mask asks for them first: of most users of other servers none ever does. */
  #folded: FoldedPrefixes | null = null;
  #groups: AddressGroups | null = null;

  /** @param address as text; of a user of another server as P10 writes it. */
  constructor(server: Server, local: LocalClient | null, address: string) {
    this.server = server;
    this.local = local;
    this.#address = address;
    this.host = address;
    this.realHost = address;
  }

  get isOper(): boolean {
    return (this.modes & UMODE.oper) !== 0;
  }

  /** Textual address of the client. */
  get address(): string {
    return this.local === null ? addressText(decodeAddress(this.#address) ?? NO_ADDRESS) : this.#address;
  }

  /** The address as P10 writes it. */
  get p10Address(): string {
    return this.local === null ? this.#address : encodeAddress(this.addressGroups);
  }

  /** The address as numbers, for masks that name a network. */
  get addressGroups(): AddressGroups {
    const read = this.local === null ? decodeAddress : parseAddress;
    this.#groups ??= read(this.#address) ?? NO_ADDRESS;
    return this.#groups;
  }

  /** Takes another address, of one who is not registered yet: a gateway has said where the client is. */
  relocate(address: string): void {
    this.#address = address;
    this.host = address;
    this.realHost = address;
    this.#groups = null;
  }

  /** `nick!user@host`; empty until NICK, and then up to date by {@link updatePrefix}. */
  get prefix(): string {
    this.#prefix ??= `${this.nick}!${this.username}@${this.host}`;
    return this.#prefix;
  }

  /** To be called when nick, username or host have changed; cached ban verdicts become stale. */
  updatePrefix(): void {
    this.#prefix = null;
    this.#folded = null;
    if (this.#memberships === null) return;
    for (const membership of this.#memberships.values()) membership.banRevision = -1;
  }

  /** What masks are compared with; up to date with {@link prefix}. */
  get folded(): FoldedPrefixes {
    this.#folded ??= this.#fold();
    return this.#folded;
  }

  #fold(): FoldedPrefixes {
    const seen = fold(this.prefix);
    const who = `${this.nick}!${this.username}@`;
    const address = this.host === this.address ? seen : fold(who + this.address);
    return {
      prefix: seen,
      who: seen.slice(0, seen.length - this.host.length - 1),
      address,
      hidden: this.#hiddenPrefixes(),
    };
  }

  #hiddenPrefixes(): readonly string[] {
    if (this.cloaks === NO_HOSTS && this.realHost === this.host) return NO_HOSTS;
    const hidden = [this.realHost, ...this.cloaks].filter(
      (host) => host !== this.host && host !== this.address,
    );
    return hidden.map((host) => fold(`${this.nick}!${this.username}@${host}`));
  }

  /** Where the user is, in the order of joining. Changed by {@link joined} and {@link parted}. */
  get memberships(): ReadonlyMap<Channel, Membership> {
    return this.#memberships ?? NO_MEMBERSHIPS;
  }

  /** Called by state/network.ts. */
  joined(membership: Membership): void {
    this.#memberships ??= new Map();
    this.#memberships.set(membership.channel, membership);
  }

  /** Called by state/network.ts. */
  parted({ channel }: Membership): void {
    this.#memberships?.delete(channel);
  }

  modeLetters(): string {
    let letters = '+';
    for (const [letter, bit] of UMODE_LETTERS) if ((this.modes & bit) !== 0) letters += letter;
    return letters;
  }
}
