/** The desktop project's own view of the app, for the specs that look into Electron. */
import type { Locator } from '@playwright/test';
import { ElectronApp } from './app/electron-app.ts';
import { test as base, expect } from './fixtures.ts';

export { expect };

/** The question before the app is left. */
export const question = (desktop: ElectronApp): Locator => desktop.page.getByRole('alertdialog');

export const test = base.extend<{ desktop: ElectronApp }>({
  desktop: async ({ appHost }, use) => {
    if (!(appHost instanceof ElectronApp)) throw new Error('this spec belongs to the electron project only');
    await use(appHost);
  },
});
