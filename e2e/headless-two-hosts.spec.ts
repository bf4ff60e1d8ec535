/** A window that shows two hosts: it says of everything on which host it is, and acts there. */
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { ROOT } from './app/binaries.ts';
import { expect, test } from './fixtures.ts';

/** Builds the window that has a second way to the host, and returns its script. */
async function scriptOfTwoHosts(): Promise<string> {
  // Much code, which nobody else who reads this file needs.
  const [{ build }, { default: react }] = await Promise.all([import('vite'), import('@vitejs/plugin-react')]);
  const built = await build({
    configFile: false,
    root: join(ROOT, 'renderer'),
    logLevel: 'silent',
    plugins: [react()],
    build: {
      write: false,
      // Whatever page is looked at later is in the one script that takes the place of the window's.
      rolldownOptions: {
        input: join(ROOT, 'renderer/test-two-hosts.tsx'),
        output: { codeSplitting: false },
      },
    },
  });
  const outputs = [built].flat().flatMap((one) => ('output' in one ? one.output : []));
  const script = outputs.find((one) => one.type === 'chunk' && one.isEntry);
  if (script?.type !== 'chunk') throw new Error('the window with two hosts has no script');
  return script.code;
}

/** Names of the requests that the page makes, and the host of each by its socket. */
function requestsOf(page: Page): string[] {
  const asked: string[] = [];
  page.on('websocket', (socket) => {
    const { pathname, searchParams } = new URL(socket.url());
    if (pathname !== '/control') return;
    socket.on('framesent', ({ payload }) => {
      const { name } = JSON.parse(String(payload)) as { readonly name: string };
      asked.push(`${searchParams.get('host') ?? 'local'} ${name}`);
    });
  });
  return asked;
}

test('a window with two hosts names the host of everything, and acts on that host', async ({ app }) => {
  const { page } = app;
  const body = await scriptOfTwoHosts();
  await page.route(/\/assets\/index-[^/]+\.js$/, (route) =>
    route.fulfill({ contentType: 'text/javascript', body }),
  );
  const asked = requestsOf(page);
  await page.reload();

  // An address of before means the first host.
  await expect(page).toHaveTitle('Overview on first – Signalbox');
  await expect(page.getByRole('link', { name: 'ircd stopped' })).toHaveCount(2);
  await page.getByRole('link', { name: 'ircd stopped' }).last().click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('ircd on second');
  await page.getByRole('button', { name: 'Start ircd on second', exact: true }).click();
  await expect(page.getByRole('status').filter({ hasText: ': ircd is running' })).toBeAttached();
  expect(asked).toContain('b daemon.start');
  expect(asked).not.toContain('local daemon.start');

  // Of two that fit alike, the palette offers first what is on the host of the page.
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Command palette' })).toBeFocused();
  await page.keyboard.type('ircd clients');
  await expect(page.getByRole('option').first()).toHaveText(/^ircd clients on second/);
  await page.getByRole('option', { name: /^ircd clients on first/ }).click();
  const dialog = page.getByRole('dialog', { name: 'clients' });
  await expect(dialog).toContainText('ircd on first');
  // What only reads and needs nothing runs at once.
  await expect(dialog.getByText(/^Done in/)).toBeVisible();
  expect(asked.filter((one) => one.endsWith('command.run'))).toEqual(['local command.run']);

  // The same daemon of the other host is another page, and what stands above this one goes with it.
  await app.open('/h/local/daemon/ircd', page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('ircd on first');
  await expect(dialog).toBeHidden();

  // Signed out of a host, the others are still there to go to.
  await app.open('/h/b/settings', page);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByLabel('Access token')).toBeVisible();
  await expect(page.getByRole('link', { name: 'second signed out' })).toBeVisible();
  await page.getByRole('link', { name: /^first/ }).click();
  await expect(page).toHaveURL(/#\/h\/local$/);
});
