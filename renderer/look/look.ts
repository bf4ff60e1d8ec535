/**
 * Theme, contrast and density: what the reader chose on this machine, else what the system says. They are attributes of
 * the root, by which tokens.css decides; charts are told, since a canvas does not follow CSS.
 */
import { createStore } from 'zustand/vanilla';

export const THEMES = ['system', 'light', 'dark'] as const;
export const CONTRASTS = ['system', 'normal', 'high'] as const;
export const DENSITIES = ['compact', 'comfortable'] as const;

/** What the reader chose. */
export interface Look {
  readonly theme: (typeof THEMES)[number];
  readonly contrast: (typeof CONTRASTS)[number];
  readonly density: (typeof DENSITIES)[number];
}

/** What it comes to at present. */
export interface ShownLook {
  readonly theme: 'light' | 'dark';
  readonly contrast: 'normal' | 'high';
  readonly density: Look['density'];
}

/** What can be chosen; the first of each is what nobody has to choose. */
export const LOOK_CHOICES: { readonly [Part in keyof Look]: readonly Look[Part][] } = {
  theme: THEMES,
  contrast: CONTRASTS,
  density: DENSITIES,
};

const keyOf = (part: keyof Look) => `signalbox.${part}`;
const systemDark = matchMedia('(prefers-color-scheme: dark)');
const systemContrast = matchMedia('(prefers-contrast: more)');
const systemColors = matchMedia('(forced-colors: active)');

function stored<Part extends keyof Look>(part: Part): Look[Part] {
  const choices: readonly Look[Part][] = LOOK_CHOICES[part];
  try {
    const value = localStorage.getItem(keyOf(part));
    return choices.find((choice) => choice === value) ?? choices[0]!;
  } catch {
    // A browser may forbid storage: the choice then lasts as long as the page.
    return choices[0]!;
  }
}

function shownOf({ theme, contrast, density }: Look): ShownLook {
  // Where the system decides on all colours, ours have to fit its background.
  const forced = systemColors.matches;
  const dark = theme === 'system' || forced ? systemDark.matches : theme === 'dark';
  const high = contrast === 'system' ? systemContrast.matches : contrast === 'high';
  return { theme: dark ? 'dark' : 'light', contrast: high || forced ? 'high' : 'normal', density };
}

export const lookStore = createStore<{ readonly chosen: Look; readonly shown: ShownLook }>(() => {
  const chosen = { theme: stored('theme'), contrast: stored('contrast'), density: stored('density') };
  return { chosen, shown: shownOf(chosen) };
});

/** Applies the look to the page now and on every change. Called once, by the entry, before anything is rendered. */
export function startLook(): void {
  const apply = () => Object.assign(document.documentElement.dataset, lookStore.getState().shown);
  lookStore.subscribe(apply);
  for (const system of [systemDark, systemContrast, systemColors])
    system.addEventListener('change', () => lookStore.setState(({ chosen }) => ({ shown: shownOf(chosen) })));
  apply();
}

/** Changes a part of the look, and remembers it. */
export function setLook(change: Partial<Look>): void {
  for (const [part, value] of Object.entries(change)) {
    try {
      localStorage.setItem(keyOf(part as keyof Look), value);
    } catch {
      // See stored().
    }
  }
  const chosen = { ...lookStore.getState().chosen, ...change };
  lookStore.setState({ chosen, shown: shownOf(chosen) });
}
