/** Stands in for the desktop specs where Electron cannot run, so that their absence is seen and explained. */
import { test } from '@playwright/test';
import { findElectron } from './app/binaries.ts';

test('the desktop specs were NOT RUN here; the annotation says why', () => {
  const binary = findElectron();
  const why = 'missing' in binary ? binary.missing : 'they run';
  test.info().annotations.push({ type: 'not run', description: why });
  console.log(`The Electron specs are NOT RUN: ${why}`);
});
