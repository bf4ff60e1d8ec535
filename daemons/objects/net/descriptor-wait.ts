/**
 * An answer to FDPASS for which the socket had no room. Where the answer itself is still to be sent, it goes through the stream,
 * which says when it has gone. Where only the byte with the descriptor is missing, or the first byte carries it, there is nothing
 * that a stream could be given, so it is tried again after a while, at most every 50 ms.
 */
import { constants } from 'node:os';
import type { Clock, Timer } from '../../../kit/clock.ts';
import type { Native } from '../native/native-calls.ts';
import { nativeError } from '../native/native-error.ts';
import type { DescriptorBatch, HeldAnswer } from './descriptor-batch.ts';
import type { Transfer, TransferEvents } from './transfer.ts';
import type { Wire } from './wire.ts';

const { EAGAIN, ENOBUFS, EINTR } = constants.errno;
/** "Too many references": the system allows only so many descriptors that nobody has received. Node does not name it. */
const ETOOMANYREFS = 109;
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 50;

/** Whether an error number says that there may be room later. */
export const mayFitLater = (errno: number): boolean =>
  errno === EAGAIN || errno === ENOBUFS || errno === EINTR || errno === ETOOMANYREFS;

export class DescriptorWait implements Transfer {
  readonly #held: HeldAnswer;
  readonly #batch: DescriptorBatch;
  readonly #wire: Wire;
  readonly #native: Native;
  readonly #clock: Clock;
  readonly #events: TransferEvents;
  /** What has to go before the byte that carries the descriptor. */
  #before: Buffer | null;
  #pauseMs = FIRST_PAUSE_MS;
  #timer: Timer | null = null;
  #over = false;

  constructor(
    held: HeldAnswer,
    batch: DescriptorBatch,
    wire: Wire,
    native: Native,
    clock: Clock,
    events: TransferEvents,
  ) {
    this.#held = held;
    this.#batch = batch;
    this.#wire = wire;
    this.#native = native;
    this.#clock = clock;
    this.#events = events;
    this.#before = batch.carrier === 'own-byte' && held.bytes.length > 0 ? held.bytes : null;
  }

  goOn(): void {
    if (this.#over || this.#timer !== null) return;
    const before = this.#before;
    if (before !== null) {
      this.#before = null;
      this.#wire.write(before);
      if (this.#wire.blocked) return;
    }
    const errno = this.#send();
    if (mayFitLater(errno)) {
      this.#wire.hold();
      this.#timer = this.#clock.after(this.#pauseMs, () => {
        this.#timer = null;
        this.#wire.release();
        this.goOn();
      });
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
      return;
    }
    this.#end();
    if (errno === 0) this.#events.onSent();
    else this.#events.onBroken(nativeError('sendmmsg', errno));
  }

  close(onIdle: () => void): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#wire.release();
    this.#end();
    onIdle();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#native.files.close(this.#held.descriptor);
  }

  #send(): number {
    const { sender, carrier } = this.#batch;
    const { descriptor, bytes } = this.#held;
    if (carrier === 'own-byte') {
      const errno = sender.sendCarrier(this.#wire.fd, descriptor);
      if (errno === 0) this.#wire.sentNatively(1);
      return errno;
    }
    bytes.copy(sender.bytes, sender.next);
    sender.add(bytes.length, descriptor);
    const { errno } = sender.send(this.#wire.fd);
    if (errno === 0) this.#wire.sentNatively(bytes.length);
    return errno;
  }
}
