/** Connection classes (`[[relay.class]]`): which limits hold for a client, by its address. Used on accept and reload. */

import { AddressRanges, parseCidr } from '../../runtime/net/ip-address.ts';
import type { RelayConfig, SlowReaderPolicy } from '../config.ts';
import { CLASS_LIMIT_NAMES, type ClassLimitName, type Limits } from '../limits.ts';

/** The limits of one class, resolved. */
export interface ConnectionClass {
  readonly name: string;
  /** Whether connects per address are limited. */
  readonly throttle: boolean;
  /** Whether the receive rate is limited. */
  readonly flood: boolean;
  /** Connections of this class at once. */
  readonly maxConnections: number;
  readonly slowReader: SlowReaderPolicy;
  readonly limits: Readonly<Record<ClassLimitName, number>>;
  /** Connections that belong to it now. */
  connections: number;
}

/** The classes of one configuration, first match wins. */
export class ConnectionClasses {
  readonly #rules: readonly { readonly ranges: AddressRanges; readonly target: ConnectionClass }[];
  readonly #fallback: ConnectionClass;

  /** `limits` are the numbers in force, which may differ from the configuration's after `set-limits`. */
  constructor(config: Pick<RelayConfig, 'class' | 'slow_reader'>, limits: Limits) {
    this.#rules = config.class.map((entry) => ({
      ranges: new AddressRanges(entry.match.map(parseCidr).filter((range) => range !== null)),
      target: {
        name: entry.name,
        throttle: entry.throttle,
        flood: entry.flood,
        maxConnections: entry.max_connections ?? Number.POSITIVE_INFINITY,
        slowReader: entry.slow_reader ?? config.slow_reader,
        limits: resolve((name) => entry[name] ?? limits[name]),
        connections: 0,
      },
    }));
    this.#fallback = {
      name: 'default',
      throttle: true,
      flood: true,
      maxConnections: Number.POSITIVE_INFINITY,
      slowReader: config.slow_reader,
      limits: resolve((name) => limits[name]),
      connections: 0,
    };
  }

  /** The first class that matches; the default class where none does. */
  match(address: string): ConnectionClass {
    for (const rule of this.#rules) if (rule.ranges.has(address)) return rule.target;
    return this.#fallback;
  }
}

function resolve(value: (name: ClassLimitName) => number): Record<ClassLimitName, number> {
  return Object.fromEntries(CLASS_LIMIT_NAMES.map((name) => [name, value(name)])) as Record<
    ClassLimitName,
    number
  >;
}
