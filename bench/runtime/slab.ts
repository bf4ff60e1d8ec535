/**
 * The slab pool beside `Buffer.allocUnsafe` of the same size: a buffer is taken, one byte of it written, and it is given back; one
 * at a time, and in batches of a hundred. Also how much garbage there was to collect.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { SlabPool } from '../../daemons/runtime/async/slab-pool.ts';
import { type Figures, medians, printColumns } from '../shared/figures.ts';

const SIZES = [64, 512, 4_096, 65_536] as const;
const BATCH = 100;
const PATTERNS = { pairs: 1, [`batches of ${BATCH}`]: BATCH } as const;
/** A way stops after this, in milliseconds, however many buffers it was told to take: that of large ones is slow. */
const MOST_MS = 2_000;

/** Takes `held` buffers, writes to each, and gives them back; as often as it is told. */
type Rounds = (rounds: number, held: Buffer[]) => void;

function ofPool(pool: SlabPool): Rounds {
  return (rounds, held) => {
    const count = held.length;
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < count; i++) {
        const buffer = pool.alloc();
        buffer[0] = i;
        held[i] = buffer;
      }
      for (let i = 0; i < count; i++) pool.free(held[i]!);
    }
  };
}

function unsafe(objectBytes: number): Rounds {
  return (rounds, held) => {
    const count = held.length;
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < count; i++) {
        const buffer = Buffer.allocUnsafe(objectBytes);
        buffer[0] = i;
        held[i] = buffer;
      }
    }
  };
}

async function measure(way: Rounds, batch: number, buffers: number): Promise<Figures> {
  const held = Array.from({ length: batch }, () => Buffer.alloc(0));
  const collections: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) collections.push(duration);
  });
  observer.observe({ entryTypes: ['gc'] });
  const slice = Math.ceil(10_000 / batch);
  way(slice, held);
  let taken = 0;
  let ms = 0;
  const started = performance.now();
  for (; taken < buffers && ms < MOST_MS; ms = performance.now() - started) {
    way(slice, held);
    taken += slice * batch;
  }
  // What was collected is told by a turn of the loop.
  await new Promise((resolve) => setTimeout(resolve, 20));
  observer.disconnect();
  return {
    'alloc+free/s': (taken / ms) * 1_000,
    'ns each': (ms / taken) * 1e6,
    collections: collections.length,
  };
}

/** Measures every size and pattern in turn, as often as there are rounds, and prints the medians. */
export async function benchSlab({ rounds, buffers }: { rounds: number; buffers: number }) {
  const results: Record<string, Record<string, Figures>> = {};
  for (const objectBytes of SIZES) {
    for (const [pattern, batch] of Object.entries(PATTERNS)) {
      const pool = new SlabPool({ name: 'bench', objectBytes, max: BATCH, grow: BATCH });
      const runs = { slab: [] as Figures[], allocUnsafe: [] as Figures[] };
      for (let round = 0; round < rounds; round++) {
        runs.slab.push(await measure(ofPool(pool), batch, buffers));
        runs.allocUnsafe.push(await measure(unsafe(objectBytes), batch, buffers));
      }
      const { count } = pool.close();
      if (count > 0) throw new Error(`${count} buffers were not given back.`);
      const columns = { slab: medians(runs.slab), allocUnsafe: medians(runs.allocUnsafe) };
      for (const column of Object.values(columns))
        column['times allocUnsafe'] = column['alloc+free/s']! / columns.allocUnsafe['alloc+free/s']!;
      printColumns(`${objectBytes} bytes, ${pattern}`, columns);
      results[`${objectBytes} ${pattern}`] = columns;
    }
  }
  return results;
}
