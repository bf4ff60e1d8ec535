/**
 * Tells those who are not let in why, and closes. They may linger to read it, but not so many that they take the sockets
 * of those who are let in. Owned by `Acceptor`.
 */
import type { Socket } from 'node:net';
import { type ConnectionRoom, connectionRoom } from '../host/descriptor-limit.ts';

/** What a daemon says about refused clients. */
export interface RefusedSocketsOptions {
  /** How many may linger. */
  readonly most: number;
  /** How long one may linger, in milliseconds. */
  readonly lingerMs: () => number;
  /** Connections that were let in. */
  readonly connections: () => number;
  /** One that lingered is gone. */
  readonly onGone?: (() => void) | undefined;
  /** For tests: another room than that of the process. */
  readonly room?: ConnectionRoom;
}

/** Refused clients that read why. */
export class RefusedSockets {
  readonly #options: RefusedSocketsOptions;
  readonly #room: ConnectionRoom;
  readonly #sockets = new Set<Socket>();

  constructor(options: RefusedSocketsOptions) {
    this.#options = options;
    this.#room = options.room ?? connectionRoom();
  }

  /** Writes the last word and closes; only closes where there is none, or where too many linger. */
  refuse(socket: Socket, lastWord: string | Uint8Array | null): void {
    socket.on('error', () => socket.destroy());
    if (lastWord === null || !this.#mayLinger) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    const timer = setTimeout(() => socket.destroy(), this.#options.lingerMs());
    socket.on('close', () => {
      clearTimeout(timer);
      this.#sockets.delete(socket);
      this.#options.onGone?.();
    });
    // What the client sends is read and dropped: closing with unread input would reset the connection and lose the word.
    socket.resume();
    socket.end(lastWord);
  }

  /** Closes those that linger. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  get #mayLinger(): boolean {
    const { most, connections } = this.#options;
    const lingering = this.#sockets.size;
    const some = Math.min(most, Math.ceil((this.#room.sockets - this.#room.connections) / 2));
    return lingering < some || (lingering < most && connections() + lingering < this.#room.connections);
  }
}
