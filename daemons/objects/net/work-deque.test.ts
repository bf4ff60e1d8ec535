import { expect, it } from 'vitest';
import { until } from '../../runtime/test-fixtures/until.ts';
import { testReader, testRoot, writeByHand } from '../store/test-store.ts';
import { idleMemory, StealingWork } from './stealing-work.ts';
import { dequeMemory, PIECE_BYTES, WorkDeque } from './work-deque.ts';

it('its owner takes what came last, others what came first, and nobody a piece twice', () => {
  const memory = dequeMemory();
  const [owner, thief] = [new WorkDeque(memory), new WorkDeque(memory)];
  const slots = ['a', 'b', 'ü/c', 'd'].map((uri) => owner.push(uri, uri === 'b' ? 'warm' : 'open'));
  expect(new Set(slots).size).toBe(4);
  expect(thief.ready).toBe(4);
  expect(owner.takeLast(0)).toEqual({ slot: slots[3], uri: 'd', kind: 'open' });
  expect(thief.takeFirst(1)).toEqual({ slot: slots[0], uri: 'a', kind: 'open' });
  expect(thief.takeFirst(1)).toEqual({ slot: slots[1], uri: 'b', kind: 'warm' });
  expect(owner.takeLast(0)).toEqual({ slot: slots[2], uri: 'ü/c', kind: 'open' });
  expect([owner.takeLast(0), thief.takeFirst(1)]).toEqual([null, null]);
});

it('a result comes back in its slot, which is free then', async () => {
  const memory = dequeMemory();
  const [owner, thief] = [new WorkDeque(memory), new WorkDeque(memory)];
  const slot = owner.push('a', 'open');
  thief.takeFirst(1);
  expect(owner.collect(slot)).toBeNull();
  const told = owner.someDone(() => false);
  thief.finish(slot, '{"fd":7}');
  await told;
  expect(owner.collect(slot)).toBe('{"fd":7}');
  expect(owner.push('b', 'open')).toBe(slot);
});

it('has no room for more than it holds, nor for a long URI: its owner does that at once', () => {
  const owner = new WorkDeque(dequeMemory());
  expect(owner.push('x'.repeat(PIECE_BYTES), 'open')).toBe(-1);
  for (let i = 0; i < 64; i++) expect(owner.push(`o${i}`, 'open')).toBeGreaterThanOrEqual(0);
  expect(owner.push('more', 'open')).toBe(-1);
});

it('what a thread had taken that died is done by the owner, and everybody is answered', async () => {
  const { root } = testRoot();
  writeByHand(root, 'a', 'hello');
  const reader = testReader(root);
  const memory = dequeMemory();
  const work = new StealingWork(
    reader,
    { own: { number: 0, memory }, others: [], idle: idleMemory() },
    () => {},
  );
  const thief = new WorkDeque(memory);
  const opening = [work.open('a', 'fdpass'), work.open('a', 'fdpass'), work.open('none', 'fdpass')];
  expect(thief.takeFirst(5)).toMatchObject({ uri: 'a' });
  let answered = 0;
  for (const one of opening) void one.then(() => answered++);
  await until(() => answered === 2);
  work.lost(5);
  const opened = await Promise.all(opening);
  expect(opened[2]).toBe('not_found');
  for (const object of opened) if (typeof object !== 'string') reader.closeFresh(object);
  expect(opened.filter((object) => typeof object !== 'string')).toHaveLength(2);
  const left = work.open('a', 'fdpass');
  work.close();
  expect(await left).toBe('unavailable');
});
