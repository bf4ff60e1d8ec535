/**
 * Arguments of admin commands that come from files. On a command line, in a shell's history and in a list of processes others would
 * read secrets, so `--password` is refused there: `--password-file FILE` names a file with it, `-` standard input. So is the text of a
 * whole file, which is no word.
 */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { CommandDescription, JsonFieldSchema } from '../../contract/manifest.ts';
import { optionName, UsageError } from '../../kit/command-line.ts';

/** Where a secret comes from instead of the command line. */
export interface SecretSource {
  /** Reads a file. Rejects where that is impossible. */
  readFile(path: string): Promise<string>;
  /** Reads standard input to its end; null where that is a terminal, which would show what is typed. */
  readonly standardInput: (() => Promise<string>) | null;
}

/** The files and the standard input of this process. */
export function systemSecrets(): SecretSource {
  return {
    readFile: (path) => readFile(path, 'utf8'),
    standardInput: process.stdin.isTTY === true ? null : () => text(process.stdin),
  };
}

/** Whether an argument is given as the name of a file. */
export function isFromFile({ secret, file }: JsonFieldSchema): boolean {
  return secret === true || file !== undefined;
}

/** The name of the option that gives an argument: with `-file` for one that comes from a file. */
export function argumentOption(argument: string, schema: JsonFieldSchema): string {
  return isFromFile(schema) ? `${optionName(argument)}-file` : optionName(argument);
}

/**
 * The words of a command with the contents of `--NAME-file FILE` as `--NAME=...` in their place, without the end of the line
 * that editors put behind it.
 * @throws UsageError for one of them among the words, and for a file that cannot be read
 */
export async function withSecrets(
  command: CommandDescription,
  words: readonly string[],
  source: SecretSource,
): Promise<string[]> {
  const secrets = Object.entries(command.args.properties).filter(([, schema]) => isFromFile(schema));
  const result: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const option = word.split('=', 1)[0]!;
    const plain = secrets.find(([name]) => option === `--${optionName(name)}`);
    if (plain !== undefined) throw new UsageError(refusalOf(command, plain));
    const named = secrets.find(([name, schema]) => option === `--${argumentOption(name, schema)}`);
    if (named === undefined) {
      result.push(word);
      continue;
    }
    const path = word === option ? words[++at] : word.slice(option.length + 1);
    if (path === undefined || path === '')
      throw new UsageError(`${command.name}: ${option} needs the name of a file, or - for standard input`);
    result.push(`--${optionName(named[0])}=${await readSecret(`${command.name}: ${option}`, path, source)}`);
  }
  return result;
}

function refusalOf(
  command: CommandDescription,
  [argument, { secret }]: readonly [string, JsonFieldSchema],
): string {
  const option = `--${optionName(argument)}`;
  const why =
    secret === true
      ? 'is secret, and others can read what stands on a command line: put it into a file and'
      : 'is the text of a file:';
  return `${command.name}: ${option} ${why} give ${option}-file FILE, or ${option}-file - to read standard input`;
}

async function readSecret(what: string, path: string, source: SecretSource): Promise<string> {
  if (path === '-' && source.standardInput === null)
    throw new UsageError(`${what}: standard input is a terminal, which shows what is typed; name a file`);
  try {
    const content = path === '-' ? await source.standardInput!() : await source.readFile(path);
    return content.replace(/\r?\n$/, '');
  } catch (error) {
    throw new UsageError(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
