/** What the model of a process asks for and keeps: its log, its tables, the minutes before. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogRecord } from '../../contract/log-record.ts';
import { catalogOf } from '../../contract/metric-specs.ts';
import type { FromWindow } from '../../contract/stream.ts';
import type { ControlClient, StreamHandlers } from '../client/control-client.ts';
import { SourceModel } from './source-model.ts';

const metrics = catalogOf('d', [{ name: 'signalbox_d_open', kind: 'gauge', unit: 'count', help: '' }]);
const record = (seq: number): LogRecord => ({
  seq,
  time: seq,
  level: 'info',
  subsystem: 's',
  event: 'e',
  message: `m${seq}`,
});

let answers: Record<string, unknown>;
beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(1_000_000);
  answers = { 'logs.query': { ok: true, result: { records: [] } } };
});
afterEach(() => void vi.useRealTimers());

function make() {
  const pipes: { handlers: StreamHandlers; sent: FromWindow[]; closed: boolean }[] = [];
  const request = vi.fn(
    async (name: string, _args: unknown) =>
      answers[name] ?? { ok: false, error: { code: 'busy', message: '' } },
  );
  const client = {
    openStream: (_: string, handlers: StreamHandlers) => {
      const pipe = { handlers, sent: [] as FromWindow[], closed: false };
      pipes.push(pipe);
      return {
        send: (message: FromWindow) => void pipe.sent.push(message),
        close: () => {
          pipe.closed = true;
        },
      };
    },
    request,
  } as unknown as ControlClient;
  const frames = vi.fn();
  const source = new SourceModel(client, 'host', 'd', { revision: 1, metrics }, frames, () => {});
  const tell = (message: object) => pipes.at(-1)!.handlers.onMessage(message as never);
  const greet = (instance: number) => {
    source.stream.expect(instance);
    tell({ type: 'hello', source: 'd', instance, pid: 1, startedAt: 0 });
  };
  let seq = 0;
  const frame = (second: number, change: Readonly<Record<number, number>> = {}, revision = 1) => {
    const values = new Float64Array(source.samples.layout.size);
    for (const [slot, value] of Object.entries(change)) values[Number(slot)] = value;
    tell({ type: 'frame', frame: { seq: ++seq, time: second * 1_000, skipped: 0, revision, values } });
  };
  const asked = (name: string) => request.mock.calls.flatMap(([one, args]) => (one === name ? [args] : []));
  const follows = () => pipes.flatMap(({ sent }) => sent.filter(({ type }) => type === 'logs'));
  return { source, pipes, frames, tell, greet, frame, asked, follows };
}

it('is told apart from a process of the same name on another host', () => {
  expect(make().source.key).toBe('["host","d"]');
  expect([make().source.id, make().source.arrivedAt]).toEqual(['d', 0]);
});

describe('the log', () => {
  it('is neither fetched nor followed before somebody looks at it', () => {
    const { greet, asked, follows } = make();
    greet(1);
    expect([asked('logs.query'), follows()]).toEqual([[], []]);
  });

  it('is fetched once and followed from the last record that is held', async () => {
    const { source, greet, asked, follows, tell } = make();
    greet(1);
    source.followLogs();
    source.followLogs();
    expect(asked('logs.query')).toEqual([{ source: 'd', limit: 10_000 }]);
    expect(follows()).toEqual([{ type: 'logs', follow: true, afterSeq: 0 }]);
    tell({ type: 'logs', records: [record(4)], dropped: 2, ticket: 1 });
    expect([source.logs.lastSeq(1), source.logs.dropped]).toEqual([4, 2]);
    // A new stream to the same process goes on after it, and what came meanwhile is fetched.
    source.stream.expect(null);
    greet(1);
    expect(follows().at(-1)).toEqual({ type: 'logs', follow: true, afterSeq: 4 });
    expect(asked('logs.query')).toHaveLength(2);
    greet(2);
    expect(follows().at(-1)).toEqual({ type: 'logs', follow: true, afterSeq: 0 });
  });

  it('has what the host had kept', async () => {
    answers['logs.query'] = { ok: true, result: { records: [{ ...record(1), source: 'd', instance: 1 }] } };
    const { source } = make();
    source.followLogs();
    await vi.advanceTimersByTimeAsync(0);
    expect(source.logs.records.map(({ message }) => message)).toEqual(['m1']);
  });

  it('stays as it is where the host has none', async () => {
    answers['logs.query'] = { ok: false, error: { code: 'busy', message: '' } };
    const { source } = make();
    source.followLogs();
    await vi.advanceTimersByTimeAsync(0);
    expect(source.logs.records).toEqual([]);
  });

  it('is fetched once more when the process has ended: its last words are with the host', () => {
    const { source, greet, asked } = make();
    source.ended();
    source.followLogs();
    greet(1);
    const before = asked('logs.query').length;
    source.ended();
    source.ended();
    expect(asked('logs.query')).toHaveLength(before + 1);
  });

  it('is not fetched at the end by a window that does not show it', () => {
    const { source, greet, asked } = make();
    greet(1);
    source.ended();
    expect(asked('logs.query')).toEqual([]);
  });
});

describe('the tables', () => {
  it('hold the newest rows, each its own, until the process has ended', () => {
    const { source, greet, tell } = make();
    greet(1);
    const people = source.table('people');
    tell({ type: 'rows', table: 'people', time: 5, rows: [['ann']], total: 3, ticket: 1 });
    expect(source.table('people')).toBe(people);
    expect([people.snapshot(), source.table('rooms').snapshot().rows]).toEqual([
      { time: 5, rows: [['ann']], total: 3 },
      [],
    ]);
    source.ended();
    expect(people.snapshot()).toEqual({ time: 0, rows: [], total: 0 });
  });

  it('stay empty where they may not be seen', () => {
    const { source, greet, tell } = make();
    greet(1);
    tell({ type: 'denied', table: 'people', error: { code: 'access_denied', message: 'For operators.' } });
    expect(source.table('people').snapshot().denied).toBe('For operators.');
  });
});

describe('frames', () => {
  it('say when they arrived, and whether anything of the daemon’s own has changed', () => {
    const { source, greet, frame, frames } = make();
    greet(1);
    const own = source.samples.layout.slot('signalbox_d_open');
    frame(100);
    expect([source.arrivedAt, source.samples.lastTime]).toEqual([1_000_000, 100]);
    frame(101);
    // What the process takes changes all the time.
    frame(102, { 0: 0.5 });
    frame(103, { 0: 0.5, [own]: 1 });
    frame(104, { [own]: 1 });
    expect(frames.mock.calls.map(([changed]) => changed)).toEqual([true, false, false, true, false]);
  });

  it('bring the minutes before with the first of a stream, where there is a hole', async () => {
    const { source, greet, frame, asked } = make();
    greet(1);
    frame(100);
    expect(asked('history.query').length).toBeGreaterThan(0);
    const first = asked('history.query').length;
    frame(101);
    frame(110);
    expect(asked('history.query')).toHaveLength(first);
    source.stream.expect(null);
    greet(1);
    frame(112.5);
    expect(asked('history.query')).toHaveLength(first);
    source.stream.expect(null);
    greet(1);
    frame(115.1);
    expect(asked('history.query')).toHaveLength(first * 2);
    frame(130);
    expect(asked('history.query')).toHaveLength(first * 2);
  });

  it('are not filled where nothing was recorded', async () => {
    const { source, greet, frame } = make();
    greet(1);
    frame(100);
    await vi.advanceTimersByTimeAsync(0);
    expect([...source.samples.times()]).toEqual([100]);
  });

  it('begin with rates of their own for another process, and go on for the same', () => {
    const { source, greet, frame } = make();
    const cpu = source.samples.layout.slot('signalbox_d_cpu_seconds_total');
    const shown = () => source.samples.shown(cpu);
    greet(1);
    frame(100, { [cpu]: 10 });
    frame(101, { [cpu]: 13 });
    source.stream.expect(null);
    greet(1);
    frame(102, { [cpu]: 15 });
    expect(shown()).toBe(2);
    greet(2);
    frame(103, { [cpu]: 500 });
    expect(shown()).toBe(0);
  });
});

describe('catalogs', () => {
  const grown = (amount: number) => [
    ...metrics,
    ...Array.from({ length: amount }, (_, i) => ({
      name: 'signalbox_d_queue_depth',
      kind: 'gauge' as const,
      unit: 'count' as const,
      help: '',
      labels: { queue: `${i}` },
    })),
  ];
  const asks = ({ pipes }: ReturnType<typeof make>) =>
    pipes.at(-1)!.sent.filter(({ type }) => type === 'catalog?').length;

  it('are kept four at a time, the newest', () => {
    const made = make();
    const { source, greet, tell, frames } = made;
    greet(1);
    const first = source.samples.layout.size;
    for (const revision of [2, 3, 4, 5])
      tell({ type: 'catalog', catalog: { revision, metrics: grown(revision) } });
    const send = (revision: number, size: number) =>
      tell({
        type: 'frame',
        frame: {
          seq: revision,
          time: revision * 1_000,
          skipped: 0,
          revision,
          values: new Float64Array(size),
        },
      });
    send(2, first + 2);
    expect([source.samples.layout.size, asks(made)]).toEqual([first + 2, 0]);
    send(5, first + 5);
    expect(source.samples.layout.size).toBe(first + 5);
    // The first was forgotten when the fifth came.
    send(1, first);
    send(1, first);
    expect([source.samples.layout.size, asks(made), frames.mock.calls.length]).toEqual([first + 5, 1, 2]);
    send(9, first);
    expect(asks(made)).toBe(2);
  });

  it('that say the same leave those alone who show it', () => {
    const { source, greet, tell, frame } = make();
    const heard = vi.fn();
    const end = source.onLayout(heard);
    greet(1);
    tell({ type: 'catalog', catalog: { revision: 2, metrics: [...metrics] } });
    frame(100, {}, 2);
    expect(heard).not.toHaveBeenCalled();
    const last = metrics.at(-1)!;
    tell({
      type: 'catalog',
      catalog: { revision: 3, metrics: [...metrics.slice(0, -1), { ...last, name: 'signalbox_d_new' }] },
    });
    frame(101, {}, 3);
    expect(heard).toHaveBeenCalledOnce();
    end();
    tell({ type: 'catalog', catalog: { revision: 4, metrics } });
    frame(102, {}, 4);
    expect(heard).toHaveBeenCalledOnce();
  });

  it('are asked for again of the next process', () => {
    const made = make();
    made.greet(1);
    made.frame(100, {}, 7);
    expect(asks(made)).toBe(1);
    made.greet(2);
    made.frame(101, {}, 7);
    expect(asks(made)).toBe(1);
  });
});

it('closes its stream', () => {
  const { source, greet, pipes } = make();
  greet(1);
  source.close();
  expect(pipes.map(({ closed }) => closed)).toEqual([true]);
});
