/** The copy of the database is a task that clients see and can end. With the real recorder. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test, vi } from 'vitest';
import type { SourcedTask } from '../../contract/link/tasks.ts';
import { registry } from '../../daemons/registry.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';

const DAEMONS = resolve(import.meta.dirname, '../../daemons');

let host: TestHost | null = null;
afterEach(async () => {
  await host?.close();
  host = null;
});

async function start(): Promise<TestHost> {
  const recorder = registry.filter(({ id }) => id === 'recorder');
  host = await startTestHost('', {}, recorder, (id) => join(DAEMONS, id, 'main.ts'));
  await host.plane.started;
  return host;
}

const tasksOf = ({ events }: TestHost): SourcedTask[] =>
  events.flatMap((event) => (event.type === 'task' ? [{ ...event.task, source: event.source }] : []));

const copyTo = (running: TestHost, file: string) =>
  running.ask('command.run', { daemon: 'recorder', command: 'backup', args: { file } });

/** Enough that a copy takes a while: some hundred steps. */
function fill(running: TestHost): void {
  const database = new DatabaseSync(join(running.dataDir, 'recorder/signalbox.db'));
  database.exec('PRAGMA busy_timeout = 10000; CREATE TABLE filler (bytes BLOB)');
  database.exec(
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) INSERT INTO filler SELECT randomblob(1000000) FROM n',
  );
  database.close();
}

test('a copy of the database says how far it is, and that it is done', async () => {
  const running = await start();
  expect(await copyTo(running, 'copy.db')).toMatchObject({ ok: true });
  const told = tasksOf(running);
  expect(told[0]).toMatchObject({ source: 'recorder', title: 'Copying the database', end: null });
  await vi.waitFor(() => expect(tasksOf(running).at(-1)).toMatchObject({ end: 'done', phase: 'pages' }));
  const last = tasksOf(running).at(-1)!;
  expect(last.total).toBeGreaterThan(0);
  expect(last.done).toBe(last.total);
  expect(await running.ask('task.list')).toEqual({ ok: true, result: { tasks: [] } });
});

test('a copy can be ended by whoever sees it, leaves no file, and the end is in the audit trail', async () => {
  const running = await start();
  fill(running);
  const copying = copyTo(running, 'copy.db');
  await vi.waitFor(() => expect(tasksOf(running)[0]).toBeDefined(), { interval: 1 });
  const { id } = tasksOf(running)[0]!;
  expect(await running.ask('task.cancel', { source: 'recorder', id })).toEqual({ ok: true, result: {} });
  expect(await copying).toMatchObject({ ok: false, error: { code: 'cancelled' } });
  expect(existsSync(join(running.dataDir, 'recorder/copy.db'))).toBe(false);
  await vi.waitFor(() => expect(tasksOf(running).at(-1)?.end).toBe('cancelled'));
  expect(running.events).toContainEqual(
    expect.objectContaining({ entry: expect.objectContaining({ action: 'task.cancel', ok: true }) }),
  );
  expect(await running.ask('task.cancel', { source: 'recorder', id })).toMatchObject({
    ok: false,
    error: { code: 'not_found' },
  });
});
