/**
 * A process that opens, uses and closes parts of the async library many times over and prints, as one line of JSON a part, what was
 * left behind. With the argument `threaded` these are the parts that start threads, else the others; a second
 * argument says how often, for all of them. Run it with `--expose-gc`. Used by the leak test and by `npm run bench -- runtime`.
 */
import { getEventListeners } from 'node:events';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { metrics, PARTS, type Part, server, signal } from './parts-to-close.ts';

/** What a part has left behind. */
export interface Leftovers {
  readonly part: string;
  /** How often it was opened and closed at least, between the first look and the last. */
  readonly rounds: number;
  /** Handles that there are more of than before, by type. */
  readonly handles: Readonly<Record<string, number>>;
  /** Threads more than before; 0 where the system does not list them. */
  readonly threads: number;
  /** Memory that stays of one round, in bytes: the least of several measurements, because a leak is in all of them. */
  readonly bytes: number;
  /** Metrics that the process has more than before. */
  readonly metrics: number;
  /** Listeners to the signal of a caller that stays, more than before. */
  readonly listeners: number;
  /** What stopped it; empty where nothing did. */
  readonly error: string;
}

const ROUNDS = 1_000;
const WARM_UP_ROUNDS = 300;
/** The same for what starts a thread in each round. */
const THREAD_ROUNDS = 20;
const THREAD_WARM_UP_ROUNDS = 3;
/** Measurements among which the rounds are divided. */
const MEASUREMENTS = 2;
/** As many more follow while each of them finds memory: code that is compiled meanwhile, on a busy machine late, stays too. */
const MEASUREMENTS_AT_MOST = 10;
/** A round of which less stays has left nothing, in bytes: the least that can be forgotten is larger. The second is for threads. */
const NOTHING_BYTES = 16;
const NOTHING_OF_THREADS_BYTES = 1_000;
/** A collection that finds less than this has found all that there is. */
const SETTLED_BYTES = 8_000;

// The threads that Node shares among files and names stay, once there are any.
await readFile(import.meta.filename);
// So do the pipes of this process, which those of threads end in.
process.stderr.write('');

/** Lets go of what only the turn under way has seen, and of what it closes. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
}

function handlesNow(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

function threadsNow(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/task').length : 0;
}

/** Memory in use when garbage has been collected, in bytes. Buffers are part of what is external. */
async function bytesNow(): Promise<number> {
  for (let least = Number.POSITIVE_INFINITY; ; ) {
    await turns();
    globalThis.gc!();
    const { heapUsed, external } = process.memoryUsage();
    const now = heapUsed + external;
    // What is let go of may hold on to something that is let go of next time.
    if (now > least - SETTLED_BYTES) return Math.min(least, now);
    least = now;
  }
}

/** What the process has: handles by type, and threads. */
interface Held {
  readonly handles: ReadonlyMap<string, number>;
  readonly threads: number;
}

const heldNow = (): Held => ({ handles: handlesNow(), threads: threadsNow() });

/** What there is more of than before. */
function moreThan(before: Held): Pick<Leftovers, 'handles' | 'threads'> {
  const { handles, threads } = heldNow();
  const more = [...handles].map(([type, count]) => [type, count - (before.handles.get(type) ?? 0)] as const);
  return {
    handles: Object.fromEntries(more.filter(([, count]) => count > 0)),
    threads: Math.max(0, threads - before.threads),
  };
}

/** How long the system may take to close what it is told to, in milliseconds: for ever, on a machine that is busy. */
const CLOSED_MS = 5_000;

/** Resolves when there is no more than before, or when there will always be. */
async function closed(before: Held): Promise<void> {
  for (const until = performance.now() + CLOSED_MS; performance.now() < until; await turns()) {
    const { handles, threads } = moreThan(before);
    if (threads === 0 && Object.keys(handles).length === 0) return;
  }
}

async function repeat({ round }: Part, times: number, before: Held): Promise<void> {
  for (let number = 0; number < times; number++) await round(number);
  await turns();
  await closed(before);
}

async function leftoversOf(part: Part): Promise<Leftovers> {
  const [usual, warmUp] = part.threaded ? [THREAD_ROUNDS, THREAD_WARM_UP_ROUNDS] : [ROUNDS, WARM_UP_ROUNDS];
  const rounds = Number(process.argv[3] ?? usual);
  const nothing = part.threaded ? NOTHING_OF_THREADS_BYTES : NOTHING_BYTES;
  let error = '';
  let bytes = Number.POSITIVE_INFINITY;
  await turns();
  const held = heldNow();
  const listeners = getEventListeners(signal, 'abort').length;
  metrics.sample();
  const series = metrics.catalog.metrics.length;
  try {
    await repeat(part, warmUp, held);
    let before = await bytesNow();
    for (let measurement = 0; measurement < MEASUREMENTS_AT_MOST; measurement++) {
      if (measurement >= MEASUREMENTS && bytes < nothing) break;
      await repeat(part, rounds / MEASUREMENTS, held);
      const now = await bytesNow();
      bytes = Math.min(bytes, ((now - before) / rounds) * MEASUREMENTS);
      before = now;
    }
  } catch (thrown) {
    error = String(thrown);
  }
  metrics.sample();
  return {
    part: part.name,
    rounds,
    ...moreThan(held),
    bytes: Math.round(bytes),
    metrics: metrics.catalog.metrics.length - series,
    listeners: getEventListeners(signal, 'abort').length - listeners,
    error,
  };
}

const threaded = process.argv[2] === 'threaded';
for (const part of PARTS)
  if ((part.threaded ?? false) === threaded)
    process.stdout.write(`${JSON.stringify(await leftoversOf(part))}\n`);
server.close();
