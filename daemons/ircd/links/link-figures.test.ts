/** Each link as a queue with its lag, under a name of its own. */
import { beforeEach, expect, it } from 'vitest';
import { MetricRegistry } from '../../runtime/telemetry/metric-registry.ts';
import { limits } from '../limits.ts';
import { manifest } from '../manifest.ts';
import type { Link } from './link.ts';
import { LinkFigures } from './link-figures.ts';

let registry: MetricRegistry;
let figures: LinkFigures;

beforeEach(() => {
  registry = new MetricRegistry('ircd', manifest.metrics);
  figures = new LinkFigures(registry);
});

function linkTo(name: string, numeric: string) {
  return {
    peer: { server: { name, numeric } },
    transport: { sendQueueBytes: 5 },
    lagMs: null as number | null,
  };
}

const begin = (link: object) => figures.onChange(link as unknown as Link);
const end = (link: object) => figures.onEnd(link as unknown as Link);

function read(figure: string, name: string): number | undefined {
  registry.sample();
  return registry.values[registry.layout.slot(`signalbox_ircd_queue_${figure}{queue="bytes to ${name}"}`)];
}

const all = (name: string) => ['depth', 'capacity', 'lag_seconds'].map((figure) => read(figure, name));

it('shows what waits and how far away the other end is, for as long as the link stands', () => {
  const link = linkTo('far.test', 'AC');
  begin({ ...link, peer: null });
  expect(all('far.test')).toEqual([undefined, undefined, undefined]);
  begin(link);
  begin(link);
  expect(all('far.test')).toEqual([5, limits.linkSendQueueBytes.default, 0]);
  Object.assign(link, { lagMs: 1_500, transport: { sendQueueBytes: 7 } });
  expect(all('far.test')).toEqual([7, limits.linkSendQueueBytes.default, 1.5]);
  end(linkTo('other.test', 'AD'));
  expect(read('depth', 'far.test')).toBe(7);
  end(link);
  expect(all('far.test')).toEqual([undefined, undefined, undefined]);
  end(link);
  begin(link);
  expect(read('depth', 'far.test')).toBe(7);
});

it('is called by its name, or by its number where that is too long for a label', () => {
  const [fits, long] = [54, 55].map((length) => `${'x'.repeat(length - 5)}.test`);
  begin(linkTo(fits!, 'AC'));
  begin(linkTo(long!, 'AD'));
  expect([read('depth', fits!), read('depth', 'AD')]).toEqual([5, 5]);
});
