/** What axe (WCAG 2.2 AA) finds to mend on a page, for the specs about accessibility of both hosts. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

export type ColorScheme = 'light' | 'dark';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** A theme is other colours and nothing else, so in the second one only the rules about colours can find more. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/** Violations on the page as it stands, as `rule: element`: of every rule in the light theme, of colours in the dark one. */
export async function violationsOn(page: Page, colorScheme: ColorScheme): Promise<string[]> {
  // axe-core is half a megabyte: once a page has read it, it serves until the page is loaded again.
  const isThere = await page.evaluate(() => 'axe' in globalThis);
  // A second page cannot be opened in Electron by Playwright; legacy mode needs none.
  const axe = new AxeBuilder({ page, ...(isThere ? { axeSource: 'true' } : {}) }).setLegacyMode();
  // Only what is wrong is told of one by one; of the thousands that are right, axe need not say where they are.
  axe.options({ resultTypes: ['violations'] });
  const { violations } = await (colorScheme === 'light'
    ? axe.withTags(TAGS)
    : axe.withRules(COLOUR_RULES)
  ).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
}
