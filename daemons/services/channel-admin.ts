/** Admin commands about channels that belong to accounts. Their code is in channel-handlers.ts. */
import { z } from 'zod';
import { lineText, lineWord } from '../../contract/line-texts.ts';
import { defineCommand, type TableColumn } from '../../contract/manifest.ts';
import { limits as accountLimits } from '../identity/limits.ts';
import { SETTINGS } from './chanserv/channel-settings.ts';
import { limits } from './limits.ts';

/** Channels in one list. */
const MOST_CHANNELS = 2_000;

const channel = lineWord({ max: accountLimits.channelNameBytes.default }).describe('Name of the channel');
const account = lineWord({ max: accountLimits.accountNameLength.default }).describe('Name of the account');
const reason = lineText({ max: limits.channelTextBytes.default }).describe('Why; its users read it');

const channelColumns: readonly TableColumn[] = [
  { key: 'channel', title: 'Channel', type: 'text' },
  { key: 'founder', title: 'Owner', type: 'text' },
  { key: 'members', title: 'Members', type: 'number' },
  { key: 'access', title: 'Users', type: 'number' },
  { key: 'lamers', title: 'Lamers', type: 'number' },
  { key: 'registeredAt', title: 'Registered', type: 'time' },
  { key: 'visitedAt', title: 'Visited', type: 'time' },
  { key: 'state', title: 'State', type: 'text' },
];

export const channelAdminCommands = {
  channels: defineCommand({
    summary: 'List or find channels that belong to accounts',
    sentence: 'list|listed the channels of accounts[ with “{text}”]',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({
      text: lineText({ min: 0, max: accountLimits.channelNameBytes.default })
        .default('')
        .describe('Only those with this text in their name or the name of their owner'),
      limit: z.number().int().min(1).max(MOST_CHANNELS).default(500).describe('Most rows'),
    }),
    result: 'table',
    columns: channelColumns,
    rowActions: [
      { title: 'Users', command: 'channel-access', args: { channel: 'channel' }, immediate: true },
      { title: 'Settings', command: 'channel', args: { channel: 'channel' }, immediate: true },
      { title: 'Events', command: 'channel-events', args: { channel: 'channel' }, immediate: true },
      { title: 'Give access', command: 'set-channel-access', args: { channel: 'channel' } },
      { title: 'Change a setting', command: 'set-channel', args: { channel: 'channel' } },
      {
        title: 'Suspend',
        command: 'suspend-channel',
        args: { channel: 'channel' },
        noun: 'channel',
        where: { column: 'state', says: ['kept'] },
      },
      {
        title: 'Take up again',
        command: 'unsuspend-channel',
        args: { channel: 'channel' },
        noun: 'channel',
        where: { column: 'state', says: ['suspended'] },
      },
      { title: 'Give to', command: 'transfer-channel', args: { channel: 'channel' } },
      { title: 'Give up', command: 'drop-channel', args: { channel: 'channel' }, noun: 'channel' },
    ],
  }),
  channel: defineCommand({
    summary: 'Show what is kept of one channel, its settings included',
    sentence: 'look|looked at what is kept of {channel}',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ channel }),
    result: 'json',
    columns: [
      ...channelColumns,
      { key: 'registrar', title: 'Registered by', type: 'text' },
      { key: 'mostUsers', title: 'Most who were there', type: 'number' },
      { key: 'suspension', title: 'Why suspended', type: 'text' },
      { key: 'notes', title: 'Notes', type: 'text' },
      ...SETTINGS.map(({ key, name }): TableColumn => ({ key, title: name, type: 'text' })),
    ],
  }),
  'channel-access': defineCommand({
    summary: 'List who has access to a channel, the highest first',
    sentence: 'list|listed who has access to {channel}',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ channel }),
    result: 'table',
    columns: [
      { key: 'account', title: 'Account', type: 'text' },
      { key: 'level', title: 'Level', type: 'number' },
      { key: 'state', title: 'State', type: 'text' },
      { key: 'name', title: 'As', type: 'text', rank: 2 },
      { key: 'seenAt', title: 'Last there', type: 'time' },
      { key: 'expiresAt', title: 'Ends', type: 'time' },
      { key: 'info', title: 'Information', type: 'text' },
      { key: 'channel', title: 'Channel', type: 'text', rank: 2 },
    ],
    rowActions: [
      { title: 'Level', command: 'set-channel-access', args: { channel: 'channel', account: 'account' } },
    ],
  }),
  'channel-events': defineCommand({
    summary: 'List what was done on a channel by commands of ChanServ, the latest first',
    sentence: 'look|looked at what was done on {channel}',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ channel }),
    result: 'table',
    columns: [
      { key: 'at', title: 'When', type: 'time' },
      { key: 'who', title: 'Who', type: 'text' },
      { key: 'what', title: 'What', type: 'text' },
    ],
  }),
  'set-channel-access': defineCommand({
    summary: 'Give an account a level on a channel; 0 takes all access from it',
    sentence: 'give|gave account {account} the level {level} on {channel}',
    danger: 'disruptive',
    access: 'operate',
    args: z.object({
      channel,
      account,
      level: z
        .number()
        .int()
        .min(0)
        .max(499)
        .describe('1 peon, 150 halfop, 200 op, 300 manager, 400 coowner; 0 for none'),
    }),
    result: 'json',
    columns: [
      { key: 'channel', title: 'Channel', type: 'text' },
      { key: 'account', title: 'Account', type: 'text' },
      { key: 'level', title: 'Level', type: 'number' },
    ],
  }),
  'set-channel': defineCommand({
    summary: 'Change a setting of a channel',
    sentence: 'set|set {setting} of {channel} to “{value}”',
    danger: 'disruptive',
    access: 'operate',
    args: z.object({
      channel,
      setting: z.enum(SETTINGS.map(({ name }) => name) as [string, ...string[]]).describe('Which'),
      value: lineText({ max: limits.channelTextBytes.default }).describe(
        'What it is set to; * for the default',
      ),
    }),
    result: 'json',
    columns: [
      { key: 'channel', title: 'Channel', type: 'text' },
      { key: 'setting', title: 'Setting', type: 'text' },
      { key: 'value', title: 'Value', type: 'text' },
    ],
  }),
  'suspend-channel': defineCommand({
    summary: 'Have ChanServ leave a channel alone, and access to it count for nothing',
    sentence: 'suspend|suspended {channel} (“{reason}”)',
    danger: 'disruptive',
    access: 'operate',
    args: z.object({
      channel,
      reason,
      days: z.number().int().min(0).max(3_650).default(0).describe('For how many days; 0 for ever'),
    }),
    result: 'json',
    columns: [{ key: 'channel', title: 'Channel', type: 'text' }],
  }),
  'unsuspend-channel': defineCommand({
    summary: 'End the suspension of a channel',
    sentence: 'end|ended the suspension of {channel}',
    danger: 'safe',
    access: 'operate',
    args: z.object({ channel }),
    result: 'json',
    columns: [{ key: 'channel', title: 'Channel', type: 'text' }],
  }),
  'transfer-channel': defineCommand({
    summary: 'Give a channel to another account; its owner is coowner then',
    sentence: 'give|gave {channel} to account {account}',
    danger: 'disruptive',
    access: 'admin',
    args: z.object({ channel, account }),
    result: 'json',
    columns: [
      { key: 'channel', title: 'Channel', type: 'text' },
      { key: 'founder', title: 'Owner', type: 'text' },
    ],
  }),
  'drop-channel': defineCommand({
    summary: 'Have a channel belong to nobody, and forget all that is kept of it',
    sentence: 'give|gave {channel} up',
    danger: 'irreversible',
    access: 'admin',
    confirmArg: 'channel',
    args: z.object({ channel }),
    result: 'json',
    columns: [{ key: 'channel', title: 'Channel', type: 'text' }],
    effects: ['signalbox_services_registered_channels'],
  }),
};
