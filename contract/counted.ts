/** How an amount of something is written, everywhere: in impacts, in the audit trail and in the window. */

/**
 * `1 client`, `42 clients`, `2 entries`.
 * @param written the amount as text, where it has separators
 */
export function counted(amount: number, noun: string, written: string = String(amount)): string {
  if (amount === 1) return `${written} ${noun}`;
  return `${written} ${/[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}
