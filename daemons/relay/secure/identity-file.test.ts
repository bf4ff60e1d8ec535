import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { identityText } from '../noise/identity.ts';
import { TEST_SUITE } from '../test-relay.ts';
import { forbidCoreFiles } from './core-files.ts';
import { identityPath, openIdentity, renewIdentity } from './identity-file.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'identity-'));
  path = join(folder, 'deep', 'identity.pem');
});
afterEach(() => rm(folder, { recursive: true }));

const open = async () => identityText((await openIdentity(TEST_SUITE, path)).publicKey);

it('is made once, for its owner alone, and is the same from then on, whoever makes it first', async () => {
  const [one, other] = await Promise.all([open(), open()]);
  expect(one).toBe(other);
  expect(await open()).toBe(one);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(folder, 'deep'))).toEqual(['identity.pem']);
  expect(identityPath(undefined, '/data')).toBe('/data/identity.pem');
  expect(identityPath('x.pem', '/data')).toBe(join(process.cwd(), 'x.pem'));
});

it('is renewed by another, and the one before is kept beside it', async () => {
  const one = await open();
  const two = identityText((await renewIdentity(TEST_SUITE, path)).publicKey);
  const three = identityText((await renewIdentity(TEST_SUITE, path)).publicKey);
  expect(new Set([one, two, three]).size).toBe(3);
  expect(await open()).toBe(three);
  expect((await stat(`${path}.previous`)).mode & 0o777).toBe(0o600);
  path = `${path}.previous`;
  expect(await open()).toBe(two);
});

it('is refused where others may read it, or it is no Ed25519 key, and no word of the file is told', async () => {
  await open();
  const pem = await readFile(path, 'utf8');
  await chmod(path, 0o640);
  await expect(open()).rejects.toMatchObject({
    code: 'config_invalid',
    message: `relay.security.identity_file: ${path} may be read by others (640), expected 600`,
  });
  for (const text of ['', 'secret words', pem.replace('PRIVATE', 'PUBLIC'), pem.slice(0, 60)]) {
    await writeFile(path, text);
    await chmod(path, 0o600);
    const error = await open().catch((reason: unknown) => reason as Error);
    expect(String(error)).toContain('holds no Ed25519 private key');
    if (text !== '') expect(String(error)).not.toContain(text.slice(0, 12));
  }
});

it('leaves no room for a core file once it is forbidden', () => {
  // In a process of its own: the limit does not come back.
  const code = `import { forbidCoreFiles } from ${JSON.stringify(join(import.meta.dirname, 'core-files.ts'))};
    const said = []; forbidCoreFiles({ warn: (event) => said.push(event) });
    const { readFileSync } = await import('node:fs');
    const limits = process.platform === 'linux' ? readFileSync('/proc/self/limits', 'utf8') : '';
    console.log(JSON.stringify([said, /Max core file size +(\\d+) +(\\d+)/.exec(limits)?.slice(1) ?? null]));`;
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
  const limit = process.platform === 'linux' ? ['0', '0'] : null;
  expect(JSON.parse(out)).toEqual([[], limit]);
  expect(forbidCoreFiles.length).toBe(1);
});
