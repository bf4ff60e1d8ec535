/** Reads the figures of a daemon's card, for the specs that watch them move. */
import type { Locator } from '@playwright/test';

/** The big number under a title of the card, such as `Connections`. */
export function figure(card: Locator, title: string): Locator {
  return card.getByText(title, { exact: true }).locator('xpath=following-sibling::*[1]');
}
