// @vitest-environment happy-dom
/** Theme, contrast and density: what was chosen on this machine, and what the system says. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const DARK = '(prefers-color-scheme: dark)';
const CONTRAST = '(prefers-contrast: more)';
const FORCED = '(forced-colors: active)';

/** What the system says, by query. */
const says = new Set<string>();
const listeners: (() => void)[] = [];
const changes = () => {
  for (const listener of listeners) listener();
};
beforeEach(() => {
  vi.resetModules();
  localStorage.clear();
  says.clear();
  listeners.length = 0;
  vi.stubGlobal('matchMedia', (query: string) => ({
    get matches() {
      return says.has(query);
    },
    addEventListener: (type: string, listener: () => void) => {
      if (type === 'change') listeners.push(listener);
    },
  }));
});
afterEach(() => {
  for (const name of ['theme', 'contrast', 'density']) delete document.documentElement.dataset[name];
  localStorage.clear();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const start = async () => {
  const look = await import('./look.ts');
  look.startLook();
  return look;
};
const shown = () => {
  const { theme, contrast, density } = document.documentElement.dataset;
  return [theme, contrast, density];
};

it('is that of the system until another is chosen', async () => {
  await start();
  expect(shown()).toEqual(['light', 'normal', 'compact']);
  says.add(DARK);
  changes();
  expect(shown()).toEqual(['dark', 'normal', 'compact']);
  says.add(CONTRAST);
  changes();
  expect(shown()).toEqual(['dark', 'high', 'compact']);
});

it('is the one that was chosen, whatever the system says, also the next time', async () => {
  const { setLook } = await start();
  setLook({ theme: 'dark', density: 'comfortable' });
  setLook({ contrast: 'high' });
  expect(shown()).toEqual(['dark', 'high', 'comfortable']);
  changes();
  expect(shown()).toEqual(['dark', 'high', 'comfortable']);
  vi.resetModules();
  const next = await start();
  expect(shown()).toEqual(['dark', 'high', 'comfortable']);
  expect(next.lookStore.getState().chosen).toEqual({
    theme: 'dark',
    contrast: 'high',
    density: 'comfortable',
  });
  next.setLook({ theme: 'system', contrast: 'system' });
  expect(shown()).toEqual(['light', 'normal', 'comfortable']);
});

it('has normal contrast where that was chosen, although the system wants more', async () => {
  says.add(CONTRAST);
  const { setLook } = await start();
  expect(shown()[1]).toBe('high');
  setLook({ contrast: 'normal' });
  expect(shown()[1]).toBe('normal');
});

it('fits the colours that the system forces, whatever was chosen', async () => {
  says.add(FORCED).add(DARK);
  const { setLook } = await start();
  setLook({ theme: 'light', contrast: 'normal' });
  expect(shown()).toEqual(['dark', 'high', 'compact']);
});

it('is that of the system where something else was kept', async () => {
  localStorage.setItem('signalbox.theme', 'purple');
  localStorage.setItem('signalbox.density', 'huge');
  expect((await start()).lookStore.getState().chosen).toEqual({
    theme: 'system',
    contrast: 'system',
    density: 'compact',
  });
});

it('can be chosen for as long as the page lasts where nothing may be kept', async () => {
  const forbidden = () => {
    throw new Error('no storage');
  };
  vi.stubGlobal('localStorage', { getItem: forbidden, setItem: forbidden, clear: () => {} });
  const { setLook } = await start();
  expect(shown()[0]).toBe('light');
  setLook({ theme: 'dark' });
  expect(shown()[0]).toBe('dark');
});
