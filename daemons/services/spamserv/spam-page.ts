/** The page of the docs about SpamServ, made from its table: `node scripts/reference-docs.ts` writes it. */
import { commandsTable, pageTable } from '../bots/command-page.ts';
import { type SpamWorld, spamCommands } from './spam-commands.ts';
import { readSpamSettings, SPAM_SETTINGS } from './spam-settings.ts';

export function spamServPage(): string {
  const initial = readSpamSettings('{}');
  const settings = SPAM_SETTINGS.map(({ name, key, help }) => [
    `\`${name}\``,
    String(Number(initial[key])),
    help,
  ]);
  return `<!-- Made by \`node scripts/reference-docs.ts\` from daemons/services/spamserv. Do not edit. -->
# SpamServ

How it is used is told in [services](../services.md#spamserv).

## Commands

${commandsTable(spamCommands({} as SpamWorld))}

## Settings of a channel: SET

${pageTable(['setting', 'by default', 'what it does'], settings)}
`;
}
