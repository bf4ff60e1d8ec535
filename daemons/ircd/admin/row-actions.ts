/** What is offered on each row of clients, channels, bans and the like, in live tables and in results alike. */
import type { RowAction } from '../../../contract/manifest.ts';

/** On a row with a nick. */
export const clientActions: readonly RowAction[] = [
  { title: 'Details', command: 'client', args: { nick: 'nick' }, immediate: true },
  { title: 'Kill', command: 'kill', args: { nick: 'nick' } },
];

export const channelActions: readonly RowAction[] = [
  { title: 'Members', command: 'channel', args: { channel: 'channel' }, immediate: true },
  { title: 'Clear', command: 'clear-channel', args: { channel: 'channel' } },
];

export const banActions: readonly RowAction[] = [
  { title: 'Unban', command: 'remove-ban', args: { kind: 'kind', mask: 'mask' } },
];

export const throttleActions: readonly RowAction[] = [
  { title: 'Let in', command: 'reset-throttle', args: { address: 'network' } },
];

export const limitActions: readonly RowAction[] = [
  { title: 'Change', command: 'set-limit', args: { limit: 'limit', value: 'value' } },
];
