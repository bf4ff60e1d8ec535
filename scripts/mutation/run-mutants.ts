/**
 * Finds out which faults the tests notice. Each fault runs by itself against the quickest tests that reach it. What is
 * left then runs against the slower ones together with others: a test that passes with forty faults in the sources notices
 * none of them; where it fails, halves tell which one it was, and only a fault that fails a test by itself counts as killed.
 */
import { dirname } from 'node:path';
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

/** How long things may take, in milliseconds. */
export interface RunTimes {
  /** What one fault may have of tests for itself, by what they take without a fault; one test it has in any case. */
  readonly aloneMs: number;
  /** How much longer than three times its usual time a test may take; the machine may have become busy. */
  readonly graceMs: number;
}

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
  readonly #times: RunTimes;
  /** What a test takes without a fault, where that has become longer. */
  readonly #usualMs = new Map<string, number>();
  /** How many faults of a file a test has noticed: `file test`. It is asked first for the next one. */
  readonly #noticed = new Map<string, number>();

  constructor(checkout: Checkout, sandboxes: readonly Sandbox[], times: RunTimes) {
    this.#checkout = checkout;
    this.#sandboxes = sandboxes;
    this.#times = times;
  }

  /** Runs one test with faults in the sources: null if it passes, else what noticed them. */
  async #notices(
    sandbox: Sandbox,
    { test, durationMs }: Reach,
    mutants: readonly Mutant[],
  ): Promise<string | null> {
    const files = [...new Set(mutants.map(({ file }) => file))];
    for (const file of files) {
      const here = mutants.filter((mutant) => mutant.file === file);
      sandbox.write(file, mutated(this.#checkout.textOf(file), here));
    }
    const usualMs = this.#usualMs.get(test) ?? durationMs;
    // Several that hang together are looked at again, each by itself, so that less patience is needed.
    const patience = mutants.length > 1 ? 0.5 : 1;
    const outcome = await sandbox.run(test, (usualMs * 3 + this.#times.graceMs) * patience);
    for (const file of files) sandbox.restore(file);
    if (outcome !== 'timeout') return outcome.failed === null ? null : `${test}: ${outcome.failed}`;
    if (mutants.length > 1) return 'timeout';
    // Others may use the machine. What the test takes now without a fault tells whether it was that.
    const now = await sandbox.run(test, usualMs * 9 + this.#times.graceMs * 3);
    const nowMs = now === 'timeout' ? usualMs * 3 + this.#times.graceMs : now.durationMs;
    if (nowMs < usualMs * 2 + this.#times.graceMs / 4) return 'timeout';
    this.#usualMs.set(test, nowMs);
    return this.#notices(sandbox, { test, durationMs }, mutants);
  }

  #settle(result: MutantResult, by: string, reach: Reach): void {
    const key = `${result.mutant.file} ${reach.test}`;
    this.#noticed.set(key, (this.#noticed.get(key) ?? 0) + 1);
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
      const noticed = ({ test }: Reach) => this.#noticed.get(`${result.mutant.file} ${test}`) ?? 0;
      for (const reach of reaches[i]!.toSorted((a, b) => noticed(b) - noticed(a))) {
        spent += reach.durationMs;
        if (result.state === 'survived' && (spent <= this.#times.aloneMs || result.tests.length === 0)) {
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

/** How far a test is from a file: the folders that they do not share. */
function distance(file: string, test: string): number {
  const [a, b] = [dirname(file).split('/'), dirname(test).split('/')];
  const shared = a.findIndex((name, i) => name !== b[i]);
  const common = shared === -1 ? a.length : shared;
  return a.length + b.length - 2 * common;
}

/** The tests that run each fault: the one beside its file first, then the nearest, then the quickest. */
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
      .sort(
        (a, b) =>
          Number(isOwn(b.test)) - Number(isOwn(a.test)) ||
          distance(file, a.test) - distance(file, b.test) ||
          a.durationMs - b.durationMs,
      );
  });
}
