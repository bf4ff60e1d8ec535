/** For tests: whatever waits for something stops here until the test lets it go, one at a time and in any order. */

export class Gate {
  readonly #waiting: (() => void)[] = [];

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves when the test says so. */
  readonly pass = (): Promise<void> => new Promise((resolve) => this.#waiting.push(resolve));

  /** Lets one go. @param nth which of those that wait, counted round and round */
  open(nth: number): void {
    const [goes] = this.#waiting.splice(nth % Math.max(1, this.#waiting.length), 1);
    goes?.();
  }
}
