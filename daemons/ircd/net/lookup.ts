/**
 * Who a client is, as far as the network says: its host name (reverse DNS that forward DNS confirms) and its ident
 * user. Each has a deadline, so that a client never waits for a name server. Called by the protocol when
 * a connection opens.
 */
import { isIPv4 } from 'node:net';
import { AsyncCache } from '../../runtime/async/async-cache.ts';
import { parseAddress } from '../../runtime/net/ip-address.ts';
import type { Counts } from '../../runtime/telemetry/counted-instrument.ts';
import { limits } from '../limits.ts';
import { askIdent, type IdentQuery } from './ident.ts';

/** The part of `dns.promises.Resolver` that lookups use. */
export interface DnsResolver {
  reverse(address: string): Promise<string[]>;
  resolve4(name: string): Promise<string[]>;
  resolve6(name: string): Promise<string[]>;
}

/** Counters since start, for metrics and STATS C. */
export interface LookupStats {
  /** Misses that ended without a confirmed name, the timeouts included. */
  dnsFailures: number;
  dnsTimeouts: number;
  identAsked: number;
  identAnswered: number;
}

/** What is looked up. */
export interface LookupSettings {
  readonly dns: boolean;
  readonly ident: boolean;
}

/** How long it may take; the defaults are in `limits.ts`. */
export interface LookupOptions extends LookupSettings {
  readonly resolver: DnsResolver;
  readonly dnsDeadlineMs?: number;
  readonly identDeadlineMs?: number;
  readonly cacheEntries?: number;
  readonly cacheMs?: number;
  /** Where ident servers listen; other than 113 only in tests. */
  readonly identPort?: number;
}

/** RFC 1123 labels. Anything else could forge a mask or break a line. */
const HOST_NAME =
  /^(?=.{1,63}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/;
/** PTR records tried for one address; more than a few is a misconfiguration or an attack. */
const MAX_NAMES = 3;

/** What a name server says of an address that has no name; everything else means that it could not be asked. */
const NO_NAME: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA']);

function isLoopback(address: string): boolean {
  return address === '::1' || (isIPv4(address) && address.startsWith('127.'));
}

/** Finds the host name (confirmed forwards) and the ident of clients; failures are null, never errors. */
export class Lookup {
  /** Names by address. Also that an address has none is remembered, and that it could not be asked for. */
  readonly names: AsyncCache<string, string>;
  readonly #options: LookupOptions;
  readonly #counters: LookupStats = { dnsFailures: 0, dnsTimeouts: 0, identAsked: 0, identAnswered: 0 };
  #settings: LookupSettings;
  #identOpen = 0;
  #identMost = 0;

  constructor(options: LookupOptions) {
    this.#options = options;
    this.#settings = options;
    this.names = new AsyncCache({
      name: 'dns',
      capacity: options.cacheEntries ?? limits.lookupCacheEntries.default,
      ttlMs: options.cacheMs ?? limits.lookupCacheSeconds.default * 1000,
      ask: (address) => this.#ask(address),
      failed: 'none',
    });
  }

  get stats(): LookupStats {
    return { ...this.#counters };
  }

  /** Questions to ident servers. */
  get idents(): Counts<'correlation'> {
    const { identAsked, identAnswered } = this.#counters;
    return {
      depth: this.#identOpen,
      high_water: this.#identMost,
      submitted: identAsked,
      completed: identAnswered,
      failed: identAsked - identAnswered - this.#identOpen,
    };
  }

  /** Takes other settings over. What is known stays. */
  configure(settings: LookupSettings): void {
    this.#settings = settings;
  }

  /**
   * The name of an address without waiting: the name, null when it has none (or DNS is off), undefined when only
   * {@link host} can tell. Loopback is `localhost` without asking anybody.
   */
  cachedHost(address: string): string | null | undefined {
    if (isLoopback(address)) return 'localhost';
    if (!this.#settings.dns) return null;
    return this.names.get(address);
  }

  /**
   * The confirmed host name of an address, or null when there is none or none was found by the deadline. Lookups
   * of the same address share one query. Never rejects.
   */
  host(address: string): Promise<string | null> {
    if (isLoopback(address) || !this.#settings.dns) return Promise.resolve(this.cachedHost(address) ?? null);
    return this.names.load(address);
  }

  /** The ident user of a connection, or null. Loopback is asked too. Never rejects. */
  async ident(query: IdentQuery): Promise<string | null> {
    if (!this.#settings.ident) return null;
    this.#counters.identAsked++;
    const deadlineMs = this.#options.identDeadlineMs ?? limits.lookupIdentMs.default;
    this.#identMost = Math.max(this.#identMost, ++this.#identOpen);
    const user = await askIdent(query, deadlineMs, this.#options.identPort);
    this.#identOpen--;
    if (user !== null) this.#counters.identAnswered++;
    return user;
  }

  async #ask(address: string): Promise<string | null> {
    let name: string | null = null;
    try {
      name = await this.#bounded(address);
      return name;
    } finally {
      if (name === null) this.#counters.dnsFailures++;
    }
  }

  #bounded(address: string): Promise<string | null> {
    const deadlineMs = this.#options.dnsDeadlineMs ?? limits.lookupDnsMs.default;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#counters.dnsTimeouts++;
        reject(new Error(`The name of ${address} was not found within ${deadlineMs} ms.`));
      }, deadlineMs);
      this.#confirmedName(address)
        .finally(() => clearTimeout(timer))
        .then(resolve, reject);
    });
  }

  /** The first name of the address that leads back to it. A name that does not could be anybody's. */
  async #confirmedName(address: string): Promise<string | null> {
    const wanted = parseAddress(address)?.join();
    const names = await this.#options.resolver.reverse(address).catch(noNames);
    for (const name of names.slice(0, MAX_NAMES)) {
      if (!HOST_NAME.test(name)) continue;
      const { resolver } = this.#options;
      const addresses = await (isIPv4(address) ? resolver.resolve4(name) : resolver.resolve6(name)).catch(
        () => [],
      );
      if (addresses.some((one) => parseAddress(one)?.join() === wanted)) return name;
    }
    return null;
  }
}

/** The answer to a question that a name server answered with "there is none". */
function noNames(thrown: unknown): string[] {
  if (thrown instanceof Error && 'code' in thrown && NO_NAME.has(thrown.code)) return [];
  throw thrown;
}
