// @vitest-environment happy-dom
/** The single keys of the window: where they lead, when they do nothing, and the list of them. */
import { fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { key, pass } from '../model/test-window.tsx';
import { LifecycleMenu } from '../overview/lifecycle-menu.tsx';
import { closePalette, paletteStore } from '../palette/palette-store.ts';
import { goTo, type TestPage, testPage } from '../ui/test-page.tsx';
import { GlobalKeys } from './global-keys.tsx';
import { keyChoice, setSingleKeys, storedKeyChoice } from './key-choice.ts';
import { closeKeyList, keyListStore } from './key-list-store.ts';
import { KEY_TABLE } from './key-table.ts';
import { keysDialog } from './keys-part.ts';

let page: TestPage;
beforeEach(async () => {
  await keysDialog.load();
  vi.useFakeTimers();
});
afterEach(async () => {
  closeKeyList();
  closePalette();
  page.close();
  await goTo('');
  setSingleKeys(true);
  vi.useRealTimers();
});

async function open(hash = '#/h/a', options?: Parameters<typeof testPage>[0]): Promise<void> {
  page = await testPage(options);
  await goTo(hash);
  page.show(
    <>
      <GlobalKeys />
      <main>
        <input type="search" aria-label="Filter people" defaultValue="ann" />
        <input type="checkbox" aria-label="All" />
        <textarea aria-label="Text" />
        <select aria-label="Choice" />
        <p contentEditable suppressContentEditableWarning>
          Free
        </p>
        <table>
          <tbody>
            <tr>
              <td>
                <a href="#/h/a/x">ann</a>
              </td>
              <td>
                <button type="button" aria-haspopup="menu" onClick={opened}>
                  Actions of ann
                </button>
              </td>
            </tr>
            <tr tabIndex={0} aria-label="bob">
              <td>
                <button type="button">Drop bob</button>
              </td>
            </tr>
          </tbody>
        </table>
        <button type="button">Outside</button>
      </main>
    </>,
  );
}
const opened = vi.fn();
const body = () => document.body;
const hint = () => screen.getByRole('status', { name: 'Go to' }).textContent;

describe('g and a letter', () => {
  test.each([
    ['o', '#/h/a'],
    ['a', '#/h/a/audit'],
    ['l', '#/h/a/daemon/main/logs'],
    ['t', '#/h/a/pools'],
    ['h', '#/h/a/history'],
    ['s', '#/h/a/settings'],
  ])('g %s leads to %s', async (letter, hash) => {
    await open('#/h/a/daemon');
    await key(body(), 'g');
    expect(await key(body(), letter)).toBe(false);
    expect([location.hash, hint()]).toEqual([hash, '']);
  });

  it('leads to the logs of the daemon whose page is shown', async () => {
    await open('#/h/a/daemon/d/config');
    await key(body(), 'g');
    await key(body(), 'l');
    expect(location.hash).toBe('#/h/a/daemon/d/logs');
  });

  it('shows where letters lead until one was pressed, any other key, or the mouse', async () => {
    await open();
    for (const end of [
      () => key(body(), 'z'),
      () => key(body(), 'Escape'),
      async () => void fireEvent.pointerDown(body()),
    ]) {
      await key(body(), 'g');
      expect(hint()).toMatch(/^Go tooOverviewaAuditlLogstTaskshHistorysSettings$/);
      await end();
      await pass(0);
      expect(hint()).toBe('');
      await key(body(), 'o');
    }
    expect(location.hash).toBe('#/h/a');
  });

  it('offers no page that would be refused', async () => {
    await open('#/h/a', { info: { role: 'viewer' } });
    await key(body(), 'g');
    expect(hint()).not.toContain('Audit');
    await key(body(), 'a');
    expect(location.hash).toBe('#/h/a');
  });
});

describe('what a page has', () => {
  it('/ goes to its filter with what is in it selected, else to the palette', async () => {
    await open();
    expect(await key(body(), '/')).toBe(false);
    const field = screen.getByLabelText<HTMLInputElement>('Filter people');
    expect([document.activeElement === field, field.selectionEnd]).toEqual([true, 3]);
    field.blur();
    field.remove();
    await key(body(), '/');
    expect(paletteStore.getState().isOpen).toBe(true);
  });

  it('. opens the actions of the row that has the focus', async () => {
    await open();
    opened.mockClear();
    screen.getByRole('link', { name: 'ann' }).focus();
    await key(document.activeElement!, '.');
    expect([opened.mock.calls.length, document.activeElement?.textContent]).toEqual([1, 'Actions of ann']);
    screen.getByRole('row', { name: 'bob' }).focus();
    await key(document.activeElement!, '.');
    expect(document.activeElement?.textContent).toBe('Drop bob');
  });

  it('. opens those of the page where no row has the focus, and nothing where it has none', async () => {
    await open();
    opened.mockClear();
    screen.getByRole('button', { name: 'Outside' }).focus();
    await key(document.activeElement!, '.');
    expect(document.activeElement?.textContent).toBe('Outside');
    screen.getByRole('button', { name: 'Actions of ann' }).setAttribute('data-page-actions', '');
    await key(document.activeElement!, '.');
    expect(opened).toHaveBeenCalledOnce();
  });

  it('. opens the actions of the daemon whose page it is; its one button is only gone to', async () => {
    page = await testPage();
    page.show(
      <main>
        <GlobalKeys />
        <LifecycleMenu id="d" />
      </main>,
    );
    await key(body(), '.');
    await pass(100);
    expect(screen.getByRole('menu', { name: 'Actions of d' })).toBeTruthy();
    await key(document.activeElement!, 'Escape');
    await pass(100);
    page.request.mockClear();
    await page.daemonIs({ state: 'stopped' });
    await key(body(), '.');
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Start d');
    expect(page.asked()).not.toContain('daemon.start');
  });
});

describe('the list of all keys', () => {
  it('opens by ?, has every entry of the table, and goes with the page', async () => {
    await open();
    await key(body(), '?', { shiftKey: true });
    await pass(100);
    const dialog = screen.getByRole('dialog', { name: 'Keys' });
    const listed = [...dialog.querySelectorAll('kbd')].map((one) => one.textContent);
    expect(listed.toSorted()).toEqual(KEY_TABLE.map(({ keys }) => keys).toSorted());
    for (const { does } of KEY_TABLE) expect(within(dialog).getAllByText(does).length).toBeGreaterThan(0);
    await goTo('#/h/a/audit');
    await pass(100);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('is asked for anew where its code could not be fetched', async () => {
    await open();
    const load = vi.spyOn(keysDialog, 'load').mockRejectedValueOnce(new Error('gone'));
    await key(body(), '?', { shiftKey: true });
    await pass(100);
    expect([screen.queryByRole('dialog'), keyListStore.getState().isOpen]).toEqual([null, false]);
    await key(body(), '?', { shiftKey: true });
    await pass(100);
    expect([screen.queryByRole('dialog') === null, load.mock.calls.length]).toEqual([false, 2]);
    load.mockRestore();
  });
});

describe('keys that mean something else', () => {
  const nothing = async (target: Element, init: KeyboardEventInit = {}) => {
    for (const name of ['g', '/', '.', '?']) {
      const free = await key(target, name, init);
      expect([free, hint(), paletteStore.getState().isOpen], name).toEqual([true, '', false]);
    }
  };

  it('do nothing while somebody types', async () => {
    await open();
    for (const name of ['Filter people', 'Text', 'Choice']) await nothing(screen.getByLabelText(name));
    await nothing(screen.getByText('Free'));
    await key(screen.getByLabelText('All'), 'g');
    expect(hint()).not.toBe('');
  });

  it('do nothing with a modifier, held down, or in the middle of a composed letter', async () => {
    await open();
    for (const init of [
      { ctrlKey: true },
      { metaKey: true },
      { altKey: true },
      { repeat: true },
      { isComposing: true },
    ])
      await nothing(body(), init);
  });

  it('do nothing while a dialog or a menu is open', async () => {
    await open();
    const above = document.createElement('div');
    document.body.append(above);
    for (const role of ['dialog', 'alertdialog', 'menu']) {
      above.setAttribute('role', role);
      await nothing(body());
    }
    above.remove();
  });

  it('do nothing once they are turned off, which is remembered, as is that they are on', async () => {
    await open();
    setSingleKeys(false);
    await pass(0);
    await nothing(body());
    expect([storedKeyChoice(), keyChoice.getState().singleKeys]).toEqual([false, false]);
    setSingleKeys(true);
    await pass(0);
    expect(storedKeyChoice()).toBe(true);
    await key(body(), 'g');
    expect(hint()).not.toBe('');
  });
});
