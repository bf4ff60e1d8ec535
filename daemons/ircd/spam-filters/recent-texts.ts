/**
 * What was said lately, so that a filter can be tried on it before it does harm. Kept only where the configuration says so
 * (`[ircd.spam]`), in memory, and forgotten by age, number and bytes.
 */
import { limits } from '../limits.ts';
import type { SpamTarget } from './spam-filter.ts';

/** One thing that was said. */
export interface RecentText {
  readonly atMs: number;
  readonly target: SpamTarget;
  readonly nick: string;
  /** The channel; empty for what is none's business but two users', and for what is said to all. */
  readonly place: string;
  /** As it is compared. */
  readonly folded: string;
  readonly text: string;
}

/** What an entry takes beside its texts, in bytes. */
const ENTRY_BYTES = 120;

/** How long is kept what. */
export interface RecentSettings {
  readonly recent_minutes: number;
  readonly recent_private: boolean;
}

export class RecentTexts {
  #settings: RecentSettings;
  /** Oldest first. */
  #texts: RecentText[] = [];
  /** Those before it are forgotten, and let go in one piece. */
  #first = 0;
  #bytes = 0;

  constructor(settings: RecentSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#texts.length - this.#first;
  }

  get bytes(): number {
    return this.#bytes;
  }

  configure(settings: RecentSettings, nowMs = Date.now()): void {
    this.#settings = settings;
    if (!settings.recent_private) {
      this.#texts = [...this.values()].filter((text) => !isPrivate(text));
      this.#first = 0;
      this.#bytes = this.#texts.reduce((sum, text) => sum + bytesOf(text), 0);
    }
    this.expire(nowMs);
  }

  /** Whether what is said there is kept. */
  keeps(target: SpamTarget): boolean {
    const { recent_minutes: minutes, recent_private: also } = this.#settings;
    return minutes > 0 && (also || !isPrivate({ target }));
  }

  keep(text: RecentText): void {
    this.#texts.push(text);
    this.#bytes += bytesOf(text);
    while (this.size > limits.recentTexts.default || this.#bytes > limits.recentTextBytes.default)
      this.#forget();
    this.expire(text.atMs);
  }

  /** Lets go what is too old; to be called now and then. */
  expire(nowMs = Date.now()): void {
    const oldest = nowMs - this.#settings.recent_minutes * 60_000;
    while (this.size > 0 && this.#texts[this.#first]!.atMs <= oldest) this.#forget();
  }

  /** Oldest first. */
  *values(): Generator<RecentText, void, void> {
    for (let i = this.#first; i < this.#texts.length; i++) yield this.#texts[i]!;
  }

  #forget(): void {
    this.#bytes -= bytesOf(this.#texts[this.#first]!);
    // The text itself goes at once, its place with many others.
    (this.#texts as (RecentText | undefined)[])[this.#first++] = undefined;
    if (this.#first < 1_024 && this.#first < this.#texts.length) return;
    this.#texts = this.#texts.slice(this.#first);
    this.#first = 0;
  }
}

/** What only one user was told. */
export function isPrivate({ target }: Pick<RecentText, 'target'>): boolean {
  return target === 'private' || target === 'private-notice';
}

function bytesOf({ text, folded, nick, place }: RecentText): number {
  return ENTRY_BYTES + 2 * (text.length + folded.length + nick.length + place.length);
}
