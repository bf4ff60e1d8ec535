/** A reload while daemons come and go. With real daemons and listeners it is tried in main/headless. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { WireError } from '../../../contract/errors.ts';
import type { ReloadStep } from '../../../contract/link/reload.ts';
import type { ToDaemon } from '../../../contract/link/to-daemon.ts';
import { defineManifest } from '../../../contract/manifest.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import { FakeLauncher, type FakeProcess } from '../supervision/fake-launcher.ts';
import { Supervisor } from '../supervision/supervisor.ts';
import type { Holder } from './address-holder.ts';
import { ConfigReload } from './config-reload.ts';
import { ConfigStore } from './config-store.ts';

const registry = ['one', 'two'].map((id) =>
  defineManifest({
    id,
    title: id,
    summary: '',
    metrics: [],
    commands: {},
    config: z.object({ port: z.number().default(1) }),
  }),
);
const toml = (port: number) => `[one]\nport = ${port}\n[two]\nport = ${port}\n`;

let dir: string;
let file: string;
let launcher: FakeLauncher;
let supervisor: Supervisor;
let reload: ConfigReload;
let store: ConfigStore;
let clock: FakeClock;
let holders: readonly Holder[];
/** The mistake in the file, each time that it was told. */
let errors: (WireError | null)[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-reload-'));
  file = join(dir, 'signalbox.toml');
  await writeFile(file, toml(1));
  store = await ConfigStore.open(file, registry);
  clock = new FakeClock();
  holders = [];
  errors = [];
  launcher = new FakeLauncher();
  launcher.onLaunch = (process) => queueMicrotask(() => process.comeUp());
  supervisor = new Supervisor({
    registry,
    launcher,
    plan: (id) => {
      const config = store.daemon(id);
      if (!config.ok) return config;
      return {
        ok: true,
        result: { runtime: 'node', config: config.result.input, dataDir: '/d', logDir: '/l' },
      };
    },
    clock,
    limits: CONTROL_LIMITS,
    random: () => 0,
    events: { onSnapshot() {}, onMessage() {}, onOutput() {}, onMalformed() {}, onCrowded() {} },
  });
  reload = new ConfigReload({
    store,
    supervisor,
    limits: CONTROL_LIMITS,
    holders: () => holders,
    onError: (error) => errors.push(error),
  });
});
afterEach(() => rm(dir, { recursive: true }));

type ReloadMessage = Extract<ToDaemon, { type: 'reload' }>;

/** The request for a step once a process has it. */
async function asked(process: FakeProcess, step: ReloadStep): Promise<ReloadMessage> {
  return await vi.waitFor(() => {
    const last = process.last('reload');
    expect(last.step).toBe(step);
    return last;
  });
}

async function refuse(process: FakeProcess, step: ReloadStep, error: WireError): Promise<void> {
  const { requestId } = await asked(process, step);
  process.say({ type: 'reply', requestId, outcome: { ok: false, error } });
}

async function answer(process: FakeProcess, step: ReloadStep, held: unknown[] = []): Promise<void> {
  const { requestId } = await asked(process, step);
  const results = { begin: { held }, commit: { applied: ['port'], restartRequired: [], warnings: [] } };
  const result = step === 'begin' || step === 'commit' ? results[step] : null;
  process.say({ type: 'reply', requestId, outcome: { ok: true, result } });
}

const waiting = (id: string) => supervisor.find(id)?.snapshot().pendingRestart;

test('a daemon that is started while others take new settings over is said to wait for its restart', async () => {
  await supervisor.start('one');
  const one = launcher.newest('one');
  await writeFile(file, toml(2));
  const run = reload.run();
  await asked(one, 'begin');
  await supervisor.start('two');
  expect(launcher.newest('two').last('init').config).toEqual({ port: 1 });
  await answer(one, 'begin');
  await answer(one, 'commit');
  expect(await run).toEqual({
    daemons: [
      { id: 'one', applied: ['port'], restartRequired: [], warnings: [] },
      { id: 'two', applied: [], restartRequired: ['port'], warnings: [] },
    ],
  });
  expect([waiting('one'), waiting('two')]).toEqual([[], ['port']]);
});

test('a daemon that fails at the last step is named, and the settings are in force for the others', async () => {
  await supervisor.start('one');
  await supervisor.start('two');
  const [one, two] = [launcher.newest('one'), launcher.newest('two')];
  await writeFile(file, toml(2));
  const run = reload.run();
  await Promise.all([answer(one, 'begin'), answer(two, 'begin')]);
  await refuse(one, 'commit', { code: 'internal', message: 'no more memory' });
  await answer(two, 'commit');
  expect(await run).toEqual({
    daemons: [
      {
        id: 'one',
        applied: [],
        restartRequired: ['port'],
        warnings: ['one has not taken the new settings over: no more memory'],
      },
      { id: 'two', applied: ['port'], restartRequired: [], warnings: [] },
    ],
  });
  expect([waiting('one'), waiting('two')]).toEqual([['port'], []]);
});

test('what was open before and could not be opened again is said, whatever kept it from that', async () => {
  await supervisor.start('one');
  const one = launcher.newest('one');
  await writeFile(file, toml(2));
  const run = reload.run();
  const detail = { host: '192.0.2.1', port: 2, key: 'one.listen[0]' };
  await answer(one, 'begin', [{ ...detail, own: true }]);
  await answer(one, 'release');
  await refuse(one, 'bind', { code: 'init_failed', message: 'this user may not use that port', detail });
  await answer(one, 'undo');
  const gone = 'cannot listen on 192.0.2.1:1: this machine does not have that address now (EADDRNOTAVAIL)';
  await refuse(one, 'restore', { code: 'init_failed', message: gone, detail: { ...detail, port: 1 } });
  await expect(run).rejects.toMatchObject({
    message: `${file}:1: this user may not use that port. And what was open before: ${gone}`,
  });
});

/** Both daemons, running, with a file that says something else. */
async function bothRunning(): Promise<[FakeProcess, FakeProcess]> {
  await supervisor.start('one');
  await supervisor.start('two');
  await writeFile(file, toml(2));
  return [launcher.newest('one'), launcher.newest('two')];
}

const steps = (process: FakeProcess) =>
  process.received.flatMap((message) => (message.type === 'reload' ? [message.step] : []));
const own = { host: '192.0.2.1', port: 2, key: 'one.port', own: true };

test('all daemons take each step before any takes the next, and only the first brings the settings', async () => {
  const both = await bothRunning();
  const run = reload.run();
  for (const step of ['begin', 'release', 'bind', 'commit'] as const) {
    await asked(both[0], step);
    await answer(both[1], step, [own]);
    expect(both.map((process) => process.last('reload').step)).toEqual([step, step]);
    await answer(both[0], step);
  }
  const begin = both[0].received.filter((message) => message.type === 'reload');
  expect(begin.map((message) => 'config' in message && message.config)).toEqual([
    { port: 2 },
    false,
    false,
    false,
  ]);
  expect(await run).toMatchObject({ daemons: [{ id: 'one' }, { id: 'two' }] });
  expect(errors).toEqual([null]);
  expect(store.daemon('one')).toMatchObject({ result: { input: { port: 2 } } });
});

test('where nobody holds an address there is nothing to hand over', async () => {
  const both = await bothRunning();
  const run = reload.run();
  for (const step of ['begin', 'commit'] as const) for (const process of both) await answer(process, step);
  await run;
  expect(both.map(steps)).toEqual([
    ['begin', 'commit'],
    ['begin', 'commit'],
  ]);
});

test('an address that another daemon is about to give up is waited for', async () => {
  const both = await bothRunning();
  holders = [{ id: 'two', listeners: [{ host: '192.0.2.1', port: 2 }] }];
  const run = reload.run();
  await answer(both[0], 'begin', [{ ...own, own: false }]);
  await answer(both[1], 'begin');
  for (const step of ['release', 'bind', 'commit'] as const)
    for (const process of both) await answer(process, step);
  expect(await run).toMatchObject({ daemons: [{ id: 'one' }, { id: 'two' }] });
});

test.each<[string, readonly Holder[], string]>([
  ['a stranger', [], 'another process does'],
  [
    'the host itself',
    [{ id: 'the dashboard', listeners: [{ host: '192.0.2.1', port: 2 }] }],
    'the dashboard of this Signalbox does',
  ],
])('an address that %s holds is refused, and everything stays as it was', async (_, who, words) => {
  const both = await bothRunning();
  holders = who;
  const run = reload.run();
  await answer(both[0], 'begin', [{ ...own, own: false }]);
  await answer(both[1], 'begin');
  for (const step of ['undo', 'restore'] as const) for (const process of both) await answer(process, step);
  const message = `${file}:2: cannot listen on 192.0.2.1:2: ${words}`;
  await expect(run).rejects.toMatchObject({
    code: 'address_in_use',
    message,
    detail: { file, line: 2, key: 'one.port' },
  });
  expect(both.map(steps)).toEqual([
    ['begin', 'undo', 'restore'],
    ['begin', 'undo', 'restore'],
  ]);
  expect(store.daemon('one')).toMatchObject({ result: { input: { port: 1 } } });
  expect(errors).toMatchObject([{ message }]);
  expect(store.error).toMatchObject({ message });
});

test.each([
  ['release', 'unavailable', /^no$/],
  ['bind', 'address_in_use', /:2: cannot listen on 192\.0\.2\.1:2: two of this Signalbox does$/],
] as const)('a %s that fails leads all back', async (failing, code, message) => {
  const both = await bothRunning();
  const run = reload.run();
  for (const process of both) await answer(process, 'begin', [own]);
  if (failing === 'bind') for (const process of both) await answer(process, 'release');
  holders = [{ id: 'two', listeners: [{ host: '192.0.2.1', port: 2 }] }];
  const detail = { host: '192.0.2.1', port: 2, key: 'one.port' };
  await refuse(
    both[0],
    failing,
    code === 'unavailable' ? { code, message: 'no' } : { code, message: 'no', detail },
  );
  await answer(both[1], failing);
  for (const step of ['undo', 'restore'] as const) for (const process of both) await answer(process, step);
  await expect(run).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test('what several daemons find wrong is told at once, other failures one by one', async () => {
  const mistake = (id: string): WireError => ({
    code: 'config_invalid',
    message: `bad ${id}`,
    detail: { key: `${id}.port` },
  });
  const both = await bothRunning();
  let run = reload.run();
  await refuse(both[0], 'begin', { code: 'unavailable', message: 'no room' });
  await refuse(both[1], 'begin', mistake('two'));
  for (const step of ['undo', 'restore'] as const) for (const process of both) await answer(process, step);
  await expect(run).rejects.toMatchObject({ code: 'config_invalid', message: `${file}:4: bad two` });
  run = reload.run();
  for (const [n, id] of ['one', 'two'].entries()) await refuse(both[n]!, 'begin', mistake(id));
  for (const step of ['undo', 'restore'] as const) for (const process of both) await answer(process, step);
  await expect(run).rejects.toMatchObject({
    detail: { mistakes: [`${file}:2: bad one`, `${file}:4: bad two`] },
  });
  run = reload.run();
  await refuse(both[0], 'begin', { code: 'unavailable', message: 'no room' });
  await refuse(both[1], 'begin', { code: 'internal', message: 'defect' });
  for (const step of ['undo', 'restore'] as const) for (const process of both) await answer(process, step);
  await expect(run).rejects.toMatchObject({ code: 'unavailable', message: 'no room' });
  expect(errors).toHaveLength(3);
});

test('an answer that main does not know fails the reload', async () => {
  const [one, two] = await bothRunning();
  const run = reload.run();
  await answer(two, 'begin');
  const { requestId } = await asked(one, 'begin');
  one.say({ type: 'reply', requestId, outcome: { ok: true, result: { held: 'none' } } });
  for (const step of ['undo', 'restore'] as const)
    for (const process of [one, two]) await answer(process, step);
  await expect(run).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringMatching(/^the daemon answered what main does not know: held/),
  });
});

test('a file with a mistake is told before any daemon is asked', async () => {
  const [one] = await bothRunning();
  await writeFile(file, '[one]\nport = "x"\n');
  await expect(reload.run()).rejects.toMatchObject({ code: 'config_invalid' });
  expect(steps(one)).toEqual([]);
  expect(errors).toMatchObject([{ code: 'config_invalid' }]);
  expect(store.error).toBe(errors[0]);
});

test('reloads take place one after the other, also after one that failed', async () => {
  const [one, two] = await bothRunning();
  const runs = [reload.run(), reload.run()];
  await asked(one, 'begin');
  expect(steps(one)).toEqual(['begin']);
  await refuse(one, 'begin', { code: 'unavailable', message: 'no room' });
  await answer(two, 'begin');
  for (const step of ['undo', 'restore'] as const)
    for (const process of [one, two]) await answer(process, step);
  await expect(runs[0]).rejects.toMatchObject({ code: 'unavailable' });
  for (const step of ['begin', 'commit'] as const)
    for (const process of [one, two]) await answer(process, step);
  expect(await runs[1]).toMatchObject({ daemons: [{ id: 'one' }, { id: 'two' }] });
});

test('a daemon without news is not in the answer; one that stops or is stopped takes no part', async () => {
  const [one] = await bothRunning();
  await writeFile(file, '[one]\nport = 3\n[two]\nport = 1\n');
  void supervisor.stop('two');
  const run = reload.run();
  await answer(one, 'begin');
  const { requestId } = await asked(one, 'commit');
  const nothing = { applied: [], restartRequired: [], warnings: [] };
  one.say({ type: 'reply', requestId, outcome: { ok: true, result: nothing } });
  // Its table has changed, and nothing came of it.
  expect(await run).toEqual({ daemons: [{ id: 'one', ...nothing }] });
  expect(steps(launcher.newest('two'))).toEqual([]);
  launcher.newest('two').end({ exitCode: 0 });
  const again = reload.run();
  await answer(one, 'begin');
  const second = await asked(one, 'commit');
  one.say({ type: 'reply', requestId: second.requestId, outcome: { ok: true, result: nothing } });
  expect(await again).toEqual({ daemons: [] });
});

test('a daemon that does not answer is led back without being waited for', async () => {
  const [one, two] = await bothRunning();
  const run = reload.run();
  run.catch(() => {});
  await asked(one, 'begin');
  await answer(two, 'begin');
  await clock.advance(CONTROL_LIMITS.reloadMs + CONTROL_LIMITS.requestSlackMs);
  await answer(two, 'undo');
  await answer(two, 'restore');
  await expect(run).rejects.toMatchObject({
    code: 'timeout',
    message: expect.stringContaining('the reload of one (begin)'),
  });
  expect(steps(one)).toEqual(['begin', 'undo', 'restore']);
});
