import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SignalboxError } from '../contract/errors.ts';
import { FakeClock } from './fake-clock.ts';
import {
  ascendingIds,
  outcomeOf,
  type PendingOptions,
  PendingRequests,
  rejectionCode,
} from './pending-requests.ts';
import { RequestFigures } from './request-figures.ts';

const gone = { code: 'no_instance', message: 'The other side ended.' } as const;

function make(limit = 10, more: Partial<PendingOptions> = {}) {
  const clock = new FakeClock();
  return { clock, requests: new PendingRequests<string>(clock, { limit, ...more }, ascendingIds()) };
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
  const { requestId, answer } = requests.open('status', 2_500, {
    onTimeout: (id) => cancelled.push(id),
  });
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
  const requests = new PendingRequests<number, string>(new FakeClock(), { limit: 10 }, () =>
    crypto.randomUUID(),
  );
  const { requestId, answer } = requests.open('port', 1_000);
  expect(requests.resolve('other', 1)).toBe(false);
  expect(requests.resolve(requestId, 2)).toBe(true);
  expect(await answer).toBe(2);
});

test('an outcome never rejects', async () => {
  const { requests } = make();
  const pending = new PendingRequests<{ ok: true; result: number }>(
    new FakeClock(),
    { limit: 10 },
    ascendingIds(),
  );
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

test('a caller that has as many requests as it may is refused, and others are not', async () => {
  const { requests } = make(10, { perCaller: 2 });
  const anna = { caller: 'anna' };
  const first = requests.open('one', 1_000, anna);
  requests.open('two', 1_000, anna);
  const third = requests.open('three', 1_000, anna);
  expect(await errorOf(third.answer)).toMatchObject({
    code: 'limit_reached',
    message: '2 requests of anna are outstanding already; three was not sent.',
  });
  for (const options of [{ caller: 'bob' }, undefined])
    expect(requests.has(requests.open('other', 1_000, options).requestId)).toBe(true);
  requests.resolve(first.requestId, 'done');
  expect(requests.has(requests.open('four', 1_000, anna).requestId)).toBe(true);
  expect(requests.figures.rejected).toBe(1);
});

test('a caller that is gone has nothing open any more, and the other side can be told', async () => {
  const { clock, requests } = make();
  const anna = { caller: 'anna' };
  const open = [requests.open('one', 1_000, anna), requests.open('two', 2_000, anna)];
  const other = requests.open('three', 1_000, { caller: 'bob' });
  const errors = open.map(({ answer }) => errorOf(answer));
  expect(requests.cancelAllOf('anna')).toEqual(open.map(({ requestId }) => requestId));
  for (const error of await Promise.all(errors))
    expect(error).toMatchObject({ code: 'cancelled', message: 'The request was cancelled.' });
  expect(requests.cancelAllOf('anna')).toEqual([]);
  expect([requests.size, requests.has(other.requestId), clock.pendingTimers]).toEqual([1, true, 1]);
  const last = requests.open('four', 1_000, anna);
  const reason = errorOf(last.answer);
  requests.cancelAllOf('anna', gone);
  expect(await reason).toMatchObject(gone);
});

test('a connection that is lost cancels what is open, and what is asked on the next is answered', async () => {
  const { requests } = make();
  const lost = requests.open('one', 1_000);
  const error = errorOf(lost.answer);
  requests.cancelAll(gone);
  expect(await error).toMatchObject(gone);
  const next = requests.open('two', 1_000);
  expect(next.requestId).not.toBe(lost.requestId);
  expect(requests.resolve(lost.requestId, 'late')).toBe(false);
  expect(requests.resolve(next.requestId, 'fine')).toBe(true);
  expect(await next.answer).toBe('fine');
});

test('that most requests are outstanding is told once, and again only after there were fewer', () => {
  const told: [number, number][] = [];
  const { requests } = make(10, { onCrowded: (...said) => told.push(said) });
  const ids = Array.from({ length: 7 }, () => requests.open('it', 1_000).requestId);
  expect(told).toEqual([]);
  for (let n = 0; n < 3; n++) ids.push(requests.open('it', 1_000).requestId);
  expect(told).toEqual([[8, 10]]);
  for (const id of ids.slice(0, 2)) requests.resolve(id, '');
  requests.open('it', 1_000);
  expect(told).toHaveLength(1);
  for (const id of ids.slice(2, 4)) requests.resolve(id, '');
  requests.open('it', 1_000);
  expect(told).toEqual([
    [8, 10],
    [8, 10],
  ]);
});

test('who names no deadline waits for half a minute', async () => {
  const { clock, requests } = make();
  const error = errorOf(requests.open('status').answer);
  await clock.advance(29_999);
  expect(requests.size).toBe(1);
  await clock.advance(1);
  expect((await error).message).toBe('status was not answered within 30 s.');
});

test('one timer serves all deadlines', async () => {
  const { clock, requests } = make();
  const ended: string[] = [];
  for (const [what, ms] of [
    ['late', 900],
    ['early', 300],
    ['early too', 300],
  ] as const)
    requests
      .open(what, ms, { onTimeout: () => ended.push(`${what} ${clock.monotonic()}`) })
      .answer.catch(() => {});
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(299);
  expect(ended).toEqual([]);
  await clock.advance(601);
  expect(ended).toEqual(['early 300', 'early too 300', 'late 900']);
  expect(clock.pendingTimers).toBe(0);
});

test('what became of requests is counted, also over tables that follow each other', async () => {
  const figures = new RequestFigures();
  const took: number[] = [];
  figures.onAnswer = (ms) => took.push(ms);
  const first = make(3, { figures });
  const quiet = (requests: PendingRequests<string>, ms = 1_000) => {
    const { requestId, answer } = requests.open('it', ms);
    answer.catch(() => {});
    return requestId;
  };
  const [a, b, c] = [quiet(first.requests), quiet(first.requests), quiet(first.requests, 100)];
  quiet(first.requests);
  await first.clock.advance(150);
  first.requests.resolve(a, 'yes');
  first.requests.resolve(a, 'again');
  first.requests.reject(c, gone);
  first.requests.close(gone);
  expect(first.requests.cancel(b)).toBe(false);
  expect(took).toEqual([150]);
  const second = make(5, { figures });
  second.requests.reject(quiet(second.requests), gone);
  second.requests.cancel(quiet(second.requests));
  expect({ ...figures, onAnswer: null }).toEqual({
    depth: 0,
    highWater: 3,
    capacity: 5,
    submitted: 5,
    completed: 2,
    failed: 1,
    cancelled: 2,
    rejected: 1,
    stale: 2,
    onAnswer: null,
  });
  expect(second.requests.figures).toBe(figures);
  expect(took).toEqual([150, 0]);
});

test('what was kept of a request before shows nowhere in the next', async () => {
  const { clock, requests } = make();
  const told: number[] = [];
  const first = requests.open('first', 100, { caller: 'anna', onTimeout: (id) => told.push(id) });
  requests.resolve(first.requestId, 'one');
  const second = requests.open('second', 500);
  const error = errorOf(second.answer);
  expect(requests.cancelAllOf('anna')).toEqual([]);
  await clock.advance(500);
  expect((await error).message).toBe('second was not answered within 0.5 s.');
  expect(told).toEqual([]);
  expect(await first.answer).toBe('one');
});

test('a thousand tables that were closed leave no timer behind', () => {
  const clock = new FakeClock();
  for (let n = 0; n < 1_000; n++) {
    const requests = new PendingRequests<string>(clock, { limit: 10 }, ascendingIds());
    requests.open('it', 60_000).answer.catch(() => {});
    requests.close(gone);
  }
  expect(clock.pendingTimers).toBe(0);
});

test('the stack of an error has five frames, whatever others are given', async () => {
  const usual = Error.stackTraceLimit;
  const deep = (callers: number): Promise<string> =>
    callers === 0 ? make(0).requests.open('it', 1).answer : deep(callers - 1);
  const { stack } = await errorOf(deep(20));
  expect(stack!.split('\n')).toHaveLength(6);
  expect(Error.stackTraceLimit).toBe(usual);
});
