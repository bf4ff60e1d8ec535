/** The spam filters of this server, in memory; they are stored with its bans. Each text that is said is compared with all of its target. */
import { limits } from '../limits.ts';
import { filterKey, filterProblem, type SpamFilter, type SpamTarget } from './spam-filter.ts';
import { compileSpamPattern, type SpamPattern } from './spam-pattern.ts';

/** A filter with what it has met since the start. */
export interface FilterState {
  readonly filter: SpamFilter;
  readonly pattern: SpamPattern;
  hits: number;
  /** Unix milliseconds; null for never. */
  lastMs: number | null;
}

export class SpamFilters {
  /** By key, in the order in which they were set. */
  readonly #filters = new Map<string, FilterState>();
  readonly #byTarget = new Map<SpamTarget, FilterState[]>();
  /** What the last comparison cost, in nanoseconds of work. */
  matchNs = 0;

  get size(): number {
    return this.#filters.size;
  }

  list(): SpamFilter[] {
    return [...this.#filters.values()].map(({ filter }) => filter);
  }

  states(): Iterable<FilterState> {
    return this.#filters.values();
  }

  has(pattern: string): boolean {
    return this.#filters.has(filterKey(pattern));
  }

  /** Why one cannot be set, as text; null where it can. */
  problemWith(pattern: string): string | null {
    const problem = filterProblem(pattern);
    if (problem !== null) return problem;
    const most = limits.spamFilters.default;
    return this.size < most || this.has(pattern)
      ? null
      : `there are ${most} spam filters already; remove some first`;
  }

  /** Sets one, or changes the one of the same pattern. Returns why not as text, null when it did. */
  set(filter: SpamFilter): string | null {
    const problem = this.problemWith(filter.pattern);
    if (problem !== null) return problem;
    const key = filterKey(filter.pattern);
    const { hits = 0, lastMs = null } = this.#filters.get(key) ?? {};
    this.#filters.set(key, { filter, pattern: compileSpamPattern(filter.pattern), hits, lastMs });
    this.#sort();
    return null;
  }

  /** Removes one; null where there is none of that pattern. */
  remove(pattern: string): SpamFilter | null {
    const key = filterKey(pattern);
    const state = this.#filters.get(key);
    if (state === undefined) return null;
    this.#filters.delete(key);
    this.#sort();
    return state.filter;
  }

  /** Whether anything is compared with what is said there. */
  watches(target: SpamTarget): boolean {
    return this.#byTarget.has(target);
  }

  /**
   * The oldest filter that one of some texts meets; null for none. A hit is counted.
   * @param folded by `foldSpam`
   */
  match(target: SpamTarget, folded: readonly string[], nowMs: number): SpamFilter | null {
    this.matchNs = 0;
    const filters = this.#byTarget.get(target) ?? [];
    for (const state of filters) {
      for (const text of folded) {
        this.matchNs += state.pattern.priceNs(text);
        if (!state.pattern.matches(text)) continue;
        state.hits++;
        state.lastMs = nowMs;
        return state.filter;
      }
    }
    return null;
  }

  #sort(): void {
    this.#byTarget.clear();
    for (const state of this.#filters.values())
      for (const target of state.filter.targets) {
        const others = this.#byTarget.get(target);
        if (others === undefined) this.#byTarget.set(target, [state]);
        else others.push(state);
      }
  }
}
