/** The supervision with real processes: kill -9, hangs, loops, lost output. */
import { writeFile } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import type { ControlLimits } from '../core/limits.ts';
import { isAlive, startTestHost, type TestHost } from './test-fixtures/test-host.ts';

let host: TestHost | null = null;

afterEach(async () => {
  await host?.close();
  host = null;
});

async function start(behaviour = 'good', limits: Partial<ControlLimits> = {}): Promise<TestHost> {
  host = await startTestHost(`[tiny]\nbehaviour = "${behaviour}"\n`, limits);
  return host;
}

test('a daemon starts, does what it is asked, and stops', async () => {
  const { ask, snapshot } = await start();
  expect(await ask('daemon.start', { id: 'tiny' })).toMatchObject({
    ok: true,
    result: {
      state: 'running',
      listeners: [{ protocol: 'tiny', port: 7 }],
      runtime: `node ${process.versions.node}`,
    },
  });
  const { pid } = snapshot();
  expect(isAlive(pid)).toBe(true);
  const poked = await ask('command.run', { daemon: 'tiny', command: 'poke', args: { name: 'ann' } });
  expect(poked).toMatchObject({ ok: true, result: { result: { text: 'hello ann' } } });
  expect(await ask('daemon.stop', { id: 'tiny', confirmed: true })).toMatchObject({
    ok: true,
    result: { state: 'stopped', cause: null },
  });
  expect(isAlive(pid)).toBe(false);
});

test('kill -9 is noticed, named, and recovered with a new process', async () => {
  const { ask, snapshot, reached, events } = await start();
  await ask('daemon.start', { id: 'tiny' });
  const first = snapshot();
  process.kill(first.pid ?? 0, 'SIGKILL');
  await expect.poll(() => snapshot().instance).toBe(2);
  const second = await reached('running');
  expect(second).toMatchObject({
    restarts: 1,
    crashes: [{ cause: 'killed by signal SIGKILL', signal: 'SIGKILL' }],
  });
  expect(second.pid).not.toBe(first.pid);
  const states = events.flatMap((event) => (event.type === 'daemon' ? [event.daemon.state] : []));
  expect(states).toContain('crashed');
  expect(states).toContain('backoff');
});

test('a command that is outstanding when the process ends says so, with its last words in the record', async () => {
  const { ask, reached } = await start();
  await ask('daemon.start', { id: 'tiny' });
  const outcome = await ask('command.run', { daemon: 'tiny', command: 'exit', args: { code: 7 } });
  expect(outcome).toMatchObject({
    ok: false,
    error: { code: 'crashed', message: 'tiny ended: exited with code 7.' },
  });
  const { crashes } = await reached('running');
  expect(crashes).toMatchObject([{ exitCode: 7, signal: null }]);
  expect(crashes[0]?.stderr.at(-1)).toBe('last words');
});

test('a daemon that hangs in init is killed at the deadline', async () => {
  const { ask, snapshot } = await start('hang_in_init', { initMs: 500, backoffBaseMs: 60_000, stopMs: 300 });
  const outcome = await ask('daemon.start', { id: 'tiny' });
  expect(outcome).toMatchObject({ ok: false, error: { code: 'crashed' } });
  expect(snapshot().cause).toBe('tiny did not become ready within 0.5 s and was killed');
});

test('a daemon that hangs in its drain is killed at the deadline', async () => {
  const { ask, snapshot } = await start('hang_in_stop', { stopMs: 300 });
  await ask('daemon.start', { id: 'tiny' });
  const { pid } = snapshot();
  expect(await ask('daemon.stop', { id: 'tiny' })).toMatchObject({
    ok: true,
    result: { state: 'stopped', cause: 'tiny did not stop within 0.3 s and was killed' },
  });
  expect(isAlive(pid)).toBe(false);
});

test('a crash loop ends in failed with its cause, until the operator mends it', async () => {
  const { ask, reached, configFile } = await start('crash_in_init');
  void ask('daemon.start', { id: 'tiny' });
  const failed = await reached('failed');
  expect(failed.cause).toBe('crashed 3 times within 5 minutes; last: exited with code 9 before it was ready');
  expect(failed.crashes).toHaveLength(3);
  expect(failed.instance).toBe(3);
  await writeFile(configFile, '[tiny]\n');
  await ask('config.reload');
  expect(await ask('daemon.start', { id: 'tiny' })).toMatchObject({ ok: true, result: { state: 'running' } });
});

test('a start that the daemon refuses is failed at once, with its code', async () => {
  const { ask, snapshot } = await start('refuse');
  expect(await ask('daemon.start', { id: 'tiny' })).toMatchObject({
    ok: false,
    error: { code: 'address_in_use', message: 'tiny did not start: 127.0.0.1:6667 is taken.' },
  });
  expect(snapshot()).toMatchObject({
    state: 'failed',
    restarts: 0,
    crashes: [],
    pendingRestart: [],
    cause: '127.0.0.1:6667 is taken.',
  });
  const log = JSON.stringify(await ask('logs.query', { source: 'main', limit: 100 }));
  expect(log).toContain('"tiny failed: 127.0.0.1:6667 is taken."');
  expect(log).toContain('"tiny is starting"');
});

test('a mistake that the daemon finds is named with file, line and key, at the start and at a reload', async () => {
  const { ask, configFile, snapshot } = await start('find_mistake');
  const found = (line: number) => `${configFile}:${line}: tiny.greeting: the greeting is wrong`;
  await writeFile(configFile, '[tiny]\nbehaviour = "find_mistake"\n\ngreeting = "hey"\n');
  await ask('config.reload');
  expect(await ask('daemon.start', { id: 'tiny' })).toMatchObject({
    ok: false,
    error: { code: 'config_invalid', message: `tiny did not start: ${found(4)}` },
  });
  expect(snapshot()).toMatchObject({ state: 'failed', cause: found(4) });
  await writeFile(configFile, '[tiny]\n');
  await ask('config.reload');
  expect(await ask('daemon.start', { id: 'tiny' })).toMatchObject({ ok: true });
  await writeFile(configFile, '[tiny]\ngreeting = "wrong"\n');
  expect(await ask('config.reload')).toMatchObject({
    ok: false,
    error: { code: 'config_invalid', message: found(2), detail: { key: 'tiny.greeting', line: 2 } },
  });
  expect(snapshot().state).toBe('running');
});

test('a daemon that spins is shown as unresponsive, then killed', async () => {
  const { ask, snapshot, events } = await start('spin', {
    heartbeatMs: 100,
    unresponsiveMs: 400,
    deadMs: 1_500,
    stopMs: 300,
    backoffBaseMs: 60_000,
  });
  await ask('daemon.start', { id: 'tiny' });
  await expect.poll(() => snapshot().state).toBe('backoff');
  expect(events.some((event) => event.type === 'daemon' && event.daemon.unresponsive)).toBe(true);
  expect(snapshot().cause).toBe('did not answer heartbeats for 1.5 s and was killed');
});

test('closing the host stops every process, in every state', async () => {
  const { ask, snapshot, plane } = await start();
  await ask('daemon.start', { id: 'tiny' });
  const { pid } = snapshot();
  await plane.close('test');
  expect(isAlive(pid)).toBe(false);
  expect(await ask('daemon.start', { id: 'tiny' })).toMatchObject({ ok: false, error: { code: 'busy' } });
});

test('a forced end does not wait for the drain', async () => {
  const { ask, snapshot, plane } = await start('hang_in_stop', { stopMs: 60_000 });
  await ask('daemon.start', { id: 'tiny' });
  const { pid } = snapshot();
  const closing = plane.close('test');
  plane.forceClose();
  await closing;
  expect(isAlive(pid)).toBe(false);
});
