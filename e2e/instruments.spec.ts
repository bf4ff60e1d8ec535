/** What shipped daemons have many of stands on their Live pages and on one page over all of them, in both hosts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_CONFIG } from './app/config.ts';
import { expect, test } from './fixtures.ts';

// With the keeper of messages, which is there where something is kept.
const CONFIG = `${DEFAULT_CONFIG}
[ircd.history]
keep_minutes = 60
`;
test.use({ sharedApp: 'everyday', config: CONFIG });

/** What docs/pools.md says that each process has, as `process kind name`. */
function documented(host: 'electron' | 'headless', daemons: readonly string[]): string[] {
  const page = readFileSync(join(import.meta.dirname, '../docs/pools.md'), 'utf8');
  const table = page.slice(page.indexOf('| process | name | kind | it is |')).split('\n').slice(2);
  const rows = table.map((line) => line.split('|').map((cell) => cell.trim()));
  return rows
    .slice(
      0,
      rows.findIndex(([, process]) => process === undefined),
    )
    .flatMap(([, process, names, kind]) => {
      const owners =
        {
          'every process': [...daemons, 'main'],
          'every daemon': daemons,
          'main, headless': host === 'headless' ? ['main'] : [],
          // Where a Keycloak is configured, and once somebody has asked for something.
          'services with Keycloak': [],
          'services in use': [],
        }[process!] ?? process!.split(', ');
      return owners.flatMap((owner) => names!.split(', ').map((name) => `${owner} ${kind} ${name}`));
    });
}

test('the cache of host names and the queue of queries stand on the pages of their daemons, and on one for all', async ({
  app,
}) => {
  await app.startDaemon('ircd');
  await app.open('/daemon/ircd');
  const dns = app.page
    .getByRole('table', { name: 'Pools and queues' })
    .getByRole('row', { name: /^dns cache/ });
  await expect(dns).toContainText(/\d of [\d,.]+k?/);

  await app.open('/daemon/recorder');
  const instruments = app.page.getByRole('region', { name: 'Instruments' });
  // The window itself has asked for the minutes before it was opened.
  await expect(instruments.getByRole('row', { name: /^queries/ })).toContainText(/\d (ms|µs)/);

  // All of them on one page, which the keyboard finds too.
  await app.page.keyboard.press('ControlOrMeta+k');
  await expect(app.page.getByRole('combobox', { name: 'Command palette' })).toBeFocused();
  await app.page.keyboard.type('pools');
  await expect(app.page.getByRole('option').first()).toContainText('Pools and queues');
  await app.page.keyboard.press('Enter');
  await expect(app.page.getByRole('heading', { level: 1 })).toHaveText('Pools and queues');
  const all = app.page.getByRole('table', { name: 'Pools and queues' });
  await expect(all.getByRole('row', { name: /^queries recorder/ })).toBeVisible();
  await expect(all.getByRole('row', { name: /^dns ircd/ })).toBeVisible();
  await app.page.getByRole('combobox', { name: 'Daemon' }).selectOption('ircd');
  await expect(all.getByRole('row', { name: /^queries/ })).toBeHidden();
  expect(new URL(app.page.url()).hash).toMatch(/pools\?daemon=ircd$/);
});

test('what the page of operators says there is, is what processes have, and nothing else', async ({
  app,
  host,
}) => {
  for (const id of ['ircd', 'relay']) await app.startDaemon(id);
  for (const id of ['objects', 'services']) await app.cliJson(['start', id]);
  const daemons = ['ircd', 'relay', 'objects', 'accounts', 'messages', 'services', 'recorder'];
  // What is there with a setting alone has a test with that setting, such as io-threads.spec.ts.
  // Electron takes a message to a process of its own at once and does not tell when it went on; the others run on Node.
  const told = documented(host, daemons).filter(
    (one) =>
      !one.includes(' with `') &&
      (host === 'headless' ||
        !/^(ircd|relay|objects) queue link to main$|^main queue link to (ircd|relay|objects)$/.test(one)),
  );
  const shown = async () => {
    const rows = JSON.parse((await app.cli(['pools', '--json'])).stdout) as Record<string, string>[];
    return rows.map(({ daemon, kind, name }) => `${daemon} ${kind} ${name}`).sort();
  };
  // Each link of ircd has a queue of its own while it stands.
  told.push('ircd queue bytes to services.signalbox.local');
  await expect.poll(shown).toEqual(told.sort());
  await app.open('/pools');
  const all = app.page.getByRole('table', { name: 'Pools and queues' });
  await expect(all.getByRole('row', { name: /^send queue bytes ircd/ })).toBeVisible();
  await expect(all.getByRole('row', { name: /^log file bytes main/ })).toBeVisible();
});
