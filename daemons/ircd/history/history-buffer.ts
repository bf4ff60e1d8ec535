/**
 * What is kept of what was said: the messages of one channel, or those of one account, oldest first, and the totals over all of them.
 * One that is kept is one object, whoever reads it; the oldest of all goes where there is no room. Used by message-history.ts.
 */
import { limits } from '../limits.ts';

/** With whom somebody wrote in private. */
export interface Peer {
  /** As it was then. */
  readonly nick: string;
  /** Folded. */
  readonly nickKey: string;
  /** Folded; null for somebody without. */
  readonly account: string | null;
}

/** A line of a message of several (IRCv3 multiline). */
export interface HistoryLine {
  /** Without tags. */
  readonly body: string;
  /** Whether it goes on where the one before it ended. */
  readonly joined: boolean;
  /** Whether it has no text. */
  readonly blank: boolean;
}

/** What is kept of one message, or of something else that happened. */
export interface Remembered {
  /** The line without tags; of a message of several lines the first. */
  readonly body: string;
  /** All lines of one that has several; null for any other. */
  readonly lines: readonly HistoryLine[] | null;
  /** `message` is PRIVMSG and NOTICE; everything else is for who asked for event-playback. */
  readonly kind: 'message' | 'event';
  /** Empty for what was told without. */
  readonly msgid: string;
  /** As everybody saw it (IRCv3 server-time). */
  readonly time: string;
  /** Account of whoever said it. */
  readonly account: string | null;
  readonly clientTags: string;
  readonly bot: boolean;
  /** With whom, in private; null on channels. */
  readonly peer: Peer | null;
}

/** Something that is kept, in memory or read from the disk. */
export interface Kept {
  readonly said: Remembered;
  /** Later than that of everything before it, of whatever channel. */
  readonly order: number;
  /** When it was said, Unix milliseconds; by the clock of another server where it was said there. */
  readonly timeMs: number;
  readonly sizeBytes: number;
}

/** What an entry takes beside its texts: the object, its place in two lists, the strings' own heads. */
const ENTRY_BYTES = 400;

/** One of them in its place. */
export class HistoryEntry implements Kept {
  /** Another once its channel is renamed. */
  said: Remembered;
  /** Another once it is known that the disk has later ones. */
  order: number;
  readonly timeMs: number;
  /** When it came. */
  readonly keptMs: number;
  readonly sizeBytes: number;
  readonly buffer: HistoryBuffer;
  /** Whether it was ever asked for that it is written to disk: else the disk cannot have it. */
  isSent = false;
  /** In the order of all. */
  older: HistoryEntry | null = null;
  newer: HistoryEntry | null = null;

  constructor(buffer: HistoryBuffer, said: Remembered, order: number) {
    this.buffer = buffer;
    this.said = said;
    this.order = order;
    this.keptMs = Date.now();
    const timeMs = Date.parse(said.time);
    this.timeMs = Number.isNaN(timeMs) ? this.keptMs : timeMs;
    // A character takes two bytes where one of them is beyond Latin-1.
    let characters = said.body.length + said.clientTags.length;
    for (const { body } of said.lines ?? []) characters += body.length + 50;
    this.sizeBytes = ENTRY_BYTES + 2 * characters;
  }
}

/** Everything that is kept, in the order in which it came. */
export class HistoryTotals {
  readonly #mostBytes: number;
  #oldest: HistoryEntry | null = null;
  #newest: HistoryEntry | null = null;
  #lastOrder: number;
  /** What the first came behind; null once it is known that all of the disk is before that. */
  #base: number | null;
  messages = 0;
  bytes = 0;

  /** @param lastOrder what the first entry comes behind: above that of every start before this one. */
  constructor(mostBytes: number = limits.historyTotalBytes.default, lastOrder = 0) {
    this.#mostBytes = mostBytes;
    this.#lastOrder = lastOrder;
    this.#base = lastOrder;
  }

  /** What the next entry comes behind. */
  get lastOrder(): number {
    return this.#lastOrder;
  }

  /**
   * The disk has messages up to this order. The first time all that is here is moved behind it: the clock may have been set back, and
   * who came since would read what was said before.
   * @param waiting what is to be written, as it may be here no longer.
   * @returns by how much everything was moved.
   */
  skipTo(order: number, waiting: Iterable<HistoryEntry> = []): number {
    const by = this.#base === null ? 0 : Math.max(0, order - this.#base);
    this.#base = null;
    this.#lastOrder = Math.max(this.#lastOrder + by, order);
    if (by === 0) return 0;
    const all = new Set(waiting);
    for (let entry = this.#oldest; entry !== null; entry = entry.newer) all.add(entry);
    for (const entry of all) entry.order += by;
    return by;
  }

  /** Called by buffers. */
  place(buffer: HistoryBuffer, said: Remembered): HistoryEntry {
    const entry = new HistoryEntry(buffer, said, ++this.#lastOrder);
    entry.older = this.#newest;
    if (this.#newest === null) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
    this.messages++;
    this.bytes += entry.sizeBytes;
    return entry;
  }

  /** Those that have an id, of the latest so many, wherever they belong. */
  ofId(msgid: string, latest: number): HistoryEntry[] {
    const found: HistoryEntry[] = [];
    for (let entry = this.#newest, left = latest; entry !== null && left > 0; entry = entry.older, left--)
      if (entry.said.msgid === msgid) found.push(entry);
    return found;
  }

  /** Lets the oldest go while there is more than may be. */
  makeRoom(): void {
    while (this.bytes > this.#mostBytes && this.#oldest !== null) this.#oldest.buffer.drop(this.#oldest);
  }

  /** Lets those go that came before a time. */
  expire(beforeMs: number): void {
    while (this.#oldest !== null && this.#oldest.keptMs < beforeMs) this.#oldest.buffer.drop(this.#oldest);
  }

  /** Called by buffers. */
  release(entry: HistoryEntry): void {
    const { older, newer } = entry;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    entry.older = null;
    entry.newer = null;
    this.messages--;
    this.bytes -= entry.sizeBytes;
  }
}

/** Those of one channel, or of one account. */
export class HistoryBuffer {
  readonly totals: HistoryTotals;
  /** What it is called on disk, as contract/messages.ts says. */
  scope: string;
  /** Of a channel the name that is in its messages; empty for an account. */
  name: string;
  /** Entries that are to be written to disk yet. */
  unwritten = 0;
  readonly #most: number;
  /** How many messages there may be, whatever else happened between them; what is before the oldest of them goes with those before it. */
  #mostMessages = Number.POSITIVE_INFINITY;
  #messages = 0;
  /** Those before {@link #from} are gone. */
  #entries: HistoryEntry[] = [];
  #from = 0;

  constructor(totals: HistoryTotals, most: number = limits.historyMessages.default, scope = '', name = '') {
    this.totals = totals;
    this.scope = scope;
    this.name = name;
    this.#most = most;
  }

  get size(): number {
    return this.#entries.length - this.#from;
  }

  /** Oldest first. */
  get entries(): readonly HistoryEntry[] {
    return this.#from === 0 ? this.#entries : this.#entries.slice(this.#from);
  }

  /** Everything of this order and later is in memory, unless it was taken back. */
  get completeFrom(): number {
    return this.#entries[this.#from]?.order ?? this.totals.lastOrder + 1;
  }

  /** Whether there are as many messages as may be: of what came before the oldest of them nothing is to be read. */
  get isFull(): boolean {
    return this.#messages >= this.#mostMessages;
  }

  /** How many messages there may be from here on. */
  bound(mostMessages: number): void {
    this.#mostMessages = mostMessages;
    this.#cut();
  }

  /** Lets those go that came before a time. */
  expire(beforeMs: number): void {
    while (this.size > 0 && this.#entries[this.#from]!.keptMs < beforeMs)
      this.drop(this.#entries[this.#from]!);
  }

  keep(said: Remembered): HistoryEntry {
    const entry = this.totals.place(this, said);
    this.#entries.push(entry);
    if (said.kind === 'message') this.#messages++;
    if (this.size > this.#most) this.drop(this.#entries[this.#from]!);
    if (this.#messages > this.#mostMessages) this.#cut();
    this.totals.makeRoom();
    return entry;
  }

  /** Takes out one entry, which is mostly the oldest. */
  drop(entry: HistoryEntry): void {
    if (this.#entries[this.#from] === entry) {
      this.#from++;
      // What is gone is let go of now and then, all of it at once.
      if (this.#from * 2 >= this.#entries.length) {
        this.#entries = this.#entries.slice(this.#from);
        this.#from = 0;
      }
    } else {
      const at = this.#entries.indexOf(entry, this.#from);
      if (at === -1) return;
      this.#entries.splice(at, 1);
    }
    if (entry.said.kind === 'message') this.#messages--;
    this.totals.release(entry);
  }

  /** Takes out what has an id; whether there was any. */
  forget(msgid: string): boolean {
    const entry = this.entries.findLast(({ said }) => said.msgid === msgid);
    if (entry !== undefined) this.drop(entry);
    return entry !== undefined;
  }

  clear(): void {
    for (const entry of this.entries) this.totals.release(entry);
    this.#entries = [];
    this.#from = 0;
    this.#messages = 0;
  }

  #cut(): void {
    while (this.#messages > this.#mostMessages) this.drop(this.#entries[this.#from]!);
  }
}
