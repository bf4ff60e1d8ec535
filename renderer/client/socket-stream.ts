/** A stream on a WebSocket: frames are binary, everything else JSON text. Called by the socket control client. */
import { decodeFrame } from '../../contract/metric-frame.ts';
import type { FromWindow, ToWindow } from '../../contract/stream.ts';
import type { StreamHandlers, StreamPipe } from './control-client.ts';
import type { SocketLike } from './socket-like.ts';

const OPEN = 1;

/** Turns an opening socket into a stream. */
export function openSocketStream(socket: SocketLike, handlers: StreamHandlers): StreamPipe {
  let closed = false;
  const end = (reason: string) => {
    if (closed) return;
    closed = true;
    handlers.onClose(reason);
  };
  socket.binaryType = 'arraybuffer';
  socket.onmessage = (event) => {
    const message = closed ? null : decodeMessage(event.data);
    if (message !== null) handlers.onMessage(message);
  };
  socket.onclose = (event) => end(event.reason || `closed with code ${event.code}`);
  return {
    send(message: FromWindow) {
      if (!closed && socket.readyState === OPEN) socket.send(JSON.stringify(message));
    },
    close() {
      closed = true;
      socket.close();
    },
  };
}

/** A message as the daemon meant it; null for what is none. */
function decodeMessage(data: unknown): ToWindow | null {
  if (data instanceof ArrayBuffer) {
    const frame = decodeFrame(data);
    return frame === null ? null : { type: 'frame', frame };
  }
  if (typeof data !== 'string') return null;
  try {
    const message: unknown = JSON.parse(data);
    return typeof message === 'object' && message !== null && 'type' in message
      ? (message as ToWindow)
      : null;
  } catch {
    return null;
  }
}
