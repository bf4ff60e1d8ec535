/**
 * Entries that wait, by priority, without starvation: of fifteen that are taken while all four priorities wait, eight are critical,
 * four high, two normal and one low. A priority that has waited for nothing keeps its share, so that one critical entry goes before
 * any number of others. First in, first out within a priority. Used by the thread pool.
 */

/** From the least urgent to the most. */
export const PRIORITIES = ['low', 'normal', 'high', 'critical'] as const;
/** One of {@link PRIORITIES}. */
export type Priority = (typeof PRIORITIES)[number];

/** What an entry needs to be in a lane: its neighbours, kept by the lanes alone. */
export abstract class LaneEntry {
  /** Index into {@link PRIORITIES}. */
  readonly priority: number;
  /** Whether it waits in a lane. */
  queued = false;
  before: LaneEntry | null = null;
  behind: LaneEntry | null = null;

  constructor(priority: Priority) {
    this.priority = PRIORITIES.indexOf(priority);
  }
}

const HIGHEST = PRIORITIES.length - 1;

/** Four lines of entries, and whose turn it is. Everything takes the same time whatever waits. */
export class PriorityLanes<Entry extends LaneEntry> {
  readonly #first: (LaneEntry | null)[] = PRIORITIES.map(() => null);
  readonly #last: (LaneEntry | null)[] = PRIORITIES.map(() => null);
  /** How many each may still have taken before all have their share again. */
  readonly #credit = PRIORITIES.map((_, priority) => 2 ** priority);
  #size = 0;

  /** Entries that wait. */
  get size(): number {
    return this.#size;
  }

  /** Puts an entry at the end of its lane. */
  push(entry: Entry): void {
    const last = this.#last[entry.priority]!;
    entry.before = last;
    entry.behind = null;
    if (last === null) this.#first[entry.priority] = entry;
    else last.behind = entry;
    this.#last[entry.priority] = entry;
    entry.queued = true;
    this.#size++;
  }

  /** Puts an entry at the start of its lane, because it has waited there before. */
  pushBack(entry: Entry): void {
    const first = this.#first[entry.priority]!;
    entry.before = null;
    entry.behind = first;
    if (first === null) this.#last[entry.priority] = entry;
    else first.before = entry;
    this.#first[entry.priority] = entry;
    entry.queued = true;
    this.#size++;
  }

  /** Takes an entry out wherever it stands; nothing where it does not. */
  remove(entry: Entry): void {
    if (!entry.queued) return;
    const { before, behind, priority } = entry;
    if (before === null) this.#first[priority] = behind;
    else before.behind = behind;
    if (behind === null) this.#last[priority] = before;
    else behind.before = before;
    entry.before = null;
    entry.behind = null;
    entry.queued = false;
    this.#size--;
  }

  /** The entry whose turn it is, which stays; null where none waits. */
  peek(): Entry | null {
    if (this.#size === 0) return null;
    return this.#first[this.#turn()] as Entry;
  }

  /** Takes the entry whose turn it is; null where none waits. */
  take(): Entry | null {
    if (this.#size === 0) return null;
    const priority = this.#turn();
    this.#credit[priority]!--;
    const entry = this.#first[priority] as Entry;
    this.remove(entry);
    return entry;
  }

  /** The most urgent lane that waits and has some of its share left. Something waits. */
  #turn(): number {
    for (;;) {
      for (let priority = HIGHEST; priority >= 0; priority--)
        if (this.#first[priority] !== null && this.#credit[priority]! > 0) return priority;
      for (let priority = 0; priority <= HIGHEST; priority++) this.#credit[priority] = 2 ** priority;
    }
  }
}
