/**
 * The log records of one source, bounded, in order and without doubles, whether they came from the host's backlog or
 * from the daemon's stream. Lives in the model, so that it survives switching pages.
 */
import type { LogRecord, SourcedLogRecord } from '../../contract/log-record.ts';

/** Most records kept a source. */
const LOG_LIMIT = 10_000;

/** Separates the instance from the sequence number in a key; no process writes as many records. */
const SEQ_SPAN = 2 ** 36;

const keyOf = (record: SourcedLogRecord) => record.instance * SEQ_SPAN + record.seq;

export class LogBook {
  readonly source: string;
  readonly #limit: number;
  readonly #keys = new Set<number>();
  readonly #listeners = new Set<() => void>();
  #records: SourcedLogRecord[] = [];
  #dropped = 0;

  constructor(source: string, limit: number = LOG_LIMIT) {
    this.source = source;
    this.#limit = limit;
  }

  /** The records, oldest first. Another array after every change. */
  get records(): readonly SourcedLogRecord[] {
    return this.#records;
  }

  /** Records that the daemon could not send because the window was slow. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Highest sequence number held of a process; 0 for none. */
  lastSeq(instance: number): number {
    let last = 0;
    for (const record of this.#records) {
      if (record.instance === instance && record.seq > last) last = record.seq;
    }
    return last;
  }

  /** Adds records of the running process. */
  addLive(instance: number, records: readonly LogRecord[], dropped: number): void {
    this.#dropped += dropped;
    this.add(records.map((record) => ({ ...record, source: this.source, instance })));
  }

  /** Adds records from anywhere, in any order; those held already are left out. */
  add(records: readonly SourcedLogRecord[]): void {
    const fresh: SourcedLogRecord[] = [];
    for (const record of records) {
      const key = keyOf(record);
      if (this.#keys.has(key)) continue;
      this.#keys.add(key);
      fresh.push(record);
    }
    if (fresh.length === 0) return;
    const merged = this.#records.concat(fresh);
    const last = this.#records.at(-1);
    const inOrder = (last === undefined || keyOf(fresh[0]!) > keyOf(last)) && isRising(fresh);
    if (!inOrder) merged.sort((a, b) => keyOf(a) - keyOf(b));
    const excess = Math.max(0, merged.length - this.#limit);
    for (let i = 0; i < excess; i++) this.#keys.delete(keyOf(merged[i]!));
    this.#records = excess > 0 ? merged.slice(excess) : merged;
    for (const listener of this.#listeners) listener();
  }

  /** Calls back on every change; returns the function that ends it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

function isRising(records: readonly SourcedLogRecord[]): boolean {
  for (let i = 1; i < records.length; i++) {
    if (keyOf(records[i]!) < keyOf(records[i - 1]!)) return false;
  }
  return true;
}
