/** Has chunks encoded by a thread pool. Given to the Recorder by its daemon. */
import { poolTask } from '../../runtime/async/pool-task.ts';
import type { ThreadPool } from '../../runtime/async/thread-pool.ts';
import { limits } from '../limits.ts';
import type { ChunkEncoder } from './chunk-closer.ts';
import type * as tasks from './chunk-tasks.ts';
import { buffersOf } from './packed-chunk.ts';

const encodeTask = poolTask<typeof tasks.encodeChunk>(
  new URL('chunk-tasks.ts', import.meta.url),
  'encodeChunk',
);

/** Rejects as the pool does; the recorder encodes the chunk itself then. */
export function poolEncoder(pool: Pick<ThreadPool, 'run'>): ChunkEncoder {
  return {
    encode: (chunk, signal) =>
      pool.run(encodeTask, chunk, {
        signal,
        transfer: buffersOf(chunk),
        runMs: limits.chunkEncodingMs.default,
      }),
  };
}
