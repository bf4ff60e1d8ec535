/** What a thread of the splice pool does: reads of a file, so that the kernel has it in memory. Loaded by splice-pool.ts, by name. */
import { readSync } from 'node:fs';
import { FIXED_LIMITS } from '../limits.ts';

/** A range of a file that whoever asks keeps open meanwhile. */
export interface ReadAhead {
  readonly fd: number;
  readonly offset: number;
  readonly bytes: number;
}

let buffer: Buffer | null = null;

/** Reads a range; what cannot be read is found out by SPLICE itself. */
export function readAhead({ fd, offset, bytes }: ReadAhead): void {
  buffer ??= Buffer.allocUnsafeSlow(FIXED_LIMITS.copy_bytes.default);
  try {
    readSync(fd, buffer, 0, Math.min(bytes, buffer.length), offset);
  } catch {
    // The file was closed meanwhile, or the disk fails.
  }
}
