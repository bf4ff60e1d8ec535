/** A mistake in the configuration file. */
import { writeFile } from 'node:fs/promises';
import { RelayClient } from './clients/relay-client.ts';
import { expect, test } from './fixtures.ts';

const MISTAKEN = `[ircd]
listen = [{ host = "127.0.0.1", port = 0 }]

[relay]
listen = [{ host = "127.0.0.1", port = 99999 }]
`;

test('a mistake is named with file, line and key, and the last good configuration stays in force', async ({
  app,
}) => {
  const server = await app.startDaemon('relay');
  const peer = await RelayClient.connect(server);
  await writeFile(app.configFile, MISTAKEN);
  const check = await app.cli(['config', 'check', app.configFile]);
  expect(check.code).toBe(78);
  expect(check.stderr).toContain(`${app.configFile}:5: relay.listen`);
  await app.request('config.reload', {}).catch(() => {});

  const alert = app.page.getByRole('alert').filter({ hasText: 'mistake' });
  await expect(alert).toContainText(/signalbox\.toml(:|, line )5\b/);
  await expect(alert).toContainText('relay.listen');
  peer.send('undisturbed');
  await expect.poll(() => peer.received).toEqual(['undisturbed']);
  expect((await app.daemon('relay')).listeners).toEqual([server]);
  peer.close();
});
