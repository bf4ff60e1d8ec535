/**
 * Who a client is, as far as the network says: its host name (reverse DNS that forward DNS confirms) and its ident
 * user. Each has a deadline, so that a client never waits for a name server. Called by the protocol when
 * a connection opens.
 */
import { isIPv4 } from 'node:net';
import { LRUCache } from 'lru-cache';
import { parseAddress } from '../../runtime/net/ip-address.ts';
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
  dnsHits: number;
  dnsMisses: number;
  /** Misses that ended without a confirmed name, the timeouts included. */
  dnsFailures: number;
  dnsTimeouts: number;
  /** Names in the cache now, negative entries included. */
  dnsEntries: number;
  identAsked: number;
  identAnswered: number;
}

/** What is looked up, and how long it may take; the defaults are in `limits.ts`. */
export interface LookupOptions {
  readonly resolver: DnsResolver;
  readonly dns: boolean;
  readonly ident: boolean;
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

/** A confirmed name, or null: also that there is none is remembered. */
interface CachedName {
  readonly name: string | null;
}

function isLoopback(address: string): boolean {
  return address === '::1' || (isIPv4(address) && address.startsWith('127.'));
}

/** Finds the host name (confirmed forwards) and the ident of clients; failures are null, never errors. */
export class Lookup {
  readonly #options: LookupOptions;
  readonly #names: LRUCache<string, CachedName>;
  readonly #running = new Map<string, Promise<string | null>>();
  readonly #counters = {
    dnsHits: 0,
    dnsMisses: 0,
    dnsFailures: 0,
    dnsTimeouts: 0,
    identAsked: 0,
    identAnswered: 0,
  };

  constructor(options: LookupOptions) {
    this.#options = options;
    this.#names = new LRUCache<string, CachedName>({
      max: options.cacheEntries ?? limits.lookupCacheEntries.default,
      ttl: options.cacheMs ?? limits.lookupCacheSeconds.default * 1000,
      ttlResolution: 1000,
    });
  }

  get stats(): LookupStats {
    return { ...this.#counters, dnsEntries: this.#names.size };
  }

  /**
   * The name of an address without waiting: the name, null when it has none (or DNS is off), undefined when only
   * {@link host} can tell. Loopback is `localhost` without asking anybody.
   */
  cachedHost(address: string): string | null | undefined {
    if (isLoopback(address)) return 'localhost';
    if (!this.#options.dns) return null;
    const found = this.#names.get(address);
    if (found === undefined) return undefined;
    this.#counters.dnsHits++;
    return found.name;
  }

  /**
   * The confirmed host name of an address, or null when there is none or none was found by the deadline. Lookups
   * of the same address share one query. Never rejects.
   */
  host(address: string): Promise<string | null> {
    const cached = this.cachedHost(address);
    if (cached !== undefined) return Promise.resolve(cached);
    const running = this.#running.get(address);
    if (running !== undefined) {
      this.#counters.dnsHits++;
      return running;
    }
    this.#counters.dnsMisses++;
    const query = this.#bounded(address).then((name) => {
      this.#running.delete(address);
      this.#names.set(address, { name });
      if (name === null) this.#counters.dnsFailures++;
      return name;
    });
    this.#running.set(address, query);
    return query;
  }

  /** The ident user of a connection, or null. Loopback is asked too. Never rejects. */
  async ident(query: IdentQuery): Promise<string | null> {
    if (!this.#options.ident) return null;
    this.#counters.identAsked++;
    const deadlineMs = this.#options.identDeadlineMs ?? limits.lookupIdentMs.default;
    const user = await askIdent(query, deadlineMs, this.#options.identPort);
    if (user !== null) this.#counters.identAnswered++;
    return user;
  }

  /** Forgets every name. Answers how many there were. */
  clear(): number {
    const size = this.#names.size;
    this.#names.clear();
    return size;
  }

  #bounded(address: string): Promise<string | null> {
    const deadlineMs = this.#options.dnsDeadlineMs ?? limits.lookupDnsMs.default;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#counters.dnsTimeouts++;
        resolve(null);
      }, deadlineMs);
      this.#confirmedName(address).then(
        (name) => {
          clearTimeout(timer);
          resolve(name);
        },
        () => {
          clearTimeout(timer);
          resolve(null);
        },
      );
    });
  }

  /** The first name of the address that leads back to it. A name that does not could be anybody's. */
  async #confirmedName(address: string): Promise<string | null> {
    const wanted = parseAddress(address)?.join();
    const names = await this.#options.resolver.reverse(address);
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
