/** Work of which one piece at a time is done for each key, in the order in which it was asked for. */
export class KeyedLock {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Does the work when all that was asked for with the key before has ended, well or not. */
  run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const result = before.then(work, work);
    const ended = result.catch(() => {});
    this.#last.set(key, ended);
    void ended.then(() => {
      if (this.#last.get(key) === ended) this.#last.delete(key);
    });
    return result;
  }

  /** The same for two keys; two such calls never wait for each other. */
  runBoth<Result>(a: string, b: string, work: () => Promise<Result>): Promise<Result> {
    if (a === b) return this.run(a, work);
    const [first, second] = a < b ? [a, b] : [b, a];
    return this.run(first, () => this.run(second, work));
  }

  /** Keys with work; none is left when nothing is under way. */
  get size(): number {
    return this.#last.size;
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#last.size > 0) await Promise.all(this.#last.values());
  }
}
