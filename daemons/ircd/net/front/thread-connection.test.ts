/** A connection in its thread: what it holds for a client that does not read, and what becomes of that. */
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { speaks, total } from './records.ts';
import { ThreadConnection } from './thread-connection.ts';

/** A connection whose socket takes what it is given when it is told to. */
function connection() {
  const written: string[] = [];
  const waiting: (() => void)[] = [];
  const socket = {
    writableLength: 0,
    cork: () => {},
    uncork: () => {},
    write: (bytes: Buffer, taken?: () => void) => {
      written.push(bytes.toString());
      if (taken !== undefined) waiting.push(taken);
    },
    end: () => written.push('end'),
    destroy: () => written.push('destroy'),
  } as unknown as Socket;
  const totals = new Float64Array(total.totals);
  const changes: number[] = [];
  // TLS, which takes nothing at once.
  const one = new ThreadConnection(
    { totals, heldChanged: ({ held }) => changes.push(held) },
    3,
    socket,
    speaks.tls,
  );
  const send = (text: string) => one.send(Buffer.from(text));
  const take = () => waiting.shift()?.();
  return { one, send, take, written, changes, totals };
}

test('what is sent while a write goes on is the next write, and is held until it is taken', () => {
  const { one, send, take, written, changes, totals } = connection();
  send('first');
  send('second');
  send('third');
  expect([written, one.held, one.slot]).toEqual([['first'], 16, 3]);
  take();
  expect([written, one.held]).toEqual([['first', 'secondthird'], 11]);
  take();
  expect([one.held, changes, totals[total.writes], totals[total.bytesDeferred]]).toEqual([
    0,
    [5, 11, 16, 11, 0],
    2,
    16,
  ]);
  send('fourth');
  expect(written.at(-1)).toBe('fourth');
});

test('what waits goes before the end, and nothing behind it', () => {
  const { one, send, take, written } = connection();
  send('first');
  send('waits');
  one.end();
  one.end();
  send('late');
  take();
  expect([written, one.held]).toEqual([['first', 'waits', 'end'], 5]);
});

test('nothing is sent to one that was destroyed, or is gone', () => {
  const destroyed = connection();
  destroyed.one.destroy();
  destroyed.send('late');
  destroyed.one.end();
  expect(destroyed.written).toEqual(['destroy']);
  const gone = connection();
  gone.send('first');
  gone.send('waits');
  gone.one.gone();
  gone.take();
  gone.send('late');
  expect(gone.written).toEqual(['first']);
});
