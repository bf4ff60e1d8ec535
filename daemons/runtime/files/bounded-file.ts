/**
 * Reads files that somebody names: the configuration, certificates, keys, the message of the day. Whatever the name leads
 * to, reading ends: only a regular file of a bounded size is read, and a pipe or a device is not even waited for. Used by
 * main and by every daemon.
 */
import { isUtf8 } from 'node:buffer';
import { constants, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';

/** Why a file cannot be used, in words that follow its name: `does not exist`, `is a folder`. */
export class FileProblem extends Error {
  /** The line that is wrong, from 1; null where the whole file is. */
  readonly line: number | null;

  constructor(why: string, line: number | null = null, cause?: unknown) {
    super(why, { cause });
    this.name = 'FileProblem';
    this.line = line;
  }
}

/** What can be said better than by the system, by its error code. */
const SYSTEM_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: a part of its path is no folder',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  EISDIR: 'is a folder',
  ELOOP: 'is a link that leads in a circle',
};

/** Opens without waiting for a writer of a pipe; what was swapped in since the look at it is found behind. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** The bytes of a regular file of at most `maxBytes`. Throws {@link FileProblem}. */
export async function readBoundedFile(path: string, maxBytes: number): Promise<Buffer> {
  try {
    // Opening a device can have an effect of its own.
    refuseOther(await stat(path), maxBytes);
    const file = await open(path, READ_FLAGS);
    try {
      refuseOther(await file.stat(), maxBytes);
      // One byte more than allowed tells a file that grew, or that has no size (such as those of /proc).
      const buffer = Buffer.allocUnsafe(maxBytes + 1);
      let length = 0;
      for (;;) {
        const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
        length += bytesRead;
        if (length > maxBytes) throw tooLong('more than', maxBytes, maxBytes);
        if (bytesRead === 0) return buffer.subarray(0, length);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof FileProblem) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new FileProblem(SYSTEM_PROBLEMS[code ?? ''] ?? `cannot be read (${message})`, null, error);
  }
}

/**
 * The text of a regular file in UTF-8, without a byte order mark, of at most `maxBytes`. Throws {@link FileProblem}, with
 * the line where the first byte is that is not UTF-8.
 */
export async function readTextFile(path: string, maxBytes: number): Promise<string> {
  return decodeText(await readBoundedFile(path, maxBytes)).text;
}

/** Bytes as text, and whether a byte order mark was left out. Throws {@link FileProblem}. */
export function decodeText(bytes: Uint8Array): { readonly text: string; readonly mark: boolean } {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new FileProblem('is UTF-16, expected UTF-8; convert it, such as with iconv', 1);
  }
  if (!isUtf8(bytes)) {
    const line = lineOfBadByte(bytes);
    throw new FileProblem(`is not UTF-8 in line ${line}; convert it, such as with iconv`, line);
  }
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return {
    text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8', mark ? 3 : 0),
    mark,
  };
}

function refuseOther(found: Stats, maxBytes: number): void {
  if (found.isDirectory()) throw new FileProblem('is a folder');
  if (!found.isFile()) throw new FileProblem(`is ${kindOf(found)}, not a regular file`);
  if (found.size > maxBytes) throw tooLong('', found.size, maxBytes);
}

function kindOf(found: Stats): string {
  if (found.isFIFO()) return 'a pipe';
  if (found.isSocket()) return 'a socket';
  return 'a device';
}

function tooLong(more: string, bytes: number, maxBytes: number): FileProblem {
  const has = `has ${more === '' ? '' : `${more} `}${bytes} bytes`;
  return new FileProblem(`${has}, the limit is ${maxBytes}`);
}

/** A line feed is part of no other character of UTF-8, so each line can be looked at by itself. */
function lineOfBadByte(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; ; line++) {
    const end = bytes.indexOf(10, start);
    if (!isUtf8(bytes.subarray(start, end < 0 ? bytes.length : end)) || end < 0) return line;
    start = end + 1;
  }
}
