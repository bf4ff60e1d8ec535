/** Trust on first use of relays, for programs that people start: what a relay proved to be when it was first met is what it has to be. */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { SignalboxError } from '../../../contract/errors.ts';
import { makeFolder } from '../../runtime/files/make-folder.ts';
import { replaceFile } from '../../runtime/files/saved-file.ts';
import { isIdentityText } from '../noise/identity.ts';
import { RelayIdentityError } from './errors.ts';

const fileSchema = z.record(z.string(), z.string().refine(isIdentityText));

/**
 * Compares the identity of a relay with what it was, and remembers it where it is new.
 * @param place such as `relay.example.net:6680`
 * @returns whether it was met before
 * @throws RelayIdentityError where it has another one now, SignalboxError `config_invalid` where what was remembered cannot be
 * read; nothing is changed then
 */
export async function meetRelay(path: string, place: string, identity: string): Promise<boolean> {
  const known = await readKnown(path);
  const before = known[place];
  if (before === identity) return true;
  if (before !== undefined) throw new RelayIdentityError(identity, before);
  makeFolder(dirname(path));
  await replaceFile(path, `${JSON.stringify({ ...known, [place]: identity }, null, 2)}\n`);
  return false;
}

async function readKnown(path: string): Promise<Readonly<Record<string, string>>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new SignalboxError(
      'config_invalid',
      `${path} is damaged: expected a JSON object with the identity of each relay by HOST:PORT. Mend it, or move it away to meet every relay anew.`,
      { cause },
    );
  }
}
