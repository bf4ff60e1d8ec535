/**
 * The thread pool beside piscina, both with as many threads as there are cores but one: empty tasks with argument and result copied,
 * given by many callers that each wait for their own; one task at a time; and tasks that compute for 1 ms.
 */
import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { poolTask } from '../../daemons/runtime/async/pool-task.ts';
import { ThreadPool } from '../../daemons/runtime/async/thread-pool.ts';
import { type Figures, medians, printColumns } from '../shared/figures.ts';
import type * as tasks from './pool-tasks.ts';

const MODULE = new URL('pool-tasks.ts', import.meta.url);
const THREADS = Math.max(1, availableParallelism() - 1);
/** Callers at once: a burst of a busy daemon. */
const CALLERS = 2_000;

/** A pool under test. */
interface Running {
  echo(value: unknown): Promise<unknown>;
  compute(ms: number): Promise<number>;
  close(): Promise<unknown>;
}

/** How a pool is made, and what share of the tasks it gets, so that a slow one does not take long. */
interface Way {
  readonly name: string;
  readonly share: number;
  make(): Running;
}

function ours(): Running {
  const echo = poolTask<typeof tasks.echo<unknown>>(MODULE, 'echo');
  const compute = poolTask<typeof tasks.compute>(MODULE, 'compute');
  const pool = new ThreadPool({ name: 'bench', max: THREADS, nice: 0 });
  return {
    echo: (value) => pool.run(echo, value),
    compute: (ms) => pool.run(compute, ms),
    close: () => pool.close(1_000),
  };
}

function piscina(concurrentTasksPerWorker: number, atomics: 'sync' | 'disabled'): Running {
  const pool = new Piscina({
    filename: MODULE.href,
    minThreads: THREADS,
    maxThreads: THREADS,
    concurrentTasksPerWorker,
    atomics,
  });
  return {
    echo: (value) => pool.run(value, { name: 'echo' }),
    compute: (ms) => pool.run(ms, { name: 'compute' }) as Promise<number>,
    close: () => pool.destroy(),
  };
}

const WAYS: readonly Way[] = [
  { name: 'pool', share: 1, make: ours },
  { name: 'piscina', share: 0.1, make: () => piscina(1, 'sync') },
  { name: 'piscina 64', share: 0.1, make: () => piscina(64, 'sync') },
  { name: 'piscina 64 events', share: 0.1, make: () => piscina(64, 'disabled') },
];

/** Runs `count` tasks by so many callers and returns tasks a second. */
async function rate(
  count: number,
  callers: number,
  task: (number: number) => Promise<unknown>,
): Promise<number> {
  const each = Math.ceil(count / callers);
  const started = performance.now();
  const caller = async (): Promise<void> => {
    for (let i = 0; i < each; i++) await task(i);
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return (each * callers * 1_000) / (performance.now() - started);
}

async function measure({ share, make }: Way, count: number): Promise<Figures> {
  const pool = make();
  const some = Math.round(count * share);
  // The code of both sides is compiled and the pool knows what a task costs.
  await rate(some / 4, CALLERS, (number) => pool.echo({ value: number }));
  const figures = {
    'numbers/s': await rate(some, CALLERS, (number) => pool.echo(number)),
    'objects/s': await rate(some, CALLERS, (number) => pool.echo({ value: number })),
    'one at a time/s': await rate(some / 40, 1, (number) => pool.echo(number)),
    '1 ms tasks/s': await rate(400, 16, () => pool.compute(1)),
  };
  await pool.close();
  return figures;
}

/** Measures all ways in turn, as often as there are rounds, and prints the medians. */
export async function benchPool({ rounds, tasks: count }: { rounds: number; tasks: number }) {
  const runs = new Map<string, Figures[]>(WAYS.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const way of WAYS) runs.get(way.name)?.push(await measure(way, count));
  const columns = Object.fromEntries([...runs].map(([name, figures]) => [name, medians(figures)]));
  const best = Math.max(...WAYS.slice(1).map(({ name }) => columns[name]!['objects/s']!));
  columns.pool!['times the best piscina'] = columns.pool!['objects/s']! / best;
  printColumns(`${THREADS} threads, ${CALLERS} callers with empty tasks, copied both ways`, columns);
  return columns;
}
