import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LaneEntry, PRIORITIES, type Priority, PriorityLanes } from './priority-lanes.ts';

class Entry extends LaneEntry {
  readonly name: string;

  constructor(priority: Priority, name: string = priority, group?: unknown) {
    super(priority, group);
    this.name = name;
  }
}

/** All that is left, in the order in which it is taken. */
function drain(lanes: PriorityLanes<Entry>): string[] {
  const names: string[] = [];
  for (let entry = lanes.take(); entry !== null; entry = lanes.take()) names.push(entry.name);
  return names;
}

function filled(count: number): PriorityLanes<Entry> {
  const lanes = new PriorityLanes<Entry>();
  for (let i = 0; i < count; i++) for (const priority of PRIORITIES) lanes.push(new Entry(priority));
  return lanes;
}

describe('PriorityLanes', () => {
  it('takes what is urgent first, and something of every priority in fifteen', () => {
    const round = [
      ...new Array(8).fill('critical'),
      ...new Array(4).fill('high'),
      ...new Array(2).fill('normal'),
      'low',
    ];
    expect(drain(filled(16)).slice(0, 30)).toEqual([...round, ...round]);
  });

  it('lets one critical entry go before all that wait, also when others have just been taken', () => {
    const lanes = new PriorityLanes<Entry>();
    for (let i = 0; i < 100; i++) lanes.push(new Entry('low'));
    for (let i = 0; i < 7; i++) lanes.take();
    lanes.push(new Entry('normal'));
    lanes.push(new Entry('critical'));
    expect(lanes.peek()?.name).toBe('critical');
    expect([lanes.take()?.name, lanes.take()?.name, lanes.take()?.name]).toEqual([
      'critical',
      'normal',
      'low',
    ]);
  });

  it('puts back what had not begun before all others of its priority', () => {
    const lanes = new PriorityLanes<Entry>();
    const first = new Entry('high', 'a');
    lanes.pushBack(first);
    lanes.push(new Entry('high', 'b'));
    expect(lanes.take()).toBe(first);
    lanes.pushBack(first);
    expect(lanes.size).toBe(2);
    expect(drain(lanes)).toEqual(['a', 'b']);
    expect(lanes.size).toBe(0);
    expect(lanes.take()).toBe(null);
    expect(lanes.peek()).toBe(null);
  });

  it('lets groups take turns, so that one that asks often delays only itself', () => {
    const lanes = new PriorityLanes<Entry>();
    const [a, b, c] = [{}, {}, {}];
    for (const name of ['a1', 'a2', 'a3', 'a4']) lanes.push(new Entry('normal', name, a));
    for (const name of ['b1', 'b2']) lanes.push(new Entry('normal', name, b));
    for (const name of ['x1', 'x2']) lanes.push(new Entry('normal', name));
    expect([lanes.take()?.name, lanes.take()?.name]).toEqual(['a1', 'b1']);
    // A newcomer comes after those whose turn is still to come.
    lanes.push(new Entry('normal', 'c1', c));
    expect(drain(lanes)).toEqual(['x1', 'a2', 'b2', 'c1', 'x2', 'a3', 'a4']);
  });

  it('gives what is put back the next turn, also where its group waits for nothing else', () => {
    const lanes = new PriorityLanes<Entry>();
    const one = new Entry('normal', 'a1', 'a');
    lanes.push(one);
    for (const name of ['b1', 'b2']) lanes.push(new Entry('normal', name, 'b'));
    lanes.push(new Entry('normal', 'c1', 'c'));
    expect(lanes.take()).toBe(one);
    lanes.pushBack(one);
    expect(drain(lanes)).toEqual(['a1', 'b1', 'c1', 'b2']);
  });

  it('keeps what stands beside an entry that is removed, wherever that was put', () => {
    for (const removed of ['a', 'b', 'c', 'd']) {
      const lanes = new PriorityLanes<Entry>();
      const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => new Entry('normal', name));
      lanes.push(c!);
      lanes.pushBack(b!);
      lanes.push(d!);
      lanes.pushBack(a!);
      lanes.remove([a, b, c, d].find((entry) => entry!.name === removed)!);
      lanes.push(new Entry('normal', 'e'));
      expect(drain(lanes)).toEqual(['a', 'b', 'c', 'd', 'e'].filter((name) => name !== removed));
    }
  });

  it('leaves an entry alone that it has no more', () => {
    const lanes = new PriorityLanes<Entry>();
    const entries = ['a', 'b', 'c'].map((name) => new Entry('high', name));
    for (const entry of entries) lanes.push(entry);
    lanes.remove(entries[1]!);
    const nothing = { before: null, behind: null, line: null };
    expect(entries[1]).toMatchObject(nothing);
    lanes.take();
    lanes.take();
    for (const entry of entries) expect(entry).toMatchObject(nothing);
  });

  it('keeps turns right when entries are removed', () => {
    const lanes = new PriorityLanes<Entry>();
    const entries = ['a', 'b', 'c'].map((group) => new Entry('low', group, group));
    for (const entry of entries) lanes.push(entry);
    lanes.remove(entries[0]!);
    lanes.push(new Entry('low', 'd', 'd'));
    lanes.remove(entries[2]!);
    expect(drain(lanes)).toEqual(['b', 'd']);
    lanes.push(new Entry('low', 'a', 'a'));
    expect(drain(lanes)).toEqual(['a']);
  });

  it('keeps the order of a group and counts right, whatever is put in, put back, taken and removed', () => {
    const group = fc.constantFrom(undefined, 'a', 'b');
    const step = fc.oneof(
      fc.record({ do: fc.constant('push' as const), priority: fc.constantFrom(...PRIORITIES), group }),
      fc.record({ do: fc.constant('back' as const), priority: fc.constantFrom(...PRIORITIES), group }),
      fc.record({ do: fc.constant('take' as const) }),
      fc.record({ do: fc.constant('remove' as const), at: fc.nat(6) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const lanes = new PriorityLanes<Entry>();
        const model = new Map<string, Entry[]>();
        const lane = ({ priority, group: of }: Entry): Entry[] => {
          const key = `${priority} ${of}`;
          const found = model.get(key) ?? [];
          model.set(key, found);
          return found;
        };
        let made = 0;
        for (const one of steps) {
          if (one.do === 'push' || one.do === 'back') {
            const entry = new Entry(one.priority, String(made++), one.group);
            if (one.do === 'push') {
              lanes.push(entry);
              lane(entry).push(entry);
            } else {
              lanes.pushBack(entry);
              lane(entry).unshift(entry);
            }
          } else if (one.do === 'take') {
            const next = lanes.peek();
            const taken = lanes.take();
            expect(taken).toBe(next);
            if (taken !== null) expect(lane(taken).shift()).toBe(taken);
          } else {
            const entry = [...model.values()].flat()[one.at];
            if (entry === undefined) continue;
            lanes.remove(entry);
            lanes.remove(entry);
            expect(entry.line).toBe(null);
            lane(entry).splice(lane(entry).indexOf(entry), 1);
          }
          const left = [...model.values()].flat();
          expect(lanes.size).toBe(left.length);
          expect(lanes.peek() === null).toBe(left.length === 0);
        }
        for (let entry = lanes.take(); entry !== null; entry = lanes.take())
          expect(lane(entry).shift()).toBe(entry);
        expect([...model.values()].flat()).toEqual([]);
      }),
    );
  });
});
