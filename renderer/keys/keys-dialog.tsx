/** Every key of the window with what it does, from the one table of them. */
import { Dialog } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import { useCloseOnLeave } from '../shell/route.ts';
import { Button } from '../ui/button.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { Key } from './key.tsx';
import { keyChoice } from './key-choice.ts';
import { closeKeyList, keyListStore } from './key-list-store.ts';
import { KEY_PLACES, KEY_TABLE, type KeyPlace, PLACE_TITLES } from './key-table.ts';
import { messages } from './messages.ts';

export function KeysDialog(): ReactNode {
  const { singleKeys } = useStore(keyChoice);
  const { isOpen } = useStore(keyListStore);
  useCloseOnLeave(closeKeyList);
  return (
    <Dialog.Root open={isOpen} onOpenChange={(next) => keyListStore.setState({ isOpen: next })}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup className="fixed top-1/2 left-1/2 z-50 flex max-h-dialog w-dialog-widest -translate-x-1/2 -translate-y-1/2 flex-col overflow-hidden card shadow-float">
          <div className="flex shrink-0 items-center justify-between border-b border-line py-1.5 pr-2 pl-4">
            <Dialog.Title className="heading-page">{messages.title}</Dialog.Title>
            <Button tone="quiet" icon="close" label={messages.close} onClick={closeKeyList} />
          </div>
          <ScrollRegion label={messages.title} className="overflow-y-auto px-4 pt-3 pb-4">
            <Dialog.Description className="mb-3 text-xs text-dim">
              {singleKeys ? messages.hint : messages.off}
            </Dialog.Description>
            <div className="gap-x-8 sm:columns-2">
              {KEY_PLACES.map((place) => (
                <KeysOf key={place} place={place} />
              ))}
            </div>
          </ScrollRegion>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function KeysOf({ place }: { place: KeyPlace }): ReactNode {
  const entries = KEY_TABLE.filter((entry) => entry.place === place);
  if (entries.length === 0) return null;
  return (
    <section className="mb-4 break-inside-avoid">
      <h3 className="mb-1 text-xs font-medium text-dim">{PLACE_TITLES[place]}</h3>
      <dl className="flex flex-col gap-1 text-sm">
        {entries.map(({ keys, does }) => (
          <div key={keys} className="flex items-baseline justify-between gap-4">
            <dt>{does}</dt>
            <dd className="max-w-2/5 shrink-0 text-right">
              <Key>{keys}</Key>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
