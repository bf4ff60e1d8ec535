/**
 * A user of the network, on this server or on another: what everybody may know of them. Changed by state/network.ts only.
 * What concerns the connection of one that is here stands in local-client.ts.
 */

import { fold } from '../../irc/casemapping.ts';
import { UMODE, UMODE_LETTERS } from '../../irc/modes.ts';
import { decodeAddress, encodeAddress } from '../../irc/p10/address.ts';
import { fromBase64, toBase64, USER_DIGITS } from '../../irc/p10/numeric.ts';
import { type AddressGroups, addressText, parseAddress } from '../../runtime/net/ip-address.ts';
import type { Channel, Membership } from './channel.ts';
import { LinkFacts } from './link-facts.ts';
import type { LocalClient } from './local-client.ts';
import { type Memberships, NO_MEMBERSHIPS, withMembership, withoutMembership } from './memberships.ts';
import { type FoldedPrefixes, NO_HOSTS, Person } from './person.ts';
import type { Server } from './server.ts';

/** `::`, which no client has. */
const NO_ADDRESS: AddressGroups = new Uint16Array(8);

/** What is known of a user of another server when it is introduced. */
export interface RemoteUser {
  readonly nick: string;
  /** The line that said so, of which `read` makes the rest when somebody asks: of most users nobody ever does. */
  readonly line: string;
  readonly read: (line: string) => RemotePerson;
  /** What others see for the host; null where that is the host that the line says. */
  readonly hiddenHost: string | null;
  readonly server: Server;
  /** The value of the five characters that stand for the user in P10. */
  readonly number: number;
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

/** One user. One that is here exists from accept on, and is registered later; one of another server always is. */
export class User {
  /** Where the user is. */
  readonly server: Server;
  /** The connection and all that belongs to it; null for a user of another server. */
  readonly local: LocalClient | null;
  /** Who they are; of a user of another server the line by which they were introduced, until somebody asks. */
  #person: Person | string;
  /** Reads that line; null where there is none, or it is read. */
  #read: RemoteUser['read'] | null = null;
  /** Empty until NICK. */
  nick = '';
  /** Since when the nick is theirs, Unix seconds; of two who hold the same one this tells who keeps it. */
  nickSeconds = 0;
  /** The five characters, or their value until somebody asks for them. */
  #numeric: string | number = '';
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
  /** Where they stand on the roll of all users. Changed by user-roll.ts. */
  place = -1;
  /** Set once the user left; nothing is processed for them any more. */
  gone = false;

  /** @param address as text; of a user of another server, who is {@link introduced}, empty. */
  constructor(server: Server, local: LocalClient | null, address: string) {
    this.server = server;
    this.local = local;
    this.#person = local === null ? '' : new Person(address, address);
  }

  /** Takes what another server says of its user. Called by state/network.ts. */
  introduced(facts: RemoteUser): void {
    this.nick = facts.nick;
    this.nickSeconds = facts.nickSeconds;
    this.#numeric = facts.number;
    this.account = facts.account;
    this.linkFacts = facts.linkFacts ?? null;
    this.#person = facts.line;
    this.#read = facts.read;
    if (facts.hiddenHost !== null) this.host = facts.hiddenHost;
  }

  /** Who they are, made of the line that says so where nobody asked yet. */
  get #who(): Person {
    const person = this.#person;
    return typeof person === 'string' ? this.#know(person) : person;
  }

  #know(line: string): Person {
    const said = this.#read?.(line) ?? null;
    const person = new Person(said?.host ?? '', said?.p10Address ?? '');
    this.#read = null;
    this.#person = person;
    if (said === null) return person;
    person.username = said.username;
    person.realname = said.realname;
    person.prefix = null;
    return person;
  }

  /** Five characters that stand for the user in P10; empty for one who has none yet. */
  get numeric(): string {
    if (typeof this.#numeric === 'number') this.#numeric = toBase64(this.#numeric, USER_DIGITS);
    return this.#numeric;
  }

  set numeric(numeric: string) {
    this.#numeric = numeric;
  }

  /** Their value; -1 for one who has none. */
  get number(): number {
    if (typeof this.#numeric === 'number') return this.#numeric;
    return this.#numeric.length === USER_DIGITS ? fromBase64(this.#numeric) : -1;
  }

  get username(): string {
    return this.#who.username;
  }

  set username(username: string) {
    this.#who.username = username;
  }

  get realname(): string {
    return this.#who.realname;
  }

  set realname(realname: string) {
    this.#who.realname = realname;
  }

  /** What others see: the resolved name, the address, or a cloak of it. */
  get host(): string {
    return this.#who.host;
  }

  set host(host: string) {
    this.#who.host = host;
  }

  /** The resolved name or the address, whatever others see. */
  get realHost(): string {
    return this.#who.realHost;
  }

  set realHost(host: string) {
    this.#who.realHost = host;
  }

  /** Cloaks that masks may name, of the key in use and of those before it; none where hosts are not cloaked. */
  get cloaks(): readonly string[] {
    return this.#who.cloaks;
  }

  set cloaks(cloaks: readonly string[]) {
    this.#who.cloaks = cloaks;
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
    const { address } = this.#who;
    return this.local === null ? addressText(decodeAddress(address) ?? NO_ADDRESS) : address;
  }

  /** The address as P10 writes it. */
  get p10Address(): string {
    return this.local === null ? this.#who.address : encodeAddress(this.addressGroups);
  }

  /** The address as numbers, for masks that name a network. */
  get addressGroups(): AddressGroups {
    const person = this.#who;
    const read = this.local === null ? decodeAddress : parseAddress;
    person.groups ??= read(person.address) ?? NO_ADDRESS;
    return person.groups;
  }

  /** Takes another address, of one who is not registered yet: a gateway has said where the client is. */
  relocate(address: string): void {
    const person = this.#who;
    person.address = address;
    person.host = address;
    person.realHost = address;
    person.groups = null;
  }

  /** `nick!user@host`; empty until NICK, and then up to date by {@link updatePrefix}. */
  get prefix(): string {
    const person = this.#who;
    person.prefix ??= `${this.nick}!${person.username}@${person.host}`;
    return person.prefix;
  }

  /** To be called when nick, username or host have changed; cached ban verdicts become stale. */
  updatePrefix(): void {
    // Nothing was made yet of what nobody has asked for.
    if (typeof this.#person !== 'string') {
      this.#person.prefix = null;
      this.#person.folded = null;
    }
    this.forgetVerdicts();
  }

  /** To be called when something else has changed that masks may name: real name, account, channels. */
  forgetVerdicts(): void {
    for (const membership of this.#memberships.values()) membership.banRevision = -1;
  }

  /** What masks are compared with; up to date with {@link prefix}. */
  get folded(): FoldedPrefixes {
    const person = this.#who;
    person.folded ??= this.#fold(person);
    return person.folded;
  }

  #fold({ username, host }: Person): FoldedPrefixes {
    const seen = fold(this.prefix);
    const who = `${this.nick}!${username}@`;
    const address = host === this.address ? seen : fold(who + this.address);
    return {
      prefix: seen,
      who: seen.slice(0, seen.length - host.length - 1),
      address,
      hidden: this.#hiddenPrefixes(),
    };
  }

  #hiddenPrefixes(): readonly string[] {
    const { username, host, realHost, cloaks } = this.#who;
    if (cloaks === NO_HOSTS && realHost === host) return NO_HOSTS;
    const hidden = [realHost, ...cloaks].filter((other) => other !== host && other !== this.address);
    return hidden.map((other) => fold(`${this.nick}!${username}@${other}`));
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
