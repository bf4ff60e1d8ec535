/**
 * Decides who is let in, and counts: one for each daemon, asked for every socket that the kernel accepted and every
 * connection that the daemon made itself. The order is that of the price: what is cheap to find out comes first.
 */
import { connectionRoom } from '../host/descriptor-limit.ts';
import { limits } from '../limits.ts';
import type { Counts } from '../telemetry/counted-instrument.ts';
import { ConnectThrottle, type Visitor } from './connect-throttle.ts';
import {
  type ClassMembers,
  type ClassRule,
  type ConnectionClasses,
  UNIX_ADDRESS,
} from './connection-classes.ts';
import type { ProxySource } from './proxy-header.ts';
import { RefusedCounts } from './refused-sockets.ts';

/** The bans of a daemon, as far as an address alone can tell. */
export interface AddressBans {
  /** Why an address may not connect, in words for the client; null when it may. */
  reasonAgainst(address: string): string | null;
}

const NO_BANS: AddressBans = { reasonAgainst: () => null };

/** Why a connection is not let in. */
export type Refusal<Class> =
  /**
   * The address connects too fast; it may try again after so many milliseconds. It is not told `inWords` where it was told
   * often enough.
   */
  | { readonly why: 'throttled'; readonly waitMs: number; readonly inWords: boolean }
  /** The address is banned; the reason is for the client. */
  | { readonly why: 'banned'; readonly reason: string }
  /** The daemon is full; it holds `most` connections. */
  | { readonly why: 'full'; readonly most: number }
  /** The class is full. */
  | { readonly why: 'class_full'; readonly connectionClass: Class }
  /** The address has as many connections as its class allows. */
  | { readonly why: 'address_full'; readonly connectionClass: Class };

/** What is counted of accepting, the same in every daemon; all only ever grow. */
export class AcceptCounts {
  /** Sockets taken from the kernel, refused ones included. */
  accepted = 0;
  /** Connections that could not be accepted, mostly because descriptors ran out. */
  acceptFailures = 0;
  refusedThrottled = 0;
  refusedAddress = 0;
  refusedFull = 0;
  refusedBanned = 0;
  tlsHandshakeFailures = 0;
}

/** Where a connection is counted. */
interface Place<Class> {
  readonly members: ClassMembers<Class>;
  readonly visitor: Visitor | null;
}

/** What an {@link Admission} decides by. */
export interface AdmissionOptions<Class extends ClassRule> {
  readonly classes: ConnectionClasses<Class>;
  /** `throttleAddresses` are remembered where absent. */
  readonly throttle?: ConnectThrottle;
  /** Nobody is banned where absent. */
  readonly bans?: AddressBans;
  /** Connections that the daemon may hold, whatever their classes; those that descriptors allow are never exceeded. */
  readonly maxConnections?: () => number;
  /** Whether many clients come from an address, who are counted by others later ({@link Admission.readdress}): its own rate and number have no limit. */
  readonly gateways?: ((address: string) => boolean) | undefined;
  /** For tests: another number of connections that descriptors allow. */
  readonly room?: number;
}

/** A connection's place: it counts in its class and its address until it leaves. */
export class Seat<Class extends ClassRule> {
  /** Textual address, or {@link UNIX_ADDRESS}; {@link Admission.readdress} changes it. */
  address: string;
  /** Where the client is, as the proxy said that brought it; null for one that came by itself. */
  proxied: ProxySource | null = null;
  readonly #admission: Admission<Class>;
  #visitor: Visitor | null;
  #members: ClassMembers<Class>;
  #left = false;
  #kept = false;

  constructor(
    admission: Admission<Class>,
    address: string,
    members: ClassMembers<Class>,
    visitor: Visitor | null,
  ) {
    this.#admission = admission;
    this.address = address;
    this.#members = members;
    this.#visitor = visitor;
    members.members++;
  }

  get connectionClass(): Class {
    return this.#members.rule;
  }

  /** The connection goes on without the socket that it came with, in another thread say: only {@link leave} ends it from here on. */
  keep(): void {
    this.#kept = true;
  }

  /** The socket that the connection came with is closed: gives the place back, unless it is kept. */
  socketClosed(): void {
    if (!this.#kept) this.leave();
  }

  /** Gives the place back. Doing it twice is fine. */
  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#members.members--;
    this.#admission.left(this, this.#visitor);
  }

  /** Moves to another address; what is counted of it is counted there from here on. */
  relocate(address: string, members: ClassMembers<Class>, visitor: Visitor | null): void {
    this.#admission.swap(this.#visitor, visitor);
    this.address = address;
    this.#visitor = visitor;
    this.#members.members--;
    this.move(members);
  }

  /** Moves to a class, also when that is full: a reload drops nobody. */
  move(members: ClassMembers<Class>): void {
    this.#members = members;
    members.members++;
  }
}

/** Who is let in. */
export class Admission<Class extends ClassRule> {
  readonly counts = new AcceptCounts();
  /** When the certificate of TLS listeners ends, Unix seconds; 0 without one. */
  certificateEnd = 0;
  /** Those that read why they were refused; kept by the acceptor. */
  readonly refusedClients = new RefusedCounts();
  readonly throttle: ConnectThrottle;
  /** Connections that the descriptors of the process allow. */
  readonly room: number;
  readonly #bans: AddressBans;
  readonly #maxConnections: () => number;
  readonly #isGateway: (address: string) => boolean;
  readonly #seats = new Set<Seat<Class>>();
  #admitted = 0;
  #classes: ConnectionClasses<Class>;

  constructor({
    classes,
    throttle,
    bans = NO_BANS,
    maxConnections,
    gateways,
    room,
  }: AdmissionOptions<Class>) {
    this.#classes = classes;
    this.throttle = throttle ?? new ConnectThrottle(() => limits.throttleAddresses.default);
    this.#bans = bans;
    this.#maxConnections = maxConnections ?? (() => Number.POSITIVE_INFINITY);
    this.#isGateway = gateways ?? (() => false);
    this.room = room ?? connectionRoom().connections;
  }

  /** Places that are taken, those of handshakes included. */
  get size(): number {
    return this.#seats.size;
  }

  /** Places that are taken, how many there are, and who got one and found none so far. */
  get places(): Counts<'limiter'> {
    const most = this.#most;
    return {
      depth: this.size,
      capacity: Number.isFinite(most) ? most : 0,
      completed: this.#admitted,
      rejected: this.counts.refusedFull,
    };
  }

  get #most(): number {
    return Math.min(this.room, this.#maxConnections());
  }

  /** How many connections a class holds. */
  classCount(name: string): number {
    return this.#classes.count(name);
  }

  /**
   * Gives a connection a place, or says why not.
   * @param made whether the daemon itself made it: then its rate is the daemon's own doing
   */
  admit(address: string, made = false): Seat<Class> | Refusal<Class> {
    const place = this.#placeFor(address, !made, null);
    if ('why' in place) return place;
    const { members, visitor } = place;
    if (visitor !== null) this.throttle.enter(visitor);
    const seat = new Seat(this, address, members, visitor);
    this.#seats.add(seat);
    this.#admitted++;
    return seat;
  }

  /**
   * Moves a connection to another address, which a gateway has said to be the client's: everything is asked of it that is asked of
   * who connects from there. Answers why it may not, and changes nothing then.
   */
  readdress(seat: Seat<Class>, address: string): Refusal<Class> | null {
    const place = this.#placeFor(address, true, seat);
    if ('why' in place) return place;
    seat.relocate(address, place.members, place.visitor);
    return null;
  }

  /** Called by a {@link Seat}. */
  swap(before: Visitor | null, now: Visitor | null): void {
    if (now !== null) this.throttle.enter(now);
    if (before !== null) this.throttle.leave(before);
  }

  /** @param seat the one that it has already */
  #placeFor(address: string, counts: boolean, seat: Seat<Class> | null): Place<Class> | Refusal<Class> {
    const { throttle } = this;
    const members = this.#classes.of(address);
    const connectionClass = members.rule;
    // Whoever is on a Unix socket has no address to tell him by.
    const visitor = address === UNIX_ADDRESS ? null : throttle.visitor(address);
    const limited = visitor !== null && connectionClass.throttle && !this.#isGateway(address);
    if (limited && counts) {
      const waitMs = throttle.attempt(visitor, connectionClass);
      if (waitMs > 0) {
        this.counts.refusedThrottled++;
        return { why: 'throttled', waitMs, inWords: visitor.refused <= limits.refusalsInWords.default };
      }
    }
    const banned = this.refusalOfBan(address);
    if (banned !== null) return banned;
    const most = this.#most;
    if (seat === null && this.#seats.size >= most) {
      this.counts.refusedFull++;
      return { why: 'full', most };
    }
    if (members.members >= connectionClass.maxConnections && seat?.connectionClass !== connectionClass) {
      this.counts.refusedFull++;
      return { why: 'class_full', connectionClass };
    }
    if (limited && visitor.open >= connectionClass.maxPerAddress) {
      this.counts.refusedAddress++;
      return { why: 'address_full', connectionClass };
    }
    return { members, visitor };
  }

  /** Asks the bans alone; a ban may have been set since a client was given its place. */
  refusalOfBan(address: string): Refusal<Class> | null {
    const reason = address === UNIX_ADDRESS ? null : this.#bans.reasonAgainst(address);
    if (reason === null) return null;
    this.counts.refusedBanned++;
    return { why: 'banned', reason };
  }

  /** Puts other classes into force; everybody keeps the place, in the class that fits now. */
  reclassify(classes: ConnectionClasses<Class>): void {
    this.#classes = classes;
    for (const seat of this.#seats) seat.move(classes.of(seat.address));
  }

  /** Called by a {@link Seat}. */
  left(seat: Seat<Class>, visitor: Visitor | null): void {
    this.#seats.delete(seat);
    if (visitor !== null) this.throttle.leave(visitor);
  }
}
