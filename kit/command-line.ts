/**
 * A command as it is typed: `run ircd kill --client ann --reason "too loud"`. The same for the command line, the console of
 * `signalbox serve` and the palette of the window, so it needs nothing of Node or of a browser. The instance checks the arguments
 * again; this is only about words, names and types.
 */
import type {
  CommandDescription,
  JsonFieldSchema,
  ManifestDescription,
  VerbDescription,
} from '../contract/manifest.ts';
import { refuseOldCommand } from '../contract/renamed.ts';

/** Thrown for words that cannot be understood; the message is for the person who typed them. */
export class UsageError extends Error {}

/**
 * The words of a line. Quotes keep spaces together, as in a shell: nothing is special within '', in "" a backslash takes the
 * meaning of `"` and `\`, elsewhere that of any character.
 * @throws UsageError where a quote is not closed
 */
export function splitLine(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    const next = line.charAt(at + 1);
    if (char === '\\' && next !== '' && (quote === '' || (quote === '"' && /["\\]/.test(next)))) {
      word = (word ?? '') + next;
      at++;
    } else if (char === quote) quote = '';
    else if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
      word ??= '';
    } else if (quote === '' && /\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + char;
  }
  if (quote !== '') throw new UsageError(`the quote ${quote} is not closed`);
  return word === null ? words : [...words, word];
}

/** The daemon of that name. Throws UsageError. */
export function findDaemon<Named extends { readonly id: string }>(
  manifests: readonly Named[],
  id: string | undefined,
): Named {
  const known = manifests.map((candidate) => candidate.id).join(', ');
  if (id === undefined) throw new UsageError(`run needs a daemon: ${known}`);
  const manifest = manifests.find((candidate) => candidate.id === id);
  if (manifest === undefined) throw new UsageError(`no daemon is called "${id}"; there are: ${known}`);
  return manifest;
}

/** The command of that name. Throws UsageError, and SignalboxError for one that has another name now. */
export function findCommand(manifest: ManifestDescription, name: string): CommandDescription {
  const command = manifest.commands.find((one) => one.name === name);
  if (command !== undefined) return command;
  refuseOldCommand(manifest.id, manifest.renamed, name);
  const known = manifest.commands.map((one) => one.name).join(', ') || 'none';
  throw new UsageError(`${manifest.id} has no command "${name}". It has: ${known}.`);
}

/** The name of an argument as an option: `maxPeers` is `--max-peers`. */
export function optionName(argument: string): string {
  return argument.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll('_', '-');
}

/** How an argument is given: `--max-peers`, and of one that says yes or no also how it says no. */
export function optionForms(argument: string, { type }: JsonFieldSchema): string[] {
  const name = optionName(argument);
  return type === 'boolean' ? [`--${name}`, `--no-${name}`] : [`--${name}`];
}

/** Parses the words after the command's name. Throws UsageError. */
export function parseCommandArgs(
  command: CommandDescription,
  words: readonly string[],
): Record<string, unknown> {
  const args = parseGivenArgs(command, words);
  for (const [name, schema] of Object.entries(command.args.properties)) {
    if (Object.hasOwn(args, name) || !command.args.required?.includes(name)) continue;
    const what = schema.description === undefined ? '' : ` (${schema.description})`;
    throw new UsageError(`${command.name}: ${optionForms(name, schema).join(' or ')} is needed${what}`);
  }
  return args;
}

/**
 * Parses the words after a verb: arguments in their order without names, options among them; after `--` nothing is an option.
 * Throws UsageError.
 */
export function parseVerbArgs(verb: VerbDescription, words: readonly string[]): Record<string, unknown> {
  const { positionals, args } = verb;
  const end = words.indexOf('--');
  const before = end < 0 ? words : words.slice(0, end);
  const options: string[] = [];
  const free = end < 0 ? [] : words.slice(end + 1);
  const placed: string[] = [];
  for (let at = 0; at < before.length; at++) {
    const word = before[at]!;
    if (!looksLikeOption(word)) {
      placed.push(word);
      continue;
    }
    options.push(word);
    const field = Object.entries(args.properties).find(([name]) => word === `--${optionName(name)}`);
    // Its value stands behind it.
    if (field !== undefined && field[1].type !== 'boolean' && at + 1 < before.length)
      options.push(before[++at]!);
  }
  placed.push(...free);
  if (placed.length > positionals.length)
    throw new UsageError(`${verb.name}: "${placed[positionals.length]}" is not expected here; see --help`);
  const given = parseGivenArgs(verb, options);
  for (const [index, value] of placed.entries()) {
    const name = positionals[index]!;
    if (Object.hasOwn(given, name)) throw new UsageError(`${verb.name}: ${name} is given twice`);
    const schema = args.properties[name];
    given[name] =
      schema === undefined ? value : convert({ argument: name, option: optionName(name), schema }, value);
  }
  for (const name of args.required ?? [])
    if (!Object.hasOwn(given, name)) {
      const what = args.properties[name]?.description;
      throw new UsageError(
        `${verb.name}: ${positionals.includes(name) ? name.toUpperCase() : `--${optionName(name)}`} is needed${what === undefined ? '' : ` (${what})`}`,
      );
    }
  return given;
}

/** The same, without asking for what is needed: for a form in which the rest is filled in. Throws UsageError. */
export function parseGivenArgs(
  command: Pick<CommandDescription, 'name' | 'args'>,
  words: readonly string[],
): Record<string, unknown> {
  const fields = new Map<string, Field>();
  for (const [argument, schema] of Object.entries(command.args.properties))
    fields.set(optionName(argument), { argument, option: optionName(argument), schema });
  // Without a prototype, as what is parsed from JSON: an argument may be called anything.
  const given = new Map<string, unknown>();
  try {
    for (let at = 0; at < words.length; at++) {
      const { field, value, more } = readOption(words, at, fields);
      at += more;
      const before = given.get(field.argument);
      if (field.schema.type !== 'array') given.set(field.argument, convert(field, value));
      else given.set(field.argument, Array.isArray(before) ? [...before, value] : [value]);
    }
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw new UsageError(`${command.name}: ${error.message}`);
  }
  // In the order in which the command declares them.
  return Object.fromEntries(
    [...fields.values()]
      .filter(({ argument }) => given.has(argument))
      .map(({ argument }) => [argument, given.get(argument)]),
  );
}

/** What an option stands for. */
interface Field {
  readonly argument: string;
  readonly option: string;
  readonly schema: JsonFieldSchema;
}

/** A mistake in the form of an option; the name of the command is put before it. */
class OptionError extends UsageError {}

/** The option that begins at a word, its value, and how many further words that took. */
function readOption(words: readonly string[], at: number, fields: ReadonlyMap<string, Field>) {
  const word = words[at]!;
  if (word === '--' || !word.startsWith('-') || word === '-') throw unexpected(words, at, fields);
  const equals = word.startsWith('--') ? word.indexOf('=') : -1;
  const shown = equals < 0 ? word : word.slice(0, equals);
  const name = shown.startsWith('--') ? shown.slice(2) : '';
  const inline = equals < 0 ? null : word.slice(equals + 1);
  const denied = name.startsWith('no-') ? fields.get(name.slice(3)) : undefined;
  const isDenied = denied?.schema.type === 'boolean' && !fields.has(name);
  const field = isDenied ? denied : fields.get(name);
  if (field === undefined) throw new OptionError(`there is no option "${shown}"; see --help`);
  if (field.schema.type === 'boolean') {
    if (inline !== null) throw new OptionError(noValue(field));
    return { field, value: !isDenied, more: 0 };
  }
  if (inline !== null) return { field, value: inline, more: 0 };
  const value = words[at + 1];
  if (value === undefined || looksLikeOption(value))
    throw new OptionError(`${shown} needs a value; one that begins with a dash is written ${shown}=VALUE`);
  return { field, value, more: 1 };
}

/** A negative number, or a dash alone, is a value. */
function looksLikeOption(word: string): boolean {
  return word.length > 1 && word.startsWith('-') && !/^-[\d.]/.test(word);
}

/** For a word that belongs to no option; it may have been meant as the value of the yes-or-no option before it. */
function unexpected(words: readonly string[], at: number, fields: ReadonlyMap<string, Field>): OptionError {
  const word = words[at]!;
  const before = words[at - 1]?.replace(/^--(no-)?/, '');
  const field = before === undefined ? undefined : fields.get(before);
  const hint = field?.schema.type === 'boolean' ? `: ${noValue(field)}` : '';
  return new OptionError(`"${word}" is not expected here${hint}`);
}

function noValue({ option }: Field): string {
  return `--${option} takes no value; its opposite is --no-${option}`;
}

function convert({ option, schema }: Field, value: string | boolean): unknown {
  if (schema.type !== 'number' && schema.type !== 'integer') return value;
  const number = Number(value);
  if (value === '' || Number.isNaN(number) || (schema.type === 'integer' && !Number.isInteger(number))) {
    const expected = schema.type === 'integer' ? 'a whole number' : 'a number';
    throw new UsageError(`--${option}: expected ${expected}, got "${String(value)}"`);
  }
  return number;
}
