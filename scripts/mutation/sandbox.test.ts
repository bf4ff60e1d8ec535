import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { Sandbox } from './sandbox.ts';

const folder = mkdtempSync(join(tmpdir(), 'signalbox-sandbox-test-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('gives a file back the text that it was copied with, also where the checkout is worked on meanwhile', () => {
  const checkout = join(folder, 'checkout');
  mkdirSync(join(checkout, 'node_modules'), { recursive: true });
  writeFileSync(join(checkout, 'age.ts'), 'export const age = 1;\n');
  const sandbox = new Sandbox(checkout, join(folder, 'copy'), ['age.ts']);
  const text = () => readFileSync(sandbox.pathOf('age.ts'), 'utf8');
  writeFileSync(join(checkout, 'age.ts'), 'export const half =\n');
  for (const fault of ['export const age = 0;\n', 'export const age = -1;\n']) {
    sandbox.write('age.ts', fault);
    expect(text()).toBe(fault);
    sandbox.restore('age.ts');
    expect(text()).toBe('export const age = 1;\n');
  }
  // One that was not copied may be written all the same.
  sandbox.write('probe.mjs', '1;\n');
  sandbox.close();
});
