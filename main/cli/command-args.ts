/**
 * Turns `--nick ann --reason "too loud"` into the arguments of an admin command, by the JSON Schema of its manifest.
 * The instance checks them again; this is only about types and names. Used by `signalbox run`.
 */
import type { CommandDescription, JsonFieldSchema } from '../../contract/manifest.ts';
import { parseOptions, UsageError } from '../terminal/options.ts';

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
  const fields = Object.entries(command.args.properties);
  const options: Record<string, { type: 'string' | 'boolean'; multiple: boolean }> = {};
  for (const [name, schema] of fields) {
    const type = schema.type === 'boolean' ? 'boolean' : 'string';
    options[optionName(name)] = { type, multiple: schema.type === 'array' };
  }
  let values: Record<string, unknown>;
  try {
    ({ values } = parseOptions(words, { options, allowNegative: true }));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${command.name}: ${error.message}`);
  }
  const args: Record<string, unknown> = {};
  for (const [name, schema] of fields) {
    const value = values[optionName(name)];
    if (value !== undefined) args[name] = convert(optionName(name), value, schema);
    else if (command.args.required?.includes(name)) throw new UsageError(missing(command, name, schema));
  }
  return args;
}

function missing(command: CommandDescription, name: string, schema: JsonFieldSchema): string {
  const what = schema.description === undefined ? '' : ` (${schema.description})`;
  return `${command.name}: ${optionForms(name, schema).join(' or ')} is needed${what}`;
}

function convert(option: string, value: unknown, schema: JsonFieldSchema): unknown {
  if (schema.type !== 'number' && schema.type !== 'integer') return value;
  const number = Number(value);
  if (value === '' || Number.isNaN(number) || (schema.type === 'integer' && !Number.isInteger(number))) {
    const expected = schema.type === 'integer' ? 'a whole number' : 'a number';
    throw new UsageError(`--${option}: expected ${expected}, got "${String(value)}"`);
  }
  return number;
}
