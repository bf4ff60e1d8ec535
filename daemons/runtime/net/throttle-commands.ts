/** The admin commands that see to the connect throttle, the same in every daemon that clients connect to. */
import { z } from 'zod';
import { addressWord } from '../../../contract/line-texts.ts';
import { defineCommand } from '../../../contract/manifest.ts';
import { throttleActions, throttleColumns } from './client-columns.ts';

/** `limit` says how many rows a table of the daemon has at most. */
export const throttleCommands = <Limit extends z.ZodType<number>>(limit: Limit) => ({
  throttle: defineCommand({
    summary: 'Show the addresses that the connect throttle remembers',
    sentence: 'look|looked at the connect throttle',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ limit }),
    result: 'table',
    columns: throttleColumns,
    rowActions: throttleActions,
  }),
  'reset-throttle': defineCommand({
    summary: 'Let throttled addresses connect again',
    sentence: 'lift|lifted the connect throttle[ for {address}]',
    danger: 'safe',
    access: 'operate',
    args: z.object({
      address: addressWord({ min: 0, max: 64 }).default('').describe('One address; empty for all'),
    }),
    result: 'json',
  }),
});
