import { expect, test } from 'vitest';
import { BacklogTotal } from './backlog-total.ts';

class Client {
  unsentBytes: number;
  ended = false;
  constructor(unsentBytes: number) {
    this.unsentBytes = unsentBytes;
  }
  end(): void {
    this.ended = true;
  }
}

test('clients that together have not read too much: those furthest behind are cut off, and only as many as needed', () => {
  const total = new BacklogTotal(1_000_000);
  const clients = [300_000, 500_000, 100_000, 0].map((bytes) => new Client(bytes));
  for (const one of clients) total.add(one);
  for (const one of clients) total.sentTo(one);
  expect(clients.map(({ ended }) => ended)).toEqual([false, false, false, false]);
  clients[3]!.unsentBytes = 200_000;
  total.sentTo(clients[3]!);
  expect(clients.map(({ ended }) => ended)).toEqual([false, true, false, false]);
});

test('a client that left counts no more', () => {
  const total = new BacklogTotal(100_000);
  total.add(new Client(90_000))();
  const here = new Client(90_000);
  total.add(here);
  total.sentTo(here);
  expect(here.ended).toBe(false);
});

test('as many are cut off as needed, the one furthest behind first, and none at the limit itself', () => {
  const total = new BacklogTotal(200_000);
  const order: string[] = [];
  const client = (name: string, unsentBytes: number) => ({ unsentBytes, end: () => void order.push(name) });
  const clients = [client('a', 100_000), client('b', 90_000), client('c', 110_000), client('d', 65_536)];
  for (const one of clients.slice(0, 2)) total.add(one);
  total.sentTo(clients[0]!);
  total.add({ unsentBytes: 10_000, end: () => void order.push('small') });
  total.sentTo(clients[0]!);
  expect(order).toEqual([]);
  for (const one of clients.slice(2)) total.add(one);
  // One that has little to read is no reason to look.
  total.sentTo(client('e', 65_535));
  expect(order).toEqual([]);
  total.sentTo(clients[3]!);
  expect(order).toEqual(['c', 'a']);
  // Those are counted no more.
  total.sentTo(clients[3]!);
  expect(order).toEqual(['c', 'a']);
});

test('what is not read is shown, with the most that was seen at once', () => {
  const total = new BacklogTotal(1_000_000);
  const [slow, other] = [new Client(300_000), new Client(100)];
  for (const one of [slow, other]) total.add(one);
  total.sentTo(slow);
  slow.unsentBytes = 5;
  expect(total.counts).toEqual({ depth: 105, high_water: 300_100, capacity: 1_000_000 });
});
