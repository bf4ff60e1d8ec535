/**
 * Which connection class an address belongs to, and how full each class is. Used by the server at accept and on
 * reload.
 */

import { AddressRanges, parseCidr } from '../../runtime/net/ip-address.ts';
import type { ConnectionClass } from './connection.ts';

/** A class with the addresses it takes. */
export interface ClassRule extends ConnectionClass {
  /** CIDR blocks; any of them is enough. */
  readonly match: readonly string[];
}

interface CompiledRule {
  readonly rule: ClassRule;
  readonly ranges: AddressRanges;
}

/** The classes of one configuration and the members of each. */
export class ConnectionClasses {
  private readonly rules: readonly CompiledRule[];
  private readonly fallback: ClassRule;
  private readonly members = new Map<string, number>();

  /**
   * @param rules in order; the first that matches wins.
   * @param fallback takes every address that no rule matches.
   * @throws RangeError when a rule holds something that is no CIDR block.
   */
  constructor(rules: readonly ClassRule[], fallback: ClassRule) {
    this.fallback = fallback;
    this.rules = rules.map((rule) => ({
      rule,
      ranges: new AddressRanges(
        rule.match.map((text) => {
          const block = parseCidr(text);
          if (block === null)
            throw new RangeError(`class ${rule.name}: "${text}" is no address or CIDR block`);
          return block;
        }),
      ),
    }));
  }

  /** The class of an address. */
  find(address: string): ConnectionClass {
    return this.rules.find(({ ranges }) => ranges.has(address))?.rule ?? this.fallback;
  }

  /** Counts a member in; false when the class is full. */
  enter(connectionClass: ConnectionClass): boolean {
    const count = this.count(connectionClass.name);
    if (count >= connectionClass.maxConnections) return false;
    this.members.set(connectionClass.name, count + 1);
    return true;
  }

  /** Counts a member in that was here already, also when the class is full: a reload drops nobody. */
  readmit(connectionClass: ConnectionClass): void {
    this.members.set(connectionClass.name, this.count(connectionClass.name) + 1);
  }

  /** Counts a member out. */
  leave(connectionClass: ConnectionClass): void {
    this.members.set(connectionClass.name, this.count(connectionClass.name) - 1);
  }

  /** How many members a class has. */
  count(name: string): number {
    return this.members.get(name) ?? 0;
  }

  /** Whether a connection from this address could enter now. */
  hasRoom(connectionClass: ConnectionClass): boolean {
    return this.count(connectionClass.name) < connectionClass.maxConnections;
  }
}
