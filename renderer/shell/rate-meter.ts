/** How much a total grows in a second, for figures that are read whenever there is news. */

/** Shorter spans say little, in milliseconds. */
const SPAN_MS = 1_000;

export class RateMeter {
  #from: { readonly total: number; readonly ms: number } | null = null;
  #rate = Number.NaN;

  /**
   * Growth a second over the last whole span; NaN before there was one.
   * @param total what was counted so far
   * @param ms of a clock that only goes forward
   */
  rate(total: number, ms: number): number {
    const from = this.#from;
    if (from === null) this.#from = { total, ms };
    else if (ms - from.ms >= SPAN_MS) {
      this.#rate = ((total - from.total) / (ms - from.ms)) * 1_000;
      this.#from = { total, ms };
    }
    return this.#rate;
  }
}
