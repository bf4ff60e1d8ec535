/** The page of the docs about ModCmd, made from its table: `node scripts/reference-docs.ts` writes it. */
import { commandsTable } from '../bots/command-page.ts';
import { type ModCmdOptions, modCmdRows } from './mod-cmd.ts';

export function modCmdPage(): string {
  return `<!-- Made by \`node scripts/reference-docs.ts\` from daemons/services/modcmd. Do not edit. -->
# ModCmd

How it is used is told in [services](../services.md#modcmd).

## Commands

${commandsTable(modCmdRows({} as ModCmdOptions))}
`;
}
