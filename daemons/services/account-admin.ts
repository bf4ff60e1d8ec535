/** Admin commands about what services keep of accounts beyond logging in. Their code is in account-handlers.ts. */
import { z } from 'zod';
import { MOST_ROWS } from '../../contract/accounts.ts';
import { lineText, lineWord, secret } from '../../contract/line-texts.ts';
import { type CommandSpec, defineCommand } from '../../contract/manifest.ts';
import { limits as accountLimits } from '../identity/limits.ts';
import { MOST_LEVEL } from './authserv/standing.ts';
import { opservDeeds } from './opserv/opserv-deeds.ts';

const account = lineWord({ max: accountLimits.accountNameLength.default }).describe('Name of the account');
const mailNumber = z.number().int().positive().describe('Its number in mail-queue');

export const accountAdminCommands = {
  'set-level': defineCommand({
    summary: 'Say how much an account may do as an operator of services; 0 takes all of it away',
    sentence: 'give|gave account {account} the level {level}',
    danger: 'disruptive',
    access: 'admin',
    args: z.object({
      account,
      level: z
        .number()
        .int()
        .min(0)
        .max(MOST_LEVEL)
        .describe('How much it may do, and over whom: over accounts with a lower level'),
    }),
    result: 'json',
    columns: [
      { key: 'account', title: 'Account', type: 'text' },
      { key: 'level', title: 'Level', type: 'number' },
    ],
  }),
  operators: defineCommand({
    summary: 'List the accounts with a level',
    sentence: 'list|listed the operators of services',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({}),
    result: 'table',
    columns: [
      { key: 'account', title: 'Account', type: 'text' },
      { key: 'level', title: 'Level', type: 'number' },
      { key: 'epithet', title: 'Epithet', type: 'text' },
      { key: 'online', title: 'Logged in', type: 'number' },
      { key: 'lastLogin', title: 'Last login', type: 'time' },
      { key: 'suspended', title: 'Suspended', type: 'boolean', rank: 2 },
      { key: 'flags', title: 'Flags', type: 'text', rank: 3 },
    ],
    rowActions: [
      { title: 'Details', command: 'account', args: { account: 'account' }, immediate: true },
      { title: 'Logins', command: 'logins', args: { account: 'account' }, immediate: true },
      { title: 'Level', command: 'set-level', args: { account: 'account' }, noun: 'operator' },
    ],
  }),
  'export-account': defineCommand({
    summary: 'Show all that is kept of one person, but what proves their password',
    sentence: 'export|exported all that is kept of account {account}',
    reads: true,
    danger: 'safe',
    access: 'admin',
    args: z.object({ account }),
    result: 'json',
  }),
  'set-password-hash': defineCommand({
    summary:
      'Take over the hash of a password from X3 or crypt(3); it becomes one of our own when its owner logs in',
    sentence: 'take|took the hash of the password of account {account} over',
    danger: 'disruptive',
    access: 'admin',
    args: z.object({
      account,
      hash: secret(lineText({ min: 0, max: 256 }))
        .default('')
        .describe(
          'As X3 has it ($ and 40 digits of hex, 32 of them, $pbkdf2-, $2a$) or crypt(3) ($1$, $5$, $6$)',
        ),
    }),
    result: 'json',
  }),
  'dropped-accounts': defineCommand({
    summary: 'List accounts that were deleted and can be brought back',
    sentence: 'list|listed the accounts that can be brought back',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ limit: z.number().int().min(1).max(MOST_ROWS).default(500).describe('Most rows') }),
    result: 'table',
    columns: [
      { key: 'account', title: 'Account', type: 'text' },
      { key: 'droppedAt', title: 'Deleted', type: 'time' },
      { key: 'by', title: 'By', type: 'text' },
      { key: 'keptUntil', title: 'Kept until', type: 'time' },
    ],
    rowActions: [
      { title: 'Bring back', command: 'restore-account', args: { account: 'account' }, noun: 'account' },
      { title: 'Forget', command: 'forget-account', args: { account: 'account' }, noun: 'account' },
    ],
  }),
  'restore-account': defineCommand({
    summary: 'Bring an account back that was deleted',
    sentence: 'bring|brought account {account} back',
    danger: 'safe',
    access: 'admin',
    args: z.object({ account }),
    result: 'json',
  }),
  'forget-account': defineCommand({
    summary: 'Forget an account that was deleted, so that nobody can bring it back',
    sentence: 'forget|forgot the deleted account {account}',
    danger: 'irreversible',
    access: 'admin',
    args: z.object({ account }),
    result: 'json',
    confirmArg: 'account',
  }),
  'mail-queue': defineCommand({
    summary: 'List the mail that waits to be sent, and why',
    sentence: 'look|looked at the mail that waits',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ limit: z.number().int().min(1).max(MOST_ROWS).default(500).describe('Most rows') }),
    result: 'table',
    columns: [
      { key: 'id', title: 'Number', type: 'number' },
      { key: 'account', title: 'Account', type: 'text' },
      { key: 'kind', title: 'Kind', type: 'text', rank: 2 },
      { key: 'recipient', title: 'To', type: 'text' },
      { key: 'tries', title: 'Tries', type: 'number', rank: 2 },
      { key: 'problem', title: 'Problem', type: 'text' },
      { key: 'dueAt', title: 'Next try', type: 'time' },
      { key: 'queuedAt', title: 'Since', type: 'time', rank: 3 },
    ],
    rowActions: [
      { title: 'Try now', command: 'retry-mail', args: { id: 'id' }, noun: 'mail' },
      { title: 'Discard', command: 'discard-mail', args: { id: 'id' }, noun: 'mail' },
    ],
  }),
  'retry-mail': defineCommand({
    summary: 'Hand a mail to the server of mail now that waits for its next try',
    sentence: 'try|tried to send mail {id} again',
    danger: 'safe',
    access: 'operate',
    args: z.object({ id: mailNumber }),
    result: 'json',
    columns: [{ key: 'tried', title: 'Tried again', type: 'number' }],
  }),
  'discard-mail': defineCommand({
    summary:
      'Give a mail up that waits; what it was to bring is good for nothing then, and can be asked for anew',
    sentence: 'discard|discarded mail {id}',
    danger: 'disruptive',
    access: 'admin',
    args: z.object({ id: mailNumber }),
    result: 'json',
    columns: [{ key: 'discarded', title: 'Discarded', type: 'number' }],
    effects: ['signalbox_services_mails_waiting'],
  }),
  'push-devices': defineCommand({
    summary: 'List the browsers and apps by which accounts are told what happens while they are away',
    sentence: 'look|looked at the devices that are pushed to',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ limit: z.number().int().min(1).max(MOST_ROWS).default(500).describe('Most rows') }),
    result: 'table',
    columns: [
      { key: 'id', title: 'Number', type: 'number' },
      { key: 'account', title: 'Account', type: 'text' },
      { key: 'server', title: 'Server', type: 'text' },
      { key: 'topics', title: 'Told of', type: 'text' },
      { key: 'waiting', title: 'Waiting', type: 'number' },
      { key: 'problem', title: 'Problem', type: 'text' },
      { key: 'sentAt', title: 'Last', type: 'time' },
      { key: 'addedAt', title: 'Since', type: 'time', rank: 3 },
    ],
    rowActions: [{ title: 'Forget', command: 'drop-push-device', args: { id: 'id' }, noun: 'device' }],
  }),
  'drop-push-device': defineCommand({
    summary: 'Forget a device, with what waits for it; its owner can add it again',
    sentence: 'forget|forgot device {id} that was pushed to',
    danger: 'disruptive',
    access: 'admin',
    args: z.object({ id: z.number().int().positive().describe('Its number in push-devices') }),
    result: 'json',
    columns: [{ key: 'dropped', title: 'Forgotten', type: 'number' }],
    effects: ['signalbox_services_pushes_waiting'],
  }),
} satisfies Record<string, CommandSpec>;

/** What operators do by AuthServ, as the audit trail says it. */
export const operatorDeeds = {
  ...opservDeeds,
  UNREGISTER: 'delete|deleted their account {account}',
  OSET: 'set|set {setting} of account {account}[ to “{value}”]',
  OREGISTER: 'register|registered {account} for somebody else',
  OUNREGISTER: 'delete|deleted account {account}',
  RESTORE: 'bring|brought account {account} back',
  RENAME: 'call|called account {account} {name}',
  ALLOWAUTH: 'let|let {nick} log in as everybody does[, and to account {account} from where they are]',
  ADDNOTE: 'write|wrote a note about account {account}',
  DELNOTE: 'take|took note {note} about account {account} away',
  SPAMSERV: 'have|had SpamServ look at {channel}',
  'SPAMSERV-TRUST': 'use|used {command} of SpamServ for {account}',
  MODCMD: 'use|used {command} of ModCmd: “{what}”',
  HELPSERV: 'use|used {command} of HelpServ on {bot}[ with “{text}”]',
  CHANNEL: 'use|used {command} on {channel}[ with “{text}”]',
  'REGISTER-CHANNEL': 'register|registered {channel} for {account}',
  'UNREGISTER-CHANNEL': 'give|gave {channel} up',
  GIVEOWNERSHIP: 'give|gave {channel} to another owner (“{text}”)',
  MERGE: 'merge|merged {channel} with {text}',
  MOVE: 'have|had {channel} be registered as {text}',
  NOREGISTER: 'have|had {mask} not be registered for {duration} (“{reason}”)',
  ALLOWREGISTER: 'let|let {mask} be registered again',
  CSUSPEND: 'suspend|suspended {channel} (“{text}”)',
  CUNSUSPEND: 'end|ended the suspension of {channel}',
  EXPIRE: 'end|ended channels that nobody has visited for {days} days',
  CHECKPASS: 'look|looked whether a password is that of account {account}',
};
