/** An operator at the window whose clicks are counted: what they do daily takes at most three, or one line of the palette. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect } from '../fixtures.ts';

/** More than this is too many. */
const MOST_CLICKS = 3;

/** How often something is clicked, by the table of the documentation: what is done -> `2` or `a line, 1`. */
function documented(): ReadonlyMap<string, string> {
  const text = readFileSync(join(import.meta.dirname, '../../docs/ircd.md'), 'utf8');
  const [, section = ''] = text.split("\n## An operator's day\n");
  const rows = section.split('\n## ')[0]!.match(/^\| .*\|$/gm) ?? [];
  return new Map(
    rows.map((row) => {
      const [what = '', , clicks = ''] = row
        .slice(2, -2)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim());
      return [what, clicks];
    }),
  );
}

export class Operator {
  readonly page: Page;
  readonly #documented = documented();
  #clicks = 0;
  #lines = 0;

  constructor(page: Page) {
    this.page = page;
  }

  /** Does one thing of the day, and compares what it took with the table of docs/ircd.md. */
  async does(what: string, how: () => Promise<void>): Promise<void> {
    this.#clicks = 0;
    this.#lines = 0;
    await how();
    const { dialog } = this;
    // What it has opened is closed again, which is no part of it; a key that comes before it has the focus closes nothing.
    await expect(async () => {
      if (await dialog.isVisible()) await this.page.keyboard.press('Escape');
      await expect(dialog).toBeHidden({ timeout: 2_000 });
    }).toPass({ timeout: 60_000 });
    const took =
      this.#lines === 0 ? `${this.#clicks}` : `a line${this.#clicks === 0 ? '' : `, ${this.#clicks}`}`;
    expect(took, `${what}: what docs/ircd.md says`).toBe(this.#documented.get(what));
  }

  /** The dialog of a command. */
  get dialog(): Locator {
    return this.page.getByRole('dialog');
  }

  async click(target: Locator): Promise<void> {
    this.#clicks++;
    expect(this.#clicks, 'clicks for one thing').toBeLessThanOrEqual(MOST_CLICKS);
    await target.click();
  }

  /** A press of a button, by its name. */
  press(name: string): Promise<void> {
    return this.click(this.page.getByRole('button', { name, exact: true }));
  }

  /** Chooses from the menu of a row, which takes two clicks. */
  async chooses(row: string, action: string): Promise<void> {
    await this.press(`Actions for ${row}`);
    await this.click(this.page.getByRole('menuitem', { name: action, exact: true }));
  }

  /** Types a line into the palette, takes its first entry, which is that one, and counts it as a line. */
  async types(line: string, entry: RegExp): Promise<void> {
    this.#lines++;
    await this.page.keyboard.press('ControlOrMeta+k');
    await this.page.getByRole('combobox', { name: 'Command palette' }).fill(line);
    await expect(this.page.getByRole('option').first()).toHaveText(entry);
    await this.page.keyboard.press('Enter');
  }
}
