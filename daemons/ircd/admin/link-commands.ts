/** Declares the admin commands about links to other servers. The code is beside it in link-handlers.ts. */
import { z } from 'zod';
import { lineText, lineWord } from '../../../contract/line-texts.ts';
import { type CommandSpec, defineCommand } from '../../../contract/manifest.ts';
import { linkColumns, serverColumns } from './columns.ts';
import { linkActions } from './row-actions.ts';

const LINKS = 'signalbox_ircd_links';

const server = lineWord({ max: 63 }).describe('Name of the other server');

export const linkCommands = {
  links: defineCommand({
    summary: 'List the servers that are linked to this one, or may be',
    sentence: 'list|listed the links',
    reads: true,
    danger: 'safe',
    access: 'read',
    unrecorded: 'run',
    args: z.object({}),
    result: 'table',
    columns: linkColumns,
    rowActions: linkActions,
  }),
  servers: defineCommand({
    summary: 'List all servers of the network, each followed by those behind it',
    sentence: 'list|listed the servers of the network',
    reads: true,
    danger: 'safe',
    access: 'read',
    unrecorded: 'run',
    args: z.object({}),
    result: 'table',
    columns: serverColumns,
    rowActions: linkActions,
  }),
  connect: defineCommand({
    summary: 'Connect to another server; what comes of it is shown by links',
    sentence: 'call|called {server}',
    danger: 'safe',
    access: 'operate',
    args: z.object({ server }),
    result: 'json',
    effects: [LINKS],
  }),
  squit: defineCommand({
    summary: 'Take a server and all behind it off the network',
    sentence: 'split|took {server} off the network[ (“{reason}”)]',
    danger: 'disruptive',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({
      server,
      reason: lineText({ max: 300 })
        .default('Taken off the network by an administrator')
        .describe('Reason that users see'),
    }),
    result: 'json',
    effects: [LINKS, 'signalbox_ircd_netsplits_total'],
  }),
} satisfies Record<string, CommandSpec>;
