/** The page of the docs about ChanServ, made from its table: `node scripts/reference-docs.ts` writes it. */
import type { CommandRow } from '../bots/command-row.ts';
import { chanServRows } from './chan-commands.ts';
import type { ChanWorld } from './chan-world.ts';
import { SETTINGS } from './channel-settings.ts';
import { LEVELS, NOBODY_LEVEL } from './levels.ts';
import { USER_SETTINGS } from './setting-commands.ts';
import type { Upkeep } from './upkeep.ts';

/** Rows are only read here, and nothing of them is run. */
const UNUSED = {} as ChanWorld;

function who({ needs, who: said }: CommandRow): string {
  if (said !== undefined) return said;
  if (typeof needs === 'object') return `operators of services of level ${needs.level} and above`;
  return needs === 'account' ? 'whoever is logged in' : 'everybody';
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(headings), row(headings.map(() => '---')), ...rows.map(row)].join('\n');
}

export function chanServPage(): string {
  const rows = [...chanServRows(UNUSED, {} as Upkeep)].sort((a, b) => (a.name < b.name ? -1 : 1));
  const commands = rows.map((one) => {
    const names = [`${one.name} ${one.syntax}`.trimEnd(), ...(one.aliases ?? [])];
    return [
      names.map((name) => `\`${name}\``).join(', '),
      who(one),
      one.effect,
      one.help.slice(0, 3).join(' '),
    ];
  });
  const settings = SETTINGS.map(({ name, takes, initial, operators, help }) => [
    `\`${name}\``,
    takes,
    initial === '' ? 'none' : initial === NOBODY_LEVEL ? 'nobody' : String(initial),
    operators === true ? 'operators of services' : 'level of `SETTERS`',
    help,
  ]);
  return `<!-- Made by \`node scripts/reference-docs.ts\` from daemons/services/chanserv. Do not edit. -->
# ChanServ

How it is used is told in [services](../services.md#chanserv). Levels: ${Object.entries(LEVELS)
    .map(([name, level]) => `${name} ${level}`)
    .join(', ')}.

## Commands

${table(['command', 'who', 'what it changes', 'help'], commands)}

## Settings of a channel: SET

${table(['setting', 'takes', 'by default', 'who', 'what it does'], settings)}

## Settings of a user on a channel: USET

${table(
  ['setting', 'takes'],
  USER_SETTINGS.map(({ name, help }) => [`\`${name}\``, help]),
)}
`;
}
