/** What a check of the configuration finds, with processes that say what a test wants. */
import { beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { WireError } from '../../../contract/errors.ts';
import type { FromDaemon } from '../../../contract/link/from-daemon.ts';
import { defineManifest } from '../../../contract/manifest.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import type { DaemonRuntime } from '../daemon-launcher.ts';
import { FakeLauncher, type FakeProcess } from '../supervision/fake-launcher.ts';
import type { Holder } from './address-holder.ts';
import { checkDaemons } from './config-check.ts';
import { parseConfigDocument } from './config-document.ts';

const manifest = (id: string, internal = false) =>
  defineManifest({
    id,
    title: id,
    summary: '',
    metrics: [],
    commands: {},
    internal,
    config: z.object({ port: z.number().default(1) }),
  });
const registry = [manifest('one'), manifest('two'), manifest('recorder', true)];
type Checked = Extract<FromDaemon, { type: 'checked' }>['outcome'];
const GOOD: Checked = { ok: true, result: { mistakes: [], warnings: [], held: [] } };

let launcher: FakeLauncher;
let clock: FakeClock;

beforeEach(() => {
  launcher = new FakeLauncher();
  clock = new FakeClock();
});

function check(toml: string, holders: readonly Holder[] = []) {
  const document = parseConfigDocument(toml, 's.toml', registry);
  if (!document.ok) throw new Error(document.error.message);
  return checkDaemons(document.result, 's.toml', {
    registry,
    launcher,
    daemonRuntime: (id, configured?: DaemonRuntime) => configured ?? (id === 'two' ? 'node' : 'host'),
    dataDirOf: (id) => `/data/${id}`,
    holders,
    clock,
    limits: { helloMs: 3_000, initMs: 4_000 },
  });
}

/** Says hello and what it has found. */
function find(process: FakeProcess, outcome: Checked): void {
  process.hello();
  process.say({ type: 'checked', outcome });
}

test('daemons that would start look at their tables, in a process that ends with its answer', async () => {
  const checking = check('[signalbox]\nautostart = ["two"]\n[one]\nport = 5\nruntime = "node"\n');
  expect(launcher.processes.map(({ request }) => request)).toEqual([
    { id: 'one', runtime: 'node' },
    { id: 'two', runtime: 'node' },
  ]);
  for (const process of launcher.processes) find(process, GOOD);
  expect(launcher.newest('one').received).toEqual([
    { type: 'check', config: { port: 5 }, dataDir: '/data/one' },
  ]);
  expect(launcher.newest('two').received).toEqual([{ type: 'check', config: {}, dataDir: '/data/two' }]);
  expect(await checking).toEqual({ error: null, warnings: [] });
  expect(launcher.processes.map(({ ended }) => ended)).toEqual([true, true]);
  expect(clock.pendingTimers).toBe(0);
});

test('neither a daemon without a table nor the recorder is started for it', async () => {
  expect(await check('[one]\nruntime = "node"\n[recorder]\nport = 9\n')).toEqual({
    error: null,
    warnings: [],
  });
  expect(launcher.processes).toEqual([]);
});

test('mistakes and warnings of all are gathered, with the lines of the file', async () => {
  const checking = check('[two]\nport = 6\n[one]\nport = 5\n');
  const mistake = (id: string): WireError => ({
    code: 'config_invalid',
    message: `no certificate for ${id}`,
    detail: { key: `${id}.port` },
  });
  for (const id of ['one', 'two'])
    find(launcher.newest(id), {
      ok: true,
      result: { mistakes: [mistake(id)], warnings: [`mind ${id}`], held: [] },
    });
  expect(await checking).toEqual({
    error: {
      code: 'config_invalid',
      message: 's.toml:2: no certificate for two (and one more mistake)',
      detail: {
        file: 's.toml',
        line: 2,
        key: 'two.port',
        mistakes: ['s.toml:2: no certificate for two', 's.toml:4: no certificate for one'],
      },
    },
    warnings: ['mind one', 'mind two'],
  });
});

test('an address that is held is a mistake, but where a daemon of this host has it: it would be free then', async () => {
  const held = { host: '127.0.0.1', key: 'one.port', own: false };
  const checking = check('[one]\nport = 5\n', [
    { id: 'the dashboard', listeners: [{ host: '127.0.0.1', port: 1 }] },
    { id: 'two', listeners: [{ host: '127.0.0.1', port: 2 }] },
  ]);
  const ports = [1, 2, 3].map((port) => ({ ...held, port }));
  find(launcher.newest('one'), { ok: true, result: { mistakes: [], warnings: [], held: ports } });
  const { error, warnings } = await checking;
  expect(error?.detail?.mistakes).toEqual([
    's.toml:2: cannot listen on 127.0.0.1:1: the dashboard of this Signalbox does',
    's.toml:2: cannot listen on 127.0.0.1:3: another process does',
  ]);
  expect(warnings).toEqual([
    'one.port: 127.0.0.1:2 is held by two of the Signalbox that runs with this data directory',
  ]);
});

test.each<[string, (process: FakeProcess) => void, string]>([
  [
    'that ends',
    (one) => one.end({ exitCode: 3 }),
    'one ended before it had checked its configuration: exit code 3',
  ],
  [
    'that is killed',
    (one) => one.end({ signal: 'SIGSEGV', exitCode: null }),
    'one ended before it had checked its configuration: SIGSEGV',
  ],
  [
    'that cannot be launched',
    (one) => one.end({ reason: 'spawn ENOENT', signal: 'x' }),
    'one ended before it had checked its configuration: spawn ENOENT',
  ],
  [
    'that says why it ends',
    (one) => {
      one.write('first');
      one.write('out of memory');
      one.end({ exitCode: 1 });
    },
    'one ended before it had checked its configuration: exit code 1 out of memory',
  ],
  ['of another version', (one) => one.hello(0), 'one speaks another protocol than this Signalbox'],
])('a process %s is a mistake that names it', async (_, act, message) => {
  const checking = check('[one]\nport = 5\n');
  act(launcher.newest('one'));
  expect(await checking).toEqual({ error: { code: 'init_failed', message }, warnings: [] });
  expect(clock.pendingTimers).toBe(0);
});

test('a process that says what it should not is waited for all the same, as long as a start may take', async () => {
  const checking = check('[one]\nport = 5\n');
  const one = launcher.newest('one');
  one.sayRaw({ type: 'nonsense' });
  one.hello();
  one.say({ type: 'pong', seq: 1 });
  await clock.advance(6_999);
  expect(one.killed).toBe(0);
  await clock.advance(1);
  expect(await checking).toEqual({
    error: { code: 'init_failed', message: 'one did not check its configuration within 7 s' },
    warnings: [],
  });
  expect(one.ended).toBe(true);
});

test('an error that it answers instead is the mistake', async () => {
  const checking = check('[one]\nport = 5\n');
  find(launcher.newest('one'), { ok: false, error: { code: 'unavailable', message: 'the disk is full' } });
  expect(await checking).toEqual({
    error: { code: 'unavailable', message: 'the disk is full' },
    warnings: [],
  });
});
