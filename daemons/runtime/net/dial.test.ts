/** Connections that a daemon makes: what they are refused for, and that nothing of one that failed is left. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Admission, type Refusal } from './admission.ts';
import { type ClassRule, oneClass } from './connection-classes.ts';
import { type Destination, dial } from './dial.ts';

let server: Server;
let accepted: Socket[];
let here: Destination & { readonly port: number };
beforeEach(async () => {
  accepted = [];
  server = createServer((socket) => {
    accepted.push(socket);
    socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  here = { host: '127.0.0.1', port: (server.address() as AddressInfo).port, tls: null };
});
afterEach(() => {
  for (const socket of accepted) socket.destroy();
  server.close();
});

const options = { handshakeMs: () => 10_000, sockets: {} };
/** Refuses everybody for one reason. */
const refusing = (refusal: Refusal<ClassRule>) =>
  ({ admit: () => refusal }) as unknown as Admission<ClassRule>;
const [connectionClass] = [oneClass({ name: 'links' }).of('192.0.2.1').rule];

it.each<[Refusal<ClassRule>, string, string]>([
  [{ why: 'banned', reason: 'go away' }, 'refused', 'PLACE is banned: go away'],
  [{ why: 'full', most: 7 }, 'limit_reached', 'no connection to PLACE: there are 7, the most allowed'],
  [
    { why: 'class_full', connectionClass },
    'limit_reached',
    'no connection to PLACE: class links has no room',
  ],
  [
    { why: 'address_full', connectionClass },
    'limit_reached',
    'no connection to PLACE: class links has no room',
  ],
  [
    { why: 'throttled', waitMs: 1, inWords: true },
    'limit_reached',
    'no connection to PLACE: it was connected to too often',
  ],
])('is closed again where there is no place for it: %o', async (refusal, code, words) => {
  await expect(dial(here, refusing(refusal), options)).rejects.toMatchObject({
    code,
    message: words.replace('PLACE', `127.0.0.1:${here.port}`),
  });
  await vi.waitFor(() => expect(accepted).toHaveLength(1));
  await once(accepted[0]!.resume(), 'close');
});

it('is given up when the other does not shake hands in time, and gives its place back', async () => {
  const admission = new Admission({ classes: oneClass() });
  const tls = { name: 'other.example' };
  await expect(
    dial({ ...here, tls }, admission, { handshakeMs: () => 30, sockets: {} }),
  ).rejects.toMatchObject({
    code: 'unavailable',
    message: `cannot connect to 127.0.0.1:${here.port}: no answer within 30 ms`,
  });
  expect(admission.size).toBe(0);
  await once(accepted[0]!.resume(), 'close');
});

it('writes an address of IPv6 so that its port can be told from it', async () => {
  server.close();
  await expect(
    dial({ host: '::1', port: here.port, tls: null }, new Admission({ classes: oneClass() }), options),
  ).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(`cannot connect to [::1]:${here.port}: `),
  });
});

it.each([
  [{}, false],
  [{ allowHalfOpen: false }, false],
  [{ allowHalfOpen: true }, true],
])('may be half open only where the daemon wants it: %o', async (sockets, expected) => {
  const { socket, seat, tls } = await dial(here, new Admission({ classes: oneClass() }), {
    ...options,
    sockets,
  });
  expect([socket.allowHalfOpen, seat.address, tls]).toEqual([expected, '127.0.0.1', null]);
  socket.destroy();
});
