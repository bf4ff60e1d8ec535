// @vitest-environment happy-dom
/** What the window shows: for the host of the address the sign-in form where it asks for a token, else its pages. */
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { App } from './app.tsx';
import type { HostSession } from './client/host-session.ts';
import { setLook } from './look/look.ts';
import { Hosts } from './model/hosts.ts';
import { testScreen } from './model/test-screen.ts';
import { goTo, pass, type TestWindow, testWindow } from './model/test-window.tsx';
import { startWindow } from './start-window.tsx';

const session = { who: async () => null } as unknown as HostSession;
let window: TestWindow;
beforeEach(async () => {
  vi.useFakeTimers();
  testScreen();
  window = await testWindow({ session });
});
afterEach(async () => {
  cleanup();
  window.close();
  setLook({ theme: 'system' });
  document.body.replaceChildren();
  await goTo('');
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function show(hash = '#/h/a') {
  await goTo(hash);
  const shown = render(<App hosts={window.hosts} />);
  await pass(0);
  return shown;
}
const signIn = () => screen.queryByRole('heading', { name: 'Sign in to Signalbox' });
const pages = () => screen.queryByRole('heading', { level: 1, name: /^Overview/ });

describe('the window', () => {
  it('shows the pages of its host', async () => {
    await show();
    expect(pages()).not.toBeNull();
    expect(signIn()).toBeNull();
  });

  it('asks for the token in place of them where the one host wants it', async () => {
    await show();
    act(() => window.connect({ phase: 'signed-out' }));
    expect(signIn()).not.toBeNull();
    expect(screen.queryByRole('navigation')).toBeNull();
    act(() => window.connect({ phase: 'connected' }));
    await pass(0);
    expect(signIn()).toBeNull();
  });

  it('keeps the way to the other hosts where one of several wants a token', async () => {
    await window.addHost('b', { session });
    act(() => window.connect({ phase: 'signed-out' }));
    await show();
    expect(screen.queryAllByRole('navigation').length).toBeGreaterThan(0);
  });

  it('has nothing to ask in the desktop app, which has no session', async () => {
    window.close();
    window = await testWindow();
    act(() => window.connect({ phase: 'signed-out' }));
    await show();
    expect(signIn()).toBeNull();
  });

  it('shows the host that the address names, and the first where it names none that is there', async () => {
    const other = await window.addHost('b', { session });
    act(() => other.connect({ phase: 'lost', since: 0, retryAt: 0 }));
    await show('#/h/b');
    expect(document.title).toBe('Overview on host b – Signalbox');
    await goTo('#/h/nowhere');
    expect(document.title).not.toContain('host b');
  });

  it('shows nothing without a host', () => {
    const { container } = render(<App hosts={new Hosts()} />);
    expect(container.textContent).toBe('');
  });

  it('draws everything anew in another theme, until it is closed', async () => {
    const { unmount } = await show();
    const redraw = vi.spyOn(window.hosts.screen.draw, 'redrawAll');
    act(() => setLook({ theme: 'dark' }));
    expect(redraw).toHaveBeenCalledTimes(1);
    unmount();
    act(() => setLook({ theme: 'light' }));
    expect(redraw).toHaveBeenCalledTimes(1);
  });
});

describe('the entry of the window', () => {
  it('cannot begin on a page without a place for it', () => {
    expect(() => startWindow([window.access])).toThrow(/no element with the id root/);
  });

  it('shows the first of its hosts, writes it into the address and follows the theme', async () => {
    window.close();
    const root = document.createElement('div');
    root.id = 'root';
    document.body.append(root);
    setLook({ theme: 'dark' });
    const whenIdle = vi.fn();
    vi.stubGlobal('requestIdleCallback', whenIdle);
    await act(async () => {
      startWindow([window.access]);
      window.connect({ phase: 'connected' });
      await vi.advanceTimersByTimeAsync(0);
    });
    expect(location.hash).toBe('#/h/a');
    expect(pages()).not.toBeNull();
    expect(document.documentElement.dataset.theme).toBe('dark');
    // The code of all pages comes once there is nothing else to do.
    expect(whenIdle).toHaveBeenCalledOnce();
    vi.unstubAllGlobals();
  });
});
