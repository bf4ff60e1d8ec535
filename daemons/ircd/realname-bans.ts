/**
 * K-lines of real names, `~r:*spam*` (XLINE): those of the list that no index finds, because each is a glob over a text of its own.
 * Every newcomer is compared with all of them, so there may be few.
 */
import { isLineWord, toLineText } from '../../contract/line-texts.ts';
import { fold } from '../irc/casemapping.ts';
import { extendedOf } from '../irc/extended-mask.ts';
import { compileMask } from '../irc/mask.ts';
import type { Mask } from '../runtime/net/mask.ts';
import { limits } from './limits.ts';

/** What begins such a mask. */
export const REALNAME_MASK = '~r:';

/** The glob of a mask of real names; null where it is one of `user@host`. */
export function realnameGlob(mask: string): string | null {
  const extended = extendedOf(mask);
  return extended?.kind === 'realname' ? extended.value : null;
}

/** Why a glob of real names cannot be banned, or null. */
export function realnameProblem(glob: string): string | null {
  if (glob.length > limits.maskBytes.default)
    return `a mask has at most ${limits.maskBytes.default} characters`;
  if (!isLineWord(glob)) return `${toLineText(glob)} holds what cannot stand in a mask, write ? for a space`;
  return /[^*?]/.test(glob) ? null : `${glob} would ban everybody`;
}

/** The masks, by the keys of their bans. */
export class RealnameBans {
  readonly #masks = new Map<string, Mask>();

  get size(): number {
    return this.#masks.size;
  }

  /** What comparing somebody with all of them costs at most, in nanoseconds of work. */
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

  /** The first that covers a real name and that `holds` answers something for. */
  match<Ban>(realname: string, holds: (key: string) => Ban | null): Ban | null {
    if (this.#masks.size === 0) return null;
    const folded = fold(realname);
    for (const [key, mask] of this.#masks) {
      const ban = mask.matches(folded) ? holds(key) : null;
      if (ban !== null) return ban;
    }
    return null;
  }
}
