/** Reads the JSON body of an HTTP request, bounded. Called by the HTTP server. */
import type { IncomingMessage } from 'node:http';
import type { Outcome } from '../../daemons/contract/errors.ts';

/** The parsed body; an empty one is null. */
export async function readJson(request: IncomingMessage, limitBytes: number): Promise<Outcome<unknown>> {
  const type = request.headers['content-type'];
  // A form on another site can send text/plain without asking first; JSON it cannot.
  if (type !== undefined && !/^application\/json\b/i.test(type)) {
    return { ok: false, error: { code: 'bad_request', message: 'The body must be application/json.' } };
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > limitBytes) {
      return {
        ok: false,
        error: { code: 'limit_reached', message: `The body may have ${limitBytes} bytes.` },
      };
    }
    chunks.push(chunk as Buffer);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return { ok: true, result: null };
  try {
    return { ok: true, result: JSON.parse(text) };
  } catch {
    return { ok: false, error: { code: 'bad_request', message: 'The body is not valid JSON.' } };
  }
}
