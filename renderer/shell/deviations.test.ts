/** What the status bar says at its right, and for how long. */
import { expect, it } from 'vitest';
import type { HostModel } from '../model/host-model.ts';
import { Deviations } from './deviations.ts';
import { RateMeter } from './rate-meter.ts';

const NOW = 1_000_000;

/** A host with one source, of which nothing is told that is late. */
function hostOf(id = 'a') {
  const now = { skipped: 0, offsetMs: 0 };
  const source = {
    id: 'd',
    key: `${id} d`,
    samples: {
      get skipped() {
        return now.skipped;
      },
      layout: { slot: () => -1, spec: () => undefined },
      shown: () => Number.NaN,
    },
  };
  const model = {
    id,
    name: `host ${id}`,
    sources: () => [source],
    hostNow: () => NOW + now.offsetMs,
    store: { getState: () => ({ freshness: {} }) },
  } as unknown as HostModel;
  return { now, model };
}
const texts = (deviations: Deviations, hosts: readonly HostModel[], at = NOW) =>
  deviations.look(hosts, at).map(({ text }) => text);

it('frames that are skipped are said when there are more, not for ever', () => {
  const { now, model } = hostOf();
  const deviations = new Deviations();
  expect(texts(deviations, [model])).toEqual([]);
  now.skipped = 1;
  expect(texts(deviations, [model])).toEqual(['d: 1 frame skipped']);
  now.skipped = 3;
  expect(texts(deviations, [model])).toEqual(['d: 3 frames skipped']);
  // Ten seconds later that was long ago.
  expect(deviations.look([], NOW + 9_999)).toHaveLength(1);
  expect(deviations.look([], NOW + 10_000)).toEqual([]);
});

it('a clock that is another is said with how far, and of which host where there are several', () => {
  const { now, model } = hostOf();
  now.offsetMs = 2_000;
  expect(texts(new Deviations(), [model])).toEqual([]);
  now.offsetMs = 190_000;
  expect(texts(new Deviations(), [model])).toEqual(['The clock of the host is 3 min 10 s ahead']);
  now.offsetMs = -5_000;
  expect(texts(new Deviations(), [model, hostOf('b').model])).toEqual(['The clock of host a is 5 s behind']);
});

it('a rate is that of the last whole second', () => {
  const meter = new RateMeter();
  expect([meter.rate(100, 0), meter.rate(150, 999)]).toEqual([Number.NaN, Number.NaN]);
  expect([meter.rate(300, 2_000), meter.rate(900, 2_500), meter.rate(500, 4_000)]).toEqual([100, 100, 100]);
});
