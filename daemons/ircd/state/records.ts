/** What is kept of accounts in memory, and written down by a journal where there is one (journal/record-journal.ts). */

/** Whoever writes down what changes. */
export interface Records<Item> {
  note(record: Item): void;
  /** Resolves when all that was noted is on disk, or cannot be now. */
  written(): Promise<void>;
}

/** Something of which every change is a record. */
export interface KeptRecords<Item> {
  /** Null where it is in memory alone. */
  records: Records<Item> | null;
  /** Something that was written down is so again. */
  replay(record: Item): void;
  /** Records that make all of it as it is now. */
  all(): Iterable<Item>;
}
