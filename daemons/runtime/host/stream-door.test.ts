import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, expect, it, vi } from 'vitest';
import type { Role } from '../../../contract/access.ts';
import type { FromDaemon } from '../../../contract/link/from-daemon.ts';
import type { StreamPurpose, StreamTransport } from '../../../contract/link/stream-messages.ts';
import type { ByteChannel } from '../../../kit/byte-channel.ts';
import type { PortLike } from '../telemetry/message-port.ts';
import type { StreamChannel } from '../telemetry/stream-channel.ts';
import type { Transferred } from './parent-link.ts';
import { StreamDoor } from './stream-door.ts';

class FakePort extends EventEmitter implements PortLike {
  readonly posted: unknown[] = [];
  readonly start = vi.fn();
  readonly close = vi.fn(() => {
    this.emit('close');
  });

  postMessage(message: unknown): void {
    this.posted.push(message);
  }
}

const HELLO = { type: 'hello', source: 't', instance: 1, pid: 1, startedAt: 1 } as const;
/** What a window needs to upgrade a connection; the key is that of RFC 6455 1.3. */
const upgrade = {
  headers: {
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
  },
  head: new Uint8Array(),
};
const sockets: PassThrough[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A stream of a socket; what is written to it comes nowhere. */
function fakeSocket(): PassThrough {
  const socket = new PassThrough();
  sockets.push(socket);
  return socket;
}

function make({ hasFiles = true } = {}) {
  const sent: FromDaemon[] = [];
  const watched: { readonly channel: StreamChannel; readonly role: Role }[] = [];
  const served: { readonly channel: ByteChannel; readonly role: Role }[] = [];
  const door = new StreamDoor((message) => sent.push(message), {
    watch: (channel, role) => watched.push({ channel, role }),
    bytes: () => (hasFiles ? (channel, role) => served.push({ channel, role }) : null),
  });
  const open = (
    streamId: number,
    transport: StreamTransport,
    purpose: StreamPurpose,
    transferred: Transferred = null,
    more: { upgrade?: typeof upgrade } = {},
  ) =>
    door.open({ type: 'stream-open', streamId, transport, purpose, role: 'operator', ...more }, transferred);
  return { door, open, sent, watched, served };
}

it('gives a window the port that came with it, with its role, until one side closes it', () => {
  const { door, open, sent, watched, served } = make();
  const [first, second] = [new FakePort(), new FakePort()];
  open(1, 'port', 'watch', { port: first });
  open(2, 'port', 'watch', { port: second });
  expect(watched.map(({ role }) => role)).toEqual(['operator', 'operator']);
  expect(served).toEqual([]);
  watched[0]!.channel.send(HELLO);
  expect([first.posted, second.posted]).toEqual([[HELLO], []]);
  second.emit('close');
  expect(sent).toEqual([{ type: 'stream-close', streamId: 2 }]);
  door.close(2);
  expect(second.close).not.toHaveBeenCalled();
  door.close(1);
  expect(first.close).toHaveBeenCalledOnce();
  expect(sent).toEqual([2, 1].map((streamId) => ({ type: 'stream-close', streamId })));
});

it('gives whoever wants a file the port that came with it', () => {
  const { door, open, sent, watched, served } = make();
  const port = new FakePort();
  open(3, 'port', 'bytes', { port });
  expect([watched.length, served.length, served[0]?.role]).toEqual([0, 1, 'operator']);
  served[0]!.channel.open({ name: 'a', size: 3 });
  expect(port.posted).toMatchObject([{ type: 'bytes-open', name: 'a', size: 3 }]);
  expect(port.close).not.toHaveBeenCalled();
  door.close(3);
  expect(port.close).toHaveBeenCalled();
  expect(sent[0]).toEqual({ type: 'stream-close', streamId: 3 });
});

it.each(['watch', 'bytes'] as const)(
  'ends the handshake of a socket that came for %s, and tells when it is gone',
  (purpose) => {
    const { door, open, sent, watched, served } = make();
    const socket = fakeSocket();
    open(4, 'socket', purpose, { socket }, { upgrade });
    expect([watched.length, served.length]).toEqual(purpose === 'watch' ? [1, 0] : [0, 1]);
    expect(String(socket.read())).toContain('101 Switching Protocols');
    door.close(4);
    socket.destroy();
    return vi.waitFor(() => expect(sent).toEqual([{ type: 'stream-close', streamId: 4 }]));
  },
);

it.each<[string, StreamTransport, Transferred, { upgrade?: typeof upgrade }]>([
  ['a port', 'port', null, {}],
  ['a port, and a socket came', 'port', { socket: new PassThrough() }, {}],
  ['a socket', 'socket', null, { upgrade }],
  ['a socket, and nothing says how to go on with it', 'socket', { socket: new PassThrough() }, {}],
])('says that a stream has ended whose transport was lost: %s', (_, transport, transferred, more) => {
  const { open, sent, watched, served } = make();
  open(5, transport, 'watch', transferred, more);
  expect(sent).toEqual([{ type: 'stream-close', streamId: 5 }]);
  expect([watched, served]).toEqual([[], []]);
});

it('relays a window over the link, each stream for itself, and ends it once', () => {
  const { door, open, sent, watched } = make();
  open(6, 'link', 'watch');
  open(7, 'link', 'watch');
  const heard: unknown[] = [];
  const gone = vi.fn();
  watched[0]!.channel.onMessage((data) => heard.push(data));
  watched[0]!.channel.onClose(gone);
  door.data(6, 'wish');
  door.data(7, 'other');
  door.data(8, 'nobody');
  expect(heard).toEqual(['wish']);
  watched[0]!.channel.send(HELLO);
  expect(sent).toEqual([{ type: 'stream-data', streamId: 6, data: HELLO }]);
  door.close(6);
  expect(gone).toHaveBeenCalledOnce();
  // Main knows that it has ended.
  watched[0]!.channel.close();
  expect(sent).toHaveLength(1);
  watched[1]!.channel.close();
  watched[1]!.channel.close();
  expect(sent.slice(1)).toEqual([{ type: 'stream-close', streamId: 7 }]);
  door.data(7, 'late');
  expect(heard).toEqual(['wish']);
});

it('relays a file over the link', async () => {
  const { door, open, sent, served } = make();
  open(9, 'link', 'bytes');
  door.data(9, { type: 'bytes-open', name: 'x', size: null, credit: 5 });
  expect(await served[0]!.channel.opened).toEqual({ name: 'x', size: null });
  door.close(9);
  await expect(served[0]!.channel.write(new Uint8Array(1))).rejects.toMatchObject({ code: 'cancelled' });
  // Main has said it, so it is not told.
  expect(sent).toEqual([]);
});

it('tells whoever wants a file of a daemon without files that there are none', () => {
  const { open, sent } = make({ hasFiles: false });
  open(10, 'link', 'bytes');
  expect(sent).toMatchObject([
    {
      type: 'stream-data',
      streamId: 10,
      data: { type: 'bytes-cancel', error: { code: 'unsupported', message: 'This daemon serves no files.' } },
    },
    { type: 'stream-close', streamId: 10 },
  ]);
});
