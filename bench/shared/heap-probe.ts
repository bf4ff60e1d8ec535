/**
 * Loaded into a daemon under measurement (`--import`): at SIGUSR2 it collects garbage and writes the size of the heap as a line to
 * descriptor 3. Needs `--expose-gc`. See {@link startDaemon}.
 */
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** What one collection leaves for callbacks of the next turn, a further one takes. */
const COLLECTIONS = 3;

process.on('SIGUSR2', async () => {
  for (let i = 0; i < COLLECTIONS; i++) {
    globalThis.gc?.();
    await sleep(20);
  }
  writeSync(3, `${process.memoryUsage().heapUsed}\n`);
});
