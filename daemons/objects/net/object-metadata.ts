/** What answers say of an object. One piece of memory for all of them: it is written before the next is asked for. */
import type { Metadata } from '../protocol/metadata.ts';
import type { ObjectInfo } from '../store/object-info.ts';

/** Objects come from the root of the store; there is no other. */
const BACKEND_PATH = 1;

const metadata: { -readonly [Key in keyof Metadata]: Metadata[Key] } = {
  sizeBytes: 0,
  modifiedSeconds: 0,
  etag: '',
  mimeType: '',
  backendPath: BACKEND_PATH,
};

/** The entries of an object: good until the next call. */
export function metadataOf({ sizeBytes, mtimeMs, etag, contentType }: ObjectInfo): Metadata {
  metadata.sizeBytes = sizeBytes;
  metadata.modifiedSeconds = Math.floor(mtimeMs / 1_000);
  metadata.etag = etag;
  metadata.mimeType = contentType;
  return metadata;
}
