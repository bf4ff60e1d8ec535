/**
 * What is other in a list of rows than in the one that somebody has: whole rows that came, and places where some went. A list whose rows
 * mostly stay as they are is told so in little. Used by both ends of a stream.
 */
import type { RowEdit, TableCell } from '../contract/stream.ts';

type Row = readonly TableCell[];

/**
 * The edits that make one list of the other, in the order of their places; null where there is so much in them that the whole list is
 * as good.
 */
export function editsBetween(before: readonly Row[], after: readonly Row[]): RowEdit[] | null {
  let from = 0;
  while (from < before.length && from < after.length && isSame(before[from]!, after[from]!)) from++;
  let [endBefore, endAfter] = [before.length, after.length];
  while (endBefore > from && endAfter > from && isSame(before[endBefore - 1]!, after[endAfter - 1]!)) {
    endBefore--;
    endAfter--;
  }
  const edits = new Edits();
  let places: Places | null = null;
  let next = from;
  for (let at = from; at < endBefore; at++) {
    const row = before[at]!;
    // Mostly it is there, or soon behind what came, or others of these soon follow: then nothing needs to be looked up.
    let place = near(after, next, endAfter, row);
    if (place === null && (next >= endAfter || near(before, at + 1, endBefore, after[next]!) === null)) {
      places ??= new Places(after, next, endAfter);
      place = places.firstOf(row, next);
    }
    if (place === null) edits.remove(at);
    else {
      if (place > next) edits.insert(at, after.slice(next, place));
      next = place + 1;
    }
  }
  if (next < endAfter) edits.insert(endBefore, after.slice(next, endAfter));
  return edits.inserted * 2 > after.length ? null : edits.all;
}

/** A list after its edits. */
export function withEdits(before: readonly Row[], edits: readonly RowEdit[]): Row[] {
  const after: Row[] = [];
  let taken = 0;
  for (const [at, removed, rows] of edits) {
    for (; taken < at; taken++) after.push(before[taken]!);
    taken += removed;
    for (const row of rows) after.push(row);
  }
  for (; taken < before.length; taken++) after.push(before[taken]!);
  return after;
}

/** Edits as they are found: those at one place are one. */
class Edits {
  readonly all: [at: number, removed: number, rows: Row[]][] = [];
  inserted = 0;

  remove(at: number): void {
    const last = this.all.at(-1);
    if (last !== undefined && last[0] + last[1] === at) last[1]++;
    else this.all.push([at, 1, []]);
  }

  insert(at: number, rows: readonly Row[]): void {
    this.inserted += rows.length;
    const last = this.all.at(-1);
    if (last !== undefined && last[0] + last[1] === at) for (const row of rows) last[2].push(row);
    else this.all.push([at, 0, [...rows]]);
  }
}

/** How many rows are compared before all of them are looked through. */
const NEAR = 16;

/** Where a row is among the next few; null where it is none of them. */
function near(rows: readonly Row[], from: number, end: number, row: Row): number | null {
  const most = Math.min(end, from + NEAR);
  for (let at = from; at < most; at++) if (isSame(rows[at]!, row)) return at;
  return null;
}

/** Where each row is in a part of a list. */
class Places {
  /** The first place of each is its last. */
  readonly #of = new Map<string, number[]>();

  constructor(rows: readonly Row[], from: number, end: number) {
    for (let at = end - 1; at >= from; at--) {
      const text = JSON.stringify(rows[at]);
      const all = this.#of.get(text);
      if (all === undefined) this.#of.set(text, [at]);
      else all.push(at);
    }
  }

  /** The first place of a row that is not before another; null where there is none. */
  firstOf(row: Row, least: number): number | null {
    const all = this.#of.get(JSON.stringify(row)) ?? [];
    while (all.length > 0 && all.at(-1)! < least) all.pop();
    return all.at(-1) ?? null;
  }
}

function isSame(a: Row, b: Row): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
