/** The admin commands of services. Their code is in handlers.ts. */
import { z } from 'zod';
import { MOST_ROWS } from '../../contract/accounts.ts';
import { filePath, lineText, lineWord } from '../../contract/line-texts.ts';
import { defineCommand, type TableColumn } from '../../contract/manifest.ts';
import { limits as accountLimits } from '../identity/limits.ts';
import { accountAdminCommands } from './account-admin.ts';

const accountColumns: readonly TableColumn[] = [
  { key: 'account', title: 'Account', type: 'text' },
  { key: 'createdAt', title: 'Registered', type: 'time' },
  { key: 'lastLogin', title: 'Last login', type: 'time' },
  { key: 'email', title: 'E-mail', type: 'text' },
  { key: 'suspended', title: 'Suspended', type: 'boolean' },
  { key: 'online', title: 'Logged in', type: 'number' },
];

export const servicesCommands = {
  ...accountAdminCommands,
  accounts: defineCommand({
    summary: 'List or find accounts',
    sentence: 'list|listed the accounts[ with “{text}”]',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({
      text: lineText({ min: 0, max: accountLimits.accountNameLength.default })
        .default('')
        .describe('Only those with this text in their name'),
      limit: z.number().int().min(1).max(MOST_ROWS).default(500).describe('Most rows'),
    }),
    result: 'table',
    columns: accountColumns,
    rowActions: [{ title: 'Details', command: 'account', args: { account: 'account' }, immediate: true }],
  }),
  account: defineCommand({
    summary: 'Show everything about one account, and who is logged in to it',
    sentence: 'look|looked at account {account}',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({
      account: lineWord({ max: accountLimits.accountNameLength.default }).describe('Name of the account'),
    }),
    result: 'json',
    columns: [
      ...accountColumns,
      { key: 'clients', title: 'Clients', type: 'text' },
      { key: 'nicks', title: 'Nicks', type: 'text' },
      { key: 'masks', title: 'Host masks', type: 'text' },
      { key: 'fingerprints', title: 'Certificate fingerprints', type: 'text' },
      { key: 'info', title: 'Information', type: 'text' },
      { key: 'maxLogins', title: 'Most logins', type: 'number' },
      { key: 'level', title: 'Level', type: 'number' },
      { key: 'flags', title: 'Flags', type: 'text' },
      { key: 'epithet', title: 'Epithet', type: 'text' },
      { key: 'notes', title: 'Notes', type: 'text' },
      { key: 'keptUntil', title: 'Kept unused until', type: 'time' },
    ],
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
      { key: 'p50', title: 'Half within', type: 'seconds' },
      { key: 'p99', title: '99 of 100 within', type: 'seconds' },
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
      { key: 'state', title: 'State', type: 'text' },
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
};
