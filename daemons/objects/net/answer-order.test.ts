import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AnswerOrder, type Ordered } from './answer-order.ts';

interface Item extends Ordered {
  readonly name: string;
}

const item = (name: string, ordered = true, priority = false): Item => ({
  name,
  ordered,
  priority,
  isReady: false,
});

function taken(order: AnswerOrder<Item>): string {
  const names: string[] = [];
  for (let next = order.next(); next !== undefined; next = order.next()) names.push(next.name);
  return names.join('');
}

it('an ordered answer waits for all earlier ones, the others do not', () => {
  const order = new AnswerOrder<Item>();
  const [a, b, c, d] = [item('a', false), item('b'), item('c', false), item('d')];
  for (const one of [a, b, c, d]) order.add(one);
  order.ready(d);
  order.ready(b);
  expect(taken(order)).toBe('');
  order.ready(c);
  expect(taken(order)).toBe('c');
  order.ready(a);
  expect(taken(order)).toBe('abd');
  expect(order.size).toBe(0);
});

it('one with priority goes before others that wait, behind those with priority, and never before its turn', () => {
  const order = new AnswerOrder<Item>();
  const items = [item('a', false), item('b', false, true), item('c', false, true), item('d', true, true)];
  for (const one of items) order.add(one);
  for (const one of items) order.ready(one);
  expect(taken(order)).toBe('bcad');
});

it('says whether an answer that is there at once may go out', () => {
  const order = new AnswerOrder<Item>();
  expect([order.mayPass(true), order.mayPass(false)]).toEqual([true, true]);
  const waiting = item('a', false);
  order.add(waiting);
  expect([order.mayPass(true), order.mayPass(false)]).toEqual([false, true]);
  order.ready(waiting);
  expect([order.mayPass(true), order.mayPass(false), order.hasNext]).toEqual([false, false, true]);
});

it('gives up what is ready and what is not', () => {
  const order = new AnswerOrder<Item>();
  const [a, b] = [item('a'), item('b')];
  order.add(a);
  order.add(b);
  order.ready(a);
  expect(order.clear()).toEqual([a, b]);
  expect(order.size).toBe(0);
  // What was given up and comes late is nobody's.
  order.ready(b);
  expect(order.hasNext).toBe(false);
});

it('sends each answer once, and before an ordered one all that came earlier, whatever is ready when', () => {
  const requests = fc.array(fc.record({ ordered: fc.boolean(), priority: fc.boolean() }), { maxLength: 12 });
  fc.assert(
    fc.property(requests, fc.array(fc.nat(11)), (list, finishing) => {
      const order = new AnswerOrder<Item & { readonly at: number }>();
      const items = list.map((one, at) => ({ ...one, at, name: '', isReady: false }));
      for (const one of items) order.add(one);
      const left = new Set(items);
      const sent: number[] = [];
      const take = () => {
        for (let next = order.next(); next !== undefined; next = order.next()) {
          if (next.ordered) for (let at = 0; at < next.at; at++) expect(sent).toContain(at);
          sent.push(next.at);
        }
      };
      for (const at of [...finishing, ...items.keys()]) {
        const one = items[at];
        if (one === undefined || !left.delete(one)) continue;
        order.ready(one);
        if (at % 2 === 0) take();
      }
      take();
      expect([...sent].sort((a, b) => a - b)).toEqual([...items.keys()]);
    }),
    { numRuns: 200 },
  );
});
