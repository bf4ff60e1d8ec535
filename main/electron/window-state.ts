/**
 * Size, position and maximised state of the window between runs, in one small file of the data directory. Used by
 * windows.ts. A file that is missing or damaged means the default size; it never keeps the app from starting.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SavedFile } from '../../daemons/runtime/files/saved-file.ts';

/** Bounds in density-independent pixels. */
export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where the window was. */
export interface WindowState {
  readonly bounds: Bounds;
  readonly maximised: boolean;
}

const coordinate = z.number().int().min(-100_000).max(100_000);
const windowStateSchema = z.object({
  bounds: z.object({
    x: coordinate,
    y: coordinate,
    width: z.number().int().min(200).max(100_000),
    height: z.number().int().min(200).max(100_000),
  }),
  maximised: z.boolean(),
});

/** Least overlap with a display, in pixels each way, for a window to be reachable by mouse. */
const REACHABLE_PIXELS = 80;

/** Whether enough of the window lies on one of the displays to grab it. */
export function isReachable(bounds: Bounds, displays: readonly Bounds[]): boolean {
  return displays.some((display) => {
    const width =
      Math.min(bounds.x + bounds.width, display.x + display.width) - Math.max(bounds.x, display.x);
    const height =
      Math.min(bounds.y + bounds.height, display.y + display.height) - Math.max(bounds.y, display.y);
    return width >= REACHABLE_PIXELS && height >= REACHABLE_PIXELS;
  });
}

/** Reads and writes the file; the newest state wins. */
export class WindowStateFile {
  readonly #file: SavedFile;

  constructor(dataDir: string) {
    this.#file = new SavedFile(join(dataDir, 'window.json'));
  }

  /** The stored state, or null where there is none that makes sense. */
  load(): WindowState | null {
    try {
      return windowStateSchema.parse(JSON.parse(readFileSync(this.#file.path, 'utf8')));
    } catch {
      return null;
    }
  }

  /** Stores `state`; resolves when the file holds it or a newer one. A full disk costs the state, nothing else. */
  save(state: WindowState): Promise<void> {
    return this.#file.save(() => `${JSON.stringify(state)}\n`).catch(() => {});
  }
}
