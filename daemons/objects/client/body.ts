/** What a caller gives as the content of an object, as the connection sends it. */
import { ObjectsUsageError } from './errors.ts';
import type { Body } from './exchange.ts';
import { CLIENT_LIMITS } from './limits.ts';

/** Content of a known size that is not in memory, such as a file that is read. */
export interface StreamedContent {
  readonly sizeBytes: number;
  /** Together exactly that many bytes. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** Content of an object. Text is sent as UTF-8. */
export type Content = string | Uint8Array | StreamedContent;

/** Told how much of a content is through, and how much there is in all. */
export type OnProgress = (doneBytes: number, totalBytes: number) => void;

/** @throws ObjectsUsageError for a size that is none */
export function bodyOf(content: Content, onProgress?: OnProgress): Body {
  if (typeof content === 'string' || content instanceof Uint8Array) {
    const bytes = Buffer.from(content as Uint8Array);
    return { sizeBytes: bytes.length, pieces: piecesOf(bytes), onSent: reporter(bytes.length, onProgress) };
  }
  const { sizeBytes } = content;
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0)
    throw new ObjectsUsageError(`The size of the content is ${sizeBytes}; expected a whole number of bytes.`);
  return { sizeBytes, pieces: content.content, onSent: reporter(sizeBytes, onProgress) };
}

function* piecesOf(bytes: Buffer): Generator<Buffer> {
  const step = CLIENT_LIMITS.bodyPieceBytes.default;
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

function reporter(totalBytes: number, onProgress: OnProgress | undefined): Body['onSent'] {
  return onProgress === undefined ? undefined : (sentBytes) => onProgress(sentBytes, totalBytes);
}
