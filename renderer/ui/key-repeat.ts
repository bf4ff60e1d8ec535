/** A key that is held down presses nothing again and again. */
import type { KeyboardEvent } from 'react';

/** Ignores what Enter and Space send while they are held: one press is one press. */
export function ignoreHeldKeys(event: KeyboardEvent): void {
  if (event.repeat && (event.key === 'Enter' || event.key === ' ')) event.preventDefault();
}
