/**
 * The hands on a table: which row has the focus, which are selected, whose drawer is open, and what keys and clicks do about it.
 * The list is one stop of the Tab key, however many rows there are; headers are another.
 */
import type { Virtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type MouseEvent,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useStore } from 'zustand';
import { keyChoice } from '../keys/key-choice.ts';
import { ACTIONS_KEY } from '../keys/key-names.ts';
import { allOf, moveBy, NOTHING_SELECTED, ranged, type Selection, toggled } from './grid-moves.ts';
import type { RowKey } from './row-keys.ts';
import type { TableItem } from './table-items.ts';

/** An item of the list, and what opens the actions of a row; the names are part of what other parts of the window may ask for. */
const ITEM = '[data-item]';
const ACTIONS = 'button[data-row-actions]';

interface RowFocusInput {
  readonly items: readonly TableItem[];
  readonly virtualizer: Virtualizer<HTMLElement, Element>;
  readonly table: RefObject<HTMLTableElement | null>;
  readonly rowHeight: number;
  /** Whether rows can be selected. */
  readonly selects: boolean;
  readonly onToggleGroup: (id: string) => void;
}

export interface RowFocus {
  /** Id of the item that the Tab key stops at. */
  readonly stop: string | null;
  /** Place of the item that has or had the focus; -1 for none. */
  readonly place: number;
  readonly selection: Selection;
  readonly select: (selection: Selection) => void;
  /** The row whose drawer is open. */
  readonly opened: RowKey | null;
  readonly close: () => void;
  /** Opens the drawer of a row from elsewhere, where the focus goes back to. */
  readonly openFrom: (key: RowKey, from: HTMLElement, enter: boolean) => void;
  /** Opens the drawer of a row that an address led to, and enters it. */
  readonly show: (key: RowKey) => void;
  /** Moves the focus by one row, from the drawer. */
  readonly step: (key: string) => void;
  /** Whether the drawer takes the focus as it opens. */
  readonly entering: RefObject<boolean>;
  readonly onKeyDown: (event: KeyboardEvent<HTMLTableElement>) => void;
  readonly onClick: (event: MouseEvent<HTMLTableElement>) => void;
  readonly onMouseDown: (event: MouseEvent<HTMLTableElement>) => void;
  readonly onFocus: (event: { readonly target: EventTarget }) => void;
}

export function useRowFocus(input: RowFocusInput): RowFocus {
  const { items, virtualizer, table, rowHeight, selects } = input;
  const [focused, setFocused] = useState<string | null>(null);
  const [selection, select] = useState<Selection>(NOTHING_SELECTED);
  const [opened, setOpened] = useState<RowKey | null>(null);
  const { singleKeys } = useStore(keyChoice);
  const entering = useRef(false);
  /** What opened the drawer, where that is no row of the list. */
  const opener = useRef<HTMLElement | null>(null);
  /** The item that takes the focus once it is rendered. */
  const goal = useRef<string | null>(null);
  const place = items.findIndex(({ id }) => id === focused);
  const lastPlace = useRef(0);
  /** Whether the focus is on a row, or was on one that is gone now. */
  const held = useRef(false);
  const rowKeys = () => items.flatMap((item) => (item.kind === 'row' ? [item.key] : []));

  const go = (to: number) => {
    const item = items[to];
    if (item === undefined) return;
    goal.current = item.id;
    virtualizer.scrollToIndex(to, { align: 'auto' });
    setFocused(item.id);
    if (opened !== null && item.kind === 'row') setOpened(item.key);
  };
  const elementOf = (id: string) =>
    [...(table.current?.querySelectorAll<HTMLElement>(ITEM) ?? [])].find(
      ({ dataset }) => dataset.item === id,
    );

  useLayoutEffect(() => {
    if (goal.current === null) return;
    const element = elementOf(goal.current);
    if (element === undefined) return;
    goal.current = null;
    element.focus({ preventScroll: true });
  });
  // The row that had the focus may go: the one that takes its place has it then, instead of nothing.
  useLayoutEffect(() => {
    if (place >= 0) {
      lastPlace.current = place;
      return;
    }
    if (focused === null || !held.current || document.activeElement !== document.body) return;
    held.current = false;
    const next = items[Math.min(lastPlace.current, items.length - 1)];
    if (next === undefined) return;
    goal.current = next.id;
    setFocused(next.id);
  });
  // Whoever goes on with the mouse or elsewhere holds nothing.
  useEffect(() => {
    const node = table.current;
    const left = (event: FocusEvent) => {
      if (event.relatedTarget !== null) held.current = false;
    };
    node?.addEventListener('focusout', left);
    return () => node?.removeEventListener('focusout', left);
  }, [table]);

  const close = () => {
    setOpened(null);
    if (opener.current?.isConnected === true) opener.current.focus();
    else if (place >= 0) goal.current = focused;
    opener.current = null;
  };
  const openBy = (from: HTMLElement | null, key: RowKey, enter: boolean) => {
    opener.current = from;
    entering.current = enter;
    setOpened(key);
  };
  const open = (key: RowKey, enter: boolean) => openBy(null, key, enter);

  const onItemKey = (event: KeyboardEvent, item: TableItem, at: number): boolean => {
    const { key } = event;
    const command = event.ctrlKey || event.metaKey;
    if (command && key.toLowerCase() === 'a' && selects) {
      select(allOf(rowKeys()));
      return true;
    }
    if (command || event.altKey) return false;
    if (key === 'Escape') {
      if (opened !== null) close();
      else if (selection.keys.size > 0) select(NOTHING_SELECTED);
      else return false;
      return true;
    }
    if (key === 'ArrowUp' && at === 0 && !event.shiftKey) {
      table.current?.querySelector<HTMLElement>('thead button[tabindex="0"]')?.focus();
      return true;
    }
    const to = moveBy(
      key,
      at,
      items.length,
      Math.floor((virtualizer.scrollRect?.height ?? 0) / rowHeight) - 2,
    );
    if (to !== null) {
      const goalItem = items[to]!;
      if (event.shiftKey && selects && item.kind === 'row' && goalItem.kind === 'row')
        select(ranged(selection, rowKeys(), item.key, goalItem.key));
      go(to);
      return true;
    }
    if (item.kind === 'group') {
      const turns = key === 'ArrowRight' ? !item.open : key === 'ArrowLeft' ? item.open : key === 'Enter';
      if (turns) input.onToggleGroup(item.id);
      return turns;
    }
    if (key === 'x' && selects && singleKeys) select(toggled(selection, item.key));
    else if (key === 'Enter') open(item.key, true);
    else return key === 'ArrowRight' || key === 'ArrowLeft';
    return true;
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTableElement>) => {
    const target = event.target as HTMLElement;
    const element = target.closest<HTMLElement>(ITEM);
    if (element === null || event.defaultPrevented) return;
    const at = items.findIndex(({ id }) => id === element.dataset.item);
    const item = items[at];
    if (item === undefined) return;
    const menu = element.querySelector<HTMLElement>(ACTIONS);
    const asksForMenu =
      (event.key === ACTIONS_KEY && singleKeys) ||
      event.key === 'ContextMenu' ||
      (event.shiftKey && event.key === 'F10');
    let done = false;
    if (asksForMenu && menu !== null) {
      menu.click();
      done = true;
    } else if (target === element) {
      if (event.key === 'ArrowRight' && menu !== null && item.kind === 'row') {
        menu.focus();
        done = true;
      } else done = onItemKey(event, item, at);
    } else if (event.key === 'ArrowLeft' || event.key === 'Escape') {
      element.focus();
      done = true;
    } else if (event.key.startsWith('Arrow') && event.key !== 'ArrowRight') done = onItemKey(event, item, at);
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
  };

  const itemAt = ({ target }: MouseEvent): TableItem | undefined => {
    const id = (target as HTMLElement).closest<HTMLElement>(ITEM)?.dataset.item;
    return items.find((item) => item.id === id);
  };
  const onClick = (event: MouseEvent<HTMLTableElement>) => {
    const target = event.target as HTMLElement;
    const item = itemAt(event);
    if (item === undefined || item.kind === 'group') return;
    const box = target.closest('[data-select]');
    if (box === null && target.closest('a, button, input') !== null) return;
    // Whoever marks text to copy it opens nothing.
    if (box === null && getSelection()?.isCollapsed === false) return;
    const at = items.findIndex(({ id }) => id === item.id);
    if (selects && event.shiftKey) {
      const from = items[place];
      select(ranged(selection, rowKeys(), from?.kind === 'row' ? from.key : item.key, item.key));
    } else if (selects && (box !== null || event.ctrlKey || event.metaKey))
      select(toggled(selection, item.key));
    else open(item.key, false);
    go(at);
  };
  const onMouseDown = (event: MouseEvent<HTMLTableElement>) => {
    // A range of rows is no marked text.
    if (event.shiftKey && selects && itemAt(event) !== undefined) event.preventDefault();
  };
  const onFocus = ({ target }: { readonly target: EventTarget }) => {
    const id = (target as HTMLElement).closest<HTMLElement>(ITEM)?.dataset.item;
    if (id === undefined) return;
    held.current = true;
    lastPlace.current = items.findIndex((item) => item.id === id);
    if (id !== focused) setFocused(id);
  };
  return {
    stop: place >= 0 ? focused : null,
    place,
    selection,
    select,
    opened,
    close,
    openFrom: (key, from, enter) => openBy(from, key, enter),
    show: (key) => open(key, true),
    step: (key) => {
      const at = items.findIndex((item) => item.kind === 'row' && item.key === opened);
      const to = moveBy(key, at, items.length, 1);
      const next = to === null ? undefined : items[to];
      if (to === null || next?.kind !== 'row') return;
      opener.current = null;
      virtualizer.scrollToIndex(to, { align: 'auto' });
      setFocused(next.id);
      setOpened(next.key);
    },
    entering,
    onKeyDown,
    onClick,
    onMouseDown,
    onFocus,
  };
}
