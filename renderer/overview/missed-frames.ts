/** How many frames of a source the window was too slow for lately: what it missed in its first second is no news an hour later. */

/** What counts as lately, in milliseconds. */
const WINDOW_MS = 60_000;

/** Fewer are a hiccup, such as that of a page that opens: at ten frames a second this is one second in sixty. */
const NOTABLE = 10;

export class MissedFrames {
  /** When the total was seen to rise, and what it was before. */
  #rises: { readonly at: number; readonly before: number }[] = [];
  #total = 0;

  /**
   * The frames that were missed in the last minute; 0 while they are too few to be told.
   * @param total frames missed since the window was opened
   * @param now Unix milliseconds
   */
  lately(total: number, now: number): number {
    // The source counts from zero again once its process is another one.
    if (total < this.#total) this.#rises = [];
    else if (total > this.#total) this.#rises.push({ at: now, before: this.#total });
    this.#total = total;
    this.#rises = this.#rises.filter(({ at }) => now - at < WINDOW_MS);
    const missed = total - (this.#rises[0]?.before ?? total);
    return missed < NOTABLE ? 0 : missed;
  }
}
