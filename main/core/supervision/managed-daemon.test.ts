import { beforeEach, describe, expect, test } from 'vitest';
import type { Outcome } from '../../../contract/errors.ts';
import { NO_PEERS } from '../../../contract/link/test-introduction.ts';
import type { DaemonSnapshot } from '../../../contract/states.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import type { LaunchPlan } from './daemon-session.ts';
import { FakeLauncher } from './fake-launcher.ts';
import { ManagedDaemon } from './managed-daemon.ts';

const limits = CONTROL_LIMITS;
const plan: LaunchPlan = { runtime: 'node', config: { a: 1 }, dataDir: '/data/d', logDir: '/logs' };
const commandRequest = {
  type: 'command',
  name: 'list',
  args: {},
  timeoutMs: 1_000,
  actor: { name: 'ann', from: 'window', role: 'admin' },
} as const;

let clock: FakeClock;
let launcher: FakeLauncher;
let states: string[];
let malformed: string[];
let crowded: unknown[];
let nextPlan: Outcome<LaunchPlan>;
let daemon: ManagedDaemon;

beforeEach(() => {
  clock = new FakeClock();
  launcher = new FakeLauncher();
  states = [];
  malformed = [];
  crowded = [];
  nextPlan = { ok: true, result: plan };
  daemon = new ManagedDaemon({
    id: 'd',
    launcher,
    plan: () => nextPlan,
    introduction: () => NO_PEERS,
    clock,
    limits,
    random: () => 0,
    events: {
      onSnapshot: (snapshot, previous) => {
        if (snapshot.state !== previous) states.push(snapshot.state);
      },
      onMessage: () => {},
      onOutput: () => {},
      onMalformed: (_id, reason) => malformed.push(reason),
      onCrowded: (...told) => crowded.push(told),
    },
  });
});

async function running(): Promise<void> {
  const starting = daemon.start();
  launcher.newest().comeUp();
  await starting;
}

/** Brings the daemon up again after a crash. */
async function recovered(): Promise<void> {
  await clock.advance((daemon.snapshot().nextStartAt ?? 0) - clock.now());
  launcher.newest().comeUp();
}

describe('start', () => {
  test('goes through the handshake and resolves when the daemon is ready', async () => {
    const starting = daemon.start();
    expect(daemon.state).toBe('starting');
    const process = launcher.newest();
    expect(process.request).toEqual({ id: 'd', runtime: 'node', outbox: daemon.outbox });
    process.hello();
    expect(process.last('init')).toEqual({
      type: 'init',
      config: { a: 1 },
      dataDir: '/data/d',
      logDir: '/logs',
      instance: 1,
      ...NO_PEERS,
    });
    const listener = { protocol: 'irc', host: '127.0.0.1', port: 6667, tls: false };
    process.ready([listener]);
    const outcome = await starting;
    expect(outcome).toMatchObject({
      ok: true,
      result: { state: 'running', pid: 1000, instance: 1, restarts: 0, runtime: 'node 24.0.0', cause: null },
    });
    expect(daemon.snapshot().listeners).toEqual([listener]);
    expect(states).toEqual(['starting', 'running']);
  });

  test('of what starts or runs already is refused', async () => {
    const first = daemon.start();
    expect(await daemon.start()).toMatchObject({ ok: false, error: { code: 'already_running' } });
    launcher.newest().comeUp();
    await first;
    expect(await daemon.start()).toMatchObject({ ok: false, error: { code: 'already_running' } });
    expect(launcher.processes).toHaveLength(1);
  });

  test('with a bad configuration launches nothing and says why', async () => {
    nextPlan = {
      ok: false,
      error: { code: 'config_invalid', message: 'x.toml:3: d.port: expected a number' },
    };
    expect(await daemon.start()).toEqual(nextPlan);
    expect(daemon.state).toBe('stopped');
    expect(launcher.processes).toHaveLength(0);
  });

  test('that the daemon refuses ends in failed with its code, and is not tried again', async () => {
    const starting = daemon.start();
    const process = launcher.newest();
    process.hello();
    process.say({ type: 'failed', error: { code: 'address_in_use', message: '127.0.0.1:6667 is taken' } });
    process.end({ exitCode: 1 });
    expect(await starting).toMatchObject({ ok: false, error: { code: 'address_in_use' } });
    expect(daemon.snapshot()).toMatchObject({
      state: 'failed',
      cause: '127.0.0.1:6667 is taken',
      crashes: [],
      pendingRestart: [],
    });
    await clock.advance(limits.crashLoopWindowMs);
    expect(launcher.processes).toHaveLength(1);
    expect(states).toEqual(['starting', 'failed']);
  });

  test('that fails for a cause which passes is tried again for as long as it takes', async () => {
    const starting = daemon.start();
    for (let n = 0; n < 20; n++) {
      const process = launcher.newest();
      process.hello();
      process.say({ type: 'failed', error: { code: 'unavailable', message: 'the disk is full' } });
      process.end({ exitCode: 1 });
      if (n === 0) expect(await starting).toMatchObject({ ok: false, error: { code: 'unavailable' } });
      expect(daemon.snapshot()).toMatchObject({ state: 'backoff', cause: 'the disk is full', crashes: [] });
      const waitMs = (daemon.snapshot().nextStartAt ?? 0) - clock.now();
      expect(waitMs).toBe(Math.min(limits.backoffMaxMs, limits.backoffBaseMs * 2 ** n));
      await clock.advance(waitMs);
      expect(launcher.processes).toHaveLength(n + 2);
    }
    launcher.newest().comeUp();
    expect(daemon.state).toBe('running');
    launcher.newest().end({ exitCode: 1 });
    expect((daemon.snapshot().nextStartAt ?? 0) - clock.now()).toBe(limits.backoffBaseMs);
  });

  test('for which the system has no process to give is tried again', async () => {
    launcher.onLaunch = (process) => process.end({ reason: 'spawn EAGAIN', unavailable: 'EAGAIN' });
    for (let n = 0; n < 5; n++) {
      void daemon.start();
      expect(daemon.snapshot()).toMatchObject({
        state: 'backoff',
        cause: 'could not run: spawn EAGAIN',
        crashes: [],
      });
    }
  });

  test('that is refused kills a process which does not end by itself', async () => {
    void daemon.start();
    const process = launcher.newest();
    process.hello();
    process.say({ type: 'failed', error: { code: 'internal', message: 'no' } });
    await clock.advance(limits.failedExitMs - 1);
    expect(process.killed).toBe(0);
    await clock.advance(1);
    expect(process.killed).toBe(1);
    expect(daemon.snapshot()).toMatchObject({ state: 'failed', cause: 'no' });
  });

  test('without hello before the deadline is killed and counts as a crash', async () => {
    const starting = daemon.start();
    await clock.advance(limits.helloMs);
    expect(launcher.newest().killed).toBe(1);
    expect(await starting).toMatchObject({ ok: false, error: { code: 'crashed' } });
    expect(daemon.snapshot().cause).toContain('did not say hello within 15 s');
    expect(states).toEqual(['starting', 'crashed', 'backoff']);
  });

  test('that hangs in init is killed, and the cause says where', async () => {
    void daemon.start();
    launcher.newest().hello();
    await clock.advance(limits.initMs);
    expect(daemon.snapshot().cause).toContain('did not become ready within 15 s');
  });

  test('of another program or protocol is refused at once', async () => {
    const starting = daemon.start();
    launcher.newest().hello(99);
    launcher.newest().end({ exitCode: 0 });
    expect(await starting).toMatchObject({ ok: false, error: { code: 'init_failed' } });
    expect(daemon.snapshot().cause).toContain('protocol 99');
    expect(launcher.newest().inbox).not.toContain('init');
  });

  test('that cannot even be launched names the reason', async () => {
    launcher.onLaunch = (process) => process.end({ reason: 'spawn ENOENT' });
    const outcome = await daemon.start();
    expect(outcome).toMatchObject({ ok: false, error: { code: 'crashed' } });
    expect(daemon.snapshot().crashes[0]?.cause).toBe('could not run: spawn ENOENT before it was ready');
    expect(daemon.state).toBe('backoff');
  });
});

describe('crash', () => {
  beforeEach(() => {
    launcher.onLaunch = (process) => {
      process.answersPings = true;
    };
  });

  test('is recorded with its cause, code, signal and last lines of stderr', async () => {
    await running();
    await clock.advance(5_000);
    for (let n = 1; n <= 25; n++) launcher.newest().write(`line ${n}`);
    launcher.newest().end({ signal: 'SIGSEGV' });
    const [crash] = daemon.snapshot().crashes;
    expect(crash).toMatchObject({
      cause: 'killed by signal SIGSEGV',
      signal: 'SIGSEGV',
      exitCode: null,
      uptimeMs: 5_000,
    });
    expect(crash?.stderr).toEqual(Array.from({ length: 20 }, (_, n) => `line ${n + 6}`));
    expect(daemon.snapshot()).toMatchObject({ state: 'backoff', pid: null, runtime: null, listeners: [] });
    expect(daemon.snapshot().nextStartAt).toBe(clock.now() + limits.backoffBaseMs);
  });

  test('is followed by a restart with a new instance after the backoff', async () => {
    await running();
    launcher.newest().end({ exitCode: 1 });
    await clock.advance(limits.backoffBaseMs - 1);
    expect(launcher.processes).toHaveLength(1);
    await clock.advance(1);
    expect(launcher.processes).toHaveLength(2);
    launcher.newest().comeUp();
    expect(daemon.snapshot()).toMatchObject({
      state: 'running',
      restarts: 1,
      instance: 2,
      nextStartAt: null,
    });
    expect(states).toEqual(['starting', 'running', 'crashed', 'backoff', 'starting', 'running']);
  });

  test('waits longer the second time', async () => {
    await running();
    launcher.newest().end({ exitCode: 1 });
    await clock.advance(limits.backoffBaseMs);
    launcher.newest().comeUp();
    launcher.newest().end({ exitCode: 1 });
    expect(daemon.snapshot().nextStartAt).toBe(clock.now() + 2 * limits.backoffBaseMs);
  });

  test('three times within five minutes is a loop: failed, with cause and history', async () => {
    await running();
    launcher.newest().end({ exitCode: 1 });
    await recovered();
    launcher.newest().end({ exitCode: 2 });
    await recovered();
    launcher.newest().end({ exitCode: 3 });
    const snapshot = daemon.snapshot();
    expect(snapshot.state).toBe('failed');
    expect(snapshot.cause).toBe('crashed 3 times within 5 minutes; last: exited with code 3');
    expect(snapshot.crashes.map(({ exitCode }) => exitCode)).toEqual([1, 2, 3]);
    await clock.advance(limits.crashLoopWindowMs);
    expect(launcher.processes).toHaveLength(3);
  });

  test('spread over more than the window never fails', async () => {
    await running();
    for (let n = 0; n < 6; n++) {
      await clock.advance(limits.crashLoopWindowMs / 2);
      launcher.newest().end({ exitCode: 1 });
      expect(daemon.state).toBe('backoff');
      await recovered();
    }
    expect(daemon.snapshot().restarts).toBe(6);
  });

  test('keeps the ten newest records', async () => {
    await running();
    for (let n = 0; n < 12; n++) {
      await clock.advance(limits.crashLoopWindowMs);
      launcher.newest().end({ exitCode: n });
      await recovered();
    }
    expect(daemon.snapshot().crashes.map(({ exitCode }) => exitCode)).toEqual([
      2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ]);
  });

  test('loop is forgotten when the operator starts it again', async () => {
    await running();
    for (let n = 0; n < 3; n++) {
      launcher.newest().end({ exitCode: 1 });
      if (n < 2) await recovered();
    }
    expect(daemon.state).toBe('failed');
    await running();
    launcher.newest().end({ exitCode: 1 });
    expect(daemon.state).toBe('backoff');
  });

  test('during backoff: start goes ahead at once, stop ends the waiting', async () => {
    await running();
    launcher.newest().end({ exitCode: 1 });
    await running();
    expect(daemon.state).toBe('running');
    launcher.newest().end({ exitCode: 1 });
    expect((await daemon.stop()).state).toBe('stopped');
    await clock.advance(limits.backoffMaxMs);
    expect(launcher.processes).toHaveLength(2);
  });

  test('a configuration that went bad in the meantime fails with its mistake', async () => {
    await running();
    launcher.newest().end({ exitCode: 1 });
    nextPlan = { ok: false, error: { code: 'config_invalid', message: 'x.toml:3: bad' } };
    await clock.advance(limits.backoffBaseMs);
    expect(daemon.snapshot()).toMatchObject({ state: 'failed', cause: 'x.toml:3: bad' });
  });

  test('reported twice is one crash', async () => {
    await running();
    const process = launcher.newest();
    process.end({ exitCode: 1 });
    process.end({ exitCode: 1 });
    process.comeUp();
    expect(daemon.snapshot().crashes).toHaveLength(1);
    expect(daemon.state).toBe('backoff');
  });

  test('is also an exit with code 0 that nobody asked for', async () => {
    await running();
    launcher.newest().end({ exitCode: 0 });
    expect(daemon.snapshot().crashes[0]?.cause).toBe('exited with code 0');
  });
});

describe('stop', () => {
  test('drains, and resolves when the process has ended', async () => {
    await running();
    const stopping = daemon.stop();
    expect(daemon.state).toBe('stopping');
    expect(launcher.newest().last('stop')).toEqual({ type: 'stop', deadlineMs: limits.stopMs });
    launcher.newest().end({ exitCode: 0 });
    expect(await stopping).toMatchObject({ state: 'stopped', cause: null, pid: null });
    expect(clock.pendingTimers).toBe(0);
  });

  test('past the deadline kills, and says so', async () => {
    await running();
    const stopping = daemon.stop();
    await clock.advance(limits.stopMs + limits.stopGraceMs - 1);
    expect(launcher.newest().killed).toBe(0);
    await clock.advance(1);
    expect(launcher.newest().killed).toBe(1);
    expect((await stopping).cause).toBe('d did not stop within 10 s and was killed');
    expect(daemon.snapshot().crashes).toEqual([]);
  });

  test('of a process that outlives SIGKILL gives up waiting for it', async () => {
    await running();
    launcher.newest().mortal = false;
    const stopping = daemon.stop();
    await clock.advance(limits.stopMs + limits.stopGraceMs + limits.killConfirmMs);
    expect((await stopping).state).toBe('stopped');
  });

  test('that ends badly is stopped with the cause beside it', async () => {
    await running();
    const stopping = daemon.stop();
    launcher.newest().end({ exitCode: 7 });
    expect(await stopping).toMatchObject({ state: 'stopped', cause: 'exited with code 7 while stopping' });
  });

  test('of what is stopped is fine, twice at once too', async () => {
    expect((await daemon.stop()).state).toBe('stopped');
    await running();
    const both = Promise.all([daemon.stop(), daemon.stop()]);
    launcher.newest().end({ exitCode: 0 });
    expect((await both).map(({ state }) => state)).toEqual(['stopped', 'stopped']);
    expect(launcher.newest().inbox.filter((type) => type === 'stop')).toHaveLength(1);
  });

  test('before hello kills at once, and the start says that it was stopped', async () => {
    const starting = daemon.start();
    const stopping = daemon.stop();
    expect(launcher.newest().killed).toBe(1);
    expect((await stopping).state).toBe('stopped');
    expect(await starting).toMatchObject({ ok: false, error: { code: 'cancelled' } });
  });

  test('during init drains, even if init fails meanwhile', async () => {
    const starting = daemon.start();
    launcher.newest().hello();
    const stopping = daemon.stop();
    launcher.newest().say({ type: 'failed', error: { code: 'address_in_use', message: 'taken' } });
    launcher.newest().end({ exitCode: 1 });
    expect((await stopping).state).toBe('stopped');
    expect((await starting).ok).toBe(false);
  });

  test('of what is failed clears the failure', async () => {
    void daemon.start();
    launcher.newest().hello();
    launcher.newest().say({ type: 'failed', error: { code: 'internal', message: 'no' } });
    launcher.newest().end({ exitCode: 1 });
    expect(daemon.state).toBe('failed');
    expect(await daemon.stop()).toMatchObject({ state: 'stopped', cause: null });
  });

  test('while stopping, start is told to wait', async () => {
    await running();
    void daemon.stop();
    expect(await daemon.start()).toMatchObject({ ok: false, error: { code: 'busy' } });
  });

  test('announced by the daemon itself is no crash', async () => {
    await running();
    launcher.newest().say({ type: 'stopping', message: 'DIE by ann' });
    expect(daemon.state).toBe('stopping');
    launcher.newest().end({ exitCode: 0 });
    expect(daemon.snapshot()).toMatchObject({ state: 'stopped', cause: 'DIE by ann', crashes: [] });
  });

  test('kill does not wait for anything', async () => {
    await running();
    daemon.kill('forced');
    expect(daemon.snapshot()).toMatchObject({ state: 'stopped', cause: 'forced' });
  });
});

describe('heartbeats', () => {
  const beat = () => {
    const process = launcher.newest();
    process.say({ type: 'pong', seq: process.last('ping').seq });
  };

  test('that are missed show the daemon as unresponsive beside running, until it answers', async () => {
    await running();
    await clock.advance(limits.unresponsiveMs + limits.heartbeatMs);
    expect(daemon.snapshot()).toMatchObject({ state: 'running', unresponsive: true });
    beat();
    expect(daemon.snapshot()).toMatchObject({ state: 'running', unresponsive: false });
  });

  test('that are answered keep it alive for ever', async () => {
    await running();
    for (let n = 0; n < 60; n++) {
      await clock.advance(limits.heartbeatMs);
      beat();
    }
    expect(daemon.snapshot()).toMatchObject({ state: 'running', unresponsive: false, restarts: 0 });
  });

  test('missing for too long kill it, as a crash', async () => {
    await running();
    await clock.advance(limits.deadMs + limits.heartbeatMs);
    expect(daemon.snapshot().crashes[0]?.cause).toBe('did not answer heartbeats for 30 s and was killed');
  });

  test('do not accuse a daemon of the time in which the machine slept', async () => {
    await running();
    await clock.jump(8 * 3_600_000);
    expect(daemon.snapshot()).toMatchObject({ state: 'running', unresponsive: false });
    expect(launcher.newest().killed).toBe(0);
  });

  test('pause while the host says that the machine sleeps', async () => {
    await running();
    daemon.suspend();
    await clock.advance(3_600_000);
    expect(launcher.newest().killed).toBe(0);
    daemon.resume();
    await clock.advance(limits.deadMs + limits.heartbeatMs);
    expect(daemon.snapshot().crashes).toHaveLength(1);
  });
});

test('a machine that sleeps during the handshake or the drain costs nobody the deadline', async () => {
  void daemon.start();
  await clock.jump(3_600_000);
  expect(launcher.newest().killed).toBe(0);
  launcher.newest().comeUp();
  void daemon.stop();
  await clock.jump(3_600_000);
  expect(launcher.newest().killed).toBe(0);
});

describe('requests', () => {
  test('go to the process and come back', async () => {
    await running();
    const { outcome } = daemon.request(commandRequest, 'd list', 1_000);
    const { requestId } = launcher.newest().last('command');
    launcher.newest().say({ type: 'reply', requestId, outcome: { ok: true, result: 42 } });
    expect(await outcome).toEqual({ ok: true, result: 42 });
  });

  test('made while it starts are sent when it is ready', async () => {
    void daemon.start();
    void daemon.request(commandRequest, 'd list', 1_000);
    launcher.newest().hello();
    expect(launcher.newest().inbox).toEqual(['init']);
    launcher.newest().ready();
    expect(launcher.newest().inbox).toEqual(['init', 'command']);
  });

  test('pending and later ones all get the cause of a failed init', async () => {
    void daemon.start();
    const pending = daemon.request(commandRequest, 'd list', 1_000).outcome;
    launcher.newest().hello();
    launcher.newest().say({ type: 'failed', error: { code: 'address_in_use', message: 'port taken' } });
    const later = daemon.request(commandRequest, 'd list', 1_000).outcome;
    launcher.newest().end({ exitCode: 1 });
    const evenLater = daemon.request(commandRequest, 'd list', 1_000).outcome;
    for (const outcome of [await pending, await later, await evenLater]) {
      expect(outcome).toMatchObject({ ok: false, error: { code: 'init_failed' } });
      expect(outcome).toMatchObject({ error: { message: expect.stringContaining('port taken') } });
    }
  });

  test('outstanding when the process dies get crashed with the cause', async () => {
    await running();
    const { outcome } = daemon.request(commandRequest, 'd list', 1_000);
    launcher.newest().end({ signal: 'SIGKILL' });
    expect(await outcome).toEqual({
      ok: false,
      error: { code: 'crashed', message: 'd ended: killed by signal SIGKILL.' },
    });
  });

  test('without an answer time out, and the daemon is told to give up', async () => {
    await running();
    const { outcome, requestId } = daemon.request(commandRequest, 'd list', 1_000);
    await clock.advance(1_000 + limits.requestSlackMs);
    expect(await outcome).toMatchObject({ ok: false, error: { code: 'timeout' } });
    expect(launcher.newest().last('cancel')).toEqual({ type: 'cancel', requestId });
    launcher.newest().say({ type: 'reply', requestId, outcome: { ok: true, result: 'too late' } });
  });

  test('are cancelled by their id, once', async () => {
    await running();
    const { outcome, requestId } = daemon.request(commandRequest, 'd list', 1_000);
    expect(daemon.session?.cancel(requestId)).toBe(true);
    expect(daemon.session?.cancel(requestId)).toBe(false);
    expect(await outcome).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(launcher.newest().inbox.at(-1)).toBe('cancel');
  });

  test('cancelled before it was ready are never sent', async () => {
    void daemon.start();
    const { requestId } = daemon.request(commandRequest, 'd list', 1_000);
    daemon.session?.cancel(requestId);
    launcher.newest().comeUp();
    expect(launcher.newest().inbox).not.toContain('command');
  });

  test('to what does not run say its state and why', async () => {
    const idle = await daemon.request(commandRequest, 'd list', 1_000).outcome;
    expect(idle).toMatchObject({
      ok: false,
      error: { code: 'not_running', message: 'd is not running (stopped).' },
    });
    await running();
    launcher.newest().end({ exitCode: 9 });
    const crashed = await daemon.request(commandRequest, 'd list', 1_000).outcome;
    expect(crashed).toMatchObject({ error: { message: 'd is not running (backoff): exited with code 9.' } });
  });

  test('beyond the limit of a user or of one daemon are refused, and that there are many is said before', async () => {
    await running();
    const ask = (name: string) => {
      const actor = { ...commandRequest.actor, name };
      return daemon.request({ ...commandRequest, actor }, 'd list', 1_000).outcome;
    };
    for (let n = 0; n < limits.outstandingPerUser; n++) void ask('ann');
    expect(await ask('ann')).toMatchObject({ ok: false, error: { code: 'limit_reached' } });
    expect(crowded).toEqual([]);
    for (let n = limits.outstandingPerUser; n < limits.outstandingRequests; n++) void ask('bob');
    expect(await ask('eve')).toMatchObject({ ok: false, error: { code: 'limit_reached' } });
    expect(crowded).toEqual([['d', 205, 256]]);
    expect(daemon.requests).toMatchObject({ depth: 256, rejected: 2 });
  });
});

test('malformed messages are counted and change nothing', async () => {
  await running();
  for (const bad of [null, 7, {}, { type: 'ready' }, { type: 'summary', summary: { values: [1] } }]) {
    launcher.newest().sayRaw(bad);
  }
  expect(malformed).toHaveLength(5);
  expect(daemon.state).toBe('running');
});

test('a snapshot that was handed out does not change afterwards', async () => {
  await running();
  const before: DaemonSnapshot = daemon.snapshot();
  launcher.newest().end({ exitCode: 1 });
  expect(before).toMatchObject({ state: 'running', crashes: [] });
});
