/**
 * A command that is typed into the palette with its arguments: as at the command line (`run ircd kill --client ann`), or as people
 * say it (`kill ann too loud`). Fetched with the rest of what is typed: see typed-parts.ts.
 */
import type { ManifestDescription } from '../../contract/manifest.ts';
import { optionName, parseGivenArgs, splitLine, UsageError } from '../../kit/command-line.ts';
import { openCommand } from '../commands/command-dialog-store.ts';
import { type FormField, formFields } from '../commands/form-values.ts';
import { type HostNow, named } from '../model/hosts.ts';
import type { PaletteEntry } from './entries.ts';
import { messages } from './messages.ts';

type Command = ManifestDescription['commands'][number];

/** Arguments that people leave out, and say last where they do not. */
const SAID_LAST = ['reason', 'text'];

/** A command that a line may mean, and what was given to it. */
interface Meant {
  readonly manifest: ManifestDescription;
  readonly command: Command;
  readonly given: Given;
}

interface Given {
  readonly args: Record<string, string>;
  /** What was given in words, or what is wrong with it. */
  readonly hint: string;
  readonly wrong: boolean;
}

interface Line {
  readonly words: readonly string[];
  readonly isRun: boolean;
}

/**
 * The command that the line names on each host, with what was given filled in; Enter opens its form, which asks for the rest and
 * before it disturbs anybody, or shows at once what only reads and has all it needs. A line without the name of a daemon means
 * each that runs and has such a command. Nothing for a line without arguments: that finds the entry of the command.
 */
export function typedEntries(hosts: readonly HostNow[], line: string): readonly PaletteEntry[] {
  const read = wordsOf(line);
  if (read === null) return [];
  const models = hosts.map(({ host }) => host);
  return hosts.flatMap((now) =>
    meantBy(now, read).map(({ manifest, command, given }) => {
      const { host } = now;
      const text = messages.run(manifest.id, command.name);
      return {
        key: `${host.id} typed ${manifest.id}`,
        text: named(models, host.id, text),
        plain: text,
        hint: given.hint,
        kind: messages.typed,
        // Without the arguments, which may be secret.
        remembered: `${host.id} command ${manifest.id} ${command.name}`,
        act: () =>
          openCommand({
            host,
            daemon: manifest.id,
            command: command.name,
            args: given.args,
            ...(!given.wrong && showsAtOnce(command, given.args) ? { atOnce: true } : {}),
          }),
      };
    }),
  );
}

function meantBy({ state }: HostNow, { words: [first = '', ...others], isRun }: Line): readonly Meant[] {
  const manifests = state.host?.manifests ?? [];
  const named = manifests.find(({ id }) => id === first);
  const command = named?.commands.find(({ name }) => name === others[0]);
  if (named !== undefined)
    return command === undefined || (others.length === 1 && !isRun)
      ? []
      : [{ manifest: named, command, given: givenTo(command, others.slice(1)) }];
  return manifests.flatMap((manifest) => {
    const found = manifest.commands.find(({ name }) => name === first);
    if (found === undefined || state.daemons[manifest.id]?.state !== 'running') return [];
    const given = givenTo(found, others);
    // Of several that have such a command, those are meant that understand it.
    return given.wrong ? [] : [{ manifest, command: found, given }];
  });
}

/** Whether what it shows is all that is wanted of a command, and nothing is left to be filled in. */
function showsAtOnce(command: Command, args: Readonly<Record<string, string>>): boolean {
  return command.reads && formFields(command.args).every(({ name, required }) => !required || name in args);
}

/** The words of a line behind `run`, and whether that stands there; null for a line of one word. */
function wordsOf(line: string): Line | null {
  try {
    const words = splitLine(line);
    if (/^(\.\/)?signalbox$/.test(words[0] ?? '')) words.shift();
    const isRun = words[0] === 'run';
    if (isRun) words.shift();
    return words.length > 1 ? { words, isRun } : null;
  } catch {
    // A quote is open: the line is still being typed.
    return null;
  }
}

/** The arguments as a form has them, and what they are in words or what is wrong with them. */
function givenTo(command: Command, words: readonly string[]): Given {
  const args: Record<string, string> = {};
  const hint: string[] = [];
  try {
    for (const [name, value] of Object.entries(parseGivenArgs(command, inOptions(command, words)))) {
      const text = Array.isArray(value) ? value.join(', ') : String(value);
      args[name] = text;
      const isSecret = command.args.properties[name]?.secret === true;
      hint.push(`${optionName(name)} ${isSecret ? messages.hidden : text}`);
    }
    return { args, hint: hint.join(', '), wrong: false };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { args: {}, hint: error.message, wrong: true };
  }
}

/** The words with an option for each that has none: they are the arguments in the order of {@link saidInOrder}, of which the last has all that is left. */
function inOptions(command: Command, words: readonly string[]): readonly string[] {
  const fields = formFields(command.args);
  const order = saidInOrder(fields);
  const options: string[] = [];
  const free: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (!word.startsWith('--')) {
      free.push(word);
      continue;
    }
    options.push(word);
    const field = fields.find(({ name }) => word === `--${optionName(name)}`);
    const value = words[at + 1];
    if (field === undefined || field.kind === 'switch' || value === undefined) continue;
    options.push(value);
    at++;
  }
  if (order.length === 0) return [...options, ...free];
  return [
    ...order.flatMap(({ name }, at) => {
      const said = at === order.length - 1 ? free.slice(at) : free.slice(at, at + 1);
      return said.length === 0 ? [] : [`--${optionName(name)}=${said.join(' ')}`];
    }),
    ...options,
  ];
}

/** What is needed, in its order, and behind it what is said last; where nothing is needed the first text. */
function saidInOrder(fields: readonly FormField[]): readonly FormField[] {
  const needed = fields.filter(({ required, kind }) => required && kind !== 'secret');
  const last = fields.find(({ name, required }) => !required && SAID_LAST.includes(name));
  const order = last === undefined ? needed : [...needed, last];
  return order.length > 0 ? order : fields.filter(({ kind }) => kind === 'text').slice(0, 1);
}
