/** An operator starts and stops a daemon on its card. */
import { expect, test } from './fixtures.ts';

test('a daemon starts, restarts and stops at a click', async ({ app }) => {
  const card = app.card('relay');
  await expect(card).toContainText('stopped');
  await expect(app.button('Stop', 'relay')).toBeDisabled();

  const listener = await app.startDaemon('relay');
  expect(listener.port).toBeGreaterThan(0);
  await expect(card).toContainText(String(listener.port));
  await expect(app.button('Start', 'relay')).toBeDisabled();
  const first = await app.daemon('relay');
  expect(first.state).toBe('running');

  await app.button('Restart', 'relay').click();
  await expect.poll(async () => (await app.daemon('relay')).pid).not.toBe(first.pid);
  await expect.poll(() => app.state('relay')).toBe('running');
  await expect(card).toContainText('running');

  await app.button('Stop', 'relay').click();
  await expect(card).toContainText('stopped');
  expect(await app.daemon('relay')).toMatchObject({ state: 'stopped', pid: null, listeners: [] });
});
