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

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-reload-'));
  file = join(dir, 'signalbox.toml');
  await writeFile(file, toml(1));
  const store = await ConfigStore.open(file, registry);
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
    clock: new FakeClock(),
    limits: CONTROL_LIMITS,
    random: () => 0,
    events: { onSnapshot() {}, onMessage() {}, onOutput() {}, onMalformed() {} },
  });
  reload = new ConfigReload({ store, supervisor, limits: CONTROL_LIMITS, holders: () => [], onError() {} });
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
