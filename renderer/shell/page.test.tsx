// @vitest-environment happy-dom
/** Which page stands at which address, and the frame around it. */
import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest';
import type { HostSession } from '../client/host-session.ts';
import { daemon } from '../model/test-host.ts';
import { pass } from '../model/test-window.tsx';
import { recordCanvases } from '../samples/test-canvas.ts';
import { goTo, press, type TestPage, testPage } from '../ui/test-page.tsx';
import { loadPages, Page } from './page.tsx';
import { Shell } from './shell.tsx';

let page: TestPage;
beforeAll(loadPages);
beforeEach(() => {
  vi.useFakeTimers();
  recordCanvases();
  vi.stubGlobal('Path2D', class {});
});
afterEach(async () => {
  page.close();
  await goTo('');
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function open(options?: Parameters<typeof testPage>[0]): Promise<void> {
  page = await testPage(options);
  page.answers['audit.query'] = () => ({ ok: true, result: { entries: [], more: false } });
  page.answers['sessions.list'] = () => ({ ok: true, result: { sessions: [] } });
}
const heading = () => screen.getByRole('heading', { level: 1 }).textContent;

describe('the page at an address', () => {
  test.each([
    ['#/', 'Overview'],
    ['#/h/a', 'Overview'],
    ['#/h/a/daemon/d', 'd'],
    ['#/h/a/daemon/main/logs', 'main'],
    ['#/h/a/pools', 'Pools and queues'],
    ['#/h/a/history', 'd'],
    ['#/h/a/audit', 'Audit'],
    ['#/h/a/settings', 'Settings'],
  ])('%s is %s', async (hash, title) => {
    await open();
    await goTo(hash);
    page.show(<Page />);
    expect(heading()).toBe(title);
  });

  test.each([
    ['history', '#/h/a/daemon/d/live?range=1h'],
    ['history?metrics=,', '#/h/a/daemon/d/live?range=1h'],
    ['history?scope=keeper&range=live', '#/h/a/daemon/keeper/live?range=1h'],
    ['history?source=main&metrics=m,n&range=7d', '#/h/a/daemon/main/live?range=7d&metrics=m%2Cn'],
    ['history?source=d&from=1&to=2&back=24h', '#/h/a/daemon/d/live?from=1&to=2&back=24h'],
    ['history?range=banana', '#/h/a/daemon/d/live?range=banana'],
  ])('of history from before leads to the charts of its process: %s', async (before, hash) => {
    await open();
    await goTo(`#/h/a/${before}`);
    page.show(<Page />);
    expect([location.hash, heading()]).toEqual([hash, hash.split('/')[4]]);
  });

  test.each([
    ['#/h/a/nonsense', '#/nonsense'],
    ['#/h/a/daemon', '#/daemon'],
    ['#/h/a/history/more', '#/history/more'],
    ['#/h/a/audit/more', '#/audit/more'],
    ['#/h/a/settings/more', '#/settings/more'],
  ])('%s is none, which is said with the way back', async (hash, said) => {
    await open();
    await goTo(hash);
    page.show(<Page />);
    expect([heading(), screen.getByText(said).textContent]).toEqual(['There is no such page', said]);
    expect(screen.getByRole('link', { name: 'Back to the Overview' }).getAttribute('href')).toBe('#/h/a');
  });

  it('goes on from one tab of a daemon to the next, and begins anew for another daemon', async () => {
    await open();
    await goTo('#/h/a/daemon/d');
    page.show(<Page />);
    const first = screen.getByRole('heading', { level: 1 });
    await goTo('#/h/a/daemon/d/logs');
    expect(screen.getByRole('heading', { level: 1 }) === first).toBe(true);
    await goTo('#/h/a/daemon/keeper/logs');
    expect([heading(), screen.getByRole('heading', { level: 1 }) === first]).toEqual(['keeper', false]);
  });

  it('is none where the window has no such host', async () => {
    await open();
    await goTo('#/h/c/history');
    page.show(<Page />);
    expect([heading(), screen.getByText('c').textContent]).toEqual(['This window has no such host', 'c']);
  });

  it('waits for the host', async () => {
    await open();
    page.model.store.setState({ host: null });
    page.show(<Page />);
    expect(heading()).toBe('Signalbox');
    expect(screen.getByText('Waiting for the host…')).toBeTruthy();
  });

  it('asks for the token where the host wants one, and only where there is a session to open', async () => {
    const session = { who: async () => null } as unknown as HostSession;
    await open({ session });
    await goTo('#/h/a/settings');
    page.show(<Page />);
    expect(screen.queryByLabelText(/token/i)).toBeNull();
    await act(async () => page.connect({ phase: 'signed-out' }));
    expect(screen.getByLabelText(/token/i)).toBeTruthy();
    page.close();
    await open();
    await goTo('#/h/a/settings');
    page.show(<Page />);
    await act(async () => page.connect({ phase: 'signed-out' }));
    expect([heading(), screen.queryByLabelText(/token/i)]).toEqual(['Settings', null]);
  });
});

describe('a page that breaks', () => {
  beforeEach(async () => {
    await open({ info: { daemons: [daemon({ crashes: null as never })] } });
    vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.stubGlobal('onerror', () => true);
    await goTo('#/h/a/daemon/d/crashes');
    page.show(<Page />);
  });

  it('says so with the reason, and is shown again when it is asked to', async () => {
    expect(screen.getByText('This page has a defect and cannot be shown')).toBeTruthy();
    expect(document.body.textContent).toContain('is not iterable');
    await page.daemonIs({});
    expect(screen.queryByRole('heading', { level: 1 })).toBeNull();
    await press('Show it again');
    expect(heading()).toBe('d');
  });

  it('does not break the next one', async () => {
    await goTo('#/h/a/settings');
    expect(heading()).toBe('Settings');
  });
});

describe('the frame of the window', () => {
  beforeEach(async () => {
    await open();
    page.show(<Shell />);
  });

  it('names the product and its version', () => {
    const top = document.querySelector('header');
    expect(top?.textContent).toMatch(/^Signalbox1/);
    act(() => page.model.store.setState({ host: null }));
    expect(top?.textContent).toMatch(/^SignalboxAll daemons/);
  });

  it('says on the button of a menu that is closed what needs a person', async () => {
    await page.daemonIs({ state: 'failed' });
    expect(screen.getByRole('button', { name: 'Open the menu: d: failed' }).title).toBe('d: failed');
  });

  it('lets the keyboard skip to the content', async () => {
    await press('Skip to content');
    expect(document.activeElement).toBe(screen.getByRole('main'));
  });

  it('has the sidebar as a drawer, which goes with the page and by its button', async () => {
    const drawer = () => screen.queryByRole('dialog', { name: 'Signalbox' });
    fireEvent.click(screen.getByRole('button', { name: 'Open the menu' }));
    await pass(100);
    expect(within(drawer()!).getByRole('link', { name: 'Audit' })).toBeTruthy();
    await goTo('#/h/a/settings');
    await pass(100);
    expect(drawer()).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Open the menu' }));
    await pass(100);
    await press('Close the menu');
    await pass(100);
    expect(drawer()).toBeNull();
  });
});
