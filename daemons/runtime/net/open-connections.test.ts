import { afterEach, expect, it, vi } from 'vitest';
import { BurstCollector } from '../telemetry/burst-collector.ts';
import { OpenConnections } from './open-connections.ts';

const open = new OpenConnections<string>();
afterEach(() => {
  for (const one of open) open.delete(one);
  open.close();
});

it('ends the wait with the last connection, or with its deadline', async () => {
  open.add('a');
  open.add('b');
  let over = false;
  const waiting = open.allGone(new AbortController().signal).then(() => {
    over = true;
  });
  open.delete('a');
  await Promise.resolve();
  expect(over).toBe(false);
  expect(open.delete('b')).toBe(true);
  await waiting;
  open.add('c');
  const deadline = new AbortController();
  const ended = open.allGone(deadline.signal);
  deadline.abort();
  await ended;
  await open.allGone(deadline.signal);
  expect([...open]).toEqual(['c']);
});

it('counts everybody who goes once, refused ones too, so that the memory of a burst is given back', () => {
  const gone = vi.spyOn(BurstCollector.prototype, 'connectionGone');
  open.add('a');
  open.delete('a', 512);
  expect(open.delete('a')).toBe(false);
  open.strangerGone();
  expect(gone.mock.calls).toEqual([[512], [0]]);
  gone.mockRestore();
});
