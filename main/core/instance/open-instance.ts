/** Claims a data folder and opens what a control plane has in it: the local socket, the configuration and main's log. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MAIN_SOURCE } from '../../../contract/control/host.ts';
import { mendPrivacy } from '../../../daemons/runtime/files/private-files.ts';
import { type LogFileSink, openLogFile } from '../../../daemons/runtime/telemetry/log-file.ts';
import { ConfigStore } from '../config/config-store.ts';
import type { ControlPlaneOptions } from '../control-plane-interface.ts';
import type { ControlLimits } from '../limits.ts';
import { makeDataFolder, unusableFolder } from './data-folder.ts';
import { markDataFormat, readDataFormat } from './data-format.ts';
import { type LocalSocket, openLocalSocket } from './local-socket.ts';

/** What main and its hosts keep in the data directory beside the folders of the daemons. */
const OWN_ENTRIES = [
  'control.json',
  'control.lock',
  'control.sock',
  'format.json',
  'journal',
  'logs',
  'sessions.json',
  'token',
  'window.json',
];

/** A data folder that is ours. */
export interface OpenInstance {
  readonly config: ConfigStore;
  readonly socket: LocalSocket;
  readonly logDir: string;
  readonly logFile: LogFileSink;
  /** Files and folders that others can still read, with the cause. */
  readonly exposed: readonly string[];
}

/**
 * Opens the folder of `options`; `begin` then does what may still fail, and the folder is given back when it does.
 * @throws SignalboxError `conflict` when another instance uses the data directory, `data_unusable` when a newer program
 * wrote it or it cannot be read and written.
 */
export async function openInstance<Running>(
  options: ControlPlaneOptions,
  limits: ControlLimits,
  begin: (instance: OpenInstance) => Running,
): Promise<Running> {
  const { registry, dataDir } = options;
  const logDir = join(dataDir, 'logs');
  const socket = await claimFolder(options, limits);
  try {
    // Who held the folder until now may have been a newer program.
    await markDataFormat(dataDir, readDataFormat(dataDir), options.version);
    for (const { id } of registry) await mkdir(join(dataDir, id), { recursive: true, mode: 0o700 });
    await mkdir(logDir, { recursive: true, mode: 0o700 });
    const exposed = await mendPrivacy(dataDir, [...OWN_ENTRIES, ...registry.map(({ id }) => id)]);
    const config = await ConfigStore.open(options.configFile, registry);
    const logFile = await openLogFile(logDir, MAIN_SOURCE, (error) => {
      process.stderr.write(`log file: ${error.message}\n`);
    });
    return begin({ config, socket, logDir, logFile, exposed });
  } catch (error) {
    await socket.close();
    throw unusableFolder(dataDir, error);
  }
}

async function claimFolder(
  { dataDir, host, onWaiting }: ControlPlaneOptions,
  limits: ControlLimits,
): Promise<LocalSocket> {
  try {
    // Before anything: a folder of a newer Signalbox stays as it is, to the last byte.
    readDataFormat(dataDir);
    makeDataFolder(dataDir);
    // Nothing in the folder is touched before it is ours.
    return await openLocalSocket(dataDir, limits, { host, say: onWaiting });
  } catch (error) {
    throw unusableFolder(dataDir, error);
  }
}
