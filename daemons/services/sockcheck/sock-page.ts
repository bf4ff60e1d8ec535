/** The page of the docs about SockCheck, made from its table: `node scripts/reference-docs.ts` writes it. */
import { commandsTable, pageTable } from '../bots/command-page.ts';
import { PROBES } from './probe.ts';
import type { SockCheck } from './sock-check.ts';
import { sockCommands } from './sock-commands.ts';

/** Rows are only read here, and nothing of them is run. */
const UNUSED = { checker: {}, exempts: {}, options: {} } as SockCheck;

export function sockCheckPage(): string {
  const probes = PROBES.map(({ name, port, turns }) => [
    String(port),
    name,
    turns.map(({ send, expect }) => `\`${send}\` → \`${expect}\``).join(', '),
  ]);
  return `<!-- Made by \`node scripts/reference-docs.ts\` from daemons/services/sockcheck. Do not edit. -->
# SockCheck

How it is used is told in [services](../services.md#sockcheck).

## Commands

${commandsTable(sockCommands(UNUSED))}

## Probes

What is looked for where \`[[services.sockcheck.probe]]\` names nothing else, in this order:

${pageTable(['port', 'looks for', 'what is sent, and what has to come back'], probes)}
`;
}
