/**
 * Bounds what one poll of the sockets brings. Node reads every socket that is readable, up to 64 KiB each, before anything
 * else has its turn: 1,500 clients of one address that all send would hold up everybody for a tenth of a second each time.
 * Of a network that still sends when a turn is used up nobody is read any more, and a few of each such network go on in
 * every turn. Told by intake.ts.
 */
import type { WorkGroup } from '../runtime/work-account.ts';

/** A network of so many rounds of clients is read in one poll, whatever it sends. */
const FEW_ROUNDS = 2;

/** What is read in rounds. */
export interface RoundReader {
  /** Reads nothing until {@link readOn}. */
  rest(): void;
  readOn(): void;
}

/** The clients of one network that are being read, and those that wait for a round. */
class Readers {
  readonly reading = new Set<RoundReader>();
  readonly resting = new Set<RoundReader>();
}

/** The rounds of one relay. */
export class ReadRounds {
  readonly #readers = new WeakMap<WorkGroup, Readers>();
  readonly #waiting = new Set<Readers>();
  readonly #perTurn: number;
  readonly #schedule: (callback: () => void) => void;
  #scheduled = false;

  /**
   * @param perTurn clients that go on in one turn of the loop, all networks together
   * @param schedule calls back in the next turn
   */
  constructor(perTurn: number, schedule: (callback: () => void) => void = setImmediate) {
    this.#perTurn = perTurn;
    this.#schedule = schedule;
  }

  enter(group: WorkGroup, reader: RoundReader): void {
    let readers = this.#readers.get(group);
    if (readers === undefined) {
      readers = new Readers();
      this.#readers.set(group, readers);
    }
    readers.reading.add(reader);
  }

  leave(group: WorkGroup, reader: RoundReader): void {
    const readers = this.#readers.get(group);
    readers?.reading.delete(reader);
    readers?.resting.delete(reader);
  }

  /**
   * Nobody of a network is read any more in this turn, unless it has so few clients that a poll of all of them ends soon
   * anyway. Those that rest count too: a crowd that is let in again by and by is a crowd all the same.
   */
  rest(group: WorkGroup): void {
    const readers = this.#readers.get(group);
    if (readers === undefined) return;
    if (readers.reading.size + readers.resting.size <= FEW_ROUNDS * this.#perTurn) return;
    for (const reader of readers.reading) {
      readers.resting.add(reader);
      reader.rest();
    }
    readers.reading.clear();
    this.#waiting.add(readers);
    this.#arm();
  }

  #arm(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(this.#round);
  }

  readonly #round = (): void => {
    this.#scheduled = false;
    const share = Math.ceil(this.#perTurn / this.#waiting.size);
    for (const readers of this.#waiting) {
      let left = share;
      for (const reader of readers.resting) {
        if (left-- === 0) break;
        readers.resting.delete(reader);
        readers.reading.add(reader);
        reader.readOn();
      }
      if (readers.resting.size === 0) this.#waiting.delete(readers);
    }
    if (this.#waiting.size > 0) this.#arm();
  };
}
