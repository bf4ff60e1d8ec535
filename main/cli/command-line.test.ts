import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCommand, describeManifest } from '../../contract/manifest.ts';
import { optionName, parseCommandArgs } from '../../kit/command-line.ts';
import { manifest as tiny } from '../headless/test-fixtures/tiny/manifest.ts';
import { parseOptions, UsageError } from '../terminal/options.ts';
import { commandHelp, daemonHelp, generalHelp } from './help.ts';

const LOG_OPTIONS = { limit: { type: 'string' }, follow: { type: 'boolean', short: 'f' } } as const;
const described = describeManifest(tiny);
const [poke] = described.commands;
if (poke === undefined) throw new Error('the fixture has no command');
const parse = (...words: string[]) => parseCommandArgs(poke, words);

test('options become arguments of the declared type', () => {
  expect(parse('--name', 'ann', '--times', '3', '--loud')).toEqual({ name: 'ann', times: 3, loud: true });
  expect(parse('--name=--loud', '--no-loud')).toEqual({ name: '--loud', loud: false });
  expect(parse('--name', 'two words')).toEqual({ name: 'two words' });
});

test.each<[string[], string]>([
  [[], 'poke: --name is needed (Whom to greet)'],
  [['--name', 'a', '--times', 'x'], '--times: expected a whole number, got "x"'],
  [['--name', 'a', '--times', '1.5'], '--times: expected a whole number, got "1.5"'],
  [['--name', 'a', '--times', ''], '--times: expected a whole number, got ""'],
  [['--name', 'a', '--colour', 'red'], 'poke: there is no option "--colour"; see --help'],
  [['ann'], 'poke: "ann" is not expected here'],
  [
    ['--name', 'a', '--loud', 'false'],
    'poke: "false" is not expected here: --loud takes no value; its opposite is --no-loud',
  ],
  [
    ['--no-loud', 'false'],
    'poke: "false" is not expected here: --loud takes no value; its opposite is --no-loud',
  ],
  [['--loud=false'], 'poke: --loud takes no value; its opposite is --no-loud'],
  [['--no-loud=false'], 'poke: --loud takes no value; its opposite is --no-loud'],
])('%j is a usage error', (words, text) => {
  expect(() => parse(...words)).toThrow(UsageError);
  expect(() => parse(...words)).toThrow(text);
});

test('an argument that says yes or no and is needed is asked for in both forms', () => {
  const muted = describeManifest({
    ...tiny,
    commands: { mute: defineCommand({ ...tiny.commands.poke, args: z.object({ muted: z.boolean() }) }) },
  }).commands[0]!;
  expect(() => parseCommandArgs(muted, [])).toThrow('mute: --muted or --no-muted is needed');
  expect(commandHelp(described, muted)).toContain('tiny mute (--muted|--no-muted)\n');
});

test('names in camel or snake case are options in kebab case', () => {
  expect(optionName('maxPeers')).toBe('max-peers');
  expect(optionName('send_queue_bytes')).toBe('send-queue-bytes');
});

test('help is generated from the manifest', () => {
  expect(
    commandHelp(described, poke),
  ).toBe(`Usage: signalbox run tiny poke --name TEXT [--times N] [--loud|--no-loud]

Counts a poke and greets

Needs the access "operate".

Options:
  --name    Whom to greet (needed)
  --times   How often (from 1; up to 100; default 1)
  --loud    In capitals (opposite --no-loud)
  --json    the result as JSON on stdout`);
  expect(daemonHelp(described)).toContain('  reset  Forgets all pokes (disruptive)');
  expect(daemonHelp(described)).not.toContain('Main only');
  expect(generalHelp([described])).toContain('Does what a test wants');
});

test.each([
  [['--limit', '-3'], { limit: '-3' }],
  [['--limit=-3', '--follow'], { limit: '-3', follow: true }],
])('%j has a negative number for a value', (words, values) => {
  expect(parseOptions(words, { options: LOG_OPTIONS }).values).toEqual(values);
});

test.each([
  [['--limti', '3'], 'there is no option "--limti"; see --help'],
  [['--limit'], '--limit needs a value; one that begins with a dash is written --limit=VALUE'],
  [['--limit', '--follow'], '--limit needs a value; one that begins with a dash is written --limit=VALUE'],
  [['--follow=1'], '--follow takes no value'],
  [['--follow', '1'], '"1" is not expected here: --follow takes no value'],
  [['--limit', '1', '1'], '"1" is not expected here'],
  [['ircd'], '"ircd" is not expected here'],
])('what is wrong with %j is said in our words', (words, text) => {
  expect(() => parseOptions(words, { options: LOG_OPTIONS })).toThrow(new UsageError(text));
});
