import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
/** A program that says in a line what it is. */
const SOURCE = join(ROOT, 'main/cli/main.ts');
let programs: string;

beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), 'signalbox-programs-'));
});
afterAll(() => rm(programs, { recursive: true }));

async function run(programsAt: string | undefined): Promise<string> {
  const env = { ...process.env, SIGNALBOX_PROGRAMS: programsAt };
  return (await promisify(execFile)(process.execPath, [SOURCE, '--version'], { env })).stdout;
}

test('a program that a test starts by its source is the built one where there is one, with the same words, and else the source', async () => {
  for (const place of [undefined, programs]) expect(await run(place)).toMatch(/^signalbox \d/);
  const built = join(programs, 'main/cli/main.js');
  await mkdir(dirname(built), { recursive: true });
  await writeFile(join(programs, 'package.json'), '{ "type": "module" }');
  await writeFile(join(dirname(built), 'name.js'), "export const name = 'built';");
  const words = "const { name } = await import('./name.js'); console.log(name, ...process.argv.slice(1));";
  await writeFile(built, words);
  expect(await run(programs)).toBe(`built ${SOURCE} --version\n`);
});
