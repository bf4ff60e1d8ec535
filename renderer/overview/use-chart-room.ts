/** How many charts have room in what the rest of the page leaves of the window. */
import { type RefObject, useEffect, useState } from 'react';
import { tokenPixels } from '../look/tokens.ts';

/** So many are there in any window: where they have no room the page scrolls. */
const LEAST = 6;

/**
 * How many rows of charts fit: so few that they are not higher than `most`, if they need not be lower than `least` for it.
 * All in pixels.
 */
export function rowsIn(
  height: number,
  { least, most, gap }: Record<'least' | 'most' | 'gap', number>,
): number {
  const wanted = Math.ceil((height + gap) / (most + gap));
  const fitting = Math.floor((height + gap) / (least + gap));
  return Math.max(1, Math.min(wanted, fitting));
}

/** Follows a grid of charts that takes the height which is left; all of `most` until it was measured. */
export function useChartRoom(grid: RefObject<HTMLElement | null>, most: number): number {
  const [room, setRoom] = useState(most);
  useEffect(() => {
    const node = grid.current;
    if (node === null) return;
    const observer = new ResizeObserver(() => {
      const columns = getComputedStyle(node).gridTemplateColumns.split(' ').length;
      const rows = rowsIn(node.clientHeight, {
        least: tokenPixels('--trend-least'),
        most: tokenPixels('--trend-most'),
        gap: tokenPixels('--gap'),
      });
      setRoom(Math.min(most, Math.max(LEAST, rows * columns)));
    });
    observer.observe(node);
    return () => observer.disconnect();
  }, [grid, most]);
  return room;
}
