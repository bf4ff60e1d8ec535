/**
 * A daemon of which the window knows nothing but its manifest makes instruments while it runs: they are in window, command
 * line, /metrics and history, and one that is closed goes.
 */
import { expect, test } from './fixtures.ts';

test.use({ config: '', exactConfig: true, program: ['main/headless/test-fixtures/serve-workshop.ts'] });

/** As the manifest says, and as the window calls a kind of which it says nothing. */
const TITLES = {
  queue: 'Benches',
  pool: 'Pools',
  slab: 'Slabs',
  cache: 'Caches',
  batcher: 'Batchers',
  breaker: 'Breakers',
  limiter: 'Limiters',
  correlation: 'Correlation tables',
  connections: 'Connection pools',
} as const;

const idOf = (kind: string, metric = 'held') =>
  `signalbox_workshop_${kind}_${metric}{${kind}="first ${kind}"}`;

test('instruments that a daemon makes are found everywhere, and are gone when it closes them', async ({
  app,
  appHost,
}) => {
  await app.request('daemon.start', { id: 'workshop' });
  const run = (command: string, kind: string, name: string) =>
    app.request('command.run', { daemon: 'workshop', command, args: { kind, name } });
  const { page } = app;
  await app.open('/daemon/workshop');
  await expect(page.getByText('All metrics')).toBeVisible();
  await expect(page.getByRole('region', { name: TITLES.queue })).toBeHidden();

  for (const kind of Object.keys(TITLES)) await run('open', kind, `first ${kind}`);
  await run('open', 'queue', 'second queue');
  for (const [kind, title] of Object.entries(TITLES)) {
    const row = page.getByRole('region', { name: title }).getByRole('row', { name: `first ${kind}` });
    await expect(row).toContainText('4 KiB');
  }
  const benches = page.getByRole('region', { name: TITLES.queue });
  await expect(benches.getByRole('row')).toHaveCount(3);
  await expect(benches.getByRole('columnheader')).toHaveText(['Name', 'Held', 'Uses', 'Last minute']);
  await expect(benches.getByRole('img', { name: 'Held of first queue in the last minute' })).toBeVisible();

  await page.getByText('All metrics').click();
  await expect(page.getByRole('rowheader', { name: idOf('cache') })).toBeVisible();

  await expect
    .poll(async () => (await app.cli(['metrics', 'workshop'])).stdout)
    .toContain(idOf('breaker', 'uses_total'));

  const ready = 'ready' in appHost ? appHost.ready : null;
  const scrape = async () => {
    const headers = { authorization: `Bearer ${ready?.token}` };
    return await (await fetch(`${ready?.url}metrics`, { headers })).text();
  };
  await expect.poll(scrape).toContain(`${idOf('limiter')} 4096\n`);

  await app.open('/history?source=workshop');
  await page.getByRole('button', { name: /^Metrics/ }).click();
  await page.getByRole('searchbox').fill('pool held');
  // It follows the address of the page, a moment after the click.
  const pool = page.getByRole('checkbox', { name: /Pool held \(first pool\)/i });
  await pool.click();
  await expect(pool).toBeChecked();
  await page.keyboard.press('Escape');
  await expect(page.getByText('Pool held (first pool)').first()).toBeVisible();

  const equip = (kind: string, name: string, used: number) =>
    app.request('command.run', { daemon: 'workshop', command: 'equip', args: { kind, name, used } });
  await equip('pool', 'hashes', 5);
  await equip('correlation', 'calls', 85);
  await equip('breaker', 'services', 100);
  await app.request('command.run', { daemon: 'workshop', command: 'toil', args: { title: 'Sorting' } });
  await app.open('/pools?daemon=workshop');
  const pools = page.getByRole('table', { name: 'Pools and queues' });
  const names = pools.getByRole('rowheader');
  // What needs a person stands on top, whatever its kind is.
  await expect(names.nth(0)).toHaveText('services');
  await expect(names.nth(1)).toHaveText('calls');
  await expect(pools.getByRole('row', { name: /^services/ })).toContainText('open');
  await expect(pools.getByRole('row', { name: /^calls/ })).toContainText('85 of 100');
  await expect(pools.getByRole('row', { name: /^hashes/ })).toContainText('5 of 100');
  await expect(page.getByRole('contentinfo')).toContainText('Sorting: halfway, 50 %');
  const calls = { daemon: 'workshop', kind: 'correlation', name: 'calls', depth: 85, highWater: 85 };
  await expect
    .poll(async () => JSON.parse((await app.cli(['pools', '--json'])).stdout))
    .toContainEqual(expect.objectContaining(calls));
  expect((await app.cli(['tasks'])).stdout).toMatch(/workshop:1 +Sorting: halfway, 50 % +yes/);
  await page.getByRole('button', { name: 'Cancel Sorting' }).click();
  await expect(page.getByRole('region', { name: 'Running tasks' })).toBeHidden();

  await app.open('/daemon/workshop');
  await expect(names.nth(0)).toHaveText('services');
  await expect(pools.getByRole('row', { name: /^hashes/ })).toBeVisible();
  await run('close', 'queue', 'first queue');
  await expect(benches.getByRole('row', { name: 'first queue' })).toBeHidden();
  await expect(benches.getByRole('row', { name: 'second queue' })).toBeVisible();
  await expect.poll(scrape).not.toContain(idOf('queue'));
  expect(await scrape()).toContain('signalbox_workshop_queue_held{queue="second queue"}');
});
