/** A command that is typed into the palette as at the command line, with its arguments: `run ircd kill --client ann`. */
import type { ManifestDescription } from '../../contract/manifest.ts';
import { optionName, parseGivenArgs, splitLine, UsageError } from '../../kit/command-line.ts';
import { openCommand } from '../commands/command-dialog-store.ts';
import { type HostNow, named } from '../model/hosts.ts';
import type { PaletteEntry } from './entries.ts';
import { messages } from './messages.ts';

type Command = ManifestDescription['commands'][number];

/**
 * The command that the line names on each host, with what was given filled in; Enter opens its form, which asks for the rest and
 * before it disturbs anybody. Nothing for a line without arguments: that finds the entry of the command.
 */
export function typedEntries(hosts: readonly HostNow[], line: string): readonly PaletteEntry[] {
  const words = wordsOf(line);
  if (words === null) return [];
  const models = hosts.map(({ host }) => host);
  return hosts.flatMap(({ host, state }) => {
    const manifest = state.host?.manifests.find(({ id }) => id === words[0]);
    const command = manifest?.commands.find(({ name }) => name === words[1]);
    if (manifest === undefined || command === undefined) return [];
    const { args, hint } = given(command, words.slice(2));
    const text = messages.run(manifest.id, command.name);
    return [
      {
        key: `${host.id} typed`,
        text: named(models, host.id, text),
        plain: text,
        hint,
        kind: messages.typed,
        // Without the arguments, which may be secret.
        remembered: `${host.id} command ${manifest.id} ${command.name}`,
        act: () => openCommand({ host, daemon: manifest.id, command: command.name, args }),
      },
    ];
  });
}

/** The words of a line with arguments; null for any other. */
function wordsOf(line: string): readonly string[] | null {
  try {
    const words = splitLine(line);
    if (/^(\.\/)?signalbox$/.test(words[0] ?? '')) words.shift();
    const isRun = words[0] === 'run';
    if (isRun) words.shift();
    return words.length > 2 || (isRun && words.length === 2) ? words : null;
  } catch {
    // A quote is open: the line is still being typed.
    return null;
  }
}

/** The arguments as a form has them, and what they are in words or what is wrong with them. */
function given(command: Command, words: readonly string[]): { args: Record<string, string>; hint: string } {
  const args: Record<string, string> = {};
  const hint: string[] = [];
  try {
    for (const [name, value] of Object.entries(parseGivenArgs(command, words))) {
      const text = Array.isArray(value) ? value.join(', ') : String(value);
      args[name] = text;
      const isSecret = command.args.properties[name]?.secret === true;
      hint.push(`${optionName(name)} ${isSecret ? messages.hidden : text}`);
    }
    return { args, hint: hint.join(', ') };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { args: {}, hint: error.message };
  }
}
