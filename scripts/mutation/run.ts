/** A mutation run from its sample to its report. Used by scripts/mutation.ts. */
import { join } from 'node:path';
import type { Checkout } from './checkout.ts';
import { coverageOf } from './coverage.ts';
import { equivalentOf, outdatedEquivalents, readEquivalents } from './equivalents.ts';
import { type Mutant, mutantsOf } from './mutators.ts';
import { probesAt } from './probes.ts';
import { reportLines, summaryOf } from './report.ts';
import { type MutantResult, MutantRun, type RunTimes, reachesOf } from './run-mutants.ts';
import { sampleOf } from './sample.ts';
import { Sandbox } from './sandbox.ts';

export interface MutationOptions {
  readonly checkout: Checkout;
  /** Folders and files of which the faults are, as paths from the root. */
  readonly targets: readonly string[];
  /** How many faults. */
  readonly sample: number;
  readonly seed: number;
  /** The list of equivalent faults, as JSON. */
  readonly equivalents: string;
  /** A folder for the copies; whoever gives it takes it away. */
  readonly scratch: string;
  /** A folder that keeps what tests cover from one run to the next. */
  readonly cache: string;
  /** Whose tests run: those of the targets and of these folders and files, or all. What only others notice survives. */
  readonly tests: readonly string[] | 'all';
  /** Whether only the sample is wanted. */
  readonly listOnly: boolean;
  readonly times: RunTimes;
  /** Gets a line now and then. */
  readonly say: (line: string) => void;
}

export interface MutationOutcome {
  readonly results: readonly MutantResult[];
  /** The report. */
  readonly lines: readonly string[];
  /** Percent. */
  readonly score: number;
}

/** How many run at the same time. */
const SANDBOXES = 2;
/** Between two lines that say how far it is, in milliseconds. */
const PROGRESS_MS = 15_000;

/** Whether a file is one of these or in one of these folders. */
export const isIn = (paths: readonly string[], file: string): boolean =>
  paths.some((path) => file === path || file.startsWith(`${path}/`));

/** The sample of the targets, and the mistakes of the list of equivalent faults that concern it. */
function chosen(options: MutationOptions): {
  sample: Mutant[];
  equivalent: (string | null)[];
  outdated: string[];
} {
  const { checkout, targets, seed } = options;
  const list = readEquivalents(options.equivalents).filter(({ file }) => isIn(targets, file));
  const files = checkout.product.filter((file) => isIn(targets, file));
  const byFile = new Map(files.map((file) => [file, mutantsOf(file, checkout.textOf(file))]));
  const sample = sampleOf([...byFile.values()].flat(), options.sample, seed);
  const outdated = outdatedEquivalents(
    list,
    (file) => byFile.get(file) ?? [],
    (file) => (byFile.has(file) ? checkout.textOf(file) : null),
  );
  return {
    sample,
    equivalent: sample.map(
      (mutant) => equivalentOf(mutant, checkout.textOf(mutant.file), list)?.reason ?? null,
    ),
    outdated: outdated.map(
      ({ file, line, from, to }) =>
        `scripts/mutation/equivalents.json is out of date: ${file} has no fault "${from}" -> "${to}" in the line "${line}"`,
    ),
  };
}

/** The tests that load a file of the targets; where `others` is no `all`, only those inside the targets and inside these. */
export function testsOf(
  checkout: Pick<Checkout, 'tests' | 'closureOf'>,
  targets: readonly string[],
  others: readonly string[] | 'all',
): string[] {
  const wanted =
    others === 'all'
      ? null
      : [...targets, ...targets.map((target) => target.replace(/\.(tsx?)$/, '.test.$1')), ...others];
  return checkout.tests.filter(
    (test) =>
      (wanted === null || isIn(wanted, test)) &&
      [...checkout.closureOf(test)].some((file) => isIn(targets, file)),
  );
}

function probesOf(checkout: Checkout, sample: readonly Mutant[]): number[] {
  return sample.map(({ file, start }) => probesAt(file, checkout.textOf(file), [start])[0]!);
}

/** Runs it. Ends what it started and keeps the checkout as it is, also when it is interrupted. */
export async function runMutation(options: MutationOptions): Promise<MutationOutcome> {
  const { checkout, say } = options;
  const { sample, equivalent, outdated } = chosen(options);
  if (options.listOnly) {
    const lines = sample.map(
      ({ file, line, from, to }) => `${file}:${line}: ${JSON.stringify(from)} -> ${JSON.stringify(to)}`,
    );
    return { results: [], lines: [...lines, ...outdated], score: 100 };
  }
  const sandboxes = Array.from(
    { length: SANDBOXES },
    (_, i) => new Sandbox(checkout.root, join(options.scratch, String(i)), checkout.files),
  );
  const close = () => {
    for (const sandbox of sandboxes) sandbox.close();
  };
  const interrupted = () => {
    close();
    process.exit(130);
  };
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', interrupted);
  try {
    const begin = Date.now();
    const tests = testsOf(checkout, options.targets, options.tests);
    const coverage = await coverageOf(options, sandboxes, tests);
    const unusable = coverage.filter(({ failed }) => failed !== null);
    for (const { test, failed } of unusable) say(`not used, because it fails as it is: ${test}: ${failed}`);
    const live = sample.filter((_, i) => equivalent[i] === null);
    const reaches = reachesOf(coverage, live, probesOf(checkout, live));
    say(
      `${live.length} faults, ${tests.length} test files; ${Math.round((Date.now() - begin) / 1000)} s so far`,
    );
    let said = Date.now();
    const ran = await new MutantRun(checkout, sandboxes, options.times).run(live, reaches, (done, of) => {
      if (Date.now() - said < PROGRESS_MS) return;
      said = Date.now();
      say(`${Math.round((said - begin) / 1000)} s: ${done} ${of}`);
    });
    const byMutant = new Map(ran.map((result) => [result.mutant, result]));
    const results = sample.map((mutant, i): MutantResult => {
      const reason = equivalent[i];
      return (
        byMutant.get(mutant) ?? { mutant, state: 'equivalent', by: null, tests: [], reason: reason ?? '' }
      );
    });
    const lines = [...reportLines(results), ...outdated, `${Math.round((Date.now() - begin) / 1000)} s`];
    if (unusable.length > 0) lines.push(`${unusable.length} test files fail as they are and were not used`);
    return { results, lines, score: summaryOf(results).score };
  } finally {
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
    close();
  }
}
