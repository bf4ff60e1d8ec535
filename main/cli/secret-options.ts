/**
 * Secret arguments of admin commands. On a command line, in a shell's history and in a list of processes others would read
 * them, so `--password` is refused there: `--password-file FILE` names a file with it, `-` standard input.
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

/** The name of the option that gives an argument: with `-file` for one that is secret. */
export function argumentOption(argument: string, { secret }: JsonFieldSchema): string {
  return secret === true ? `${optionName(argument)}-file` : optionName(argument);
}

/**
 * The words of a command with the contents of `--NAME-file FILE` as `--NAME=...` in their place, without the end of the line
 * that editors put behind it.
 * @throws UsageError for a secret among the words, and for a file that cannot be read
 */
export async function withSecrets(
  command: CommandDescription,
  words: readonly string[],
  source: SecretSource,
): Promise<string[]> {
  const secrets = Object.entries(command.args.properties).filter(([, schema]) => schema.secret === true);
  const result: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const option = word.split('=', 1)[0]!;
    const plain = secrets.find(([name]) => option === `--${optionName(name)}`);
    if (plain !== undefined) throw new UsageError(refusalOf(command, plain[0]));
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

function refusalOf(command: CommandDescription, argument: string): string {
  const option = `--${optionName(argument)}`;
  return (
    `${command.name}: ${option} is secret, and others can read what stands on a command line: put it into a file and ` +
    `give ${option}-file FILE, or ${option}-file - to read standard input`
  );
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
