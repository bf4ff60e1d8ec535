/** Reads the message of the day, bounded, so that a wrong path cannot fill the memory. Called at start and on reload. */
import { open } from 'node:fs/promises';
import { limits } from './limits.ts';
import { truncateUtf8 } from './protocol/line-text.ts';

const MAX_BYTES = limits.motdBytes.default;
const MAX_LINES = limits.motdLines.default;
const MAX_LINE_BYTES = limits.motdLineBytes.default;

/** The lines of a file. Rejects with the file system's error. */
export async function readMotd(path: string): Promise<readonly string[]> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(MAX_BYTES);
    const { bytesRead } = await file.read(buffer, 0, MAX_BYTES, 0);
    const lines = buffer.toString('utf8', 0, bytesRead).replaceAll('\r', '').replaceAll('\0', '').split('\n');
    if (lines.at(-1) === '') lines.pop();
    return lines.slice(0, MAX_LINES).map((line) => truncateUtf8(line, MAX_LINE_BYTES));
  } finally {
    await file.close();
  }
}
