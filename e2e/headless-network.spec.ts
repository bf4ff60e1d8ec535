/** The page of a network of three IRC servers, two of them elsewhere: who is behind whom, and what is done about it from there. */
import { join } from 'node:path';
import { violationsOn } from './app/axe.ts';
import { StandaloneIrcd } from './app/standalone-ircd.ts';
import { IrcClient } from './clients/irc-client.ts';
import { expect, test } from './fixtures.ts';

/** A block of `[[ircd.link]]`; `call` says where the server is. */
const link = (name: string, call = '') =>
  `[[ircd.link]]\nname = "${name}"\npassword = "sesame"\nhub = ["*.test"]\n${call}\n`;
const at = (port: number) => `host = "127.0.0.1"\nport = ${port}\nautoconnect = true`;

test.use({
  sharedApp: 'everyday',
  config: `
[ircd]
server_name = "here.test"
listen = [{ host = "127.0.0.1", port = 0 }, { host = "127.0.0.1", port = 0, protocol = "p10" }]
${link('hub.test')}
# Nobody listens at the first port of a machine.
${link('lost.test', 'host = "127.0.0.1"\nport = 1')}
`,
});

test('servers are seen as a graph and as a table, and are split and connected from there', async ({
  app,
  folder,
}) => {
  const { page } = app;
  const client = await IrcClient.connect(await app.startDaemon('ircd'), 'ann');
  const { port } = await app.listener('ircd', 'p10');
  const calls = link('here.test', at(port));
  const hub = await StandaloneIrcd.start(join(folder, 'hub'), 'hub.test', 2, calls + link('leaf.test'));
  const leaf = await StandaloneIrcd.start(
    join(folder, 'leaf'),
    'leaf.test',
    3,
    link('hub.test', at(hub.listener('p10').port)),
  );
  try {
    const others = [
      await IrcClient.connect(hub.listener('irc'), 'bob'),
      await IrcClient.connect(leaf.listener('irc'), 'cy'),
      await IrcClient.connect(leaf.listener('irc'), 'dee'),
    ];
    for (const one of [client, ...others]) await one.join('#all');

    await app.open('/daemon/ircd/network');
    const graph = page.getByRole('tree', { name: 'Network as a graph' });
    const node = (name: string) => graph.getByRole('treeitem', { name });
    await expect(node('leaf.test linked, 2 users')).toHaveAttribute('aria-level', '3');
    await expect(node('hub.test linked, 1 user lag')).toHaveAttribute('aria-level', '2');
    await expect(node('here.test here, 1 user')).toHaveAttribute('aria-level', '1');
    await expect(node('lost.test waiting')).toHaveAttribute('aria-level', '2');
    const row = (name: string) =>
      page.getByRole('grid', { name: 'Network' }).getByRole('row').filter({ hasText: name });
    await expect(row('leaf.test')).toContainText('hub.test');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
      expect(await violationsOn(page, colorScheme), `in the ${colorScheme} theme`).toEqual([]);
    }

    // By keys: to the one behind this one, its drawer, and back.
    await node('here.test').focus();
    await page.keyboard.press('ArrowRight');
    await expect(node('hub.test')).toBeFocused();
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('region', { name: 'hub.test', exact: true });
    await expect(drawer.getByRole('heading', { name: 'hub.test' })).toBeFocused();
    await expect(drawer).toContainText('signalbox');
    await expect(drawer).toContainText('Burst');
    await page.keyboard.press('Escape');
    await expect(node('hub.test')).toBeFocused();

    // The question says whom a split takes away; the server calls again by itself.
    await page.keyboard.press('.');
    await page.getByRole('menuitem', { name: 'Squit', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'squit' });
    await expect(dialog).toContainText('Splits 3 users on 2 servers.');
    await dialog.getByRole('button', { name: 'Run squit' }).click();
    await expect(dialog).toContainText('Done');
    await expect
      .poll(() => client.lines.filter((line) => / QUIT .*here\.test hub\.test/.test(line)).length)
      .toBe(3);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect(node('leaf.test linked, 2 users')).toBeVisible();

    // One that cannot be linked says why.
    // By a key: rows move while the server that was split off comes back.
    await node('lost.test').focus();
    await page.keyboard.press('Enter');
    await page
      .getByRole('region', { name: 'lost.test', exact: true })
      .getByRole('button', { name: 'Connect' })
      .click();
    await page.getByRole('dialog', { name: 'connect' }).getByRole('button', { name: 'Run connect' }).click();
    await page.getByRole('dialog', { name: 'connect' }).getByRole('button', { name: 'Close' }).click();
    await expect(node('lost.test failed: cannot connect to 127.0.0.1:1')).toBeVisible();

    // All of it stands on the strip above the charts, from the recorder too.
    await app.open('/daemon/ircd/live');
    const strip = page.getByRole('region', { name: 'Events' });
    const kinds = async () => (await app.request('marks.query', { from: 0, to: Date.now() })).marks;
    await expect.poll(async () => (await kinds()).map(({ kind }) => kind)).toContain('unreachable');
    expect((await kinds()).map(({ kind }) => kind)).toEqual(expect.arrayContaining(['split', 'linked']));
    await page.reload();
    await expect(strip.getByRole('link', { name: /failed link|events/ }).last()).toBeVisible();
    for (const one of [client, ...others]) one.quit();
  } finally {
    await leaf.stop();
    await hub.stop();
  }
});
