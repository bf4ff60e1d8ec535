/** What a daemon may set is written into the file and put into force; where that is refused the file is as it was. */
import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Outcome } from '../../../contract/errors.ts';
import type { ConfigStore } from './config-store.ts';
import { SettingAdoption } from './setting-adoption.ts';

const SETTINGS = [{ path: ['ircd', 'accounts', 'authority'], value: 'services' }];
const BEFORE = '# mine\n[ircd.accounts]\nregistration = "closed"\n';

let folder: string;
let file: string;
let reloads: string[];
let reloaded: Outcome<unknown>;
let parsed: Outcome<unknown>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-adoption-'));
  file = join(folder, 'signalbox.toml');
  await writeFile(file, BEFORE);
  await chmod(file, 0o640);
  reloads = [];
  reloaded = { ok: true, result: null };
  parsed = { ok: true, result: null };
});
afterEach(() => rm(folder, { recursive: true }));

function adoption(path: string | null = file): SettingAdoption {
  const store = { file: path, parse: () => parsed } as unknown as ConfigStore;
  const reload = async (actor: string) => {
    reloads.push(`${actor}: ${(await readFile(file, 'utf8')).includes('authority = "services"')}`);
    return reloaded;
  };
  return new SettingAdoption({ store, reload });
}
const refused = (message: string): Outcome<unknown> => ({
  ok: false,
  error: { code: 'config_invalid', message },
});

it('once, with the rights that the file had, behind a link too', async () => {
  const linked = join(folder, 'link.toml');
  await symlink(file, linked);
  const one = adoption(linked);
  expect(await one.run(SETTINGS, 'ann')).toEqual({
    ok: true,
    result: { changed: ['ircd.accounts.authority'] },
  });
  expect(await readFile(file, 'utf8')).toBe(
    '# mine\n[ircd.accounts]\nauthority = "services"\nregistration = "closed"\n',
  );
  expect([(await stat(file)).mode & 0o777, reloads]).toEqual([0o640, ['ann: true']]);
  expect(await one.run(SETTINGS, 'ann')).toEqual({ ok: true, result: { changed: [] } });
  expect(reloads).toHaveLength(1);
});

it('not where it would not be taken, and the file stays', async () => {
  parsed = refused('line 9: expected a number');
  const { error } = (await adoption().run(SETTINGS, 'ann')) as { error: { code: string; message: string } };
  expect([error.code, error.message]).toEqual(['conflict', expect.stringContaining('line 9')]);
  expect([await readFile(file, 'utf8'), reloads]).toEqual([BEFORE, []]);
  parsed = { ok: true, result: null };
  reloaded = refused('ircd: no certificate');
  expect(await adoption().run(SETTINGS, 'ann')).toMatchObject({
    ok: false,
    error: { message: expect.stringContaining('no certificate') },
  });
  expect([await readFile(file, 'utf8'), reloads]).toEqual([BEFORE, ['ann: true']]);
});

it('not without a file, and not where more of it would have to change', async () => {
  expect(await adoption(null).run(SETTINGS, 'ann')).toMatchObject({
    ok: false,
    error: { code: 'unsupported' },
  });
  const inline = '[ircd]\naccounts = { registration = "closed" }\n';
  await writeFile(file, inline);
  expect(await adoption().run(SETTINGS, 'ann')).toMatchObject({
    ok: false,
    error: { code: 'conflict', message: expect.stringContaining('ircd.accounts.authority = "services"') },
  });
  expect(await readFile(file, 'utf8')).toBe(inline);
});
