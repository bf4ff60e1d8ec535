/** A daemon that behaves as badly as a test wants. Used by the integration tests of the headless host only. */
import { z } from 'zod';
import { defineCommand, defineManifest } from '../../../../contract/manifest.ts';
import { listenPath, socketMode } from '../../../../contract/network-addresses.ts';

const config = z.strictObject({
  behaviour: z
    .enum([
      'good',
      'hang_in_init',
      'hang_in_stop',
      'crash_in_init',
      'crash_soon',
      'refuse',
      'find_mistake',
      'spin',
    ])
    .default('good'),
  greeting: z.string().default('hello'),
  listen: z.array(z.strictObject({ path: listenPath(), mode: socketMode().optional() })).default([]),
});

const commands = {
  poke: defineCommand({
    summary: 'Counts a poke and greets',
    danger: 'safe',
    access: 'operate',
    args: z.object({
      name: z.string().min(1).max(20).describe('Whom to greet'),
      times: z.number().int().min(1).max(100).default(1).describe('How often'),
      loud: z.boolean().optional().describe('In capitals'),
    }),
    result: 'text',
    effects: ['signalbox_tiny_pokes_total'],
  }),
  reset: defineCommand({
    summary: 'Forgets all pokes',
    danger: 'disruptive',
    access: 'operate',
    args: z.object({ password: z.string().meta({ secret: true }).optional() }),
    result: 'json',
  }),
  hang: defineCommand({
    summary: 'Never answers',
    danger: 'safe',
    access: 'operate',
    args: z.object({}),
    result: 'json',
  }),
  exit: defineCommand({
    summary: 'Ends the process with a code, after words on stderr',
    danger: 'safe',
    access: 'operate',
    args: z.object({ code: z.number().int() }),
    result: 'json',
  }),
  list: defineCommand({
    summary: 'Lists names that nobody should trust',
    danger: 'safe',
    access: 'read',
    unrecorded: 'run',
    args: z.object({}),
    result: 'table',
    columns: [
      { key: 'name', title: 'Name', type: 'text' },
      { key: 'bytes', title: 'Size', type: 'bytes' },
    ],
  }),
  again: defineCommand({
    summary: 'Asks for the configuration to be read again',
    danger: 'safe',
    access: 'admin',
    args: z.object({}),
    result: 'text',
  }),
  peers: defineCommand({
    summary: 'Where the other daemons listen',
    access: 'read',
    danger: 'safe',
    args: z.object({}),
    result: 'json',
  }),
  block: defineCommand({
    summary: 'Keeps the loop from everything else',
    danger: 'safe',
    access: 'operate',
    args: z.object({
      ms: z.number().int().min(1).max(10_000).default(200).describe('For how long'),
      native: z.boolean().optional().describe('In one call of native code'),
    }),
    result: 'json',
  }),
  secret: defineCommand({
    summary: 'Main only',
    danger: 'safe',
    access: 'admin',
    args: z.object({}),
    result: 'json',
    internal: true,
  }),
};

export const manifest = defineManifest({
  id: 'tiny',
  title: 'Tiny',
  summary: 'Does what a test wants',
  config,
  places: ({ listen }) => listen.map(({ path }, index) => ({ path, setting: ['listen', index] })),
  commands,
  renamed: { commands: { prod: 'poke' } },
  tables: {
    pokers: {
      title: 'Pokers',
      access: 'operate',
      rowKey: 'name',
      columns: [{ key: 'name', title: 'Name', type: 'text' }],
    },
  },
  metrics: [{ name: 'signalbox_tiny_pokes_total', kind: 'counter', unit: 'count', help: 'Pokes so far' }],
});
