/** Declares the admin commands about accounts. The code is beside it in account-handlers.ts. */
import { z } from 'zod';
import { MOST_PASSWORD, MOST_ROWS, MOST_TEXT } from '../../../contract/accounts.ts';
import { addressWord, lineText, lineWord, secret } from '../../../contract/line-texts.ts';
import { type CommandSpec, defineCommand, type TableColumn } from '../../../contract/manifest.ts';
import { limits } from '../limits.ts';
import { accountActions, accountColumns } from './account-columns.ts';

const account = lineWord({ max: limits.nickLength.default }).describe('Name of the account');

const accountFields: readonly TableColumn[] = [
  ...accountColumns,
  { key: 'sessions', title: 'Clients', type: 'text' },
  { key: 'nickList', title: 'Nicks', type: 'text' },
  { key: 'fingerprints', title: 'Certificate fingerprints', type: 'text' },
  { key: 'suspendedReason', title: 'Why suspended', type: 'text' },
  { key: 'suspendedBy', title: 'Suspended by', type: 'text' },
  { key: 'suspendedAt', title: 'Suspended at', type: 'time' },
  { key: 'lastFailureFrom', title: 'Last failure from', type: 'text' },
  { key: 'lastFailureAt', title: 'Last failure', type: 'time' },
];

export const accountCommands = {
  accounts: defineCommand({
    summary: 'List or find accounts',
    sentence: 'list|listed the accounts[ with “{text}”]',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({
      text: lineText({ min: 0, max: limits.nickLength.default })
        .default('')
        .describe('Only those with this text in their name'),
      limit: z.number().int().min(1).max(MOST_ROWS).default(500).describe('Most rows'),
    }),
    result: 'table',
    columns: accountColumns,
    rowActions: accountActions,
  }),
  account: defineCommand({
    summary: 'Show everything about one account, and who is logged in to it',
    sentence: 'look|looked at account {account}',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ account }),
    result: 'json',
    columns: accountFields,
  }),
  'create-account': defineCommand({
    summary: 'Make an account for somebody, also while registration is closed',
    sentence: 'make|made account {account}',
    danger: 'safe',
    access: 'admin',
    args: z.object({
      account,
      email: lineText({ min: 0, max: MOST_TEXT }).default('').describe('E-mail address'),
      password: secret(lineText({ min: 0, max: MOST_PASSWORD }))
        .default('')
        .describe('Password; where it is empty one is made and shown once'),
    }),
    result: 'json',
    columns: [
      { key: 'account', title: 'Account', type: 'text' },
      { key: 'password', title: 'New password', type: 'text', secret: true },
    ],
  }),
  'reset-password': defineCommand({
    summary: 'Give an account a new password, which is shown once; whoever is logged in stays so',
    sentence: 'give|gave account {account} a new password',
    danger: 'disruptive',
    access: 'admin',
    args: z.object({ account }),
    result: 'json',
    columns: [
      { key: 'account', title: 'Account', type: 'text' },
      { key: 'password', title: 'New password', type: 'text', secret: true },
    ],
  }),
  'suspend-account': defineCommand({
    summary: 'Keep an account from being logged in to, and log out who is',
    sentence: 'suspend|suspended account {account}[ (“{reason}”)]',
    danger: 'disruptive',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({
      account,
      reason: lineText({ max: 200 })
        .default('Suspended by an administrator')
        .describe('Reason that the owner sees'),
    }),
    result: 'json',
  }),
  'unsuspend-account': defineCommand({
    summary: 'Let a suspended account be logged in to again',
    sentence: 'let|let account {account} be used again',
    danger: 'safe',
    access: 'operate',
    args: z.object({ account }),
    result: 'json',
  }),
  'drop-account': defineCommand({
    summary:
      'Delete an account with its nicks, certificates and channels, and log out who is logged in to it',
    sentence: 'delete|deleted account {account}',
    danger: 'irreversible',
    access: 'admin',
    args: z.object({ account }),
    result: 'json',
    confirmArg: 'account',
  }),
  'login-failures': defineCommand({
    summary:
      'Show the accounts and addresses for which logins failed of late, and how long they have to wait',
    sentence: 'look|looked at the logins that failed',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({}),
    result: 'table',
    columns: [
      { key: 'who', title: 'Account or address', type: 'text' },
      { key: 'kind', title: 'Kind', type: 'text' },
      { key: 'failures', title: 'Failed logins', type: 'number' },
      { key: 'waitSeconds', title: 'Waits for', type: 'seconds' },
      { key: 'lastAt', title: 'Last', type: 'time' },
    ],
    rowActions: [{ title: 'Forget', command: 'reset-login-failures', args: { who: 'who' } }],
  }),
  'reset-login-failures': defineCommand({
    summary: 'Forget failed logins, so that nobody has to wait any more',
    sentence: 'forget|forgot the logins that failed[ for {who}]',
    danger: 'safe',
    access: 'operate',
    args: z.object({
      who: addressWord({ min: 0, max: 64 })
        .default('')
        .describe('Account or address; all of them where empty'),
    }),
    result: 'json',
  }),
} satisfies Record<string, CommandSpec>;
