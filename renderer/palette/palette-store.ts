/** Whether the palette is open: asked for by its button, by Ctrl-K, and by the key of a filter where a page has none. */
import { createStore } from 'zustand/vanilla';

export const paletteStore = createStore<{ readonly isOpen: boolean }>(() => ({ isOpen: false }));

export function openPalette(): void {
  paletteStore.setState({ isOpen: true });
}

export function closePalette(): void {
  paletteStore.setState({ isOpen: false });
}
