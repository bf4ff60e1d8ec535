/**
 * Who has caused how much work of late. Each client has an account, and all clients of one network (an IPv4 address, an
 * IPv6 /64) share the account of a group, so that thirty connections of one address weigh as one client that does as
 * much. Kept by `WorkTurns`; the network path of a daemon asks it how long a client has to wait.
 */

import { Rate, TokenBucket } from '../../../kit/token-bucket.ts';
import { limits } from '../limits.ts';
import { networkKey } from '../net/ip-address.ts';
import type { WorkJob } from './work-turns.ts';

/** What an account may use. */
export interface WorkAllowance {
  /** Share of one core that may be used for long: 0.1 is a tenth. */
  readonly share: number;
  /** Milliseconds of work that may be done at once. */
  readonly burstMs: number;
  /** Milliseconds of recent work up to which an account comes before those that used more. */
  readonly lightMs: number;
  /** Longest wait that work can bring about, in milliseconds: beyond it nothing is added. */
  readonly maxWaitMs: number;
}

/** What one client may use. */
export const CLIENT_ALLOWANCE: WorkAllowance = {
  share: limits.workClientShare.default,
  burstMs: limits.workClientBurstMs.default,
  lightMs: limits.workClientLightMs.default,
  maxWaitMs: limits.workMaxWaitMs.default,
};

/** What all clients of one network may use together. */
export const NETWORK_ALLOWANCE: WorkAllowance = {
  share: limits.workNetworkShare.default,
  burstMs: limits.workNetworkBurstMs.default,
  lightMs: limits.workNetworkLightMs.default,
  maxWaitMs: limits.workMaxWaitMs.default,
};

const NS_PER_MS = 1e6;

/** Shared by all accounts of one allowance. */
const RATES = new WeakMap<WorkAllowance, Rate>();

function rateOf(allowance: WorkAllowance): Rate {
  let rate = RATES.get(allowance);
  if (rate === undefined) {
    const { share, burstMs, maxWaitMs } = allowance;
    rate = new Rate({
      burst: burstMs * NS_PER_MS,
      tokens: share * NS_PER_MS,
      perMs: 1,
      maxDebt: maxWaitMs * share * NS_PER_MS,
    });
    RATES.set(allowance, rate);
  }
  return rate;
}

/** Work used of late: a bucket of nanoseconds that work empties and time fills. */
class WorkMeter {
  readonly #bucket: TokenBucket;
  readonly #lightNs: number;

  constructor(allowance: WorkAllowance) {
    this.#bucket = new TokenBucket(rateOf(allowance), 0);
    this.#lightNs = allowance.lightMs * NS_PER_MS;
  }

  /** Adds work that was done. */
  charge(ns: number, nowMs: number): void {
    this.#bucket.refill(nowMs);
    this.#bucket.charge(ns);
  }

  /** Nanoseconds of work that time has not made up for yet. */
  usedNs(nowMs: number): number {
    this.#bucket.refill(nowMs);
    return this.#bucket.spent;
  }

  isLight(nowMs: number): boolean {
    this.#bucket.refill(nowMs);
    return !this.#bucket.hasSpent(this.#lightNs);
  }

  waitMs(nowMs: number): number {
    this.#bucket.refill(nowMs);
    return this.#bucket.retryAfterMs(0);
  }
}

/** A queue of accounts that are linked through themselves, so that waiting allocates nothing. */
export class AccountQueue {
  #first: WorkAccount | null = null;
  #last: WorkAccount | null = null;

  get empty(): boolean {
    return this.#first === null;
  }

  /** The one whose turn it is; the others are linked behind it. */
  get first(): WorkAccount | null {
    return this.#first;
  }

  /** Appends an account that is in no queue, so that none is behind it. */
  push(account: WorkAccount): void {
    if (this.#last === null) this.#first = account;
    else this.#last.next = account;
    this.#last = account;
  }

  /** Takes the first out. */
  shift(): WorkAccount | null {
    const first = this.#first;
    if (first === null) return null;
    this.#first = first.next;
    if (this.#first === null) this.#last = null;
    first.next = null;
    return first;
  }
}

/** Accounts of one network that wait in a {@link NetworkQueue}, which keeps it. */
export class NetworkLine {
  readonly accounts = new AccountQueue();
  /** The line behind this one. */
  next: NetworkLine | null = null;
  /** Whether it stands in the queue. */
  queued = false;
}

/** Accounts that take turns by network: a thousand clients of one address hold up a client of another once. */
export class NetworkQueue {
  #first: NetworkLine | null = null;
  #last: NetworkLine | null = null;

  get empty(): boolean {
    return this.#first === null;
  }

  /** Those that wait, in no order that means anything, at most `most`. */
  *waiting(most: number): Generator<WorkAccount, void, void> {
    let seen = 0;
    for (let line = this.#first; line !== null; line = line.next) {
      for (let account = line.accounts.first; account !== null; account = account.next) {
        if (seen++ === most) return;
        yield account;
      }
    }
  }

  /** Appends an account, which is in no queue, to the line of its network. */
  push(line: NetworkLine, account: WorkAccount): void {
    line.accounts.push(account);
    if (!line.queued) this.#append(line);
  }

  /** Takes out the first account of the network whose turn it is. */
  shift(): WorkAccount | null {
    const line = this.#first;
    if (line === null) return null;
    this.#first = line.next;
    if (this.#first === null) this.#last = null;
    line.queued = false;
    const account = line.accounts.shift();
    if (!line.accounts.empty) this.#append(line);
    return account;
  }

  #append(line: NetworkLine): void {
    line.queued = true;
    line.next = null;
    if (this.#last === null) this.#first = line;
    else this.#last.next = line;
    this.#last = line;
  }
}

/** The accounts of one network. Made by {@link WorkGroups}, or alone for what no client causes. */
export class WorkGroup {
  /** Accounts of this network that have work waiting and used little of late; `WorkTurns` keeps it. */
  readonly light = new NetworkLine();
  /** Those that used more; `WorkTurns` keeps it. */
  readonly heavy = new NetworkLine();
  /** How many accounts are in it; {@link WorkGroups} keeps it. */
  members = 0;
  readonly #meter: WorkMeter;

  constructor(allowance: WorkAllowance = NETWORK_ALLOWANCE) {
    this.#meter = new WorkMeter(allowance);
  }

  charge(ns: number, nowMs: number): void {
    this.#meter.charge(ns, nowMs);
  }

  isLight(nowMs: number): boolean {
    return this.#meter.isLight(nowMs);
  }

  waitMs(nowMs: number): number {
    return this.#meter.waitMs(nowMs);
  }

  /** Nanoseconds of work that time has not made up for yet. */
  usedNs(nowMs: number): number {
    return this.#meter.usedNs(nowMs);
  }
}

/** The account of one client. */
export class WorkAccount {
  /** Another one from the moment on that a gateway has said whose connection it is; what waits keeps its turn. */
  group: WorkGroup;
  /** Work of this client that waits, in order; `WorkTurns` keeps it. */
  readonly jobs: WorkJob[] = [];
  /** The account behind this one in a queue; {@link AccountQueue} keeps it. */
  next: WorkAccount | null = null;
  /** Whether it stands in a queue; `WorkTurns` keeps it. */
  queued = false;
  /** Whether its first job waits at a gate; `WorkTurns` keeps it. */
  blocked = false;
  /** Whether its work is long and nobody waits for each step of it: it leaves most of every turn to others. Set by its owner. */
  patient = false;
  /** Whose account it is, for whoever asks what the loop works on: the number or name of a connection. */
  connection: string | number = '';
  /** The command or frame that its first job belongs to, by name; `WorkTurns` keeps it. */
  work = '';
  readonly #meter: WorkMeter;

  constructor(group: WorkGroup, allowance: WorkAllowance = CLIENT_ALLOWANCE) {
    this.group = group;
    this.#meter = new WorkMeter(allowance);
  }

  /** Books work on the client and its network. `nowMs` is of `performance.now()`. */
  charge(ns: number, nowMs: number): void {
    this.#meter.charge(ns, nowMs);
    this.group.charge(ns, nowMs);
  }

  /** Whether client and network have both used little of late. */
  isLight(nowMs: number): boolean {
    return this.#meter.isLight(nowMs) && this.group.isLight(nowMs);
  }

  /** Milliseconds until client and network are both within their allowance again; 0 when they are. */
  waitMs(nowMs: number): number {
    return Math.max(this.#meter.waitMs(nowMs), this.group.waitMs(nowMs));
  }

  /** Nanoseconds of this client's work that time has not made up for yet. */
  usedNs(nowMs: number): number {
    return this.#meter.usedNs(nowMs);
  }
}

/** The group of each network. Who disconnects does not get rid of what they used: it is remembered until time has. */
export class WorkGroups {
  readonly #groups = new Map<string, WorkGroup>();
  readonly #allowance: WorkAllowance;
  readonly #maxGroups: number;

  constructor(allowance: WorkAllowance = NETWORK_ALLOWANCE, maxGroups: number = limits.workNetworks.default) {
    this.#allowance = allowance;
    this.#maxGroups = maxGroups;
  }

  get size(): number {
    return this.#groups.size;
  }

  /** The group of an address, which counts one more member. */
  enter(address: string): WorkGroup {
    const key = networkKey(address);
    let group = this.#groups.get(key);
    if (group === undefined) {
      if (this.#groups.size >= this.#maxGroups) this.#forgetIdle();
      group = new WorkGroup(this.#allowance);
      this.#groups.set(key, group);
    }
    group.members++;
    return group;
  }

  /** How many members the group of an address has. */
  membersOf(address: string): number {
    return this.#groups.get(networkKey(address))?.members ?? 0;
  }

  /** Counts a member of the address's group out. */
  leave(address: string): void {
    const key = networkKey(address);
    const group = this.#groups.get(key);
    if (group === undefined) return;
    group.members--;
    if (group.members <= 0 && group.usedNs(performance.now()) === 0) this.#groups.delete(key);
  }

  /** Forgets networks without members, those first that have nothing to make up for. */
  #forgetIdle(): void {
    const now = performance.now();
    for (const [key, group] of this.#groups) {
      if (group.members <= 0 && group.usedNs(now) === 0) this.#groups.delete(key);
    }
    for (const [key, group] of this.#groups) {
      if (this.#groups.size < this.#maxGroups) return;
      if (group.members <= 0) this.#groups.delete(key);
    }
  }
}
