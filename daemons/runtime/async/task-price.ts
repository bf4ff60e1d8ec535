/** What a function costs, as the pool has seen it: by that it decides how many tasks go to a thread at once. */

/** A function that a pool has been given. */
export class PricedTask {
  /** What threads call it by. */
  readonly index: number;
  readonly module: string;
  readonly name: string;
  /** Expected time of one run, in milliseconds; null before the first has ended. */
  ms: number | null = null;
  #sumMs = 0;
  #count = 0;

  constructor(index: number, module: string, name: string) {
    this.index = index;
    this.module = module;
    this.name = name;
  }

  /** Takes note of a run; it counts at the next {@link settle}. */
  ran(ms: number): void {
    this.#sumMs += ms;
    this.#count++;
  }

  /** Half of what is expected comes from the runs since the last time: one slow run is soon forgotten. */
  settle(): void {
    if (this.#count === 0) return;
    const mean = this.#sumMs / this.#count;
    this.ms = this.ms === null ? mean : (this.ms + mean) / 2;
    this.#sumMs = 0;
    this.#count = 0;
  }
}
