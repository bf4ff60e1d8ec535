/** Which presses of keys are single keys, and what they reach for on the page. Used by the component that listens. */

/** Fields that take letters by themselves; a button, a box or a range does not. */
const WRITES =
  'input:not([type=checkbox],[type=radio],[type=button],[type=submit],[type=range]),textarea,select';
/** What is open above the page and has keys of its own. */
const ABOVE = '[role=dialog],[role=alertdialog],[role=menu],[role=listbox]';
/** Something with actions of its own: a row of a table, an entry of a list. */
const ROW = 'tr,[role=row],li,[data-row]';
/** What opens the actions of the row, or of the page, that it stands in. */
const MENU = '[data-actions],[aria-haspopup=menu]';

/** Whether a press means a single key: with no modifier, nowhere where one types, and not while something is open above. */
export function isSingleKey(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.repeat || event.isComposing) return false;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const { target } = event;
  if (target instanceof HTMLElement && (target.isContentEditable || target.closest(WRITES) !== null))
    return false;
  return document.querySelector(ABOVE) === null;
}

/** Puts the cursor into the filter of the page; false where it has none. */
export function focusFilter(): boolean {
  const fields = document.querySelectorAll<HTMLInputElement>('main input[type=search]:not(:disabled)');
  const field = [...fields].find((one) => one.checkVisibility?.() ?? true);
  if (field === undefined) return false;
  field.focus();
  field.select();
  return true;
}

/**
 * Opens the actions of the row that has the focus, else those of the page, which stand in what has `data-page-actions`. What opens
 * them has `data-actions`, or is the button of a menu; where there are only plain buttons the first of them is focused. False where
 * there is nothing to open.
 */
export function openActions(): boolean {
  const row = document.activeElement?.closest<HTMLElement>(ROW);
  const inRow = row?.closest('main') === null ? undefined : row;
  const menu = inRow?.querySelector<HTMLElement>(MENU) ?? null;
  if (menu !== null) return opened(menu);
  const button = inRow?.querySelector<HTMLElement>('button:not(:disabled)') ?? null;
  if (button !== null && button !== document.activeElement) {
    button.focus();
    return true;
  }
  const own = document.querySelector<HTMLElement>('main [data-page-actions]');
  if (own === null) return false;
  const all = own.matches(MENU) ? own : own.querySelector<HTMLElement>(MENU);
  if (all !== null) return opened(all);
  own.querySelector<HTMLElement>('button:not(:disabled)')?.focus();
  return true;
}

function opened(menu: HTMLElement): boolean {
  menu.focus();
  menu.click();
  return true;
}
