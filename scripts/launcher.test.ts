/** `./signalbox` as operators start it: from anywhere, through a link, and before anything is installed. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

// Real processes start here: slow on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

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
        { cwd, env: { ...process.env, XDG_CACHE_HOME: join(dir, 'cache') } },
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

test('a checkout that is not installed says what to do', async () => {
  await copyFile(join(ROOT, 'signalbox'), join(dir, 'signalbox'));
  const ran = await run(join(dir, 'signalbox'), ['status']);
  expect(ran).toEqual({
    code: 78,
    stdout: '',
    stderr: `signalbox: ${dir} is not installed yet. Run: cd ${dir} && npm ci\n`,
  });
});
