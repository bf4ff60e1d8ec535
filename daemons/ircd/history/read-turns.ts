/**
 * Questions that read what is on disk, one at a time: what is to be written waits behind one of them at most, however many connections ask.
 * Those who ask take turns. Used by history-disk.ts.
 */
import { limits } from '../../runtime/limits.ts';

/** The turns of one link. */
export class ReadTurns {
  /** By who asks, in the order of their turns. */
  readonly #waiting = new Map<string, (() => Promise<void>)[]>();
  #size = 0;
  #busy = false;

  /**
   * Asks when it is their turn.
   * @param by who asks: an account, or an address.
   */
  async ask<Answer>(by: string, question: () => Promise<Answer>): Promise<Answer> {
    if (this.#size >= limits.peerQuestions.default)
      throw new Error(`${limits.peerQuestions.default} questions wait already`);
    this.#size++;
    return await new Promise((resolve, reject) => {
      const own = this.#waiting.get(by) ?? [];
      own.push(() => question().then(resolve, reject));
      this.#waiting.set(by, own);
      if (!this.#busy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#busy = true;
    // What comes meanwhile, and the next question of each, is behind the others.
    for (const [by, own] of this.#waiting) {
      const question = own.shift()!;
      this.#waiting.delete(by);
      if (own.length > 0) this.#waiting.set(by, own);
      await question();
      this.#size--;
    }
    this.#busy = false;
  }
}
