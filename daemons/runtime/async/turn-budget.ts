/**
 * Spreads work that comes in bursts over turns of the event loop, so that those who have nothing to do with the burst
 * are served in between. Used where each client of a crowd that connects at once costs much: TLS handshakes, welcomes.
 */

import { loopTurn } from './loop-turn.ts';

/** Lets so many pieces of work begin in one turn of the event loop; the others wait in line, each for a later turn. */
export class TurnBudget {
  readonly #perTurn: number;
  #left: number;
  #turnEnds = false;
  #waiting: (() => void)[] = [];
  #submitted = 0;
  #highWater = 0;

  /** @param perTurn pieces of work that may begin in one turn */
  constructor(perTurn: number) {
    this.#perTurn = perTurn;
    this.#left = perTurn;
  }

  /** What waits for a later turn, and what came so far. */
  stats(): { readonly depth: number; readonly highWater: number; readonly submitted: number } {
    return { depth: this.#waiting.length, highWater: this.#highWater, submitted: this.#submitted };
  }

  /** Null when the work may begin now; else a promise that resolves when it may, in the order of the calls. */
  begin(): Promise<void> | null {
    loopTurn.enter();
    this.#submitted++;
    if (!this.#turnEnds) this.#awaitNextTurn();
    if (this.#left > 0) {
      this.#left--;
      return null;
    }
    return new Promise((resolve) => {
      this.#highWater = Math.max(this.#highWater, this.#waiting.push(resolve));
    });
  }

  #awaitNextTurn(): void {
    this.#turnEnds = true;
    setImmediate(() => this.#nextTurn());
  }

  #nextTurn(): void {
    loopTurn.enter();
    const due = this.#waiting.splice(0, this.#perTurn);
    this.#left = this.#perTurn - due.length;
    this.#turnEnds = false;
    if (due.length > 0) this.#awaitNextTurn();
    for (const begin of due) begin();
  }
}
