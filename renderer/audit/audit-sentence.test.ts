/** Entries of the audit trail as people read them. */
import { describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { manifestOf } from '../model/test-host.ts';
import type { LiveEntry } from './audit-entries.ts';
import { auditSentence, onlyReads, sentenceText } from './audit-sentence.ts';

const command = { summary: '', danger: 'safe', access: 'operate', result: 'json' } as const;
const text = z.string().optional();
const manifests = [
  manifestOf({
    commands: {
      'add-ban': {
        ...command,
        sentence: 'ban|banned {mask}[ {minutes}][, {=disconnected} dropped][ (“{reason}”)]',
        args: z.object({
          mask: text,
          reason: text,
          minutes: z.number().optional().meta({ unit: 'minutes', zero: 'until it is lifted' }),
        }),
      },
      'set-limits': {
        ...command,
        sentence: 'set|set {*}',
        args: z.object({ a_b: text, pass: text.meta({ secret: true }) }),
      },
      login: {
        ...command,
        sentence: 'log|logged in as {name} with {pass}',
        args: z.object({ name: text, pass: text.meta({ secret: true }) }),
      },
      list: { ...command, sentence: 'list|listed it', reads: true, result: 'table', args: z.object({}) },
      plain: { ...command, args: z.object({ pass: text.meta({ secret: true }) }) },
      odd: { ...command, sentence: 'no verb', args: z.object({}) },
    },
    deeds: { KLINE: 'ban|banned {mask}[ {minutes}]' },
  }),
];
const entry = (name: string, args: object = {}, change: Partial<LiveEntry> = {}): LiveEntry => ({
  time: 0,
  actor: 'mira',
  from: 'window',
  action: 'command',
  target: 'd',
  command: name,
  args: args as Record<string, unknown>,
  ok: true,
  outcome: 'ok',
  durationMs: 1,
  effects: [],
  ...change,
});
const said = (...given: Parameters<typeof entry>) => sentenceText(auditSentence(entry(...given), manifests));

describe('a command', () => {
  test.each([
    [
      { mask: '*@10.9.8.0/24', minutes: 1_440 },
      '{"disconnected":9}',
      'banned *@10.9.8.0/24 for 1 day, 9 dropped',
    ],
    [{ mask: 'a', minutes: 0, reason: 'spam' }, 'ok', 'banned a until it is lifted (“spam”)'],
    [{ mask: 'a', reason: '' }, '{"disconnected":0}', 'banned a, 0 dropped'],
    [{ mask: ['a', 'b'] }, '{"disconnected":{"x":1}}', 'banned a, b'],
    [{ mask: 'a' }, '{"disconnected":', 'banned a'],
  ])('with %j that came to %s: %s', (args, outcome, sentence) => {
    expect(said('add-ban', args, { outcome })).toBe(sentence);
  });

  it('that failed says what could not be done, and what nobody saw end says just that', () => {
    const mask = { mask: 'a' };
    expect(said('add-ban', mask, { ok: false, outcome: 'refused: {"disconnected":1}' })).toBe(
      'could not ban a',
    );
    expect(said('add-ban', mask, { ok: false, outcome: 'unknown: it ended before' })).toBe(
      'may have banned a',
    );
  });

  it('that takes many settings names those that were given, with what they were before', () => {
    const outcome = '{"before":{"a_b":20},"after":{"a_b":30}}';
    expect(said('set-limits', { a_b: 30, c: true }, { outcome })).toBe('set a b 20 → 30, c true');
    expect(said('set-limits', { a_b: 30 })).toBe('set a b 30');
  });

  it('never names a secret, also where its sentence or nothing else would', () => {
    expect(said('login', { name: 'ann', pass: 'hunter2' })).toBe('ran d login (name ann)');
    expect(said('plain', { pass: 'hunter2' })).toBe('ran d plain');
    expect(said('set-limits', { pass: 'hunter2', a_b: '[redacted]' })).toBe('ran d set-limits');
  });

  it('without a sentence, with one that cannot be read or filled in, or of no known daemon is named', () => {
    expect(said('plain', { a: 1, b: { c: 2 } })).toBe('ran d plain (a 1)');
    expect(said('odd')).toBe('ran d odd');
    expect(said('add-ban', { omitted: '99 characters of arguments' })).toBe(
      'ran d add-ban (omitted 99 characters of arguments)',
    );
    expect(said('nonsense', {}, { ok: false })).toBe('could not run d nonsense');
    expect(said('KILL', {}, { target: 'e' })).toBe('ran e KILL');
    expect(said('toString')).toBe('ran d toString');
  });

  it('with a long value is cut', () => {
    expect(said('add-ban', { mask: 'x'.repeat(200) })).toBe(`banned ${'x'.repeat(160)}…`);
  });
});

it('what an operator does by the protocol of the daemon has the sentence of that', () => {
  expect(said('KLINE', { mask: '*@a', minutes: 90 })).toBe('banned *@a for 1 hour 30 minutes');
  expect(said('KLINE', { mask: '*@a', minutes: null })).toBe('banned *@a');
});

test.each([
  ['daemon.start', 'd', {}, 'started d'],
  ['daemon.restart', 'd', {}, 'restarted d'],
  ['config.reload', '', {}, 'read the configuration file again'],
  ['session.end', '', { id: '3fa9' }, 'ended session 3fa9'],
  ['task.cancel', 'recorder', { id: 7 }, 'ended task 7 of recorder'],
  ['host.end', 'x', {}, 'ran host.end x'],
  ['toString', '', {}, 'ran toString'],
])('%s of %s is told', (action, target, args, sentence) => {
  expect(said('', args, { action, target })).toBe(sentence);
});

it('values stand out from the words around them', () => {
  const pieces = auditSentence(entry('add-ban', { mask: 'a', minutes: 60 }), manifests);
  expect(pieces.filter(({ isValue }) => isValue).map(({ text }) => text)).toEqual(['a', '1 hour']);
});

it('what only reads is known by the manifest', () => {
  expect(['list', 'add-ban', 'nonsense'].map((name) => onlyReads(entry(name), manifests))).toEqual([
    true,
    false,
    false,
  ]);
  expect(onlyReads(entry('list', {}, { target: 'e' }), manifests)).toBe(false);
});
