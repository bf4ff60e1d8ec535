/**
 * What Biome cannot check: who may import whom (import-rules.ts), two habits of style (style-rules.ts), tests that sleep
 * (sleep-rules.ts), and colours and sizes of the window that are no tokens (look-rules.ts). Ends with 1 and a line for each breach. Run by `npm run lint`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Import, importsOf } from './import-graph.ts';
import { importBreaches } from './import-rules.ts';
import { lookBreaches, sheetBreaches } from './look-rules.ts';
import { sleepBreaches } from './sleep-rules.ts';
import { parseSource } from './source-tree.ts';
import { styleBreaches } from './style-rules.ts';

const root = join(import.meta.dirname, '..');

function sourceFiles(): string[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  return listed
    .split('\n')
    .filter((file) => /(?<!\.d)\.(ts|tsx|mjs|css)$/.test(file) && existsSync(join(root, file)));
}

const imports: Import[] = [];
const breaches: string[] = [];
for (const file of sourceFiles()) {
  const text = readFileSync(join(root, file), 'utf8');
  if (file.endsWith('.css')) {
    breaches.push(...sheetBreaches(file, text));
    continue;
  }
  const tree = parseSource(file, text);
  imports.push(...importsOf(file, tree));
  breaches.push(
    ...styleBreaches(file, text, tree),
    ...sleepBreaches(file, text, tree),
    ...lookBreaches(file, text, tree),
  );
}
breaches.push(...importBreaches(imports));
for (const line of breaches) console.error(line);
if (breaches.length > 0) process.exitCode = 1;
