/**
 * Puts objects into a store until it is killed, several at a time, and says each on standard output when it was acknowledged. Over and over
 * the same few URIs, so that some are replaced while it dies. Started by crash.test.ts with the root.
 */
import { ThreadPool } from '../../../runtime/async/thread-pool.ts';
import { ObjectStore } from '../object-store.ts';
import { Upload } from '../upload.ts';
import { bodyOf, uriOf } from './crash-objects.ts';

const AT_ONCE = 8;

const root = process.argv[2]!;
const pool = new ThreadPool({ name: 'store', max: 1 });
const store = await ObjectStore.open({
  root,
  pool,
  entries: 16,
  maxObjectBytes: 1_000_000,
  listEntries: 1_000,
  cacheBytes: 0,
  quotas: [],
});

let next = 0;

async function putOn(): Promise<void> {
  for (;;) {
    const number = next++;
    const body = bodyOf(number);
    const upload = await Upload.begin(store, uriOf(number), body.length);
    const half = body.length >>> 1;
    await upload.write(body.subarray(0, half));
    await upload.write(body.subarray(half));
    const { etag } = await upload.finish();
    // Whoever reads a pipe has what was written to it before a kill.
    process.stdout.write(`${number} ${etag}\n`);
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, putOn));
