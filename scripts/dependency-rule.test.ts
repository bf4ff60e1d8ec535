import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

const FORBIDDEN = [
  ['daemons/contract', '../runtime/logger.ts'],
  ['daemons/contract', 'node:fs'],
  ['daemons/contract', 'ws'],
  ['daemons/runtime', '../ircd/limits.ts'],
  ['daemons/runtime', '../../main/core/limits.ts'],
  ['daemons/ircd', '../relay/limits.ts'],
  ['daemons/ircd', '../../main/core/limits.ts'],
  ['daemons/ircd', 'electron'],
  ['daemons/ircd/net', '../../relay/limits.ts'],
  ['daemons/newcomer/deep', '../../ircd/limits.ts'],
  ['main/core', 'electron'],
  ['main/core', '../headless/auth.ts'],
  ['main/core', '../../daemons/ircd/manifest.ts'],
  ['main/core', '../../daemons/registry.ts'],
  ['main/headless', '../electron/main.ts'],
  ['main/headless', 'electron'],
  ['renderer', '../daemons/runtime/logger.ts'],
  ['renderer/live', '../../main/core/limits.ts'],
  ['renderer/live', 'node:fs'],
  ['renderer/live', 'electron'],
] as const;

const ALLOWED = [
  ['daemons/contract', './states.ts'],
  ['daemons/contract', 'zod'],
  ['daemons/runtime', '../contract/states.ts'],
  ['daemons/ircd/net', '../../runtime/logger.ts'],
  ['daemons/ircd/net', '../limits.ts'],
  ['main/core/supervision', '../../../daemons/contract/states.ts'],
  ['main/core', '../../daemons/runtime/logger.ts'],
  ['main/headless', '../../daemons/registry.ts'],
  ['main/electron', 'electron'],
  ['renderer/live', '../../daemons/contract/states.ts'],
] as const;

const fileOf = (index: number, folder: string) => `${folder}/case-${index}.ts`;
const cases = [...FORBIDDEN, ...ALLOWED];

/** The project's own linter settings over one small file a case; returns the files that it refuses. */
function refusedFiles(dir: string): Set<string> {
  const config = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
  writeFileSync(
    join(dir, 'biome.json'),
    JSON.stringify({ ...config, $schema: undefined, vcs: { enabled: false } }),
  );
  for (const [index, [folder, specifier]] of cases.entries()) {
    const file = join(dir, fileOf(index, folder));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `import { x } from '${specifier}';\n\nx();\n`);
  }
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const lint = spawnSync(
    process.execPath,
    [biome, 'lint', '--reporter=github', '--max-diagnostics=none', '.'],
    {
      cwd: dir,
      encoding: 'utf8',
    },
  );
  const refused = new Set<string>();
  for (const line of lint.stdout.split('\n')) {
    const file = /file=([^,]+)/.exec(line)?.[1];
    if (file !== undefined && line.includes('noRestrictedImports'))
      refused.add(file.slice(file.search(/(daemons|main|renderer)\//)));
  }
  return refused;
}

const dir = mkdtempSync(join(tmpdir(), 'signalbox-rule-'));
const refused = refusedFiles(dir);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it.each(FORBIDDEN.map((pair, index) => [...pair, index] as const))(
  '%s may not import %s',
  (folder, _, index) => {
    expect(refused).toContain(fileOf(index, folder));
  },
);

it.each(ALLOWED.map((pair, index) => [...pair, index + FORBIDDEN.length] as const))(
  '%s may import %s',
  (folder, _, index) => {
    expect(refused).not.toContain(fileOf(index, folder));
  },
);
