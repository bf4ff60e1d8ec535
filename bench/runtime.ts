/**
 * `npm run bench -- runtime`: the parts of the async library (`daemons/runtime/async`), each beside what one would use instead,
 * in the same run and in turn. Parts: `queue` (messages between threads), `wake` (until a reader that waits has a message),
 * `completions` (of threads in a loop, one at a time and a flood), `slab` (buffers of one size), `correlation` (requests that
 * wait for answers), `pool` (tasks on threads), `hashing` (passwords beside chat), `batcher` (entries that are sent together),
 * `leaks` (what stays of parts that are opened and closed many times).
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchBatcher } from './runtime/batcher.ts';
import { benchCompletions } from './runtime/completions.ts';
import { benchCorrelation } from './runtime/correlation.ts';
import { benchHashing } from './runtime/hashing.ts';
import { benchLeaks } from './runtime/leaks.ts';
import { benchPool } from './runtime/pool.ts';
import { benchQueue } from './runtime/queue.ts';
import { benchSlab } from './runtime/slab.ts';
import { benchWake } from './runtime/wake.ts';
import { runParts } from './shared/parts.ts';
import { writeReport } from './shared/report.ts';

const USAGE = `usage: npm run bench -- runtime [options]
  --only a,b      parts: queue, wake, completions, slab, correlation, pool, hashing, batcher, leaks (all)
  --rounds N      runs of each measurement (3)
  --messages N    messages of a run of the queue part (10000000)
  --wakes N       messages of a run of the wake and completions parts, one at a time (10000)
  --completions N completions of a flood of the completions part (500000)
  --buffers N     buffers of a run of the slab part (5000000)
  --in-flight N   requests in flight in the correlation part (10000)
  --tasks N       empty tasks of a run of the pool part (1000000)
  --entries N     entries of a run of the batcher part (200000)
  --closings N    how often the leaks part opens and closes each part (1000)
  --json FILE     where the result goes (bench/results/runtime.json)
`;

/** Runs the benchmark with command-line options; prints tables and writes a JSON file. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      messages: { type: 'string', default: '10000000' },
      wakes: { type: 'string', default: '10000' },
      completions: { type: 'string', default: '500000' },
      buffers: { type: 'string', default: '5000000' },
      'in-flight': { type: 'string', default: '10000' },
      tasks: { type: 'string', default: '1000000' },
      entries: { type: 'string', default: '200000' },
      closings: { type: 'string', default: '1000' },
      json: { type: 'string', default: join(import.meta.dirname, 'results/runtime.json') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const rounds = Number(values.rounds);
  const parts: Record<string, () => Promise<unknown>> = {
    queue: () => benchQueue({ rounds, messages: Number(values.messages) }),
    wake: () => benchWake({ rounds, wakes: Number(values.wakes) }),
    completions: () =>
      benchCompletions({ rounds, wakes: Number(values.wakes), completions: Number(values.completions) }),
    slab: () => benchSlab({ rounds, buffers: Number(values.buffers) }),
    correlation: () => benchCorrelation({ rounds, inFlight: Number(values['in-flight']) }),
    pool: () => benchPool({ rounds, tasks: Number(values.tasks) }),
    hashing: () => benchHashing({ rounds }),
    batcher: () => benchBatcher({ rounds, entries: Number(values.entries) }),
    leaks: () => benchLeaks({ rounds: Number(values.closings) }),
  };
  const results = await runParts(parts, values.only, USAGE);
  await writeReport(values.json, 'runtime', results);
}
