/**
 * Tells those who are not let in why, and closes. They may linger to read it, but not so many that they take the sockets
 * of those who are let in. Owned by `Acceptor`.
 */
import { type ConnectionRoom, connectionRoom } from '../host/descriptor-limit.ts';

/** What is counted of refused clients, by the names that a limiter has. */
export class RefusedCounts {
  /** Those that linger. */
  depth = 0;
  /** How many may. */
  capacity = 0;
  /** Those that did so far. */
  completed = 0;
  /** Those that were just closed, for want of room. */
  rejected = 0;
}

/** What a daemon says about refused clients. */
export interface RefusedSocketsOptions {
  /** How many may linger. */
  readonly most: number;
  /** How long one may linger, in milliseconds. */
  readonly lingerMs: () => number;
  /** Connections that were let in. */
  readonly connections: () => number;
  /** Where they are counted. */
  readonly counts: RefusedCounts;
  /** One that lingered is gone. */
  readonly onGone?: (() => void) | undefined;
  /** For tests: another room than that of the process. */
  readonly room?: ConnectionRoom;
}

/** A socket that is refused: one of Node's, or what stands for one that another thread has. */
export interface RefusableSocket {
  on(event: 'error' | 'close', listener: () => void): unknown;
  resume(): unknown;
  end(lastWord: string | Uint8Array): unknown;
  destroy(): unknown;
}

/** Refused clients that read why. */
export class RefusedSockets {
  readonly #options: RefusedSocketsOptions;
  readonly #room: ConnectionRoom;
  readonly #sockets = new Set<RefusableSocket>();
  readonly #counts: RefusedCounts;

  constructor(options: RefusedSocketsOptions) {
    this.#options = options;
    this.#room = options.room ?? connectionRoom();
    this.#counts = options.counts;
    this.#counts.capacity = options.most;
  }

  /** Writes the last word and closes; only closes where there is none, or where too many linger. */
  refuse(socket: RefusableSocket, lastWord: string | Uint8Array | null): void {
    socket.on('error', () => socket.destroy());
    if (lastWord === null || !this.#mayLinger) {
      if (lastWord !== null) this.#counts.rejected++;
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    this.#counts.depth++;
    this.#counts.completed++;
    const timer = setTimeout(() => socket.destroy(), this.#options.lingerMs());
    socket.on('close', () => {
      clearTimeout(timer);
      this.#sockets.delete(socket);
      this.#counts.depth--;
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
