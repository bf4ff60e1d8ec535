/** The admin commands of the object server: objects, the cache, clients, draining, threads, limits, bans. */
import { SignalboxError } from '../../../contract/errors.ts';
import type { CommandHandlers } from '../../runtime/host/daemon-definition.ts';
import { counted, disconnects } from '../../runtime/host/impact-text.ts';
import { formerLimits, limitRows, namedLimits } from '../../runtime/host/live-limits.ts';
import { throttleRows } from '../../runtime/net/client-columns.ts';
import type { BanList } from '../ban-list.ts';
import { LIMITS } from '../limits.ts';
import type { ConnectionFacts } from '../net/engine.ts';
import type { Client, ObjectsServer } from '../objects-server.ts';
import type { ObjectInfo } from '../store/object-info.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { withoutSlash } from '../store/uri.ts';
import { banHandlers } from './ban-handlers.ts';
import type { ObjectsCommands } from './commands.ts';
import { inCodes, known } from './store-errors.ts';
import { connectionRow } from './tables.ts';

/** What the commands ask of the store. */
export type AdminStore = Pick<ObjectStore, 'list' | 'delete'> & {
  readonly reader: Pick<ObjectStore['reader'], 'stat'>;
};

/** Handlers that work on `server`, `store` and `bans`. */
export function adminHandlers(
  server: ObjectsServer,
  store: AdminStore,
  bans: BanList,
): CommandHandlers<ObjectsCommands> {
  const clientOf = (number: number): Client => {
    const client = server.client(number);
    if (client === undefined)
      throw new SignalboxError(
        'not_found',
        `No client is connected with the number ${number}; list them with clients.`,
      );
    return client;
  };
  const rowOf = (facts: ConnectionFacts) =>
    connectionRow(facts, server.client(facts.terms.client), Date.now());

  return {
    list: {
      async run({ prefix, after, folders, limit }) {
        const query = { prefix, folders, limit, ...(after === '' ? {} : { after }) };
        const page = await ofStore(store.list(query));
        const rows = [...page.folders.map(folderRow), ...page.objects.map(objectRow)];
        return { rows, next: page.next };
      },
    },
    stat: { run: ({ uri }) => objectRow(known(store.reader.stat(uri), uri)) },
    delete: {
      check: ({ uri }) => void known(store.reader.stat(uri), uri),
      async run({ uri }) {
        await ofStore(store.delete(uri));
        return { deleted: withoutSlash(uri) };
      },
    },
    cache: {
      run: async ({ limit }) => ({
        rows: [...(await server.engine.cached())]
          .sort((a, b) => b.hits - a.hits)
          .slice(0, limit)
          .map(({ uri, sizeBytes, hits, pinned }) => ({ uri, size: sizeBytes, hits, pinned })),
      }),
    },
    'cache-clear': { run: async () => ({ closed: await server.engine.clearCache() }) },
    'cache-pin': {
      run: async ({ uri }) => {
        known(store.reader.stat(uri), uri);
        if (!(await server.engine.pin(withoutSlash(uri), true)))
          throw new SignalboxError(
            'limit_reached',
            'Half of the cache is pinned already; unpin others first.',
          );
        return { pinned: withoutSlash(uri) };
      },
    },
    'cache-unpin': {
      run: async ({ uri }) => {
        if (!(await server.engine.pin(withoutSlash(uri), false)))
          throw new SignalboxError('not_found', `${withoutSlash(uri)} is not pinned; see cache.`);
        return { unpinned: withoutSlash(uri) };
      },
    },
    clients: {
      run({ text, limit }) {
        const rows = [];
        for (const facts of server.engine.connections()) {
          if (rows.length >= limit) break;
          const row = rowOf(facts);
          if (`${row.address} ${row.peer}`.includes(text)) rows.push(row);
        }
        return { rows };
      },
    },
    client: {
      run({ client }) {
        clientOf(client);
        for (const facts of server.engine.connections())
          if (facts.terms.client === client) return rowOf(facts);
        throw new SignalboxError('not_found', `Client ${client} has just gone.`);
      },
    },
    kill: {
      check: ({ client }) => void clientOf(client),
      impact: ({ client }) => disconnects(server.client(client) === undefined ? 0 : 1),
      run({ client: number, reason }) {
        const client = clientOf(number);
        client.destroy();
        return { client: number, address: client.terms.address, reason };
      },
    },
    drain: {
      impact: () => {
        const clients = server.size;
        return clients === 0
          ? 'lets nobody in until resume'
          : `closes the connections of ${counted(clients, 'client')} when they are answered, and lets nobody in until resume`;
      },
      run() {
        const clients = server.size;
        server.pause();
        return { draining: true, clients };
      },
    },
    resume: {
      run() {
        if (!server.draining) throw new SignalboxError('refused', 'Clients are let in; nothing was drained.');
        server.resume();
        return { draining: false };
      },
    },
    threads: { run: () => ({ rows: [...server.engine.pools()] }) },
    'set-threads': {
      run({ model, fdpass_threads, splice_threads }) {
        const before = server.pools;
        const changes = {
          ...(model === undefined ? {} : { model }),
          ...(fdpass_threads === undefined ? {} : { fdpassThreads: fdpass_threads }),
          ...(splice_threads === undefined ? {} : { spliceThreads: splice_threads }),
        };
        if (Object.keys(changes).length === 0)
          throw new SignalboxError(
            'bad_request',
            'Name the model or a number of threads, and its new value.',
          );
        server.setPools(changes);
        return { before, after: server.pools };
      },
    },
    limits: { run: () => ({ rows: limitRows(LIMITS, (name) => server.limits[name]) }) },
    'set-limits': {
      run(args) {
        const changes = namedLimits(LIMITS, args);
        const before = formerLimits(changes, (name) => server.limits[name]);
        server.setLimits(changes);
        return { before, after: changes };
      },
    },
    ...banHandlers(server, bans),
    throttle: { run: ({ limit }) => ({ rows: throttleRows(server.admission.throttle, limit) }) },
    'reset-throttle': {
      run: ({ address }) => ({
        forgotten: server.admission.throttle.reset(address === '' ? undefined : address),
      }),
    },
  };
}

function objectRow({ uri, sizeBytes, mtimeMs, contentType, etag }: ObjectInfo) {
  return { uri, size: sizeBytes, modifiedAt: Math.floor(mtimeMs), contentType, etag };
}

/** A folder among the rows of objects. */
function folderRow(uri: string) {
  return { uri, size: null, modifiedAt: null, contentType: 'folder', etag: '' };
}

/** Waits for the store; what it refuses is an error with a code. */
async function ofStore<Result>(asked: Promise<Result>): Promise<Result> {
  try {
    return await asked;
  } catch (error) {
    throw inCodes(error);
  }
}
