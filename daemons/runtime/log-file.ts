/** A rotating JSON-lines log file, written by pino without blocking the loop. A full disk costs records, not the daemon. */
import { renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import type { LogRecord } from '../contract/log-record.ts';
import { limits } from './limits.ts';
import type { LogSink } from './logger.ts';

const FILE_BYTES = limits.logFileBytes.default;
const FILES_KEPT = limits.logFilesKept.default;

/**
 * Opens `<dir>/<name>.log`; `onError` is told when records cannot be written. Resolves when the file is open, or has
 * turned out not to open.
 */
export async function openLogFile(
  dir: string,
  name: string,
  onError: (error: Error) => void,
): Promise<LogSink> {
  const file = join(dir, `${name}.log`);
  const destination = pino.destination({ dest: file, sync: false, mkdir: true, append: true });
  await new Promise<void>((resolve) => {
    destination.once('ready', () => resolve());
    destination.on('error', (error: Error) => {
      onError(error);
      resolve();
    });
  });
  const log = pino({ base: null, timestamp: false, level: 'debug' }, destination);
  let size = sizeOf(file);
  const rotate = () => {
    try {
      for (let n = FILES_KEPT - 1; n >= 1; n--) renameIfThere(`${file}.${n}`, `${file}.${n + 1}`);
      renameIfThere(file, `${file}.1`);
      destination.reopen(file);
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
    }
    size = 0;
  };
  // Only between writes: a file that is reopened during one loses its place.
  destination.on('drain', () => {
    if (size >= FILE_BYTES) rotate();
  });
  return {
    write(record: LogRecord) {
      size += record.message.length + 120;
      log[record.level](
        {
          time: new Date(record.time).toISOString(),
          seq: record.seq,
          subsystem: record.subsystem,
          event: record.event,
          ...(record.fields === undefined ? {} : { fields: record.fields }),
        },
        record.message,
      );
    },
    close() {
      return new Promise((resolve) => {
        destination.once('close', () => resolve());
        destination.once('error', () => resolve());
        destination.end();
      });
    },
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function renameIfThere(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, to);
}
