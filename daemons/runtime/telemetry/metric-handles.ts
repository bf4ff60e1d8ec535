/** What code writes metrics through: one write into a typed array, nothing allocated. Made by the MetricRegistry. */

/** A slot that nobody reads. */
const NOWHERE = new Float64Array(1);

/** A total that only rises. */
export class Counter {
  #values: Float64Array;
  #slot: number;

  constructor(values: Float64Array, slot: number) {
    this.#values = values;
    this.#slot = slot;
  }

  /** Adds `amount`, which must not be negative; 1 when left out. */
  add(amount = 1): void {
    this.#values[this.#slot]! += amount;
  }

  /** Takes over a total that is kept elsewhere. */
  setTotal(total: number): void {
    this.#values[this.#slot] = total;
  }

  get value(): number {
    return this.#values[this.#slot]!;
  }

  /** Lets go of the slot, which gets another owner: what is written from now on goes nowhere. */
  detach(): void {
    this.#values = NOWHERE;
    this.#slot = 0;
  }
}

/** A value that goes both ways. Of several threads each sets its own part, and the sum is shown. */
export class Gauge {
  #values: Float64Array;
  #slot: number;

  constructor(values: Float64Array, slot: number) {
    this.#values = values;
    this.#slot = slot;
  }

  set(value: number): void {
    this.#values[this.#slot] = value;
  }

  add(amount: number): void {
    this.#values[this.#slot]! += amount;
  }

  get value(): number {
    return this.#values[this.#slot]!;
  }

  /** Lets go of the slot, which gets another owner: what is written from now on goes nowhere. */
  detach(): void {
    this.#values = NOWHERE;
    this.#slot = 0;
  }
}
