/** Runs the parts of a benchmark that has several. */

/**
 * Runs the parts that are named in `only`, separated by commas, or all, one after the other.
 * @returns their results by name. Throws with `usage` where there is no such part.
 */
export async function runParts(
  parts: Readonly<Record<string, () => Promise<unknown>>>,
  only: string | undefined,
  usage: string,
): Promise<Record<string, unknown>> {
  const results: Record<string, unknown> = {};
  for (const name of only?.split(',') ?? Object.keys(parts)) {
    const part = parts[name];
    if (part === undefined) throw new Error(`There is no part "${name}".\n${usage}`);
    results[name] = await part();
  }
  return results;
}
