/**
 * The table of requests that wait for answers, beside what one would write instead: a Map of promises with a timer each. What a
 * request in flight costs in memory, how many a second can be opened and answered with that many in flight, and how long it
 * takes one at a time.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '../../kit/clock.ts';
import { ascendingIds, PendingRequests } from '../../kit/pending-requests.ts';
import { type Figures, medians, printColumns } from '../shared/figures.ts';

const DEADLINE_MS = 30_000;
const CALLERS = 20;

/** What both ways can do. */
interface Table {
  open(): number;
  answer(id: number): void;
}

function pendingRequests(limit: number): Table {
  const requests = new PendingRequests<number>(systemClock, { limit }, ascendingIds());
  return {
    open() {
      const { requestId, answer } = requests.open('ping', DEADLINE_MS);
      answer.then(count, count);
      return requestId;
    },
    answer: (id) => void requests.resolve(id, id),
  };
}

function mapOfTimers(): Table {
  const requests = new Map<number, { resolve: (answer: number) => void; timer: NodeJS.Timeout }>();
  const newId = ascendingIds();
  return {
    open() {
      const id = newId();
      const answer = new Promise<number>((resolve, reject) => {
        const timer = setTimeout(() => {
          requests.delete(id);
          reject(new Error('ping was not answered'));
        }, DEADLINE_MS);
        requests.set(id, { resolve, timer });
      });
      answer.then(count, count);
      return id;
    },
    answer(id) {
      const request = requests.get(id);
      if (request === undefined) return;
      requests.delete(id);
      clearTimeout(request.timer);
      request.resolve(id);
    },
  };
}

/** Opens a request as deep in a stack as those of a daemon are: what is kept of the stack costs memory, too. */
function deep(callers: number, table: Table): number {
  return callers === 0 ? table.open() : deep(callers - 1, table);
}

let answered = 0;
function count(): void {
  answered++;
}

async function heapBytes(collect: () => void): Promise<number> {
  for (let n = 0; n < 2; n++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function measure(table: Table, inFlight: number, operations: number, collect: () => void) {
  const ids = new Float64Array(inFlight);
  const before = await heapBytes(collect);
  for (let i = 0; i < inFlight; i++) ids[i] = deep(CALLERS, table);
  const bytes = ((await heapBytes(collect)) - before) / inFlight;
  answered = 0;
  const crowdStarted = performance.now();
  for (let done = 0; done < operations; ) {
    for (let i = 0; i < inFlight && done < operations; i++, done++) {
      table.answer(ids[i]!);
      ids[i] = table.open();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  const crowdSeconds = (performance.now() - crowdStarted) / 1_000;
  for (const id of ids) table.answer(id);
  const aloneStarted = performance.now();
  for (let done = 0; done < operations; done++) {
    table.answer(table.open());
    if (done % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const aloneSeconds = (performance.now() - aloneStarted) / 1_000;
  await new Promise((resolve) => setImmediate(resolve));
  if (answered !== 2 * operations + inFlight) throw new Error(`${answered} requests were answered.`);
  return {
    'bytes an operation': bytes,
    'operations/s, all in flight': operations / crowdSeconds,
    'operations/s, one at a time': operations / aloneSeconds,
  };
}

/** Measures both ways in turn, as often as there are rounds, and prints the medians. */
export async function benchCorrelation({ rounds, inFlight }: { rounds: number; inFlight: number }) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const operations = inFlight * 20;
  const runs = { table: [] as Figures[], 'a timer each': [] as Figures[] };
  // What is compiled in the first is no memory of requests.
  await measure(pendingRequests(inFlight), 100, 1_000, collect);
  await measure(mapOfTimers(), 100, 1_000, collect);
  for (let round = 0; round < rounds; round++) {
    runs.table.push(await measure(pendingRequests(inFlight), inFlight, operations, collect));
    runs['a timer each'].push(await measure(mapOfTimers(), inFlight, operations, collect));
  }
  const columns = { table: medians(runs.table), 'a timer each': medians(runs['a timer each']) };
  printColumns(`${inFlight} requests in flight`, columns);
  return columns;
}
