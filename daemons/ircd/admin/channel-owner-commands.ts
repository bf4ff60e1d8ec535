/** Declares the admin commands about channels that belong to accounts. The code is beside it in channel-owner-handlers.ts. */
import { z } from 'zod';
import { MOST_ROWS } from '../../../contract/accounts.ts';
import { lineText, lineWord } from '../../../contract/line-texts.ts';
import { type CommandSpec, defineCommand } from '../../../contract/manifest.ts';
import { limits } from '../limits.ts';

const channel = lineWord({ min: 2, max: limits.channelNameBytes.default })
  .startsWith('#')
  .describe('Name of the channel');

export const channelOwnerCommands = {
  'registered-channels': defineCommand({
    summary: 'List or find channels that belong to accounts',
    sentence: 'list|listed the channels of accounts[ with “{text}”]',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({
      text: lineText({ min: 0, max: limits.channelNameBytes.default })
        .default('')
        .describe('Only those with this text in their name or the name of their founder'),
      limit: z.number().int().min(1).max(MOST_ROWS).default(500).describe('Most rows'),
    }),
    result: 'table',
    columns: [
      { key: 'channel', title: 'Channel', type: 'text' },
      { key: 'founder', title: 'Founder', type: 'text' },
      { key: 'registeredAt', title: 'Registered', type: 'time' },
      { key: 'users', title: 'Users', type: 'number' },
      { key: 'operators', title: 'Operators by account', type: 'text', rank: 2 },
      { key: 'voices', title: 'Voices by account', type: 'text', rank: 2 },
    ],
    rowActions: [
      { title: 'Transfer', command: 'transfer-channel', args: { channel: 'channel' } },
      { title: 'Drop', command: 'drop-channel', args: { channel: 'channel' } },
    ],
  }),
  'transfer-channel': defineCommand({
    summary: 'Give a channel that belongs to an account to another account',
    sentence: 'give|gave {channel} to account {account}',
    danger: 'disruptive',
    access: 'admin',
    args: z.object({
      channel,
      account: lineWord({ max: limits.nickLength.default }).describe('Account that it belongs to afterwards'),
    }),
    result: 'json',
  }),
  'drop-channel': defineCommand({
    summary: 'Take a channel and its access list from its account; who is on it stays there',
    sentence: 'take|took {channel} from its account',
    danger: 'irreversible',
    access: 'admin',
    args: z.object({ channel }),
    result: 'json',
    confirmArg: 'channel',
  }),
} satisfies Record<string, CommandSpec>;
