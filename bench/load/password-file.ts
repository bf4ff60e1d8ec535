/** Passwords that a load has to say. They stand in files, so that no list of processes and no history of a shell has them. Used by target.ts. */
import { readFile } from 'node:fs/promises';
import { SignalboxError } from '../../contract/errors.ts';

/** Bytes of a line of IRC, less `PASS :` and its end. */
const LONGEST_BYTES = 504;

const bad = (message: string) => new SignalboxError('bad_request', message);

async function textOf(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw bad(`${option} cannot be read: ${why}. Name a file that has it.`);
  }
}

/** Of a server, which its clients have to say: the one line of a file. @throws SignalboxError `bad_request` */
export async function serverPassword(file: string): Promise<string> {
  const text = await textOf('--password-file', file);
  const password = text.replace(/\r?\n$/, '');
  const refuse = (what: string) =>
    bad(`--password-file names ${file}, which ${what}. Expected the password of the server on one line.`);
  if (password === '') throw refuse('is empty');
  if (/[\r\n]/.test(password)) throw refuse('has several lines');
  if (password.includes('\0')) throw refuse('has a NUL in it');
  if (Buffer.byteLength(password) > LONGEST_BYTES) throw refuse(`has more than ${LONGEST_BYTES} bytes`);
  return password;
}

/** Of links: the first line of a file. @throws SignalboxError `bad_request` */
export async function linkPassword(file: string): Promise<string> {
  const [password = ''] = (await textOf('--link-password-file', file)).split(/\r?\n/, 1);
  if (/^[\x21-\x7e]+$/.test(password)) return password;
  throw bad(`The first line of ${file} is no password of a link. Expected printable ASCII without spaces.`);
}
