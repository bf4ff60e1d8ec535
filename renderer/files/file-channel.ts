/**
 * The content of one file over a channel, a piece at a time: no more of it is in memory than the channel has under way.
 * Either function ends the channel, and rejects with a SignalboxError that says why where not all of it went over.
 */
import { SignalboxError, toWireError } from '../../contract/errors.ts';
import type { ByteChannel } from '../../kit/byte-channel.ts';
import { limits } from '../../kit/limits.ts';
import { messages } from './messages.ts';

/** Told how many bytes have gone over so far. */
export type OnBytes = (done: number) => void;

/** Puts `content` under `name`; it is stored when this resolves. */
export async function putFile(
  channel: ByteChannel,
  name: string,
  content: Blob,
  onBytes: OnBytes,
): Promise<void> {
  channel.open({ name: `put ${name}`, size: content.size });
  const piece = limits.filePieceBytes.default;
  for (let at = 0; at < content.size; at += piece) {
    const bytes = await content
      .slice(at, at + piece)
      .arrayBuffer()
      .catch(() => {
        const unreadable = new SignalboxError('not_found', messages.unreadable(name));
        channel.cancel(unreadable);
        throw unreadable;
      });
    await channel.write(new Uint8Array(bytes));
    onBytes(at + bytes.byteLength);
  }
  await channel.end();
  for await (const _ of channel) throw new SignalboxError('internal', 'An answer to a put has no content.');
}

/** Where the content of a file goes. */
export interface FileSink {
  /** Takes a piece over when it resolves. */
  write(piece: Uint8Array): Promise<void>;
  /** All of it is there. */
  finish(): Promise<void>;
  /** Nothing of it is wanted any more. */
  abort(): Promise<void>;
}

/** Gets the file `name` into what `sinkFor` makes for its size. */
export async function getFile(
  channel: ByteChannel,
  name: string,
  sinkFor: (size: number) => Promise<FileSink>,
  onBytes: OnBytes,
): Promise<void> {
  await asked(channel, name);
  const { size } = await channel.opened;
  onBytes(0);
  let sink: FileSink | null = null;
  try {
    sink = await sinkFor(size ?? 0);
    let done = 0;
    for await (const piece of channel) {
      await sink.write(piece);
      done += piece.length;
      onBytes(done);
    }
    await sink.finish();
  } catch (error) {
    const { code, message } = toWireError(error);
    channel.cancel(new SignalboxError(code, message));
    await sink?.abort();
    throw error;
  }
}

/** The first bytes of a file, `most` at most; the rest of it is not sent. */
export async function headOf(channel: ByteChannel, name: string, most: number): Promise<Uint8Array> {
  await asked(channel, name);
  const head = new Uint8Array(most);
  let at = 0;
  for await (const piece of channel) {
    const part = piece.subarray(0, most - at);
    head.set(part, at);
    at += part.length;
    if (at === most) break;
  }
  return head.subarray(0, at);
}

/** Asks for a file; this end sends nothing. */
async function asked(channel: ByteChannel, name: string): Promise<void> {
  channel.open({ name: `get ${name}`, size: 0 });
  await channel.end();
}
