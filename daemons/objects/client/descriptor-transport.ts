/**
 * A Unix socket whose descriptors are received. Node writes to it; it is read by `recvmsg`, because Node's own reading drops
 * descriptors. While an answer is waited for, one of the four threads of libuv's pool waits for the socket; without, nobody
 * does, and so an end of the connection is noticed with the next request.
 */
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import { DescriptorReceiver } from '../native/descriptor-receiver.ts';
import type { Libc } from '../native/libc.ts';
import { nativeError } from '../native/native-error.ts';
import { descriptorOf, duplicate, waitReadable } from '../native/socket-calls.ts';
import { CLIENT_LIMITS } from './limits.ts';
import { Outgoing, type Transport, type TransportSink } from './transport.ts';

const { EAGAIN, EINTR, EMFILE } = constants.errno;
const RECEIVE_BYTES = 256 * 1024;
/** Both directions. */
const SHUT_RDWR = 2;
/** No end of its own: shutting the socket down ends the wait. */
const FOR_EVER = -1;

export class DescriptorTransport implements Transport {
  readonly passesDescriptors = true;
  readonly #libc: Libc;
  readonly #socket: Socket;
  readonly #sink: TransportSink;
  readonly #outgoing: Outgoing;
  /** A second descriptor of the socket, so that Node does not close it while a thread waits for it. */
  readonly #fd: number;
  readonly #receiver: DescriptorReceiver;
  #expecting = false;
  #paused = false;
  /** Something is received or waited for, and looks at the fields here when it goes on. */
  #busy = false;
  #cause: Error | null = null;
  #ending = false;
  #closed = false;

  /**
   * @param socket connected, and never read from: it was paused before it connected
   * @throws an error with the system's `code`: `EMFILE` where the process has no more descriptors
   */
  constructor(libc: Libc, socket: Socket, sink: TransportSink) {
    this.#libc = libc;
    this.#socket = socket;
    this.#sink = sink;
    this.#outgoing = new Outgoing(socket);
    this.#fd = duplicate(libc, descriptorOf(socket));
    this.#receiver = new DescriptorReceiver(libc, RECEIVE_BYTES);
    socket.on('drain', () => sink.onDrain());
    socket.on('error', (error) => {
      this.#cause ??= error;
    });
    // After a failed write: what the server said before is received first, and then the end.
    socket.on('close', () => {
      if (!this.#busy) this.destroy();
    });
  }

  write(bytes: Buffer): boolean {
    return this.#outgoing.write(bytes);
  }

  expect(something: boolean): void {
    this.#expecting = something;
    this.#goOn();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#goOn();
  }

  closeDescriptor(descriptor: number): void {
    this.#libc.close(descriptor);
  }

  destroy(): void {
    if (this.#ending) return;
    this.#ending = true;
    if (this.#busy) this.#libc.shutdown(this.#fd, SHUT_RDWR);
    else this.#close();
  }

  #goOn(): void {
    if (this.#busy || this.#ending || this.#paused || !this.#expecting) return;
    this.#busy = true;
    void this.#receive();
  }

  async #receive(): Promise<void> {
    try {
      // What was just written is answered after this turn at the earliest.
      await new Promise(setImmediate);
      while (!this.#ending && this.#expecting && !this.#paused) {
        if (this.#receiveSome()) await new Promise(setImmediate);
        else await waitReadable(this.#libc, this.#fd, FOR_EVER);
      }
    } catch (error) {
      this.#cause ??= error as Error;
      this.#ending = true;
    }
    this.#busy = false;
    if (this.#ending) this.#close();
    else if (this.#socket.destroyed) this.destroy();
  }

  /** Hands on what is there; false where that was all. */
  #receiveSome(): boolean {
    for (let turn = 0; turn < CLIENT_LIMITS.receiveTurns.default; turn++) {
      if (this.#ending || this.#paused) return true;
      const { byteLength, descriptors, lost, errno } = this.#receiver.receive(this.#fd);
      if (byteLength < 0) {
        if (errno === EINTR) continue;
        if (errno === EAGAIN) return false;
        throw nativeError('recvmsg', errno);
      }
      if (byteLength === 0) {
        this.#ending = true;
        return true;
      }
      this.#sink.onBytes(this.#receiver.bytes.subarray(0, byteLength), descriptors);
      // Some that were promised are gone, so no answer after this can be trusted to have its own.
      if (lost) throw nativeError('recvmsg', EMFILE);
    }
    return true;
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#libc.close(this.#fd);
    this.#socket.destroy();
    process.nextTick(() => this.#sink.onEnd(this.#cause));
  }
}
