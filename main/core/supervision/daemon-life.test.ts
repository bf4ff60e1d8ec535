/** What is known of one daemon, what waits for its restart, and when it starts again. */
import { beforeEach, expect, test } from 'vitest';
import type { Outcome } from '../../../contract/errors.ts';
import { NO_PEERS } from '../../../contract/link/test-introduction.ts';
import type { DaemonSnapshot } from '../../../contract/states.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import { CrashPolicy } from './backoff.ts';
import type { LaunchPlan } from './daemon-session.ts';
import { FakeLauncher } from './fake-launcher.ts';
import { ManagedDaemon } from './managed-daemon.ts';
import { settingsWaiting } from './pending-restart.ts';

const limits = {
  ...CONTROL_LIMITS,
  crashLoopCount: 3,
  crashLoopWindowMs: 120_000,
  crashHistory: 2,
  stableMs: 1_000,
};
const plan: LaunchPlan = { runtime: 'node', config: { a: 1, b: 2 }, dataDir: '/d', logDir: '/l' };

let clock: FakeClock;
let launcher: FakeLauncher;
let nextPlan: Outcome<LaunchPlan>;
let snapshots: DaemonSnapshot[];

beforeEach(() => {
  clock = new FakeClock();
  launcher = new FakeLauncher();
  nextPlan = { ok: true, result: plan };
  snapshots = [];
});

function make(): ManagedDaemon {
  return new ManagedDaemon({
    id: 'd',
    launcher,
    plan: () => nextPlan,
    introduction: () => NO_PEERS,
    clock,
    limits,
    random: () => 0,
    events: {
      onSnapshot: (snapshot) => snapshots.push(snapshot),
      onMessage() {},
      onOutput() {},
      onMalformed() {},
      onCrowded() {},
    },
  });
}

async function running(): Promise<ManagedDaemon> {
  const daemon = make();
  const starting = daemon.start();
  launcher.newest().comeUp();
  await starting;
  return daemon;
}

test('a daemon that was never started is stopped, and knows nothing of a process', () => {
  expect(make().snapshot()).toEqual({
    id: 'd',
    state: 'stopped',
    since: clock.now(),
    cause: null,
    nextStartAt: null,
    unresponsive: false,
    pid: null,
    instance: 0,
    restarts: 0,
    listeners: [],
    crashes: [],
    runtime: null,
    pendingRestart: [],
  });
});

test('with its process everything that was known of it goes, but for how it ended', async () => {
  const daemon = await running();
  launcher.newest().say({
    type: 'listeners',
    listeners: [{ kind: 'tcp', protocol: 'irc', host: '::1', port: 5, tls: false }],
  });
  daemon.reloaded(['a']);
  expect(daemon.snapshot()).toMatchObject({
    pid: 1000,
    runtime: 'node 24.0.0',
    pendingRestart: ['a'],
    listeners: [{ port: 5 }],
  });
  await clock.advance(2_500);
  launcher.newest().write('oops');
  launcher.newest().end({ exitCode: 3 });
  expect(daemon.snapshot()).toMatchObject({
    state: 'backoff',
    pid: null,
    runtime: null,
    listeners: [],
    pendingRestart: [],
    unresponsive: false,
    nextStartAt: clock.now() + limits.backoffBaseMs,
    crashes: [
      {
        time: clock.now(),
        cause: 'exited with code 3',
        exitCode: 3,
        signal: null,
        uptimeMs: 2_500,
        stderr: ['oops'],
      },
    ],
  });
  expect(daemon.session).toBeNull();
  expect(daemon.launched).toBeNull();
});

test('a loop is named with how often within how many minutes, and of crashes the newest are kept', async () => {
  const daemon = await running();
  for (let n = 1; n <= 3; n++) {
    launcher.newest().end({ exitCode: n });
    if (n === 3) break;
    await clock.advance((daemon.snapshot().nextStartAt ?? 0) - clock.now());
    launcher.newest().comeUp();
  }
  expect(daemon.snapshot()).toMatchObject({
    state: 'failed',
    cause: 'crashed 3 times within 2 minutes; last: exited with code 3',
    restarts: 2,
    nextStartAt: null,
  });
  expect(daemon.snapshot().crashes.map(({ exitCode }) => exitCode)).toEqual([2, 3]);
});

test('a kill ends what waits for its next start only by a stop; without a process it does nothing', async () => {
  const daemon = await running();
  launcher.newest().end({ exitCode: 1 });
  daemon.kill('x');
  await clock.advance(1_000_000);
  expect(launcher.processes).toHaveLength(1);
  expect(await daemon.stop()).toMatchObject({ state: 'stopped', cause: null });
  expect(clock.pendingTimers).toBe(0);
});

test('a kill during a stop is the cause of the end', async () => {
  const daemon = await running();
  const stopping = daemon.stop();
  daemon.kill('no time');
  expect(await stopping).toMatchObject({ state: 'stopped', cause: 'no time' });
});

test('a daemon that is launched while the machine sleeps has its deadlines afterwards', async () => {
  const daemon = make();
  daemon.suspend();
  void daemon.start();
  await clock.advance(limits.helloMs * 3);
  expect(launcher.newest().killed).toBe(0);
  daemon.resume();
  await clock.advance(limits.helloMs);
  expect(launcher.newest().killed).toBe(1);
});

test('a retry for which there is no plan fails with the mistake, and tells it by its code', async () => {
  const daemon = await running();
  launcher.newest().end({ exitCode: 1 });
  nextPlan = { ok: false, error: { code: 'config_invalid', message: 's.toml:1: bad' } };
  await clock.advance(limits.backoffBaseMs);
  expect(daemon.snapshot()).toMatchObject({ state: 'failed', cause: 's.toml:1: bad', restarts: 1 });
  expect(await daemon.settled()).toEqual({
    ok: false,
    error: { code: 'config_invalid', message: 'd did not start: s.toml:1: bad', detail: undefined },
  });
});

test('a reload says what waits, and tells only of a change', async () => {
  const daemon = await running();
  snapshots.length = 0;
  expect(daemon.reloaded([])).toEqual([]);
  expect(snapshots).toEqual([]);
  expect(daemon.reloaded(['a', 'b'])).toEqual(['a', 'b']);
  expect(daemon.reloaded(['a', 'b'])).toEqual(['a', 'b']);
  expect(snapshots.map(({ pendingRestart }) => pendingRestart)).toEqual([['a', 'b']]);
  // Without a plan nobody knows what would be next.
  nextPlan = { ok: false, error: { code: 'config_invalid', message: 'x' } };
  expect(daemon.reloaded([])).toEqual(['a', 'b']);
  expect(snapshots).toHaveLength(1);
  expect(make().reloaded(['a'])).toEqual([]);
});

test('what a process takes no news of waits where it differs, added and removed settings too', () => {
  const next = (config: unknown, runtime: 'host' | 'node' = 'node') =>
    settingsWaiting(plan, { ...plan, config, runtime }, ['everything']);
  expect(next({ a: 1, b: 2 })).toEqual([]);
  expect(next({ a: 1, c: 3 })).toEqual(['b', 'c']);
  expect(next({ a: { x: 1 }, b: 2 }, 'host')).toEqual(['runtime', 'a']);
  expect(next(null)).toEqual(['a', 'b']);
  expect(settingsWaiting(plan, plan, ['x'])).toEqual(['x']);
});

test('the wait after a crash: twice as long each time, jitter takes off it, a long run begins anew', () => {
  const policy = (random: number) => {
    const made = new CrashPolicy(
      { ...limits, backoffBaseMs: 100, backoffMaxMs: 350, backoffJitter: 0.5, crashLoopCount: 10 },
      () => random,
    );
    return (uptimeMs = 0) => made.crashed(0, uptimeMs);
  };
  const plain = policy(0);
  expect([plain(), plain(), plain(), plain()]).toEqual([100, 200, 350, 350]);
  expect([plain(999), plain(1_000), plain()]).toEqual([350, 100, 200]);
  const jittered = policy(0.5);
  expect([jittered(), jittered(), jittered()]).toEqual([75, 150, 263]);
});

test('a start that succeeds ends the waits of those that could not, but not those after crashes', () => {
  const made = new CrashPolicy(
    { ...limits, backoffBaseMs: 100, backoffMaxMs: 10_000, crashLoopCount: 10 },
    () => 0,
  );
  expect([made.unavailable(), made.unavailable()]).toEqual([100, 200]);
  made.started();
  expect(made.unavailable()).toBe(100);
  made.started();
  expect(made.crashed(0, 0)).toBe(100);
  made.started();
  expect(made.crashed(0, 0)).toBe(200);
  made.forget();
  made.started();
  expect(made.crashed(0, 0)).toBe(100);
});
