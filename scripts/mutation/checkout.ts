/** What the checkout has: product files, tests, and which files a test may load. Used by the mutation run. */
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { importsOf } from '../import-graph.ts';
import { isMadeForTests } from '../made-for-tests.ts';
import { parseSource, walk } from '../source-tree.ts';

const SOURCE = /(?<!\.d)\.(ts|tsx|mjs)$/;
const TEST = /\.test\.tsx?$/;
/** Benchmarks and launchers, which start what the product is made of. */
const STARTS = /^(?:bench\/|scripts\/[^/]+\.mjs$)/;

export interface Checkout {
  readonly root: string;
  /** Every file that git has or would take, from the root. */
  readonly files: readonly string[];
  readonly tests: readonly string[];
  /** Files that run in the product; nothing that only tests, benchmarks and scripts load. */
  readonly product: readonly string[];
  textOf(file: string): string;
  /** The file itself and everything that it may load, in this process or in one that it starts. */
  closureOf(file: string): ReadonlySet<string>;
}

/** Paths that a text names: a test starts `test-fixtures/tiny.ts`, a host `main.ts`. */
function namedFiles(
  file: string,
  text: string,
  files: ReadonlySet<string>,
  byName: ReadonlyMap<string, string[]>,
): string[] {
  const found: string[] = [];
  walk(parseSource(file, text), (node) => {
    if (node.type !== 'Literal' || typeof node.value !== 'string' || !SOURCE.test(node.value)) return;
    const near = normalize(join(dirname(file), node.value));
    if (files.has(near)) found.push(near);
    else if (files.has(node.value)) found.push(node.value);
    else
      for (const other of byName.get(node.value.split('/').at(-1) ?? '') ?? [])
        if (other.startsWith(`${dirname(file)}/`)) found.push(other);
  });
  return found;
}

/** Reads the checkout at `root`, a folder that git knows. */
export function readCheckout(root: string): Checkout {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    },
  );
  const files = listed
    .split('\n')
    .filter((file) => file !== '' && existsSync(join(root, file)) && lstatSync(join(root, file)).isFile())
    .sort();
  const texts = new Map<string, string>();
  const textOf = (file: string) => {
    let text = texts.get(file);
    if (text === undefined) {
      text = readFileSync(join(root, file), 'utf8');
      texts.set(file, text);
    }
    return text;
  };
  const known = new Set(files);
  const byName = new Map<string, string[]>();
  for (const file of files) {
    const name = file.split('/').at(-1)!;
    byName.set(name, [...(byName.get(name) ?? []), file]);
  }
  const sources = files.filter((file) => SOURCE.test(file));
  const daemonEntries = sources.filter((file) => /^daemons\/[^/]+\/main\.ts$/.test(file));
  const next = new Map<string, string[]>();
  const importers = new Map<string, string[]>();
  for (const file of sources) {
    const imported = importsOf(file, parseSource(file, textOf(file)))
      .map(({ to }) => to)
      .filter((to) => known.has(to));
    for (const to of imported) importers.set(to, [...(importers.get(to) ?? []), file]);
    const started = file.startsWith('main/') ? daemonEntries : [];
    next.set(file, [...imported, ...namedFiles(file, textOf(file), known, byName), ...started]);
  }
  const closures = new Map<string, ReadonlySet<string>>();
  const closureOf = (file: string) => {
    const before = closures.get(file);
    if (before !== undefined) return before;
    const seen = new Set([file]);
    for (const one of seen) for (const to of next.get(one) ?? []) seen.add(to);
    closures.set(file, seen);
    return seen;
  };
  const inProduct = (file: string) =>
    /^(contract|kit|daemons|main|renderer|preload)\/.*\.tsx?$/.test(file) &&
    SOURCE.test(file) &&
    !isMadeForTests(file);
  // What only tests load, and what only that loads, is no product however it is called. What has a test of its own is, though no
  // other part may use it yet, and so is what benchmarks and launchers start.
  const product = new Set(sources.filter(inProduct));
  const hasOwnTest = (file: string) => known.has(file.replace(/\.tsx?$/, '.test.ts'));
  const usesIt = (importer: string) =>
    product.has(importer) || (STARTS.test(importer) && !isMadeForTests(importer));
  for (let before = Number.POSITIVE_INFINITY; product.size < before; ) {
    before = product.size;
    for (const file of product) {
      const by = importers.get(file) ?? [];
      if (by.length > 0 && !hasOwnTest(file) && !by.some(usesIt)) product.delete(file);
    }
  }
  return {
    root,
    files,
    tests: files.filter((file) => TEST.test(file) && !file.startsWith('e2e/')),
    product: [...product],
    textOf,
    closureOf,
  };
}
