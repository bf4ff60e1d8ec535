/** What is asked of a socket's handle, which Node does not document. */
import type { Socket } from 'node:net';
import { expect, it, vi } from 'vitest';
import { startReading, stopReading } from './read-stop.ts';

function fake(handle: unknown, state: { readonly destroyed?: boolean; readonly connecting?: boolean } = {}) {
  const socket = {
    destroyed: false,
    connecting: false,
    ...state,
    _handle: handle,
    pause: vi.fn(),
    resume: vi.fn(),
    _read: vi.fn(),
  };
  return { socket, asSocket: socket as unknown as Socket };
}

it('stops the handle of a socket that is being read, once', () => {
  const handle = { reading: true, readStop: vi.fn(() => 0) };
  const { socket, asSocket } = fake(handle);
  stopReading(asSocket);
  stopReading(asSocket);
  expect(handle.reading).toBe(false);
  expect(handle.readStop).toHaveBeenCalledOnce();
  expect(socket.pause).toHaveBeenCalledTimes(2);
});

it.each([[undefined], [null], [{}], [{ reading: true }], [{ reading: false, readStop: () => {} }]])(
  'only pauses where the handle is %o',
  (handle) => {
    const { socket, asSocket } = fake(handle);
    expect(() => stopReading(asSocket)).not.toThrow();
    expect(socket.pause).toHaveBeenCalledOnce();
  },
);

it('asks for input again, but not of a socket that is gone or not there yet', () => {
  const states = [{}, { destroyed: true }, { connecting: true }];
  const sockets = states.map((state) => fake(null, state));
  for (const { asSocket } of sockets) startReading(asSocket);
  expect(sockets.map(({ socket }) => socket._read.mock.calls)).toEqual([[[0]], [], []]);
  expect(sockets.every(({ socket }) => socket.resume.mock.calls.length === 1)).toBe(true);
});
