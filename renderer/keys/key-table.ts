/**
 * Every key of the window, once: the dialog that lists them, Settings and docs/keys.md are made of this table, and a test
 * refuses a key that is looked for anywhere and does not stand here.
 */

import { ACTIONS_KEY, FILTER_KEY, GO_KEY, GO_LETTERS, LIST_KEY } from './key-names.ts';

/** Where keys work, in the order in which they are shown. */
export const KEY_PLACES = [
  'everywhere',
  'goTo',
  'sidebar',
  'tables',
  'logs',
  'audit',
  'palette',
  'controls',
] as const;
export type KeyPlace = (typeof KEY_PLACES)[number];

export interface KeyEntry {
  /** As it is written for people. */
  readonly keys: string;
  /** What `KeyboardEvent.key` says of each of them. */
  readonly named: readonly string[];
  readonly does: string;
  readonly place: KeyPlace;
  /** A single character, which can be turned off in Settings (WCAG 2.1.4). */
  readonly isSingle?: true;
}

/** What stands above the keys of a place. */
export const PLACE_TITLES: Readonly<Record<KeyPlace, string>> = {
  everywhere: 'Everywhere',
  goTo: 'Go to a page',
  sidebar: 'In the sidebar',
  tables: 'In tables',
  logs: 'In logs',
  audit: 'In the audit trail',
  palette: 'In the palette',
  controls: 'In controls and dialogs',
};

export const KEY_TABLE: readonly KeyEntry[] = [
  {
    keys: 'Ctrl K',
    named: ['k'],
    does: 'The palette: goes anywhere and does anything by name (⌘ K on a Mac)',
    place: 'everywhere',
  },
  {
    keys: FILTER_KEY,
    named: [FILTER_KEY],
    does: 'The filter of the page; the palette where it has none',
    place: 'everywhere',
    isSingle: true,
  },
  {
    keys: ACTIONS_KEY,
    named: [ACTIONS_KEY],
    does: 'The actions of the row that has the focus, else of the page',
    place: 'everywhere',
    isSingle: true,
  },
  { keys: LIST_KEY, named: [LIST_KEY], does: 'This list', place: 'everywhere', isSingle: true },
  {
    keys: 'Tab',
    named: ['Tab'],
    does: 'The next control; the first one on a page skips to the content',
    place: 'everywhere',
  },
  ...Object.entries(GO_LETTERS).map(
    ([letter, does]): KeyEntry => ({
      keys: `${GO_KEY} ${letter}`,
      named: [GO_KEY, letter],
      does,
      place: 'goTo',
      isSingle: true,
    }),
  ),
  {
    keys: '↑ ↓ Home End',
    named: ['ArrowUp', 'ArrowDown', 'Home', 'End'],
    does: 'The entry above, below, the first and the last',
    place: 'sidebar',
  },
  {
    keys: '← →',
    named: ['ArrowLeft', 'ArrowRight'],
    does: 'Close and open a host or a group; once more goes to what it belongs to, and to the first of it',
    place: 'sidebar',
  },
  {
    keys: '↑ ↓ Home End Page Up Page Down',
    named: ['ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown'],
    does: 'The row above, below, the first, the last, a page further; a drawer that is open follows',
    place: 'tables',
  },
  { keys: 'Enter', named: ['Enter'], does: 'All of the row, in a drawer beside the list', place: 'tables' },
  {
    keys: 'x',
    named: ['x'],
    does: 'Selects the row, or no longer',
    place: 'tables',
    isSingle: true,
  },
  {
    keys: 'Shift ↑ ↓',
    named: ['ArrowUp', 'ArrowDown'],
    does: 'Selects the rows from here on',
    place: 'tables',
  },
  { keys: 'Ctrl A', named: ['a'], does: 'Selects all rows that are shown', place: 'tables' },
  {
    keys: '← →',
    named: ['ArrowLeft', 'ArrowRight'],
    does: 'The button of the row and back; in headers the next column; closes and opens a group',
    place: 'tables',
  },
  {
    keys: 'Alt ← →',
    named: ['ArrowLeft', 'ArrowRight'],
    does: 'On a header: makes the column narrower or wider',
    place: 'tables',
  },
  {
    keys: 'Menu, Shift F10',
    named: ['ContextMenu', 'F10'],
    does: 'The actions of the row',
    place: 'tables',
  },
  { keys: 'Esc', named: ['Escape'], does: 'Closes the drawer, then ends the selection', place: 'tables' },
  {
    keys: '↑ ↓ Home End Page Up Page Down',
    named: ['ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown'],
    does: 'The line above, below, the first, the last, a page further; any way up stops following what is new',
    place: 'logs',
  },
  {
    keys: '↑ ↓ Home End',
    named: ['ArrowUp', 'ArrowDown', 'Home', 'End'],
    does: 'The entry above, below, the first and the last that is shown',
    place: 'audit',
  },
  {
    keys: '↑ ↓ Page Up Page Down',
    named: ['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown'],
    does: 'The entry above, below, eight further',
    place: 'palette',
  },
  { keys: 'Enter', named: ['Enter'], does: 'Does it', place: 'palette' },
  {
    keys: '← →',
    named: ['ArrowLeft', 'ArrowRight'],
    does: 'The next tab in a row of tabs, the next of a choice',
    place: 'controls',
  },
  {
    keys: 'Enter Space',
    named: ['Enter', ' '],
    does: 'Presses a button; held down it presses once',
    place: 'controls',
  },
  { keys: 'Esc', named: ['Escape'], does: 'Closes a dialog, a menu, a panel', place: 'controls' },
];
