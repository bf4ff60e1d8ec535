// @vitest-environment happy-dom
/** Light and dark: what was chosen on this machine, and what the system says. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const system = { matches: false, change: () => {}, asked: '' };
beforeEach(() => {
  vi.resetModules();
  localStorage.clear();
  delete document.documentElement.dataset.theme;
  system.matches = false;
  vi.stubGlobal('matchMedia', (query: string) => {
    system.asked = query;
    return {
      get matches() {
        return system.matches;
      },
      addEventListener: (type: string, listener: () => void) => {
        if (type === 'change') system.change = listener;
      },
    };
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const start = async () => {
  const theme = await import('./theme.ts');
  theme.startTheme();
  return theme;
};
const shown = () => document.documentElement.dataset.theme;

it('is that of the system until another is chosen', async () => {
  const { themeStore } = await start();
  expect(system.asked).toBe('(prefers-color-scheme: dark)');
  expect([shown(), themeStore.getState()]).toEqual(['light', { theme: 'system', shown: 'light' }]);
  system.matches = true;
  system.change();
  expect([shown(), themeStore.getState()]).toEqual(['dark', { theme: 'system', shown: 'dark' }]);
});

it('is the one that was chosen, whatever the system says, also the next time', async () => {
  const { setTheme, themeStore } = await start();
  setTheme('dark');
  expect([shown(), localStorage.getItem('signalbox.theme')]).toEqual(['dark', 'dark']);
  system.change();
  expect([shown(), themeStore.getState().theme]).toEqual(['dark', 'dark']);
  vi.resetModules();
  expect((await start()).themeStore.getState()).toEqual({ theme: 'dark', shown: 'dark' });
  (await start()).setTheme('system');
  expect(shown()).toBe('light');
});

it('is that of the system where something else was kept', async () => {
  localStorage.setItem('signalbox.theme', 'purple');
  expect((await start()).themeStore.getState().theme).toBe('system');
});

it('can be chosen for as long as the page lasts where nothing may be kept', async () => {
  const forbidden = () => {
    throw new Error('no storage');
  };
  vi.stubGlobal('localStorage', { getItem: forbidden, setItem: forbidden });
  const { setTheme, themeStore } = await start();
  expect(themeStore.getState().theme).toBe('system');
  setTheme('dark');
  expect(shown()).toBe('dark');
});
