/** Main itself ends, in order or not. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ElectronApp } from './app/electron-app.ts';
import { RelayClient } from './clients/relay-client.ts';
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: true });

/** Starts a utility process that computes without end, and resolves when it is about to. */
async function loopInUtilityProcess(desktop: ElectronApp, program: string): Promise<void> {
  await writeFile(program, `process.parentPort.postMessage('looping'); setTimeout(() => { for (;;); });`);
  const said = await desktop.application.evaluate(
    ({ utilityProcess }, path) => new Promise((resolve) => utilityProcess.fork(path).on('message', resolve)),
    program,
  );
  expect(said).toBe('looping');
}

test('no daemon outlives a killed host, and the next start works', async ({ app, appHost, folder }) => {
  await app.startDaemon('ircd');
  const peer = await RelayClient.connect(await app.startDaemon('relay'));
  // Chromium has to end a utility process that cannot notice anything.
  if (appHost instanceof ElectronApp) await loopInUtilityProcess(appHost, join(folder, 'loop.cjs'));
  // Resolves only once no process of the app is left.
  await app.kill();
  await expect.poll(() => peer.isOpen).toBe(false);

  await app.start();
  await expect(app.card('ircd')).toContainText('stopped');
  await app.startDaemon('ircd');
});

test('a host that is told to end drains its daemons', async ({ app }) => {
  const peer = await RelayClient.connect(await app.startDaemon('relay'));
  await app.stop();
  await expect.poll(() => peer.isOpen).toBe(false);
  const { code, stderr } = await app.cli(['status']);
  expect(code).toBe(69);
  expect(stderr).toContain('npm start');
});
