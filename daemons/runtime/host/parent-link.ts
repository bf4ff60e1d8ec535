/**
 * The daemon's end of the link to main: the parent port of an Electron utility process, or the IPC channel of a
 * fork. Nothing else in a daemon knows which.
 */
import type { Duplex } from 'node:stream';
import type { FromDaemon } from '../../../contract/link/from-daemon.ts';
import { QueueTally } from '../../../kit/queue-tally.ts';
import type { PortLike } from '../telemetry/message-port.ts';

/** What came beside a message: a port under Electron, a socket under Node. */
export type Transferred = { readonly port: PortLike } | { readonly socket: Duplex } | null;

/** Messages to and from main. */
export interface ParentLink {
  /** Messages that are on their way; null under Electron, which takes each at once and does not tell when it went on. */
  readonly outbox: QueueTally | null;
  send(message: FromDaemon): void;
  onMessage(listener: (message: unknown, transferred: Transferred) => void): void;
  /** Main is gone. */
  onClose(listener: () => void): void;
  /** Resolves when everything sent so far has left the process. */
  flush(): Promise<void>;
}

interface ElectronParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown; ports: PortLike[] }) => void): void;
  on(event: 'close', listener: () => void): void;
}

/** The link of this process, or null when nobody started it as a daemon. */
export function openParentLink(): ParentLink | null {
  const parentPort = (process as unknown as { parentPort?: ElectronParentPort }).parentPort;
  if (parentPort !== undefined && parentPort !== null) return electronLink(parentPort);
  if (typeof process.send === 'function') return forkLink();
  return null;
}

function electronLink(parentPort: ElectronParentPort): ParentLink {
  return {
    outbox: null,
    send: (message) => parentPort.postMessage(message),
    onMessage(listener) {
      parentPort.on('message', (event) => {
        const port = event.ports[0];
        listener(event.data, port === undefined ? null : { port });
      });
    },
    onClose: (listener) => parentPort.on('close', listener),
    flush: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

function forkLink(): ParentLink {
  const outbox = new QueueTally();
  let drained: (() => void) | null = null;
  return {
    outbox,
    send(message) {
      if (!process.connected) return;
      outbox.enter();
      process.send?.(message, undefined, {}, () => {
        outbox.leave();
        if (outbox.depth === 0) drained?.();
      });
    },
    onMessage(listener) {
      process.on('message', (message, handle) => {
        listener(
          message,
          handle === undefined || handle === null ? null : { socket: handle as unknown as Duplex },
        );
      });
    },
    onClose: (listener) => process.on('disconnect', listener),
    flush() {
      if (outbox.depth === 0 || !process.connected) return Promise.resolve();
      return new Promise((resolve) => {
        drained = resolve;
      });
    },
  };
}
