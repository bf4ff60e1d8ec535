/** Passwords of links and gateways that stand in a file of their own instead of the configuration. */
import { SignalboxError } from '../../../contract/errors.ts';
import { isLineWord } from '../../../contract/line-texts.ts';
import { FileProblem, readBoundedFile } from './bounded-file.ts';

/**
 * The first line of a file, which is what editors and `openssl rand` leave there.
 * @param key of the setting that names it, for whoever reads what is wrong
 * @throws SignalboxError `config_invalid` for a file that holds none
 */
export async function readPasswordFile(key: string, path: string, mostBytes: number): Promise<string> {
  try {
    const text = (await readBoundedFile(path, mostBytes + 2)).toString('utf8');
    const password = text.replace(/\r?\n$/, '');
    if (password !== '' && isLineWord(password)) return password;
    throw new FileProblem('holds no password, expected one line without spaces');
  } catch (cause) {
    if (!(cause instanceof FileProblem)) throw cause;
    throw new SignalboxError('config_invalid', `${key}: ${path} ${cause.message}`, {
      detail: { key },
      cause,
    });
  }
}
