/** How bytes come and go: over any stream of Node, or, where descriptors are to be received, by system calls. */
import type { Socket } from 'node:net';

/** Receives what a transport brings. */
export interface TransportSink {
  /** Bytes, which are the transport's and are used again, and descriptors that came with them, which are the sink's. */
  onBytes(bytes: Buffer, descriptors: readonly number[]): void;
  /** Nothing comes any more; `cause` where that was not wanted. Told once. */
  onEnd(cause: Error | null): void;
  /** What was written is gone, after `write` had said to wait. */
  onDrain(): void;
}

/** One connection. */
export interface Transport {
  /** Whether descriptors arrive. */
  readonly passesDescriptors: boolean;
  /** Sends bytes; false asks to wait for `onDrain`. */
  write(bytes: Buffer): boolean;
  /** Whether something is waited for. Without it a transport need not listen. */
  expect(something: boolean): void;
  pause(): void;
  resume(): void;
  /** Closes a descriptor that was received. */
  closeDescriptor(descriptor: number): void;
  /** Ends the connection; `onEnd` is told, once. */
  destroy(): void;
}

const NO_DESCRIPTORS: readonly number[] = [];

/** Writes of one turn go out together. */
export class Outgoing {
  readonly #socket: Socket;
  #corked = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  write(bytes: Buffer): boolean {
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      queueMicrotask(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    return this.#socket.write(bytes);
  }
}

/** A socket of Node, with TLS or without. It receives no descriptors. */
export class StreamTransport implements Transport {
  readonly passesDescriptors = false;
  readonly #socket: Socket;
  readonly #outgoing: Outgoing;

  constructor(socket: Socket, sink: TransportSink) {
    this.#socket = socket;
    this.#outgoing = new Outgoing(socket);
    let cause: Error | null = null;
    socket.on('data', (bytes: Buffer) => sink.onBytes(bytes, NO_DESCRIPTORS));
    socket.on('drain', () => sink.onDrain());
    socket.on('error', (error) => {
      cause = error;
    });
    socket.on('end', () => socket.destroy());
    socket.on('close', () => sink.onEnd(cause));
  }

  write(bytes: Buffer): boolean {
    return this.#outgoing.write(bytes);
  }

  expect(): void {
    // A stream of Node always listens.
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  closeDescriptor(): void {
    // None arrives.
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
