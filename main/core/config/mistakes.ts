/**
 * Several mistakes of one configuration as one error: the first in a line, with how many more there are, and all of them
 * in its detail for whoever has room to show them. Used by the parser and by the check, shown by the CLI.
 */
import type { WireError } from '../../../contract/errors.ts';
import { CONTROL_LIMITS } from '../limits.ts';

/**
 * The mistakes as one error, in the order of their lines; those without a line come last. Null for none. With more than
 * one, `detail.mistakes` has the messages, at most `shownMistakes` of them and then how many are left out.
 */
export function joinMistakes(mistakes: readonly WireError[]): WireError | null {
  const inOrder = mistakes.toSorted((a, b) => lineOf(a) - lineOf(b));
  const [first] = inOrder;
  if (first === undefined || inOrder.length === 1) return first ?? null;
  const shown = inOrder.slice(0, CONTROL_LIMITS.shownMistakes).map(({ message }) => message);
  const left = inOrder.length - shown.length;
  if (left > 0) shown.push(`and ${moreMistakes(left)}`);
  return {
    ...first,
    message: `${first.message} (and ${moreMistakes(inOrder.length - 1)})`,
    detail: { ...first.detail, mistakes: shown },
  };
}

/** The mistakes of an error of {@link joinMistakes} behind the first, which its message says already. */
export function furtherMistakes({ detail }: WireError): readonly string[] {
  const mistakes = detail?.mistakes;
  return Array.isArray(mistakes) ? mistakes.slice(1) : [];
}

/** The message, and each further mistake in a line of its own below it. */
export function withAllMistakes(error: WireError): string {
  return [error.message, ...furtherMistakes(error)].join('\n  ');
}

function moreMistakes(count: number): string {
  return count === 1 ? 'one more mistake' : `${count} more mistakes`;
}

function lineOf({ detail }: WireError): number {
  return typeof detail?.line === 'number' ? detail.line : Number.MAX_SAFE_INTEGER;
}
