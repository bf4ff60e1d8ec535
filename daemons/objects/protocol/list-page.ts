/**
 * The content of an answer to `list`: entries of URI length (2), size (8), time of the last change in Unix seconds (8) and
 * URI, in the order of the URIs' bytes. A request names the prefix, and behind a NUL the last URI of the page before; an
 * answer after which more follows says so by the metadata entry `next`.
 */
import { readUint64, writeUint64 } from './metadata.ts';

/** One object of a list. */
export interface ListEntry {
  readonly uri: string;
  readonly sizeBytes: number;
  readonly modifiedSeconds: number;
}

const ENTRY_HEAD_BYTES = 18;
/** Separates the prefix from where a page goes on: no URI has it. */
const SEPARATOR = '\0';

/** The URI of a request for a page: what begins with `prefix` and comes after `after`. */
export const listUri = (prefix: string, after?: string): string =>
  after === undefined ? prefix : `${prefix}${SEPARATOR}${after}`;

/** What the URI of a request for a page says. */
export function readListUri(uri: string): { prefix: string; after: string | null } {
  const at = uri.indexOf(SEPARATOR);
  return at < 0 ? { prefix: uri, after: null } : { prefix: uri.slice(0, at), after: uri.slice(at + 1) };
}

/** Room that an entry takes. */
export const entryBytes = (uri: string): number => ENTRY_HEAD_BYTES + Buffer.byteLength(uri);

/** Writes an entry; returns where it ends. `into` has room for {@link entryBytes}. */
export function writeListEntry(
  into: Buffer,
  at: number,
  { uri, sizeBytes, modifiedSeconds }: ListEntry,
): number {
  const uriBytes = into.write(uri, at + ENTRY_HEAD_BYTES);
  into.writeUInt16BE(uriBytes, at);
  writeUint64(into, at + 2, sizeBytes);
  writeUint64(into, at + 10, modifiedSeconds);
  return at + ENTRY_HEAD_BYTES + uriBytes;
}

/** The content of an answer that holds these. */
export function listContent(entries: readonly ListEntry[]): Buffer {
  const content = Buffer.allocUnsafe(entries.reduce((sum, { uri }) => sum + entryBytes(uri), 0));
  let at = 0;
  for (const entry of entries) at = writeListEntry(content, at, entry);
  return content;
}

/** Reads the content of an answer; null where it ends inside an entry. */
export function readListContent(content: Buffer): ListEntry[] | null {
  const entries: ListEntry[] = [];
  let at = 0;
  while (at < content.length) {
    if (content.length - at < ENTRY_HEAD_BYTES) return null;
    const end = at + ENTRY_HEAD_BYTES + content.readUInt16BE(at);
    if (end > content.length) return null;
    entries.push({
      uri: content.toString('utf8', at + ENTRY_HEAD_BYTES, end),
      sizeBytes: readUint64(content, at + 2),
      modifiedSeconds: readUint64(content, at + 10),
    });
    at = end;
  }
  return entries;
}
