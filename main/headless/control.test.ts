/** What every client can ask, answered by a control plane over a real process. */
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { HostInfo } from '../../contract/control/host.ts';
import type { ControlResults } from '../../contract/control/requests.ts';
import { createCaller } from '../core/caller.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';

let host: TestHost;

beforeAll(async () => {
  host = await startTestHost('[signalbox]\nautostart = ["tiny"]\n', {
    effectWaitMs: 60_000,
    // One of its daemons hangs in its drain.
    stopMs: 1_000,
  });
  await host.reached('running');
});
afterAll(() => host.close());
beforeEach(() => {
  host.events.length = 0;
});

const run = (command: string, args: unknown = {}, more: object = {}) =>
  host.ask('command.run', { daemon: 'tiny', command, args, ...more });
const audits = () => host.events.flatMap((event) => (event.type === 'audit' ? [event.entry] : []));

test('hello describes the host, its daemons and their commands, without the internal ones', async () => {
  const outcome = await host.ask('hello');
  if (!outcome.ok) throw new Error(outcome.error.message);
  const info = outcome.result as HostInfo;
  expect(info).toMatchObject({ host: 'headless', pid: process.pid, configError: null });
  expect(info.manifests[0]?.commands.map(({ name }) => name)).toEqual([
    'poke',
    'reset',
    'hang',
    'exit',
    'list',
    'again',
    'peers',
    'block',
  ]);
  expect(info.daemons).toMatchObject([{ id: 'tiny', state: 'running' }]);
  expect(info.history).toMatchObject({ state: 'paused', reason: 'This host has no recorder.' });
});

test.each<[string, unknown, string, string]>([
  ['nothing', {}, 'unknown_request', 'There is no request "nothing"'],
  ['__proto__', {}, 'unknown_request', 'There is no request "__proto__"'],
  ['daemon.start', {}, 'bad_request', 'daemon.start: id:'],
  ['daemon.start', { id: 'nope' }, 'unknown_daemon', 'There are: tiny'],
  ['daemon.start', { id: 'tiny' }, 'already_running', 'tiny is running already'],
  ['metrics.latest', { source: 'nope' }, 'unknown_daemon', 'nope'],
  ['command.run', { daemon: 'nope', command: 'x', args: {} }, 'unknown_daemon', 'There are: tiny'],
  ['command.run', { daemon: 'tiny', command: 'x', args: {} }, 'unknown_command', 'It has: poke, reset'],
  ['command.run', { daemon: 'tiny', command: 'secret', args: {} }, 'unknown_command', 'secret'],
  [
    'command.run',
    { daemon: 'tiny', command: 'prod', args: {} },
    'renamed_command',
    'tiny prod is called poke now',
  ],
  ['command.impact', { daemon: 'tiny', command: 'prod', args: {} }, 'renamed_command', 'is called poke now'],
  ['command.run', { daemon: 'tiny', command: 'constructor', args: {} }, 'unknown_command', 'constructor'],
  ['command.run', { daemon: 'tiny', command: 'poke', args: {} }, 'bad_request', 'tiny poke: name:'],
  [
    'command.run',
    { daemon: 'tiny', command: 'poke', args: { name: 'a', x: 1 } },
    'bad_request',
    'no argument "x"',
  ],
  ['command.run', { daemon: 'tiny', command: 'poke', args: { name: 5 } }, 'bad_request', 'tiny poke: name:'],
  [
    'command.run',
    { daemon: 'tiny', command: 'reset', args: {} },
    'confirmation_required',
    'must be confirmed',
  ],
  ['audit.query', {}, 'history_paused', 'no recorder'],
])('%s %j is refused with %s', async (name, args, code, message) => {
  const outcome = await host.ask(name, args);
  expect(outcome).toMatchObject({ ok: false, error: { code, message: expect.stringContaining(message) } });
});

test('a command runs with the defaults of its manifest and says how long it took', async () => {
  const outcome = await run('poke', { name: 'ann', loud: true });
  expect(outcome).toMatchObject({ ok: true, result: { result: { text: 'HELLO ANN' } } });
  expect(outcome).toMatchObject({ result: { durationMs: expect.any(Number) } });
});

test('a disruptive command says what it would do, and runs when confirmed', async () => {
  const args = { daemon: 'tiny', command: 'reset', args: {} };
  expect(await host.ask('command.impact', args)).toMatchObject({
    result: { text: expect.stringMatching(/^forgets \d+ pokes$/) },
  });
  expect(await host.ask('command.run', { ...args, confirmed: true })).toMatchObject({ ok: true });
  expect(await host.ask('daemon.stopImpact', { id: 'tiny' })).toEqual({ ok: true, result: { text: null } });
});

test('what would be refused is refused before anybody is asked whether it may run', async () => {
  const args = { daemon: 'tiny', command: 'reset', args: { password: 'wrong' } };
  const refused = { ok: false, error: { code: 'refused', message: 'That is not the password.' } };
  expect(await host.ask('command.impact', args)).toMatchObject(refused);
  expect(await host.ask('command.run', { ...args, confirmed: true })).toMatchObject(refused);
});

test('a command is cancelled by its ticket, by its owner only', async () => {
  const outcome = run('hang', {}, { ticket: 't1' });
  expect(await run('hang', {}, { ticket: 't1' })).toMatchObject({ ok: false, error: { code: 'conflict' } });
  const other = createCaller({ name: 'other', from: 'browser', role: 'admin' }, () => {});
  expect(await host.plane.handle('command.cancel', { ticket: 't1' }, other)).toEqual({
    ok: true,
    result: { cancelled: false },
  });
  expect(await host.ask('command.cancel', { ticket: 't1' })).toEqual({
    ok: true,
    result: { cancelled: true },
  });
  expect(await outcome).toMatchObject({ ok: false, error: { code: 'cancelled' } });
  expect(await host.ask('command.cancel', { ticket: 't1' })).toMatchObject({ result: { cancelled: false } });
});

test('a caller that leaves takes its commands along', async () => {
  const leaver = createCaller({ name: 'leaver', from: 'browser', role: 'admin' }, () => {});
  const outcome = host.plane.handle('command.run', { daemon: 'tiny', command: 'hang', args: {} }, leaver);
  await Promise.resolve();
  leaver.close();
  expect(await outcome).toMatchObject({ ok: false, error: { code: 'cancelled' } });
});

test('every command is in the audit trail, with its secrets masked and its measured effect', async () => {
  await run('reset', { password: 'hunter2' }, { confirmed: true });
  const pokes = async () => JSON.stringify(await host.ask('metrics.latest', { source: 'tiny' }));
  await expect.poll(pokes).toContain('"signalbox_tiny_pokes_total":0');
  await run('poke', { name: 'audited', times: 5 });
  const audited = () => audits().find(({ args, effects }) => args.name === 'audited' && effects.length > 0);
  await expect.poll(audited).toBeDefined();
  expect(audited()).toMatchObject({
    command: 'poke',
    target: 'tiny',
    ok: true,
    outcome: 'hello audited',
    effects: [{ metric: 'signalbox_tiny_pokes_total', before: 0, after: 5 }],
  });
  expect(audits().find(({ command }) => command === 'reset')).toMatchObject({
    actor: 'tester',
    from: 'system',
    args: { password: '[redacted]' },
  });
  expect(JSON.stringify(host.events)).not.toContain('hunter2');
});

test('the metrics of a daemon and of main are there within two seconds, by name', async () => {
  await expect.poll(async () => (await host.ask('metrics.latest', { source: 'main' })).ok).toBe(true);
  expect(await host.ask('metrics.latest', { source: 'tiny' })).toMatchObject({
    ok: true,
    result: {
      time: expect.any(Number),
      metrics: {
        signalbox_tiny_pokes_total: expect.any(Number),
        signalbox_tiny_loop_delay_seconds: { count: expect.any(Number), p99: expect.any(Number) },
      },
    },
  });
});

test('logs are kept, filtered and followed', async () => {
  await host.ask('logs.follow', { source: 'tiny', follow: true });
  await run('poke', { name: 'logged' });
  const followed = () =>
    host.events.flatMap((event) =>
      event.type === 'logs' ? event.records.map(({ message }) => message) : [],
    );
  await expect.poll(followed).toContain('poked by logged');
  await host.ask('logs.follow', { source: 'tiny', follow: false });
  // A busy machine may have it log more than that.
  expect(await host.ask('logs.query', { source: 'tiny', limit: 50 })).toMatchObject({
    result: {
      records: expect.arrayContaining([
        expect.objectContaining({ source: 'tiny', event: 'poked', message: 'poked by logged' }),
      ]),
    },
  });
  expect(await host.ask('logs.query', { source: 'tiny', limit: 1 })).toMatchObject({
    result: { records: [{ source: 'tiny' }] },
  });
  const main = await host.ask('logs.query', { source: 'main' });
  expect(JSON.stringify(main)).toContain('daemon_running');
});

test('a reload reaches the running daemon; a bad file changes nothing and is named', async () => {
  await writeFile(host.configFile, '[signalbox]\nautostart = ["tiny"]\n[tiny]\ngreeting = "moin"\n');
  expect(await host.ask('config.reload')).toEqual({
    ok: true,
    result: { daemons: [{ id: 'tiny', applied: ['greeting'], restartRequired: [], warnings: [] }] },
  });
  expect(await run('poke', { name: 'ann' })).toMatchObject({ result: { result: { text: 'moin ann' } } });
  await writeFile(host.configFile, '[tiny]\ngreeting = 5\n');
  const refused = await host.ask('config.reload');
  const message = `${host.configFile}:2: tiny.greeting: expected text, got 5`;
  expect(refused).toMatchObject({ ok: false, error: { code: 'config_invalid', message } });
  expect(host.plane.configError?.message).toBe(message);
  expect(host.events).toContainEqual(expect.objectContaining({ type: 'config', error: expect.anything() }));
  expect(await run('poke', { name: 'ann' })).toMatchObject({ result: { result: { text: 'moin ann' } } });
  await writeFile(host.configFile, '[tiny]\n');
  await host.ask('config.reload');
  expect(host.plane.configError).toBeNull();
});

test('a setting that waits for a restart is told until the restart or until it is taken back', async () => {
  const waiting = () => host.plane.snapshots().find(({ id }) => id === 'tiny')?.pendingRestart;
  const shown = async () => {
    const outcome = await host.ask('config.get');
    if (!outcome.ok) throw new Error(outcome.error.message);
    const { effective, waiting } = outcome.result as ControlResults['config.get'];
    return { inForce: effective.tiny, waiting };
  };
  await writeFile(host.configFile, '[tiny]\nbehaviour = "hang_in_init"\n');
  expect(await host.ask('config.reload')).toMatchObject({
    result: { daemons: [{ id: 'tiny', restartRequired: ['behaviour'] }] },
  });
  expect(waiting()).toEqual(['behaviour']);
  expect(host.events).toContainEqual({
    type: 'daemon',
    daemon: expect.objectContaining({ id: 'tiny', pendingRestart: ['behaviour'] }),
  });
  expect(await shown()).toMatchObject({
    inForce: { behaviour: 'good' },
    waiting: { tiny: { behaviour: 'hang_in_init' } },
  });
  // Reading the same file again does not make it less pending.
  await host.ask('config.reload');
  expect(waiting()).toEqual(['behaviour']);

  await writeFile(host.configFile, '[tiny]\n');
  await host.ask('config.reload');
  expect(waiting()).toEqual([]);
  expect(await shown()).toMatchObject({ inForce: { behaviour: 'good' }, waiting: {} });

  await writeFile(host.configFile, '[tiny]\nbehaviour = "hang_in_stop"\n');
  await host.ask('config.reload');
  expect(waiting()).toEqual(['behaviour']);
  await host.ask('daemon.restart', { id: 'tiny', confirmed: true });
  expect(waiting()).toEqual([]);
  expect(await shown()).toMatchObject({ inForce: { behaviour: 'hang_in_stop' }, waiting: {} });
  await writeFile(host.configFile, '[tiny]\n');
  await host.ask('daemon.restart', { id: 'tiny', confirmed: true });
  await host.ask('config.reload');
  await host.ask('daemon.restart', { id: 'tiny', confirmed: true });
});

test('a reload reaches daemons whose table is as it was, for the files that it names', async () => {
  await writeFile(host.configFile, '[signalbox]\nautostart = ["tiny"]\n');
  await host.ask('config.reload');
  expect(await host.ask('config.reload')).toEqual({
    ok: true,
    result: { daemons: [{ id: 'tiny', applied: ['greeting'], restartRequired: [], warnings: [] }] },
  });
});

test('a daemon that asks for a reload is told what came of it', async () => {
  await writeFile(host.configFile, '[tiny]\ngreeting = 5\n');
  expect(await run('again', {})).toMatchObject({
    result: { result: { text: `${host.configFile}:2: tiny.greeting: expected text, got 5` } },
  });
  await writeFile(host.configFile, '[tiny]\ngreeting = "servus"\n');
  expect(await run('again', {})).toMatchObject({ result: { result: { text: 'done' } } });
  expect(await run('poke', { name: 'ann' })).toMatchObject({ result: { result: { text: 'servus ann' } } });
});

test('a bad configuration at the start: the host is there, daemons wait until it is mended', async () => {
  const broken = await startTestHost('[tiny]\ngreeting = 5\n');
  try {
    expect(broken.plane.configError).toMatchObject({ code: 'config_invalid' });
    expect(await broken.ask('daemon.start', { id: 'tiny' })).toMatchObject({
      ok: false,
      error: { code: 'config_invalid' },
    });
    await writeFile(broken.configFile, '');
    await broken.ask('config.reload');
    expect(await broken.ask('daemon.start', { id: 'tiny' })).toMatchObject({ ok: true });
  } finally {
    await broken.close();
  }
});
