/** A daemon that runs without main, as conformance suites and benchmarks start it; in this process. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { SignalboxError } from '../../../contract/errors.ts';
import { defineManifest } from '../../../contract/manifest.ts';
import { limits } from '../limits.ts';
import type { DaemonContext } from './daemon-definition.ts';
import { DaemonHost } from './daemon-host.ts';
import { runStandalone } from './standalone.ts';

const manifest = defineManifest({
  id: 'echo',
  title: 'Echo',
  summary: '',
  config: z.strictObject({ greeting: z.string().default('hello') }),
  metrics: [],
  commands: {},
});

/** Thrown in place of the end of the process. */
class Exit extends Error {
  readonly code: unknown;
  constructor(code: unknown) {
    super(`exit ${String(code)}`);
    this.code = code;
  }
}

let dir: string;
let out: string;
let err: string;
let signals: Map<string, () => void>;
let kills: unknown[][];
let exits: unknown[];
let context: DaemonContext<{ readonly greeting: string }, unknown>;
let own: { start: () => void; drain: (deadline: AbortSignal) => Promise<void> };
let greetings: string[];
/** Whether the daemon has started: then nobody waits for its end, and exit must not throw. */
let started: boolean;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  dir = mkdtempSync(join(tmpdir(), 'signalbox-alone-'));
  [out, err, signals, kills, exits, greetings, started] = ['', '', new Map(), [], [], [], false];
  own = { start: () => {}, drain: () => Promise.resolve() };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
  vi.spyOn(process, 'kill').mockImplementation((...args) => {
    kills.push(args);
    return true;
  });
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    exits.push(code);
    if (!started) throw new Exit(code);
    return undefined as never;
  });
  const listen = ((event: string, listener: () => void) => {
    signals.set(event, listener);
    return process;
  }) as typeof process.on;
  vi.spyOn(process, 'on').mockImplementation(listen);
  vi.spyOn(process, 'once').mockImplementation(listen);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  rmSync(dir, { recursive: true, force: true });
});

const run = (...argv: string[]) =>
  runStandalone(
    {
      manifest,
      async start(given) {
        context = given;
        own.start();
        greetings.push(given.config.greeting);
        return {
          listeners: () => [{ protocol: 'echo', host: '127.0.0.1', port: 7, tls: false }],
          commands: {},
          reload: async ({ greeting }) => ({ commit: () => void greetings.push(greeting) }),
          drain: (deadline) => own.drain(deadline),
        };
      },
    },
    argv,
  );

async function start(...argv: string[]): Promise<void> {
  await run('--standalone', '--data', join(dir, 'data'), ...argv);
  started = true;
}

function configFile(text: string): string {
  const file = join(dir, 'signalbox.toml');
  writeFileSync(file, text);
  return file;
}

async function soon(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

it.each([[[]], [['--config', 'x']], [['--standalone', '--nonsense']], [['--standalone', 'word']]])(
  'says how it is run, and ends with 2, where it is started with %j',
  async (argv) => {
    await expect(run(...argv)).rejects.toThrow('exit 2');
    expect(err).toBe(
      'echo is started by Signalbox. To run it alone: --standalone [--config FILE] [--data DIR]\n',
    );
    expect(out).toBe('');
  },
);

it('prints one line when it listens, and makes the folder that it was given', async () => {
  await start();
  expect(JSON.parse(out)).toEqual({
    event: 'ready',
    pid: process.pid,
    listeners: [{ protocol: 'echo', host: '127.0.0.1', port: 7, tls: false }],
  });
  expect(out.endsWith('}\n')).toBe(true);
  expect(context.dataDir).toBe(join(dir, 'data'));
  expect(existsSync(join(dir, 'data'))).toBe(true);
  expect(greetings).toEqual(['hello']);
  context.log('net').warn('odd', 'something is odd');
  expect(err).toBe('warn net odd something is odd\n');
});

it('makes a folder of its own where it is given none', async () => {
  await run('--standalone');
  started = true;
  expect(context.dataDir.startsWith(join(tmpdir(), 'signalbox-echo-'))).toBe(true);
  expect(existsSync(context.dataDir)).toBe(true);
  rmSync(context.dataDir, { recursive: true });
});

it('takes its own table of a configuration file, and leaves the runtime to whoever starts it', async () => {
  const file = configFile('[echo]\nruntime = "node"\ngreeting = "hi"\n[relay]\ngreeting = 5\n');
  await start('--config', file);
  expect(greetings).toEqual(['hi']);
});

it('has its defaults where the file says nothing of it', async () => {
  await start('--config', configFile('[relay]\nport = 5\n'));
  expect(greetings).toEqual(['hello']);
});

it.each([
  ['[echo]\ngreeting = 5\n', 78, /^config_invalid: The configuration of echo is not valid: /],
  ['[echo]\ncolour = "red"\n', 78, /^config_invalid: .*colour/],
  ['[echo\n', 1, /^internal: /],
])('refuses the configuration %j', async (text, code, words) => {
  await expect(run('--standalone', '--data', dir, '--config', configFile(text))).rejects.toThrow(
    `exit ${code}`,
  );
  expect(err).toMatch(words);
  expect(greetings).toEqual([]);
});

it('names the file that cannot be read, and one that is too long', async () => {
  await expect(run('--standalone', '--data', dir, '--config', join(dir, 'none'))).rejects.toThrow('exit 78');
  expect(err).toBe(`config_invalid: ${join(dir, 'none')} does not exist\n`);
  err = '';
  const most = limits.configFileBytes.default;
  const file = configFile(`#${' '.repeat(most)}`);
  await expect(run('--standalone', '--data', dir, '--config', file)).rejects.toThrow('exit 78');
  expect(err).toBe(`config_invalid: ${file} has ${most + 1} bytes, the limit is ${most}\n`);
});

it('ends with 1 where the daemon itself cannot start', async () => {
  own.start = () => {
    throw new SignalboxError('address_in_use', 'The address is taken.');
  };
  await expect(run('--standalone', '--data', dir)).rejects.toThrow('exit 1');
  expect(err).toBe('address_in_use: The address is taken.\n');
});

it.each(['SIGTERM', 'SIGINT'])('drains on %s, for 5 s at most, and ends with 0', async (signal) => {
  const timeout = vi.spyOn(AbortSignal, 'timeout');
  let drained = 0;
  own.drain = async () => {
    drained++;
  };
  await start();
  signals.get(signal)?.();
  await soon(() => exits.length > 0);
  expect([drained, exits, timeout.mock.calls]).toEqual([1, [0], [[5_000]]]);
});

it('reads its configuration again on SIGHUP, and goes on with the old one where the new one is wrong', async () => {
  const file = configFile('[echo]\ngreeting = "one"\n');
  await start('--config', file);
  configFile('[echo]\ngreeting = "two"\n');
  signals.get('SIGHUP')?.();
  await soon(() => greetings.length === 2);
  configFile('[echo]\ngreeting = 3\n');
  err = '';
  signals.get('SIGHUP')?.();
  await soon(() => err !== '');
  expect(err).toMatch(/^reload: The configuration of echo is not valid: /);
  expect(greetings).toEqual(['one', 'two']);
});

it('does itself what a daemon asks of main: a reload, and the end by SIGTERM', async () => {
  await start();
  const asked = { actor: 'boss', reason: '' };
  expect(await context.requestLifecycle({ action: 'reload', ...asked })).toEqual({
    ok: true,
    result: { applied: [], restartRequired: [], warnings: [] },
  });
  expect(kills).toEqual([]);
  expect(await context.requestLifecycle({ action: 'stop', ...asked })).toEqual({ ok: true, result: null });
  expect(kills).toEqual([[process.pid, 'SIGTERM']]);
});

it('has no trail but its log: every deed may be done, and is in it when it begins and when it ends', async () => {
  await start();
  const answer = await context.beginDeed({ actor: 'boss', command: 'KILL', args: { nick: 'bob' } }, 'refuse');
  if (!answer.mayRun) throw new Error('it may not be done');
  expect(answer.deed.unwritten).toBeNull();
  answer.deed.end(true, 'gone');
  answer.deed.end(false, 'no such nick');
  expect(err.split('\n').slice(0, 3)).toEqual([
    expect.stringMatching(/^info audit deed_begun boss KILL .*bob/),
    expect.stringMatching(/^info audit deed_done boss KILL .*bob.*: gone$/),
    expect.stringMatching(/^info audit deed_failed boss KILL .*bob.*: no such nick$/),
  ]);
});

it('sums its metrics up once a second', async () => {
  const summarise = vi.spyOn(DaemonHost.prototype, 'summarise');
  await start();
  vi.advanceTimersByTime(999);
  expect(summarise).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2_001);
  expect(summarise).toHaveBeenCalledTimes(3);
});
