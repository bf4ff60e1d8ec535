import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RefusedCounts, RefusedSockets } from './refused-sockets.ts';

class FakeSocket extends EventEmitter {
  readonly resume = vi.fn();
  readonly end = vi.fn();
  destroyed = false;

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.emit('close');
  }
}

let connections: number;
let gone: number;
beforeEach(() => {
  vi.useFakeTimers();
  [connections, gone] = [0, 0];
});
afterEach(() => {
  vi.useRealTimers();
});

function make(most: number, room = { connections: 1_000, sockets: 1_000 }) {
  const counts = new RefusedCounts();
  const refused = new RefusedSockets({
    most,
    lingerMs: () => 3_000,
    connections: () => connections,
    counts,
    onGone: () => gone++,
    room,
  });
  const refuse = (word: string | null = 'go away') => {
    const socket = new FakeSocket();
    refused.refuse(socket as unknown as Socket, word);
    return socket;
  };
  /** How many of twenty may linger. */
  const lingering = () =>
    Array.from({ length: 20 }, () => refuse()).filter(({ destroyed }) => !destroyed).length;
  return { refused, refuse, lingering, counts };
}

it('writes the last word, drops what comes, and closes when the client has had its time', () => {
  const socket = make(5).refuse();
  expect(socket.end.mock.calls).toEqual([['go away']]);
  expect(socket.resume).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(2_999);
  expect([socket.destroyed, gone]).toEqual([false, 0]);
  vi.advanceTimersByTime(1);
  expect([socket.destroyed, gone]).toEqual([true, 1]);
});

it('leaves no timer behind when the client goes by itself, or its socket fails', () => {
  const { refuse } = make(5);
  refuse().destroy();
  const failing = refuse();
  failing.emit('error', new Error('reset'));
  expect([failing.destroyed, vi.getTimerCount(), gone]).toEqual([true, 0, 2]);
});

it('just closes where there is nothing to say', () => {
  const socket = make(5).refuse(null);
  expect([socket.destroyed, socket.end.mock.calls, gone]).toEqual([true, [], 0]);
  expect(() => socket.emit('error', new Error('late'))).not.toThrow();
});

it('lets no more linger than may, and others again when some have gone', () => {
  const { refuse, refused, lingering } = make(3);
  const first = refuse();
  expect(lingering()).toBe(2);
  first.destroy();
  expect(lingering()).toBe(1);
  refused.close();
  expect(gone).toBe(4);
  expect(lingering()).toBe(3);
});

it('takes none of the places of those who are let in, but half of what is kept for refusals', () => {
  const room = { connections: 100, sockets: 107 };
  connections = 100;
  expect(make(50, room).lingering()).toBe(4);
  connections = 98;
  // Two places are free; four may linger in any case.
  expect(make(50, room).lingering()).toBe(4);
  connections = 90;
  expect(make(50, room).lingering()).toBe(10);
  connections = 0;
  expect(make(6, room).lingering()).toBe(6);
  expect(make(2, room).lingering()).toBe(2);
  connections = 100;
  expect(make(2, room).lingering()).toBe(2);
});

it('counts those that read why, of how many may, and those that were told nothing for want of room', () => {
  const { refuse, counts } = make(2);
  const [first] = [refuse(), refuse(), refuse(), refuse(null)];
  expect(counts).toEqual({ depth: 2, capacity: 2, completed: 2, rejected: 1 });
  first!.destroy();
  expect(counts.depth).toBe(1);
});
