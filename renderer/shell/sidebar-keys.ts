/**
 * Arrow keys in the sidebar. It stays a list of links, as every screen reader knows how to read, and Tab goes through it; arrows
 * are there beside that, as in a tree: up and down among all that is shown, left closes or goes to what it belongs to, right opens.
 */
import type { KeyboardEvent } from 'react';

const STOPS = 'a[href],button[aria-expanded],button[data-entry]';

/** Moves the focus as the key asks, or opens and closes by `aria-expanded` buttons. */
export function moveInSidebar(event: KeyboardEvent<HTMLElement>): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const { target, currentTarget, key } = event;
  if (!(target instanceof HTMLElement)) return;
  const stops = [...currentTarget.querySelectorAll<HTMLElement>(STOPS)].filter(
    ({ tabIndex }) => tabIndex >= 0,
  );
  const at = stops.indexOf(target);
  const part = target.closest<HTMLElement>('[data-part]');
  const toggle = part?.querySelector<HTMLElement>('button[aria-expanded]') ?? null;
  const isHead = target === toggle || target.closest('[data-head]') !== null;
  const isOpen = toggle?.getAttribute('aria-expanded') === 'true';
  let goal: HTMLElement | undefined;
  if (key === 'ArrowDown') goal = stops[at + 1];
  else if (key === 'ArrowUp') goal = stops[at - 1];
  else if (key === 'Home') goal = stops[0];
  else if (key === 'End') goal = stops.at(-1);
  else if (key === 'ArrowRight' && isHead && toggle !== null) {
    if (isOpen) goal = stops[at + 1];
    else toggle.click();
  } else if (key === 'ArrowLeft' && toggle !== null) {
    if (isHead && isOpen) toggle.click();
    else if (!isHead) goal = part?.querySelector<HTMLElement>('[data-head] a') ?? toggle;
  } else return;
  event.preventDefault();
  goal?.focus();
}
