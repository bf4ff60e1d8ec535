import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SignalboxError } from '../contract/errors.ts';
import { FakeClock } from './fake-clock.ts';
import { ascendingIds, outcomeOf, PendingRequests, rejectionCode } from './pending-requests.ts';

const gone = { code: 'no_instance', message: 'The other side ended.' } as const;

function make(limit = 10) {
  const clock = new FakeClock();
  return { clock, requests: new PendingRequests<string>(clock, limit, ascendingIds()) };
}

/** The error that a promise was rejected with. */
async function errorOf(answer: Promise<unknown>): Promise<SignalboxError> {
  return answer.then(
    () => {
      throw new Error('it was answered');
    },
    (thrown: unknown) => {
      if (!(thrown instanceof SignalboxError)) throw thrown;
      return thrown;
    },
  );
}

test('an answer goes to who asked, once, and leaves no timer behind', async () => {
  const { clock, requests } = make();
  const { requestId, answer } = requests.open('status', 1_000);
  expect(requests.resolve(requestId, 'fine')).toBe(true);
  expect(requests.resolve(requestId, 'again')).toBe(false);
  expect(await answer).toBe('fine');
  expect([requests.size, clock.pendingTimers]).toEqual([0, 0]);
});

test('no answer in time is an error that says what was asked and how long it took, and is told to the other side', async () => {
  const { clock, requests } = make();
  const cancelled: number[] = [];
  const { requestId, answer } = requests.open('status', 2_500, (id) => cancelled.push(id));
  const failed = errorOf(answer);
  await clock.advance(2_500);
  expect(await failed).toMatchObject({ code: 'timeout', message: 'status was not answered within 2.5 s.' });
  expect(cancelled).toEqual([requestId]);
  expect(requests.resolve(requestId, 'late')).toBe(false);
});

test('the end of the link rejects what waits and whatever is asked later, with the first cause', async () => {
  const { clock, requests } = make();
  const waiting = errorOf(requests.open('status', 1_000).answer);
  requests.close(gone);
  requests.close({ code: 'internal', message: 'something else' });
  expect(await waiting).toMatchObject(gone);
  const later = requests.open('status', 1_000);
  expect(requests.has(later.requestId)).toBe(false);
  expect(await errorOf(later.answer)).toMatchObject(gone);
  expect(clock.pendingTimers).toBe(0);
});

test('more than may be outstanding are refused, and places come back', async () => {
  const { requests } = make(1);
  const first = requests.open('one', 1_000);
  const second = requests.open('two', 1_000);
  expect(await errorOf(second.answer)).toMatchObject({
    code: 'limit_reached',
    message: '1 requests are outstanding already; two was not sent.',
  });
  expect(requests.reject(first.requestId, { ...gone, detail: { host: 'here' } })).toBe(true);
  expect((await errorOf(first.answer)).detail).toEqual({ host: 'here' });
  expect(requests.has(requests.open('three', 1_000).requestId)).toBe(true);
});

test('an error shows the line of who asked, not of who found out', async () => {
  const { requests } = make();
  function whoAsked() {
    return requests.open('status', 1_000).answer;
  }
  const failed = errorOf(whoAsked());
  requests.close(gone);
  const { stack } = await failed;
  expect(stack).toContain('SignalboxError: The other side ended.');
  expect(stack).toContain('whoAsked');
});

test('ids may be names that nobody guesses', async () => {
  const requests = new PendingRequests<number, string>(new FakeClock(), 10, () => crypto.randomUUID());
  const { requestId, answer } = requests.open('port', 1_000);
  expect(requests.resolve('other', 1)).toBe(false);
  expect(requests.resolve(requestId, 2)).toBe(true);
  expect(await answer).toBe(2);
});

test('an outcome never rejects', async () => {
  const { requests } = make();
  const pending = new PendingRequests<{ ok: true; result: number }>(new FakeClock(), 10, ascendingIds());
  const { requestId, answer } = pending.open('count', 1_000);
  pending.resolve(requestId, { ok: true, result: 3 });
  expect(await outcomeOf(answer)).toEqual({ ok: true, result: 3 });
  pending.close(gone);
  expect(await outcomeOf(pending.open('count', 1_000).answer)).toEqual({ ok: false, error: gone });
  expect(rejectionCode(await errorOf(make(0).requests.open('x', 1).answer))).toBe('limit_reached');
  expect(rejectionCode(new Error('defect'))).toBeNull();
  expect(requests.size).toBe(0);
});

test('every request is settled exactly once, whatever happens in whatever order', async () => {
  const step = fc.oneof(
    fc.constant({ kind: 'open' as const }),
    fc.record({ kind: fc.constant('answer' as const), id: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(600) }),
    fc.constant({ kind: 'close' as const }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const { clock, requests } = make(4);
      let opened = 0;
      let settled = 0;
      for (const one of steps) {
        if (one.kind === 'open') {
          opened++;
          const count = () => void settled++;
          requests.open('it', 500).answer.then(count, count);
        } else if (one.kind === 'answer') requests.resolve(one.id, 'yes');
        else if (one.kind === 'wait') await clock.advance(one.ms);
        else requests.close(gone);
      }
      await clock.advance(500);
      expect([settled, requests.size, clock.pendingTimers]).toEqual([opened, 0, 0]);
    }),
  );
});

test('an error for a request that nobody waits for changes nothing, and stacks begin with their message', async () => {
  const { requests } = make();
  expect(requests.reject(99, gone)).toBe(false);
  const { requestId, answer } = requests.open('status', 1_000);
  requests.reject(requestId, gone);
  const [first, second] = (await errorOf(answer)).stack!.split('\n');
  expect(first).toBe('SignalboxError: The other side ended.');
  expect(second).toMatch(/^ {4}at /);
});
