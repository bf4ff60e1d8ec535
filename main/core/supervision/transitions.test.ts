import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_PEERS } from '../../../contract/link/test-introduction.ts';
import { type DaemonState, TRANSITIONS } from '../../../contract/states.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import { FakeLauncher } from './fake-launcher.ts';
import { ManagedDaemon } from './managed-daemon.ts';

/** Everything that can happen to a daemon, in any order. */
const EVENTS = [
  'start',
  'stop',
  'kill',
  'suspend',
  'resume',
  'hello',
  'badHello',
  'ready',
  'failed',
  'unavailable',
  'announce',
  'exit0',
  'exit1',
  'sigkill',
  'wait1s',
  'wait20s',
  'wait6min',
  'sleep',
  'badConfig',
  'goodConfig',
] as const;

test('whatever happens in whatever order, only the table’s transitions are made and nothing is left behind', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...EVENTS), { maxLength: 40 }), async (events) => {
      const clock = new FakeClock();
      const launcher = new FakeLauncher();
      const seen: [DaemonState, DaemonState][] = [];
      let good = true;
      const daemon = new ManagedDaemon({
        id: 'd',
        launcher,
        introduction: () => NO_PEERS,
        plan: () =>
          good
            ? { ok: true, result: { runtime: 'node', config: {}, dataDir: '/d', logDir: '/l' } }
            : { ok: false, error: { code: 'config_invalid', message: 'bad' } },
        clock,
        limits: CONTROL_LIMITS,
        random: () => 0.5,
        events: {
          onSnapshot: (snapshot, previous) => {
            if (snapshot.state !== previous) seen.push([previous, snapshot.state]);
          },
          onMessage: () => {},
          onOutput: () => {},
          onMalformed: () => {},
          onCrowded: () => {},
        },
      });
      const process = () => launcher.processes.at(-1);
      for (const event of events) {
        const current = process();
        if (event === 'start') void daemon.start();
        else if (event === 'stop') void daemon.stop();
        else if (event === 'kill') daemon.kill('killed');
        else if (event === 'suspend') daemon.suspend();
        else if (event === 'resume') daemon.resume();
        else if (event === 'wait1s') await clock.advance(1_000);
        else if (event === 'wait20s') await clock.advance(20_000);
        else if (event === 'wait6min') await clock.advance(360_000);
        else if (event === 'sleep') await clock.jump(3_600_000);
        else if (event === 'badConfig') good = false;
        else if (event === 'goodConfig') good = true;
        else if (current !== undefined && !current.ended) {
          if (event === 'hello') current.hello();
          else if (event === 'badHello') current.hello(0);
          else if (event === 'ready') current.ready();
          else if (event === 'failed')
            current.say({ type: 'failed', error: { code: 'internal', message: 'no' } });
          else if (event === 'unavailable')
            current.say({ type: 'failed', error: { code: 'unavailable', message: 'no room' } });
          else if (event === 'announce') current.say({ type: 'stopping', message: 'by itself' });
          else if (event === 'exit0') current.end({ exitCode: 0 });
          else if (event === 'exit1') current.end({ exitCode: 1 });
          else current.end({ signal: 'SIGKILL' });
        }
        // Never two processes, and none in a state that has none.
        const alive = launcher.processes.filter(({ ended }) => !ended).length;
        const expected = ['starting', 'running', 'stopping'].includes(daemon.state) ? 1 : 0;
        expect(alive).toBe(expected);
        expect(daemon.snapshot().pid === null).toBe(expected === 0);
      }
      for (const [from, to] of seen) expect(TRANSITIONS[from]).toContain(to);
      // However it got here, it can be stopped.
      daemon.resume();
      const stopped = daemon.stop();
      await clock.advance(60_000);
      expect((await stopped).state).toBe('stopped');
      expect(clock.pendingTimers).toBe(0);
    }),
    { numRuns: 300 },
  );
});
