/**
 * Everything that can be found wrong with a configuration of the object server before anything is touched: paths of sockets,
 * groups, tokens, certificates, folders. Run by start, reload and `config check` alike.
 */

import { statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { MistakeCollector } from '../../contract/config-mistakes.ts';
import { SignalboxError } from '../../contract/errors.ts';
import { FileProblem } from '../runtime/files/bounded-file.ts';
import type { PrepareContext } from '../runtime/host/daemon-definition.ts';
import { loadCredentials, type TlsCredentials } from '../runtime/net/tls-credentials.ts';
import type { ObjectsConfig } from './config.ts';
import {
  type ConfiguredEntry,
  type ConfiguredTcpEntry,
  type ConfiguredUnixEntry,
  pathProblem,
  wholePath,
} from './listen-entries.ts';
import { groupNumber } from './system-groups.ts';
import { readTokenFile, type TokenDigest } from './token-file.ts';

/** A Unix socket to listen on: its path is whole, its group a number. */
export interface OpenUnixEntry extends Omit<ConfiguredUnixEntry, 'group'> {
  readonly gid: number | undefined;
}

/** A TCP address to listen on; the path of its token is whole. */
export type OpenTcpEntry = ConfiguredTcpEntry;

/** An entry of `listen` as the acceptor is given it. */
export type OpenEntry = OpenUnixEntry | OpenTcpEntry;

/** What a configuration comes to. */
export interface ObjectsPrepared {
  readonly listen: readonly OpenEntry[];
  /** What TLS listeners show; null where no certificate is set. */
  readonly credentials: TlsCredentials | null;
  /** The tokens by the whole path of their file. */
  readonly tokens: ReadonlyMap<string, TokenDigest>;
  /** Folder of the objects, absolute. */
  readonly root: string;
  /** Folder for copies of objects that are read often, absolute; null without copies. */
  readonly cacheDir: string | null;
}

/** @throws SignalboxError `config_invalid` that names the setting; with all mistakes where there are several */
export async function prepareObjects(
  config: ObjectsConfig,
  context: Pick<PrepareContext, 'dataDir' | 'warn'>,
): Promise<ObjectsPrepared> {
  const mistakes = new MistakeCollector();
  const tokens = new Map<string, TokenDigest>();
  const listen: OpenEntry[] = [];
  for (const [index, entry] of config.listen.entries()) {
    const key = `objects.listen[${index}]`;
    const opened = await mistakes.attempt(() => openEntry(entry, key, tokens, context));
    if (opened !== null) listen.push(opened);
  }
  const { tls } = config;
  const credentials =
    tls === undefined
      ? null
      : await mistakes.attempt(() =>
          loadCredentials('objects.tls', tls, (text) => context.warn('tls_certificate', text)),
        );
  const root = resolve(context.dataDir, config.root ?? 'store');
  const cacheDir = config.cache_dir === undefined ? null : resolve(context.dataDir, config.cache_dir);
  await mistakes.attempt(() => expectFolder('objects.root', root));
  if (cacheDir !== null)
    await mistakes.attempt(() => {
      expectFolder('objects.cache_dir', cacheDir);
      expectApart(root, cacheDir);
    });
  mistakes.settle();
  return { listen, credentials, tokens, root, cacheDir };
}

/** Copies in the root would be objects, and objects in the cache would be taken for what is copied. */
function expectApart(root: string, cacheDir: string): void {
  const [from, to] = [`${root}${sep}`, `${cacheDir}${sep}`];
  if (!from.startsWith(to) && !to.startsWith(from)) return;
  throw mistake(
    'objects.cache_dir',
    `${cacheDir} and objects.root, ${root}, are one folder or lie in each other; expected a folder of its own`,
  );
}

async function openEntry(
  entry: ConfiguredEntry,
  key: string,
  tokens: Map<string, TokenDigest>,
  { dataDir, warn }: Pick<PrepareContext, 'dataDir' | 'warn'>,
): Promise<OpenEntry> {
  if ('path' in entry) {
    const { group, ...rest } = entry;
    const path = wholePath(entry.path, dataDir);
    const problem = pathProblem(path);
    if (problem !== null) throw mistake(`${key}.path`, problem);
    const gid = group === undefined ? undefined : await groupNumber(group);
    if (gid === null)
      throw mistake(
        `${key}.group`,
        `there is no group ${group} on this machine: expected the name of one, or its number`,
      );
    return { ...rest, path, gid };
  }
  if (entry.token_file === undefined) return entry;
  const file = resolve(dataDir, entry.token_file);
  const setting = `${key}.token_file`;
  try {
    tokens.set(file, await readTokenFile(file, (why) => warn('token_file', `${setting}: ${file} ${why}`)));
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    throw mistake(setting, `${file} ${error.message}`);
  }
  return { ...entry, token_file: file };
}

/** A folder that is missing is made by a start. */
function expectFolder(key: string, path: string): void {
  let found: ReturnType<typeof statSync>;
  try {
    found = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw mistake(key, `${path} cannot be looked at: ${(error as Error).message}`);
  }
  if (found !== undefined && !found.isDirectory())
    throw mistake(key, `${path} is no folder: expected one, or nothing yet`);
}

function mistake(key: string, message: string): SignalboxError {
  return new SignalboxError('config_invalid', `${key}: ${message}`, { detail: { key } });
}
