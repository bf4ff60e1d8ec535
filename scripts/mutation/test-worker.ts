/**
 * The process that runs test files in a sandbox, one at a time, as often as it is asked; Vitest and what it has
 * transformed stay warm meanwhile. Started by sandbox.ts, with the sandbox as its folder.
 */
import { createVitest, type TestModule } from 'vitest/node';

/** What it is asked: to run a file, after these files have changed. */
export interface RunRequest {
  readonly test: string;
  readonly changed: readonly string[];
}

/** What came of it. `failed` names the first test that failed, or says what else is wrong. */
export interface RunAnswer {
  readonly failed: string | null;
  readonly durationMs: number;
}

const root = process.cwd();
const vitest = await createVitest('test', {
  root,
  watch: false,
  bail: 1,
  maxWorkers: 1,
  fileParallelism: false,
  reporters: [{}],
  silent: true,
  cache: false,
} as Parameters<typeof createVitest>[1]);

function failureOf(modules: readonly TestModule[], errors: readonly unknown[]): string | null {
  for (const module of modules) {
    for (const test of module.children.allTests('failed')) return test.fullName;
    if (module.state() !== 'failed') continue;
    const inSuites = [...module.children.allSuites()].flatMap((suite) => suite.errors());
    return String([...module.errors(), ...inSuites][0]?.message ?? 'the file does not load').slice(0, 200);
  }
  if (modules.length === 0) return 'the file does not load';
  return errors.length === 0 ? null : String(errors[0]).slice(0, 200);
}

async function run({ test, changed }: RunRequest): Promise<RunAnswer> {
  for (const file of changed) vitest.invalidateFile(`${root}/${file}`);
  const start = performance.now();
  vitest.state.clearErrors();
  const specifications = [vitest.getRootProject().createSpecification(`${root}/${test}`)];
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
  // Vitest goes on telling of files that it has run before.
  const own = testModules.filter(({ moduleId }) => moduleId === `${root}/${test}`);
  return { failed: failureOf(own, unhandledErrors), durationMs: performance.now() - start };
}

process.on('message', (request: RunRequest) => {
  run(request).then(
    (answer) => process.send?.(answer),
    (error: unknown) =>
      process.send?.({ failed: String(error).slice(0, 200), durationMs: 0 } satisfies RunAnswer),
  );
});
process.on('disconnect', () => process.exit(0));
