/**
 * The admin commands about accounts, declared once for every daemon by which an administrator looks after them: the IRC server and
 * services. What each of them answers is in `kit/account-administration.ts`.
 */
import { z } from 'zod';
import { MOST_ACCOUNT_NAME, MOST_PASSWORD, MOST_ROWS, MOST_TEXT } from './accounts.ts';
import { addressWord, lineText, lineWord, secret } from './line-texts.ts';
import { type CommandSpec, defineCommand, type RowAction, type TableColumn } from './manifest.ts';

const account = lineWord({ max: MOST_ACCOUNT_NAME }).describe('Name of the account');

/** In the live table and in the list alike. */
export const accountColumns: readonly TableColumn[] = [
  { key: 'account', title: 'Account', type: 'text' },
  { key: 'online', title: 'Logged in', type: 'number' },
  { key: 'lastLogin', title: 'Last login', type: 'time' },
  { key: 'registeredAt', title: 'Registered', type: 'time' },
  { key: 'suspended', title: 'Suspended', type: 'boolean' },
  { key: 'failures', title: 'Failed logins', type: 'number', rank: 2 },
  { key: 'nicks', title: 'Nicks', type: 'number', rank: 3 },
  { key: 'certificates', title: 'Certificates', type: 'number', rank: 3 },
  { key: 'email', title: 'E-mail', type: 'text', rank: 3 },
];

/** What is offered on each row. */
export const accountActions: readonly RowAction[] = [
  { title: 'Details', command: 'account', args: { account: 'account' }, immediate: true },
  { title: 'Logins', command: 'logins', args: { account: 'account' }, immediate: true },
  { title: 'Reset password', command: 'reset-password', args: { account: 'account' } },
  { title: 'Log out', command: 'log-out-account', args: { account: 'account' }, noun: 'account' },
  { title: 'Suspend', command: 'suspend-account', args: { account: 'account' }, noun: 'account' },
  { title: 'Drop', command: 'drop-account', args: { account: 'account' }, noun: 'account' },
];

/** What is told of one account. */
export const accountFields: readonly TableColumn[] = [
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

/** An account and a password that was made for it, which is shown this once. */
const newPasswordFields: readonly TableColumn[] = [
  { key: 'account', title: 'Account', type: 'text' },
  { key: 'password', title: 'New password', type: 'text', secret: true },
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
      text: lineText({ min: 0, max: MOST_ACCOUNT_NAME })
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
    columns: newPasswordFields,
  }),
  'reset-password': defineCommand({
    summary: 'Give an account a new password, which is shown once; whoever is logged in stays so',
    sentence: 'give|gave account {account} a new password',
    danger: 'disruptive',
    access: 'admin',
    args: z.object({ account }),
    result: 'json',
    columns: newPasswordFields,
  }),
  'log-out-account': defineCommand({
    summary: 'Log out everybody who is logged in to an account; they may log in again',
    sentence: 'log|logged everybody out of account {account}',
    danger: 'disruptive',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ account }),
    result: 'json',
    columns: [
      { key: 'account', title: 'Account', type: 'text' },
      { key: 'loggedOut', title: 'Clients logged out', type: 'number' },
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
  logins: defineCommand({
    summary: 'List the latest logins, and how long each took',
    sentence: 'list|listed the latest logins[ to {account}]',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({
      account: lineText({ min: 0, max: MOST_ACCOUNT_NAME })
        .default('')
        .describe('Only those to this account; all where empty'),
      limit: z.number().int().min(1).max(1_000).default(200).describe('Most rows'),
    }),
    result: 'table',
    columns: [
      { key: 'at', title: 'Began', type: 'time' },
      { key: 'client', title: 'Client', type: 'text' },
      { key: 'address', title: 'Address', type: 'text' },
      { key: 'account', title: 'Account', type: 'text' },
      { key: 'way', title: 'By', type: 'text', rank: 2 },
      { key: 'outcome', title: 'Outcome', type: 'text' },
      { key: 'took', title: 'Took', type: 'seconds' },
      { key: 'id', title: 'Id', type: 'number', rank: 3 },
    ],
    rowActions: [{ title: 'Timeline', command: 'login', args: { id: 'id' }, immediate: true }],
  }),
  login: defineCommand({
    summary: 'Show what the latest login of a client, or to an account, went through, and what took how long',
    sentence: 'look|looked at the login[ of {client}][ to {account}]',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({
      client: lineText({ min: 0, max: MOST_ACCOUNT_NAME }).default('').describe('Nick of the client'),
      account: lineText({ min: 0, max: MOST_ACCOUNT_NAME }).default('').describe('Account'),
      id: z
        .number()
        .int()
        .min(0)
        .default(0)
        .describe('Number of the login in the list of logins')
        .meta({ zero: 'the latest' }),
    }),
    result: 'table',
    columns: [
      { key: 'what', title: 'Step', type: 'text' },
      { key: 'where', title: 'Where', type: 'text' },
      { key: 'after', title: 'After connecting', type: 'seconds' },
      { key: 'took', title: 'Took', type: 'seconds' },
    ],
  }),
} satisfies Record<string, CommandSpec>;
