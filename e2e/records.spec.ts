/** What was recorded before is there after a restart of the app. */
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: 'everyday' });

test('history and audit survive a restart of the app', async ({ app }) => {
  const since = Date.now();
  await app.startDaemon('ircd');
  const metric = 'signalbox_ircd_resident_memory_bytes';
  const recorded = async () => {
    const { times, series } = await app.request('history.query', {
      source: 'ircd',
      metrics: [metric],
      from: since / 1_000,
      to: Date.now() / 1_000,
    });
    const values = series.find((entry) => entry.metric === metric)?.values ?? [];
    return times.filter((_, i) => typeof values[i] === 'number');
  };
  await expect.poll(async () => (await recorded()).length).toBeGreaterThanOrEqual(3);
  const before = await recorded();

  await app.restart();
  await expect(app.card('ircd')).toContainText('stopped');
  await expect.poll(() => app.state('recorder')).toBe('running');
  expect(await recorded()).toEqual(expect.arrayContaining(before.slice(0, 2)));

  const starts = async () => {
    const { entries } = await app.request('audit.query', { target: 'ircd', since });
    return entries.filter((entry) => entry.action === 'daemon.start' && entry.ok);
  };
  await expect.poll(async () => (await starts()).length).toBe(1);
  await app.open('/audit');
  const row = app.page.getByRole('row').filter({ hasText: 'daemon.start' });
  await expect(row.first()).toContainText('ircd');
});

test('a killed recorder loses nothing that was committed and takes up what came meanwhile', async ({
  app,
}) => {
  const since = Date.now();
  await app.startDaemon('relay');
  const actions = async () => {
    const { entries } = await app.request('audit.query', { target: 'relay', since });
    return entries.map((entry) => entry.action).reverse();
  };
  await expect.poll(actions).toEqual(['daemon.start']);
  const killed = await app.killDaemon('recorder');
  expect((await app.cli(['stop', 'relay'])).code).toBe(0);
  await expect.poll(async () => (await app.daemon('recorder')).pid).not.toBe(killed);
  await expect.poll(() => app.state('recorder')).toBe('running');
  await expect
    .poll(() => actions().catch((error: Error) => error.message))
    .toEqual(['daemon.start', 'daemon.stop']);
});

test('a recorder that is down is started from its page', async ({ app }) => {
  await expect.poll(() => app.state('recorder')).toBe('running');
  await app.open('/daemon/recorder');
  const start = app.page.getByRole('button', { name: 'Start recorder' });
  await expect(app.page.getByRole('heading', { name: 'recorder' })).toBeVisible();
  await expect(start).toBeHidden();
  expect((await app.cli(['stop', 'recorder', '--yes'])).code).toBe(0);
  await start.press('Enter');
  await expect.poll(() => app.state('recorder')).toBe('running');
  await expect(start).toBeHidden();
});
