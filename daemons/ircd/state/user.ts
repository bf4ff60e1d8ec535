/**
 * A user of the network, on this server or on another: what everybody may know of them. Changed by state/network.ts only.
 * What concerns the connection of one that is here stands in local-client.ts.
 */

import { fold } from '../../irc/casemapping.ts';
import { UMODE, UMODE_LETTERS } from '../../irc/modes.ts';
import { decodeAddress, encodeAddress } from '../../irc/p10/address.ts';
import { type AddressGroups, addressText, parseAddress } from '../../runtime/net/ip-address.ts';
import type { Channel, Membership } from './channel.ts';
import { LinkFacts } from './link-facts.ts';
import type { LocalClient } from './local-client.ts';
import { type Memberships, NO_MEMBERSHIPS, withMembership, withoutMembership } from './memberships.ts';
import type { Server } from './server.ts';

/** `::`, which no client has. */
const NO_ADDRESS: AddressGroups = new Uint16Array(8);

const NO_HOSTS: readonly string[] = [];

/** What is known of a user of another server when it is introduced. */
export interface RemoteUser {
  readonly nick: string;
  /** The line that said so, of which `read` makes the rest when somebody asks: of most users nobody ever does. */
  readonly line: string;
  readonly read: (line: string) => RemotePerson;
  /** What others see for the host; null where that is the host that the line says. */
  readonly hiddenHost: string | null;
  readonly server: Server;
  /** Five characters that stand for the user in P10. */
  readonly numeric: string;
  /** Since when the nick is theirs, Unix seconds. */
  readonly nickSeconds: number;
  /** `UMODE` bits. */
  readonly modes: number;
  readonly account: string | null;
  /** What is passed on of them; absent for nothing. */
  readonly linkFacts?: LinkFacts | null;
}

/** Who a user of another server is. */
export interface RemotePerson {
  readonly username: string;
  readonly host: string;
  readonly realname: string;
  /** Address of the client, as P10 writes it. */
  readonly p10Address: string;
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
  /** Reads the line by which a user of another server was introduced; null once that is done, and for one that is here. */
  #read: RemoteUser['read'] | null = null;
  /** As text; of a user of another server the line until it is read, then as P10 writes it. */
  #address: string;
  /** Empty until NICK. */
  nick = '';
  /** Since when the nick is theirs, Unix seconds; of two who hold the same one this tells who keeps it. */
  nickSeconds = 0;
  /** Five characters that stand for the user in P10; empty for one who has none yet. */
  numeric = '';
  #username = '';
  #realname = '';
  #host: string;
  #realHost: string;
  /** Cloaks that masks may name, of the key in use and of those before it; none where hosts are not cloaked. */
  cloaks: readonly string[] = NO_HOSTS;
  /** `UMODE` bits. */
  modes = 0;
  account: string | null = null;
  away: string | null = null;
  /** What other servers said of them that is only passed on; null for nothing. */
  linkFacts: LinkFacts | null = null;
  #memberships = NO_MEMBERSHIPS;
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

  /** @param address as text; empty for a user of another server, who is {@link introduced}. */
  constructor(server: Server, local: LocalClient | null, address: string) {
    this.server = server;
    this.local = local;
    this.#address = address;
    this.#host = address;
    this.#realHost = address;
  }

  /** Takes what another server says of its user. Called by state/network.ts. */
  introduced({ nick, line, read, hiddenHost, numeric, nickSeconds, account, linkFacts }: RemoteUser): void {
    this.nick = nick;
    this.nickSeconds = nickSeconds;
    this.numeric = numeric;
    this.account = account;
    this.linkFacts = linkFacts ?? null;
    this.#address = line;
    this.#read = read;
    this.#prefix = null;
    if (hiddenHost !== null) this.host = hiddenHost;
  }

  /** Makes of the line what it says. */
  #know(): void {
    if (this.#read === null) return;
    const { username, host, realname, p10Address } = this.#read(this.#address);
    this.#read = null;
    this.#username = username;
    this.#realname = realname;
    this.#host = host;
    this.#realHost = host;
    this.#address = p10Address;
  }

  get username(): string {
    this.#know();
    return this.#username;
  }

  set username(username: string) {
    this.#know();
    this.#username = username;
  }

  get realname(): string {
    this.#know();
    return this.#realname;
  }

  set realname(realname: string) {
    this.#know();
    this.#realname = realname;
  }

  /** What others see: the resolved name, the address, or a cloak of it. */
  get host(): string {
    this.#know();
    return this.#host;
  }

  set host(host: string) {
    this.#know();
    this.#host = host;
  }

  /** The resolved name or the address, whatever others see. */
  get realHost(): string {
    this.#know();
    return this.#realHost;
  }

  set realHost(host: string) {
    this.#know();
    this.#realHost = host;
  }

  /** The same, made where there was none. */
  noteFacts(): LinkFacts {
    this.linkFacts ??= new LinkFacts();
    return this.linkFacts;
  }

  get isOper(): boolean {
    return (this.modes & UMODE.oper) !== 0;
  }

  /** Textual address of the client. */
  get address(): string {
    this.#know();
    return this.local === null ? addressText(decodeAddress(this.#address) ?? NO_ADDRESS) : this.#address;
  }

  /** The address as P10 writes it. */
  get p10Address(): string {
    this.#know();
    return this.local === null ? this.#address : encodeAddress(this.addressGroups);
  }

  /** The address as numbers, for masks that name a network. */
  get addressGroups(): AddressGroups {
    this.#know();
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
  get memberships(): Memberships {
    return this.#memberships;
  }

  /** Called by state/network.ts. */
  joined(membership: Membership): void {
    this.#memberships = withMembership(this.#memberships, membership);
  }

  /** Called by state/network.ts. */
  parted(membership: Membership): void {
    this.#memberships = withoutMembership(this.#memberships, membership);
  }

  modeLetters(): string {
    let letters = '+';
    for (const [letter, bit] of UMODE_LETTERS) if ((this.modes & bit) !== 0) letters += letter;
    return letters;
  }
}
