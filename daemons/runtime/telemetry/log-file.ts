/**
 * A rotating JSON-lines log file, written without blocking the loop. A full disk costs records: not memory, not the daemon,
 * and not its end.
 */
import { close, open, renameSync, statSync } from 'node:fs';
import { chmod, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sonicBoom, { type SonicBoom } from 'sonic-boom';
import type { LogLevel, LogRecord } from '../../../contract/log-record.ts';
import { QueueTally } from '../../../kit/queue-tally.ts';
import { limits } from '../limits.ts';
import type { LogSink } from './logger.ts';
import { countsOf, type QueueCounts } from './queue-instrument.ts';

const FILE_BYTES = limits.logFileBytes.default;
const FILES_KEPT = limits.logFilesKept.default;
const RETRY_MS = limits.logRetryMs.default;
const PENDING_BYTES = limits.logPendingBytes.default;
const CLOSE_MS = limits.logCloseMs.default;
/** The numbers by which log viewers know the levels. */
const LEVEL_NUMBERS: Readonly<Record<LogLevel, number>> = { debug: 20, info: 30, warn: 40, error: 50 };
/** Logs tell who talks to whom: they are for their owner alone, whatever the umask. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** A log file, and what waits to be written to it. */
export interface LogFileSink extends LogSink {
  /** In bytes; what a full or stalled disk did not take in time is dropped. */
  readonly queue: QueueCounts;
}

/**
 * Opens `<dir>/<name>.log`; `onError` is told when records cannot be written. Resolves when the file is open, or has
 * turned out not to open: then records are lost until a later attempt succeeds.
 */
export async function openLogFile(
  dir: string,
  name: string,
  onError: (error: Error) => void,
): Promise<LogFileSink> {
  const file = new LogFile(join(dir, `${name}.log`), dir, onError);
  await file.open();
  return file;
}

/** A file that is open, and the bytes that it was given and has not written. */
interface Destination {
  readonly stream: SonicBoom;
  pendingBytes: number;
}

class LogFile implements LogFileSink {
  readonly #file: string;
  readonly #dir: string;
  readonly #onError: (error: Error) => void;
  readonly #tally = new QueueTally();
  #droppedBytes = 0;
  #destination: Destination | null = null;
  #size = 0;
  /** Records that no file took since the last one that was written. */
  #lost = 0;
  /** Whether the last write failed: it is said once. */
  #failing = false;
  #opening = false;
  #triedAt = 0;
  #closed = false;
  /** Resolves when every file that was ended is closed. */
  #ended: Promise<void> = Promise.resolve();

  constructor(file: string, dir: string, onError: (error: Error) => void) {
    this.#file = file;
    this.#dir = dir;
    this.#onError = onError;
  }

  /** Tries to open the file; tells `onError` when it cannot. Never rejects. */
  async open(): Promise<void> {
    this.#opening = true;
    this.#triedAt = performance.now();
    try {
      await mkdir(this.#dir, { recursive: true, mode: FOLDER_MODE });
      // Opened here and not by the destination, which throws at every record after an attempt that failed.
      const descriptor = await promisify(open)(this.#file, 'a', FILE_MODE);
      if (this.#closed) {
        close(descriptor);
        return;
      }
      this.#begin(descriptor);
      // Files of an older version were readable by others. What is no file is none of ours.
      if ((await stat(this.#file)).isFile()) await chmod(this.#file, FILE_MODE);
    } catch (error) {
      this.#onError(error as Error);
    } finally {
      this.#opening = false;
    }
  }

  get queue(): QueueCounts {
    return { ...countsOf(this.#tally), capacity: PENDING_BYTES, dropped: this.#droppedBytes };
  }

  write(record: LogRecord): void {
    const destination = this.#destination;
    const line = lineOf(record);
    if (destination === null) {
      this.#lost++;
      this.#drop(Buffer.byteLength(line));
      const isDue = performance.now() - this.#triedAt >= RETRY_MS;
      if (isDue && !this.#opening && !this.#closed) void this.open();
      return;
    }
    this.#put(destination, line);
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#end();
    return this.#ended;
  }

  /** Writes what the present file was given and closes it; gives up on a disk that does not take it in time. */
  #end(): void {
    const destination = this.#destination;
    this.#destination = null;
    if (destination === null) return;
    const { stream } = destination;
    const before = this.#ended;
    this.#ended = new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(deadline);
        stream.destroy();
        this.#droppedBytes += this.#take(destination, destination.pendingBytes);
        resolve();
      };
      const deadline = setTimeout(done, CLOSE_MS);
      stream.once('close', done);
      stream.once('error', done);
      stream.end();
    }).then(() => before);
  }

  #begin(descriptor: number): void {
    const stream = new sonicBoom.SonicBoom({ fd: descriptor, sync: false, maxLength: PENDING_BYTES });
    const destination: Destination = { stream, pendingBytes: 0 };
    stream.on('error', (error: Error) => {
      if (!this.#failing) this.#onError(error);
      this.#failing = true;
    });
    stream.on('drop', (line: string) => {
      this.#lost++;
      this.#droppedBytes += this.#take(destination, Buffer.byteLength(line));
    });
    stream.on('write', (bytes: number) => {
      this.#take(destination, bytes);
      this.#size += bytes;
      this.#failing = false;
    });
    stream.on('drain', () => {
      this.#tellLost(destination);
      if (this.#size >= FILE_BYTES) this.#rotate();
    });
    this.#end();
    this.#size = sizeOf(this.#file);
    this.#destination = destination;
    this.#tellLost(destination);
  }

  #put(destination: Destination, line: string): void {
    const bytes = Buffer.byteLength(line);
    destination.pendingBytes += bytes;
    this.#tally.enter(bytes);
    destination.stream.write(line);
  }

  /** Counts out what waits no more. What was given up before may still be written. */
  #take(destination: Destination, bytes: number): number {
    const taken = Math.min(bytes, destination.pendingBytes);
    destination.pendingBytes -= taken;
    this.#tally.leave(taken);
    return taken;
  }

  /** Counts what came and went nowhere. */
  #drop(bytes: number): void {
    this.#tally.submitted += bytes;
    this.#droppedBytes += bytes;
  }

  #tellLost(destination: Destination): void {
    if (this.#lost === 0) return;
    const message = `${this.#lost} records before this one are missing: the file could not be written`;
    this.#lost = 0;
    this.#put(
      destination,
      lineOf({ time: Date.now(), seq: 0, level: 'warn', subsystem: 'log', event: 'records_lost', message }),
    );
  }

  /** Sets the file aside; the next one is begun as soon as it is open, and until then records go to this one. */
  #rotate(): void {
    this.#size = 0;
    if (this.#opening || this.#closed) return;
    try {
      for (let n = FILES_KEPT - 1; n >= 1; n--) {
        renameIfThere(`${this.#file}.${n}`, `${this.#file}.${n + 1}`);
      }
      renameIfThere(this.#file, `${this.#file}.1`);
      void this.open();
    } catch (error) {
      this.#onError(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** One line, in the order in which people read it. */
function lineOf({ level, time, seq, subsystem, event, fields, message }: LogRecord): string {
  const at = new Date(time).toISOString();
  return `${JSON.stringify({ level: LEVEL_NUMBERS[level], time: at, seq, subsystem, event, fields, msg: message })}\n`;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function renameIfThere(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, to);
}
