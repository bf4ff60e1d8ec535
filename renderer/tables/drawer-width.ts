/** How wide the drawer of a row is: as the reader left it, and never over the name of the row that it is about. */

/** Pixels of a drawer that nobody has resized. */
export const DRAWER_WIDTH = 420;
export const LEAST_DRAWER = 280;
export const MOST_DRAWER = 900;
/** A list with less than this beside the drawer is covered by it instead. */
const LEAST_LIST = 560;

export interface DrawerPlace {
  readonly width: number;
  /** Whether it lies over the list instead of beside it. */
  readonly over: boolean;
}

/**
 * @param wished pixels that the reader chose
 * @param frame pixels of list and drawer; null where they are not known yet
 * @param name pixels of the column that names a row
 */
export function drawerPlace(wished: number, frame: number | null, name: number): DrawerPlace {
  const width = Math.min(MOST_DRAWER, Math.max(LEAST_DRAWER, wished));
  if (frame === null || frame - width >= LEAST_LIST) return { width, over: false };
  return { width: Math.max(Math.min(width, frame - name), Math.min(LEAST_DRAWER, frame)), over: true };
}

/** The width after a key on the edge of the drawer, which lies at the left; null for other keys. */
export function widthAfter(key: string, width: number): number | null {
  const next = {
    ArrowLeft: width + 16,
    ArrowRight: width - 16,
    Home: MOST_DRAWER,
    End: LEAST_DRAWER,
  }[key];
  return next === undefined ? null : Math.min(MOST_DRAWER, Math.max(LEAST_DRAWER, next));
}
