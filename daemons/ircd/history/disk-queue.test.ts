/** What waits for the disk, counted: nothing may be taken for written that is not. */
import { expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { DiskQueue } from './disk-queue.ts';

it('says of nothing that waits that it was taken, also once something before it was left out', () => {
  const queue = new DiskQueue();
  const bob = { scope: 'c#c', account: 'bob' };
  for (let n = 0; n < limits.historyQueueChanges.default; n++)
    queue.change({ do: n < 600 ? 'forget' : 'no reader', ...bob, id: `m${n}` } as never);
  queue.change({ do: 'forget', scope: 'c#c', id: 'last' });
  expect(queue.size).toBeLessThan(700);
  expect(queue.take()).toHaveLength(500);
  // The last of those that were not left out waits.
  expect(queue.taken).toBeLessThan(600);
  while (queue.size > 0) queue.take();
  expect(queue.taken).toBe(queue.added);
});

it('counts what was left out as if it waited, for as long as anything does that was there before', () => {
  const queue = new DiskQueue();
  const bob = { scope: 'c#c', account: 'bob' };
  for (let n = 0; n < limits.historyQueueChanges.default; n++) queue.change({ do: 'no reader', ...bob });
  expect([queue.size, queue.taken]).toEqual([limits.historyQueueChanges.default, 0]);
  // One too many: all but the last are needless.
  queue.change({ do: 'forget', scope: 'c#c', id: 'last' });
  expect([queue.size, queue.taken, queue.added]).toEqual([2, 0, limits.historyQueueChanges.default + 1]);
  expect(queue.take().map((change) => change.do)).toEqual(['no reader', 'forget']);
  expect([queue.size, queue.taken, queue.added]).toEqual([
    0,
    limits.historyQueueChanges.default + 1,
    limits.historyQueueChanges.default + 1,
  ]);
  // Many may come again before anything has to be left out.
  for (let n = 0; n < limits.historyQueueChanges.default; n++) queue.change({ do: 'no reader', ...bob });
  expect(queue.size).toBe(limits.historyQueueChanges.default);
});

it('says of nothing that was to be written that it is, where all is deleted instead, before that is', () => {
  const queue = new DiskQueue();
  for (let n = 0; n <= limits.historyQueueChanges.default; n++)
    queue.change({ do: 'forget', scope: 'c#c', id: `m${n}` });
  expect([queue.size, queue.taken]).toEqual([2, 0]);
  expect(queue.take()).toEqual([
    { do: 'clear', kind: 'channels' },
    { do: 'clear', kind: 'accounts' },
  ]);
  expect(queue.taken).toBe(queue.added);
});
