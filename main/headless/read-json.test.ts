/** How much of a body that nobody asked for is read. */
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { readJson } from './read-json.ts';

/** A request whose body comes in pieces, up to where it is cut off. */
async function pieces(count: number, bytes: number): Promise<{ taken: number; status: number }> {
  const request = new PassThrough();
  const answer = readJson(request as unknown as IncomingMessage, 100);
  let taken = 0;
  for (; taken < count && !request.destroyed; taken++) request.emit('data', Buffer.alloc(bytes));
  const body = await answer;
  return { taken, status: body.ok ? 200 : body.status };
}

it('reads a body that is too long to its end, so that its sender gets the answer', async () => {
  expect(await pieces(200, 64_000)).toEqual({ taken: 200, status: 413 });
});

it('cuts off one that comes in pieces of a byte, long before it has as many bytes as are thrown away', async () => {
  const { taken, status } = await pieces(100_000, 1);
  expect(taken).toBeLessThan(20_000);
  expect(status).toBe(413);
});
