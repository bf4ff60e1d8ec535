import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

interface LockedPackage {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly gypfile?: boolean;
}

const root = join(import.meta.dirname, '..');
const packages: Readonly<Record<string, LockedPackage>> = JSON.parse(
  readFileSync(join(root, 'package-lock.json'), 'utf8'),
).packages;

it('locks the binaries of every platform, so that npm ci works on each', () => {
  const missing: string[] = [];
  for (const [path, locked] of Object.entries(packages)) {
    for (const name of Object.keys(locked.optionalDependencies ?? {})) {
      const found = packages[`${path}/node_modules/${name}`] ?? packages[`node_modules/${name}`];
      if (found?.version === undefined) missing.push(`${path}: ${name}`);
    }
  }
  expect(missing).toEqual([]);
});

it('compiles nothing on a fresh machine (run `npm run lock` after a change of the dependencies)', () => {
  const compiled = Object.keys(packages).filter(
    (path) => path !== '' && existsSync(join(root, path, 'binding.gyp')) && packages[path]?.gypfile !== false,
  );
  expect(existsSync(join(root, 'node_modules/better-sqlite3/binding.gyp'))).toBe(true);
  expect(compiled).toEqual([]);
});
