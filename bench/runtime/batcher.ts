/**
 * The batcher beside one that collects entries for a fixed time. What an entry waits while there is little to do, and what one
 * costs and how many share a batch while there is much. A batch is a message to another thread, as between processes.
 */
import { MessageChannel } from 'node:worker_threads';
import { Batcher } from '../../daemons/runtime/async/batcher.ts';
import { type Figures, medians, printColumns } from '../shared/figures.ts';

const DELAY_MS = 10;
const MOST_ENTRIES = 50;
/** Entries of a turn of the loop while there is much to do. */
const TURN_ENTRIES = 20;
/** Between two entries while there is little to do, in milliseconds: longer than any delay. */
const QUIET_MS = 25;

interface Entry {
  readonly text: string;
  readonly addedMs: number;
}

/** Takes entries, and gives them to `send` in batches. */
type Way = (send: (batch: readonly Entry[]) => void) => (entry: Entry) => void;

const adaptive: Way = (send) => {
  const batcher = new Batcher<Entry>({ name: 'bench', send });
  return (entry) => void batcher.add(entry);
};

const fixed: Way = (send) => {
  let waiting: Entry[] = [];
  let timer: NodeJS.Timeout | null = null;
  const flush = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const batch = waiting;
    waiting = [];
    send(batch);
  };
  return (entry) => {
    waiting.push(entry);
    if (waiting.length === MOST_ENTRIES) flush();
    else timer ??= setTimeout(flush, DELAY_MS);
  };
};

/** The way in which each entry is a message. */
const single: Way = (send) => (entry) => send([entry]);

async function measure(way: Way, entries: number, quietEntries: number): Promise<Figures> {
  const { port1, port2 } = new MessageChannel();
  let batches = 0;
  let got = 0;
  let waitedMs: number[] = [];
  let wanted = 0;
  let done: () => void = () => {};
  port2.on('message', (batch: readonly Entry[]) => {
    got += batch.length;
    if (got === wanted) done();
  });
  const add = way((batch) => {
    batches++;
    const now = performance.now();
    for (const { addedMs } of batch) waitedMs.push(now - addedMs);
    port1.postMessage(batch);
  });
  const all = (count: number) => {
    got = 0;
    wanted = count;
    return new Promise<void>((resolve) => {
      done = resolve;
    });
  };
  const p99 = () => waitedMs.toSorted((a, b) => a - b)[Math.floor(waitedMs.length * 0.99)]!;
  const quiet = all(quietEntries);
  for (let n = 0; n < quietEntries; n++) {
    add({ text: 'a line of a log', addedMs: performance.now() });
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  }
  await quiet;
  const quietWait = p99();
  [batches, waitedMs] = [0, []];
  const busy = all(entries);
  const started = performance.now();
  for (let n = 0; n < entries; n++) {
    add({ text: 'a line of a log', addedMs: performance.now() });
    if (n % TURN_ENTRIES === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await busy;
  const seconds = (performance.now() - started) / 1_000;
  port1.close();
  return {
    'p99 ms waited, little to do': quietWait,
    'p99 ms waited, much to do': p99(),
    'entries a batch, much to do': entries / batches,
    'entries/s': entries / seconds,
  };
}

/** Measures all ways in turn, as often as there are rounds, and prints the medians. */
export async function benchBatcher({ rounds, entries }: { rounds: number; entries: number }) {
  const ways = { batcher: adaptive, 'a fixed time': fixed, 'one by one': single };
  const runs = new Map<string, Figures[]>(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, way] of Object.entries(ways)) runs.get(name)?.push(await measure(way, entries, 100));
  const columns = Object.fromEntries([...runs].map(([name, figures]) => [name, medians(figures)]));
  printColumns(`Entries that are sent to another port in batches of at most ${MOST_ENTRIES}`, columns);
  return columns;
}
