/** The admin commands about help bots and requests. Their code is in help-handlers.ts. */
import { z } from 'zod';
import { lineText, lineWord } from '../../contract/line-texts.ts';
import { type CommandSpec, defineCommand } from '../../contract/manifest.ts';
import { limits as accountLimits } from '../identity/limits.ts';
import { limits } from './limits.ts';

const bot = lineWord({ max: 64 }).describe('Nick of the help bot');
const number = z.number().int().positive().describe('Number of the request');
const account = lineWord({ max: accountLimits.accountNameLength.default });
const MOST_ROWS = limits.helpRequests.default;

export const helpCommands = {
  'help-bots': defineCommand({
    summary: 'List the help bots, where each helps and what waits there',
    sentence: 'list|listed the help bots',
    reads: true,
    danger: 'safe',
    access: 'read',
    unrecorded: 'run',
    args: z.object({}),
    result: 'table',
    columns: [
      { key: 'bot', title: 'Bot', type: 'text' },
      { key: 'channel', title: 'Channel', type: 'text' },
      { key: 'owners', title: 'Owners', type: 'text' },
      { key: 'helpers', title: 'Helpers', type: 'number' },
      { key: 'present', title: 'On the channel', type: 'number' },
      { key: 'open', title: 'Open', type: 'number' },
      { key: 'waiting', title: 'Waiting', type: 'number' },
      { key: 'usedAt', title: 'Used', type: 'time' },
      { key: 'suspended', title: 'Suspended', type: 'text', rank: 2 },
    ],
  }),
  requests: defineCommand({
    summary: 'List the open requests of help bots, those that wait longest first',
    sentence: 'list|listed the requests of help bots',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({
      bot: bot.optional().describe('Nick of one help bot alone'),
      limit: z.number().int().min(1).max(MOST_ROWS).default(500).describe('Most rows'),
    }),
    result: 'table',
    columns: [
      { key: 'bot', title: 'Bot', type: 'text' },
      { key: 'number', title: 'Number', type: 'number' },
      { key: 'nick', title: 'Nick', type: 'text' },
      { key: 'account', title: 'Account', type: 'text' },
      { key: 'helper', title: 'Helper', type: 'text' },
      { key: 'state', title: 'State', type: 'text' },
      { key: 'text', title: 'Asked', type: 'text' },
      { key: 'openedAt', title: 'Opened', type: 'time' },
      { key: 'updatedAt', title: 'Heard of', type: 'time', rank: 2 },
    ],
    rowActions: [
      {
        title: 'Give to',
        command: 'assign-request',
        args: { bot: 'bot', number: 'number' },
      },
      { title: 'Answer', command: 'answer-request', args: { bot: 'bot', number: 'number' } },
      { title: 'Close', command: 'close-request', args: { bot: 'bot', number: 'number' } },
      { title: 'Show', command: 'request', args: { bot: 'bot', number: 'number' } },
    ],
  }),
  request: defineCommand({
    summary: 'Show a request with all its lines, an open one or one that was closed lately',
    sentence: 'look|looked at request {number} of {bot}',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ bot, number }),
    result: 'table',
    columns: [
      { key: 'at', title: 'Time', type: 'time' },
      { key: 'kind', title: 'Kind', type: 'text' },
      { key: 'by', title: 'Who', type: 'text' },
      { key: 'text', title: 'Text', type: 'text' },
    ],
  }),
  'assign-request': defineCommand({
    summary: 'Give a request to somebody who helps at its bot, as PICKUP and REASSIGN do',
    sentence: 'give|gave request {number} of {bot} to {helper}',
    danger: 'safe',
    access: 'operate',
    args: z.object({ bot, number, helper: account.describe('Account of who helps from now on') }),
    result: 'json',
    columns: [
      { key: 'number', title: 'Number', type: 'number' },
      { key: 'helper', title: 'Helper', type: 'text' },
      { key: 'before', title: 'Helper before', type: 'text' },
    ],
  }),
  'answer-request': defineCommand({
    summary: 'Tell whoever asked something, in the name of the help bot; it is kept with the request',
    sentence: 'answer|answered request {number} of {bot}: “{text}”',
    danger: 'safe',
    access: 'operate',
    args: z.object({
      bot,
      number,
      text: lineText({ max: limits.helpTextBytes.default }).describe('What they are told'),
    }),
    result: 'json',
    columns: [
      { key: 'number', title: 'Number', type: 'number' },
      { key: 'told', title: 'Told at once', type: 'boolean' },
    ],
  }),
  'close-request': defineCommand({
    summary: 'Close a request; whoever asked is told',
    sentence: 'close|closed request {number} of {bot}[: “{reason}”]',
    danger: 'disruptive',
    access: 'operate',
    args: z.object({
      bot,
      number,
      reason: lineText({ min: 0, max: limits.helpTextBytes.default })
        .default('')
        .describe('Why, for whoever looks at it later'),
    }),
    result: 'json',
    columns: [{ key: 'number', title: 'Number', type: 'number' }],
  }),
} satisfies Record<string, CommandSpec>;
