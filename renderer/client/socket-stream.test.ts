/** A stream on a WebSocket: what is read of it, what is sent, and that its end is told once. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeFrameInto, FRAME_HEADER_BYTES } from '../../contract/metric-frame.ts';
import type { SocketLike } from './socket-like.ts';
import { openSocketStream } from './socket-stream.ts';

const handlers = { onMessage: vi.fn(), onClose: vi.fn() };
beforeEach(() => vi.clearAllMocks());

function open() {
  const socket = {
    binaryType: 'blob' as BinaryType,
    readyState: 1 as 0 | 1 | 2 | 3,
    onopen: null,
    onmessage: null as SocketLike['onmessage'],
    onclose: null as SocketLike['onclose'],
    send: vi.fn(),
    close: vi.fn(),
  };
  const stream = openSocketStream(socket, handlers);
  const self = socket as unknown as WebSocket;
  return {
    socket,
    stream,
    receive: (data: unknown) => socket.onmessage?.call(self, { data } as MessageEvent),
    drop: (code: number, reason = '') => socket.onclose?.call(self, { code, reason } as CloseEvent),
  };
}

describe('a stream on a WebSocket', () => {
  it('takes binary messages for frames, as they come', () => {
    const { socket, receive } = open();
    expect(socket.binaryType).toBe('arraybuffer');
    const bytes = new ArrayBuffer(FRAME_HEADER_BYTES + 16);
    const frame = { seq: 3, time: 5, skipped: 1, revision: 2, values: Float64Array.of(7, 8) };
    encodeFrameInto(new DataView(bytes), frame);
    receive(bytes);
    expect(handlers.onMessage.mock.calls).toEqual([[{ type: 'frame', frame }]]);
    receive(new ArrayBuffer(3));
    expect(handlers.onMessage).toHaveBeenCalledTimes(1);
  });

  it('takes texts for the messages that they are the JSON of, and ignores others', () => {
    const { receive } = open();
    receive('{"type":"logs","ticket":1,"records":[],"dropped":0}');
    for (const other of ['', 'x', 'null', '5', '{}', '[]', 5, null]) receive(other);
    expect(handlers.onMessage.mock.calls).toEqual([[{ type: 'logs', ticket: 1, records: [], dropped: 0 }]]);
  });

  it('sends JSON while it is open, and nothing before and after', () => {
    const { socket, stream } = open();
    socket.readyState = 0;
    stream.send({ type: 'ack', seq: 1 });
    socket.readyState = 1;
    stream.send({ type: 'ack', seq: 2 });
    stream.close();
    stream.send({ type: 'ack', seq: 3 });
    expect(socket.send.mock.calls).toEqual([['{"type":"ack","seq":2}']]);
    expect(socket.close).toHaveBeenCalledTimes(1);
  });

  it.each([
    [1006, '', 'closed with code 1006'],
    [1011, 'too slow', 'too slow'],
  ])('tells once that it was closed: %i %j', (code, reason, told) => {
    const { drop, receive, socket, stream } = open();
    drop(code, reason);
    drop(1000);
    expect(handlers.onClose.mock.calls).toEqual([[told]]);
    receive('{"type":"logs","ticket":1,"records":[],"dropped":0}');
    stream.send({ type: 'ack', seq: 1 });
    expect(handlers.onMessage).not.toHaveBeenCalled();
    expect(socket.send).not.toHaveBeenCalled();
  });

  it('tells nothing once it was closed from here', () => {
    const { drop, receive, stream } = open();
    stream.close();
    receive('{"type":"logs","ticket":1,"records":[],"dropped":0}');
    drop(1000);
    expect(handlers.onMessage).not.toHaveBeenCalled();
    expect(handlers.onClose).not.toHaveBeenCalled();
  });
});
