import { expect, it } from 'vitest';
import { INSTRUMENT_FIGURES } from '../../../contract/instrument-figures.ts';
import { INSTRUMENT_KINDS } from '../../../contract/manifest.ts';
import { seriesId } from '../../../contract/series-id.ts';
import { limits } from '../limits.ts';
import { MetricRegistry } from './metric-registry.ts';
import { standardInstrument } from './standard-instrument.ts';

/** The value of a series in the newest sample; undefined where the catalog lacks it. */
function latest(metrics: MetricRegistry, id: string): number | undefined {
  return metrics.values[metrics.layout.slot(id)];
}

it('gives every kind its figures, under the label that the kind is called by', () => {
  const metrics = new MetricRegistry('t', []);
  for (const kind of INSTRUMENT_KINDS) standardInstrument(metrics, kind, 'mail');
  metrics.sample();
  const made = metrics.catalog.metrics.filter(({ instrument }) => instrument !== undefined);
  const figures = INSTRUMENT_KINDS.flatMap((kind) => Object.keys(INSTRUMENT_FIGURES[kind]));
  expect(made).toHaveLength(figures.length);
  expect(made.every(({ instrument, labels }) => labels?.[instrument!] === 'mail')).toBe(true);
  expect(made.map(seriesId)).toContain('signalbox_t_pool_wait_seconds{pool="mail"}');
});

it('is brought up to date before every sample until it is closed', () => {
  const metrics = new MetricRegistry('t', []);
  let depth = 3;
  let asked = 0;
  const queue = standardInstrument(metrics, 'queue', 'mail', (handles) => {
    asked++;
    handles.depth.set(depth);
  });
  const id = 'signalbox_t_queue_depth{queue="mail"}';
  metrics.sample();
  expect(latest(metrics, id)).toBe(3);
  depth = 5;
  metrics.sample();
  expect(latest(metrics, id)).toBe(5);
  queue.close();
  metrics.sample();
  expect([latest(metrics, id), asked]).toEqual([undefined, 2]);
});

it('cuts a name to what a label may have, and refuses one that is open', () => {
  const metrics = new MetricRegistry('t', []);
  const longest = limits.instrumentLabelCharacters.default;
  standardInstrument(metrics, 'limiter', 'x'.repeat(longest + 9));
  expect(() => standardInstrument(metrics, 'limiter', 'x'.repeat(longest))).toThrow('is open already');
});
