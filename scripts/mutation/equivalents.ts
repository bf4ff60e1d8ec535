/**
 * Faults that nobody can notice, because the program does the same with them: `equivalents.json` lists them with the reason.
 * They are told by the line that they are in, so that they move with it; an entry that fits nothing any more is out of date.
 */
import { z } from 'zod';
import type { Mutant } from './mutators.ts';

const schema = z.array(
  z.strictObject({
    /** Path from the root. */
    file: z.string(),
    /** The line in which the fault begins, without the spaces around. */
    line: z.string(),
    /** What the fault replaces, and by what. */
    from: z.string(),
    to: z.string(),
    reason: z.string().min(20),
  }),
);

export type Equivalent = z.infer<typeof schema>[number];

/** Reads the list; throws where it is malformed. */
export function readEquivalents(json: string): Equivalent[] {
  return schema.parse(JSON.parse(json));
}

const lineAt = (text: string, line: number) => text.split('\n')[line - 1]?.trim() ?? '';

/** The entry that says that nobody can notice this fault, if there is one; `text` is that of its file. */
export function equivalentOf(mutant: Mutant, text: string, list: readonly Equivalent[]): Equivalent | null {
  const { file, from, to, line } = mutant;
  const found = list.find(
    (one) => one.file === file && one.from === from && one.to === to && one.line === lineAt(text, line),
  );
  return found ?? null;
}

/** Entries that fit no fault; `mutantsOf` gives those of a file, `textOf` its text or null where there is no such file. */
export function outdatedEquivalents(
  list: readonly Equivalent[],
  mutantsOf: (file: string) => readonly Mutant[],
  textOf: (file: string) => string | null,
): Equivalent[] {
  return list.filter((one) => {
    const text = textOf(one.file);
    return text === null || !mutantsOf(one.file).some((mutant) => equivalentOf(mutant, text, [one]) !== null);
  });
}
