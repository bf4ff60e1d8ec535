/**
 * Writes live figures into the page at a calm rate, straight into text nodes: React does not render for a number
 * that changes. All are read first and written afterwards, so that the browser lays out once.
 */

/** Milliseconds between updates while there is news: four a second is as fast as figures can be read. */
const TEXT_INTERVAL_MS = 250;
/** Else every fourth: times go on, and what a process takes is measured, once a second. All at once costs least. */
const CALM_INTERVALS = 4;

interface Entry {
  readonly read: () => string;
  readonly write: (text: string) => void;
  shown: string;
}

export class TextTicker {
  readonly #entries = new Set<Entry>();
  #soon = false;
  #timer: ReturnType<typeof setInterval> | null = null;
  readonly #onUpdate: () => void;
  #news = false;
  #calmIntervals = 0;

  /** `onUpdate` is called with each update that time brings: what else can wait for it needs no frame of its own. */
  constructor(onUpdate: () => void) {
    this.#onUpdate = onUpdate;
  }

  /**
   * Keeps a piece of text current; it is written at once, unless it is what stands there already (`there`). Returns the function
   * that ends it.
   */
  add(read: () => string, write: (text: string) => void, there: string | null = null): () => void {
    const entry: Entry = { read, write, shown: read() };
    if (entry.shown !== there) write(entry.shown);
    this.#entries.add(entry);
    this.#timer ??= setInterval(() => this.#tick(), TEXT_INTERVAL_MS);
    return () => {
      this.#entries.delete(entry);
      if (this.#entries.size > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
    };
  }

  /** Tells that figures have changed by more than the passing of time. */
  newsArrived(): void {
    this.#news = true;
  }

  /** Brings every text up to date in the next animation frame, however often it is asked for until then. */
  updateSoon(): void {
    if (this.#soon) return;
    this.#soon = true;
    requestAnimationFrame(() => {
      this.#soon = false;
      this.update();
    });
  }

  /** Brings every text up to date. */
  update(): void {
    if (document.hidden) return;
    const changed: Entry[] = [];
    for (const entry of this.#entries) {
      const text = entry.read();
      if (text === entry.shown) continue;
      entry.shown = text;
      changed.push(entry);
    }
    for (const entry of changed) entry.write(entry.shown);
  }

  #tick(): void {
    if (!this.#news && ++this.#calmIntervals < CALM_INTERVALS) return;
    this.#news = false;
    this.#calmIntervals = 0;
    this.update();
    this.#onUpdate();
  }
}
