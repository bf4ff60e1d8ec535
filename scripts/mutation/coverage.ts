/**
 * Which test file runs which statements, in its own process and in those that it starts, and how long it takes. What is
 * known of a test is kept and holds for as long as nothing changes that the test may load.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkout } from './checkout.ts';
import { PROBE_MODULE, withProbes } from './probes.ts';
import type { Sandbox } from './sandbox.ts';

/** What one test file does when nothing is wrong. */
export interface TestCoverage {
  readonly test: string;
  readonly durationMs: number;
  /** Why the test cannot be used: it fails as it is. */
  readonly failed: string | null;
  /** Numbers of the probes that ran, by file. */
  readonly ran: Readonly<Record<string, readonly number[]>>;
}

/** A test that has not ended by then is not used. */
const DEADLINE_MS = 180_000;
/** Part of the keys: another way of probing makes what is kept worthless. */
const FORM = 1;

function keyOf(checkout: Checkout, test: string): string {
  const hash = createHash('sha256').update(String(FORM));
  for (const file of [...checkout.closureOf(test)].sort()) hash.update(`${file}\0${checkout.textOf(file)}\0`);
  return hash.digest('hex');
}

function readRan(file: string): Record<string, number[]> {
  const ran = new Map<string, Set<number>>();
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  for (const line of text.split('\n')) {
    const [name, number] = line.split(':');
    if (!name || !number) continue;
    const numbers = ran.get(name) ?? new Set();
    ran.set(name, numbers.add(Number(number)));
  }
  return Object.fromEntries([...ran].map(([name, numbers]) => [name, [...numbers]]));
}

/** Runs every test once in sources with probes. The sandboxes are put back afterwards. */
export async function coverageOf(
  { checkout, cache, say }: { checkout: Checkout; cache: string; say: (line: string) => void },
  sandboxes: readonly Sandbox[],
  tests: readonly string[],
): Promise<TestCoverage[]> {
  mkdirSync(cache, { recursive: true });
  const found: TestCoverage[] = [];
  const missing: { test: string; kept: string }[] = [];
  for (const test of tests) {
    const kept = join(cache, `${keyOf(checkout, test)}.json`);
    if (existsSync(kept)) found.push(JSON.parse(readFileSync(kept, 'utf8')) as TestCoverage);
    else missing.push({ test, kept });
  }
  if (missing.length === 0) return found;
  say(`running ${missing.length} test files once, to see what they cover (${found.length} are known)`);
  await Promise.all(
    sandboxes.map(async (sandbox) => {
      sandbox.write('mutation-probe.mjs', PROBE_MODULE);
      for (const file of checkout.product)
        sandbox.write(
          file,
          withProbes(file, checkout.textOf(file), 'mutation-probe.mjs', sandbox.pathOf('')),
        );
      let run = 0;
      for (let next = missing.shift(); next !== undefined; next = missing.shift()) {
        const { test, kept } = next;
        for (let attempt = 1; attempt <= 2; attempt++) {
          const target = sandbox.pathOf(`probe-log-${++run}`);
          sandbox.write('probe-target', target);
          const outcome = await sandbox.run(test, DEADLINE_MS);
          const failed = outcome === 'timeout' ? 'it does not end' : outcome.failed;
          const durationMs = outcome === 'timeout' ? DEADLINE_MS : outcome.durationMs;
          const coverage: TestCoverage = {
            test,
            durationMs: Math.round(durationMs),
            failed,
            ran: readRan(target),
          };
          if (failed !== null && attempt === 1) continue;
          if (failed === null) writeFileSync(kept, JSON.stringify(coverage));
          found.push(coverage);
          break;
        }
      }
      for (const file of checkout.product) sandbox.restore(file);
      sandbox.stop();
    }),
  );
  return found;
}
