/** Counts what waits in a queue that has no count of its own: on its way to another process, to a disk, for a turn. */
export class QueueTally {
  /** What waits. */
  depth = 0;
  /** Most that has waited at once. */
  highWater = 0;
  /** What came in so far. */
  submitted = 0;

  enter(count = 1): void {
    this.submitted += count;
    this.depth += count;
    if (this.depth > this.highWater) this.highWater = this.depth;
  }

  leave(count = 1): void {
    this.depth -= count;
  }
}
