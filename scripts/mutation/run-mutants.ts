/**
 * Finds out which faults the tests notice. Each fault runs by itself against the quickest tests that reach it. What is
 * left then runs against the slower ones together with others: a test that passes with forty faults in the sources notices
 * none of them; where it fails, halves tell which one it was, and only a fault that fails a test by itself counts as killed.
 */
import type { Checkout } from './checkout.ts';
import type { TestCoverage } from './coverage.ts';
import type { Mutant } from './mutators.ts';
import type { Sandbox } from './sandbox.ts';

export type MutantState = 'killed' | 'timeout' | 'survived' | 'no coverage' | 'equivalent';

/** What became of a fault. */
export interface MutantResult {
  readonly mutant: Mutant;
  state: MutantState;
  /** The test file and the test that noticed it. */
  by: string | null;
  /** Test files that ran with it. */
  readonly tests: string[];
  /** Why nobody could notice it, of an equivalent one. */
  reason?: string;
}

/** Where a test is: its file, what it takes when nothing is wrong. */
interface Reach {
  readonly test: string;
  readonly durationMs: number;
}

/** What one fault alone may take of tests, in what they take when nothing is wrong. */
const ALONE_MS = 4_000;
const overlap = (a: Mutant, b: Mutant) => a.file === b.file && a.start < b.end && b.start < a.end;

/** The text of a file with faults in it that do not overlap. */
export function mutated(text: string, mutants: readonly Mutant[]): string {
  let out = text;
  for (const { start, end, to } of mutants.toSorted((a, b) => b.start - a.start))
    out = out.slice(0, start) + to + out.slice(end);
  return out;
}

export class MutantRun {
  readonly #checkout: Checkout;
  readonly #sandboxes: readonly Sandbox[];
  readonly #graceMs: number;

  /** A test hangs once it has taken three times its usual time and `graceMs` more. */
  constructor(checkout: Checkout, sandboxes: readonly Sandbox[], graceMs: number) {
    this.#checkout = checkout;
    this.#sandboxes = sandboxes;
    this.#graceMs = graceMs;
  }

  /** Runs one test with faults in the sources: null if it passes, else what noticed them. */
  async #notices(sandbox: Sandbox, reach: Reach, mutants: readonly Mutant[]): Promise<string | null> {
    const files = new Set(mutants.map(({ file }) => file));
    for (const file of files) {
      const here = mutants.filter((mutant) => mutant.file === file);
      sandbox.write(file, mutated(this.#checkout.textOf(file), here));
    }
    const outcome = await sandbox.run(reach.test, reach.durationMs * 3 + this.#graceMs);
    for (const file of files) sandbox.restore(file);
    if (outcome === 'timeout') return 'timeout';
    return outcome.failed === null ? null : `${reach.test}: ${outcome.failed}`;
  }

  #settle(result: MutantResult, by: string, reach: Reach): void {
    result.state = by === 'timeout' ? 'timeout' : 'killed';
    result.by = by === 'timeout' ? reach.test : by;
  }

  async #inTurn<T>(jobs: T[], work: (sandbox: Sandbox, job: T) => Promise<void>): Promise<void> {
    await Promise.all(
      this.#sandboxes.map(async (sandbox) => {
        for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await work(sandbox, job);
      }),
    );
  }

  /** Settles those of `results` that a test notices; each has the state "survived" before. */
  async #together(sandbox: Sandbox, reach: Reach, results: readonly MutantResult[]): Promise<void> {
    const alive = results.filter(({ state }) => state === 'survived');
    const group: MutantResult[] = [];
    const rest: MutantResult[] = [];
    for (const one of alive)
      (group.some((other) => overlap(one.mutant, other.mutant)) ? rest : group).push(one);
    if (group.length === 0) return;
    const by = await this.#notices(
      sandbox,
      reach,
      group.map(({ mutant }) => mutant),
    );
    if (by === null) for (const { tests } of group) tests.push(reach.test);
    else if (group.length === 1) this.#settle(group[0]!, by, reach);
    else {
      const half = group.length >> 1;
      await this.#together(sandbox, reach, group.slice(0, half));
      await this.#together(sandbox, reach, group.slice(half));
    }
    await this.#together(sandbox, reach, rest);
  }

  /** Runs them all; `reaches` has for each the tests that run it, the best first. Calls back after each step. */
  async run(
    mutants: readonly Mutant[],
    reaches: readonly (readonly Reach[])[],
    step: (done: number, of: string) => void,
  ): Promise<MutantResult[]> {
    const results = mutants.map((mutant, i): MutantResult => {
      return { mutant, state: reaches[i]!.length === 0 ? 'no coverage' : 'survived', by: null, tests: [] };
    });
    const slow = new Map<string, { reach: Reach; results: MutantResult[] }>();
    let done = 0;
    await this.#inTurn([...results.keys()], async (sandbox, i) => {
      const result = results[i]!;
      let spent = 0;
      for (const reach of reaches[i]!) {
        spent += reach.durationMs;
        if (result.state === 'survived' && (spent <= ALONE_MS || result.tests.length === 0)) {
          const by = await this.#notices(sandbox, reach, [result.mutant]);
          if (by === null) result.tests.push(reach.test);
          else this.#settle(result, by, reach);
        } else if (result.state === 'survived') {
          const later = slow.get(reach.test) ?? { reach, results: [] };
          later.results.push(result);
          slow.set(reach.test, later);
        }
      }
      step(++done, 'faults by themselves');
    });
    const order = [...slow.values()].sort((a, b) => a.reach.durationMs - b.reach.durationMs);
    done = 0;
    await this.#inTurn(order, async (sandbox, later) => {
      await this.#together(sandbox, later.reach, later.results);
      step(++done, 'slower tests with several faults');
    });
    return results;
  }
}

/** The tests that run each fault: the one beside its file first, then the quickest. */
export function reachesOf(
  coverage: readonly TestCoverage[],
  mutants: readonly Mutant[],
  probes: readonly number[],
): Reach[][] {
  const ran = coverage
    .filter(({ failed }) => failed === null)
    .map((one) => ({
      one,
      files: new Map(Object.entries(one.ran).map(([file, numbers]) => [file, new Set(numbers)])),
    }));
  return mutants.map(({ file }, i) => {
    const own = file.replace(/\.tsx?$/, '.test.ts');
    const isOwn = (test: string) => test === own || test === `${own}x`;
    return ran
      .filter(({ files }) => (probes[i] === -1 ? files.has(file) : files.get(file)?.has(probes[i]!)))
      .map(({ one: { test, durationMs } }) => ({ test, durationMs }))
      .sort((a, b) => Number(isOwn(b.test)) - Number(isOwn(a.test)) || a.durationMs - b.durationMs);
  });
}
