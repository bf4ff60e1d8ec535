/**
 * The three ways in which a stream reaches a window, behind one interface, so that the StreamHub cannot tell them
 * apart: a transferred MessagePort (Electron), a WebSocket made from a transferred socket (headless), or messages
 * relayed by main over the daemon link (a forked daemon under Electron).
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  encodeFrameInto,
  FRAME_CREDIT,
  FRAME_HEADER_BYTES,
  type MetricFrame,
} from '../../../contract/metric-frame.ts';
import type { ToWindow } from '../../../contract/stream.ts';
import { limits } from '../limits.ts';
import { keepAlive } from './keep-alive.ts';
import { type PortLike, portEnd } from './message-port.ts';
import { type RelayedEnd, relayedEnd } from './relayed-end.ts';

/** One subscriber's connection. `onMessage` gets unchecked data; `onClose` is called once. */
export interface StreamChannel {
  /** Sends a message; returns about how many bytes it took. */
  send(message: ToWindow): number;
  onMessage(listener: (data: unknown) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

/** About what a message costs on a transport that does not say: frames by size, the rest by a look at its JSON. */
function estimateBytes(message: ToWindow): number {
  if (message.type === 'frame') return FRAME_HEADER_BYTES + message.frame.values.byteLength;
  if (message.type === 'catalog') return message.catalog.metrics.length * 150;
  if (message.type === 'rows') return message.rows.length * 64;
  if (message.type === 'changes')
    return message.edits.reduce((bytes, [, , rows]) => bytes + 32 + rows.length * 64, 64);
  if (message.type === 'logs') return message.records.length * 200;
  return 64;
}

/** A stream over a MessagePort. */
export function portChannel(port: PortLike): StreamChannel {
  const end = portEnd<ToWindow>(port);
  return {
    ...end,
    send(message) {
      end.send(message);
      return estimateBytes(message);
    },
  };
}

/** Longest message of a window, in bytes: its wishes are a line each. */
const WISH_BYTES = 4096;

const upgrader = new WebSocketServer({
  noServer: true,
  perMessageDeflate: false,
  maxPayload: WISH_BYTES,
  // A wish is one frame; these bound what one connection may have in pieces.
  maxFragments: 16,
  maxBufferedChunks: 64,
});

/**
 * Finishes the WebSocket handshake on a socket that main accepted, authenticated and handed over.
 * `headers` and `head` are those of the HTTP request.
 */
export function upgradeSocket(
  socket: Duplex,
  headers: Readonly<Record<string, string>>,
  head: Uint8Array,
  onOpen: (channel: StreamChannel) => void,
): void {
  const request = { method: 'GET', headers, url: '/', socket } as unknown as IncomingMessage;
  upgrader.handleUpgrade(request, socket, Buffer.from(head), (webSocket) =>
    onOpen(webSocketChannel(webSocket)),
  );
}

/** A stream over a WebSocket: frames binary, everything else JSON text. */
function webSocketChannel(webSocket: WebSocket): StreamChannel {
  // At most FRAME_CREDIT frames are on their way, so one buffer more than that is never written while being sent.
  const buffers: Buffer[] = [];
  let next = 0;
  const encode = (frame: MetricFrame): Buffer => {
    const size = FRAME_HEADER_BYTES + frame.values.byteLength;
    let buffer = buffers[next];
    if (buffer === undefined || buffer.length !== size) {
      buffer = Buffer.alloc(size);
      buffers[next] = buffer;
    }
    next = (next + 1) % (FRAME_CREDIT + 1);
    encodeFrameInto(new DataView(buffer.buffer, buffer.byteOffset, size), frame);
    return buffer;
  };
  webSocket.on('error', () => webSocket.terminate());
  keepAlive(webSocket, limits.streamPingMs.default);
  return {
    send(message) {
      if (webSocket.readyState !== webSocket.OPEN) return 0;
      if (webSocket.bufferedAmount > limits.streamBacklogBytes.default) {
        webSocket.terminate();
        return 0;
      }
      if (message.type === 'frame') {
        const bytes = encode(message.frame);
        webSocket.send(bytes, { binary: true });
        return bytes.length;
      }
      const text = JSON.stringify(message);
      webSocket.send(text);
      return text.length;
    },
    onMessage(listener) {
      webSocket.on('message', (data, isBinary) => {
        if (isBinary) return;
        try {
          listener(JSON.parse(data.toString()));
        } catch {
          webSocket.close(1007, 'expected JSON');
        }
      });
    },
    onClose(listener) {
      webSocket.once('close', listener);
    },
    close() {
      webSocket.close(1001, 'closing');
      // Who is gone confirms nothing.
      setTimeout(() => webSocket.terminate(), limits.streamCloseMs.default).unref();
    },
  };
}

/** A stream whose messages main relays; the owner of the link calls `deliver` and `closed`. */
export function linkChannel(
  post: (data: unknown) => void,
  onLocalClose: () => void,
): StreamChannel & RelayedEnd {
  return {
    ...relayedEnd(onLocalClose),
    send(message) {
      post(message);
      return estimateBytes(message);
    },
  };
}
