/** Throws where two numbers, texts, truth values or arrays of them differ: compared a million times in a run, of which a matcher makes minutes. */
export function same(what: string, actual: unknown, expected: unknown): void {
  if (actual === expected) return;
  const [is, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== wanted) throw new Error(`${what}\n  is ${is}\n  want ${wanted}`);
}
