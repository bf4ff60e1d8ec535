/**
 * What is shown of a file without downloading it: text as text, whatever it would be for a browser, and pictures as their pixels.
 * Nothing of a file is ever run, or rendered as a document.
 */
import { toWireError, type WireError } from '../../contract/errors.ts';
import { ByteChannel } from '../../kit/byte-channel.ts';
import { limits } from '../../kit/limits.ts';
import type { ControlClient } from '../client/control-client.ts';
import { formatBytes } from '../format/numbers.ts';
import { headOf } from './file-channel.ts';
import { imageSizeOf, SHOWN_IMAGES } from './image-size.ts';
import type { FileRow } from './listing.ts';
import { messages } from './messages.ts';

export type Preview =
  | { readonly kind: 'text'; readonly text: string; readonly cut: boolean }
  | { readonly kind: 'image'; readonly image: ImageBitmap }
  /** Why nothing is shown. */
  | { readonly kind: 'none'; readonly why: string }
  | { readonly kind: 'failed'; readonly error: WireError };

/** Fetches as much of a file as is shown. Never rejects. A picture is the caller's to close. */
export async function previewOf(
  client: Pick<ControlClient, 'openBytes'>,
  daemon: string,
  file: FileRow,
): Promise<Preview> {
  const isImage = SHOWN_IMAGES.has(file.contentType);
  const most = isImage ? limits.previewImageBytes.default : limits.previewTextBytes.default;
  if (isImage && (file.size ?? 0) > most)
    return { kind: 'none', why: messages.tooLargeToShow(formatBytes(most)) };
  try {
    const channel = new ByteChannel(await client.openBytes(daemon), true);
    const bytes = await headOf(channel, file.uri, Math.min(most, Math.max(file.size ?? most, 1)));
    return isImage ? await imageOf(bytes, file.contentType) : textOf(bytes, file.size ?? bytes.length);
  } catch (error) {
    return { kind: 'failed', error: toWireError(error) };
  }
}

async function imageOf(bytes: Uint8Array, type: string): Promise<Preview> {
  const size = imageSizeOf(bytes);
  if (size === null) return { kind: 'none', why: messages.brokenPicture };
  if (size.width * size.height > limits.previewImagePixels.default)
    return { kind: 'none', why: messages.tooManyPixels(size.width, size.height) };
  try {
    return { kind: 'image', image: await createImageBitmap(new Blob([Uint8Array.from(bytes)], { type })) };
  } catch {
    return { kind: 'none', why: messages.brokenPicture };
  }
}

/** Text where all of it is UTF-8 without NUL; where it is cut, its last character may be. */
function textOf(bytes: Uint8Array, size: number): Preview {
  if (size === 0) return { kind: 'none', why: messages.emptyFile };
  if (bytes.includes(0)) return { kind: 'none', why: messages.noPreview };
  const cut = bytes.length < size;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: cut });
    return { kind: 'text', text, cut };
  } catch {
    return { kind: 'none', why: messages.noPreview };
  }
}
