// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import type { ManifestDescription } from '../../contract/manifest.ts';
import { trendsOf } from './trends.tsx';

const manifest = (id: string, highlights: ManifestDescription['highlights'] = {}) =>
  ({ id, highlights, internal: id === 'keeper' }) as ManifestDescription;
const titles = (...manifests: ManifestDescription[]) => trendsOf(manifests).map(({ chart }) => chart.title);

it('begin with the work of each daemon, then with how long it takes', () => {
  const all = { messages: 'm', latency: 'l' };
  expect(titles(manifest('a', all), manifest('b', all)).slice(0, 4)).toEqual([
    'Messages, a',
    'Messages, b',
    'Latency, a',
    'Latency, b',
  ]);
});

it('leave out what a daemon does not measure, and end with what the main process takes', () => {
  const main = ['Loop delay, main', 'CPU, main', 'Memory, main', 'Collections, main'];
  expect(titles()).toEqual(main);
  expect(titles(manifest('keeper', { messages: 'm' })).slice(3)).toEqual([
    'Collections, main',
    'Loop delay, keeper',
    'CPU, keeper',
    'Memory, keeper',
    'Collections, keeper',
  ]);
  expect(titles(manifest('a'))).toEqual(['Loop delay, a', 'CPU, a', 'Memory, a', 'Collections, a', ...main]);
});
