/** In which order daemons start and stop, and what is said where they do not. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { Outcome } from '../../../contract/errors.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import type { LaunchPlan } from './daemon-session.ts';
import { FakeLauncher } from './fake-launcher.ts';
import { startLayers } from './start-order.ts';
import { Supervisor } from './supervisor.ts';
import { manifest } from './test-manifest.ts';

const limits = CONTROL_LIMITS;
const plan: LaunchPlan = { runtime: 'node', config: { a: 1, b: 2 }, dataDir: '/d', logDir: '/l' };

let clock: FakeClock;
let launcher: FakeLauncher;

beforeEach(() => {
  clock = new FakeClock();
  launcher = new FakeLauncher();
});

test('a daemon stands one layer behind the deepest that it needs, and nobody’s layer is empty', () => {
  const registry = [
    manifest('top', { dependsOn: ['low', 'mid'] }),
    manifest('mid', { dependsOn: ['low'] }),
    manifest('low', { dependsOn: ['own'] }),
    manifest('own', { internal: true }),
    manifest('alone'),
  ];
  expect(startLayers(registry)).toEqual([['own'], ['low', 'alone'], ['mid'], ['top']]);
  expect(startLayers([manifest('a')])).toEqual([['a']]);
  expect(() => startLayers([manifest('a', { dependsOn: ['a'] })])).toThrow('Circular dependency: a -> a');
});

function supervise(plans: Record<string, Outcome<LaunchPlan>> = {}) {
  const supervisor = new Supervisor({
    registry: [manifest('web', { dependsOn: ['db'] }), manifest('db'), manifest('lone')],
    launcher,
    plan: (id) => plans[id] ?? { ok: true, result: plan },
    clock,
    limits,
    random: () => 0,
    events: { onSnapshot() {}, onMessage() {}, onOutput() {}, onMalformed() {}, onCrowded() {} },
  });
  return supervisor;
}
const launched = () => launcher.processes.map(({ request }) => request.id);

test('what runs already is not started again, and nothing that it needs either', async () => {
  launcher.onLaunch = (process) => queueMicrotask(() => process.comeUp());
  const supervisor = supervise();
  await supervisor.start('web');
  const stopping = supervisor.stop('db');
  launcher.newest('db').end({ exitCode: 0 });
  await stopping;
  expect(await supervisor.start('web')).toMatchObject({ ok: false, error: { code: 'already_running' } });
  expect(launched()).toEqual(['db', 'web']);
});

test('two that are started at once wait for the one that they need, which is started once', async () => {
  const supervisor = supervise();
  const [first, second] = [supervisor.start('db'), supervisor.start('web')];
  await clock.advance(0);
  expect(launched()).toEqual(['db']);
  launcher.newest('db').comeUp();
  expect(await first).toMatchObject({ ok: true });
  await vi.waitFor(() => expect(launched()).toEqual(['db', 'web']));
  launcher.newest('web').comeUp();
  expect(await second).toMatchObject({ ok: true });
});

test('a daemon is not started without what it needs, and why is said with both names', async () => {
  const supervisor = supervise({ db: { ok: false, error: { code: 'config_invalid', message: 'bad port' } } });
  expect(await supervisor.start('web')).toEqual({
    ok: false,
    error: { code: 'config_invalid', message: 'web needs db, which does not run: bad port' },
  });
  expect(launched()).toEqual([]);
});

test('what is not registered is said with what is', async () => {
  const supervisor = supervise();
  const error = { code: 'unknown_daemon', message: 'No daemon is called "x". There are: web, db, lone.' };
  for (const outcome of [supervisor.start('x'), supervisor.stop('x'), supervisor.restart('x')])
    expect(await outcome).toEqual({ ok: false, error });
  expect(supervisor.find('x')).toBeNull();
});

test('at the end each layer is asked for first, what has a process is attended, and the rest is stopped unseen', async () => {
  launcher.onLaunch = (process) => {
    queueMicrotask(() => process.comeUp());
    const { send } = process;
    process.send = (message) => {
      send.call(process, message);
      if (message.type === 'stop') process.end({ exitCode: 0 });
    };
  };
  const supervisor = supervise();
  await supervisor.start('web');
  launcher.onLaunch = () => {};
  void supervisor.start('lone');
  launcher.newest('lone').end({ exitCode: 1 });
  expect(supervisor.find('lone')?.state).toBe('backoff');
  const order: string[] = [];
  await supervisor.stopAll(
    async (layer) => void order.push(`before ${layer.join()}`),
    async (id, work) => {
      order.push(id);
      return await work();
    },
  );
  expect(order).toEqual(['before web', 'web', 'before db,lone', 'db']);
  expect(supervisor.snapshots().map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped']);
  expect(await supervisor.start('lone')).toEqual({
    ok: false,
    error: { code: 'busy', message: 'Signalbox is closing.' },
  });
});

test('once all were killed nothing can be started any more', async () => {
  const supervisor = supervise();
  supervisor.killAll('enough');
  expect(await supervisor.start('lone')).toMatchObject({ ok: false, error: { code: 'busy' } });
  expect(launched()).toEqual([]);
});
