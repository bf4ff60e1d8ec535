/** Ctrl/Cmd-K: goes anywhere and does anything by name. A text field that steers a list, as ARIA's combobox describes. */
import { Dialog } from '@base-ui/react/dialog';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { useHost, useHostStates } from '../model/host-context.ts';
import type { HostModel } from '../model/host-model.ts';
import type { HostNow } from '../model/hosts.ts';
import { useCloseOnLeave } from '../shell/route.ts';
import { Button } from '../ui/button.tsx';
import { findEntries, type PaletteEntry, paletteEntries } from './entries.ts';
import { messages } from './messages.ts';
import { momentEntries } from './moment-entry.ts';
import { openingSections, type PaletteSection } from './opening.ts';
import { closePalette, openPalette, paletteStore } from './palette-store.ts';
import { recentKeys, remember } from './recent.ts';
import { useTypedParts } from './typed-parts.ts';

const isMac = navigator.userAgent.includes('Mac');

export function CommandPalette(): ReactNode {
  const { isOpen } = useStore(paletteStore);
  useCloseOnLeave(closePalette);
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      event.preventDefault();
      paletteStore.setState((before) => ({ isOpen: !before.isOpen }));
    };
    addEventListener('keydown', onKey);
    return () => {
      removeEventListener('keydown', onKey);
      closePalette();
    };
  }, []);
  return (
    <>
      <Button icon="search" onClick={openPalette} className="text-dim!">
        <span className="max-sm:sr-only">{messages.open}</span>
        <kbd className="ml-3 font-sans text-xs max-sm:hidden">{isMac ? '⌘ K' : 'Ctrl K'}</kbd>
      </Button>
      <Dialog.Root open={isOpen} onOpenChange={(isOpen) => paletteStore.setState({ isOpen })}>
        <Dialog.Portal>
          <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
          <Dialog.Popup className="fixed top-palette left-1/2 z-50 flex max-h-palette w-dialog-wide -translate-x-1/2 flex-col overflow-hidden card shadow-float">
            <Dialog.Title className="sr-only">{messages.title}</Dialog.Title>
            <Finder onDone={closePalette} />
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
    </>
  );
}

function Finder({ onDone }: { onDone: () => void }): ReactNode {
  const current = useHost();
  const states = useHostStates();
  const listId = useId();
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const entries = useMemo(() => {
    const mine = states.filter(({ host }) => host === current);
    return paletteEntries([...mine, ...states.filter(({ host }) => host !== current)]);
  }, [current, states]);
  // What was chosen last is that of before it was opened.
  const [recent] = useState(recentKeys);
  const parts = useTypedParts();
  const rows = useRows(parts, current, states, query);
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows are read anew when others have come
  const sections = useMemo((): readonly PaletteSection[] => {
    const mine = states.filter(({ host }) => host === current);
    if (query.trim() === '') return openingSections(entries, states, recent);
    const typed = [
      ...mine.flatMap((one) => momentEntries(one, query)),
      ...(parts?.typedEntries(mine, query) ?? []),
    ];
    const things = parts?.thingEntries(mine, query) ?? [];
    return [{ title: null, entries: [...typed, ...findEntries([...entries, ...things], query)] }];
  }, [current, entries, parts, query, recent, rows, states]);
  const found = useMemo(() => sections.flatMap((section) => section.entries), [sections]);
  const active = Math.min(chosen, found.length - 1);
  const optionId = (index: number) => `${listId}-${index}`;
  useEffect(() => {
    const option = list.current?.querySelectorAll('[role="option"]')[active];
    // With the first one the title above it is seen as well.
    if (active === 0) list.current?.scrollTo?.(0, 0);
    else option?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  const act = (entry: PaletteEntry | undefined) => {
    if (entry === undefined) return;
    onDone();
    remember(entry.remembered ?? entry.key);
    // The palette gives the focus back first; what is opened then takes it. It belongs to this page: where another has come
    // meanwhile, nothing opens over that one.
    const page = location.hash;
    requestAnimationFrame(() => {
      if (location.hash === page) entry.act();
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setChosen(Math.max(0, Math.min(found.length - 1, active + step)));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      act(found[active]);
    }
  };
  return (
    <>
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={active < 0 ? undefined : optionId(active)}
        aria-autocomplete="list"
        aria-label={messages.title}
        placeholder={messages.placeholder}
        className="h-12 shrink-0 border-b border-line bg-transparent px-4 outline-none placeholder:text-dim"
        autoComplete="off"
        spellCheck={false}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={list} id={listId} role="listbox" aria-label={messages.title} className="overflow-y-auto p-2">
        {sections.map((section, place) => (
          <Options
            key={section.title}
            section={section}
            from={sections.slice(0, place).reduce((sum, { entries: { length } }) => sum + length, 0)}
            {...{ active, optionId, setChosen, act }}
          />
        ))}
      </div>
      {found.length === 0 && <p className="px-5 pb-5 text-sm text-dim">{messages.none}</p>}
      <p role="status" className="sr-only">
        {messages.results(found.length)}
      </p>
    </>
  );
}

/** Follows the tables of the page's host while something is looked for in them; another number once rows have come. */
function useRows(
  parts: ReturnType<typeof useTypedParts>,
  host: HostModel,
  states: readonly HostNow[],
  query: string,
): number {
  const [count, setCount] = useState(0);
  const state = states.find((one) => one.host === host)?.state;
  const wanted =
    state !== undefined && parts?.looksForThings(query) === true ? parts.thingTables(state) : null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tables alone matter of the state
  useEffect(() => {
    if (wanted !== null) return parts!.watchThings(host, state!, () => setCount((before) => before + 1));
  }, [host, parts, wanted]);
  return count;
}

interface OptionsProps {
  readonly section: PaletteSection;
  /** How many entries stand before it. */
  readonly from: number;
  readonly active: number;
  readonly optionId: (index: number) => string;
  readonly setChosen: (index: number) => void;
  readonly act: (entry: PaletteEntry) => void;
}

/** The entries of a section, with its title where it has one. */
function Options({ section, from, active, optionId, setChosen, act }: OptionsProps): ReactNode {
  const { title, entries } = section;
  const options = entries.map((entry, at) => {
    const index = from + at;
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the text field, which keeps the focus
      // biome-ignore lint/a11y/useFocusableInteractive: an option of a combobox is reached by aria-activedescendant
      <div
        key={entry.key}
        id={optionId(index)}
        role="option"
        aria-selected={index === active}
        onClick={() => act(entry)}
        onPointerMove={() => setChosen(index)}
        className="flex cursor-pointer items-baseline gap-3 rounded-md px-3 py-1.5 text-sm aria-selected:bg-accent-soft"
      >
        <span className="shrink-0">{entry.text}</span>
        <span className="min-w-0 flex-1 truncate text-xs text-dim">{entry.hint}</span>
        <span className="shrink-0 text-xs text-dim">{entry.kind}</span>
      </div>
    );
  });
  if (title === null) return options;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of a listbox is no fieldset
    <div role="group" aria-label={title} className="mb-1 border-b border-line pb-1">
      <p aria-hidden="true" className="px-3 py-1 text-xs font-medium text-dim">
        {title}
      </p>
      {options}
    </div>
  );
}
