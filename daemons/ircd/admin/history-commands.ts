/** Declares the table and the command about what was said on a channel. The code is beside it in history-handlers.ts. */
import { z } from 'zod';
import { lineWord } from '../../../contract/line-texts.ts';
import { defineCommand, type RowAction, type TableColumn } from '../../../contract/manifest.ts';
import { limits } from '../limits.ts';

/** What becomes of what is said on a channel: a row of facts. */
export const historyColumns: readonly TableColumn[] = [
  { key: 'kept', title: 'Kept', type: 'text' },
  { key: 'minutes', title: 'Minutes', type: 'number' },
  { key: 'mostMessages', title: 'Messages at most', type: 'number' },
  { key: 'where', title: 'Where', type: 'text' },
  { key: 'readers', title: 'Who may read it', type: 'text' },
  { key: 'messages', title: 'In memory', type: 'number' },
  { key: 'oldestAt', title: 'Oldest of these', type: 'time' },
  { key: 'channel', title: 'Channel', type: 'text', rank: 3 },
];

/** Something that was said, or happened. */
export const saidColumns: readonly TableColumn[] = [
  { key: 'saidAt', title: 'Said', type: 'time' },
  { key: 'saidBy', title: 'By', type: 'text' },
  { key: 'account', title: 'Account', type: 'text', rank: 2 },
  { key: 'said', title: 'What', type: 'text', rank: 2 },
  { key: 'text', title: 'Text', type: 'text', secret: true },
  { key: 'id', title: 'Id', type: 'text', rank: 3 },
];

/** On the row of facts, and on a channel. */
export const historyActions: readonly RowAction[] = [
  { title: 'Read what was said', command: 'read-history', args: { channel: 'channel' }, noun: 'channel' },
];

export const historyCommands = {
  'read-history': defineCommand({
    summary: 'Show what was said on a channel, where the settings let operators read it',
    sentence: 'read what was said|read what was said on {channel}[ before {before}]',
    reads: true,
    danger: 'safe',
    access: 'operate',
    args: z.object({
      channel: lineWord({ min: 2, max: limits.channelNameBytes.default })
        .startsWith('#')
        .describe('Name of the channel'),
      before: lineWord({ max: 30 })
        .optional()
        .describe('Only what was said before this time, such as 2026-11-30T12:00:00.000Z'),
      limit: z.number().int().min(1).max(1_000).default(100).describe('Most messages, the latest of them'),
    }),
    result: 'table',
    columns: saidColumns,
  }),
};
