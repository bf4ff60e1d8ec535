/**
 * Entries that wait, by priority, without starvation: of fifteen that are taken while all four priorities wait, eight are critical,
 * four high, two normal and one low. A priority that has waited for nothing keeps its share, so that one critical entry goes before
 * any number of others. Within a priority groups take turns, so that one that asks a hundred times delays itself; within a group it is
 * first in, first out. Used by the thread pool.
 */

/** From the least urgent to the most. */
export const PRIORITIES = ['low', 'normal', 'high', 'critical'] as const;
/** One of {@link PRIORITIES}. */
export type Priority = (typeof PRIORITIES)[number];

/** What an entry needs to wait: its place, kept by the lanes alone. */
export abstract class LaneEntry {
  /** Index into {@link PRIORITIES}. */
  readonly priority: number;
  /** Whoever takes turns with others; undefined for all that say nothing, which are a group together. */
  readonly group: unknown;
  /** The line that it waits in. */
  line: Line | null = null;
  before: LaneEntry | null = null;
  behind: LaneEntry | null = null;

  constructor(priority: Priority, group?: unknown) {
    this.priority = PRIORITIES.indexOf(priority);
    this.group = group;
  }
}

/** The entries of one group in one lane, and its neighbours in the ring of those that wait. */
class Line {
  readonly group: unknown;
  first: LaneEntry | null = null;
  last: LaneEntry | null = null;
  next: Line = this;
  previous: Line = this;

  constructor(group: unknown) {
    this.group = group;
  }
}

/** The lines of one priority that have entries, in a ring. */
class Lane {
  /** Whose turn it is; null where nothing waits. */
  turn: Line | null = null;
  readonly #plain = new Line(undefined);
  readonly #lines = new Map<unknown, Line>();

  push(entry: LaneEntry): void {
    const line = this.#lineOf(entry);
    entry.before = line.last;
    entry.behind = null;
    if (line.last === null) line.first = entry;
    else line.last.behind = entry;
    line.last = entry;
  }

  pushBack(entry: LaneEntry): void {
    const line = this.#lineOf(entry);
    if (line.first === null) this.turn = line;
    entry.before = null;
    entry.behind = line.first;
    if (line.first === null) line.last = entry;
    else line.first.before = entry;
    line.first = entry;
  }

  /** Gives the turn to the next group and takes the first entry of this one. Something waits. */
  take(): LaneEntry {
    const line = this.turn!;
    const entry = line.first!;
    this.turn = line.next;
    this.remove(entry, line);
    return entry;
  }

  remove(entry: LaneEntry, line: Line): void {
    const { before, behind } = entry;
    if (before === null) line.first = behind;
    else before.behind = behind;
    if (behind === null) line.last = before;
    else behind.before = before;
    entry.before = null;
    entry.behind = null;
    entry.line = null;
    if (line.first === null) this.#leaveRing(line);
  }

  /** The line of an entry; one that was empty comes last in the ring. */
  #lineOf(entry: LaneEntry): Line {
    const { group } = entry;
    let line = group === undefined ? this.#plain : this.#lines.get(group);
    if (line === undefined) {
      line = new Line(group);
      this.#lines.set(group, line);
    }
    if (line.first === null) this.#joinRing(line);
    entry.line = line;
    return line;
  }

  #joinRing(line: Line): void {
    const { turn } = this;
    if (turn === null) {
      this.turn = line;
      return;
    }
    line.next = turn;
    line.previous = turn.previous;
    turn.previous.next = line;
    turn.previous = line;
  }

  #leaveRing(line: Line): void {
    if (this.turn === line) this.turn = line.next === line ? null : line.next;
    line.next.previous = line.previous;
    line.previous.next = line.next;
    line.next = line;
    line.previous = line;
    this.#lines.delete(line.group);
  }
}

const HIGHEST = PRIORITIES.length - 1;

/** Lanes of entries, and whose turn it is. Everything takes the same time whatever waits. */
export class PriorityLanes<Entry extends LaneEntry> {
  readonly #lanes = PRIORITIES.map(() => new Lane());
  /** How many each may still have taken before all have their share again. */
  readonly #credit = PRIORITIES.map((_, priority) => 2 ** priority);
  #size = 0;

  /** Entries that wait. */
  get size(): number {
    return this.#size;
  }

  /** Puts an entry behind all of its priority and group. */
  push(entry: Entry): void {
    this.#lanes[entry.priority]!.push(entry);
    this.#size++;
  }

  /** Puts an entry before all of its priority and group, because it has waited there before. */
  pushBack(entry: Entry): void {
    this.#lanes[entry.priority]!.pushBack(entry);
    this.#size++;
  }

  /** Takes an entry out wherever it stands; nothing where it does not. */
  remove(entry: Entry): void {
    if (entry.line === null) return;
    this.#lanes[entry.priority]!.remove(entry, entry.line);
    this.#size--;
  }

  /** The entry whose turn it is, which stays; null where none waits. */
  peek(): Entry | null {
    if (this.#size === 0) return null;
    return this.#lanes[this.#priority()]!.turn!.first as Entry;
  }

  /** Takes the entry whose turn it is; null where none waits. */
  take(): Entry | null {
    if (this.#size === 0) return null;
    const priority = this.#priority();
    this.#credit[priority]!--;
    this.#size--;
    return this.#lanes[priority]!.take() as Entry;
  }

  /** The most urgent that waits and has some of its share left. Something waits. */
  #priority(): number {
    for (;;) {
      for (let priority = HIGHEST; priority >= 0; priority--)
        if (this.#lanes[priority]!.turn !== null && this.#credit[priority]! > 0) return priority;
      for (let priority = 0; priority <= HIGHEST; priority++) this.#credit[priority] = 2 ** priority;
    }
  }
}
