// @vitest-environment happy-dom
/** What the desktop app asks and says through its window. */
import { act, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { DesktopBridge, FromDesktop, ToDesktop } from '../../contract/window-bridge.ts';
import { pass } from '../model/test-window.tsx';
import { press, type TestPage, testPage } from '../ui/test-page.tsx';
import { LeaveDialog } from './leave-dialog.tsx';

let page: TestPage;
let told: ToDesktop[];
let listeners: Set<(message: FromDesktop) => void>;
beforeEach(async () => {
  vi.useFakeTimers();
  page = await testPage();
  told = [];
  listeners = new Set();
});
afterEach(() => {
  page.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function open() {
  const desktop: DesktopBridge = {
    tell: async (message) => {
      told.push(message);
      return { ok: true, result: null };
    },
    onMessage: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  vi.stubGlobal('signalboxDesktop', desktop);
  return page.show(<LeaveDialog />);
}
const say = (message: FromDesktop) =>
  act(async () => {
    for (const listener of listeners) listener(message);
    await vi.advanceTimersByTimeAsync(0);
  });
const ask = (hide: string | null = 'Keep running') =>
  say({
    type: 'question',
    question: { id: 7, title: 'Quit?', text: 'Disconnects 3.', quit: 'Stop all', hide },
  });
const question = () => screen.queryByRole('alertdialog', { name: 'Quit?' });

it('says that it listens, and that a question is on the screen', async () => {
  open();
  expect(told).toEqual([{ type: 'ready' }]);
  await ask();
  expect(question()?.textContent).toContain('Disconnects 3.');
  expect(told).toEqual([{ type: 'ready' }, { type: 'shown', id: 7 }]);
});

it.each([
  ['Cancel', 'cancel'],
  ['Keep running', 'hide'],
  ['Stop all', 'quit'],
] as const)('answers "%s" with %s, once', async (name, answer) => {
  open();
  await ask();
  await pass(1_000);
  await press(name);
  expect(told.slice(2)).toEqual([{ type: 'answer', id: 7, answer }]);
  await pass(1_000);
  expect(question()).toBeNull();
});

it('offers to go on in the tray only where there is one', async () => {
  open();
  await ask(null);
  expect(screen.getAllByRole('button').map((one) => one.textContent)).toEqual(['Cancel', 'Stop all']);
});

it('takes the question away when it is taken back', async () => {
  open();
  await ask();
  await say({ type: 'question', question: null });
  await pass(1_000);
  expect([question(), told.length]).toEqual([null, 2]);
});

it('shows what the app has to say', async () => {
  open();
  await say({ type: 'notice', text: 'Signalbox goes on in the tray.' });
  expect(page.hosts.screen.store.getState().notices).toMatchObject([
    { host: null, tone: 'info', text: 'Signalbox goes on in the tray.' },
  ]);
  expect(told).toEqual([{ type: 'ready' }]);
});

it('lets go of the app with the window', () => {
  open().unmount();
  expect(listeners.size).toBe(0);
});

it('asks nothing in a browser', () => {
  page.show(<LeaveDialog />);
  expect(question()).toBeNull();
});
