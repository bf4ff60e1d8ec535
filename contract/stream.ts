/**
 * What flows between a daemon and a window on a stream: frames, logs and live tables straight from the process,
 * acknowledgements and wishes back. Objects on a MessagePort; on a WebSocket frames are binary, the rest JSON text.
 *
 * What a window has not acknowledged is bounded: two frames, and some logs and rows. A window that falls behind gets the
 * newest frame and table once it is back, and is told how many log records it missed.
 */
import { z } from 'zod';
import type { WireError } from './errors.ts';
import type { Catalog } from './link/catalog.ts';
import type { LogRecord } from './log-record.ts';
import type { MetricFrame } from './metric-frame.ts';

/** Frames a second, at most, that a window may ask for; see metric-frame.ts for when there are fewer. */
export const FRAME_RATES = { visible: 10, hidden: 1, paused: 0 } as const;

/** What a window says on a stream. */
export type FromWindow =
  /** How many frames a second at most, 0 for none; see {@link FRAME_RATES}. */
  | { readonly type: 'rate'; readonly hz: number }
  /** The frame `seq` was taken over; gives its credit back. */
  | { readonly type: 'ack'; readonly seq: number }
  /** Logs or rows were taken over, those with this ticket and all before; the process sends more only then. */
  | { readonly type: 'took'; readonly ticket: number }
  /** Start or stop following logs; earlier records than `afterSeq` are not sent again. */
  | { readonly type: 'logs'; readonly follow: boolean; readonly afterSeq: number }
  /** Start or stop following a live table of the manifest, named by {@link watchedTable}. */
  | { readonly type: 'watch'; readonly table: string; readonly on: boolean }
  /** A frame came whose catalog the window does not know: it is answered by `catalog`. */
  | { readonly type: 'catalog?' };

/** What a window calls a table that it follows: one that is about a row of another table has the name of that row behind a slash. */
export function watchedTable(name: string, about: string | null): string {
  return about === null ? name : `${name}/${about}`;
}

/** Undoes {@link watchedTable}: no manifest has a table with a slash in its name, what one is about may have some. */
export function tableOfWatched(watched: string): { readonly name: string; readonly about: string | null } {
  const slash = watched.indexOf('/');
  if (slash < 0) return { name: watched, about: null };
  return { name: watched.slice(0, slash), about: watched.slice(slash + 1) };
}

/** Longest name of a table that is followed, with what it is about. */
const MOST_WATCHED = 1_024;

/** A cell of a live table; its column says how it is shown. */
export type TableCell = string | number | boolean | null;

/** At a place in the rows that a window has so many of them go, and these come. */
export type RowEdit = readonly [at: number, removed: number, rows: readonly (readonly TableCell[])[]];

/** What a process says on a stream, beside the binary metric frames. */
export type ToWindow =
  /** First message of every stream. */
  | {
      readonly type: 'hello';
      readonly source: string;
      readonly instance: number;
      readonly pid: number;
      readonly startedAt: number;
    }
  | { readonly type: 'frame'; readonly frame: MetricFrame }
  /** What the frames after it hold; not sent for the catalog that a process begins with. */
  | { readonly type: 'catalog'; readonly catalog: Catalog }
  | {
      readonly type: 'logs';
      /** To be given back with `took`. */
      readonly ticket: number;
      readonly records: readonly LogRecord[];
      /** Records between the last message and this one that the process no longer had when the window was ready. */
      readonly dropped: number;
    }
  /** The whole table, at most once a second. Cells are in the order of the manifest's columns. */
  | {
      readonly type: 'rows';
      /** To be given back with `took`. */
      readonly ticket: number;
      readonly table: string;
      readonly time: number;
      readonly rows: readonly (readonly TableCell[])[];
      /** Rows that exist; more than were sent when the table is larger than the runtime's limit `tableRows`. */
      readonly total: number;
    }
  /**
   * What is other than in the rows that this window was told of last, of a table whose rows mostly stay as they are: in the order
   * of their places, which are those of the rows before any of them.
   */
  | {
      readonly type: 'changes';
      /** To be given back with `took`. */
      readonly ticket: number;
      readonly table: string;
      readonly time: number;
      readonly edits: readonly RowEdit[];
      readonly total: number;
    }
  /** A table that the role of this window may not watch. */
  | { readonly type: 'denied'; readonly table: string; readonly error: WireError };

/** Checks what a daemon receives from a window. */
export const fromWindowSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('rate'), hz: z.number().int().min(0).max(10) }),
  z.object({ type: z.literal('ack'), seq: z.number().int().nonnegative() }),
  z.object({ type: z.literal('took'), ticket: z.number().int().nonnegative() }),
  z.object({ type: z.literal('logs'), follow: z.boolean(), afterSeq: z.number().int().nonnegative() }),
  z.object({ type: z.literal('watch'), table: z.string().max(MOST_WATCHED), on: z.boolean() }),
  z.object({ type: z.literal('catalog?') }),
]);
