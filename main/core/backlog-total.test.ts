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
