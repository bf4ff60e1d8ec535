import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Deadlines, type Due } from './deadlines.ts';
import { FakeClock } from './fake-clock.ts';

interface Item extends Due<Item> {
  readonly name: string;
}

function make() {
  const clock = new FakeClock();
  const ended: string[] = [];
  const deadlines = new Deadlines<Item>(clock, ({ name }) => ended.push(`${name} ${clock.monotonic()}`));
  const add = (name: string, ms: number): Item => {
    const item: Item = { name, dueMs: 0, line: null, earlier: null, later: null };
    deadlines.add(item, ms);
    return item;
  };
  return { clock, ended, deadlines, add };
}

test('each item is due at its time, those of one time in the order in which they came', async () => {
  const { clock, ended, add } = make();
  add('a', 500);
  add('b', 100);
  await clock.advance(50);
  add('c', 50);
  add('d', 450);
  await clock.advance(1_000);
  expect(ended).toEqual(['b 100', 'c 100', 'a 500', 'd 500']);
  expect(clock.pendingTimers).toBe(0);
});

test('what is removed is never due, the first, the last and one in the middle', async () => {
  const { clock, ended, deadlines, add } = make();
  const [a, , c, , e] = ['a', 'b', 'c', 'd', 'e'].map((name) => add(name, 100));
  for (const item of [c, a, e, a]) deadlines.remove(item!);
  deadlines.add(a!, 100);
  await clock.advance(100);
  expect(ended).toEqual(['b 100', 'd 100', 'a 100']);
});

test('after a sleep of the machine the earliest goes first, whatever line it stands in', async () => {
  const { clock, ended, add } = make();
  add('late', 900);
  add('early', 100);
  add('middle', 500);
  await clock.jump(5_000);
  expect(ended).toEqual(['early 5000', 'middle 5000', 'late 5000']);
});

test('there is one timer while something waits, and none after', () => {
  const { clock, deadlines, add } = make();
  const items = [add('a', 100), add('b', 50), add('c', 100)];
  expect(clock.pendingTimers).toBe(1);
  for (const item of items) deadlines.remove(item);
  expect(clock.pendingTimers).toBe(0);
});

test('an item may be added by what another one ends', async () => {
  const clock = new FakeClock();
  const ended: number[] = [];
  const deadlines = new Deadlines<Item>(clock, (item) => {
    ended.push(clock.monotonic());
    if (ended.length < 3) deadlines.add(item, 100 * ended.length);
  });
  deadlines.add({ name: 'a', dueMs: 0, line: null, earlier: null, later: null }, 50);
  await clock.advance(1_000);
  expect(ended).toEqual([50, 150, 350]);
});

test('every item that is not removed is due once and at its moment, whatever is added and removed', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), ms: fc.constantFrom(10, 20, 50, 200) }),
    fc.record({ kind: fc.constant('remove' as const), at: fc.nat(30) }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(60) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { clock, ended, deadlines, add } = make();
      const items: { item: Item; due: number; removed: boolean }[] = [];
      for (const one of steps) {
        if (one.kind === 'wait') await clock.advance(one.ms);
        else if (one.kind === 'add')
          items.push({
            item: add(`${items.length}`, one.ms),
            due: clock.monotonic() + one.ms,
            removed: false,
          });
        else {
          const known = items[one.at % Math.max(1, items.length)];
          if (known === undefined) continue;
          if (clock.monotonic() < known.due) known.removed = true;
          deadlines.remove(known.item);
        }
        expect(clock.pendingTimers).toBeLessThanOrEqual(1);
      }
      await clock.advance(200);
      const expected = items.flatMap(({ item, due, removed }) => (removed ? [] : [`${item.name} ${due}`]));
      expect(ended.toSorted()).toEqual(expected.toSorted());
      expect(clock.pendingTimers).toBe(0);
    }),
  );
});
