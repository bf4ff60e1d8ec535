/**
 * Size, position and maximised state of the window between runs, in one small file of the data directory. Used by
 * windows.ts. A file that is missing or damaged means the default size; it never keeps the app from starting.
 */
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Bounds in density-independent pixels. */
export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

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

/** Reads and writes the file; writes are atomic and one at a time, the newest state wins. */
export class WindowStateFile {
  readonly #file: string;
  #pending: WindowState | null = null;
  #writing: Promise<void> | null = null;

  constructor(dataDir: string) {
    this.#file = join(dataDir, 'window.json');
  }

  /** The stored state, or null where there is none that makes sense. */
  load(): WindowState | null {
    try {
      return windowStateSchema.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch {
      return null;
    }
  }

  /** Stores `state`; resolves when the file holds it or a newer one. A full disk costs the state, nothing else. */
  save(state: WindowState): Promise<void> {
    this.#pending = state;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#pending !== null) {
      const state = this.#pending;
      this.#pending = null;
      const temporary = `${this.#file}.new`;
      try {
        await writeFile(temporary, `${JSON.stringify(state)}\n`, { mode: 0o600 });
        await rename(temporary, this.#file);
      } catch {
        return;
      }
    }
  }
}
