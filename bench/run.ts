/**
 * `npm run bench -- NAME [options]`: runs the benchmark of that name, which is the module `bench/NAME.ts` with an
 * exported `run(args)`.
 */
import { readdirSync } from 'node:fs';

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -3));

const [name, ...args] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  console.error(`usage: npm run bench -- ${names.join('|')} [options]`);
  process.exitCode = 2;
} else {
  const benchmark: { run(args: readonly string[]): Promise<void> } = await import(`./${name}.ts`);
  await benchmark.run(args);
}
