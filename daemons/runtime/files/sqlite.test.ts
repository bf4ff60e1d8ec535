import { afterEach, expect, it, vi } from 'vitest';
import { loadSqlite } from './sqlite.ts';

afterEach(() => {
  vi.doUnmock('better-sqlite3');
  vi.resetModules();
});

it('loads a database that works', async () => {
  const Database = await loadSqlite();
  const database = new Database(':memory:');
  expect(database.prepare('SELECT 6 * 7 AS n').get()).toEqual({ n: 42 });
  database.close();
});

it.each<[string, unknown]>([
  ['wrong ABI', new Error('wrong ABI')],
  ['no addon', 'no addon'],
])('says what to do where the addon cannot be loaded: %s', async (why, thrown) => {
  vi.resetModules();
  vi.doMock('better-sqlite3', () => ({
    default: class {
      constructor() {
        throw thrown;
      }
    },
  }));
  const { loadSqlite: load } = await import('./sqlite.ts');
  await expect(load()).rejects.toMatchObject({
    code: 'init_failed',
    cause: thrown,
    message:
      `The SQLite addon (better-sqlite3) cannot be loaded on Node ${process.versions.node}: ${why}. ` +
      'Set SIGNALBOX_DAEMON_NODE to the path of a Node 24 executable, or runtime = "node" under [recorder], ' +
      'and start again.',
  });
  // Another daemon is told its own table.
  await expect(load('accounts')).rejects.toMatchObject({
    message: expect.stringContaining('runtime = "node" under [accounts]'),
  });
});
