/** `npm start` and `npm run signalbox` as processes: their signals, exit codes and ends are those of the program. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const BECOME = join(import.meta.dirname, 'become.mjs');

/** Writes down what happens to it. */
const PROGRAM = `
import { appendFileSync, writeFileSync } from 'node:fs';
const [, , log, pid, code] = process.argv;
const note = (what) => appendFileSync(log, what + '\\n');
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.on(signal, () => {
    note(signal);
    if (signal === 'SIGTERM') process.exit(Number(code));
  });
}
process.on('disconnect', () => {
  note('disconnect');
  process.exit(0);
});
setInterval(() => {}, 1000);
writeFileSync(pid, String(process.pid));
`;

let dir: string;
let log: string;
let children: ChildProcess[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-become-'));
  log = join(dir, 'log');
  children = [];
  await writeFile(join(dir, 'program.mjs'), PROGRAM);
  await writeFile(
    join(dir, 'starter.mjs'),
    `import { become } from ${JSON.stringify(BECOME)};
     const args = [${JSON.stringify(join(dir, 'program.mjs'))}, ${JSON.stringify(log)}, ${JSON.stringify(join(dir, 'pid'))}, '7'];
     await become(process.execPath, args, { watched: true });`,
  );
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const { npm_lifecycle_event: _, ...inherited } = process.env;
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...inherited, ...env } });
  children.push(child);
  return child;
}

const noted = () => readFile(log, 'utf8').catch(() => '');
const pidOfProgram = async () =>
  await vi.waitFor(async () => Number(await readFile(join(dir, 'pid'), 'utf8')));
const exitOf = (child: ChildProcess) => new Promise((resolve) => child.on('exit', resolve));

test('signals reach the program, and its exit code is ours', async () => {
  const child = start(process.execPath, [join(dir, 'starter.mjs')]);
  await pidOfProgram();
  child.kill('SIGHUP');
  await vi.waitFor(async () => expect(await noted()).toBe('SIGHUP\n'));
  child.kill('SIGINT');
  await vi.waitFor(async () => expect(await noted()).toBe('SIGHUP\nSIGINT\n'));
  const exit = exitOf(child);
  child.kill('SIGTERM');
  expect(await exit).toBe(7);
});

test('when we are killed, the program notices', async () => {
  const child = start(process.execPath, [join(dir, 'starter.mjs')]);
  await pidOfProgram();
  child.kill('SIGKILL');
  await vi.waitFor(async () => expect(await noted()).toBe('disconnect\n'));
});

test('when npm is killed, the program is told to end, with a shell in between or without', async () => {
  const command = `"${process.execPath}" "${join(dir, 'starter.mjs')}"; exit 0`;
  // npm stands for the outer process here: it starts a shell, which starts us.
  const npm = start(
    process.execPath,
    [
      '-e',
      `require('child_process').spawn('sh', ['-c', ${JSON.stringify(command)}]); setInterval(() => {}, 1000)`,
    ],
    { npm_lifecycle_event: 'start' },
  );
  await pidOfProgram();
  npm.kill('SIGKILL');
  const expected = process.platform === 'linux' ? 'SIGTERM\n' : '';
  await vi.waitFor(async () => expect(await noted()).toBe(expected));
});

test('a program that cannot be started is an error in words', async () => {
  await writeFile(
    join(dir, 'starter.mjs'),
    `import { become } from ${JSON.stringify(BECOME)};
     await become('/nowhere/node', []).catch((error) => { process.stderr.write(error.message); process.exit(9); });`,
  );
  const child = start(process.execPath, [join(dir, 'starter.mjs')]);
  let text = '';
  child.stderr?.on('data', (chunk) => {
    text += chunk;
  });
  expect(await exitOf(child)).toBe(9);
  await vi.waitFor(() => expect(text).toContain('/nowhere/node cannot be started'));
});
