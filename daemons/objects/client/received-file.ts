/** Reads objects through descriptors that were received. */
import { fstat, read } from 'node:fs';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { OnProgress } from './body.ts';
import type { OpenedObject, ReadObject } from './objects-client.ts';
import { tooLarge } from './receivers.ts';

const readAt = promisify(read);
const stat = promisify(fstat);
const PIECE_BYTES = 1024 * 1024;

/** The whole file. @throws ObjectsTooLargeError for more than `maxBytes` */
export async function readWhole(
  descriptor: number,
  maxBytes: number,
  onProgress: OnProgress | undefined,
): Promise<Buffer> {
  const { size } = await stat(descriptor);
  if (size > maxBytes) throw tooLarge(size, maxBytes);
  const content = Buffer.allocUnsafeSlow(size);
  let at = 0;
  while (at < size) {
    const { bytesRead } = await readAt(descriptor, content, at, Math.min(PIECE_BYTES, size - at), at);
    if (bytesRead === 0) break;
    at += bytesRead;
    onProgress?.(at, size);
  }
  return content.subarray(0, at);
}

/** The file as a stream, which closes the descriptor at its end. */
export async function streamOf(
  opened: OpenedObject,
  onProgress: OnProgress | undefined,
): Promise<ReadObject> {
  const { descriptor, metadata } = opened;
  const { size } = await stat(descriptor);
  let at = 0;
  const content = new Readable({
    read() {
      read(descriptor, Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES, at, (error, bytesRead, buffer) => {
        if (error !== null) {
          this.destroy(error);
          return;
        }
        at += bytesRead;
        if (bytesRead > 0) onProgress?.(at, size);
        this.push(bytesRead === 0 ? null : buffer.subarray(0, bytesRead));
      });
    },
    destroy(error, done) {
      opened.close();
      done(error);
    },
  });
  return { content, sizeBytes: size, metadata };
}
