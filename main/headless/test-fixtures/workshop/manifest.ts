/** A daemon of which nothing but this manifest knows: it makes and closes instruments as it is told. For tests only. */
import { z } from 'zod';
import { INSTRUMENT_KINDS } from '../../../../contract/link/catalog.ts';
import { defineCommand, defineManifest } from '../../../../contract/manifest.ts';

const args = z.object({
  kind: z.enum(INSTRUMENT_KINDS).describe('What it is'),
  name: z.string().min(1).max(100).describe('Which one'),
});

const commands = {
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
