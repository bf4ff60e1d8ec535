/** Work on one thing at a time, in the order in which it was asked for; work on different things goes on side by side. */
export class OneAfterAnother {
  /** The last piece of work of each thing that has some. */
  readonly #last = new Map<string, Promise<unknown>>();

  async run<Result>(thing: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(thing) ?? Promise.resolve();
    // What became of the work before is told to whoever asked for that.
    const mine = before.catch(() => {}).then(work);
    this.#last.set(thing, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(thing) === mine) this.#last.delete(thing);
    }
  }
}
