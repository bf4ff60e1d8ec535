/**
 * The file with the keys of cloaked hosts (`[ircd.cloak] key_file`): a key a line, the one in use first, those before it behind.
 * It is made with one key where there is none, and read again by a reload.
 */
import { randomBytes } from 'node:crypto';
import { FileProblem, readBoundedFile } from '../runtime/files/bounded-file.ts';
import { replaceFile } from '../runtime/files/saved-file.ts';
import { limits } from './limits.ts';

const KEY_BYTES = 32;
/** 32 bytes in base64, ordinary or for URLs, padded or not: `openssl rand -base64 32` prints one. */
const KEY = /^[A-Za-z0-9+/_-]{43}=?$/;

/** Reads the keys; null where there is no file. Throws a {@link FileProblem} with the line of a mistake, never with its text. */
export async function readCloakKeys(path: string): Promise<Buffer[] | null> {
  const keys: Buffer[] = [];
  const text = await textOf(path);
  if (text === null) return null;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const word = line.trim();
    if (word === '' || word.startsWith('#')) continue;
    if (!KEY.test(word))
      throw new FileProblem('has a line that is no key, expected 32 bytes in base64', index + 1);
    keys.push(Buffer.from(word, 'base64'));
  }
  const most = limits.cloakKeys.default;
  if (keys.length === 0) throw new FileProblem('has no key, expected 32 bytes in base64 on a line');
  if (keys.length > most) throw new FileProblem(`has ${keys.length} keys, expected at most ${most}`);
  return keys;
}

/** Makes a file with one new key. */
export async function makeCloakKeys(path: string): Promise<Buffer[]> {
  const key = randomBytes(KEY_BYTES);
  const text =
    '# Keys of cloaked hosts: the first makes them, those below it are only known for bans. Keep them secret.\n';
  await replaceFile(path, `${text}${key.toString('base64')}\n`);
  return [key];
}

/** The text of the file; null where there is none. */
async function textOf(path: string): Promise<string | null> {
  try {
    return (await readBoundedFile(path, limits.cloakFileBytes.default)).toString('utf8');
  } catch (error) {
    if (error instanceof FileProblem && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
      return null;
    throw error;
  }
}
