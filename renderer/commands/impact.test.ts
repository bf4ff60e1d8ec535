import { expect, test } from 'vitest';
import { z } from 'zod';
import { describeManifest } from '../../contract/manifest.ts';
import { argumentWords } from './argument-words.ts';
import { confirmationText } from './danger.ts';
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

test('where nobody is disturbed it says so, and of what cannot be undone that as well', () => {
  const nobody = { ok: true, result: { text: null } } as const;
  expect(impactOf(command, nobody)).toEqual({
    phase: 'stated',
    text: 'Nobody who is connected now would be disturbed.',
  });
  expect(impactOf({ ...command, danger: 'irreversible' }, nobody)).toEqual({
    phase: 'stated',
    text: 'This cannot be undone. Nobody who is connected now would be disturbed.',
  });
});

test('what must be typed is the value of its argument, else the name of the command, and only where nothing undoes it', () => {
  const wipe = { ...command, name: 'wipe', danger: 'irreversible', confirmArg: 'mask' } as const;
  expect(confirmationText(wipe, { mask: '*@*' })).toBe('*@*');
  for (const args of [{}, { mask: '' }, { mask: 5 }]) expect(confirmationText(wipe, args)).toBe('wipe');
  expect(confirmationText({ ...wipe, confirmArg: null }, { mask: '*@*' })).toBe('wipe');
  expect(confirmationText({ ...wipe, danger: 'disruptive' }, { mask: '*@*' })).toBeNull();
});

test('the question leaves out what says nothing, and writes numbers, lists and a no in words', () => {
  const args = {
    type: 'object',
    properties: {
      limit: { type: 'integer' },
      zero: { type: 'integer' },
      never: { type: 'integer', zero: 'never' },
      minutes: { type: 'integer', unit: 'minutes' },
      masks: { type: 'array' },
      loud: { type: 'boolean' },
      gone: { type: 'string' },
      nothing: { type: 'string' },
    },
  } as const;
  const values = {
    limit: 12_345,
    zero: 0,
    never: 5,
    minutes: 0,
    masks: ['a', 'b'],
    loud: false,
    nothing: null,
  };
  expect(argumentWords({ ...command, args }, values)).toEqual([
    { name: 'Limit', text: '12,345' },
    { name: 'Zero', text: '0' },
    { name: 'Never', text: '5' },
    { name: 'Duration', text: '0 minutes' },
    { name: 'Masks', text: 'a, b' },
    { name: 'Loud', text: 'no' },
  ]);
  const [, , secret] = argumentWords(command, { mask: 'a', password: 'x', reason: 'b' });
  expect(secret?.text).toBe('b');
  expect(argumentWords(command, { password: 'x' })).toEqual([{ name: 'Password', text: '(not shown)' }]);
});
