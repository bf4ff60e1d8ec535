/** What is offered on each row of clients and channels, in live tables and in results alike. */
import type { RowAction } from '../../../contract/manifest.ts';
import { historyActions } from './history-commands.ts';

/** On a row with a nick. */
const nickActions: readonly RowAction[] = [
  { title: 'Details', command: 'client', args: { client: 'nick' }, immediate: true },
  { title: 'Login', command: 'login', args: { client: 'nick' }, immediate: true },
];

const killAction: RowAction = { title: 'Kill', command: 'kill', args: { client: 'nick' }, noun: 'client' };

/** On a row with a nick and an address. */
export const clientActions: readonly RowAction[] = [
  ...nickActions,
  { title: 'Same address', command: 'clients', args: { address: 'address' }, immediate: true },
  { title: 'Same account', command: 'clients', args: { account: 'account' }, immediate: true },
  { title: 'Message', command: 'message', args: { client: 'nick' }, noun: 'client' },
  killAction,
  {
    title: 'Ban address',
    command: 'add-ban',
    args: { mask: 'address' },
    given: { kind: 'dline', minutes: '1440' },
    choose: 'minutes',
    noun: 'client',
  },
];

/** On a row with a nick and the channel that it is about. */
export const memberActions: readonly RowAction[] = [
  ...nickActions,
  { title: 'Op', command: 'set-modes', args: { channel: 'channel', modes: '+o {nick}' }, noun: 'member' },
  { title: 'Deop', command: 'set-modes', args: { channel: 'channel', modes: '-o {nick}' }, noun: 'member' },
  { title: 'Voice', command: 'set-modes', args: { channel: 'channel', modes: '+v {nick}' }, noun: 'member' },
  {
    title: 'Devoice',
    command: 'set-modes',
    args: { channel: 'channel', modes: '-v {nick}' },
    noun: 'member',
  },
  { title: 'Kick', command: 'kick', args: { channel: 'channel', client: 'nick' }, noun: 'member' },
  killAction,
];

/** On a row of a channel that somebody is on. */
export const membershipActions: readonly RowAction[] = [
  { title: 'Kick', command: 'kick', args: { channel: 'channel', client: 'nick' }, noun: 'channel' },
];

/** On a mask of a list of a channel. */
export const listActions: readonly RowAction[] = [
  {
    title: 'Take off',
    command: 'set-modes',
    args: { channel: 'channel', modes: '-{letter} {mask}' },
    noun: 'mask',
  },
];

export const channelActions: readonly RowAction[] = [
  { title: 'Members', command: 'channel', args: { channel: 'channel' }, immediate: true },
  { title: 'Set topic', command: 'set-topic', args: { channel: 'channel', text: 'topic' } },
  { title: 'Set modes', command: 'set-modes', args: { channel: 'channel' }, noun: 'channel' },
  ...historyActions,
  { title: 'Clear', command: 'clear-channel', args: { channel: 'channel' }, noun: 'channel' },
];

export const filterActions: readonly RowAction[] = [
  {
    title: 'Test',
    command: 'test-filter',
    args: { pattern: 'pattern', targets: 'targets' },
    immediate: true,
  },
  { title: 'Remove', command: 'remove-filter', args: { pattern: 'pattern' }, noun: 'filter' },
];

export const linkActions: readonly RowAction[] = [
  {
    title: 'Connect',
    command: 'connect',
    args: { server: 'name' },
    noun: 'server',
    where: { column: 'state', says: ['waiting', 'failed'] },
  },
  {
    title: 'Squit',
    command: 'squit',
    args: { server: 'name' },
    noun: 'server',
    where: { column: 'state', says: ['linked', 'bursting', 'connecting', 'waiting'] },
  },
];
