// @vitest-environment happy-dom
/** The sidebar: where it leads, what it says of hosts and daemons, and how it is gone through. */
import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { key, pass } from '../model/test-window.tsx';
import { goTo, press, type TestPage, testPage } from '../ui/test-page.tsx';
import { closedParts, storedClosedParts } from './closed-parts.ts';
import { Sidebar } from './sidebar.tsx';

let page: TestPage;
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(async () => {
  page.close();
  await goTo('');
  localStorage.clear();
  closedParts.setState({ closed: [] });
  vi.useRealTimers();
});

async function open(options?: Parameters<typeof testPage>[0], hash = '#/h/a'): Promise<void> {
  page = await testPage(options);
  await goTo(hash);
  page.show(<Sidebar />);
}
const links = () =>
  screen.getAllByRole('link').map((link) => {
    const here = link.getAttribute('aria-current') === 'page' ? '* ' : '';
    return `${here}${link.textContent} ${link.getAttribute('href')}`;
  });
const here = () =>
  screen
    .getAllByRole('link')
    .filter((link) => link.hasAttribute('aria-current'))
    .map((link) => link.textContent);
const list = (name: string) => within(screen.getByRole('list', { name })).getAllByRole('link');

describe('with one host', () => {
  it('leads to every page by what one comes for, without a level for the host', async () => {
    await open({}, '#/h/a/settings');
    expect(links()).toEqual([
      'Overview #/h/a',
      'd running #/h/a/daemon/d',
      'main #/h/a/daemon/main',
      'Pools and queues #/h/a/pools',
      'History #/h/a/history',
      'Commands of d #/h/a/daemon/d/commands',
      'Audit #/h/a/audit',
      '* Settings #/h/a/settings',
    ]);
    expect(['Daemons', 'Watch', 'Act', 'Record'].map((name) => list(name).length)).toEqual([2, 2, 1, 2]);
    expect(screen.getByTitle('running').className).toBe('text-good');
    expect(screen.queryByText('host a')).toBeNull();
  });

  it('asks ahead what a page will show of the past once somebody points at it for a moment', async () => {
    await open({}, '#/h/a?range=1h');
    const asked = () => page.argsOf('history.query').map((args) => (args as { source: string }).source);
    const link = screen.getByRole('link', { name: 'main' });
    fireEvent.pointerEnter(link);
    await pass(29);
    fireEvent.pointerLeave(link);
    await pass(1_000);
    expect(asked()).toEqual([]);
    act(() => link.focus());
    await pass(30);
    await vi.waitFor(() => expect(asked()).not.toEqual([]));
    expect(new Set(asked())).toEqual(new Set(['main']));
  });

  it('asks nothing ahead where what is live is looked at', async () => {
    await open({}, '#/h/a?range=live');
    act(() => screen.getByRole('link', { name: 'main' }).focus());
    await pass(1_000);
    await vi.dynamicImportSettled();
    expect(page.argsOf('history.query')).toEqual([]);
  });

  test.each([
    ['#/h/a', 'Overview'],
    ['#/h/a/daemon/d/logs', 'd running'],
    ['#/h/a/daemon/d/commands', 'Commands of d'],
    ['#/h/a/daemon/main', 'main'],
    ['#/h/a/history?x=1', 'History'],
    ['#/h/a/settings', 'Settings'],
    ['#/h/b/settings', undefined],
    ['#/h/a/daemon', undefined],
  ])('marks the one page that is shown: at %s %s', async (hash, name) => {
    await open({}, hash);
    expect(here()).toEqual(name === undefined ? [] : [name]);
  });

  it('shows the last state known once the host is gone, and none of a daemon unheard of', async () => {
    await open();
    await page.lose();
    expect(screen.getByTitle('running when last heard of').className).toBe('text-dim');
    expect(links()).toContain('d running when last heard of #/h/a/daemon/d');
    page.close();
    await open({ info: { daemons: [] } });
    expect(links()).toContain('d #/h/a/daemon/d');
  });

  it('offers the audit trail and commands only to those who may', async () => {
    await open({ info: { role: 'viewer' } });
    expect(links().filter((link) => /^(Audit|Commands)/.test(link))).toEqual([]);
    expect(screen.queryByRole('button', { name: 'Act' })).toBeNull();
  });

  it('says of a daemon that runs and does not answer just that', async () => {
    await open();
    await page.daemonIs({ unresponsive: true });
    expect(screen.getByTitle('does not answer').className).toBe('text-warn');
  });

  it('keeps a group closed that was closed, and says then what is worst in it', async () => {
    await open();
    await page.daemonIs({ state: 'failed' });
    expect(screen.getByRole('button', { name: 'Daemons' })).toBeTruthy();
    await press('Daemons');
    expect(screen.queryByRole('list', { name: /^Daemons/ })).toBeNull();
    const closed = screen.getByRole('button', { name: 'Daemons d: failed' });
    expect(closed.getAttribute('aria-expanded')).toBe('false');
    expect(storedClosedParts()).toEqual(['daemons']);
  });

  it('opens everything where what was remembered is something else', async () => {
    await open();
    for (const text of ['{"a"', '{"a":1}', '[1]']) {
      localStorage.setItem('signalbox.sidebar.closed', text);
      expect(storedClosedParts()).toEqual([]);
    }
  });
});

describe('with several hosts', () => {
  it('is a tree: each host leads to its Overview and has its daemons below it', async () => {
    await open({ twoHosts: true }, '#/h/a/history');
    expect(links()).toEqual([
      'host a running #/h/a',
      'd running #/h/a/daemon/d',
      'main #/h/a/daemon/main',
      'host b running #/h/b',
      'd running #/h/b/daemon/d',
      'main #/h/b/daemon/main',
      'Pools and queues #/h/a/pools',
      '* History #/h/a/history',
      'Commands of d #/h/a/daemon/d/commands',
      'Audit #/h/a/audit',
      'Settings #/h/a/settings',
    ]);
    expect(list('Daemons on host b')).toHaveLength(2);
    expect(screen.getByRole('list', { name: 'Watch on host a' })).toBeTruthy();
  });

  it('rolls the worst state of what is below up to each host, with the names', async () => {
    await open({ twoHosts: true });
    const mark = () => screen.getByRole('link', { name: /^host a/ }).querySelector('span[title]');
    expect([mark()?.getAttribute('title'), mark()?.className]).toEqual(['running', 'text-good']);
    await page.daemonIs({ state: 'backoff' });
    expect([mark()?.getAttribute('title'), mark()?.className]).toEqual(['d: backoff', 'text-warn']);
    await page.daemonIs({ state: 'failed' });
    expect([mark()?.getAttribute('title'), mark()?.className]).toEqual(['d: failed', 'text-bad']);
    // Stopped on purpose: the other one, which runs, says how the host is.
    await page.daemonIs({ state: 'stopped' });
    expect(mark()?.getAttribute('title')).toBe('running');
    await act(async () => page.connect({ phase: 'signed-out' }));
    expect(mark()?.getAttribute('title')).toBe('signed out');
    await page.lose();
    expect([mark()?.getAttribute('title'), mark()?.className]).toEqual(['Connection lost', 'text-bad']);
    expect(screen.getByRole('link', { name: /^host b/ }).textContent).toBe('host b running');
  });

  it('folds a host away, its worst state stays', async () => {
    await open({ twoHosts: true });
    await press('Daemons of host b');
    expect(screen.queryByRole('list', { name: 'Daemons on host b' })).toBeNull();
    expect(links()).toContain('host b running #/h/b');
    expect(closedParts.getState().closed).toEqual(['host b']);
    await press('Daemons of host b');
    expect(list('Daemons on host b')).toHaveLength(2);
  });
});

describe('by keys', () => {
  const at = () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent;
  const go = async (name: string) => {
    await key(document.activeElement!, name);
    return at();
  };

  it('arrows go through all that is shown, to the first and to the last', async () => {
    await open();
    screen.getByRole('link', { name: 'Overview' }).focus();
    expect(await go('ArrowUp')).toBe('Overview');
    expect(await go('ArrowDown')).toBe('Daemons');
    expect(await go('ArrowDown')).toBe('d running');
    expect(await go('End')).toBe('Settings');
    expect(await go('ArrowDown')).toBe('Settings');
    expect(await go('Home')).toBe('Overview');
    // What is asked of the browser or the system stays so.
    expect(await key(document.activeElement!, 'ArrowDown', { altKey: true })).toBe(true);
    expect([at(), await key(document.activeElement!, 'x')]).toEqual(['Overview', true]);
  });

  it('left goes up to the host and closes it, right opens it and goes in', async () => {
    await open({ twoHosts: true });
    list('Daemons on host b')[0]?.focus();
    expect(await go('ArrowLeft')).toBe('host b running');
    expect(await go('ArrowLeft')).toBe('host b running');
    expect(closedParts.getState().closed).toEqual(['host b']);
    expect(await go('ArrowRight')).toBe('host b running');
    expect(closedParts.getState().closed).toEqual([]);
    expect(await go('ArrowRight')).toBe('d running');
    expect(list('Daemons on host b')[0]).toBe(document.activeElement);
  });

  it('left goes from a page to its group and closes that', async () => {
    await open();
    list('Record')[0]?.focus();
    expect(await go('ArrowLeft')).toBe('Record');
    expect(await go('ArrowLeft')).toBe('Record');
    expect(closedParts.getState().closed).toEqual(['record']);
  });
});
