/** Light, dark or as the system says; kept on this machine. Charts are told, since a canvas does not follow CSS. */
import { createStore } from 'zustand/vanilla';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'signalbox.theme';
const systemDark = matchMedia('(prefers-color-scheme: dark)');

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === value) ?? 'system';
  } catch {
    // A browser may forbid storage: the choice then lasts as long as the page.
    return 'system';
  }
}

function shownOf(theme: Theme): 'light' | 'dark' {
  if (theme !== 'system') return theme;
  return systemDark.matches ? 'dark' : 'light';
}

/** The choice, and what it comes to at present. */
export const themeStore = createStore<{ readonly theme: Theme; readonly shown: 'light' | 'dark' }>(() => {
  const theme = stored();
  return { theme, shown: shownOf(theme) };
});

/** Applies the theme to the page now and on every change. Called once, by the entry. */
export function startTheme(): void {
  const apply = () => {
    document.documentElement.dataset.theme = themeStore.getState().shown;
  };
  themeStore.subscribe(apply);
  systemDark.addEventListener('change', () => {
    themeStore.setState((state) => ({ shown: shownOf(state.theme) }));
  });
  apply();
}

export function setTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // See stored().
  }
  themeStore.setState({ theme, shown: shownOf(theme) });
}
