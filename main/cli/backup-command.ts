/** `signalbox backup FILE` and `signalbox restore FILE`: a whole instance into one file, and back. */

import { existsSync } from 'node:fs';
import { readFile, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fromWireError, SignalboxError } from '../../contract/errors.ts';
import { loadSqlite } from '../../daemons/runtime/files/sqlite.ts';
import { type BackupResult, type BackupSource, createBackup } from '../backup/create-backup.ts';
import { DATABASE_NAME } from '../backup/instance-files.ts';
import { checkArchive } from '../backup/read-archive.ts';
import { restoreBackup } from '../backup/restore-backup.ts';
import { makeDataFolder } from '../core/instance/data-folder.ts';
import { configFileOf, dataDirOf } from '../core/instance/default-paths.ts';
import { openLocalSocket } from '../core/instance/local-socket.ts';
import { CONTROL_LIMITS } from '../core/limits.ts';
import {
  EXIT,
  formatBytes,
  formatTime,
  parseWords,
  print,
  printJson,
  say,
  UsageError,
} from '../terminal/terminal.ts';
import type { LoadRegistry, Shared } from './invocation.ts';
import type { SocketClient } from './socket-client.ts';
import { withProgress } from './task-progress.ts';

const OPTIONS = { config: { type: 'string' }, force: { type: 'boolean' } } as const;

/** Answers the exit code. Throws UsageError and SignalboxError. */
export async function backupCommand(
  words: readonly string[],
  { json, data, connectTo }: Shared,
  loadRegistry: LoadRegistry,
): Promise<number> {
  const { file, values } = parse('backup', words);
  const dataDir = dataDirOf(data);
  const running = await connectIfRunning(() => connectTo(dataDir));
  let result: BackupResult;
  if (running === null) {
    const configFile = configFileOf(values.config);
    if (configFile !== null && !existsSync(configFile))
      throw new SignalboxError('not_found', `There is no configuration ${configFile}.`);
    result = await offline(dataDir, configFile, file, values.force === true);
  } else {
    try {
      const role = (await loadRegistry()).find((manifest) => manifest.role === 'recorder')?.id ?? 'recorder';
      result = await createBackup(await runningSource(running, dataDir, role), file, values.force === true);
    } finally {
      running.close();
    }
  }
  for (const warning of result.warnings) say(`signalbox: ${warning}`);
  if (json) printJson({ ok: true, result });
  else print(`${result.file}: ${result.files} files, ${formatBytes(result.bytes)}`);
  return EXIT.ok;
}

/** Answers the exit code. Throws UsageError and SignalboxError. */
export async function restoreCommand(words: readonly string[], { json, data }: Shared): Promise<number> {
  const { file, values } = parse('restore', words);
  const dataDir = dataDirOf(data);
  await checkArchive(file);
  const made = makeDataFolder(dataDir);
  try {
    return await restoreInto({ dataDir, file, values, json });
  } catch (error) {
    // What was made for a restore that was refused; a folder that is not empty stays.
    for (const folder of made.toReversed()) await rmdir(folder).catch(() => {});
    throw error;
  }
}

interface RestoreCall extends ReturnType<typeof parse> {
  readonly dataDir: string;
  readonly json: boolean;
}

async function restoreInto({ dataDir, file, values, json }: RestoreCall): Promise<number> {
  // Nobody may start on the folder meanwhile, and nobody may run on it.
  const claim = await openLocalSocket(dataDir, CONTROL_LIMITS, {
    host: 'restore',
    say: (text) => say(`signalbox: ${text}`),
  });
  try {
    const configFile = values.config === undefined ? null : resolve(values.config);
    const result = await restoreBackup({ file, dataDir, configFile, force: values.force === true });
    if (json) {
      printJson({ ok: true, result });
      return EXIT.ok;
    }
    print(`${result.files} files of ${formatTime(result.time)} restored to ${dataDir}`);
    if (result.configFile !== null) print(`configuration: ${result.configFile}`);
    if (result.replaced !== null) print(`what was there before: ${result.replaced}`);
    return EXIT.ok;
  } finally {
    await claim.close();
  }
}

function parse(command: string, words: readonly string[]) {
  const { values, positionals } = parseWords(words, OPTIONS);
  const [file, ...more] = positionals;
  if (file === undefined) throw new UsageError(`${command} needs a file: signalbox ${command} FILE`);
  if (more.length > 0) throw new UsageError(`"${more[0]}" is not expected here`);
  return { file: resolve(file), values };
}

async function connectIfRunning(connect: () => Promise<SocketClient>): Promise<SocketClient | null> {
  try {
    return await connect();
  } catch (error) {
    if (error instanceof SignalboxError && error.code === 'no_instance') return null;
    throw error;
  }
}

/** The recorder copies its database while it goes on recording. */
async function runningSource(client: SocketClient, dataDir: string, recorder: string): Promise<BackupSource> {
  const hello = await client.request('hello', {});
  if (!hello.ok) throw fromWireError(hello.error);
  const { configFile, version } = hello.result;
  return {
    dataDir,
    configFile,
    configCertain: true,
    program: version,
    async copyDatabase(file, name) {
      if (name !== DATABASE_NAME) {
        await copyBySqlite(join(dataDir, name), file);
        return;
      }
      const call = { daemon: recorder, command: 'backup', args: { file }, confirmed: true };
      const outcome = await withProgress(client, recorder, () => client.request('command.run', call));
      if (outcome.ok) return;
      const { code, message, detail } = outcome.error;
      const hint = code === 'not_running' ? ' Start it, or stop Signalbox and run the backup again.' : '';
      throw new SignalboxError(code, `The database was not copied: ${message}${hint}`, { detail });
    },
  };
}

/** Copies a database, also one that another process writes to: SQLite sees to it that the copy is of one moment. */
async function copyBySqlite(from: string, to: string): Promise<void> {
  const sqlite = await loadSqlite();
  const database = new sqlite(from);
  try {
    await database.backup(to);
  } finally {
    database.close();
  }
}

/** With nobody running, the folder is claimed as long as it is read. */
async function offline(
  dataDir: string,
  configFile: string | null,
  file: string,
  force: boolean,
): Promise<BackupResult> {
  const own = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const claim = await openLocalSocket(dataDir, CONTROL_LIMITS, { host: 'backup' }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      throw new SignalboxError('not_found', `There is no data folder ${dataDir}; name one with --data.`);
    },
  );
  const copyDatabase = (to: string, name: string) => copyBySqlite(join(dataDir, name), to);
  try {
    const source = { dataDir, configFile, configCertain: false, program: own.version, copyDatabase };
    return await createBackup(source, file, force);
  } finally {
    await claim.close();
  }
}
