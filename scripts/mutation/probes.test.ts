import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseSource } from '../source-tree.ts';
import { PROBE_MODULE, probesAt, withProbes } from './probes.ts';

const text = `#!/usr/bin/env node
import { a } from './a.ts';
type B = { c: 1 };
export const f = (n: number): n is 3 => n === 3;
export function g(n: number) {
  if (n > 1) return { n };
  switch (n) { case 1: return a; default: }
  return [1].map((x) => ({ x }));
}
`;

test('a probe stands before each statement and in each short function, and the lines stay where they were', () => {
  const probed = withProbes('kit/b.ts', text, 'probe.mjs', '/root');
  expect(() => parseSource('kit/b.ts', probed)).not.toThrow();
  expect(probed.split('\n')).toHaveLength(text.split('\n').length);
  expect(probed).toContain("from '../probe.mjs'");
  expect(probed).toContain('n is 3 => (__ran(');
  expect(probed).toContain('(x) => ((__ran(');
  expect(probed).toMatch(/case 1: __ran\(\d+\);return a;/);
});

test('a fault is reached where the statement that it is in is reached', () => {
  const probed = withProbes('kit/b.ts', text, 'probe.mjs', '/root');
  const [condition, value] = probesAt('kit/b.ts', text, [text.indexOf('n > 1'), text.indexOf('n === 3')]);
  expect(probed).toContain(`__ran(${condition});if (n > 1)`);
  expect(probed).toContain(`(__ran(${value}), n === 3)`);
});

test('a function that runs elsewhere, from its source, brings its probes along', () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-probes-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const log = join(folder, 'log');
  writeFileSync(join(folder, 'probe.mjs'), PROBE_MODULE);
  writeFileSync(join(folder, 'probe-target'), log);
  const own = `export function there(): number {
  const { sep } = process.getBuiltinModule('node:path');
  return sep.length;
}
`;
  const probed = withProbes('kit/b.ts', own, 'probe.mjs', folder);
  const source = probed.slice(probed.indexOf('function there')).replace('): number', ')');
  expect(new Function(`${source}; return there();`)()).toBe(1);
  expect(readFileSync(log, 'utf8')).toBe('kit/b.ts:1\nkit/b.ts:2\n');
});
