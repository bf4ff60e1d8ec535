import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { SignalboxError } from '../../../contract/errors.ts';
import { abortedError, Callers } from './callers.ts';

it('serves those that wait in the order in which they came', async () => {
  const callers = new Callers<number, string>();
  expect(callers.first).toBeUndefined();
  callers.resolveFirst(0);
  const waiting = [callers.wait('a'), callers.wait('b'), callers.wait('c')];
  expect([callers.first, callers.size]).toEqual(['a', 3]);
  callers.resolveFirst(1);
  expect([callers.first, callers.size]).toEqual(['b', 2]);
  callers.resolveAll(2);
  expect(callers.size).toBe(0);
  expect(await Promise.all(waiting)).toEqual([1, 2, 2]);
});

it('tells all why they wait for nothing', async () => {
  const callers = new Callers<void>();
  const waiting = [callers.wait(), callers.wait()];
  const reason = new Error('over');
  callers.rejectAll(reason);
  for (const one of waiting) await expect(one).rejects.toBe(reason);
  expect(callers.size).toBe(0);
});

it('lets go of one whose signal says so, and of its signal when it is served', async () => {
  const callers = new Callers<void, string>();
  const leave = new AbortController();
  const left = callers.wait('left', leave.signal);
  const served = callers.wait('served', leave.signal);
  const stays = callers.wait('stays');
  expect(getEventListeners(leave.signal, 'abort')).toHaveLength(2);
  callers.resolveFirst();
  await left;
  expect(getEventListeners(leave.signal, 'abort')).toHaveLength(1);
  leave.abort();
  await expect(served).rejects.toMatchObject({ code: 'cancelled' });
  expect([callers.first, callers.size]).toEqual(['stays', 1]);
  callers.resolveFirst();
  await stays;
  await expect(callers.wait('late', leave.signal)).rejects.toMatchObject({ code: 'cancelled' });
  expect(callers.size).toBe(0);
});

it('says by a code why a signal ended the waiting, in its own words where it has some', () => {
  const reasonOf = (reason?: unknown) => abortedError(AbortSignal.abort(reason));
  expect(reasonOf()).toMatchObject({ code: 'cancelled', message: 'The caller has stopped waiting.' });
  expect(reasonOf('text').cause).toBe('text');
  expect(reasonOf(null)).toMatchObject({ code: 'cancelled', cause: null });
  const timeout = new DOMException('late', 'TimeoutError');
  expect(reasonOf(timeout)).toMatchObject({ code: 'timeout', message: 'The time for waiting is over.' });
  const own = new SignalboxError('busy', 'own');
  expect(reasonOf(own)).toBe(own);
});
