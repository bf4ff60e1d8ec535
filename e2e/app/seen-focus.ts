/** Whether what has the focus looks as if it had it: for the specs of keys and of every page. */
import type { Page } from '@playwright/test';

/** Runs in the page: what has the focus and looks as if it had not, as its tag and name; null where that is seen. */
function unseen(): string | null {
  const stop = document.activeElement;
  if (stop === null || stop === document.body) return null;
  const label = stop.closest('label');
  const cells = [...stop.querySelectorAll(':scope > td')];
  const isSeen = [stop, ...(label === null ? [] : [label]), ...cells].some((element) => {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(element);
    const isOutlined =
      outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 && !/, 0\)$/.test(outlineColor);
    return isOutlined || (cells.includes(element) && boxShadow !== 'none');
  });
  return isSeen ? null : `${stop.tagName} ${stop.getAttribute('aria-label') ?? stop.textContent}`;
}

/** What has the focus and looks as if it had not; null where that is seen, or nothing has it. */
export function unseenFocus(page: Page): Promise<string | null> {
  return page.evaluate(unseen);
}

/** All of a page that the Tab key reaches and that does not show it, and how much it reaches at all. */
export function focusOn(
  page: Page,
): Promise<{ readonly unseen: readonly string[]; readonly reached: number }> {
  return page.evaluate(`(() => {
    const unseen = ${unseen};
    const stops = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')].filter(
      (stop) => stop.tabIndex >= 0 && !stop.disabled && stop.checkVisibility({ visibilityProperty: true }),
    );
    const found = [];
    for (const stop of stops) {
      stop.focus({ focusVisible: true, preventScroll: true });
      const words = document.activeElement === stop ? unseen() : null;
      if (words !== null) found.push(words);
    }
    document.activeElement?.blur();
    return { unseen: found, reached: stops.length };
  })()`);
}

/** What moves, or would, on a page whose reader wants no motion. */
export function motionOn(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('*')].flatMap((element) => {
      const { transitionDuration, animationDuration, scrollBehavior } = getComputedStyle(element);
      const durations = `${transitionDuration}, ${animationDuration}`.split(', ');
      const isStill = durations.every((one) => Number.parseFloat(one) === 0) && scrollBehavior !== 'smooth';
      return isStill ? [] : [`${element.tagName} ${element.className}`];
    }),
  );
}
