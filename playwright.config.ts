/**
 * The end-to-end specs, one set for both hosts: `electron` drives the desktop app, `headless` the dashboard of the
 * headless host in Chromium. Run by `npm run e2e`, and by `npm test` after everything else.
 */
import { defineConfig } from '@playwright/test';
import { findElectron } from './e2e/app/binaries.ts';
import type { HostOptions } from './e2e/fixtures.ts';

/** The one spec of the desktop project where Electron cannot run. */
const NOT_RUN = '**/electron-not-run.spec.ts';

export default defineConfig<HostOptions>({
  testDir: 'e2e',
  // Both cores are needed by the app under test and its clients.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  outputDir: 'test-results',
  projects: [
    'path' in findElectron()
      ? { name: 'electron', use: { host: 'electron' }, testIgnore: [NOT_RUN, '**/headless-*.spec.ts'] }
      : { name: 'electron', testMatch: NOT_RUN },
    { name: 'headless', use: { host: 'headless' }, testIgnore: '**/electron-*.spec.ts' },
  ],
});
