/**
 * Tells a reader who goes up in a log from a log that grows. New lines move the end of the log down and the view with
 * it; only a reader makes the view go up without the log having become shorter.
 */
export interface ScrollPlace {
  /** Pixels above the view. */
  readonly top: number;
  /** Pixels of the whole log. */
  readonly height: number;
}

/** Less than this is rounding, in pixels. */
const SLACK = 2;

/** Whether the reader went up between two places. */
export function wentUp(before: ScrollPlace, now: ScrollPlace): boolean {
  return now.top < before.top - SLACK && now.height >= before.height;
}

/** Keys by which a reader goes up. */
const UP_KEYS: ReadonlySet<string> = new Set(['ArrowUp', 'PageUp', 'Home']);

/** Whether a key press goes up. */
export function goesUp(event: { readonly key: string; readonly shiftKey: boolean }): boolean {
  return UP_KEYS.has(event.key) || (event.key === ' ' && event.shiftKey);
}
