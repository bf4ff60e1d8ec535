import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const CACHE = pathToFileURL(join(ROOT, 'scripts/compile-cache.mjs')).href;
const OURS = pathToFileURL(join(import.meta.dirname, 'compile-cache.ts')).href;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-compile-'));
});
afterAll(() => rm(dir, { recursive: true }));

/** What daemons of a main with these options and variables would get. */
async function passedOn(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<unknown> {
  const code = `import { ownCompileCache } from '${OURS}'; console.log(JSON.stringify(ownCompileCache()))`;
  const { NODE_OPTIONS: _, NODE_COMPILE_CACHE: __, ...kept } = process.env;
  const ran = await promisify(execFile)(process.execPath, [...argv, '--input-type=module', '--eval', code], {
    env: { ...kept, ...env },
  });
  return JSON.parse(ran.stdout);
}

test('daemons get the compile cache of the person who started main, and it is filled', async () => {
  const ours = join(dir, 'signalbox/node');
  expect(await passedOn(['--import', CACHE], { XDG_CACHE_HOME: dir })).toBe(ours);
  expect(await readdir(ours)).toHaveLength(1);
});

test('a compile cache that only the shell named is not passed on, and none is no mistake', async () => {
  expect(await passedOn([], { NODE_COMPILE_CACHE: join(dir, 'shell') })).toBeNull();
  expect(await passedOn([], {})).toBeNull();
});
