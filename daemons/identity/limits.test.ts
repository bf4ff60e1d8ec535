import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { limits } from './limits.ts';

it('are those that operators read', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/limits.md'), 'utf8');
  const [, accounts = ''] = page.split('Table: `daemons/identity/limits.ts`.');
  const stated = [...accounts.split('\n## ')[0]!.matchAll(/^\| `(\w+)` \| ([\d,]+) \| (\S+) \| /gm)].map(
    ([, name, value, unit]) => [name, Number(value!.replaceAll(',', '')), unit],
  );
  expect(stated.length).toBeGreaterThan(20);
  expect(Object.entries(limits).map(([name, one]) => [name, one.default, one.unit])).toEqual(stated);
});
