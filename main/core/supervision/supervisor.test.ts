import { beforeEach, expect, test } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import { FakeLauncher } from './fake-launcher.ts';
import { startLayers } from './start-order.ts';
import { type Attended, Supervisor } from './supervisor.ts';
import { manifest } from './test-manifest.ts';

/** `web` needs `db`; `log` is Signalbox's own; `lone` needs nobody. */
const registry = [
  manifest('web', { dependsOn: ['db'] }),
  manifest('lone'),
  manifest('db'),
  manifest('log', { internal: true }),
];

let clock: FakeClock;
let launcher: FakeLauncher;
let order: string[];
let supervisor: Supervisor;
/** Whom a daemon asks; told by the configuration. */
let helpers: Readonly<Record<string, readonly string[]>>;

beforeEach(() => {
  clock = new FakeClock();
  launcher = new FakeLauncher();
  order = [];
  helpers = {};
  supervisor = new Supervisor({
    registry,
    launcher,
    plan: () => ({ ok: true, result: { runtime: 'node', config: {}, dataDir: '/d', logDir: '/l' } }),
    helpersOf: (id) => helpers[id] ?? [],
    clock,
    limits: CONTROL_LIMITS,
    random: () => 0,
    events: {
      onSnapshot: (snapshot, previous) => {
        if (snapshot.state !== previous) order.push(`${snapshot.id} ${snapshot.state}`);
      },
      onMessage: () => {},
      onOutput: () => {},
      onMalformed: () => {},
      onCrowded: () => {},
    },
  });
});

/** Processes come up and stop as soon as they are asked. */
function obedient(): void {
  launcher.onLaunch = (process) => {
    queueMicrotask(() => process.comeUp());
    const { send } = process;
    process.send = (message) => {
      send.call(process, message);
      if (message.type === 'stop') process.end({ exitCode: 0 });
    };
  };
}

test('layers: internal ones first, then by dependency', () => {
  expect(startLayers(registry)).toEqual([['log'], ['lone', 'db'], ['web']]);
});

test('a circle or an unknown dependency is a mistake in the registry', () => {
  const circle = [manifest('a', { dependsOn: ['b'] }), manifest('b', { dependsOn: ['a'] })];
  expect(() => startLayers(circle)).toThrow('Circular dependency: a -> b -> a');
  expect(() => startLayers([manifest('a', { dependsOn: ['x'] })])).toThrow('a depends on x');
});

test('starting a daemon starts what it depends on first', async () => {
  obedient();
  const outcome = await supervisor.start('web');
  expect(outcome).toMatchObject({ ok: true, result: { id: 'web', state: 'running' } });
  expect(order).toEqual(['db starting', 'db running', 'web starting', 'web running']);
});

test('a dependency that does not start is named', async () => {
  launcher.onLaunch = (process) => {
    queueMicrotask(() => {
      process.hello();
      process.say({ type: 'failed', error: { code: 'address_in_use', message: 'taken' } });
      process.end({ exitCode: 1 });
    });
  };
  const outcome = await supervisor.start('web');
  expect(outcome).toMatchObject({ ok: false, error: { code: 'address_in_use' } });
  expect(outcome).toMatchObject({ error: { message: expect.stringContaining('web needs db') } });
  expect(supervisor.find('web')?.state).toBe('stopped');
});

test('everything stops in reverse order, and nothing can start any more', async () => {
  obedient();
  const attended: string[] = [];
  const attend: Attended = (id, work) => {
    attended.push(id);
    return work();
  };
  await supervisor.startAll(['log', 'web', 'lone'], attend);
  expect(attended.splice(0).sort()).toEqual(['log', 'lone', 'web']);
  order = [];
  await supervisor.stop('lone');
  const asked: string[] = [];
  await supervisor.stopAll(async (layer) => void asked.push(layer.join('+')), attend);
  expect(attended).toEqual(['web', 'db', 'log']);
  expect(order.indexOf('web stopped')).toBeLessThan(order.indexOf('db stopping'));
  expect(order.indexOf('db stopped')).toBeLessThan(order.indexOf('log stopping'));
  expect(asked).toEqual(['web', 'lone+db', 'log']);
  expect(await supervisor.start('lone')).toMatchObject({ ok: false, error: { code: 'busy' } });
});

test('one that does not start keeps nobody else from starting', async () => {
  launcher.onLaunch = (process) => {
    queueMicrotask(() => {
      if (process.request.id === 'log') process.end({ exitCode: 1 });
      else process.comeUp();
    });
  };
  await supervisor.startAll(['log', 'lone'], (_id, work) => work());
  expect(supervisor.find('lone')?.state).toBe('running');
  expect(supervisor.find('log')?.state).toBe('backoff');
});

test('restart stops and starts with a new process', async () => {
  obedient();
  await supervisor.start('lone');
  const outcome = await supervisor.restart('lone');
  expect(outcome).toMatchObject({ ok: true, result: { state: 'running', instance: 2 } });
  expect(order).toEqual([
    'lone starting',
    'lone running',
    'lone stopping',
    'lone stopped',
    'lone starting',
    'lone running',
  ]);
});

test('a name that nobody has is answered with those that exist', async () => {
  expect(await supervisor.start('nope')).toEqual({
    ok: false,
    error: { code: 'unknown_daemon', message: 'No daemon is called "nope". There are: web, lone, db, log.' },
  });
});

test('killAll leaves no process', async () => {
  obedient();
  await supervisor.startAll(['log', 'web', 'lone'], (_id, work) => work());
  supervisor.killAll('forced');
  expect(launcher.processes.every(({ ended }) => ended)).toBe(true);
});

test('whom a daemon asks is started along with it, and it does not wait for them', async () => {
  obedient();
  helpers = { lone: ['db'] };
  const { onLaunch } = launcher;
  launcher.onLaunch = (process) => {
    if (process.request.id !== 'db') onLaunch?.(process);
  };
  expect(await supervisor.start('lone')).toMatchObject({ ok: true });
  expect(supervisor.find('db')?.state).toBe('starting');
});

test('one that is asked and does not start keeps nobody from running', async () => {
  obedient();
  helpers = { lone: ['unknown'] };
  expect(await supervisor.start('lone')).toMatchObject({ ok: true });
});

test('a configuration by which those who run ask others starts them, and nobody else', async () => {
  obedient();
  await supervisor.start('lone');
  helpers = { lone: ['log'], web: ['db'] };
  supervisor.helpRunning();
  expect(await supervisor.find('log')?.settled()).toMatchObject({ ok: true });
  expect(supervisor.find('db')?.state).toBe('stopped');
});

test('whom somebody has stopped is not started by a configuration by which it is asked as before', async () => {
  obedient();
  helpers = { lone: ['db', 'log'] };
  await supervisor.start('lone');
  for (const id of ['db', 'log']) expect(await supervisor.find(id)?.settled()).toMatchObject({ ok: true });
  await supervisor.stop('db');
  supervisor.helpRunning();
  expect(supervisor.find('db')?.state).toBe('stopped');
  // Not asked meanwhile, and asked again.
  helpers = { lone: ['log'] };
  supervisor.helpRunning();
  helpers = { lone: ['db', 'log'] };
  supervisor.helpRunning();
  expect(await supervisor.find('db')?.settled()).toMatchObject({ ok: true });
});
