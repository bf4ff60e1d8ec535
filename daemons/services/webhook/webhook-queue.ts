/**
 * Events of webhooks on their way to what they change: kept before they are acknowledged, so that no end of a process loses them, each
 * once, changes of memberships before all others, and one that cannot be acted upon now again later. Nobody waits for the disk, but with
 * what could not be found out after a power failure (`sync/machine-stops.ts`).
 */
import type { Clock, Timer } from '../../../kit/clock.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import { limits } from '../limits.ts';
import type { WebhookEvent } from './webhook-event.ts';
import type { WebhookStore } from './webhook-store.ts';

/** What becomes of an event that was sent. */
export type Taken = 'taken' | 'known' | 'old' | 'full';

/** How an event is shown that was acted upon. */
export interface WebhookRow {
  readonly time: number;
  readonly receivedAt: number;
  readonly what: string;
  readonly about: string;
  /** What was done; null while nothing was. */
  readonly did: string | null;
  /** From its arrival to what was done, in seconds. */
  readonly seconds: number | null;
}

export interface WebhookQueueOptions {
  readonly store: WebhookStore;
  readonly writes: WriteTurn;
  readonly clock: Clock;
  /** Acts upon an event; what was done, in a few words. Doing it twice is no harm. */
  readonly act: (event: WebhookEvent) => Promise<string>;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, message: string) => void;
}

interface Entry {
  readonly event: WebhookEvent;
  readonly receivedAt: number;
  readonly since: number;
  row: WebhookRow;
}

export class WebhookQueue {
  readonly counts = { taken: 0, known: 0, old: 0, full: 0, done: 0, retried: 0 };
  readonly #options: WebhookQueueOptions;
  /** Memberships, then everything else. */
  readonly #lanes: readonly [Entry[], Entry[]] = [[], []];
  /** Those that could not be acted upon, until their next try. */
  #again: Entry[] = [];
  readonly #shown: Entry[] = [];
  /** Taken and not kept yet. */
  #arriving = 0;
  /** The most that have waited at once. */
  highWater = 0;
  #acting = 0;
  #timer: Timer | null = null;
  #againTimer: Timer | null = null;
  #pruned = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: WebhookQueueOptions) {
    this.#options = options;
    for (const event of options.store.waiting()) this.#push(event, options.clock.now());
  }

  /** Events that were taken and not acted upon. */
  get depth(): number {
    const [memberships, others] = this.#lanes;
    return memberships.length + others.length + this.#again.length + this.#acting + this.#arriving;
  }

  /** The latest events first. */
  rows(): WebhookRow[] {
    return this.#shown.map(({ row }) => row).reverse();
  }

  /**
   * Takes an event in; resolves when it is kept.
   * @throws SignalboxError `unavailable` where it cannot be written
   */
  async take(event: WebhookEvent): Promise<Taken> {
    const taken = await this.#taken(event);
    this.counts[taken]++;
    return taken;
  }

  /** Acts upon nothing more. What waits is acted upon after the next start. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#againTimer?.cancel();
  }

  async #taken(event: WebhookEvent): Promise<Taken> {
    const { clock, store, writes } = this.#options;
    const now = clock.now();
    if (event.time < now - limits.webhookOldMs.default) return 'old';
    if (this.#closed || this.depth >= limits.webhookQueue.default) return 'full';
    this.#arriving++;
    this.highWater = Math.max(this.highWater, this.depth);
    try {
      const keep = () => {
        this.#prune(now);
        return store.take(event, now);
      };
      // That sessions have ended shows nowhere in Keycloak afterwards.
      const fresh = await (event.action === 'logout' ? writes.write(keep) : writes.commit(keep));
      if (!fresh) return 'known';
    } finally {
      this.#arriving--;
    }
    this.#push(event, now);
    return 'taken';
  }

  #prune(now: number): void {
    const { clock, store } = this.#options;
    const at = clock.monotonic();
    if (at - this.#pruned < PRUNE_MS) return;
    this.#pruned = at;
    store.prune(now);
  }

  #push(event: WebhookEvent, receivedAt: number): void {
    const { what, time, username, group, userId } = event;
    const about = [username ?? userId, group].filter((one) => one !== null).join(' ');
    const row = { time, receivedAt, what, about, did: null, seconds: null };
    const entry = { event, receivedAt, since: this.#options.clock.monotonic(), row };
    this.#line(entry);
    this.#shown.push(entry);
    if (this.#shown.length > limits.webhookShown.default) this.#shown.shift();
    this.#wake();
  }

  #line(entry: Entry): void {
    this.#lanes[entry.event.resource === 'membership' ? 0 : 1].push(entry);
  }

  #wake(): void {
    if (this.#closed || this.#timer !== null) return;
    this.#timer = this.#options.clock.after(0, () => {
      this.#timer = null;
      this.#work();
    });
  }

  /** Begins as many as may be under way. */
  #work(): void {
    while (!this.#closed && this.#acting < AT_ONCE) {
      const entry = this.#lanes[0].shift() ?? this.#lanes[1].shift();
      if (entry === undefined) return;
      this.#acting++;
      void this.#act(entry);
    }
  }

  async #act(entry: Entry): Promise<void> {
    const { act, writes, store, clock, log } = this.#options;
    const { event, since } = entry;
    try {
      const did = await act(event);
      // Where that is lost it is acted upon once more.
      writes.later(() => store.done(event.id));
      this.counts.done++;
      entry.row = { ...entry.row, did, seconds: (clock.monotonic() - since) / 1_000 };
      this.#acting--;
      this.#work();
    } catch (error) {
      this.#acting--;
      if (this.#closed) return;
      this.counts.retried++;
      const why = error instanceof Error ? error.message : String(error);
      log('warn', 'webhook_retried', `${event.what} ${event.id} could not be acted upon: ${why}`);
      this.#again.push(entry);
      this.#againTimer ??= clock.after(limits.webhookRetryMs.default, () => {
        this.#againTimer = null;
        for (const one of this.#again.splice(0)) this.#line(one);
        this.#work();
      });
      this.#work();
    }
  }
}

/** Events that are acted upon at once: most of what that takes is one write, which those of one turn share. */
const AT_ONCE = 32;
/** How often it is looked what need not be remembered. */
const PRUNE_MS = 60_000;
