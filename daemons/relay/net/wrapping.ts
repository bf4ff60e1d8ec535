/** What frames are put into on their way out: records of a sealed session, messages of a WebSocket. Used by outbox.ts. */
import { LONG_FRAME_HEADER_BYTES } from '../../runtime/net/websocket-frame.ts';
import { RECORD_DATA_BYTES, RECORD_OVERHEAD_BYTES } from '../noise/records.ts';
import { WRITE_BYTES } from './tick-flusher.ts';

export interface Wrapping {
  /** Where in `out` the last {@link seal} began. */
  readonly begun: number;
  /** Bytes from there on that it filled. */
  readonly written: number;
  /** Wraps of `source[from, end)` what `out` has room for, and answers where it stopped. */
  seal(source: Uint8Array, from: number, end: number, out: Uint8Array, nowMs: number): number;
}

/** What the longest write becomes. */
export const WRAPPED_BYTES =
  WRITE_BYTES +
  (Math.ceil(WRITE_BYTES / RECORD_DATA_BYTES) + 1) * RECORD_OVERHEAD_BYTES +
  LONG_FRAME_HEADER_BYTES;
