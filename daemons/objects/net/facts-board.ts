/**
 * What is known of connections that other threads have, in memory that those threads write and the daemon's thread reads: nobody has to
 * be asked, and nothing is sent while nobody looks. Each connection has a row; rows are of chunks, so that the memory grows with them.
 */
import type { Dialect, Framing, ProtocolVersion } from '../protocol/wire.ts';

/** Connections whose rows lie in one piece of memory. */
const CHUNK_ROWS = 128;

/** The numbers of a row. */
export const fact = {
  /** 1 from when a thread has the socket: until then it is that of whoever sent it. */
  taken: 0,
  version: 1,
  /** 1 for that of the document. */
  document: 2,
  /** Unix time in milliseconds. */
  lastRequestAt: 3,
  requests: 4,
  waiting: 5,
  bytesIn: 6,
  bytesOut: 7,
  queuedBytes: 8,
} as const;

const FIELDS = 9;

/** Where a row is, as it goes to the thread that writes it. */
export interface RowPlace {
  readonly memory: SharedArrayBuffer;
  readonly row: number;
}

/** The row of one connection. */
export class FactsRow {
  readonly place: RowPlace;
  readonly #values: Float64Array;

  constructor(place: RowPlace) {
    this.place = place;
    const bytes = FIELDS * Float64Array.BYTES_PER_ELEMENT;
    this.#values = new Float64Array(place.memory, place.row * bytes, FIELDS);
  }

  set(field: number, value: number): void {
    this.#values[field] = value;
  }

  /** Writes what a connection that is settled has come to. @param lastRequestAt Unix time in milliseconds */
  show(framing: Framing, requests: number, waiting: number, bytesIn: number, lastRequestAt: number): void {
    const values = this.#values;
    values[fact.version] = framing.version;
    values[fact.document] = framing.dialect === 'document' ? 1 : 0;
    values[fact.requests] = requests;
    values[fact.waiting] = waiting;
    values[fact.bytesIn] = bytesIn;
    values[fact.lastRequestAt] = lastRequestAt;
  }

  get(field: number): number {
    return this.#values[field]!;
  }

  get taken(): boolean {
    return this.#values[fact.taken] === 1;
  }

  get version(): ProtocolVersion {
    return this.#values[fact.version] as ProtocolVersion;
  }

  get dialect(): Dialect {
    return this.#values[fact.document] === 1 ? 'document' : 'programs';
  }

  clear(): void {
    this.#values.fill(0);
  }
}

/** All rows, in the thread that gives them out. */
export class FactsBoard {
  readonly #free: FactsRow[] = [];

  /** A row of zeros. */
  take(): FactsRow {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const memory = new SharedArrayBuffer(CHUNK_ROWS * FIELDS * Float64Array.BYTES_PER_ELEMENT);
    for (let row = CHUNK_ROWS - 1; row > 0; row--) this.#free.push(new FactsRow({ memory, row }));
    return new FactsRow({ memory, row: 0 });
  }

  /** Takes a row back, which no thread writes to any more. */
  giveBack(row: FactsRow): void {
    row.clear();
    this.#free.push(row);
  }
}
