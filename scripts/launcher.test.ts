/** `./signalbox` as operators start it: from anywhere, through a link, and before anything is installed. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONTROL_LIMITS } from '../main/core/limits.ts';
import { EXIT } from '../main/terminal/terminal.ts';

const ROOT = join(import.meta.dirname, '..');
let dir: string;

beforeAll(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'signalbox-launcher-')));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function run(program: string, args: readonly string[], cwd = dir) {
  return new Promise<{ code: number | string | null | undefined; stdout: string; stderr: string }>(
    (resolve) => {
      execFile(
        program,
        args,
        // Operators run the sources.
        { cwd, env: { ...process.env, XDG_CACHE_HOME: join(dir, 'cache'), SIGNALBOX_PROGRAMS: undefined } },
        (error, stdout, stderr) => resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
      );
    },
  );
}

test.each([
  ['by its path', async () => join(ROOT, 'signalbox')],
  [
    'through a link to a link, the second one relative',
    async () => {
      await mkdir(join(dir, 'bin'), { recursive: true });
      await symlink(join(ROOT, 'signalbox'), join(dir, 'bin/first'));
      await symlink('first', join(dir, 'bin/signalbox'));
      return join(dir, 'bin/signalbox');
    },
  ],
])('runs the command line on Node 24 from another directory, %s', async (_, program) => {
  const ran = await run(await program(), ['--version']);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(ran.stdout).toMatch(/^signalbox \d+\.\d+\.\d+ \(node 24\.\d+\.\d+\)\n$/);
});

test('keeps arguments and exit codes as they are', async () => {
  const ran = await run(join(ROOT, 'signalbox'), ['no such command', '--json']);
  expect(ran.code).toBe(2);
  expect(JSON.parse(ran.stdout)).toMatchObject({
    error: { message: expect.stringContaining('"no such command"') },
  });
});

test('status loads no library: that would take longer than all the rest', async () => {
  const trace = `import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) {
      const found = next(name, context);
      if (found.url.includes('/node_modules/')) console.error('loaded ' + found.url);
      return found;
    } });`;
  const preload = `data:text/javascript,${encodeURIComponent(trace)}`;
  const args = [
    '--import',
    preload,
    join(ROOT, 'main/cli/main.ts'),
    'status',
    '--data',
    join(dir, 'nowhere'),
  ];
  const ran = await run(process.execPath, args);
  expect(ran.code).toBe(69);
  expect(ran.stderr).not.toContain('loaded ');
});

test('a checkout that is not installed says what to do', async () => {
  await copyFile(join(ROOT, 'signalbox'), join(dir, 'signalbox'));
  const ran = await run(join(dir, 'signalbox'), ['status']);
  expect(ran).toEqual({
    code: 78,
    stdout: '',
    stderr: `signalbox: ${dir} is not installed yet. Run: cd ${dir} && npm ci\n`,
  });
});

test('its process id is that of the program, which alone gets the signals of a service manager', async () => {
  const root = join(dir, 'checkout');
  await mkdir(join(root, 'node_modules/node/bin'), { recursive: true });
  await mkdir(join(root, 'scripts'));
  await copyFile(join(ROOT, 'signalbox'), join(root, 'signalbox'));
  await symlink(process.execPath, join(root, 'node_modules/node/bin/node'));
  await writeFile(
    join(root, 'scripts/cli.mjs'),
    `process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1e6); console.log(process.pid);`,
  );
  const child = spawn(join(root, 'signalbox'), ['serve'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [pid] = await once(child.stdout, 'data');
  expect(Number(pid)).toBe(child.pid);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([7, null]);
});

test('the unit of systemd does not start again what has to be mended, and waits for every drain', async () => {
  const unit = await readFile(join(ROOT, 'docs/signalbox.service'), 'utf8');
  expect(unit).toContain(`\nRestartPreventExitStatus=${EXIT.usage} ${EXIT.config}\n`);
  const seconds = Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]);
  expect(seconds * 1000).toBeGreaterThan(CONTROL_LIMITS.successorWaitMs);
  for (const line of [
    'Type=notify',
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    'StateDirectory=signalbox',
    'UMask=0077',
  ])
    expect(unit.split('\n')).toContain(line);
});
