/** The page of the docs about OpServ and Global, made from their tables: `node scripts/reference-docs.ts` writes it. */
import type { CommandRow } from '../bots/command-row.ts';
import { REACTIONS } from './alert-desk.ts';
import { CRITERIA } from './discriminator.ts';
import type { OpServ } from './opserv.ts';
import { globalRows, opservRows } from './opserv-bots.ts';
import { TRACE_ACTIONS } from './trace.ts';

/** Rows are only read here, and nothing of them is run. */
const UNUSED = { lists: {}, options: {}, blockSeconds: 3_600 } as OpServ;

function who({ needs }: CommandRow): string {
  if (typeof needs === 'object')
    return needs.level === 0
      ? 'operators of the network who are logged in'
      : `operators of level ${needs.level} and above`;
  return needs === 'operator' ? 'operators of the network' : 'everybody';
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(headings), row(headings.map(() => '---')), ...rows.map(row)].join('\n');
}

function commands(rows: readonly CommandRow[]): string {
  return table(
    ['command', 'who', 'what it changes', 'help'],
    [...rows]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((one) => [
        `\`${`${one.name} ${one.syntax}`.trimEnd()}\``,
        who(one),
        one.effect,
        one.help.join(' '),
      ]),
  );
}

export function opservPage(): string {
  return `<!-- Made by \`node scripts/reference-docs.ts\` from daemons/services/opserv. Do not edit. -->
# OpServ and Global

How they are used is told in [services](../services.md#opserv). Whoever has a level has to be an operator of the network as well (mode \`+o\`).

## OpServ

${commands(opservRows(UNUSED))}

## Criteria of TRACE and alerts

${table(
  ['criterion', 'value'],
  [...CRITERIA].map(([name, { syntax }]) => [`\`${name}\``, syntax]),
)}

## Actions of TRACE

${table(
  ['action', 'from level', 'what it does'],
  Object.entries(TRACE_ACTIONS).map(([name, { level, effect }]) => [`\`${name}\``, String(level), effect]),
)}

## Reactions of alerts

${table(
  ['reaction', 'from level', 'what it does'],
  [...REACTIONS].map(([name, { level, effect }]) => [`\`${name}\``, String(level), effect]),
)}

## Global

${commands(globalRows(UNUSED))}
`;
}
