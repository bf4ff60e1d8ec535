/**
 * `npm run bench -- bans`: how long it takes to find out whether a newcomer is banned, in lists of several shapes, beside
 * the list that was walked through before and Node's own `net.BlockList`, in the same run and in turn. Every candidate must
 * give the right answer to every question that it is timed with.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Candidate, candidates, type Lookup } from './bans/candidates.ts';
import { type Newcomer, type Shape, shapes } from './bans/shapes.ts';
import { type Figures, medians, printColumns } from './shared/figures.ts';
import { writeReport } from './shared/report.ts';

const USAGE = `usage: npm run bench -- bans [options]
  --entries N   bans in each list (100000)
  --rounds N    measurements of each candidate (3)
  --ms N        time of one measurement, milliseconds (300)
  --json FILE   where the result goes (bench/results/bans.json)
`;

/** Runs the benchmark with command-line options; prints tables and writes a JSON file. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      entries: { type: 'string', default: '100000' },
      rounds: { type: 'string', default: '3' },
      ms: { type: 'string', default: '300' },
      json: { type: 'string', default: join(import.meta.dirname, 'results/bans.json') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const results: Record<string, Record<string, Figures>> = {};
  for (const shape of shapes(Number(values.entries))) {
    const chosen = candidates.filter((candidate) => candidate.takes(shape));
    const runs = new Map(chosen.map(({ name }) => [name, [] as Figures[]]));
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const candidate of chosen)
        runs.get(candidate.name)?.push(measure(candidate, shape, Number(values.ms)));
    }
    const columns: Record<string, Figures> = {};
    for (const [name, figures] of runs) columns[name] = medians(figures);
    addRatios(columns);
    printColumns(`${shape.name}, ${shape.bans.length} bans`, columns);
    results[shape.name] = columns;
  }
  await writeReport(values.json, 'bans', results);
}

function measure(candidate: Candidate, shape: Shape, ms: number): Figures {
  const before = usedBytes();
  const start = cpuMs();
  const lookup = candidate.build(shape.bans);
  const buildMs = cpuMs() - start;
  const bytes = candidate.outsideHeap ? Number.NaN : usedBytes() - before;
  return {
    'match, ns': time(lookup, shape.matching, true, ms),
    'no match, ns': time(lookup, shape.others, false, ms),
    'build, ms': buildMs,
    'bytes a ban': bytes / shape.bans.length,
  };
}

/** Nanoseconds of CPU time that one look-up takes. */
function time(lookup: Lookup, newcomers: readonly Newcomer[], expected: boolean, ms: number): number {
  let next = 0;
  // The clock costs more than a look-up in an index, and a look-up in a list takes longer than a measurement.
  let atOnce = 1;
  const askFor = (limitMs: number): number => {
    const start = cpuMs();
    for (let asked = 0; ; ) {
      for (let i = 0; i < atOnce; i++) {
        const newcomer = newcomers[next++ % newcomers.length]!;
        if (lookup(newcomer) !== expected) throw new Error(`Wrong answer about ${JSON.stringify(newcomer)}`);
      }
      asked += atOnce;
      const passed = cpuMs() - start;
      if (passed >= limitMs) return (passed * 1e6) / asked;
    }
  };
  // For the compiler; not counted.
  const firstNs = askFor(ms / 3);
  atOnce = Math.max(1, Math.min(newcomers.length, Math.floor(1e6 / firstNs)));
  return askFor(ms);
}

/** CPU time of the process in milliseconds: what else runs on the machine is left out. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function addRatios(columns: Record<string, Figures>): void {
  const base = columns.index;
  if (base === undefined) return;
  for (const figures of Object.values(columns)) {
    for (const name of ['match, ns', 'no match, ns']) {
      figures[`${name.slice(0, -4)}, times the index`] =
        (figures[name] ?? Number.NaN) / (base[name] ?? Number.NaN);
    }
  }
}

/** Memory in use after everything that nobody needs was given back. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
