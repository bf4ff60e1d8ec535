/** A command that took long says how much of that it waited, and for what. With real processes. */
import { join, resolve } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { AuditEntry } from '../../contract/control/audit.ts';
import { registry } from '../../daemons/registry.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';
import { manifest as tiny } from './test-fixtures/tiny/manifest.ts';

const DAEMONS = resolve(import.meta.dirname, '../../daemons');
const FIXTURES = join(import.meta.dirname, 'test-fixtures');

let host: TestHost | null = null;
afterEach(async () => {
  await host?.close();
  host = null;
});

const entryOf = ({ events }: TestHost, command: string): AuditEntry | undefined =>
  events.flatMap((event) =>
    event.type === 'audit' && event.entry.command === command ? [event.entry] : [],
  )[0] as AuditEntry | undefined;

test('the audit entry and the log name each other and what was ahead; what was quick says nothing', async () => {
  const recorder = registry.filter(({ id }) => id === 'recorder');
  const running = await startTestHost('[signalbox]\nautostart = ["tiny"]\n', {}, [tiny, ...recorder], (id) =>
    join(id === 'tiny' ? FIXTURES : DAEMONS, id, 'main.ts'),
  );
  host = running;
  await running.plane.started;
  await running.reached('running');
  const run = (command: string, args = {}) => running.ask('command.run', { daemon: 'tiny', command, args });
  await run('list');
  expect(entryOf(running, 'list')?.timing).toBeUndefined();

  const blocking = run('block', { ms: 500 });
  await run('poke', { name: 'Ann' });
  await blocking;
  const poke = entryOf(running, 'poke')!;
  expect(poke.timing?.queueMs).toBeGreaterThan(200);
  expect(poke.timing?.workMs).toBeLessThan(200);
  expect(poke.timing?.ahead.map(({ name }) => name)).toContain('tiny block');
  const block = entryOf(running, 'block')!;
  expect(block.timing?.workMs).toBeGreaterThanOrEqual(500);

  const logs = (await running.ask('logs.query', { source: 'main' })) as unknown as {
    result: { records: readonly { event: string; message: string; fields?: Record<string, unknown> }[] };
  };
  const told = logs.result.records.filter(({ event }) => event === 'slow_command');
  expect(told.find(({ fields }) => fields?.audit === poke.key)?.message).toMatch(
    /^tiny poke of tester: \d+ ms in queue behind .*block.*, \d+ ms in work$/,
  );
  expect(told.some(({ message }) => message.startsWith('tiny list'))).toBe(false);

  await vi.waitFor(async () => {
    const page = await running.ask('audit.query', { text: 'poke' });
    expect(page).toMatchObject({ ok: true, result: { entries: [{ key: poke.key, timing: poke.timing }] } });
  });
});
