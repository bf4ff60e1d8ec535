/** For the simulated network: numbers that are the same for the same seed. */

/** Mulberry32: small, and even enough for this. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to 1. */
  share(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** A whole number from 0 up to a bound, which it does not reach. */
  below(bound: number): number {
    return Math.floor(this.share() * bound);
  }

  /** A whole number of a range, both ends included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True in that share of the cases. */
  chance(share: number): boolean {
    return this.share() < share;
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** The list in another order. */
  shuffled<T>(list: readonly T[]): T[] {
    const mixed = [...list];
    for (let i = mixed.length - 1; i > 0; i--) {
      const other = this.below(i + 1);
      [mixed[i], mixed[other]] = [mixed[other]!, mixed[i]!];
    }
    return mixed;
  }
}
