/** A daemon of which nothing but this manifest knows: it makes and closes instruments as it is told. For tests only. */
import { z } from 'zod';
import { INSTRUMENT_KINDS } from '../../../../contract/link/catalog.ts';
import { defineCommand, defineManifest } from '../../../../contract/manifest.ts';

const args = z.object({
  kind: z.enum(INSTRUMENT_KINDS).describe('What it is'),
  name: z.string().min(1).max(100).describe('Which one'),
});

const commands = {
  equip: defineCommand({
    summary: 'Makes one that measures what its kind measures everywhere',
    danger: 'safe',
    access: 'operate',
    args: args.extend({
      used: z.number().int().min(0).max(100).default(0).describe('How much of it is used, of a hundred'),
    }),
    result: 'json',
  }),
  toil: defineCommand({
    summary: 'Begins work that goes on until it is cancelled',
    danger: 'safe',
    access: 'operate',
    args: z.object({ title: z.string().min(1).max(100).describe('What is done') }),
    result: 'json',
  }),
  open: defineCommand({
    summary: 'Makes an instrument',
    danger: 'safe',
    access: 'operate',
    args,
    result: 'json',
  }),
  close: defineCommand({ summary: 'Closes one', danger: 'safe', access: 'operate', args, result: 'json' }),
  flap: defineCommand({
    summary: 'Closes and makes one, ten times in a second',
    danger: 'safe',
    access: 'operate',
    args,
    result: 'json',
  }),
};

export const manifest = defineManifest({
  id: 'workshop',
  title: 'Workshop',
  summary: 'Makes instruments',
  config: z.strictObject({}),
  commands,
  metrics: [],
  // Of the other kinds it says nothing.
  instruments: {
    queue: {
      title: 'Benches',
      columns: [
        { metric: 'held', title: 'Held' },
        { metric: 'uses', title: 'Uses' },
      ],
      spark: 'held',
    },
  },
});
