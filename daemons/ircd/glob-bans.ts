/**
 * Bans that are globs over a text of their own, such as real names and reserved names: no index finds them, so each text is compared
 * with all of them, and there may be few.
 */
import { fold } from '../irc/casemapping.ts';
import { compileMask } from '../irc/mask.ts';
import type { Mask } from '../runtime/net/mask.ts';

/** The masks, by the keys of their bans. */
export class GlobBans {
  readonly #masks = new Map<string, Mask>();

  get size(): number {
    return this.#masks.size;
  }

  /** What comparing a text with all of them costs at most, in nanoseconds of work. */
  get matchNs(): number {
    let sum = 0;
    for (const { priceNs } of this.#masks.values()) sum += priceNs;
    return sum;
  }

  has(key: string): boolean {
    return this.#masks.has(key);
  }

  set(key: string, glob: string): void {
    this.#masks.set(key, compileMask(glob));
  }

  delete(key: string): void {
    this.#masks.delete(key);
  }

  /** Forgets those that `holds` answers false for. */
  keepOnly(holds: (key: string) => boolean): void {
    for (const key of [...this.#masks.keys()]) if (!holds(key)) this.#masks.delete(key);
  }

  /** The first that covers a text and that `holds` answers something for. */
  match<Ban>(text: string, holds: (key: string) => Ban | null): Ban | null {
    if (this.#masks.size === 0) return null;
    const folded = fold(text);
    for (const [key, mask] of this.#masks) {
      const ban = mask.matches(folded) ? holds(key) : null;
      if (ban !== null) return ban;
    }
    return null;
  }
}
