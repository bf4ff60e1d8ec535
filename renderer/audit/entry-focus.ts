/** Arrow keys among the entries of the audit trail: each has one button, which opens its details. */
import type { KeyboardEvent } from 'react';

const BUTTONS = 'button[aria-expanded]';

/** Moves the focus to the entry above or below, to the first or the last that is shown. */
export function moveAmongEntries(event: KeyboardEvent<HTMLElement>): void {
  const { target, key, currentTarget } = event;
  if (!(target instanceof HTMLButtonElement) || event.altKey || event.ctrlKey || event.metaKey) return;
  const buttons = [...currentTarget.querySelectorAll<HTMLButtonElement>(BUTTONS)];
  const at = buttons.indexOf(target);
  const goals: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: buttons.length - 1,
  };
  const goal = goals[key];
  if (at < 0 || goal === undefined) return;
  event.preventDefault();
  buttons[goal]?.focus();
}
