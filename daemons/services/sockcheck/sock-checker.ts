/**
 * Which addresses are looked at for open proxies, and when: a bounded number at once, each by one connection after the other, the rest
 * waits. What was found is remembered. Who is looked at, and what comes of it, is sock-check.ts.
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../../kit/clock.ts';
import { limits } from '../limits.ts';
import type { Probe } from './probe.ts';
import type { ProbeOutcome } from './scan.ts';

/** What was found at an address, in words; null for nothing. */
export type Finding = string | null;

/** How addresses are looked at. */
export interface ScanRules {
  readonly probes: readonly Probe[];
  /** Connections at once. */
  readonly sockets: number;
  /** How long one may last, in milliseconds. */
  readonly connectionMs: number;
  /** How long a finding is remembered, in milliseconds. */
  readonly rememberMs: number;
}

export interface SockCheckerOptions {
  readonly clock: Clock;
  /** May change with the configuration. */
  readonly rules: () => ScanRules;
  /** Runs one probe. */
  readonly run: (probe: Probe, address: string, signal: AbortSignal) => Promise<ProbeOutcome>;
  /** Before the first connection to an address. */
  readonly onBegin: (address: string) => void;
  /** It has been looked at; undefined where that could not be done. Not called for one that was stopped. */
  readonly onEnd: (address: string, finding: Finding | undefined) => void;
}

/** What came of asking for an address: it is, or was, begun, or there is no room. */
export type Asked = 'begun' | 'under way' | 'full';

/** What is remembered of an address. */
export interface Known {
  readonly finding: Finding;
  /** Unix milliseconds. */
  readonly at: number;
}

export class SockChecker {
  readonly #options: SockCheckerOptions;
  /** Made by the first scan: it has room for all from its start, which is megabytes, and most services scan nobody. */
  #known: LRUCache<string, Known> | null = null;
  /** In the order in which they came; those that somebody asked for go first. */
  readonly #asked = new Set<string>();
  readonly #waiting = new Set<string>();
  readonly #running = new Map<string, AbortController>();
  /** Scans that have not let go of their socket yet, those that were stopped among them. */
  #held = 0;
  #sockets = 0;
  #closed = false;
  /** Addresses that were looked at to the end, what was found, those that could not be looked at, and those without room. */
  readonly counts = { scanned: 0, found: 0, failed: 0, dropped: 0, hits: 0, misses: 0 };

  constructor(options: SockCheckerOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.size + this.#asked.size;
  }

  get running(): number {
    return this.#running.size;
  }

  get sockets(): number {
    return this.#sockets;
  }

  get remembered(): number {
    return this.#known?.size ?? 0;
  }

  /** Looks at an address behind those that wait; @param first before those that nobody has asked for */
  look(address: string, first = false): Asked {
    if (this.#closed) return 'full';
    if (this.#running.has(address)) return 'under way';
    if (this.#asked.has(address) || (this.#waiting.has(address) && !first)) return 'under way';
    const moved = this.#waiting.delete(address);
    if (!moved && this.waiting >= limits.sockcheckWaiting.default) {
      this.counts.dropped++;
      return 'full';
    }
    (first ? this.#asked : this.#waiting).add(address);
    this.#next();
    return moved ? 'under way' : 'begun';
  }

  /** What is known of an address; undefined for nothing. Counted, as one question that a scan answers otherwise. */
  recall(address: string): Finding | undefined {
    const known = this.#known?.get(address);
    if (known === undefined) this.counts.misses++;
    else this.counts.hits++;
    return known?.finding;
  }

  finding(address: string): Known | undefined {
    return this.#known?.peek(address);
  }

  /** Whether there are connections to it now. */
  isRunning(address: string): boolean {
    return this.#running.has(address);
  }

  isUnderWay(address: string): boolean {
    return this.#running.has(address) || this.#waiting.has(address) || this.#asked.has(address);
  }

  /** Those that are looked at now, then those that wait. */
  *underWay(): Generator<{ readonly address: string; readonly isRunning: boolean }> {
    for (const address of this.#running.keys()) yield { address, isRunning: true };
    for (const address of this.#asked) yield { address, isRunning: false };
    for (const address of this.#waiting) yield { address, isRunning: false };
  }

  /** What is remembered, the latest first. */
  *known(): Generator<readonly [address: string, Known]> {
    if (this.#known !== null) yield* this.#known.entries();
  }

  /** Looks at it no more. */
  stop(address: string): void {
    this.#waiting.delete(address);
    this.#asked.delete(address);
    this.#running.get(address)?.abort();
    this.#running.delete(address);
  }

  /** Nothing is looked at any more. */
  stopAll(): void {
    this.#waiting.clear();
    this.#asked.clear();
    for (const one of this.#running.values()) one.abort();
    this.#running.clear();
  }

  /** Forgets what was found there. */
  forget(address: string): boolean {
    return this.#known?.delete(address) ?? false;
  }

  /** Forgets everything: it is looked for something else now. */
  forgetAll(): void {
    this.#known?.clear();
  }

  close(): void {
    this.#closed = true;
    this.stopAll();
  }

  /** Begins as many as there is room for. */
  #next(): void {
    for (const from of [this.#asked, this.#waiting])
      for (const address of from) {
        if (this.#held >= this.#options.rules().sockets) return;
        from.delete(address);
        void this.#scan(address);
      }
  }

  async #scan(address: string): Promise<void> {
    const { clock, rules, onBegin, onEnd } = this.#options;
    const { probes, rememberMs } = rules();
    const stop = new AbortController();
    this.#running.set(address, stop);
    this.#held++;
    onBegin(address);
    let finding: Finding = null;
    let failed = false;
    for (const probe of probes) {
      if (stop.signal.aborted || finding !== null) break;
      const outcome = await this.#probe(probe, address, stop.signal);
      if (outcome === 'open') finding = `${probe.name} at port ${probe.port}`;
      failed ||= outcome === 'failed';
    }
    this.#held--;
    if (!stop.signal.aborted) {
      this.#running.delete(address);
      if (finding === null && failed) {
        this.counts.failed++;
        onEnd(address, undefined);
      } else {
        this.counts.scanned++;
        if (finding !== null) this.counts.found++;
        this.#known ??= new LRUCache({
          max: limits.sockcheckKnown.default,
          // What begins at 0 never ends there.
          perf: { now: () => clock.monotonic() + 1 },
          ttlResolution: 0,
        });
        this.#known.set(address, { finding, at: clock.now() }, { ttl: rememberMs });
        onEnd(address, finding);
      }
    }
    this.#next();
  }

  async #probe(probe: Probe, address: string, signal: AbortSignal): Promise<ProbeOutcome> {
    this.#sockets++;
    try {
      return await this.#options.run(probe, address, signal);
    } catch {
      // Nothing is known of it.
      return 'failed';
    } finally {
      this.#sockets--;
    }
  }
}
