/**
 * Many deadlines and one timer. Items that wait equally long stand in one line, in the order in which they came and will be due,
 * so that adding and removing one costs the same however many there are. Used by tables of requests, most of which are answered
 * long before their time: a timer each would be made and thrown away for nothing.
 */
import type { Clock, Timer } from './clock.ts';

/** Items that wait equally long. */
interface Line<Item> {
  readonly afterMs: number;
  first: Item | null;
  last: Item | null;
}

/** What an item has to have; belongs to {@link Deadlines} while the item waits. */
export interface Due<Item> {
  /** When it is due, by the monotonic clock. */
  dueMs: number;
  /** Null while it does not wait. */
  line: Line<Item> | null;
  earlier: Item | null;
  later: Item | null;
}

/** Calls back when the time of an item is over. */
export class Deadlines<Item extends Due<Item>> {
  readonly #clock: Clock;
  readonly #onDue: (item: Item) => void;
  /** By how long their items wait; those that are empty are gone. */
  readonly #lines = new Map<number, Line<Item>>();
  #timer: Timer | null = null;
  #timerDueMs = Number.POSITIVE_INFINITY;

  /** @param onDue gets an item that does not wait any more */
  constructor(clock: Clock, onDue: (item: Item) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Lets an item that does not wait yet wait for so many milliseconds. */
  add(item: Item, afterMs: number): void {
    let line = this.#lines.get(afterMs);
    if (line === undefined) {
      line = { afterMs, first: null, last: null };
      this.#lines.set(afterMs, line);
    }
    item.dueMs = this.#clock.monotonic() + afterMs;
    item.line = line;
    item.earlier = line.last;
    if (line.last === null) line.first = item;
    else line.last.later = item;
    line.last = item;
    if (item.dueMs < this.#timerDueMs) this.#wakeAt(item.dueMs);
  }

  /** It need not wait any more. Does nothing for one that does not. */
  remove(item: Item): void {
    const { line, earlier, later } = item;
    if (line === null) return;
    if (earlier === null) line.first = later;
    else earlier.later = later;
    if (later === null) line.last = earlier;
    else later.earlier = earlier;
    item.line = null;
    item.earlier = null;
    item.later = null;
    if (line.first !== null) return;
    this.#lines.delete(line.afterMs);
    // While others wait, the timer stays: it fires once for nothing rather than being set anew for every item.
    if (this.#lines.size === 0) this.#wakeAt(Number.POSITIVE_INFINITY);
  }

  #wakeAt(dueMs: number): void {
    this.#timer?.cancel();
    this.#timerDueMs = dueMs;
    this.#timer =
      dueMs === Number.POSITIVE_INFINITY
        ? null
        : this.#clock.after(Math.max(0, dueMs - this.#clock.monotonic()), () => this.#wake());
  }

  /** Ends what is due, the earliest first, and waits for the next. */
  #wake(): void {
    this.#wakeAt(Number.POSITIVE_INFINITY);
    const now = this.#clock.monotonic();
    for (let next = this.#earliest(); next !== null; next = this.#earliest()) {
      if (next.dueMs > now) {
        this.#wakeAt(next.dueMs);
        return;
      }
      this.remove(next);
      this.#onDue(next);
    }
  }

  #earliest(): Item | null {
    let earliest: Item | null = null;
    for (const { first } of this.#lines.values())
      if (first !== null && (earliest === null || first.dueMs < earliest.dueMs)) earliest = first;
    return earliest;
  }
}
