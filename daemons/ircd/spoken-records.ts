/**
 * Records of what strangers cause as often as they like: some are told, the rest of a second is told as a count, so that telling never
 * costs more than what is told. Used by client-log.ts and actions/spam.ts.
 */
export class SpokenRecords {
  readonly #most: number;
  readonly #tellLeft: (left: number) => void;
  #told = 0;
  #left = 0;
  #timer: NodeJS.Timeout | null = null;

  /**
   * @param most in a second
   * @param tellLeft is told at its end how many were left out, where any were
   */
  constructor(most: number, tellLeft: (left: number) => void) {
    this.#most = most;
    this.#tellLeft = tellLeft;
  }

  /** Whether one more may be told; it is counted. */
  mayTell(): boolean {
    this.#timer ??= setTimeout(() => this.#endSecond(), 1_000).unref();
    if (this.#told < this.#most) {
      this.#told++;
      return true;
    }
    this.#left++;
    return false;
  }

  /** Ends the open second; what was left out is told. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#endSecond();
  }

  #endSecond(): void {
    this.#timer = null;
    this.#told = 0;
    const left = this.#left;
    this.#left = 0;
    if (left > 0) this.#tellLeft(left);
  }
}
