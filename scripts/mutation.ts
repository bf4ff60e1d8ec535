/**
 * `npm run mutation -- PATH...`: puts a sample of small faults into the sources of a folder, in a copy, and tells which of
 * them no test notices. docs/architecture.md says how, under "Tests".
 */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readCheckout } from './mutation/checkout.ts';
import { isIn, runMutation } from './mutation/run.ts';

const HELP = `npm run mutation -- PATH... [options]

Puts small faults into the sources of folders and files (daemons/ircd, main/core, renderer ...), one at a time and never in the
checkout itself, and runs the tests inside these folders, and of the names of these files, that reach each. A fault that a test
fails by, or never ends by, is killed.

  --sample N      how many faults (default 200)
  --seed S        which ones: the same seed takes the same faults of the same sources (default 1)
  --tests PATH    runs also the tests of this folder or file; may be given more than once
  --all-tests     runs all tests that reach a fault: slower, and the score is the same or higher
  --json FILE     writes every fault and what became of it
  --at-least P    ends with 1 when less than P percent are killed
  --list          prints the sample and runs nothing
  --help

Faults that nobody can notice are in scripts/mutation/equivalents.json, each with its reason; they do not count.
Ends with 0 unless --at-least is missed, and with 2 when it could not do its work.
`;

function wholeNumber(name: string, text: string, most: number): number {
  if (!/^\d+$/.test(text) || Number(text) > most)
    throw new Error(`--${name} ${text}: expected a whole number up to ${most}.`);
  return Number(text);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      sample: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      'at-least': { type: 'string' },
      tests: { type: 'string', multiple: true, default: [] },
      'all-tests': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const bare = (path: string) => path.replace(/\/+$/, '');
  const targets = positionals.map(bare);
  if (targets.length === 0) throw new Error(`Expected a folder or a file.\n\n${HELP}`);
  const checkout = readCheckout(join(import.meta.dirname, '..'));
  for (const target of targets)
    if (!checkout.product.some((file) => isIn([target], file)))
      throw new Error(
        `${target}: there are no sources of the product in it; expected a folder like daemons/ircd, or a file.`,
      );
  const tests = values.tests.map(bare);
  for (const path of tests)
    if (!checkout.tests.some((file) => isIn([path], file)))
      throw new Error(`--tests ${path}: expected a folder with tests in it, or a file of tests.`);
  const atLeast = values['at-least'] === undefined ? null : wholeNumber('at-least', values['at-least'], 100);
  const list = join(import.meta.dirname, 'mutation/equivalents.json');
  // A short name, because tests make Unix sockets below it. It goes also when the run is interrupted.
  const scratch = mkdtempSync(join(tmpdir(), 'sbm-'));
  // Tests start programs there that do not run as root.
  chmodSync(scratch, 0o711);
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));

  const { results, lines, score } = await runMutation({
    checkout,
    targets,
    sample: wholeNumber('sample', values.sample, 1_000_000),
    seed: wholeNumber('seed', values.seed, Number.MAX_SAFE_INTEGER),
    equivalents: existsSync(list) ? readFileSync(list, 'utf8') : '[]',
    scratch,
    cache: join(checkout.root, 'node_modules/.cache/signalbox-mutation'),
    tests: values['all-tests'] ? 'all' : tests,
    listOnly: values.list,
    times: { aloneMs: 4_000, graceMs: 8_000 },
    say: (line) => console.error(line),
  });
  for (const line of lines) console.log(line);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 1)}\n`);
  return atLeast !== null && score < atLeast ? 1 : 0;
}

main().then(
  // What was written to a pipe goes first.
  (code) => process.stdout.write('', () => process.exit(code)),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(2);
  },
);
