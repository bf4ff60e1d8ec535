/**
 * Which connection class an address belongs to, and how full each class is: the first class that matches. What a class
 * allows beside the numbers here is the daemon's business. Asked by `Admission`.
 */
import { limits } from '../limits.ts';
import { AddressRanges, parseCidr } from './ip-address.ts';

/** The address of a client on a Unix socket, and the word that matches it, as nginx's `allow` has it. */
export const UNIX_ADDRESS = 'unix:';

/** What every daemon's classes say; a daemon's own settings stand beside it. */
export interface ClassRule {
  readonly name: string;
  /** Addresses and CIDR blocks, or {@link UNIX_ADDRESS}; any of them is enough. */
  readonly match: readonly string[];
  /** Whether the connect rate and the connections of one address are limited. */
  readonly throttle: boolean;
  /** Connections that the class may hold at once. */
  readonly maxConnections: number;
  /** Connections that one address may have, or one /64 of IPv6; counts where `throttle` does. */
  readonly maxPerAddress: number;
  /** Connections that an address may open at once; counts where `throttle` does. */
  readonly connectBurst: number;
  /** Connections a second that an address may open for long; counts where `throttle` does. */
  readonly connectsPerSecond: number;
}

/** A class and how many are in it. */
export interface ClassMembers<Class> {
  readonly rule: Class;
  members: number;
}

const DEFAULT_CLASS: ClassRule = {
  name: 'default',
  match: [],
  throttle: true,
  maxConnections: limits.maxConnections.default,
  maxPerAddress: limits.maxPerAddress.default,
  connectBurst: limits.throttleBurst.default,
  connectsPerSecond: 1 / limits.throttleRefillSeconds.default,
};

interface CompiledClass<Class> extends ClassMembers<Class> {
  readonly ranges: AddressRanges;
  readonly unix: boolean;
}

/** The classes of one configuration. */
export class ConnectionClasses<Class extends ClassRule> {
  readonly #classes: readonly CompiledClass<Class>[];
  readonly #fallback: ClassMembers<Class>;

  /**
   * @param rules in order; the first that matches wins
   * @param fallback takes whom no rule matches; where it is one of the rules, its members are counted together
   * @throws RangeError when a rule holds something that is no address or CIDR block
   */
  constructor(rules: readonly Class[], fallback: Class) {
    this.#classes = rules.map((rule) => ({
      rule,
      members: 0,
      ranges: new AddressRanges(rule.match.filter((text) => text !== UNIX_ADDRESS).map(blockOf)),
      unix: rule.match.includes(UNIX_ADDRESS),
    }));
    this.#fallback = this.#classes.find(({ rule }) => rule === fallback) ?? { rule: fallback, members: 0 };
  }

  /** The class of an address. */
  of(address: string): ClassMembers<Class> {
    const unix = address === UNIX_ADDRESS;
    for (const one of this.#classes) if (unix ? one.unix : one.ranges.has(address)) return one;
    return this.#fallback;
  }

  /** The most connections that any class may hold. */
  get largest(): number {
    return Math.max(
      this.#fallback.rule.maxConnections,
      ...this.#classes.map(({ rule }) => rule.maxConnections),
    );
  }

  /** How many members the class of that name has. */
  count(name: string): number {
    const named = this.#classes.find(({ rule }) => rule.name === name);
    if (named !== undefined) return named.members;
    return this.#fallback.rule.name === name ? this.#fallback.members : 0;
  }
}

/** One class for everybody, of a daemon that has no others; `own` differs from what is usual. */
export function oneClass(own: Partial<ClassRule> = {}): ConnectionClasses<ClassRule> {
  return new ConnectionClasses([], { ...DEFAULT_CLASS, ...own });
}

function blockOf(text: string) {
  const block = parseCidr(text);
  if (block === null) throw new RangeError(`"${text}" is no address or CIDR block`);
  return block;
}
