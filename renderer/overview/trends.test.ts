import { expect, it } from 'vitest';
import type { ManifestDescription } from '../../contract/manifest.ts';
import { trendsOf } from './trends.tsx';

const manifest = (id: string, highlights: ManifestDescription['highlights'] = {}) =>
  ({ id, highlights }) as ManifestDescription;
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

it('leave out what a daemon does not measure, and are eight at most', () => {
  expect(titles(manifest('a'))[0]).toBe('Loop delay, a');
  expect(titles(...['a', 'b', 'c', 'd'].map((id) => manifest(id)))).toHaveLength(8);
  expect(titles()).toEqual([]);
});
