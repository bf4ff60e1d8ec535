/** A daemon's process is killed under it. */
import { IrcClient } from './clients/irc-client.ts';
import { RelayClient } from './clients/relay-client.ts';
import { expect, test } from './fixtures.ts';
import { figure } from './live-numbers.ts';

test.use({ sharedApp: 'everyday' });

test('a killed daemon comes back by itself, and with it the live numbers', async ({ app }) => {
  const card = app.card('ircd');
  const connections = figure(card, 'Connections');
  const before = await IrcClient.connect(await app.startDaemon('ircd'), 'before');
  await expect(connections).toHaveText('1');
  const { restarts } = await app.daemon('ircd');

  const killed = await app.killDaemon('ircd');
  await expect.poll(() => before.isOpen).toBe(false);
  await expect
    .poll(() => app.daemon('ircd'))
    .toMatchObject({ state: 'running', restarts: restarts + 1, pid: expect.any(Number) });
  expect((await app.daemon('ircd')).pid).not.toBe(killed);

  await expect(card).toContainText('running');
  await expect(connections).toHaveText('0');
  const after = await IrcClient.connect(await app.listener('ircd'), 'after');
  await expect(connections).toHaveText('1');
  after.quit();
  await expect(connections).toHaveText('0');
});

test('a crash of one daemon disturbs no client of another', async ({ app }) => {
  await app.startDaemon('ircd');
  const peer = await RelayClient.connect(await app.startDaemon('relay'));
  await app.killDaemon('ircd');
  await expect.poll(() => app.state('ircd')).toMatch(/crashed|backoff|starting|running/);
  peer.send('still there');
  await expect.poll(() => peer.received).toContain('still there');
  expect(peer.isOpen).toBe(true);
  peer.close();
});

test('a crash loop ends in failed, with its cause on the card', async ({ app }) => {
  const card = app.card('relay');
  await app.startDaemon('relay');
  const { restarts } = await app.daemon('relay');
  let killed = 0;
  for (let crash = 0; crash < 3; crash++) {
    await expect
      .poll(() => app.daemon('relay'))
      .toMatchObject({ state: 'running', restarts: restarts + crash });
    const pid = await app.killDaemon('relay');
    expect(pid).not.toBe(killed);
    killed = pid;
  }
  await expect.poll(() => app.state('relay')).toBe('failed');
  await expect(card).toContainText('failed');
  await expect(card).toContainText('SIGKILL');

  await app.button('Start', 'relay').click();
  await expect.poll(() => app.state('relay')).toBe('running');
  await expect(card).toContainText('running');
});
