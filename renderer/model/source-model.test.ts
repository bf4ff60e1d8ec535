import { describe, expect, it, vi } from 'vitest';
import type { Catalog } from '../../contract/link/catalog.ts';
import type { MetricSpec } from '../../contract/manifest.ts';
import { catalogOf } from '../../contract/metric-specs.ts';
import type { FromWindow } from '../../contract/stream.ts';
import type { ControlClient, StreamHandlers } from '../client/control-client.ts';
import { SourceModel } from './source-model.ts';

const fixed = catalogOf('d', [{ name: 'signalbox_d_open', kind: 'gauge', unit: 'count', help: '' }]);
const queue = (name: string): MetricSpec => ({
  name: 'signalbox_d_queue_done_total',
  kind: 'counter',
  unit: 'count',
  help: '',
  labels: { queue: name },
  instrument: 'queue',
});
const DONE = 'signalbox_d_queue_done_total{queue="b"}';

function make(catalog: Catalog = { revision: 1, metrics: fixed }) {
  let handlers: StreamHandlers | undefined;
  const sent: FromWindow[] = [];
  const client = {
    openStream: (_: string, given: StreamHandlers) => {
      handlers = given;
      return { send: (message: FromWindow) => sent.push(message), close: () => {} };
    },
    request: vi.fn(async () => ({ ok: false, error: { code: 'history_paused', message: '' } })),
  } as unknown as ControlClient;
  const taken = vi.fn();
  const source = new SourceModel(client, 'local', 'd', catalog, taken, () => {});
  let seq = 0;
  let second = 100;
  const frame = (revision: number, last: number, size: number) => {
    const values = new Float64Array(size);
    values[size - 1] = last;
    const time = second++ * 1_000;
    handlers?.onMessage({ type: 'frame', frame: { seq: ++seq, time, skipped: 0, revision, values } });
  };
  const tell = (told: Catalog) => handlers?.onMessage({ type: 'catalog', catalog: told });
  const greet = (instance: number) => {
    source.stream.expect(instance);
    handlers?.onMessage({ type: 'hello', source: 'd', instance, pid: 1, startedAt: 0 });
  };
  return { source, sent, taken, frame, tell, greet, size: source.samples.layout.size };
}

describe('the model of a process whose catalog grows', () => {
  it('goes on with the past of what stays, and tells who shows it', () => {
    const { source, frame, tell, greet, size } = make();
    const heard = vi.fn();
    source.onLayout(heard);
    greet(1);
    frame(1, 5, size);
    tell({ revision: 2, metrics: [...fixed, queue('a'), queue('b')] });
    expect(heard).not.toHaveBeenCalled();
    frame(2, 40, size + 2);
    expect(heard).toHaveBeenCalledOnce();
    const open = source.samples.layout.slot('signalbox_d_open');
    expect([...source.samples.column(open)]).toEqual([5, 0]);
    // A queue is made with a total of 0.
    expect(source.samples.shown(source.samples.layout.slot(DONE))).toBe(40);
    frame(2, 50, size + 2);
    // Another place in the frame, the same series.
    tell({ revision: 3, metrics: [...fixed, queue('b')] });
    frame(3, 70, size + 1);
    expect(source.samples.shown(source.samples.layout.slot(DONE))).toBe(20);
    expect(source.samples.layout.slot('signalbox_d_queue_done_total{queue="a"}')).toBe(-1);
    expect(source.samples.length).toBe(4);
  });

  it('asks once for a catalog that it does not know, gives the credit back and draws nothing of it', () => {
    const { source, sent, taken, frame, tell, greet, size } = make();
    greet(1);
    frame(7, 5, size);
    frame(7, 6, size);
    expect(sent.filter(({ type }) => type === 'catalog?')).toHaveLength(1);
    expect(sent.filter(({ type }) => type === 'ack')).toHaveLength(2);
    expect(taken).not.toHaveBeenCalled();
    tell({ revision: 7, metrics: fixed });
    frame(7, 8, size);
    expect(taken).toHaveBeenCalledOnce();
    expect(source.samples.raw(size - 1)).toBe(8);
  });

  it('does not take the revisions of the next process for those of the one before', () => {
    const { source, sent, frame, tell, greet, size } = make();
    greet(1);
    frame(1, 5, size);
    tell({ revision: 2, metrics: [...fixed, queue('a')] });
    frame(2, 5, size + 1);
    greet(2);
    frame(1, 6, size);
    expect(source.samples.layout.size).toBe(size);
    frame(2, 7, size + 1);
    expect(sent.filter(({ type }) => type === 'catalog?')).toHaveLength(1);
    expect(source.samples.layout.size).toBe(size);
  });

  it('holds no minutes of an instrument that nobody draws', () => {
    const { source, frame, tell, greet, size } = make();
    const { bytes } = source.samples;
    greet(1);
    tell({
      revision: 2,
      metrics: [...fixed, ...Array.from({ length: 100 }, (_, i) => queue(`${i}`)), queue('b')],
    });
    frame(2, 40, size + 101);
    frame(2, 50, size + 101);
    expect(source.samples.bytes).toBe(bytes);
    const slot = source.samples.layout.slot(DONE);
    expect([...source.samples.column(slot)]).toEqual([Number.NaN, Number.NaN]);
    frame(2, 70, size + 101);
    expect(source.samples.column(slot).at(-1)).toBe(20);
  });
});
