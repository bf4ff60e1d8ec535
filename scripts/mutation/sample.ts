/** Which faults of a folder are tried: always the same ones of the same sources, folder and seed. */
import { createHash } from 'node:crypto';
import type { Mutant } from './mutators.ts';

/**
 * The fault by what it says, not by where it stands, so that a change elsewhere in the file leaves most of a sample as it is.
 * `nth` tells faults apart that say the same.
 */
function rankOf({ file, from, to, kind }: Mutant, nth: number, seed: number): string {
  return createHash('sha256')
    .update(JSON.stringify([seed, file, kind, from, to, nth]))
    .digest('hex');
}

/** Takes `size` of the faults (all, when there are fewer), in order of place. */
export function sampleOf(mutants: readonly Mutant[], size: number, seed: number): Mutant[] {
  const counts = new Map<string, number>();
  const ranked = mutants.map((mutant, place) => {
    const word = JSON.stringify([mutant.file, mutant.kind, mutant.from, mutant.to]);
    const nth = counts.get(word) ?? 0;
    counts.set(word, nth + 1);
    return { mutant, place, rank: rankOf(mutant, nth, seed) };
  });
  return ranked
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, size)
    .sort((a, b) => a.place - b.place)
    .map(({ mutant }) => mutant);
}
