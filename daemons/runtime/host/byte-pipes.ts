/** The three ways in which bytes of a file reach a daemon, behind one interface; like the streams in stream-channel.ts. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { ByteMessage, BytePipe } from '../../../contract/byte-stream.ts';
import { limits as kitLimits } from '../../../kit/limits.ts';
import { limits } from '../limits.ts';
import { keepAlive } from '../telemetry/keep-alive.ts';
import { type PortLike, portEnd } from '../telemetry/message-port.ts';
import { type RelayedEnd, relayedEnd } from '../telemetry/relayed-end.ts';

/** Room for what is said beside the bytes, in bytes. */
const WORDS_BYTES = 8_192;

const upgrader = new WebSocketServer({
  noServer: true,
  perMessageDeflate: false,
  maxPayload: kitLimits.byteChunkBytes.default + WORDS_BYTES,
  maxFragments: 16,
  maxBufferedChunks: 1_024,
});

/** Over a MessagePort that was transferred. */
export function portPipe(port: PortLike): BytePipe {
  const end = portEnd<ByteMessage>(port);
  return {
    ...end,
    // A piece of a larger block of memory would be cloned with the whole block.
    send: (message) =>
      end.send(message.type === 'bytes' ? { ...message, data: Uint8Array.from(message.data) } : message),
  };
}

/** Over a WebSocket that main accepted, authenticated and handed over. */
export function socketPipe(
  socket: Duplex,
  headers: Readonly<Record<string, string>>,
  head: Uint8Array,
  onOpen: (pipe: BytePipe) => void,
): void {
  const request = { method: 'GET', headers, url: '/', socket } as unknown as IncomingMessage;
  upgrader.handleUpgrade(request, socket, Buffer.from(head), (webSocket) => onOpen(webSocketPipe(webSocket)));
}

/** Bytes are binary, everything else JSON text. */
export function webSocketPipe(webSocket: WebSocket): BytePipe {
  webSocket.on('error', () => webSocket.terminate());
  keepAlive(webSocket, limits.streamPingMs.default);
  return {
    send(message) {
      if (webSocket.readyState !== webSocket.OPEN) return;
      if (message.type === 'bytes') webSocket.send(message.data, { binary: true });
      else webSocket.send(JSON.stringify(message));
    },
    onMessage(listener) {
      webSocket.on('message', (data, isBinary) => {
        listener(isBinary ? { type: 'bytes', data: bytesOf(data) } : parsed(data));
      });
    },
    onClose(listener) {
      webSocket.once('close', () => listener());
    },
    close() {
      webSocket.close(1000, 'done');
      // Who is gone confirms nothing.
      setTimeout(() => webSocket.terminate(), limits.streamCloseMs.default).unref();
    },
  };
}

/** Relayed by main over the daemon link; the owner of the link calls `deliver` and `closed`. */
export function linkPipe(post: (data: unknown) => void, onLocalClose: () => void): BytePipe & RelayedEnd {
  return { ...relayedEnd(onLocalClose), send: (message) => post(message) };
}

function bytesOf(data: RawData): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return Array.isArray(data) ? Buffer.concat(data) : data;
}

/** What is no JSON is no message either: the channel says so. */
function parsed(data: RawData): unknown {
  try {
    return JSON.parse(String(bytesOf(data)));
  } catch {
    return null;
  }
}
