/**
 * Finds the few masks of a long list that can match a text at all, by three characters that the text must contain: ten
 * thousand K-lines with wildcards at both ends cost a newcomer no more than the handful whose characters fit. Used by the
 * list of server bans.
 */
import { fold } from './casemapping.ts';
import { literalRuns } from './mask.ts';

const GRAM = 3;

/** Items by their masks. */
export class MaskIndex<Item> {
  private readonly byGram = new Map<string, Set<Item>>();
  /** Items whose mask has no run of three characters: these are candidates for every text. */
  private readonly others = new Set<Item>();
  private readonly gramOf = new Map<Item, string | null>();

  /** Adds an item; one that is in already is moved to its new mask. */
  add(mask: string, item: Item): void {
    this.delete(item);
    const gram = this.rarest(fold(mask));
    this.gramOf.set(item, gram);
    if (gram === null) {
      this.others.add(item);
      return;
    }
    const bucket = this.byGram.get(gram);
    if (bucket === undefined) this.byGram.set(gram, new Set([item]));
    else bucket.add(item);
  }

  delete(item: Item): void {
    const gram = this.gramOf.get(item);
    if (gram === undefined) return;
    this.gramOf.delete(item);
    if (gram === null) {
      this.others.delete(item);
      return;
    }
    const bucket = this.byGram.get(gram);
    bucket?.delete(item);
    if (bucket?.size === 0) this.byGram.delete(gram);
  }

  /** Every item whose mask may match the folded text, and some that do not; an item may come more than once. */
  *candidates(folded: string): Generator<Item, void, void> {
    yield* this.others;
    if (this.byGram.size === 0) return;
    for (let at = 0; at + GRAM <= folded.length; at++) {
      const bucket = this.byGram.get(folded.slice(at, at + GRAM));
      if (bucket !== undefined) yield* bucket;
    }
  }

  /** The three characters of a mask that the fewest other masks are kept under; null when it has no three in a row. */
  private rarest(pattern: string): string | null {
    let best: string | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const run of literalRuns(pattern)) {
      for (let at = 0; at + GRAM <= run.length; at++) {
        const gram = run.slice(at, at + GRAM);
        const size = this.byGram.get(gram)?.size ?? 0;
        if (size < least) {
          best = gram;
          least = size;
        }
      }
    }
    return best;
  }
}
