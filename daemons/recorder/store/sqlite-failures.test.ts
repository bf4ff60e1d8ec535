/** What becomes of an error of SQLite, and how a database is opened, owned and set aside. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SignalboxError } from '../../../contract/errors.ts';
import { classifySqliteError, isSqliteError, writeError } from '../../runtime/files/sqlite-failures.ts';
import { readRow } from './damaged-row.ts';
import { openDatabase, setAside } from './database.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';

const sqliteError = (code: string) => Object.assign(new Error(`it is ${code}`), { code });

describe('an error', () => {
  it.each([
    ['SQLITE_CORRUPT', 'corrupt'],
    ['SQLITE_CORRUPT_INDEX', 'corrupt'],
    ['SQLITE_NOTADB', 'corrupt'],
    ['SQLITE_FULL', 'full'],
    ['SQLITE_IOERR_WRITE', 'full'],
    ['SQLITE_READONLY', 'full'],
    ['SQLITE_READONLY_DBMOVED', 'full'],
    ['SQLITE_CANTOPEN', 'full'],
    ['SQLITE_NOMEM', 'full'],
    ['SQLITE_BUSY', 'busy'],
    ['SQLITE_BUSY_SNAPSHOT', 'busy'],
    ['SQLITE_LOCKED', 'busy'],
    ['SQLITE_LOCKED_SHAREDCACHE', 'busy'],
    ['SQLITE_CONSTRAINT', 'other'],
    ['SQLITE_ERROR', 'other'],
    ['SQLITE_NOTADB_X', 'other'],
    ['MY_SQLITE_FULL', 'other'],
  ])('%s is %s', (code, failure) => {
    expect(classifySqliteError(sqliteError(code))).toBe(failure);
    expect(isSqliteError(sqliteError(code))).toBe(code.startsWith('SQLITE_'));
  });

  it.each([
    ['of a file', Object.assign(new Error('x'), { code: 'ENOENT' })],
    ['without a code', new Error('SQLITE_FULL')],
    ['with a number for a code', Object.assign(new Error('x'), { code: 11 })],
    ['that is no error', { code: 'SQLITE_FULL' }],
    ['that is a text', 'SQLITE_FULL'],
    ['that is nothing', null],
  ])('%s is none of SQLite', (_, thrown) => {
    expect([isSqliteError(thrown), classifySqliteError(thrown)]).toEqual([false, 'other']);
  });

  it('of a full or locked file is told main with its code, so that it sends again', () => {
    const full = writeError(sqliteError('SQLITE_FULL'), '/data/signalbox.db') as SignalboxError;
    expect(full).toBeInstanceOf(SignalboxError);
    expect([full.code, full.detail]).toEqual(['refused', { sqlite: 'SQLITE_FULL' }]);
    expect(full.message).toContain('/data/signalbox.db (it is SQLITE_FULL)');
    expect((full.cause as Error).message).toBe('it is SQLITE_FULL');
    const busy = writeError(sqliteError('SQLITE_BUSY'), '/data/signalbox.db') as SignalboxError;
    expect([busy.code, busy.detail]).toEqual(['busy', { sqlite: 'SQLITE_BUSY' }]);
    expect(busy.message).toContain('/data/signalbox.db locked');
    for (const other of [sqliteError('SQLITE_ERROR'), sqliteError('SQLITE_CORRUPT'), new Error('x'), 'x'])
      expect(writeError(other, 'f')).toBe(other);
  });

  it('while a row is read leaves that row out, and is thrown on where it is of SQLite', () => {
    const damaged: string[] = [];
    const read = (work: () => number) => readRow('the row 7', (text) => damaged.push(text), work, -1);
    expect(read(() => 5)).toBe(5);
    expect(damaged).toEqual([]);
    expect(
      read(() => {
        throw new Error('it ends early');
      }),
    ).toBe(-1);
    expect(damaged).toEqual(['the row 7: it ends early']);
    expect(() =>
      read(() => {
        throw sqliteError('SQLITE_CORRUPT');
      }),
    ).toThrow('SQLITE_CORRUPT');
    expect(damaged).toHaveLength(1);
  });
});

describe('a database file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'signalbox-database-'));
    file = join(folder, 'signalbox.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is durable with every commit, small in its pages, and gives space back', () => {
    const database = openDatabase(Database, file);
    const pragma = (name: string) => database.pragma(name, { simple: true });
    expect(
      [
        'application_id',
        'user_version',
        'page_size',
        'auto_vacuum',
        'journal_mode',
        'synchronous',
        'wal_autocheckpoint',
        'journal_size_limit',
        'cache_size',
        'temp_store',
        'busy_timeout',
      ].map(pragma),
    ).toEqual([APPLICATION_ID, MIGRATIONS.length, 4_096, 2, 'wal', 2, 1_000, 4_096_000, -8_192, 2, 2_000]);
    expect(APPLICATION_ID).toBe(Buffer.from('SgBx').readUInt32BE());
    database.close();
    openDatabase(Database, file).close();
  });

  it('of another program, and of a newer version, is left as it is', () => {
    const other = new Database(file);
    other.exec('CREATE TABLE theirs (x)');
    other.close();
    const before = readFileSync(file);
    expect(() => openDatabase(Database, file)).toThrow(
      expect.objectContaining({ code: 'init_failed', message: expect.stringContaining('another program') }),
    );
    expect(readFileSync(file).equals(before)).toBe(true);
    rmSync(file);
    openDatabase(Database, file).close();
    const newer = new Database(file);
    newer.pragma(`user_version = ${MIGRATIONS.length + 1}`);
    newer.close();
    expect(() => openDatabase(Database, file)).toThrow(
      expect.objectContaining({
        code: 'init_failed',
        message: expect.stringContaining(
          `schema ${MIGRATIONS.length + 1}; this one knows ${MIGRATIONS.length}`,
        ),
      }),
    );
  });

  it('that is ours by its mark and empty is begun', () => {
    new Database(file).close();
    openDatabase(Database, file).close();
    expect(existsSync(file)).toBe(true);
  });

  it('is set aside under the time with its log, and the oldest of four goes', () => {
    const set = (time: number, log = true) => {
      writeFileSync(file, `damaged ${time}`);
      if (log) for (const suffix of ['-wal', '-shm']) writeFileSync(file + suffix, '');
      return setAside(file, time);
    };
    const first = set(Date.UTC(2026, 0, 2, 3, 4, 5, 6));
    expect(first).toBe(`${file}.corrupt-20260102T030405006Z`);
    expect(readFileSync(first, 'utf8')).toContain('damaged');
    expect(readdirSync(folder).sort()).toEqual(
      ['', '-shm', '-wal'].map((suffix) => `signalbox.db.corrupt-20260102T030405006Z${suffix}`),
    );
    const day = 86_400_000;
    const [second, third, fourth] = [1, 2, 3].map((i) => set(Date.UTC(2026, 0, 2) + i * day, i !== 2));
    // What is not ours stays.
    writeFileSync(join(folder, 'other.db.corrupt-1'), '');
    const fifth = set(Date.UTC(2026, 0, 9));
    expect([first, second, third, fourth, fifth].map((name) => existsSync(name!))).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
    expect(readdirSync(folder).filter((name) => name.startsWith('signalbox.db.corrupt-20260103'))).toEqual(
      [],
    );
    expect(existsSync(join(folder, 'other.db.corrupt-1'))).toBe(true);
    expect([existsSync(`${third}-wal`), existsSync(`${fourth}-wal`)]).toEqual([false, true]);
  });
});
