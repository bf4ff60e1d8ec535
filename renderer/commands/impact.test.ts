import { expect, test } from 'vitest';
import { z } from 'zod';
import { describeManifest } from '../../contract/manifest.ts';
import { argumentWords } from './argument-words.ts';
import { impactOf } from './impact.ts';

const [command] = describeManifest({
  id: 'd',
  title: 'D',
  summary: '',
  config: z.object({}),
  metrics: [],
  commands: {
    ban: {
      summary: 'Ban',
      danger: 'disruptive',
      access: 'operate',
      result: 'json',
      args: z.object({
        mask: z.string(),
        minutes: z.number().default(0).meta({ unit: 'minutes', zero: 'for ever' }),
        password: z.string().meta({ secret: true }).optional(),
        loud: z.boolean().optional(),
        reason: z.string().default(''),
      }),
    },
  },
}).commands;
if (command === undefined) throw new Error('the manifest describes no command');

test('what the daemon would refuse is not asked about', () => {
  const error = { code: 'refused', message: '*@* would ban everybody' } as const;
  expect(impactOf(command, { ok: false, error })).toEqual({ phase: 'refused', error });
});

test('a daemon that does not answer keeps nobody from acting, and is named', () => {
  const error = { code: 'timeout', message: 'no answer within 2 s' } as const;
  expect(impactOf(command, { ok: false, error })).toEqual({
    phase: 'stated',
    text: expect.stringContaining('No answer within 2 s.'),
  });
});

test('the effect is a sentence, also where nobody is disturbed', () => {
  expect(impactOf(command, { ok: true, result: { text: 'disconnects 9 clients' } })).toEqual({
    phase: 'stated',
    text: 'Disconnects 9 clients.',
  });
  expect(impactOf(command, { ok: true, result: { text: null } }).phase).toBe('stated');
});

test('the question repeats mask, duration and reason in words, and no secret', () => {
  const words = argumentWords(command, { mask: '*@10.9.8.0/24', minutes: 1_440, reason: 'spam', loud: true });
  expect(words).toEqual([
    { name: 'Mask', text: '*@10.9.8.0/24' },
    { name: 'Duration', text: '1 day' },
    { name: 'Loud', text: 'yes' },
    { name: 'Reason', text: 'spam' },
  ]);
  expect(argumentWords(command, { mask: 'a@b', minutes: 0, reason: '', password: 'hunter2' })).toEqual([
    { name: 'Mask', text: 'a@b' },
    { name: 'Duration', text: 'for ever' },
    { name: 'Password', text: expect.not.stringContaining('hunter2') },
  ]);
});
