/** The page of the docs about HelpServ, made from its tables: `node scripts/reference-docs.ts` writes it. */
import { pageTable } from '../bots/command-page.ts';
import type { CommandRow } from '../bots/command-row.ts';
import { HELP_SETTINGS, readSettings } from './help-settings.ts';
import type { HelpRow, HelpWorld } from './help-world.ts';
import { operatorHelpCommands } from './operator-help-commands.ts';
import { requestCommands } from './request-commands.ts';
import { OPER_LEVEL, ROLES } from './roles.ts';
import { staffCommands } from './staff-commands.ts';

/** Rows are only read here, and nothing of them is run. */
const UNUSED = {} as HelpWorld;

function cells({ name, syntax, aliases = [], effect, help }: HelpRow | CommandRow, who: string): string[] {
  const names = [`${name} ${syntax}`.trimEnd(), ...aliases].map((one) => `\`${one}\``);
  return [names.join(', '), ...(who === '' ? [] : [who]), effect, help.slice(0, 3).join(' ')];
}

export function helpServPage(): string {
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  const rows = [...requestCommands(UNUSED), ...staffCommands(UNUSED)].sort(byName);
  const initial = readSettings('{}');
  const settings = HELP_SETTINGS.map(({ name, needs, help, show }) => {
    const value = show(initial);
    return [`\`${name}\``, typeof value === 'string' ? value : value.text, needs, help];
  });
  return `<!-- Made by \`node scripts/reference-docs.ts\` from daemons/services/helpserv. Do not edit. -->
# HelpServ

How it is used is told in [services](../services.md#helpserv). Roles, the least first: ${ROLES.join(', ')}.

## Commands of a help bot

${pageTable(
  ['command', 'who, or above', 'what it changes', 'help'],
  rows.map((one) => cells(one, one.role)),
)}

## Commands of HelpServ

For accounts of level ${OPER_LEVEL} and above. All commands of help bots besides NEXT, PICKUP and GIVEOWNERSHIP are there as well, with the
bot as their first word.

${pageTable(
  ['command', 'what it changes', 'help'],
  [...operatorHelpCommands(UNUSED)].sort(byName).map((one) => cells(one, '')),
)}

## Settings of a help bot: SET

${pageTable(['setting', 'by default', 'who, or above', 'what it does'], settings)}
`;
}
