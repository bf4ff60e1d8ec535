/** What carries a file between the window and a daemon: a port of the desktop app, or a WebSocket of a browser. */
import type { BytePipe } from '../../contract/byte-stream.ts';
import { SignalboxError } from '../../contract/errors.ts';
import { limits } from '../../kit/limits.ts';
import type { SocketLike } from './socket-like.ts';

const OPEN = 1;

/** Over a port that main has sent. */
export function portPipe(port: MessagePort): BytePipe {
  return {
    // A piece of a larger block of memory would be cloned with the whole block.
    send: (message) =>
      port.postMessage(message.type === 'bytes' ? { ...message, data: message.data.slice() } : message),
    onMessage(listener) {
      port.onmessage = (event) => listener(event.data);
      port.start();
    },
    onClose: (listener) => port.addEventListener('close', () => listener()),
    close: () => port.close(),
  };
}

/** Over a WebSocket that has just been opened, once it is there. Bytes are binary, everything else JSON text. */
export function openSocketBytes(socket: SocketLike, source: string): Promise<BytePipe> {
  socket.binaryType = 'arraybuffer';
  return new Promise((resolve, reject) => {
    const refuse = (code: 'timeout' | 'unavailable', text: string) => {
      clearTimeout(timer);
      socket.onclose = null;
      socket.close();
      reject(new SignalboxError(code, text));
    };
    const timer = setTimeout(
      () => refuse('timeout', `${source} did not take the connection for a file; try again.`),
      limits.streamOpenMs.default,
    );
    socket.onopen = () => {
      clearTimeout(timer);
      socket.onclose = null;
      resolve(socketPipe(socket));
    };
    socket.onclose = (event) =>
      refuse(
        'unavailable',
        event.reason || `The host refused a connection for files of ${source}, or is gone; try again.`,
      );
  });
}

function socketPipe(socket: SocketLike): BytePipe {
  return {
    send(message) {
      if (socket.readyState !== OPEN) return;
      // The memory of a piece is shared with nobody.
      if (message.type === 'bytes') socket.send(message.data as Uint8Array<ArrayBuffer>);
      else socket.send(JSON.stringify(message));
    },
    onMessage(listener) {
      socket.onmessage = ({ data }) =>
        listener(data instanceof ArrayBuffer ? { type: 'bytes', data: new Uint8Array(data) } : parsed(data));
    },
    onClose(listener) {
      socket.onclose = () => listener();
    },
    close: () => socket.close(),
  };
}

/** What is no JSON is no message either: the channel says so. */
function parsed(data: unknown): unknown {
  try {
    return JSON.parse(String(data));
  } catch {
    return null;
  }
}
