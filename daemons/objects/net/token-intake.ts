/** The body of a request that proves the token of a listener. Neither it nor the token is ever shown, logged or kept. */
import { createHash, type Hash, timingSafeEqual } from 'node:crypto';
import type { BodyIntake } from './body-intake.ts';

export class TokenIntake implements BodyIntake {
  /** It never waits. */
  readonly hasRoom = true;
  readonly #digest: Uint8Array | null;
  readonly #hash: Hash = createHash('sha256');
  readonly #onEnd: (isRight: boolean) => void;

  /** @param digest SHA-256 of the token; null where there is none to be right */
  constructor(digest: Uint8Array | null, onEnd: (isRight: boolean) => void) {
    this.#digest = digest;
    this.#onEnd = onEnd;
  }

  take(source: Buffer, start: number, end: number): void {
    this.#hash.update(source.subarray(start, end));
  }

  /** Compares in a time that says nothing. */
  end(): void {
    const sent = this.#hash.digest();
    this.#onEnd(this.#digest !== null && timingSafeEqual(sent, this.#digest));
  }

  close(): void {}
}
