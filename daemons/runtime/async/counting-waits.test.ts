import { afterEach, expect, test, vi } from 'vitest';
import { countingWaits } from './counting-waits.ts';
import { loopTurn } from './loop-turn.ts';
import { WorkAccount, WorkGroup } from './work-account.ts';
import { WorkTurns } from './work-turns.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('an operator whose command is done in turns reads how long it waited for them, and behind whom', async () => {
  let nowMs = 1_000;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  const due: (() => void)[] = [];
  const turns = new WorkTurns({ schedule: (callback) => due.push(callback) });
  const client = new WorkAccount(new WorkGroup());
  turns.begin(client);
  loopTurn.work = 'WHO';
  turns.later(client, { step: () => 'done' });
  turns.end();
  const other = new WorkAccount(new WorkGroup());
  turns.later(other, { step: () => 'done' });

  const timing = await new Promise((resolve) => {
    void loopTurn.trace(
      'clients',
      'anna',
      () => {
        function* steps() {
          nowMs += 5;
          yield null;
          nowMs += 7;
          return 'rows';
        }
        const counted = countingWaits(steps(), turns.waitingWork());
        nowMs += 100;
        expect(counted.next().done).toBe(false);
        nowMs += 20;
        expect(counted.next()).toEqual({ done: true, value: 'rows' });
      },
      (traced) => resolve(traced.timing()),
    );
  });
  expect(timing).toEqual({
    queueMs: 120,
    workMs: 12,
    ahead: [
      { name: 'WHO', count: 1 },
      { name: 'input of clients', count: 1 },
    ],
  });
});

test('steps of nobody who asks are left as they are', () => {
  function* steps() {
    yield null;
  }
  const own = steps();
  expect(countingWaits(own, [])).toBe(own);
});
