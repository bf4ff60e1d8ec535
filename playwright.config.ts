/**
 * The end-to-end specs of both hosts: `electron` drives the desktop app, `headless` the dashboard of the headless host in
 * Chromium. A spec runs in both unless its name says otherwise (e2e/app/hosts.ts). Run by `npm run e2e`, and by `npm test` after everything else.
 */
import { defineConfig } from '@playwright/test';
import { findElectron } from './e2e/app/binaries.ts';
import { NOT_OF } from './e2e/app/hosts.ts';
import type { HostOptions } from './e2e/fixtures.ts';

const electron = findElectron();

export default defineConfig<HostOptions>({
  testDir: 'e2e',
  globalSetup: './scripts/built-programs-setup.ts',
  // Three apps side by side on two cores: each of them waits for its page, its daemons or its end most of the time.
  workers: 3,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  // A hang, not a slow machine, should end a spec: what is waited for comes at once on a quiet one.
  timeout: 240_000,
  expect: { timeout: 60_000 },
  reporter: 'list',
  outputDir: 'test-results',
  // The same for every system: fonts are shipped, and Chromium draws them by itself.
  snapshotPathTemplate: 'e2e/images/{arg}{ext}',
  projects: [
    {
      name: 'electron',
      use: { host: 'electron', notRun: 'missing' in electron ? electron.missing : null },
      testIgnore: NOT_OF.electron,
    },
    { name: 'headless', use: { host: 'headless' }, testIgnore: NOT_OF.headless },
  ],
});
