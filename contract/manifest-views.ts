/** What a manifest may have drawn beside charts and tables: figures side by side, tables as graphs, a page of a command's answer, and files. */
import type { Access } from './access.ts';

/** The same figures of several things, side by side below the charts of the Live page. */
export interface ComparisonSpec {
  readonly title: string;
  /** What a row is, such as `Mode`; the title of the first column. */
  readonly of: string;
  /** Titles of the other columns. */
  readonly columns: readonly string[];
  /** `metrics` has full names in the order of the columns. */
  readonly rows: readonly { readonly title: string; readonly metrics: readonly string[] }[];
}

/** A page of a daemon that shows what a command answers, which is safe, only reads and has a table or the fields of one thing as its result. */
export interface ResultPageSpec {
  readonly title: string;
  /** One sentence about what is shown. */
  readonly hint: string;
  readonly command: string;
  /** The field that says how it is, where the answer is the fields of one thing, and how it stands in each; `idle` in any other. */
  readonly state?: {
    readonly field: string;
    readonly tones: Readonly<Record<string, GraphTone>>;
    /** The field that is false where there is no such thing: it is in no state then, whatever the other says. */
    readonly where?: string;
  };
  /** Page whose tab it is a part of, where it has none of its own; it has one where that page is not there for who looks. */
  readonly within?: string;
  /** Commands that are offered beside it; each is there for whoever may run it, and asks for what it needs. */
  readonly actions?: readonly { readonly title: string; readonly command: string }[];
}

/** How a row, or the one thing of a page, stands: it is the daemon itself, or well, on its way to it, left alone, or something is wrong with it. */
export type GraphTone = 'self' | 'good' | 'busy' | 'idle' | 'bad';

/** The rows of a table that hang on each other, drawn as a graph above it. Columns are named by their keys. */
export interface TableGraph {
  /** What a row is, in the singular: `server`. */
  readonly noun: string;
  /** Column with the first cell of the row that a row hangs on; empty, or nobody's, for one that hangs on none. */
  readonly parent: string;
  /** Column of the state, and how a row stands in each; `idle` in any other. */
  readonly state: string;
  readonly tones: Readonly<Record<string, GraphTone>>;
  /** Column of a number that says how large a row is, and what it counts, in the singular. */
  readonly weight: { readonly column: string; readonly noun: string };
  /** Column that stands on the line to what a row hangs on. */
  readonly line: string;
  /** Column that says why a row is not well. */
  readonly note: string;
}

/**
 * The files of a daemon, browsed on a page of their own. Their content comes and goes over a channel for files that is opened as
 * `get NAME` or `put NAME` (byte-stream.ts), which needs the access `operate`.
 */
export interface FilesSpec {
  readonly title: string;
  /** What one of them is called, such as `object`. */
  readonly noun: string;
  /**
   * Command that takes `prefix`, `after`, `folders` and `limit`, and answers rows of `uri`, `size` (null for a folder, whose `uri`
   * ends in "/"), `modifiedAt` and `contentType`, with the `next` page's `after` or null. The page is there for whoever may run it.
   */
  readonly list: string;
  /** Command that takes `uri` and answers the fields of a row, or `not_found`. */
  readonly stat: string;
  /** Command that takes `uri`. */
  readonly remove: string;
  /** What putting one needs; checked again by the daemon. */
  readonly write: Access;
}
