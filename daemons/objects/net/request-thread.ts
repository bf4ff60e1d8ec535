/**
 * A thread that does the work of one request and ends: opens the object, and reads it where COPY asks for a small one. Started by
 * RequestThreads; the descriptor is that of whoever asked from when it is said.
 */
import { readSync } from 'node:fs';
import { currentWorker } from '../../runtime/async/current-worker.ts';
import { FIXED_LIMITS } from '../limits.ts';
import type { ContentMode } from '../metrics.ts';
import { loadNative } from '../native/native-calls.ts';
import { ObjectReader, type SharedStore } from '../store/object-reader.ts';

/** What is to be done. */
export interface RequestWork {
  readonly reading: SharedStore;
  readonly uri: string;
  readonly mode: ContentMode;
}

const worker = currentWorker<RequestWork>();
const { reading, uri, mode } = worker.data;
const reader = new ObjectReader(reading, { entries: 1, native: loadNative()?.files ?? null });
const opened = reader.openFresh(uri);
worker.post(typeof opened === 'string' ? opened : { ...opened, content: contentOf(opened) });
reader.close();

/** Null for all but COPY, for large ones and for one that has become shorter: it is read from the descriptor then. */
function contentOf({
  fd,
  sizeBytes,
}: {
  readonly fd: number;
  readonly sizeBytes: number;
}): Uint8Array | null {
  if (mode !== 'copy' || sizeBytes > FIXED_LIMITS.memory_object_bytes.default) return null;
  const content = new Uint8Array(sizeBytes);
  try {
    return readSync(fd, content, 0, sizeBytes, 0) === sizeBytes ? content : null;
  } catch {
    return null;
  }
}
