/** Main itself ends, in order or not. */
import { RelayClient } from './clients/relay-client.ts';
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: true });

test('no daemon outlives a killed host, and the next start works', async ({ app }) => {
  await app.startDaemon('ircd');
  const peer = await RelayClient.connect(await app.startDaemon('relay'));
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
