/** The file with the token of a TCP listener: who may read it, what it holds, and how a token that is sent is compared. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { statSync } from 'node:fs';
import { FileProblem, readTextFile } from '../runtime/files/bounded-file.ts';
import { FIXED_LIMITS } from './limits.ts';

/** Fewer characters can be tried out. */
const LEAST_CHARACTERS = 16;

/** Others than the owner and the group. */
const OTHERS = 0o007;

/** A token without itself: enough to compare one that is sent. */
export type TokenDigest = Buffer;

/** The digest of a token as it is sent, or as it stands in the file. */
export function tokenDigest(token: string | Uint8Array): TokenDigest {
  return createHash('sha256').update(token).digest();
}

/** Whether a token that was sent is the one of the file. Takes equally long for every token of a length. */
export function isToken(sent: Uint8Array, expected: TokenDigest): boolean {
  return timingSafeEqual(tokenDigest(sent), expected);
}

/**
 * Reads the token: the one line of the file, without spaces around it.
 * @param warn told where users may read it that are neither its owner nor in its group
 * @throws FileProblem for a file that cannot be read or holds no token; its message does not quote it
 */
export async function readTokenFile(path: string, warn: (why: string) => void): Promise<TokenDigest> {
  const text = (await readTextFile(path, FIXED_LIMITS.token_file_bytes.default)).trim();
  if (text.includes('\n')) throw new FileProblem('has several lines: expected a token on one line');
  if (text.length < LEAST_CHARACTERS)
    throw new FileProblem(
      `holds ${text.length} characters: expected a token of at least ${LEAST_CHARACTERS}, such as the output of: openssl rand -hex 32`,
    );
  const mode = statSync(path).mode & 0o777;
  if ((mode & OTHERS) !== 0 && process.platform !== 'win32')
    warn(
      `may be read by everybody on this machine: its rights are ${mode.toString(8).padStart(4, '0')}, expected 0600`,
    );
  return tokenDigest(text);
}
