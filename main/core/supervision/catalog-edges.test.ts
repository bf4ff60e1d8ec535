/** What of a catalog is just taken, and what is not. */
import { expect, test } from 'vitest';
import type { MetricSpec } from '../../../contract/link/catalog.ts';
import { catalogProblem } from './catalog-check.ts';

const limits = { catalogMetrics: 2, catalogTextChars: 30 };
const metric = (name: string, more: Partial<MetricSpec> = {}): MetricSpec => ({
  name: `signalbox_d_${name}`,
  kind: 'gauge',
  unit: 'count',
  help: '',
  ...more,
});
const problem = (metrics: readonly MetricSpec[], revision = 1, before = 0) =>
  catalogProblem('d', { revision, metrics }, before, limits);

test.each<[string, readonly MetricSpec[], string | null]>([
  ['nothing at all', [], null],
  ['as many as may be', [metric('a'), metric('b')], null],
  ['one more', [metric('a'), metric('b'), metric('c')], 'its catalog has 3 metrics; at most 2 are taken'],
  ['names of all characters', [metric('A_z09'), metric('_')], null],
  [
    'a name that begins with a digit',
    [metric('a'), metric('1')],
    'metric 1 of its catalog has no name of the form signalbox_d_<what>',
  ],
  [
    'a name with a dash',
    [metric('a-b')],
    'metric 0 of its catalog has no name of the form signalbox_d_<what>',
  ],
  [
    'a name that ends badly',
    [metric('a b')],
    'metric 0 of its catalog has no name of the form signalbox_d_<what>',
  ],
  ['a prefix alone', [metric('')], 'metric 0 of its catalog has no name of the form signalbox_d_<what>'],
  [
    'a name of another daemon',
    [{ ...metric('a'), name: 'signalbox_e_a' }],
    'metric 0 of its catalog has no name of the form signalbox_d_<what>',
  ],
  [
    'a name that only ends so',
    [{ ...metric('a'), name: 'x_signalbox_d_' }],
    'metric 0 of its catalog has no name of the form signalbox_d_<what>',
  ],
  [
    'labels that tell two apart',
    [metric('a', { labels: { x: '1' } }), metric('a', { labels: { x: '2' } })],
    null,
  ],
  [
    'two that are one',
    [metric('a', { labels: { x: '1' } }), metric('a', { labels: { x: '1' } })],
    'its catalog has signalbox_d_a{x="1"} twice',
  ],
  [
    'a label with a dash',
    [metric('a', { labels: { ok: '1', 'x-y': '1' } })],
    'signalbox_d_a has a label whose name has other characters than letters, digits and _',
  ],
  ['a help of the longest length', [metric('a', { help: 'x'.repeat(30) })], null],
  [
    'a longer help',
    [metric('a', { help: 'x'.repeat(31) })],
    'signalbox_d_a has labels or a help of more than 30 characters',
  ],
  ['a series of the longest length', [metric('a', { labels: { x: 'y'.repeat(11) } })], null],
  [
    'a longer series',
    [metric('a', { labels: { x: 'y'.repeat(12) } })],
    'signalbox_d_a has labels or a help of more than 30 characters',
  ],
])('%s', (_, metrics, expected) => {
  expect(problem(metrics)).toBe(expected);
});

test('a revision may stay or rise, and not go back', () => {
  expect([problem([], 3, 3), problem([], 4, 3)]).toEqual([null, null]);
  expect(problem([], 2, 3)).toBe('its catalog went back from revision 3 to 2');
});
