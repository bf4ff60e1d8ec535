/** Reads the JSON body of an HTTP request, bounded. Called by the HTTP server. */
import type { IncomingMessage } from 'node:http';
import type { WireError } from '../../contract/errors.ts';
import { CONTROL_LIMITS } from '../core/limits.ts';

/** What handling one piece of a body costs, in bytes: 16 MB are 16,000 pieces at most, some 20 ms. */
const PIECE_BYTES = 1_000;

/** A parsed body, or why there is none and with which status that is answered. */
export type JsonBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly status: 400 | 413 | 415; readonly error: WireError };

/** The parsed body; an empty one is null. */
export async function readJson(request: IncomingMessage, limitBytes: number): Promise<JsonBody> {
  const bytes = await readBody(request, limitBytes);
  if (bytes === 'too long')
    return refused(413, 'limit_reached', `The body may have at most ${limitBytes} bytes.`);
  if (bytes === 'cut off') return refused(400, 'bad_request', 'The body ended early.');
  // A page of another site can send anything but JSON without asking first.
  const type = request.headers['content-type'];
  if (type === undefined ? bytes.length > 0 : !/^application\/json\s*(;|$)/i.test(type))
    return refused(415, 'bad_request', 'The body must be JSON, sent with "Content-Type: application/json".');
  const text = bytes.toString('utf8');
  if (text.trim() === '') return { ok: true, value: null };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return refused(400, 'bad_request', 'The body is not valid JSON.');
  }
}

/**
 * All bytes of the body. Of one that is too long the rest is read and forgotten, so that its sender gets to read the
 * answer; past `httpDiscardBytes` the connection is cut. There every piece counts as {@link PIECE_BYTES} more than it has, for
 * chunks of one byte are as much work as large ones.
 */
function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | 'too long' | 'cut off'> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let size = 0;
    let discarded = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limitBytes) {
        chunks.push(chunk);
        return;
      }
      chunks = [];
      resolve('too long');
      discarded += chunk.length + PIECE_BYTES;
      if (discarded > CONTROL_LIMITS.httpDiscardBytes) request.destroy();
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => resolve('cut off'));
    request.on('close', () => resolve('cut off'));
  });
}

function refused(status: 400 | 413 | 415, code: WireError['code'], message: string): JsonBody {
  return { ok: false, status, error: { code, message } };
}
