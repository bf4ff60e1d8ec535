/** Figures of requests that wait for answers. A process with metrics shows them as the instrument `correlation`. */

/** Totals are since it was made. Tables that follow each other, such as those of one daemon's lives, may share one. */
export class RequestFigures {
  /** Outstanding now. */
  depth = 0;
  /** Most that were outstanding at once. */
  highWater = 0;
  /** Requests that may be outstanding in the table that was made last. */
  capacity: number;
  /** Opened. */
  submitted = 0;
  /** Answered, also with an error. */
  completed = 0;
  /** Deadlines that passed. */
  failed = 0;
  /** Cancelled by the caller or by the end of the other side. */
  cancelled = 0;
  /** Refused because too many were outstanding. */
  rejected = 0;
  /** Answers that belong to no request that waits. */
  stale = 0;
  /** Hears how long an answer took, in milliseconds. */
  onAnswer: ((ms: number) => void) | null = null;

  /** @param capacity until there is a table */
  constructor(capacity = 0) {
    this.capacity = capacity;
  }
}
