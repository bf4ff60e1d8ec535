/** For tests: what an admin command lets whom do, with which arguments, and what is shown of it, in one line each. */
import { z } from 'zod';
import type { CommandSpec } from '../../contract/manifest.ts';

type Commands = Readonly<Record<string, CommandSpec>>;
type Field = Readonly<Record<string, unknown>>;

/** One line a command, without the sentences that people read. */
export function adminWords(commands: Commands): string[] {
  return Object.entries(commands).map(([name, spec]) =>
    [
      `${name}(${argumentsOf(spec)})`,
      [spec.danger, spec.access, spec.reads === true ? 'reads' : '', spec.unrecorded ?? '']
        .filter((word) => word !== '')
        .join(' '),
      (spec.columns ?? [])
        .map(({ key, title, type, rank = '' }) => `${key}=${title}/${type}${rank}`)
        .join(', '),
      ...(spec.rowActions ?? []).map(
        ({ title, command, args, noun }) => `${title} ${noun}: ${command} ${JSON.stringify(args)}`,
      ),
      `${spec.result} ${(spec.effects ?? []).join(' ')} ${spec.timeoutMs ?? ''} ${spec.confirmArg ?? ''}`.trim(),
    ].join(' | '),
  );
}

/** Names with what each may be, and what it is where it is not given. */
function argumentsOf({ args }: CommandSpec): string {
  const { properties = {}, required = [] } = z.toJSONSchema(args, { io: 'input' }) as {
    readonly properties?: Readonly<Record<string, Field>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties)
    .map(([name, { description: _description, type, pattern: _pattern, ...field }]) => {
      const rest = Object.entries(field).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
      return `${name}${required.includes(name) ? '' : '?'}: ${[type, ...rest].join(' ')}`;
    })
    .join(', ');
}

/** What rows offer that cannot be done: no such command, an argument that it has not, or one that comes of no column. */
export function badRowActions(commands: Commands, all: Commands = commands): string[] {
  return Object.entries(commands).flatMap(([name, { columns = [], rowActions = [] }]) =>
    rowActions
      .filter(({ command, args = {} }) => {
        const target = all[command];
        const known = new Set(Object.keys((target?.args as z.ZodObject | undefined)?.shape ?? {}));
        const shown = new Set(columns.map(({ key }) => key));
        return Object.entries(args).some(([to, from]) => !known.has(to) || !shown.has(from as string));
      })
      .map(({ title }) => `${name}: ${title}`),
  );
}
