/**
 * Somebody new to the window who looks for an answer, timed as by the keystroke-level model (Card, Moran and Newell, 1980): each
 * deed is first thought of, as one does that was never done before. What the window itself takes is no part of it: `npm run bench --
 * metrics --only pages` measures that, which is below a tenth of a second a page.
 */
import type { Locator, Page } from '@playwright/test';
import { expect } from '../fixtures.ts';

/** Seconds to look for the next thing and to decide. */
const THINK_S = 1.35;
/** Seconds to point at something. */
const POINT_S = 1.1;
/** Seconds to press the button of the mouse and let go. */
const CLICK_S = 0.2;
/** Seconds a key of an average typist. */
const KEY_S = 0.28;

/** Ten seconds, of which five pages of the window may take half a one. */
const MOST_S = 9.5;

export class Newcomer {
  readonly page: Page;
  #seconds = 0;

  constructor(page: Page) {
    this.page = page;
  }

  async click(target: Locator): Promise<void> {
    this.#seconds += THINK_S + POINT_S + CLICK_S;
    await target.click();
  }

  async pointsAt(target: Locator): Promise<void> {
    this.#seconds += THINK_S + POINT_S;
    await target.hover();
  }

  /** Types where the cursor stands. */
  async types(text: string): Promise<void> {
    this.#seconds += THINK_S + text.length * KEY_S;
    await this.page.keyboard.type(text);
  }

  /** Presses keys together, such as `Control+k`, or Enter after what was typed. */
  async presses(keys: string): Promise<void> {
    this.#seconds += keys.split('+').length * KEY_S;
    await this.page.keyboard.press(keys);
  }

  /** Has seen the answer; the next question begins. Returns the seconds that it took. */
  knows(what: string): number {
    const took = this.#seconds + THINK_S;
    this.#seconds = 0;
    expect(took, `seconds until one knows ${what}`).toBeLessThanOrEqual(MOST_S);
    return took;
  }
}
