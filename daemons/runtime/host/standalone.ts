/**
 * Runs one daemon without main, for conformance suites and benchmarks:
 * `node daemons/<id>/main.ts --standalone [--config FILE] [--data DIR]`. Prints one JSON line when it listens;
 * SIGTERM and SIGINT drain, SIGHUP reads the configuration again.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse as parseToml } from 'smol-toml';
import type { z } from 'zod';
import { type Outcome, SignalboxError, toWireError } from '../../../contract/errors.ts';
import type { CommandSpec } from '../../../contract/manifest.ts';
import { FileProblem, readTextFile } from '../files/bounded-file.ts';
import { makeFolder } from '../files/make-folder.ts';
import { limits } from '../limits.ts';
import type { DaemonDefinition } from './daemon-definition.ts';
import { DaemonHost } from './daemon-host.ts';

/** How long a drain may take, in milliseconds. */
const DRAIN_MS = 5_000;
/** How often the metrics of the last second are summed up, in milliseconds. */
const SUMMARY_MS = 1_000;

/** Exit codes: 0 drained, 2 usage, 78 bad configuration, 1 anything else. */
export async function runStandalone<
  Config extends z.ZodType,
  Commands extends Record<string, CommandSpec>,
  Prepared,
>(definition: DaemonDefinition<Config, Commands, Prepared>, argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  if (options === null) {
    process.stderr.write(
      `${definition.manifest.id} is started by Signalbox. To run it alone: --standalone [--config FILE] [--data DIR]\n`,
    );
    process.exit(2);
  }
  const host = new DaemonHost(definition);
  host.logger.addSink({
    write: (record) =>
      process.stderr.write(`${record.level} ${record.subsystem} ${record.event} ${record.message}\n`),
    close: () => Promise.resolve(),
  });
  const readConfig = async (): Promise<unknown> => {
    if (options.config === undefined) return {};
    const table = parseToml(await readConfigFile(options.config))[host.id];
    if (typeof table !== 'object') return {};
    // `runtime` belongs to the host that would start this process.
    const { runtime: _, ...own } = table as Record<string, unknown>;
    return own;
  };
  const reload = async (): Promise<Outcome<unknown>> => {
    try {
      return { ok: true, result: await host.reload(await readConfig()) };
    } catch (cause) {
      const error = toWireError(cause);
      process.stderr.write(`reload: ${error.message}\n`);
      return { ok: false, error };
    }
  };
  try {
    const dataDir = options.data ?? (await mkdtemp(join(tmpdir(), `signalbox-${host.id}-`)));
    makeFolder(dataDir);
    await host.start({
      config: await readConfig(),
      dataDir,
      instance: 1,
      outside: {
        listenersChanged: () => {},
        requestLifecycle: async (request) => {
          if (request.action === 'reload') return await reload();
          if (request.action === 'adopt') {
            const message = 'Without Signalbox around it a daemon has nobody who writes its configuration.';
            return { ok: false, error: { code: 'unsupported', message } };
          }
          process.kill(process.pid, 'SIGTERM');
          return { ok: true, result: null };
        },
        // Its log is all the trail there is.
        beginDeed: ({ actor, command, args }) => {
          const what = `${actor} ${command} ${JSON.stringify(args)}`;
          host.logger.log('info', 'audit', 'deed_begun', what);
          const end = (ok: boolean, outcome: string) =>
            host.logger.log('info', 'audit', ok ? 'deed_done' : 'deed_failed', `${what}: ${outcome}`);
          return { mayRun: true, deed: { unwritten: null, end } };
        },
      },
    });
  } catch (error) {
    const wire = toWireError(error);
    process.stderr.write(`${wire.code}: ${wire.message}\n`);
    process.exit(wire.code === 'config_invalid' ? 78 : 1);
  }
  setInterval(() => host.summarise(), SUMMARY_MS).unref();
  host.watchLoop(() => {});
  const stop = async () => {
    await host.running?.drain(AbortSignal.timeout(DRAIN_MS));
    await host.close();
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
  process.on('SIGHUP', () => {
    void reload();
  });
  process.stdout.write(
    `${JSON.stringify({ event: 'ready', pid: process.pid, listeners: host.running?.listeners() ?? [] })}\n`,
  );
}

async function readConfigFile(file: string): Promise<string> {
  try {
    return await readTextFile(file, limits.configFileBytes.default);
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    throw new SignalboxError('config_invalid', `${file} ${error.message}`, { cause: error });
  }
}

function readOptions(
  argv: readonly string[],
): { config?: string | undefined; data?: string | undefined } | null {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { standalone: { type: 'boolean' }, config: { type: 'string' }, data: { type: 'string' } },
    });
    return values.standalone === true ? values : null;
  } catch {
    return null;
  }
}
