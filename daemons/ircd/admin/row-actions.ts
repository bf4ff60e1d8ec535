/** What is offered on each row of clients and channels, in live tables and in results alike. */
import type { RowAction } from '../../../contract/manifest.ts';

/** On a row with a nick. */
export const clientActions: readonly RowAction[] = [
  { title: 'Details', command: 'client', args: { client: 'nick' }, immediate: true },
  { title: 'Login', command: 'login', args: { client: 'nick' }, immediate: true },
  { title: 'Kill', command: 'kill', args: { client: 'nick' }, noun: 'client' },
];

export const channelActions: readonly RowAction[] = [
  { title: 'Members', command: 'channel', args: { channel: 'channel' }, immediate: true },
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
