/**
 * The setting `listen` of the object server: entries for Unix sockets and TCP, and what they come to in a data folder: whole
 * paths, numbers of groups, tokens that were read.
 */
import { dirname, isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { filePath, lineWord } from '../../contract/line-texts.ts';
import { placeOf } from '../../contract/listen-place.ts';
import { listenSetting, tcpListener, unixListener } from '../../contract/listen-setting.ts';
import type { ConfiguredPlace } from '../../contract/manifest.ts';
import { MOST_PATH_BYTES } from '../runtime/net/unix-socket.ts';

/** How the answers of a connection are written whose first byte leaves it open. */
export const DIALECTS = ['programs', 'document'] as const;

const PATH_HINT =
  'expected a path that the data directory’s folder objects/ can be put before, such as "objects.sock", or an absolute one';

/** Absolute, or in the daemon's folder. How long it may be is known when it is whole: see {@link pathProblem}. */
const socketPath = z
  .string()
  .refine(
    (text) =>
      /^(?!\/*$)(?!.*\/$)[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,1024}$/u.test(text) && !text.split('/').includes('..'),
    { error: PATH_HINT },
  );

const shared = {
  writable: z
    .boolean()
    .default(false)
    .describe('Whether its clients may put and delete; without it every one of them only reads.'),
  dialect: z
    .enum(DIALECTS)
    .default('programs')
    .describe(
      'How answers are written to a client whose first bytes leave it open: as the programs of the protocol have it, or as its document.',
    ),
};

const unixEntry = unixListener().extend({
  path: socketPath.describe(
    'Path of a Unix socket; a relative one lies in the folder objects/ of the data directory. At most 107 bytes in whole.',
  ),
  group: lineWord({ max: 64 })
    .optional()
    .describe('Name or number of the group that the socket belongs to; that of Signalbox where absent.'),
  ...shared,
});

const tcpEntry = tcpListener().extend({
  token_file: filePath()
    .optional()
    .describe(
      'File with one line, which clients must prove to know before they may ask anything; a relative path lies in the folder objects/ of the data directory.',
    ),
  public: z
    .boolean()
    .default(false)
    .describe(
      'Lets an address beside loopback serve everybody who reaches it, without token and without certificate.',
    ),
  ...shared,
});

/** The setting. */
export const objectsListen = listenSetting(z.union([unixEntry, tcpEntry])).default([
  { path: 'objects.sock', writable: false, dialect: 'programs' },
]);

/** One entry as it is written, with its defaults. */
export type ConfiguredEntry = z.output<typeof objectsListen>[number];
/** An entry for a Unix socket, as it is written. */
export type ConfiguredUnixEntry = Extract<ConfiguredEntry, { path: string }>;
/** An entry for TCP, as it is written. */
export type ConfiguredTcpEntry = Exclude<ConfiguredEntry, { path: string }>;

/** The whole path of what is written in the setting. */
export function wholePath(path: string, dataDir: string): string {
  return resolve(dataDir, path);
}

/** What is wrong with a whole path; null where nothing is. */
export function pathProblem(path: string): string | null {
  const bytes = Buffer.byteLength(path);
  if (bytes > MOST_PATH_BYTES)
    return `expected a path of at most ${MOST_PATH_BYTES} bytes, which is all that the system takes for a socket; ${path} has ${bytes}`;
  // A server listens under a name of its own first, beside the path.
  const least = Buffer.byteLength(dirname(path)) + '/.x'.length;
  return least > MOST_PATH_BYTES ? `expected a folder with room for a name of two bytes: ${path}` : null;
}

/** The places of a configuration. A relative path is one only in a folder. */
export function objectPlaces(
  { listen }: { readonly listen: readonly ConfiguredEntry[] },
  dataDir?: string,
): ConfiguredPlace[] {
  return listen.flatMap((entry, index): ConfiguredPlace[] => {
    const setting = ['listen', index];
    if (!('path' in entry)) return [{ ...placeOf(entry), setting }];
    if (dataDir === undefined) return isAbsolute(entry.path) ? [{ path: entry.path, setting }] : [];
    const path = wholePath(entry.path, dataDir);
    return pathProblem(path) === null ? [{ path, setting }] : [];
  });
}
