// @vitest-environment happy-dom
/** What can be done with a daemon on its page: one button for what its state calls for, the rest in a menu. */
import { act, fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import type { DaemonSnapshot } from '../../contract/states.ts';
import { pass } from '../model/test-window.tsx';
import { isOff, press, type TestPage, testPage } from '../ui/test-page.tsx';
import { LifecycleMenu } from './lifecycle-menu.tsx';

let page: TestPage;
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  page.close();
  vi.useRealTimers();
});

async function open(options?: Parameters<typeof testPage>[0]): Promise<void> {
  page = await testPage(options);
  page.show(<LifecycleMenu id="d" />);
}
const buttons = () => screen.queryAllByRole('button').map((one) => one.getAttribute('aria-label'));
const trigger = () => screen.getByRole('button', { name: 'Actions of d' });
const inMenu = () => screen.queryAllByRole('menuitem').map((one) => one.getAttribute('aria-label'));
async function openMenu(): Promise<void> {
  await act(async () => {
    fireEvent.click(trigger());
    await vi.advanceTimersByTimeAsync(100);
  });
}

describe('the page of a daemon', () => {
  test.each<[string, Partial<DaemonSnapshot>, string | null, readonly string[]]>([
    ['stopped', { state: 'stopped' }, 'Start d', []],
    ['running', { state: 'running' }, null, ['Restart d', 'Stop d']],
    ['unresponsive', { state: 'running', unresponsive: true }, 'Restart d', ['Stop d']],
    ['waiting for a restart', { pendingRestart: ['motd'] }, 'Restart d', ['Stop d']],
    ['starting', { state: 'starting' }, null, ['Stop d']],
    ['stopping', { state: 'stopping' }, null, []],
    ['in backoff', { state: 'backoff' }, 'Start d', ['Stop d']],
    ['failed', { state: 'failed' }, 'Start d', []],
  ])('that is %s has a button for what that calls for', async (_, change, called, others) => {
    await open();
    await page.daemonIs(change);
    const more = others.length === 0 ? [] : ['Actions of d'];
    expect(buttons()).toEqual([...(called === null ? [] : [called]), ...more]);
    if (called !== null)
      expect(screen.getByRole('button', { name: called }).className).toContain('bg-accent');
    if (others.length > 0) await openMenu();
    expect(inMenu()).toEqual(others);
  });

  it('asks for what is chosen in the menu', async () => {
    await open();
    await openMenu();
    fireEvent.click(screen.getByRole('menuitem', { name: 'Stop d' }));
    await pass(100);
    expect(page.argsOf('daemon.stop')).toEqual([{ id: 'd' }]);
  });

  it('can do nothing without the host, and offers nothing to who may only look', async () => {
    await open();
    await page.daemonIs({ state: 'backoff' });
    await page.lose();
    const start = screen.getByRole('button', { name: 'Start d' });
    expect([
      isOff(start),
      start.className.includes('bg-accent '),
      (trigger() as HTMLButtonElement).disabled,
    ]).toEqual([true, false, true]);
    await press('Start d');
    expect(page.argsOf('daemon.start')).toEqual([]);
    page.close();
    await open({ info: { role: 'viewer' } });
    expect(buttons()).toEqual([]);
  });
});
