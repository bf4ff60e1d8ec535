import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ToDaemon } from '../../contract/link/to-daemon.ts';
import { QueueTally } from '../../kit/queue-tally.ts';
import { WITHHELD_VARIABLES } from '../core/daemon-environment.ts';
import type { DaemonProcess, ProcessEnd } from '../core/daemon-launcher.ts';
import { createForkLauncher } from './fork-launcher.ts';

vi.mock('node:child_process', { spy: true });

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-fork-'));
});
afterAll(() => rm(dir, { recursive: true }));

/** Runs a program to its end. */
async function run(
  code: string,
  act: (process: DaemonProcess, outbox: QueueTally) => void = () => {},
  execPath = process.execPath,
  env: NodeJS.ProcessEnv = process.env,
  compileCache: string | null = null,
) {
  const file = join(dir, 'program.mjs');
  await writeFile(file, code);
  const lines: string[] = [];
  const messages: unknown[] = [];
  let ends = 0;
  const outbox = new QueueTally();
  const end = await new Promise<ProcessEnd>((resolve) => {
    const launched = createForkLauncher({ entryOf: () => file, execPath, env, compileCache }).launch(
      { id: 'x', runtime: 'node', outbox },
      {
        onMessage: (message) => {
          messages.push(message);
          act(launched, outbox);
        },
        onOutput: (stream, line) => lines.push(`${stream}: ${line}`),
        onEnd: (verdict) => {
          ends++;
          resolve(verdict);
          // Silent once it has ended.
          launched.send({ type: 'ping', seq: 1 });
          launched.kill();
        },
      },
    );
  });
  return { end, ends, lines, messages, outbox };
}

test('a process that cannot be made for want of memory is one to be tried again', async () => {
  const error = Object.assign(new Error('spawn ENOMEM'), { code: 'ENOMEM' });
  vi.mocked(fork).mockImplementationOnce(() => {
    throw error;
  });
  const { end } = await run('');
  expect(end).toEqual({ exitCode: null, signal: null, reason: 'spawn ENOMEM', unavailable: 'ENOMEM' });
});

test('what makes Node load other code in the shell of main does not reach a daemon, and everything else does', async () => {
  const intruder = join(dir, 'intruder.cjs');
  await writeFile(intruder, "process.stdout.write('intruder\\n');");
  const withheld = Object.fromEntries(Object.keys(WITHHELD_VARIABLES).map((name) => [name, dir]));
  const ran = await run(
    `
    import { createRequire } from 'node:module';
    const found = () => { try { return createRequire(import.meta.url).resolve('intruder.cjs'); } catch { return null; } };
    const { NODE_EXTRA_CA_CERTS, OURS } = process.env;
    const names = ${JSON.stringify(Object.keys(WITHHELD_VARIABLES))}.filter((name) => name in process.env);
    process.stdout.write(JSON.stringify({ found: found(), names, NODE_EXTRA_CA_CERTS, OURS }) + '\\n');
    process.disconnect();
  `,
    undefined,
    undefined,
    {
      ...process.env,
      ...withheld,
      NODE_OPTIONS: `--require ${intruder}`,
      NODE_EXTRA_CA_CERTS: '/dev/null',
      OURS: 'kept',
    },
  );
  expect(ran.lines).toEqual([
    `stdout: ${JSON.stringify({ found: null, names: [], NODE_EXTRA_CA_CERTS: '/dev/null', OURS: 'kept' })}`,
  ]);
});

test('memory of a flood goes back to the system when it is freed, once and for all', async () => {
  // glibc maps a block of 32 MB, and once it was freed keeps all that are smaller, unless it is told where to stay.
  const ran = await run(`
    Buffer.alloc(1 << 25, 1).buffer.transfer(0);
    const before = process.memoryUsage.rss();
    const blocks = Array.from({ length: 512 }, () => Buffer.alloc(1 << 17, 1));
    // What lies above them keeps the heap of the C library from shrinking.
    globalThis.kept = Array.from({ length: 64 }, () => Buffer.alloc(1 << 14, 1));
    const during = process.memoryUsage.rss();
    for (const block of blocks) block.buffer.transfer(0);
    process.stdout.write(JSON.stringify([during - before > 60e6, process.memoryUsage.rss() - before < 10e6]) + '\\n');
    process.disconnect();
  `);
  expect(ran.lines).toEqual(['stdout: [true,true]']);
});

test('exit code, and the last lines of both outputs, also without an end of line', async () => {
  const ran = await run(`
    process.stdout.write('one\\ntwo');
    process.stderr.write('three\\n');
    process.exitCode = 3;
    process.disconnect();
  `);
  expect(ran.end).toEqual({ exitCode: 3, signal: null, reason: null });
  expect(ran.lines.toSorted()).toEqual(['stderr: three', 'stdout: one', 'stdout: two']);
  expect(ran.ends).toBe(1);
});

test('typed arrays arrive as such, and kill is told as its signal', async () => {
  const ran = await run(
    'process.send({ values: new Float64Array([1, 2]) }); setInterval(() => {}, 1000);',
    (launched) => launched.kill(),
  );
  expect(ran.messages).toEqual([{ values: new Float64Array([1, 2]) }]);
  expect(ran.end).toEqual({ exitCode: null, signal: 'SIGKILL', reason: null });
});

test('messages that a process has not been handed are counted, and none once it is gone', async () => {
  let waiting = 0;
  const padding = 'x'.repeat(1_000_000);
  const ran = await run("process.send('here', () => { for (;;); });", (launched, outbox) => {
    for (let seq = 1; seq <= 5; seq++) launched.send({ type: 'ping', seq, padding } as ToDaemon);
    waiting = outbox.depth;
    launched.kill();
  });
  expect(waiting).toBe(5);
  expect(ran.outbox).toEqual({ depth: 0, highWater: 5, submitted: 5 });
});

test('a Node that is not there is told as the reason', async () => {
  const ran = await run('', () => {}, join(dir, 'no-such-node'));
  expect(ran.end).toMatchObject({ exitCode: null, signal: null });
  expect(ran.end.reason).toContain('ENOENT');
});

test('a program that is not there ends with its code and says so on stderr', async () => {
  const ran = await run('import "../headless/nowhere.mjs";');
  expect(ran.end.exitCode).toBe(1);
  expect(ran.lines.join('\n')).toContain('nowhere.mjs');
});

test('a daemon has the compile cache that main chose for itself, and none that the shell of main named', async () => {
  const code = `
    import { getCompileCacheDir } from 'node:module';
    process.stdout.write(String(getCompileCacheDir()) + '\\n');
    process.disconnect();
  `;
  const env = { ...process.env, NODE_COMPILE_CACHE: join(dir, 'of the shell') };
  expect((await run(code, undefined, undefined, env)).lines).toEqual(['stdout: undefined']);
  const ours = join(dir, 'ours');
  const [line] = (await run(code, undefined, undefined, env, ours)).lines;
  expect(line).toMatch(`stdout: ${ours}/`);
});
