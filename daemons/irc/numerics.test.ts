import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { N } from './numerics.ts';

it('has no numeric that the server never sends', () => {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(root, name), 'utf8'))
    .join('');
  const used = new Set(sources.match(/\bN\.[A-Z0-9_]+/g));
  expect(Object.keys(N).filter((name) => !used.has(`N.${name}`))).toEqual([]);
});
