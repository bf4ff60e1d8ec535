/**
 * Says once that closing the window has not ended Signalbox, and remembers it in the data directory. The system's
 * notification says it at once; where that does not appear, the window says it when it is shown again. Made by departure.ts.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SavedFile } from '../../daemons/runtime/files/saved-file.ts';

const toldSchema = z.object({ closedToTray: z.boolean() });

/** Ways to say something. */
export interface NoticeWays {
  /** Shows a notification of the system and calls back once it has appeared; it may never do so. */
  notify(appeared: () => void): void;
}

export class TrayNotice {
  readonly #file: SavedFile;
  readonly #ways: NoticeWays;
  #told: boolean;

  constructor(dataDir: string, ways: NoticeWays) {
    this.#file = new SavedFile(join(dataDir, 'desktop-notices.json'));
    this.#ways = ways;
    this.#told = wasTold(this.#file.path);
  }

  /** The window was hidden instead of closed. */
  hidden(): void {
    if (!this.#told) this.#ways.notify(() => this.#remember());
  }

  /** The window is shown again; `say` tells it there where nothing has told it yet. */
  shownAgain(say: () => void): void {
    if (this.#told) return;
    this.#remember();
    say();
  }

  #remember(): void {
    if (this.#told) return;
    this.#told = true;
    // A full disk means that it is said once more after the next start.
    void this.#file.save(() => `${JSON.stringify({ closedToTray: true })}\n`).catch(() => {});
  }
}

function wasTold(path: string): boolean {
  try {
    return toldSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).closedToTray;
  } catch {
    return false;
  }
}
