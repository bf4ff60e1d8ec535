/** Admin commands about what OpServ watches for, about channels, DEFCON and messages to many. Their code is in watch-handlers.ts. */
import { z } from 'zod';
import { lineText, lineWord } from '../../../contract/line-texts.ts';
import { type CommandSpec, defineCommand } from '../../../contract/manifest.ts';
import { limits } from '../limits.ts';
import { REACTIONS } from './alert-desk.ts';
import { endless, LISTS, reason, setColumns, shownRows, USERS } from './ban-admin.ts';
import { TARGETS } from './global-messages.ts';
import { TRACE_ACTIONS } from './trace.ts';

const alertName = lineWord({ max: limits.alertNameCharacters.default }).describe('Name of the alert');
const criteria = lineText({ max: limits.criteriaBytes.default }).describe(
  'Criteria as TRACE takes them, such as NICK bot* IP 10.0.0.0/8',
);
const gagMask = lineWord({ max: limits.maskBytes.default }).describe('Such as bot*!*@*.example.org');
const nick = lineWord({ max: 64 }).describe('The nick');
const word = lineWord({ max: limits.badWordCharacters.default }).describe('The word');
const channel = lineWord({ max: limits.channelBytes.default }).describe('Name of the channel');

export const watchAdminCommands = {
  trace: defineCommand({
    ...LISTS,
    summary: 'Find users by criteria, as TRACE of OpServ does',
    sentence: 'look|looked for users with {criteria}',
    args: z.object({ criteria, limit: shownRows }),
    columns: [
      { key: 'nick', title: 'Nick', type: 'text' },
      { key: 'host', title: 'Host', type: 'text' },
      { key: 'address', title: 'Address', type: 'text' },
      { key: 'account', title: 'Account', type: 'text' },
      { key: 'server', title: 'Server', type: 'text', rank: 2 },
      { key: 'channels', title: 'Channels', type: 'number', rank: 2 },
      { key: 'clones', title: 'Clients of the address', type: 'number', rank: 2 },
      { key: 'nickSince', title: 'Nick since', type: 'time', rank: 3 },
    ],
    rowActions: [{ title: 'Block', command: 'block', args: { nick: 'nick' }, noun: 'user' }],
    timeoutMs: 30_000,
  }),
  'trace-act': defineCommand({
    summary:
      'Do something to all users who meet criteria; services, operators and trusted addresses are spared',
    sentence: 'do|did {action} to users with {criteria}[, {=hit} hit and {=spared} spared]',
    danger: 'disruptive',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({
      action: z.enum(Object.keys(TRACE_ACTIONS) as [keyof typeof TRACE_ACTIONS]).describe('What is done'),
      criteria,
    }),
    result: 'json',
    columns: [
      { key: 'met', title: 'Met', type: 'number' },
      { key: 'hit', title: 'Hit', type: 'number' },
      { key: 'spared', title: 'Spared', type: 'number' },
    ],
    effects: [USERS],
    timeoutMs: 60_000,
  }),
  alerts: defineCommand({
    ...LISTS,
    summary: 'List the alerts, and when each was last met',
    sentence: 'list|listed the alerts',
    args: z.object({ limit: shownRows }),
    columns: [
      { key: 'name', title: 'Alert', type: 'text' },
      { key: 'reaction', title: 'Does', type: 'text' },
      { key: 'criteria', title: 'Criteria', type: 'text' },
      { key: 'lastMet', title: 'Last met', type: 'time' },
      ...setColumns,
    ],
    rowActions: [{ title: 'Take away', command: 'drop-alert', args: { name: 'name' }, noun: 'alert' }],
  }),
  'set-alert': defineCommand({
    summary: 'Have something done whenever somebody meets criteria',
    sentence: 'set|set alert {name}, which does {reaction}: {criteria}',
    danger: 'disruptive',
    access: 'operate',
    args: z.object({
      name: alertName,
      reaction: z.enum([...REACTIONS.keys()] as [string]).describe('What is done'),
      criteria,
      minutes: endless,
    }),
    result: 'json',
    columns: [{ key: 'name', title: 'Alert', type: 'text' }],
  }),
  'drop-alert': defineCommand({
    summary: 'Take an alert away',
    sentence: 'take|took alert {name} away',
    danger: 'safe',
    access: 'operate',
    args: z.object({ name: alertName }),
    result: 'json',
    columns: [{ key: 'name', title: 'Alert', type: 'text' }],
  }),
  gags: defineCommand({
    ...LISTS,
    summary: 'List the masks of whom bots do not hear',
    sentence: 'list|listed the gags',
    args: z.object({ limit: shownRows }),
    columns: [
      { key: 'mask', title: 'Mask', type: 'text' },
      { key: 'reason', title: 'Reason', type: 'text' },
      ...setColumns,
    ],
    rowActions: [{ title: 'Take away', command: 'drop-gag', args: { mask: 'mask' }, noun: 'gag' }],
  }),
  'set-gag': defineCommand({
    summary: 'Have bots hear nobody whom a mask covers; operators of the network are heard all the same',
    sentence: 'gag|gagged {mask}[, which covers {=users} users][ (“{reason}”)]',
    danger: 'disruptive',
    access: 'operate',
    args: z.object({ mask: gagMask, reason: reason.default('Set by an administrator'), minutes: endless }),
    result: 'json',
    columns: [
      { key: 'mask', title: 'Mask', type: 'text' },
      { key: 'users', title: 'Users covered', type: 'number' },
    ],
  }),
  'drop-gag': defineCommand({
    summary: 'Have bots hear again whom a mask covers',
    sentence: 'take|took the gag of {mask} away',
    danger: 'safe',
    access: 'operate',
    args: z.object({ mask: gagMask }),
    result: 'json',
    columns: [{ key: 'mask', title: 'Mask', type: 'text' }],
  }),
  reserves: defineCommand({
    ...LISTS,
    summary: 'List the nicks that services hold, so that nobody has them',
    sentence: 'list|listed the reserved nicks',
    args: z.object({ limit: shownRows }),
    columns: [
      { key: 'nick', title: 'Nick', type: 'text' },
      { key: 'reason', title: 'Description', type: 'text' },
      ...setColumns,
    ],
    rowActions: [{ title: 'Release', command: 'release-nick', args: { nick: 'nick' }, noun: 'nick' }],
  }),
  'reserve-nick': defineCommand({
    summary: 'Have services hold a nick, so that nobody has it',
    sentence: 'reserve|reserved the nick {nick}[ (“{reason}”)]',
    danger: 'safe',
    access: 'operate',
    args: z.object({ nick, reason: reason.default('Reserved') }),
    result: 'json',
    columns: [{ key: 'nick', title: 'Nick', type: 'text' }],
  }),
  'release-nick': defineCommand({
    summary: 'Let a reserved nick be had again',
    sentence: 'release|released the nick {nick}',
    danger: 'safe',
    access: 'operate',
    args: z.object({ nick }),
    result: 'json',
    columns: [{ key: 'nick', title: 'Nick', type: 'text' }],
  }),
  'bad-words': defineCommand({
    ...LISTS,
    summary: 'List the words that no channel is called by, and the channels that are exempt',
    sentence: 'list|listed the bad words',
    args: z.object({}),
    columns: [
      { key: 'word', title: 'Word or channel', type: 'text' },
      { key: 'kind', title: 'Kind', type: 'text' },
      ...setColumns,
    ],
    rowActions: [
      {
        title: 'Take away',
        command: 'drop-bad-word',
        args: { word: 'word' },
        noun: 'word',
        where: { column: 'kind', says: ['bad word'] },
      },
      {
        title: 'Exempt no more',
        command: 'drop-exempt-channel',
        args: { channel: 'word' },
        noun: 'channel',
        where: { column: 'kind', says: ['exempt'] },
      },
    ],
  }),
  'add-bad-word': defineCommand({
    summary: 'Close channels whose name holds a word, also those that there are',
    sentence: 'make|made {word} a bad word[, which closed {=closed} channels]',
    danger: 'disruptive',
    access: 'operate',
    args: z.object({ word }),
    result: 'json',
    columns: [{ key: 'closed', title: 'Channels closed', type: 'number' }],
  }),
  'drop-bad-word': defineCommand({
    summary: 'Let channels be called by a word again',
    sentence: 'make|made {word} no bad word any more',
    danger: 'safe',
    access: 'operate',
    args: z.object({ word }),
    result: 'json',
  }),
  'exempt-channel': defineCommand({
    summary: 'Let a channel be called as it is, whatever words are bad',
    sentence: 'exempt|exempted {channel} from bad words',
    danger: 'safe',
    access: 'operate',
    args: z.object({ channel }),
    result: 'json',
  }),
  'drop-exempt-channel': defineCommand({
    summary: 'Have bad words hold for a channel again',
    sentence: 'exempt|exempted {channel} from bad words no more',
    danger: 'disruptive',
    access: 'operate',
    args: z.object({ channel }),
    result: 'json',
  }),
  'channel-modes': defineCommand({
    summary: 'Change modes of a channel, or who is its operator',
    sentence: 'change|changed modes of {channel}: {modes}',
    danger: 'disruptive',
    access: 'operate',
    args: z.object({
      channel,
      modes: lineText({ max: limits.criteriaBytes.default }).describe(
        'Such as +m-i, +o ann or +b *!*@10.0.0.0/8',
      ),
    }),
    result: 'json',
  }),
  'clear-modes': defineCommand({
    summary: 'Take all modes of a channel away; bans and members stay',
    sentence: 'clear|cleared the modes of {channel}',
    danger: 'disruptive',
    access: 'operate',
    args: z.object({ channel }),
    result: 'json',
  }),
  'kick-user': defineCommand({
    summary: 'Throw somebody out of a channel',
    sentence: 'throw|threw {nick} out of {channel}[ (“{reason}”)]',
    danger: 'disruptive',
    access: 'operate',
    args: z.object({ channel, nick, reason: reason.default('Wanted by an administrator') }),
    result: 'json',
  }),
  'deop-all': defineCommand({
    summary: 'Make nobody operator of a channel but services',
    sentence: 'make|made nobody operator of {channel}[, {=members} lost that]',
    danger: 'disruptive',
    access: 'operate',
    args: z.object({ channel }),
    result: 'json',
    columns: [{ key: 'members', title: 'Members', type: 'number' }],
  }),
  'kick-all': defineCommand({
    summary: 'Throw everybody but services out of a channel, and let nobody in meanwhile',
    sentence: 'throw|threw everybody out of {channel}[, {=members} members][ (“{reason}”)]',
    danger: 'irreversible',
    access: 'operate',
    args: z.object({ channel, reason: reason.default('Wanted by an administrator') }),
    result: 'json',
    columns: [{ key: 'members', title: 'Members', type: 'number' }],
    confirmArg: 'channel',
  }),
  'join-channel': defineCommand({
    summary: 'Have OpServ join a channel, as operator',
    sentence: 'have|had OpServ join {channel}',
    danger: 'safe',
    access: 'operate',
    args: z.object({ channel }),
    result: 'json',
  }),
  'part-channel': defineCommand({
    summary: 'Have OpServ leave a channel',
    sentence: 'have|had OpServ leave {channel}',
    danger: 'safe',
    access: 'operate',
    args: z.object({ channel }),
    result: 'json',
  }),
  defcon: defineCommand({
    summary: 'Show how closed the network is, from 5 (open) to 1',
    sentence: 'look|looked at DEFCON',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({}),
    result: 'json',
    columns: [
      { key: 'level', title: 'Level', type: 'number' },
      { key: 'by', title: 'Set by', type: 'text' },
      { key: 'expiresAt', title: 'Ends', type: 'time' },
      { key: 'modes', title: 'Modes of all channels', type: 'text' },
      { key: 'clients', title: 'Clients of an address', type: 'number' },
    ],
  }),
  'set-defcon': defineCommand({
    summary: 'Close the network to newcomers step by step, or open it again',
    sentence: 'set|set DEFCON to {level}',
    danger: 'disruptive',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({
      level: z
        .number()
        .int()
        .min(1)
        .max(5)
        .describe(
          '5 is open; 4 registers nothing, 3 sets modes, 2 leaves bots to operators, 1 bans newcomers',
        ),
    }),
    result: 'json',
    columns: [{ key: 'level', title: 'Level', type: 'number' }],
    timeoutMs: 60_000,
  }),
  reconnect: defineCommand({
    summary: 'End the link to the network, and link anew',
    sentence: 'link|linked services anew',
    danger: 'disruptive',
    access: 'operate',
    args: z.object({}),
    result: 'json',
    effects: ['signalbox_services_linked'],
  }),
  'raw-line': defineCommand({
    summary: 'Send a line of P10 to the network as it stands; it begins with services or one of their bots',
    sentence: 'send|sent a line to the network: {line}',
    danger: 'disruptive',
    access: 'admin',
    args: z.object({ line: lineText({ max: 510 }).describe('The line') }),
    result: 'json',
  }),
  announce: defineCommand({
    summary: 'Say something once to many, by Global',
    sentence: 'say|said to {target}: “{text}”',
    danger: 'disruptive',
    access: 'operate',
    args: z.object({
      text: lineText({ max: limits.globalBytes.default }).describe('What is said'),
      target: z.enum(TARGETS).default('users').describe('Who reads it'),
    }),
    result: 'json',
    columns: [{ key: 'readers', title: 'Readers', type: 'number' }],
    timeoutMs: 60_000,
  }),
  messages: defineCommand({
    ...LISTS,
    summary: 'List the messages that Global shows to whoever comes',
    sentence: 'list|listed the messages of Global',
    args: z.object({}),
    columns: [
      { key: 'id', title: 'Number', type: 'number' },
      { key: 'target', title: 'For', type: 'text' },
      { key: 'text', title: 'Message', type: 'text' },
      { key: 'sender', title: 'From', type: 'text' },
      ...setColumns,
    ],
    rowActions: [{ title: 'Take away', command: 'drop-message', args: { id: 'id' }, noun: 'message' }],
  }),
  'set-message': defineCommand({
    summary: 'Show a message to whoever comes, logs in or becomes operator',
    sentence: 'set|set a message to {target}: “{text}”',
    danger: 'safe',
    access: 'operate',
    args: z.object({
      text: lineText({ max: limits.globalBytes.default }).describe('The message'),
      target: z
        .enum(['users', 'authed', 'helpers', 'opers', 'staff'])
        .default('users')
        .describe('Who reads it'),
      sender: lineWord({ max: 64 }).default('Administrators').describe('Whom it is from'),
      minutes: endless,
    }),
    result: 'json',
    columns: [{ key: 'id', title: 'Number', type: 'number' }],
  }),
  'drop-message': defineCommand({
    summary: 'Take a message away that Global shows',
    sentence: 'take|took message {id} of Global away',
    danger: 'safe',
    access: 'operate',
    args: z.object({ id: z.number().int().positive().describe('Its number') }),
    result: 'json',
    columns: [{ key: 'id', title: 'Number', type: 'number' }],
  }),
} satisfies Record<string, CommandSpec>;
