/**
 * Keeps one stream to one process open for as long as that process is up: opens it again after a restart, a loss or a
 * silence, and repeats what the window wished (rate, logs, tables) on each new one. Owned by the model of a source.
 */
import type { Catalog } from '../../contract/link/catalog.ts';
import type { LogRecord } from '../../contract/log-record.ts';
import type { MetricFrame } from '../../contract/metric-frame.ts';
import type { FromWindow, TableCell, ToWindow } from '../../contract/stream.ts';
import { withEdits } from '../../kit/row-edits.ts';
import { backoffMs } from './backoff.ts';
import type { StreamHandlers, StreamPipe } from './control-client.ts';

/** A stream that says nothing for so long is opened anew, in milliseconds. */
export const SILENCE_MS = 6_000;

/** What comes out of a stream. */
export interface StreamSink {
  /** A stream was opened; `instance` is the process behind it. */
  opened(instance: number): void;
  /** What the frames after it hold. */
  catalog(catalog: Catalog): void;
  /** Takes a frame over; its credit goes back when the owner calls `ackAll`. */
  frame(frame: MetricFrame): void;
  logs(instance: number, records: readonly LogRecord[], dropped: number): void;
  rows(table: string, time: number, rows: readonly (readonly TableCell[])[], total: number): void;
  /** The role of this window may not watch a table; `reason` is for people. */
  denied(table: string, reason: string): void;
}

export class SourceStream {
  readonly #open: (handlers: StreamHandlers) => StreamPipe;
  readonly #sink: StreamSink;
  readonly #tables = new Map<string, number>();
  /** Rows of tables as they were told last. */
  readonly #rows = new Map<string, readonly (readonly TableCell[])[]>();
  readonly #unacked: number[] = [];
  #wanted: number | null = null;
  #pipe: StreamPipe | null = null;
  #instance: number | null = null;
  #hz = 0;
  #logs: (() => number) | null = null;
  #attempts = 0;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #silence: ReturnType<typeof setTimeout> | null = null;

  constructor(open: (handlers: StreamHandlers) => StreamPipe, sink: StreamSink) {
    this.#open = open;
    this.#sink = sink;
  }

  /** Which process should be streamed from; null while there is none or the host cannot be reached. */
  expect(instance: number | null): void {
    if (instance === this.#wanted) return;
    this.#wanted = instance;
    this.#attempts = 0;
    this.#drop();
    if (instance !== null) this.#connect();
  }

  /** Frames a second that the window wants; see FRAME_RATES of the contract. */
  setRate(hz: number): void {
    if (hz === this.#hz) return;
    this.#hz = hz;
    this.#send({ type: 'rate', hz });
  }

  /** Follows logs from the record after `afterSeq()` on, which is asked again on each new stream; null ends it. */
  followLogs(afterSeq: (() => number) | null): void {
    this.#logs = afterSeq;
    this.#send({ type: 'logs', follow: afterSeq !== null, afterSeq: afterSeq?.() ?? 0 });
  }

  /** Follows a table until the returned function is called; several may follow the same. */
  watch(table: string): () => void {
    const count = this.#tables.get(table) ?? 0;
    this.#tables.set(table, count + 1);
    if (count === 0) this.#send({ type: 'watch', table, on: true });
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      const left = (this.#tables.get(table) ?? 1) - 1;
      if (left > 0) {
        this.#tables.set(table, left);
        return;
      }
      this.#tables.delete(table);
      this.#rows.delete(table);
      this.#send({ type: 'watch', table, on: false });
    };
  }

  /** Whether anybody follows a table. */
  watches(table: string): boolean {
    return this.#tables.has(table);
  }

  /** Asks what frames hold; it comes as `catalog`. */
  askForCatalog(): void {
    this.#send({ type: 'catalog?' });
  }

  /** Gives back the credit of every frame taken over since the last call. */
  ackAll(): void {
    for (const seq of this.#unacked) this.#send({ type: 'ack', seq });
    this.#unacked.length = 0;
  }

  close(): void {
    this.#wanted = null;
    this.#drop();
  }

  #connect(): void {
    this.#retry = null;
    const pipe: StreamPipe = this.#open({
      onMessage: (message) => {
        if (pipe === this.#pipe) this.#receive(message);
      },
      onClose: () => {
        if (pipe === this.#pipe) this.#lost();
      },
    });
    this.#pipe = pipe;
    this.#listenForSilence();
  }

  #receive(message: ToWindow): void {
    this.#listenForSilence();
    switch (message.type) {
      case 'hello':
        this.#instance = message.instance;
        this.#attempts = 0;
        this.#sink.opened(message.instance);
        this.#repeatWishes();
        break;
      case 'frame':
        this.#unacked.push(message.frame.seq);
        this.#sink.frame(message.frame);
        break;
      case 'catalog':
        this.#sink.catalog(message.catalog);
        break;
      case 'logs':
        if (this.#instance !== null) this.#sink.logs(this.#instance, message.records, message.dropped);
        this.#send({ type: 'took', ticket: message.ticket });
        break;
      case 'denied':
        this.#sink.denied(message.table, message.error.message);
        break;
      case 'rows':
        this.#show(message, message.rows);
        break;
      case 'changes': {
        const before = this.#rows.get(message.table);
        // One that came behind the end of the watch is about rows that nobody has any more.
        this.#show(message, before === undefined ? null : withEdits(before, message.edits));
        break;
      }
    }
  }

  #show(
    { table, time, total, ticket }: Extract<ToWindow, { readonly type: 'rows' | 'changes' }>,
    rows: readonly (readonly TableCell[])[] | null,
  ): void {
    if (rows !== null) {
      if (this.#tables.has(table)) this.#rows.set(table, rows);
      this.#sink.rows(table, time, rows, total);
    }
    this.#send({ type: 'took', ticket });
  }

  #repeatWishes(): void {
    this.#send({ type: 'rate', hz: this.#hz });
    for (const table of this.#tables.keys()) this.#send({ type: 'watch', table, on: true });
    if (this.#logs !== null) this.#send({ type: 'logs', follow: true, afterSeq: this.#logs() });
  }

  /** Before the hello there is nobody to tell: everything is repeated then. */
  #send(message: FromWindow): void {
    if (this.#instance !== null) this.#pipe?.send(message);
  }

  #lost(): void {
    this.#drop();
    if (this.#wanted === null) return;
    this.#retry = setTimeout(() => this.#connect(), backoffMs(this.#attempts++, Math.random()));
  }

  #drop(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#retry = null;
    this.#silence = null;
    this.#instance = null;
    this.#unacked.length = 0;
    this.#rows.clear();
    const pipe = this.#pipe;
    this.#pipe = null;
    pipe?.close();
  }

  #listenForSilence(): void {
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost(), SILENCE_MS);
  }
}
