/** An operator starts and stops a daemon on its card. */
import { expect, test } from './fixtures.ts';

test('a daemon starts, restarts and stops at a click', async ({ app }) => {
  const card = app.card('ircd');
  await expect(card).toContainText('stopped');
  await expect(app.button('Stop', 'ircd')).toBeDisabled();

  const listener = await app.startDaemon('ircd');
  expect(listener.port).toBeGreaterThan(0);
  await expect(card).toContainText(String(listener.port));
  await expect(app.button('Start', 'ircd')).toBeDisabled();
  const first = await app.daemon('ircd');
  expect(first.state).toBe('running');

  await app.button('Restart', 'ircd').click();
  await expect.poll(async () => (await app.daemon('ircd')).pid).not.toBe(first.pid);
  await expect.poll(() => app.state('ircd')).toBe('running');
  await expect(card).toContainText('running');

  await app.button('Stop', 'ircd').click();
  await expect(card).toContainText('stopped');
  expect(await app.daemon('ircd')).toMatchObject({ state: 'stopped', pid: null, listeners: [] });
});
