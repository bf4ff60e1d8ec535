/** An engine with threads, and clients of it, as tests of threads have them. For tests only. */
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ObjectsClient } from '../client/objects-client.ts';
import type { PoolSettings } from './engine.ts';
import { type TestEngineOptions, testEngine } from './test-engine.ts';

/** The modes that hand out content. */
export const MODES = ['copy', 'splice', 'fdpass'] as const;

/** A `thread-pool` of two threads, unless `pools` says otherwise. */
export async function threaded(pools: Partial<PoolSettings> = {}, options: TestEngineOptions = {}) {
  const server = await testEngine({
    ...options,
    settings: { pools: { model: 'thread-pool', fdpassThreads: 2, spliceThreads: 1, ...pools } },
  });
  return {
    ...server,
    change: (changes: Partial<PoolSettings>) =>
      server.engine.configure({ ...server.settings, pools: { ...server.settings.pools, ...changes } }),
    /** @param descriptors whether it receives some, for which it takes one of the four threads that Node has for that */
    async client(descriptors = false): Promise<ObjectsClient> {
      const client = await ObjectsClient.connect({ path: join(dirname(server.root), 'socket'), descriptors });
      onTestFinished(() => client.destroy());
      return client;
    },
    /** Each group of threads. */
    groups: () => Object.fromEntries(server.engine.pools().map((pool) => [pool.pool, pool])),
    clients: () => [...server.engine.connections()].map(({ terms }) => terms.client),
    /** A figure, summed over all threads. */
    figure(id: string): number {
      server.registry.sample();
      const { layout, values } = server.registry;
      return values[layout.slot(`signalbox_objects_${id}`)]!;
    },
  };
}
