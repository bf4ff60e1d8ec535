/**
 * Objects for windows: a channel for files that main has brokered is opened as `get URI` or `put URI`. What is put is written
 * down in the audit trail first, and is there whole or not at all.
 */
import { read } from 'node:fs';
import { accessDenial, type Role } from '../../../contract/access.ts';
import { fromWireError, SignalboxError } from '../../../contract/errors.ts';
import type { ByteChannel } from '../../../kit/byte-channel.ts';
import type { DaemonContext } from '../../runtime/host/daemon-definition.ts';
import { FIXED_LIMITS } from '../limits.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { StoreError } from '../store/store-problems.ts';
import { Upload } from '../store/upload.ts';
import { withoutSlash } from '../store/uri.ts';
import { inCodes, known } from './store-errors.ts';

const VERB_CHARACTERS = 'get '.length;

/** What the door opens on. */
export interface ByteDoorParts {
  readonly store: ObjectStore;
  readonly beginDeed: DaemonContext<unknown>['beginDeed'];
}

/** Serves one channel; what goes wrong is said to the other end. */
export async function serveBytes(channel: ByteChannel, role: Role, parts: ByteDoorParts): Promise<void> {
  try {
    const { name, size } = await channel.opened;
    const [verb, uri] = [name.slice(0, VERB_CHARACTERS), name.slice(VERB_CHARACTERS)];
    if (verb === 'get ') await get(channel, uri, parts.store);
    else if (verb === 'put ') await put(channel, uri, size, role, parts);
    else
      throw new SignalboxError('bad_request', 'expected "get URI" or "put URI" as what the channel is for');
  } catch (error) {
    channel.cancel(inCodes(error));
  }
}

async function get(channel: ByteChannel, uri: string, store: ObjectStore): Promise<void> {
  const object = known(store.reader.take(uri), uri);
  try {
    channel.open({ name: '', size: object.sizeBytes });
    const buffer = Buffer.allocUnsafeSlow(Math.min(object.sizeBytes, FIXED_LIMITS.copy_bytes.default));
    for (let at = 0; at < object.sizeBytes; ) {
      const bytes = await readAt(object.fd, buffer, Math.min(buffer.length, object.sizeBytes - at), at);
      if (bytes === 0)
        throw new SignalboxError(
          'conflict',
          `${withoutSlash(uri)} became shorter while it was read; try again.`,
        );
      await channel.write(buffer.subarray(0, bytes));
      at += bytes;
    }
    await channel.end();
  } finally {
    store.reader.giveBack(object);
  }
}

async function put(
  channel: ByteChannel,
  uri: string,
  size: number | null,
  role: Role,
  { store, beginDeed }: ByteDoorParts,
): Promise<void> {
  const denied = accessDenial(role, 'admin', 'putting an object');
  if (denied !== null) throw fromWireError(denied);
  if (size === null)
    throw new SignalboxError(
      'bad_request',
      'The size of what is put must be said when the channel is opened.',
    );
  const args = { uri: withoutSlash(uri), bytes: size };
  const answer = await beginDeed({ actor: `a window as ${role}`, command: 'put', args }, 'refuse');
  if (!answer.mayRun) throw fromWireError(answer.refusal);
  try {
    const upload = await Upload.begin(store, uri, size);
    try {
      channel.open({ name: '', size: 0 });
      for await (const bytes of channel) {
        // Leaving the loop by an exception would tell the other end no more than that.
        await upload.write(bytes).catch((error: unknown) => {
          channel.cancel(inCodes(error));
          throw error;
        });
      }
      await upload.finish();
    } finally {
      await upload.abandon();
    }
    await channel.end();
    answer.deed.end(true, 'stored');
  } catch (error) {
    answer.deed.end(false, error instanceof StoreError ? error.problem : inCodes(error).code);
    throw error;
  }
}

function readAt(fd: number, into: Buffer, bytes: number, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, into, 0, bytes, at, (error, count) => (error === null ? resolve(count) : reject(error)));
  });
}
