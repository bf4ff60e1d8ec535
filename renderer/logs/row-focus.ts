/**
 * One stop of the tab key for all lines of a log, however many there are: arrows, Home and End move among those that are rendered. Lines
 * stand closer than targets of a finger may, WCAG 2.2 2.5.8; so only one of them is one.
 */
import type { KeyboardEvent } from 'react';

const LINES = 'button[aria-expanded]';

/** Which of the lines a key leads to from the one that has the focus; null for keys that lead nowhere. */
function goal<Line>(lines: readonly Line[], from: Line, key: string): Line | null {
  const at = lines.indexOf(from);
  if (at < 0) return null;
  if (key === 'ArrowDown') return lines[at + 1] ?? null;
  if (key === 'ArrowUp') return lines[at - 1] ?? null;
  if (key === 'Home') return lines[0] ?? null;
  if (key === 'End') return lines.at(-1) ?? null;
  return null;
}

/** Moves the focus among the lines of a list. */
export function moveAmongLines(event: KeyboardEvent<HTMLOListElement>): void {
  const { target, key, currentTarget } = event;
  if (!(target instanceof HTMLButtonElement)) return;
  // Those that are rendered lie in the order of their numbers, whatever the order in which they came.
  const lines = [...currentTarget.querySelectorAll<HTMLButtonElement>(LINES)].sort(
    (one, other) => place(one) - place(other),
  );
  const next = goal(lines, target, key);
  if (next === null) return;
  event.preventDefault();
  next.focus();
}

const place = (line: HTMLButtonElement): number => Number(line.closest('li')?.dataset.index ?? 0);
