/** A verb that a daemon brings, typed at the command line: its words, its help, what its program is given and what is printed. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { SignalboxError } from '../../contract/errors.ts';
import { defineCommand, defineManifest, defineVerb, describeManifest } from '../../contract/manifest.ts';
import type { VerbCall, VerbProgram } from '../../daemons/runtime/host/verb-definition.ts';
import { runCli } from './cli.ts';
import { completionScript } from './completion.ts';
import type { SocketClient } from './socket-client.ts';

const manifest = defineManifest({
  id: 'shop',
  title: 'Shop',
  summary: 'Sells things',
  config: z.strictObject({}),
  metrics: [],
  commands: {
    buy: defineCommand({
      summary: 'Buy by command',
      danger: 'safe',
      access: 'read',
      args: z.object({}),
      result: 'json',
    }),
  },
  verbs: {
    buy: defineVerb({
      summary: 'Buy a thing',
      args: z.object({
        thing: z.string().max(8).describe('What to buy'),
        file: z.string().optional(),
        many: z.number().int().default(1),
      }),
      positionals: ['thing', 'file'],
    }),
  },
});

let printed: string;
let said: string;
beforeEach(() => {
  [printed, said] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const listener = { protocol: 'shop', path: '/run/shop.sock' };
let daemons: object[] = [{ id: 'shop', state: 'running', listeners: [listener] }];
const client = {
  request: async (name: string) =>
    name === 'status'
      ? { ok: true, result: { daemons } }
      : { ok: true, result: { result: { by: 'command' } } },
  close() {},
  onEvent() {},
} as unknown as SocketClient;

const cli = (buy: VerbProgram<unknown>, ...words: string[]) =>
  runCli(
    words,
    async () => [manifest],
    () => '',
    async () => client,
    async () => ({ buy }),
  );

it('is run with its arguments, and prints what it answers', async () => {
  const buy = vi.fn(async () => ({ text: 'bought \u001b[2J', json: { cost: 5 } }));
  expect(await cli(buy, 'shop', 'buy', 'hat', '--many', '3')).toBe(0);
  expect(buy).toHaveBeenCalledWith({ thing: 'hat', many: 3 }, expect.anything());
  expect(printed).toBe('bought \\x1b[2J\n');
  printed = '';
  expect(await cli(buy, '--json', 'shop', 'buy', '--', '--hat', 'a file')).toBe(0);
  expect(buy).toHaveBeenLastCalledWith({ thing: '--hat', file: 'a file', many: 1 }, expect.anything());
  expect(JSON.parse(printed)).toEqual({ ok: true, result: { cost: 5 } });
});

it('prints nothing of its own where it has nothing to say', async () => {
  const buy = async () => ({ text: '', json: undefined });
  expect([await cli(buy, 'shop', 'buy', 'hat'), await cli(buy, 'shop', 'buy', 'hat', '--json')]).toEqual([
    0, 0,
  ]);
  expect(printed).toBe('');
});

it('is told where the daemon listens, and that it does not run', async () => {
  const buy = async (_: unknown, call: VerbCall) => ({ text: '', json: await call.listeners() });
  await cli(buy, 'shop', 'buy', 'hat', '--json');
  expect(JSON.parse(printed).result).toEqual([listener]);
  daemons = [{ id: 'shop', state: 'stopped', listeners: [] }];
  expect(await cli(buy, 'shop', 'buy', 'hat')).toBe(1);
  expect(said).toBe('signalbox: shop is not running; start it with: signalbox start shop\n');
});

it('tells of an error with the exit code that goes with it', async () => {
  const buy = async () => {
    throw new SignalboxError('not_found', 'There is no hat.');
  };
  expect(await cli(buy, 'shop', 'buy', 'hat', '--json')).toBe(1);
  expect(JSON.parse(printed)).toEqual({
    ok: false,
    error: { code: 'not_found', message: 'There is no hat.' },
  });
});

it.each<[string, string[]]>([
  ['buy: THING is needed (What to buy)', []],
  ['buy: "third" is not expected here; see --help', ['hat', 'file', 'third']],
  ['buy: there is no option "--few"; see --help', ['hat', '--few', '3']],
  ['--many: expected a whole number, got "some"', ['hat', '--many', 'some']],
  ['buy: thing is given twice', ['hat', '--thing', 'cap']],
  ['shop buy: thing: expected text of at most 8 characters', ['a large hat']],
])('says "%s"', async (message, words) => {
  const buy = vi.fn();
  expect(await cli(buy, 'shop', 'buy', ...words)).toBe(2);
  expect(said).toContain(message);
  expect(buy).not.toHaveBeenCalled();
});

it('has help of its own, and stands in that of its daemon and in the completion', async () => {
  expect(await cli(vi.fn(), 'shop', 'buy', '--help')).toBe(0);
  expect(printed).toContain('Usage: signalbox shop buy THING [FILE] [options]\n\nBuy a thing\n');
  expect(printed).toMatch(/ {2}THING +What to buy \(needed\)\n {2}FILE.*\n {2}--many +\(default 1\)/);
  printed = '';
  await cli(vi.fn(), 'shop', '--help');
  expect(printed).toContain('As a client of it: signalbox shop VERB\n\n  buy  Buy a thing');
  const script = completionScript('bash', [describeManifest(manifest)]);
  expect(script).toContain("'shop') echo 'buy'");
  expect(script).toContain("'shop buy') echo '--many'");
  expect(script).toContain("|'shop buy'*)");
});

it('gives way to the command of its name where that is asked for by run', async () => {
  const buy = vi.fn();
  expect(await cli(buy, 'run', 'shop', 'buy', '--json')).toBe(0);
  expect(JSON.parse(printed)).toMatchObject({ ok: true, result: { by: 'command' } });
  expect(buy).not.toHaveBeenCalled();
});

it('says which verb is declared and has no program', async () => {
  expect(
    await runCli(
      ['shop', 'buy', 'hat'],
      async () => [manifest],
      () => '',
      async () => client,
    ),
  ).toBe(1);
  expect(said).toContain('shop declares the verb buy without a program');
});
