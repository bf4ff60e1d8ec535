/** A length of the look for a list that reckons with the height of its rows. */
import { useStore } from 'zustand';
import { lookStore } from './look.ts';
import { tokenPixels } from './tokens.ts';

/** A token in pixels, as {@link tokenPixels}; rendered anew when another density is chosen. */
export function useTokenPixels(name: string): number {
  return useStore(lookStore, () => tokenPixels(name));
}
