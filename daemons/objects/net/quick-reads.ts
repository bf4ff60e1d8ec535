/**
 * Reads on where a client answers every answer at once: a program that asks one question at a time. To sleep and to be woken costs
 * several times what its question does, so for a moment the thread looks whether the next one is there instead of leaving.
 *
 * It does so only for the client that was alone for a while, a millisecond at most before the loop goes around, and gives up when
 * nothing comes for 50 microseconds. Whoever else wants something is served as before, and an idle thread sleeps.
 */
import type { Libc } from '../native/libc.ts';
import { MSG_DONTWAIT } from '../native/native-layout.ts';

/** Milliseconds within which the next question has to come. */
const GAP_MS = 0.05;
/** Milliseconds after which others of the thread may be heard. */
const MOST_MS = 1;
/** Reads in a row, of one client and nobody else, each soon after the other, that make it one to wait for. */
const STREAK = 16;
/** Milliseconds between two of these at most, sleep and waking included. */
const SOON_MS = 0.3;

/** What is read for. */
export interface QuickReader {
  /** All that it asked for is answered, and it may ask for more. */
  readonly isSettled: boolean;
  onBytes(bytes: Buffer): void;
}

/** The quick reads of one thread. */
export class QuickReads {
  readonly #libc: Libc;
  readonly #buffer: Buffer;
  readonly #address: number;
  readonly #now: () => number;
  #last: QuickReader | null = null;
  #lastMs = 0;
  #streak = 0;

  /** @param buffer where everything is read into, one of `allocUnsafeSlow` @param now milliseconds of a clock that never jumps */
  constructor(libc: Libc, buffer: Buffer, now = () => performance.now()) {
    this.#libc = libc;
    this.#buffer = buffer;
    this.#address = libc.addressOf(buffer);
    this.#now = now;
  }

  /** Called when what the loop had read for a client has been worked off. */
  goOn(reader: QuickReader, fd: number): void {
    let now = this.#now();
    const soon = reader === this.#last && now - this.#lastMs < SOON_MS;
    this.#streak = soon ? this.#streak + 1 : 0;
    this.#last = reader;
    const untilMs = now + MOST_MS;
    if (this.#streak >= STREAK && reader.isSettled) {
      for (let gapMs = now + GAP_MS; now < gapMs && now < untilMs; now = this.#now()) {
        const count = this.#libc.recv(fd, this.#address, this.#buffer.length, MSG_DONTWAIT);
        // The end, and whatever is wrong, is the loop's to find.
        if (count === 0) break;
        if (count < 0) continue;
        reader.onBytes(this.#buffer.subarray(0, count));
        if (!reader.isSettled) break;
        gapMs = this.#now() + GAP_MS;
      }
    }
    this.#lastMs = now;
  }

  /** Forgets a client that is gone. */
  forget(reader: QuickReader): void {
    if (this.#last === reader) this.#last = null;
  }
}
