/**
 * What is still to be written of history, in its order. It is bounded: of messages those are not written for which there is no room, all
 * in all or of one channel, and counted; of what is taken back or dropped nothing may be missing, so that all that was ever written is
 * dropped where even that is too much once what is needless is left out. Used by history-disk.ts.
 */
import type { StoreChange } from '../../../contract/messages.ts';
import { limits } from '../limits.ts';
import { foldChanges } from './fold-changes.ts';
import type { HistoryEntry } from './history-buffer.ts';
import { stored, storedPeer } from './stored-form.ts';

/** Changes of one batch, and what they count for: a millisecond of making text of them. */
const BATCH_CHANGES = 500;
const BATCH_BYTES = 262_144;

/** How full a queue is at most that what is needless was left out of: the next time is far away then. */
const MOST_FOLDED = 0.75;

/** Everything is forgotten. */
const FORGET_ALL: readonly StoreChange[] = [
  { do: 'clear', kind: 'channels' },
  { do: 'clear', kind: 'accounts' },
];

/** What waits for the keeper of messages. */
export class DiskQueue {
  /** A message as it is here is made text of when its batch is. */
  #items: (HistoryEntry | StoreChange)[] = [];
  /** Where each message belongs: its channel may be called otherwise by then. */
  #scopes: string[] = [];
  #from = 0;
  #bytes = 0;
  #changes = 0;
  /** Items that were left out and may be behind one that waits: as long as any does, they count as if they waited. */
  #leftOut = 0;
  /** Items that ever came; messages that came and were not taken. */
  added = 0;
  lost = 0;

  get size(): number {
    return this.#items.length - this.#from;
  }

  /** Up to which of the items that ever came none waits. */
  get taken(): number {
    return this.added - this.size - this.#leftOut;
  }

  /** Whether there is enough for a batch. */
  get isLarge(): boolean {
    return this.size >= BATCH_CHANGES || this.#bytes >= BATCH_BYTES;
  }

  keep(entry: HistoryEntry): void {
    const { buffer, sizeBytes } = entry;
    if (
      buffer.unwritten >= limits.historyWaiting.default ||
      this.#bytes + sizeBytes > limits.historyQueueBytes.default
    ) {
      this.lost++;
      return;
    }
    buffer.unwritten++;
    this.#bytes += sizeBytes;
    this.#push(entry, buffer.scope);
  }

  /** Whether there was no room even for it, so that all that was ever written is dropped. */
  change(change: StoreChange): boolean {
    if (++this.#changes > limits.historyQueueChanges.default && !this.#fold()) {
      this.#forgetAll();
      return true;
    }
    this.#push(change, '');
    return false;
  }

  /** Messages that wait. */
  *entries(): Generator<HistoryEntry> {
    for (const item of this.#items.slice(this.#from)) if (!('do' in item)) yield item;
  }

  /** The messages that wait have got higher orders: those from which on somebody may read grow with them. */
  move(by: number): void {
    for (let at = this.#from; at < this.#items.length; at++) {
      const item = this.#items[at]!;
      if ('do' in item && item.do === 'reader') this.#items[at] = { ...item, since: item.since + by };
    }
  }

  /** The next batch; what is in it waits no longer. */
  take(): StoreChange[] {
    const batch: StoreChange[] = [];
    let bytes = 0;
    while (this.size > 0 && batch.length < BATCH_CHANGES && bytes < BATCH_BYTES) {
      const item = this.#items[this.#from]!;
      const scope = this.#scopes[this.#from++]!;
      if ('do' in item) {
        this.#changes--;
        batch.push(item);
        continue;
      }
      bytes += item.sizeBytes;
      this.#bytes -= item.sizeBytes;
      item.buffer.unwritten--;
      item.isSent = true;
      const message = stored(item, item.keptMs, item.buffer.name);
      batch.push({ do: 'keep', scope, message, peer: storedPeer(item.said) });
    }
    if (this.size === 0) this.#leftOut = 0;
    // What is gone is let go of now and then, all of it at once.
    if (this.#from * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#from);
      this.#scopes = this.#scopes.slice(this.#from);
      this.#from = 0;
    }
    return batch;
  }

  #push(item: HistoryEntry | StoreChange, scope: string): void {
    this.added++;
    this.#items.push(item);
    this.#scopes.push(scope);
  }

  /** Leaves out what is needless; whether that was so much that it is worth it. */
  #fold(): boolean {
    const items: (HistoryEntry | StoreChange | null)[] = this.#items.slice(this.#from);
    foldChanges(items);
    this.#scopes = this.#scopes.slice(this.#from).filter((_, at) => items[at] !== null);
    this.#items = items.filter((item) => item !== null);
    this.#changes -= items.length - this.#items.length;
    this.#leftOut += items.length - this.#items.length;
    this.#from = 0;
    return this.#changes <= limits.historyQueueChanges.default * MOST_FOLDED;
  }

  #forgetAll(): void {
    const dropped = this.#items.slice(this.#from).filter((item) => !('do' in item)) as HistoryEntry[];
    for (const { buffer } of dropped) buffer.unwritten--;
    this.lost += dropped.length;
    this.#leftOut += this.size;
    this.#items = [];
    this.#scopes = [];
    this.#from = 0;
    this.#bytes = 0;
    this.#changes = FORGET_ALL.length;
    for (const change of FORGET_ALL) this.#push(change, '');
  }
}
