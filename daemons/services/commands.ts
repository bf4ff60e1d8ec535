/** The admin commands of services. Their code is in handlers.ts. */
import { z } from 'zod';
import { accountActions, accountCommands, accountFields } from '../../contract/account-commands.ts';
import { filePath } from '../../contract/line-texts.ts';
import { defineCommand, type TableColumn } from '../../contract/manifest.ts';
import { accountAdminCommands } from './account-admin.ts';
import { channelAdminCommands } from './channel-admin.ts';
import { helpCommands } from './help-admin.ts';
import { linkCommands } from './link-commands.ts';
import { banAdminCommands } from './opserv/ban-admin.ts';
import { watchAdminCommands } from './opserv/watch-admin.ts';
import { sockAdminCommands } from './sockcheck/sock-admin.ts';

/** What services know of an account beyond what every keeper of accounts does. */
const profileFields: readonly TableColumn[] = [
  { key: 'masks', title: 'Host masks', type: 'text' },
  { key: 'info', title: 'Information', type: 'text' },
  { key: 'maxLogins', title: 'Most logins', type: 'number' },
  { key: 'level', title: 'Level', type: 'number' },
  { key: 'flags', title: 'Flags', type: 'text' },
  { key: 'epithet', title: 'Epithet', type: 'text' },
  { key: 'notes', title: 'Notes', type: 'text' },
  { key: 'keptUntil', title: 'Kept unused until', type: 'time' },
  { key: 'keycloakUser', title: 'User of Keycloak', type: 'text' },
];

export const servicesCommands = {
  ...accountCommands,
  ...accountAdminCommands,
  ...helpCommands,
  ...channelAdminCommands,
  ...linkCommands,
  ...banAdminCommands,
  ...watchAdminCommands,
  ...sockAdminCommands,
  accounts: defineCommand({
    ...accountCommands.accounts,
    rowActions: accountActions.flatMap((action) =>
      action.command === 'reset-password'
        ? [{ title: 'Level', command: 'set-level', args: { account: 'account' }, noun: 'account' }, action]
        : [action],
    ),
  }),
  account: defineCommand({ ...accountCommands.account, columns: [...accountFields, ...profileFields] }),
  'take-over': defineCommand({
    summary:
      'Take over the accounts of the IRC server’s own store, and have the IRC server ask services for accounts from now on',
    sentence: 'take|took over the accounts of the IRC server, which asks services from then on',
    danger: 'disruptive',
    access: 'admin',
    args: z.object({}),
    result: 'json',
    columns: [
      { key: 'accounts', title: 'Accounts', type: 'number' },
      { key: 'channels', title: 'Channels', type: 'number' },
      { key: 'changed', title: 'Settings changed', type: 'text' },
    ],
    timeoutMs: 60_000,
  }),
  operations: defineCommand({
    summary: 'Show what services do for users, by kind',
    sentence: 'look|looked at what services do',
    reads: true,
    danger: 'safe',
    access: 'read',
    unrecorded: 'run',
    args: z.object({}),
    result: 'table',
    columns: [
      { key: 'kind', title: 'Kind', type: 'text' },
      { key: 'started', title: 'Begun', type: 'number' },
      { key: 'failed', title: 'Failed', type: 'number' },
      { key: 'inFlight', title: 'Under way', type: 'number' },
      { key: 'p50', title: 'p50', type: 'seconds' },
      { key: 'p99', title: 'p99', type: 'seconds' },
    ],
  }),
  uplink: defineCommand({
    summary: 'Show the link to the network, or why there is none',
    sentence: 'look|looked at the uplink',
    reads: true,
    danger: 'safe',
    access: 'read',
    unrecorded: 'run',
    args: z.object({}),
    result: 'json',
    columns: [
      { key: 'state', title: 'Uplink', type: 'text' },
      { key: 'server', title: 'Server', type: 'text' },
      { key: 'kind', title: 'Kind', type: 'text' },
      { key: 'since', title: 'Since', type: 'time' },
      { key: 'reason', title: 'Why not', type: 'text' },
      { key: 'servers', title: 'Servers', type: 'number' },
      { key: 'users', title: 'Users', type: 'number' },
      { key: 'channels', title: 'Channels', type: 'number' },
      { key: 'linesIn', title: 'Lines in', type: 'number' },
      { key: 'linesOut', title: 'Lines out', type: 'number' },
    ],
  }),
  keycloak: defineCommand({
    summary: 'Show whether Keycloak answers, what waits for it, and what is remembered of it',
    sentence: 'look|looked at Keycloak',
    reads: true,
    danger: 'safe',
    access: 'read',
    unrecorded: 'run',
    args: z.object({}),
    result: 'json',
    columns: [
      { key: 'configured', title: 'Configured', type: 'boolean' },
      { key: 'breaker', title: 'Breaker', type: 'text' },
      { key: 'failures', title: 'Failures in a row', type: 'number' },
      { key: 'nextProbeAt', title: 'Looked at next', type: 'time' },
      { key: 'tokenExpiresAt', title: 'Token of services until', type: 'time' },
      { key: 'inFlight', title: 'Under way', type: 'number' },
      { key: 'waiting', title: 'Waiting', type: 'number' },
      { key: 'caches', title: 'Remembered', type: 'text' },
    ],
  }),
  'reset-breaker': defineCommand({
    summary: 'Ask Keycloak again from now on, although it failed again and again',
    sentence: 'have Keycloak asked again|had Keycloak asked again',
    danger: 'safe',
    access: 'operate',
    args: z.object({}),
    result: 'json',
    columns: [{ key: 'breaker', title: 'Breaker before', type: 'text' }],
    effects: ['signalbox_services_keycloak_breaker_open'],
  }),
  sync: defineCommand({
    summary:
      'Show how far channels and their groups in Keycloak are the same, and when the next one is compared',
    sentence: 'look|looked at how far channels are as in Keycloak',
    reads: true,
    danger: 'safe',
    access: 'read',
    unrecorded: 'run',
    args: z.object({}),
    result: 'json',
    columns: [
      { key: 'configured', title: 'Keycloak configured', type: 'boolean' },
      { key: 'channels', title: 'Channels', type: 'number' },
      { key: 'compared', title: 'Compared at least once', type: 'number' },
      { key: 'latest', title: 'Latest that was the same', type: 'time' },
      { key: 'rounds', title: 'Rounds begun', type: 'number' },
      { key: 'nextAt', title: 'Next channel', type: 'time' },
      { key: 'underWay', title: 'Under way', type: 'number' },
      { key: 'failing', title: 'Failed, tried again', type: 'number' },
      { key: 'retryAt', title: 'First of them', type: 'time' },
    ],
  }),
  flows: defineCommand({
    summary: 'List the changes of accounts and channels in Keycloak that are not at their end',
    sentence: 'list|listed what is under way in Keycloak',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({}),
    result: 'table',
    columns: [
      { key: 'id', title: 'Number', type: 'number' },
      { key: 'kind', title: 'Kind', type: 'text' },
      { key: 'subject', title: 'About', type: 'text' },
      { key: 'step', title: 'Step', type: 'text' },
      { key: 'state', title: 'State', type: 'text' },
      { key: 'attempts', title: 'Failed', type: 'number' },
      { key: 'problem', title: 'Why', type: 'text' },
      { key: 'retryAt', title: 'Tried again', type: 'time' },
      { key: 'begun', title: 'Begun', type: 'time', rank: 2 },
    ],
    rowActions: [
      {
        title: 'Try again now',
        command: 'retry-flow',
        args: { id: 'id' },
        noun: 'flow',
        where: { column: 'state', says: ['waiting'] },
      },
      { title: 'Give up', command: 'drop-flow', args: { id: 'id' }, noun: 'flow' },
    ],
  }),
  'retry-flow': defineCommand({
    summary: 'Try a change in Keycloak again that waits for its next try',
    sentence: 'try|tried flow {id} again',
    danger: 'safe',
    access: 'operate',
    args: z.object({ id: z.number().int().positive().describe('Its number') }),
    result: 'json',
    columns: [{ key: 'tried', title: 'Tried again', type: 'number' }],
  }),
  'drop-flow': defineCommand({
    summary: 'Give a change in Keycloak up where it stands, although it may be half done',
    sentence: 'give|gave flow {id} up',
    danger: 'irreversible',
    access: 'admin',
    confirmArg: 'id',
    args: z.object({ id: z.number().int().positive().describe('Its number') }),
    result: 'json',
    columns: [{ key: 'dropped', title: 'Given up', type: 'number' }],
  }),
  webhook: defineCommand({
    summary: 'Show what Keycloak has told by the webhook of late, and what was done about it',
    sentence: 'look|looked at the events of the webhook',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({}),
    result: 'table',
    columns: [
      { key: 'receivedAt', title: 'Received', type: 'time' },
      { key: 'what', title: 'Event', type: 'text' },
      { key: 'about', title: 'About', type: 'text' },
      { key: 'did', title: 'Done', type: 'text' },
      { key: 'seconds', title: 'After', type: 'seconds' },
      { key: 'time', title: 'Happened', type: 'time', rank: 2 },
    ],
  }),
  backup: defineCommand({
    summary: 'Copies the database to a new file while it is in use',
    sentence: 'copy|copied the database to {file}',
    danger: 'safe',
    access: 'admin',
    args: z.object({
      file: filePath().describe(
        'Path of the copy; a relative one is taken from the services data folder. Must not exist',
      ),
    }),
    result: 'json',
    timeoutMs: 600_000,
  }),
  export: defineCommand({
    summary: 'Writes all accounts, with what is kept of their passwords, to a new file of JSON',
    sentence: 'export|exported the accounts to {file}',
    danger: 'safe',
    access: 'admin',
    args: z.object({
      file: filePath().describe(
        'Path of the file; a relative one is taken from the services data folder. Must not exist',
      ),
    }),
    result: 'json',
    timeoutMs: 600_000,
  }),
  import: defineCommand({
    summary:
      'Takes over the accounts of an exported file, or accounts, channels and lists of a database of X3, Atheme or Anope, that are not here, all or nothing',
    sentence: 'import|imported accounts from {file}',
    danger: 'disruptive',
    access: 'admin',
    args: z.object({
      file: filePath().describe('Path of the file; a relative one is taken from the services data folder'),
      dryRun: z.boolean().default(false).describe('Whether to tell only what would come in'),
    }),
    result: 'json',
    columns: [
      { key: 'read', title: 'Accounts in the file', type: 'number' },
      { key: 'accounts', title: 'Came in', type: 'number' },
      { key: 'channels', title: 'Channels', type: 'number' },
      { key: 'came', title: 'Came in too', type: 'text' },
      { key: 'dryRun', title: 'Only tried', type: 'boolean' },
      { key: 'format', title: 'File of', type: 'text' },
      { key: 'left', title: 'Could not come along', type: 'text' },
    ],
    timeoutMs: 600_000,
  }),
};
