/** Listens for the single keys of the window, and shows where a letter leads once `g` was pressed. Stands once in the frame. */
import { type ReactNode, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useHost } from '../model/host-context.ts';
import { openPalette } from '../palette/palette-store.ts';
import { navigate, useRoute } from '../shell/route.ts';
import { type GoTarget, goTargets } from './go-targets.ts';
import { Key } from './key.tsx';
import { keyChoice } from './key-choice.ts';
import { closeKeyList, keyListStore, openKeyList } from './key-list-store.ts';
import { ACTIONS_KEY, FILTER_KEY, GO_KEY, LIST_KEY } from './key-names.ts';
import { keysDialog } from './keys-part.ts';
import { messages } from './messages.ts';
import { focusFilter, isSingleKey, openActions } from './single-keys.ts';

export function GlobalKeys(): ReactNode {
  const host = useHost();
  const route = useRoute();
  const { singleKeys } = useStore(keyChoice);
  const { isOpen } = useStore(keyListStore);
  // It is there once it was asked for; where its code cannot be fetched, the next press tries again.
  const [isListed, setListed] = useState(false);
  useEffect(() => {
    if (isOpen) void keysDialog.load().then(() => setListed(true), closeKeyList);
  }, [isOpen]);
  /** Where the next letter leads; null while none is waited for. */
  const [going, setGoing] = useState<readonly GoTarget[] | null>(null);
  useEffect(() => {
    if (!singleKeys) return;
    /** What a key does; null where it does nothing. */
    const deedOf = (key: string): (() => void) | null => {
      const target = going?.find(({ letter }) => letter === key);
      if (target !== undefined) return () => navigate(target.hash);
      if (going !== null) return null;
      if (key === GO_KEY) return () => setGoing(goTargets(host, host.store.getState(), route));
      if (key === FILTER_KEY) return () => focusFilter() || openPalette();
      if (key === ACTIONS_KEY) return () => void openActions();
      if (key === LIST_KEY) return openKeyList;
      return null;
    };
    const stop = () => setGoing(null);
    const onKey = (event: KeyboardEvent) => {
      // Shift is on its way to a letter or a sign.
      if (event.key === 'Shift') return;
      const deed = isSingleKey(event) ? deedOf(event.key) : null;
      stop();
      if (deed === null) return;
      event.preventDefault();
      deed();
    };
    addEventListener('keydown', onKey);
    addEventListener('pointerdown', stop);
    return () => {
      removeEventListener('keydown', onKey);
      removeEventListener('pointerdown', stop);
    };
  }, [going, host, route, singleKeys]);
  return (
    <>
      {isListed && <keysDialog.Page />}
      <div role="status" aria-label={messages.going}>
        {going !== null && (
          <p className="fixed bottom-12 left-1/2 z-40 flex max-w-dialog -translate-x-1/2 flex-wrap items-center gap-x-4 gap-y-1 card px-4 py-2 text-sm shadow-float">
            <span className="text-dim">{messages.going}</span>
            {going.map(({ letter, title }) => (
              <span key={letter} className="inline-flex items-center gap-1.5">
                <Key>{letter}</Key>
                {title}
              </span>
            ))}
          </p>
        )}
      </div>
    </>
  );
}
