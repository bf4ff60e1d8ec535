/** The verbs of the object server on the command line, by the client library. Loaded by the command line alone. */
import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ErrorCode, SignalboxError } from '../../contract/errors.ts';
import type { VerbCall, VerbPrograms } from '../runtime/host/verb-definition.ts';
import type { ConnectOptions } from './client/connect.ts';
import {
  ObjectsConnectionError,
  ObjectsDeadlineError,
  ObjectsError,
  ObjectsRefusedError,
} from './client/errors.ts';
import { ObjectsClient } from './client/objects-client.ts';
import type { ListEntry } from './protocol/list-page.ts';
import type { Metadata } from './protocol/metadata.ts';
import type { RefusalName } from './protocol/status.ts';
import type { ObjectsVerbs } from './verb-specs.ts';

/** What every verb is told of where to connect. */
interface Where {
  readonly connect?: string | undefined;
  readonly token_file?: string | undefined;
}

/** The code of an error, by the status that the server answered with; any other is `refused`. */
const CODE_OF: Partial<Record<RefusalName, ErrorCode>> = {
  not_found: 'not_found',
  invalid_request: 'bad_request',
  uri_too_long: 'bad_request',
  unsupported: 'unsupported',
  timeout: 'timeout',
  unavailable: 'unavailable',
};

export const verbs: VerbPrograms<ObjectsVerbs> = {
  async get({ uri, file, mode, ...where }, call) {
    return await withServer(where, call, async (client) => {
      const { content, sizeBytes, metadata } = await client.read(uri, { mode });
      if (file === undefined) {
        await pipeline(content, call.output, { end: false });
        return { text: '', json: undefined };
      }
      await writeWhole(content, resolve(file));
      const json = { uri, file: resolve(file), bytes: sizeBytes, etag: metadata.etag ?? null };
      return { text: `${uri}: ${sizeBytes} bytes in ${resolve(file)}`, json };
    });
  },

  async put({ uri, file, mode: _, ...where }, call) {
    const source =
      file === undefined ? await spooled(call.input) : { path: resolve(file), done: async () => {} };
    try {
      const sizeBytes = await sizeOf(source.path);
      return await withServer(where, call, async (client) => {
        const content = createReadStream(source.path);
        try {
          const { etag = null } = await client.put(uri, { content, sizeBytes });
          return { text: `${uri}: ${sizeBytes} bytes stored`, json: { uri, bytes: sizeBytes, etag } };
        } finally {
          content.destroy();
        }
      });
    } finally {
      await source.done();
    }
  },

  async list({ prefix, limit, mode: _, ...where }, call) {
    return await withServer(where, call, async (client) => {
      const found: ListEntry[] = [];
      for await (const entry of client.listAll(prefix)) {
        if (found.length === limit) break;
        found.push(entry);
      }
      const width = Math.max(0, ...found.map(({ sizeBytes }) => String(sizeBytes).length));
      const lines = found.map(
        ({ uri, sizeBytes, modifiedSeconds }) =>
          `${String(sizeBytes).padStart(width)}  ${new Date(modifiedSeconds * 1_000).toISOString().slice(0, 19)}Z  ${uri}`,
      );
      const json = found.map(({ uri, sizeBytes, modifiedSeconds }) => ({
        uri,
        bytes: sizeBytes,
        modifiedAt: modifiedSeconds * 1_000,
      }));
      return { text: lines.join('\n'), json };
    });
  },

  async stat({ uri, mode: _, ...where }, call) {
    return await withServer(where, call, async (client) => {
      const known = factsOf(uri, await client.stat(uri));
      const lines = Object.entries(known).map(([name, value]) => `${name.padEnd(13)}${value ?? '-'}`);
      return { text: lines.join('\n'), json: known };
    });
  },

  async delete({ uri, mode: _, ...where }, call) {
    return await withServer(where, call, async (client) => {
      await client.delete(uri);
      return { text: `${uri}: deleted`, json: { uri } };
    });
  },
};

function factsOf(uri: string, { sizeBytes, modifiedSeconds, etag, mimeType }: Metadata) {
  return {
    uri,
    bytes: sizeBytes ?? null,
    modifiedAt: modifiedSeconds === undefined ? null : modifiedSeconds * 1_000,
    contentType: mimeType ?? null,
    etag: etag ?? null,
  };
}

/**
 * Does `work` with a connection of its own. Of several listeners of the instance the first that serves the request does: not
 * every one is writable.
 */
async function withServer<Result>(
  where: Where,
  call: VerbCall,
  work: (client: ObjectsClient) => Promise<Result>,
): Promise<Result> {
  const token = where.token_file === undefined ? {} : { token: await readToken(where.token_file) };
  const places = where.connect === undefined ? await placesOf(call) : [placeOf(where.connect)];
  for (const [index, place] of places.entries()) {
    try {
      return await withClient({ ...place, ...token }, work);
    } catch (error) {
      const isLast = index === places.length - 1;
      if (isLast || !(error instanceof ObjectsRefusedError) || error.status !== 'unsupported')
        throw inWords(error);
    }
  }
  throw new SignalboxError(
    'unavailable',
    'objects listens nowhere that the command line can connect to by itself: expected a Unix socket or TCP without TLS.',
  );
}

async function withClient<Result>(
  options: ConnectOptions,
  work: (client: ObjectsClient) => Promise<Result>,
): Promise<Result> {
  const client = await ObjectsClient.connect(options);
  try {
    const result = await work(client);
    await client.close();
    return result;
  } finally {
    client.destroy();
  }
}

/** Where the instance listens: Unix sockets first, TLS not at all, because it takes certificates. */
async function placesOf(call: VerbCall): Promise<readonly ConnectOptions[]> {
  const listeners = await call.listeners();
  const unix = listeners.flatMap((one) => ('path' in one ? [{ path: one.path }] : []));
  const tcp = listeners.flatMap((one) =>
    'path' in one || one.tls ? [] : [{ host: reachable(one.host), port: one.port }],
  );
  return [...unix, ...tcp];
}

/** Every address is none that can be connected to. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

/** `--connect`: a path has a slash, an address a port. */
function placeOf(text: string): ConnectOptions {
  const address = /^(?:\[(?<ipv6>[^\]]+)\]|(?<host>[^/:]+)):(?<port>\d{1,5})$/.exec(text)?.groups;
  if (address === undefined) return { path: resolve(text) };
  return { host: address.ipv6 ?? address.host ?? '', port: Number(address.port) };
}

async function readToken(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw ofFile(path, error);
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw Object.assign(new Error('it is no regular file'), { code: 'EISDIR' });
    return found.size;
  } catch (error) {
    throw ofFile(path, error);
  }
}

/** Standard input in a file of its own: how much there is must be said first. */
async function spooled(input: Readable): Promise<{ path: string; done: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-put-'));
  const path = join(folder, 'content');
  const done = () => rm(folder, { recursive: true, force: true });
  try {
    await pipeline(input, createWriteStream(path, { mode: 0o600 }));
    return { path, done };
  } catch (error) {
    await done();
    throw ofFile('standard input', error);
  }
}

/** What stands at the path is replaced when all has come, and stays where it has not. */
async function writeWhole(content: Readable, path: string): Promise<void> {
  const aside = join(dirname(path), `.signalbox-get-${randomBytes(6).toString('hex')}`);
  let file: Writable | null = null;
  try {
    file = createWriteStream(aside, { flags: 'wx' });
    await pipeline(content, file);
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error instanceof ObjectsError ? error : ofFile(path, error);
  }
}

function ofFile(path: string, error: unknown): SignalboxError {
  if (error instanceof SignalboxError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new SignalboxError(code === 'ENOENT' ? 'not_found' : 'refused', `${path}: ${message}`, {
    cause: error,
  });
}

/** What the client library says, in the codes of Signalbox. */
function inWords(error: unknown): unknown {
  if (!(error instanceof ObjectsError)) return error;
  const { message, cause } = error;
  const text = cause instanceof Error ? `${message} ${cause.message}` : message;
  if (error instanceof ObjectsRefusedError)
    return new SignalboxError(CODE_OF[error.status] ?? 'refused', `${error.uri}: ${text}`, { cause: error });
  if (error instanceof ObjectsConnectionError)
    return new SignalboxError('unavailable', text, { cause: error });
  if (error instanceof ObjectsDeadlineError) return new SignalboxError('timeout', text, { cause: error });
  return new SignalboxError('refused', text, { cause: error });
}
