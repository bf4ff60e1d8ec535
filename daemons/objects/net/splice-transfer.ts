/**
 * SPLICE: the kernel moves a file into the socket, a piece at a time. What the disk would have to be asked for is read ahead by
 * another thread, because the call would stand still for it. Where the socket is full, one byte goes through the stream, which says
 * when there is room.
 */
import { constants } from 'node:os';
import type { WorkAccount } from '../../runtime/async/work-account.ts';
import type { StepResult, WorkJob } from '../../runtime/async/work-turns.ts';
import type { FileCalls } from '../native/file-calls.ts';
import { nativeError } from '../native/native-error.ts';
import type { Serving } from './serving.ts';
import type { Transfer, TransferEvents, TransferRange } from './transfer.ts';
import type { Wire } from './wire.ts';

const { EAGAIN, EINTR, EPIPE, ECONNRESET, ECONNABORTED, ENOTCONN, ETIMEDOUT, EBADF } = constants.errno;
/** Of a client that has left meanwhile, which is nobody's failure; EBADF of a socket that is closed here. */
const GONE: ReadonlySet<number> = new Set([EPIPE, ECONNRESET, ECONNABORTED, ENOTCONN, ETIMEDOUT, EBADF]);
/** One call moves so much at most, and it is looked whether so much is in memory. */
const PIECE_BYTES = 256 * 1024;
/** What moving a byte costs in nanoseconds; a page is copied or handed over. */
const BYTE_NS = 0.15;

export class SpliceTransfer implements Transfer, WorkJob {
  readonly #range: TransferRange;
  readonly #wire: Wire;
  readonly #serving: Serving;
  readonly #files: FileCalls;
  readonly #account: WorkAccount;
  readonly #events: TransferEvents;
  #offset = 0;
  /** Up to where the file is known to be in memory. */
  #ahead = 0;
  #closed = false;
  /** It moves, or waits for something but room: whoever tells it to go on meanwhile must not have the same bytes sent twice. */
  #busy = false;
  /** Another thread reads from the file. */
  #reading = false;
  #onIdle: (() => void) | null = null;

  constructor(
    range: TransferRange,
    wire: Wire,
    serving: Serving,
    files: FileCalls,
    account: WorkAccount,
    events: TransferEvents,
  ) {
    this.#range = range;
    this.#wire = wire;
    this.#serving = serving;
    this.#files = files;
    this.#account = account;
    this.#events = events;
  }

  goOn(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#run();
  }

  close(onIdle: () => void): void {
    this.#closed = true;
    if (this.#reading) this.#onIdle = onIdle;
    else onIdle();
  }

  /** Moves as much as fits into the socket and into a turn. Called by the turns. */
  step(): StepResult {
    const { fd, sizeBytes } = this.#range;
    while (!this.#closed) {
      const left = sizeBytes - this.#offset;
      if (left === 0) {
        this.#events.onSent();
        break;
      }
      const piece = Math.min(left, PIECE_BYTES);
      if (this.#offset >= this.#ahead && !this.#isInMemory(piece)) {
        this.#readAhead(piece);
        break;
      }
      const moved = this.#files.sendFile(this.#wire.fd, fd, this.#offset, Math.min(left, piece));
      if (moved === -EINTR) continue;
      if (moved === -EAGAIN) {
        this.#waitForRoom();
        break;
      }
      if (moved <= 0) {
        const isFailure = moved !== 0 && !GONE.has(-moved);
        this.#events.onBroken(isFailure ? nativeError('sendfile', -moved) : null);
        break;
      }
      this.#offset += moved;
      this.#wire.sentNatively(moved);
      if (this.#serving.turns.spend(moved * BYTE_NS)) return 'more';
    }
    return 'done';
  }

  #run(): void {
    this.#serving.turns.run(this.#account, this);
  }

  #isInMemory(piece: number): boolean {
    const { fd } = this.#range;
    const is =
      this.#files.isInMemory(fd, this.#offset) && this.#files.isInMemory(fd, this.#offset + piece - 1);
    if (is) this.#ahead = this.#offset + piece;
    return is;
  }

  #readAhead(piece: number): void {
    this.#reading = true;
    void this.#serving.readAhead(this.#range.fd, this.#offset, piece).then(() => {
      this.#reading = false;
      this.#ahead = this.#offset + piece;
      if (this.#closed) this.#onIdle?.();
      else this.#run();
    });
  }

  #waitForRoom(): void {
    this.#serving.buffers.take((buffer) => {
      if (this.#closed) {
        this.#serving.buffers.giveBack(buffer);
        return;
      }
      this.#reading = true;
      this.#serving.buffers.read(this.#range.fd, buffer, 1, this.#offset, (error, bytes) => {
        this.#reading = false;
        if (!this.#closed && error === null && bytes === 1) {
          this.#offset++;
          this.#wire.write(buffer.subarray(0, 1));
        }
        this.#serving.buffers.giveBack(buffer);
        if (this.#closed) this.#onIdle?.();
        else if (error !== null || bytes !== 1) this.#events.onBroken(error);
        else if (this.#wire.blocked) this.#busy = false;
        else this.#run();
      });
    });
  }
}
