/** The console in a real terminal, which the program `script` of util-linux makes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { SocketClient } from './socket-client.ts';

const ENTRY = join(import.meta.dirname, '../headless/test-fixtures/serve-tiny.ts');
let dir: string;
let child: ChildProcess;
/** Of `child`, with its code: it may end before anybody has read its last words. */
let exited: Promise<unknown[]>;
/** What the terminal shows since it was typed in, and in all. */
let text: string;
let whole: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-console-'));
  await writeFile(join(dir, 'signalbox.toml'), '');
  text = '';
  whole = '';
});
afterEach(async () => {
  await end();
  await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

/** Ends what runs in the terminal, which survives the terminal itself. */
async function end(): Promise<void> {
  const pid = Number(/pid (\d+)/.exec(whole)?.[1]);
  whole = '';
  if (child.exitCode !== null) return;
  if (pid > 0) process.kill(pid, 'SIGKILL');
  else child.kill('SIGKILL');
  await exited;
}

/** Runs a line of the shell in a terminal of its own. */
function terminal(command: string): void {
  child = spawn('script', ['-qec', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NO_COLOR: '1', SHELL: '/bin/sh' },
  });
  exited = once(child, 'exit');
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    whole += piece;
  });
}

const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(' ');
const program = (entry = ENTRY, ...more: readonly string[]) => {
  const config = join(dir, 'signalbox.toml');
  return quoted([process.execPath, entry, '--port', '0', '--data', dir, '--config', config, ...more]);
};
const seen = (words: string) => vi.waitFor(() => expect(text).toContain(words));

/** Types something, and answers what the terminal shows from then on until the next `until`. */
async function type(keys: string, until = 'signalbox> '): Promise<string> {
  text = '';
  child.stdin?.write(keys);
  await seen(until);
  return text;
}

test('takes commands as a caller of its own, asks before it disturbs anybody, and Ctrl-C stops a command first', async () => {
  terminal(`echo pid $$; exec ${program()}`);
  await seen('signalbox> ');
  expect(text).toContain('Commands may be typed here');
  expect(await type('status\n')).toMatch(/tiny\s+stopped/);
  expect(await type('start tiny\n')).toContain('tiny is running');
  expect(await type('sessions\n')).toMatch(/\(this one\) .* console +admin +pts\/\d+/);
  expect(await type('tiny poke --name "ann lee"\n')).toContain('ann lee');
  expect(await type('run tiny reset\n', 'Go on? [y/N] ')).toContain('tiny reset: ');
  expect(await type('n\n')).toContain('Add --yes to confirm it.');
  await type('run tiny reset\n', 'Go on? [y/N] ');
  expect(await type('y\n')).not.toContain('confirm');
  expect(await type('nonsense\n')).toContain('there is no command "nonsense"');
  await type('logs tiny --follow\n', 'poke');
  await type('\u0003');
  const client = await SocketClient.connect(dir);
  const outcome = await client.request('audit.query', { limit: 20 });
  client.close();
  const entries = outcome.ok ? outcome.result.entries : [];
  const reset = entries
    .filter(({ command }) => command === 'reset')
    .map(({ from, outcome: code }) => [from, code]);
  expect(reset).toContainEqual(['console', 'ok']);
  await type('\u0004', 'The console is closed; Signalbox runs on.');
  // One that comes sooner is taken for the echo of the one before.
  await delay(CONTROL_LIMITS.interruptEchoMs);
  await type('\u0003', 'stopping (SIGINT)');
  const [code] = await exited;
  expect(code).toBe(0);
});

test('is there in the program itself, and not where a program started that', async () => {
  const entry = join(import.meta.dirname, '../headless/main.ts');
  terminal(`echo pid $$; exec ${program(entry, '--autostart', '')}`);
  await seen('signalbox> ');
  expect(await type('status --json\n')).toContain('"host":"headless"');
  await end();
  terminal(`echo pid $$; exec ${program(entry, '--autostart', '', '--json', '--data', join(dir, 'other'))}`);
  await seen('"event":"ready"');
  await type('\u0003', 'stopping (SIGINT)');
  await exited;
  expect(whole).not.toContain('signalbox> ');
});

test('takes nothing from the terminal in the background, and is not stopped for it', async () => {
  // With job control, so that what runs in the background may not read.
  terminal(`set -m; ${program()} & echo pid $!; wait`);
  await seen('Signalbox is ready');
  child.stdin?.write('status\n');
  const client = await SocketClient.connect(dir);
  expect((await client.request('status', {})).ok).toBe(true);
  client.close();
  expect(text).not.toContain('signalbox> ');
});
