/** The desktop project's own view of the app, for the specs that look into Electron. */
import { ElectronApp } from './app/electron-app.ts';
import { test as base, expect } from './fixtures.ts';

export { expect };

export const test = base.extend<{ desktop: ElectronApp }>({
  desktop: async ({ appHost }, use) => {
    if (!(appHost instanceof ElectronApp)) throw new Error('this spec belongs to the electron project only');
    await use(appHost);
  },
});
