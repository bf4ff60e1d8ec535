import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadSqlite, type Sqlite } from './sqlite.ts';
import { copyDatabase } from './sqlite-copy.ts';

let folder: string;
let database: Sqlite;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sqlite-copy-'));
  database = new (await loadSqlite())(join(folder, 'kept.db'));
  database.exec("CREATE TABLE kept (name TEXT); INSERT INTO kept VALUES ('ann')");
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

it('has all that the database holds, and nobody but its owner may read it', async () => {
  const file = join(folder, 'copy.db');
  const pages: [number, number][] = [];
  const copied = await copyDatabase(database, file, { onPages: (done, total) => pages.push([done, total]) });
  expect(copied).toEqual({ file, bytes: statSync(file).size });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(pages.at(-1)).toEqual([2, 2]);
  const copy = new (await loadSqlite())(file);
  expect(copy.prepare('SELECT name FROM kept').pluck().all()).toEqual(['ann']);
  copy.close();
});

it('overwrites nothing, and makes no folder', async () => {
  const taken = join(folder, 'taken');
  writeFileSync(taken, 'kept');
  await expect(copyDatabase(database, taken)).rejects.toMatchObject({ code: 'conflict' });
  expect(statSync(taken).size).toBe(4);
  await expect(copyDatabase(database, join(folder, 'none/copy.db'))).rejects.toMatchObject({
    code: 'not_found',
  });
});

it('leaves nothing behind when it is given up', async () => {
  const file = join(folder, 'copy.db');
  const signal = AbortSignal.abort();
  await expect(copyDatabase(database, file, { signal })).rejects.toThrow();
  expect(statSync(file, { throwIfNoEntry: false })).toBeUndefined();
});
