/** How many charts have room in what the rest of the page leaves of the window. */
import { type RefObject, useEffect, useState } from 'react';
import { tokenPixels } from '../look/tokens.ts';
import { useScreen } from '../model/host-context.ts';

/** So many are there in any window: where they have no room the page scrolls. */
const LEAST = 6;
/** Under which the last one is remembered. */
const ROOM = 'charts of the Overview';

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

/** Follows a grid of charts that takes the height which is left. */
export function useChartRoom(grid: RefObject<HTMLElement | null>, most: number): number {
  const { sizes } = useScreen();
  // Charts that have no room would be made for a moment.
  const [room, setRoom] = useState(() => Math.min(most, sizes.get(ROOM) ?? LEAST));
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
      const next = Math.min(most, Math.max(LEAST, rows * columns));
      sizes.set(ROOM, next);
      setRoom(next);
    });
    observer.observe(node);
    return () => observer.disconnect();
  }, [grid, most, sizes]);
  return room;
}
