/** A rotating JSON-lines log file, written by pino without blocking the loop. A full disk costs records, not the daemon. */
import { close, open, renameSync, statSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pino from 'pino';
import type { LogRecord } from '../contract/log-record.ts';
import { limits } from './limits.ts';
import type { LogSink } from './logger.ts';

const FILE_BYTES = limits.logFileBytes.default;
const FILES_KEPT = limits.logFilesKept.default;
const RETRY_MS = limits.logRetryMs.default;
/** Logs tell who talks to whom: they are for their owner alone, whatever the umask. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/**
 * Opens `<dir>/<name>.log`; `onError` is told when records cannot be written. Resolves when the file is open, or has
 * turned out not to open: then records are lost until a later attempt succeeds.
 */
export async function openLogFile(
  dir: string,
  name: string,
  onError: (error: Error) => void,
): Promise<LogSink> {
  const file = new LogFile(join(dir, `${name}.log`), dir, onError);
  await file.open();
  return file;
}

type Destination = ReturnType<typeof pino.destination>;

class LogFile implements LogSink {
  readonly #file: string;
  readonly #dir: string;
  readonly #onError: (error: Error) => void;
  #destination: Destination | null = null;
  #log: pino.Logger | null = null;
  #size = 0;
  #lost = 0;
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
      // Files of an older version were readable by others.
      await chmod(this.#file, FILE_MODE);
    } catch (error) {
      this.#onError(error as Error);
    } finally {
      this.#opening = false;
    }
  }

  write(record: LogRecord): void {
    if (this.#log === null) {
      this.#lost++;
      const isDue = performance.now() - this.#triedAt >= RETRY_MS;
      if (isDue && !this.#opening && !this.#closed) void this.open();
      return;
    }
    this.#size += record.message.length + 120;
    this.#log[record.level](
      {
        time: new Date(record.time).toISOString(),
        seq: record.seq,
        subsystem: record.subsystem,
        event: record.event,
        ...(record.fields === undefined ? {} : { fields: record.fields }),
      },
      record.message,
    );
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#end();
    return this.#ended;
  }

  /** Writes what the present file was given and closes it. */
  #end(): void {
    const destination = this.#destination;
    this.#destination = null;
    this.#log = null;
    if (destination === null) return;
    const before = this.#ended;
    this.#ended = new Promise<void>((resolve) => {
      destination.once('close', () => resolve());
      destination.once('error', () => resolve());
      destination.end();
    }).then(() => before);
  }

  #begin(descriptor: number): void {
    const destination = pino.destination({ dest: descriptor, sync: false });
    destination.on('error', this.#onError);
    destination.on('drain', () => {
      if (this.#size >= FILE_BYTES) this.#rotate();
    });
    this.#end();
    this.#size = sizeOf(this.#file);
    this.#destination = destination;
    this.#log = pino({ base: null, timestamp: false, level: 'debug' }, destination);
    if (this.#lost > 0) {
      this.#log.warn(
        { time: new Date().toISOString(), subsystem: 'log', event: 'records_lost' },
        `${this.#lost} records before this one are missing: the file could not be opened`,
      );
    }
    this.#lost = 0;
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

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function renameIfThere(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, to);
}
