/** What the headless host, as a program, keeps over restarts of its own and of its recorder. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { SocketClient } from '../cli/socket-client.ts';
import { ServedHosts } from './test-fixtures/served-hosts.ts';

const at = new ServedHosts();

test('kill -9 of the recorder pauses history; what happens meanwhile is there afterwards, once', async () => {
  const served = at.serve();
  await at.ready(served);
  const [recorder] = (await at.running('recorder')).filter(({ id }) => id === 'recorder');
  const client = await SocketClient.connect(at.dir);
  process.kill(recorder?.pid ?? 0, 'SIGKILL');
  // Whoever watches the terminal sees what needs them, and nothing else.
  await expect
    .poll(() => served.output.stderr)
    .toBe('signalbox: recorder crashed: killed by signal SIGKILL\n');
  for (let n = 0; n < 3; n++) {
    expect(await client.request('daemon.start', { id: 'relay' })).toMatchObject({ ok: true });
    expect(await client.request('daemon.stop', { id: 'relay' })).toMatchObject({ ok: true });
  }
  await vi.waitFor(
    async () => {
      const status = await client.request('status', {});
      expect(status).toMatchObject({ ok: true, result: { history: { state: 'recording', dropped: 0 } } });
    },
    { interval: 100 },
  );
  const audit = await client.request('audit.query', { target: 'relay' });
  if (!audit.ok) throw new Error(audit.error.message);
  const actions = audit.result.entries.map(({ action }) => action).reverse();
  expect(actions).toEqual(Array.from({ length: 3 }, () => ['daemon.start', 'daemon.stop']).flat());
  client.close();
});

test('audit, metrics and token of a run are there in the next one', async () => {
  const first = at.serve('--autostart', 'relay');
  const { token } = await at.ready(first);
  await at.running('relay', 'recorder');
  const client = await SocketClient.connect(at.dir);
  expect(await client.request('daemon.stop', { id: 'relay' })).toMatchObject({ ok: true });
  expect(await client.request('daemon.start', { id: 'relay' })).toMatchObject({ ok: true });
  client.close();
  first.child.kill('SIGTERM');
  expect(await first.exit).toBe(0);
  expect((await at.ready(at.serve())).token).toBe(token);
  await at.running('recorder');
  const again = await SocketClient.connect(at.dir);
  const audit = await again.request('audit.query', { target: 'relay' });
  expect(audit).toMatchObject({
    ok: true,
    result: {
      entries: [
        { action: 'daemon.stop', from: 'system', args: { reason: 'SIGTERM' } },
        { action: 'daemon.start', from: 'cli' },
        { action: 'daemon.stop', from: 'cli' },
        { action: 'daemon.start', from: 'system', args: { reason: 'autostart' } },
      ],
    },
  });
  const history = await again.request('history.query', {
    source: 'main',
    metrics: ['signalbox_main_resident_memory_bytes'],
    from: Date.now() / 1000 - 120,
    to: Date.now() / 1000,
  });
  if (!history.ok) throw new Error(history.error.message);
  const values = history.result.series[0]?.values.filter((value) => value !== null) ?? [];
  expect(values.length).toBeGreaterThan(0);
  again.close();
});

test('a recorder that cannot write at its start is back by itself when it can, and readiness tells', async () => {
  const { url } = await at.ready(at.serve('--autostart', 'relay'));
  const readiness = async () => {
    const response = await fetch(new URL('/readyz?verbose', url));
    return `${response.status} ${await response.text()}`;
  };
  await expect.poll(readiness).toMatch(/^200 /);
  const recorder = (await at.daemons()).find(({ id }) => id === 'recorder');
  await rm(join(at.dir, 'recorder'), { recursive: true });
  // As with a full disk, SQLite cannot open its file here.
  await writeFile(join(at.dir, 'recorder'), 'in the way');
  process.kill(recorder?.pid ?? 0, 'SIGKILL');
  const state = async () => (await at.daemons()).find(({ id }) => id === 'recorder')?.state;
  await expect.poll(readiness).toMatch(/^503 .*recorder backoff.*history paused/s);
  // Long enough for a crash loop to have been called one.
  await expect
    .poll(async () => (await at.daemons()).find(({ id }) => id === 'recorder')?.restarts)
    .toBeGreaterThan(3);
  expect(await state()).not.toBe('failed');
  await rm(join(at.dir, 'recorder'));
  await mkdir(join(at.dir, 'recorder'));
  await expect.poll(state).toBe('running');
  await expect.poll(readiness).toMatch(/^200 /);
});
