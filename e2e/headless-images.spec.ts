/**
 * How the window looks in twelve states, pixel by pixel: rank, density, colours. The figures are made up and the clock stands still,
 * so that an image is another only where the window is. After a change that is meant: `npx playwright test headless-images -u`, then
 * look at each image that is new.
 */
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { BUSY, EMPTY, FAILING, type Scene } from './still/scenes.ts';
import { StillHost } from './still/still-host.ts';

interface Look {
  readonly theme: 'light' | 'dark';
  readonly contrast?: 'high';
  readonly density?: 'comfortable';
  readonly size?: readonly [width: number, height: number];
}

interface State {
  readonly name: string;
  readonly scene: Scene;
  readonly address: string;
  readonly look: Look;
  /** What is done there before it is looked at. */
  readonly deed?: (page: Page, rest: () => Promise<void>) => Promise<void>;
}

/** Edges of letters and curves are drawn a little otherwise by another Chromium; a line or a colour of the window is more than that. */
const TOLERANCE = { threshold: 0.015, maxDiffPixelRatio: 0.002 };

const SMALL = [900, 700] as const;
const LARGE = [1920, 1080] as const;

const STATES: readonly State[] = [
  { name: 'overview-busy', scene: BUSY, address: '/', look: { theme: 'light' } },
  { name: 'overview-failing', scene: FAILING, address: '/', look: { theme: 'dark' } },
  {
    name: 'overview-empty',
    scene: EMPTY,
    address: '/',
    look: { theme: 'light', density: 'comfortable', size: SMALL },
  },
  {
    name: 'overview-large',
    scene: BUSY,
    address: '/',
    look: { theme: 'dark', contrast: 'high', size: LARGE },
  },
  { name: 'charts', scene: BUSY, address: '/daemon/ircd', look: { theme: 'light' } },
  {
    name: 'charts-narrow',
    scene: BUSY,
    address: '/daemon/ircd',
    look: { theme: 'dark', density: 'comfortable', size: SMALL },
  },
  {
    name: 'history',
    scene: BUSY,
    address: '/daemon/ircd?range=1h',
    look: { theme: 'light', contrast: 'high' },
  },
  {
    name: 'table-drawer',
    scene: BUSY,
    address: '/daemon/ircd/connections',
    look: { theme: 'light', density: 'comfortable' },
    deed: async (page, rest) => {
      // The name itself leads to a page of its own.
      await page.getByText('carl@host-2.example.net', { exact: true }).click();
      await rest();
      await page.keyboard.press('x');
    },
  },
  {
    name: 'command',
    scene: BUSY,
    address: '/daemon/ircd/commands?command=kill&client=gus',
    look: { theme: 'dark' },
  },
  { name: 'logs', scene: BUSY, address: '/daemon/ircd/logs', look: { theme: 'dark', contrast: 'high' } },
  { name: 'audit', scene: BUSY, address: '/audit', look: { theme: 'light' } },
  {
    name: 'palette',
    scene: FAILING,
    address: '/settings',
    look: { theme: 'light', density: 'comfortable' },
    deed: (page) => page.keyboard.press('Control+k'),
  },
];

for (const { name, scene, address, look, deed } of STATES) {
  test(`looks as before: ${name}`, async ({ dashboardBrowser }) => {
    const { theme, contrast = 'normal', density = 'compact', size = [1280, 800] } = look;
    const context = await dashboardBrowser!.newContext({
      viewport: { width: size[0], height: size[1] },
      // Small files: what is looked at is where things are and what stands out.
      deviceScaleFactor: 0.5,
      locale: 'en-GB',
      timezoneId: 'UTC',
      reducedMotion: 'reduce',
    });
    await context.addInitScript(
      (chosen) => {
        for (const [part, value] of Object.entries(chosen)) localStorage.setItem(`signalbox.${part}`, value);
      },
      { theme, contrast, density },
    );
    const page = await context.newPage();
    const host = await StillHost.open(page, scene, address);
    if (deed !== undefined) {
      await deed(page, () => host.rest());
      await host.rest();
    }
    await expect(page).toHaveScreenshot(`${name}.png`, { ...TOLERANCE, scale: 'device' });
    await context.close();
  });
}
