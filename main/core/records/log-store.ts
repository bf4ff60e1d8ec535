/**
 * The last log records of every source, main included, and who follows them. Bounded by a ring a source. Windows that
 * stream straight from a daemon do not pass here; the CLI, `logs.query` and crash excerpts do.
 */
import type { ControlEvent } from '../../../contract/control/messages.ts';
import {
  LOG_LEVELS,
  type LogLevel,
  logRecordSchema,
  type SourcedLogRecord,
} from '../../../contract/log-record.ts';
import type { Counts } from '../../../daemons/runtime/telemetry/counted-instrument.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';
import type { Caller } from '../caller.ts';
import type { ControlLimits } from '../limits.ts';

interface Source {
  readonly ring: SourcedLogRecord[];
  readonly followers: Set<Caller>;
  /** Records that followers have not been sent yet. */
  unsent: SourcedLogRecord[];
}

/** At most `logRing` records a source. */
export class LogStore {
  readonly #clock: Clock;
  readonly #limits: ControlLimits;
  readonly #sources = new Map<string, Source>();
  /** Callers whose end is heard of. */
  readonly #watched = new WeakSet<Caller>();
  #flush: Timer | null = null;
  #dropped = 0;
  #submitted = 0;
  #batches = 0;

  constructor(clock: Clock, limits: ControlLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Records that were malformed or beyond a limit. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Records on their way to who follows them. */
  get counts(): Counts<'batcher'> {
    let depth = 0;
    for (const { unsent } of this.#sources.values()) depth += unsent.length;
    return { depth, submitted: this.#submitted, completed: this.#submitted - depth, batches: this.#batches };
  }

  /** Takes a batch from a daemon; `lost` is how many it could not send. Malformed records are dropped and counted. */
  append(source: string, instance: number, records: readonly unknown[], lost: number): void {
    this.#dropped += lost + Math.max(0, records.length - this.#limits.logBatch);
    const entry = this.#source(source);
    for (const record of records.slice(0, this.#limits.logBatch)) {
      const parsed = logRecordSchema.safeParse(record);
      if (!parsed.success) {
        this.#dropped++;
        continue;
      }
      const sourced = { ...parsed.data, source, instance };
      entry.ring.push(sourced);
      if (entry.followers.size === 0) continue;
      entry.unsent.push(sourced);
      this.#submitted++;
    }
    // Cut off in batches: that is cheaper than shifting on every record.
    const { logRing } = this.#limits;
    if (entry.ring.length > logRing * 1.25) entry.ring.splice(0, entry.ring.length - logRing);
    if (entry.unsent.length > 0) {
      this.#flush ??= this.#clock.after(this.#limits.logFlushMs, () => this.#send());
    }
  }

  /** The newest records that match, oldest first; of all sources in time order where none is named. */
  query(options: {
    source?: string | undefined;
    minLevel?: LogLevel | undefined;
    limit?: number | undefined;
  }): SourcedLogRecord[] {
    const least = options.minLevel === undefined ? 0 : LOG_LEVELS.indexOf(options.minLevel);
    const limit = options.limit ?? 500;
    const names = options.source === undefined ? [...this.#sources.keys()] : [options.source];
    const found: SourcedLogRecord[] = [];
    for (const name of names) {
      const ring = this.#sources.get(name)?.ring ?? [];
      let taken = 0;
      for (let i = ring.length - 1; i >= 0 && taken < limit; i--) {
        const record = ring[i]!;
        if (LOG_LEVELS.indexOf(record.level) < least) continue;
        found.push(record);
        taken++;
      }
    }
    // Within a process the sequence decides: the clock may have been set back.
    found.sort((a, b) =>
      a.source === b.source && a.instance === b.instance ? a.seq - b.seq : a.time - b.time,
    );
    return found.slice(-limit);
  }

  follow(source: string, caller: Caller): void {
    const { followers } = this.#source(source);
    if (followers.has(caller)) return;
    followers.add(caller);
    if (this.#watched.has(caller)) return;
    this.#watched.add(caller);
    caller.onClose(() => {
      for (const source of this.#sources.values()) source.followers.delete(caller);
    });
  }

  unfollow(source: string, caller: Caller): void {
    this.#source(source).followers.delete(caller);
  }

  close(): void {
    this.#flush?.cancel();
    this.#send();
  }

  #source(name: string): Source {
    let source = this.#sources.get(name);
    if (source === undefined) {
      source = { ring: [], followers: new Set(), unsent: [] };
      this.#sources.set(name, source);
    }
    return source;
  }

  #send(): void {
    this.#flush = null;
    for (const source of this.#sources.values()) {
      if (source.unsent.length === 0) continue;
      const event: ControlEvent = { type: 'logs', records: source.unsent };
      source.unsent = [];
      this.#batches++;
      for (const follower of source.followers) follower.send(event);
    }
  }
}
