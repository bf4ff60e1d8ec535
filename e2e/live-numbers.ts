/** Reads the figures of a daemon's row, for the specs that watch them move. */
import type { Locator } from '@playwright/test';

/** The number of the row in the column of a title, such as `Connections`. */
export function figure(card: Locator, title: string): Locator {
  return card.locator(`[data-figure="${title}"]`);
}
