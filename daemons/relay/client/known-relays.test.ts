/** What a program remembers of the relays that it met. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { meetRelay } from './known-relays.ts';

const [ONE, OTHER] = ['A', 'B'].map((letter) => letter.padEnd(43, 'A')) as [string, string];
let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'known-relays-'));
  file = join(folder, 'config', 'known-relays.json');
});
afterEach(() => rm(folder, { recursive: true }));

it('takes what a relay is when it is met first, and nothing else from then on', async () => {
  expect(await meetRelay(file, 'relay.example.net:6680', ONE)).toBe(false);
  expect(await meetRelay(file, 'relay.example.net:6680', ONE)).toBe(true);
  expect(await meetRelay(file, 'relay.example.net:6681', OTHER)).toBe(false);
  await expect(meetRelay(file, 'relay.example.net:6680', OTHER)).rejects.toMatchObject({
    name: 'RelayIdentityError',
    identity: OTHER,
    expected: ONE,
    message: expect.stringContaining('ask who runs it'),
  });
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
    'relay.example.net:6680': ONE,
    'relay.example.net:6681': OTHER,
  });
});

it('does not begin anew over a file that it cannot read', async () => {
  await meetRelay(file, 'relay.example.net:6680', ONE);
  for (const text of ['{', '{"relay.example.net:6680":"nobody"}']) {
    await writeFile(file, text);
    await expect(meetRelay(file, 'relay.example.net:6680', OTHER)).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining(`${file} is damaged: expected a JSON object`),
    });
    expect(await readFile(file, 'utf8')).toBe(text);
  }
});
