/** The object server as the runtime starts it. Called by main.ts and by the tests. */
import { SignalboxError } from '../../contract/errors.ts';
import { systemClock } from '../../kit/clock.ts';
import { instrumentPool } from '../runtime/async/pool-instrument.ts';
import { logLost } from '../runtime/async/pool-log.ts';
import { ThreadPool } from '../runtime/async/thread-pool.ts';
import { makeFolder } from '../runtime/files/make-folder.ts';
import type { DaemonDefinition } from '../runtime/host/daemon-definition.ts';
import { counted, stopEffect } from '../runtime/host/impact-text.ts';
import { liveBanTable } from '../runtime/net/ban-table.ts';
import { CertificateWatch } from '../runtime/net/certificate-watch.ts';
import type { SubsystemLogger } from '../runtime/telemetry/logger.ts';
import { objectBanColumns } from './admin/ban-commands.ts';
import { serveBytes } from './admin/byte-door.ts';
import { adminHandlers } from './admin/handlers.ts';
import { connectionRow } from './admin/tables.ts';
import { BanList } from './ban-list.ts';
import type { ObjectsConfig, objectsConfig } from './config.ts';
import { manifest, type ObjectsCommands } from './manifest.ts';
import { publishServer, ServingMetrics } from './metrics.ts';
import { loadNative, nativeCalls } from './native/native-calls.ts';
import { ServingEngine } from './net/serving-engine.ts';
import { ObjectsServer } from './objects-server.ts';
import { type ObjectsPrepared, prepareObjects } from './prepare.ts';
import { ObjectStore, type StoreSettings } from './store/object-store.ts';
import { StoreError } from './store/store-problems.ts';

/** Threads that read folders for the index and write through to the disk: more would only make a disk seek. */
const DISK_THREADS = 2;

/** Settings that only a start puts into force. */
const NEED_RESTART = ['root', 'cache_dir', 'cache_entries'];

export const objectsDaemon: DaemonDefinition<typeof objectsConfig, ObjectsCommands, ObjectsPrepared> = {
  manifest,
  prepare: prepareObjects,
  async start(context) {
    const { config, prepared, metrics, dataDir, touchTable } = context;
    const log = context.log('objects');
    tellOfNative(log);
    makeRoot('objects.root', prepared.root);
    if (prepared.cacheDir !== null) makeRoot('objects.cache_dir', prepared.cacheDir);
    const bans = await BanList.open(dataDir, log);
    // One stays: a list after a quiet half minute would wait for a thread to start, which is most of the time that it takes.
    const pool = new ThreadPool({ name: 'disk', min: 1, max: DISK_THREADS, onLost: logLost(log) });
    instrumentPool(metrics, pool);
    const store = await openStore(config, prepared, pool);
    tellOfLeftovers(store, log);
    void tellOfCopies(store, log);
    const server = await ObjectsServer.start({
      config,
      prepared,
      bans,
      log,
      onChanged: () => touchTable('connections'),
      engineOf(settings, events) {
        const engine = new ServingEngine({
          reader: store.reader,
          writes: store,
          shared: store.shared,
          cacheEntries: config.cache_entries,
          native: loadNative(),
          nativeReason: nativeCalls().find(({ feature }) => feature === 'fdpass')?.missing ?? '',
          metrics: new ServingMetrics(metrics),
          registry: metrics,
          settings,
          clock: systemClock,
          events,
          log,
          onDefect: (error) => log.error('work_failed', String(error instanceof Error ? error.stack : error)),
        });
        engine.instrument(metrics);
        return engine;
      },
    });
    publishServer(metrics, {
      admission: server.admission,
      connections: () => server.size,
      certificates: new CertificateWatch('objects.tls', (event, text) => log.warn(event, text)),
      bans,
      store: () => store.figures(),
    });
    const banTable = liveBanTable(
      {
        columns: objectBanColumns,
        rows: () => bans.all(Date.now()),
        changes: () => bans.counts.submitted ?? 0,
      },
      context,
    );
    return {
      listeners: () => server.listeners(),
      commands: adminHandlers(server, store, bans),
      tables: {
        connections: {
          *rows() {
            const now = Date.now();
            for (const facts of server.engine.connections())
              yield Object.values(connectionRow(facts, server.client(facts.terms.client), now));
          },
          total: () => server.size,
        },
        bans: banTable,
      },
      async reload(next, nextPrepared) {
        const { listeners, commit } = await server.reload(next, nextPrepared);
        return {
          listeners,
          commit() {
            void store.configure(storeSettings(next));
            return { ...commit(), needRestart: NEED_RESTART };
          },
        };
      },
      bytes: (channel, role) => void serveBytes(channel, role, { store, beginDeed: context.beginDeed }),
      stopImpact: () => stopEffect(server.size, bans.unsaved),
      async drain(deadline) {
        await server.drain(deadline);
        await store.close();
        await pool.close(0);
        await bans.close();
      },
    };
  },
};

/** What a configuration says of the store. */
function storeSettings(config: ObjectsConfig): StoreSettings {
  const whole = { prefix: '', bytes: config.quota_bytes || undefined, objects: config.quota_objects };
  return {
    maxObjectBytes: config.max_object_bytes,
    cacheBytes: config.cache_bytes,
    listEntries: config.list_entries,
    quotas: [whole, ...config.quota],
  };
}

async function openStore(
  config: ObjectsConfig,
  { root, cacheDir }: ObjectsPrepared,
  pool: ThreadPool,
): Promise<ObjectStore> {
  try {
    return await ObjectStore.open({
      ...storeSettings(config),
      root,
      cacheDir,
      pool,
      entries: config.cache_entries,
      native: loadNative()?.files ?? null,
    });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new SignalboxError('init_failed', `objects.root: ${error.message}`, {
      detail: { key: 'objects.root' },
      cause: error,
    });
  }
}

/** What stands in the root and is no object is said once, when all of it was read. */
function tellOfLeftovers(store: ObjectStore, log: SubsystemLogger): void {
  store.ready.then(
    ({ notRegular, badNames }) => {
      log.info('store_read', `${counted(store.figures().objects, 'object')} in ${store.shared.root}`);
      if (notRegular + badNames > 0)
        log.warn(
          'store_leftovers',
          `not handed out: ${counted(notRegular, 'entry')} that is no regular file (a link, a device, a socket) and ${counted(badNames, 'name')} that no URI can have`,
        );
    },
    (error: Error) =>
      log.error(
        'store_unreadable',
        `the root cannot be read, so nothing is listed or changed: ${error.message}`,
      ),
  );
}

/** Why there are no copies, or none that are of use. */
async function tellOfCopies({ copies, ready }: ObjectStore, log: SubsystemLogger): Promise<void> {
  if (copies === null) return;
  await ready.catch(() => {});
  if (copies.problem !== null)
    log.warn(
      'cache_unreadable',
      `objects are served without copies of them: objects.cache_dir: ${copies.problem}`,
    );
  else if (await copies.isPointless().catch(() => false))
    log.warn(
      'cache_pointless',
      'objects.cache_dir is on the file system of objects.root, so a copy is read no faster than its object; expected a faster disk',
    );
}

/** A folder that is missing is made, for its owner only. */
function makeRoot(key: string, path: string): void {
  try {
    makeFolder(path);
  } catch (error) {
    throw new SignalboxError('init_failed', `${key}: ${path} cannot be made: ${(error as Error).message}`, {
      detail: { key },
      cause: error,
    });
  }
}

/** What this machine cannot do is said once, with what becomes of it. */
function tellOfNative(log: SubsystemLogger): void {
  for (const { feature, calls, missing } of nativeCalls())
    if (missing !== null) log.warn('native_missing', `${feature} (${calls}) is not there: ${missing}`);
}
