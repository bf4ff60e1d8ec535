/** Whether the list of keys is open: asked for by its key and by Settings. */
import { createStore } from 'zustand/vanilla';

export const keyListStore = createStore<{ readonly isOpen: boolean }>(() => ({ isOpen: false }));

export function openKeyList(): void {
  keyListStore.setState({ isOpen: true });
}

export function closeKeyList(): void {
  keyListStore.setState({ isOpen: false });
}
