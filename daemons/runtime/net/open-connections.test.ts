import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { limits } from '../limits.ts';
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

it('tells when one came or went, each once, and lets a socket take its connection with it', () => {
  const changed = vi.fn();
  const connections = new OpenConnections<string>(changed);
  const socket = new EventEmitter() as unknown as Socket;
  connections.add('a', socket);
  connections.add('b');
  expect([connections.size, changed.mock.calls.length]).toEqual([2, 2]);
  socket.emit('close');
  socket.emit('close');
  expect([[...connections], changed.mock.calls.length]).toEqual([['b'], 3]);
  connections.delete('b');
  expect(changed).toHaveBeenCalledTimes(4);
  connections.close();
});

it('waits for nobody where nobody is there or the time is over, and holds on to no deadline afterwards', async () => {
  const deadline = new AbortController();
  const listening = vi.spyOn(deadline.signal, 'addEventListener');
  const forgotten = vi.spyOn(deadline.signal, 'removeEventListener');
  const connections = new OpenConnections<string>();
  await connections.allGone(deadline.signal);
  expect(listening).not.toHaveBeenCalled();
  connections.add('a');
  const both = [connections.allGone(deadline.signal), connections.allGone(deadline.signal)];
  connections.delete('a');
  await Promise.all(both);
  expect(forgotten.mock.calls).toEqual(listening.mock.calls);
  connections.add('b');
  deadline.abort();
  await connections.allGone(deadline.signal);
  expect(listening).toHaveBeenCalledTimes(2);
  connections.close();
});

it('leaves no timer when it closes after a burst', () => {
  vi.useFakeTimers();
  const connections = new OpenConnections<number>();
  for (let n = 0; n < limits.burstClosed.default; n++) connections.add(n);
  for (let n = 0; n < limits.burstClosed.default; n++) connections.delete(n);
  expect(vi.getTimerCount()).toBe(1);
  connections.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});
