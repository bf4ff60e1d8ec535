/**
 * Which addresses are looked at for open proxies, and when: each once in a while, a bounded number at once, the rest waits. What was
 * found is remembered. Exempt are addresses that nobody may knock at: private ones, and those that operators name.
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../../kit/clock.ts';
import { limits } from '../limits.ts';
import { isPublicAddress, type Probe } from './probe.ts';

/** What was found of an address: the name of a probe, or null for nothing. */
export type Finding = string | null;

export interface SockCheckerOptions {
  readonly clock: Clock;
  readonly probes: readonly Probe[];
  /** Connections at once. */
  readonly sockets: number;
  /** Whether an address is left alone by what operators say. */
  readonly isExempt: (address: string) => boolean;
  /** Whether addresses of private networks are looked at; for tests. */
  readonly private?: boolean;
  /** How long a finding is remembered, in milliseconds. */
  readonly rememberMs: number;
  /** Runs one probe. */
  readonly run: (probe: Probe, address: string, signal: AbortSignal) => Promise<boolean>;
  readonly onBegin: (address: string) => void;
  readonly onFound: (address: string, what: string) => void;
}

/** What came of asking for an address. */
export type Asked = 'begun' | 'exempt' | 'known' | 'full';

export class SockChecker {
  readonly #options: SockCheckerOptions;
  readonly #known: LRUCache<string, { readonly what: Finding }>;
  /** In the order in which they came. */
  readonly #waiting = new Set<string>();
  readonly #running = new Map<string, AbortController>();
  #sockets = 0;
  #closed = false;
  /** Addresses that were looked at to the end, what was found, and those for whom there was no room. */
  scanned = 0;
  found = 0;
  dropped = 0;

  constructor(options: SockCheckerOptions) {
    this.#options = options;
    this.#known = new LRUCache({
      max: limits.sockcheckKnown.default,
      ttl: options.rememberMs,
      // What begins at 0 never ends there.
      perf: { now: () => options.clock.monotonic() + 1 },
      ttlResolution: 0,
    });
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get running(): number {
    return this.#running.size;
  }

  get sockets(): number {
    return this.#sockets;
  }

  /** Somebody has come from there. */
  look(address: string): Asked {
    if (this.#closed || this.#isExempt(address)) return 'exempt';
    const known = this.#known.get(address);
    if (known !== undefined) {
      if (known.what !== null) this.#options.onFound(address, known.what);
      return 'known';
    }
    if (this.#running.has(address) || this.#waiting.has(address)) return 'known';
    if (this.#waiting.size >= limits.sockcheckWaiting.default) {
      this.dropped++;
      return 'full';
    }
    this.#waiting.add(address);
    this.#next();
    return 'begun';
  }

  /** What is known of an address; undefined for nothing. */
  finding(address: string): Finding | undefined {
    return this.#known.get(address)?.what;
  }

  /** Looks anew the next time. */
  forget(address: string): boolean {
    this.#waiting.delete(address);
    this.#running.get(address)?.abort();
    return this.#known.delete(address);
  }

  close(): void {
    this.#closed = true;
    this.#waiting.clear();
    for (const one of this.#running.values()) one.abort();
  }

  #isExempt(address: string): boolean {
    return (this.#options.private !== true && !isPublicAddress(address)) || this.#options.isExempt(address);
  }

  /** Begins as many as there is room for: an address takes one connection at a time. */
  #next(): void {
    for (const address of this.#waiting) {
      if (this.#running.size >= this.#options.sockets) return;
      this.#waiting.delete(address);
      void this.#scan(address);
    }
  }

  async #scan(address: string): Promise<void> {
    const { probes, onBegin, onFound } = this.#options;
    const stop = new AbortController();
    this.#running.set(address, stop);
    onBegin(address);
    let what: Finding = null;
    for (const probe of probes) {
      if (stop.signal.aborted || what !== null) break;
      if (await this.#probe(probe, address, stop.signal)) what = probe.name;
    }
    this.#running.delete(address);
    if (!stop.signal.aborted) {
      this.scanned++;
      this.#known.set(address, { what });
      if (what !== null) {
        this.found++;
        onFound(address, what);
      }
    }
    this.#next();
  }

  async #probe(probe: Probe, address: string, signal: AbortSignal): Promise<boolean> {
    this.#sockets++;
    try {
      return await this.#options.run(probe, address, signal);
    } finally {
      this.#sockets--;
    }
  }
}
