import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FromWindow } from '../../contract/stream.ts';
import type { StreamHandlers } from './control-client.ts';
import { SILENCE_MS, SourceStream, type StreamSink } from './source-stream.ts';

class FakePipe {
  readonly sent: FromWindow[] = [];
  closed = false;
  readonly handlers: StreamHandlers;
  constructor(handlers: StreamHandlers) {
    this.handlers = handlers;
  }
  send(message: FromWindow): void {
    this.sent.push(message);
  }
  close(): void {
    this.closed = true;
  }
  hello(instance: number): void {
    this.handlers.onMessage({ type: 'hello', source: 'd', instance, pid: 1, startedAt: 0 });
  }
  frame(seq: number): void {
    this.handlers.onMessage({
      type: 'frame',
      frame: { seq, time: seq, skipped: 0, revision: 1, values: new Float64Array(1) },
    });
  }
}

function make() {
  const pipes: FakePipe[] = [];
  const sink = {
    opened: vi.fn(),
    catalog: vi.fn(),
    frame: vi.fn(),
    logs: vi.fn(),
    rows: vi.fn(),
    denied: vi.fn(),
  } satisfies StreamSink;
  const stream = new SourceStream((handlers) => {
    const pipe = new FakePipe(handlers);
    pipes.push(pipe);
    return pipe;
  }, sink);
  return { pipes, sink, stream };
}

describe('a stream to a process', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('says what the window wishes once the daemon has said hello, not before', () => {
    const { pipes, stream } = make();
    stream.setRate(10);
    stream.watch('connections');
    stream.followLogs(() => 41);
    stream.expect(1);
    expect(pipes[0]!.sent).toEqual([]);
    pipes[0]!.hello(1);
    expect(pipes[0]!.sent).toEqual([
      { type: 'rate', hz: 10 },
      { type: 'watch', table: 'connections', on: true },
      { type: 'logs', follow: true, afterSeq: 41 },
    ]);
  });

  it('gives each credit back once, when the owner says that the frames were drawn', () => {
    const { pipes, stream } = make();
    stream.expect(1);
    pipes[0]!.hello(1);
    pipes[0]!.sent.length = 0;
    pipes[0]!.frame(1);
    pipes[0]!.frame(2);
    expect(pipes[0]!.sent).toEqual([]);
    stream.ackAll();
    stream.ackAll();
    expect(pipes[0]!.sent).toEqual([
      { type: 'ack', seq: 1 },
      { type: 'ack', seq: 2 },
    ]);
  });

  it('takes logs and rows over by their tickets, so that the process sends more', () => {
    const { pipes, sink, stream } = make();
    stream.expect(1);
    const pipe = pipes[0]!;
    pipe.hello(1);
    pipe.sent.length = 0;
    pipe.handlers.onMessage({ type: 'logs', ticket: 1, records: [], dropped: 3 });
    pipe.handlers.onMessage({ type: 'rows', ticket: 2, table: 't', time: 5, rows: [[1]], total: 1 });
    expect(sink.logs).toHaveBeenCalledWith(1, [], 3);
    expect(pipe.sent).toEqual([
      { type: 'took', ticket: 1 },
      { type: 'took', ticket: 2 },
    ]);
  });

  it('makes the rows of what changes in those that it was told, until nobody watches or another process tells', () => {
    const { pipes, sink, stream } = make();
    stream.expect(1);
    const pipe = pipes[0]!;
    pipe.hello(1);
    const end = stream.watch('t');
    const rows = (ticket: number) =>
      pipe.handlers.onMessage({ type: 'rows', ticket, table: 't', time: 5, rows: [[1], [2]], total: 2 });
    const changes = (ticket: number) =>
      pipe.handlers.onMessage({
        type: 'changes',
        ticket,
        table: 't',
        time: 6,
        edits: [[1, 1, [[3], [4]]]],
        total: 9,
      });
    changes(1);
    expect(sink.rows).not.toHaveBeenCalled();
    rows(2);
    changes(3);
    expect(sink.rows).toHaveBeenLastCalledWith('t', 6, [[1], [3], [4]], 9);
    changes(4);
    expect(sink.rows).toHaveBeenLastCalledWith('t', 6, [[1], [3], [4], [4]], 9);
    end();
    changes(5);
    expect(sink.rows).toHaveBeenCalledTimes(3);
    expect(pipe.sent.slice(-1)).toEqual([{ type: 'took', ticket: 5 }]);
  });

  it('passes on why a table is not shown', () => {
    const { pipes, sink, stream } = make();
    stream.expect(1);
    pipes[0]!.hello(1);
    const error = { code: 'access_denied', message: 'It needs the access "operate".' } as const;
    pipes[0]!.handlers.onMessage({ type: 'denied', table: 't', error });
    expect(sink.denied).toHaveBeenCalledExactlyOnceWith('t', error.message);
  });

  it('is opened again with the same wishes after it was lost', () => {
    const { pipes, stream } = make();
    stream.setRate(10);
    stream.expect(1);
    pipes[0]!.hello(1);
    pipes[0]!.handlers.onClose('gone');
    expect(pipes).toHaveLength(1);
    vi.advanceTimersByTime(1_000);
    expect(pipes).toHaveLength(2);
    pipes[1]!.hello(1);
    expect(pipes[1]!.sent).toEqual([{ type: 'rate', hz: 10 }]);
  });

  it('moves to the next process when the instance changes, and hears nothing more of the old one', () => {
    const { pipes, sink, stream } = make();
    stream.expect(1);
    pipes[0]!.hello(1);
    stream.expect(2);
    expect(pipes[0]!.closed).toBe(true);
    expect(pipes).toHaveLength(2);
    pipes[0]!.frame(9);
    expect(sink.frame).not.toHaveBeenCalled();
    pipes[1]!.hello(2);
    expect(sink.opened).toHaveBeenLastCalledWith(2);
  });

  it('is not opened while there is no process, and not twice for the same one', () => {
    const { pipes, stream } = make();
    stream.expect(1);
    stream.expect(1);
    expect(pipes).toHaveLength(1);
    stream.expect(null);
    pipes[0]!.handlers.onClose('ended');
    vi.advanceTimersByTime(60_000);
    expect(pipes).toHaveLength(1);
  });

  it('is opened again after a silence', () => {
    const { pipes, stream } = make();
    stream.expect(1);
    pipes[0]!.hello(1);
    vi.advanceTimersByTime(SILENCE_MS - 1);
    pipes[0]!.frame(1);
    vi.advanceTimersByTime(SILENCE_MS - 1);
    expect(pipes).toHaveLength(1);
    vi.advanceTimersByTime(2_000);
    expect(pipes[0]!.closed).toBe(true);
    expect(pipes).toHaveLength(2);
  });

  it('follows a table once for many and ends it with the last', () => {
    const { pipes, stream } = make();
    stream.expect(1);
    pipes[0]!.hello(1);
    pipes[0]!.sent.length = 0;
    const first = stream.watch('t');
    const second = stream.watch('t');
    first();
    first();
    expect(pipes[0]!.sent).toEqual([{ type: 'watch', table: 't', on: true }]);
    second();
    expect(pipes[0]!.sent.at(-1)).toEqual({ type: 'watch', table: 't', on: false });
  });

  /** A stream whose process has said hello, with what was sent since. */
  function running() {
    const made = make();
    made.stream.expect(1);
    const pipe = made.pipes[0]!;
    pipe.hello(1);
    pipe.sent.length = 0;
    return { ...made, pipe, sent: pipe.sent };
  }

  it('says a wish once, when it is another', () => {
    const { stream, sent } = running();
    stream.setRate(0);
    stream.setRate(10);
    stream.setRate(10);
    stream.followLogs(() => 7);
    stream.followLogs(null);
    stream.askForCatalog();
    expect(sent).toEqual([
      { type: 'rate', hz: 10 },
      { type: 'logs', follow: true, afterSeq: 7 },
      { type: 'logs', follow: false, afterSeq: 0 },
      { type: 'catalog?' },
    ]);
  });

  it('repeats no logs and tables that nobody follows any more', () => {
    const { stream, pipe, pipes } = running();
    stream.watch('t')();
    stream.followLogs(() => 7);
    stream.followLogs(null);
    pipe.handlers.onClose('gone');
    vi.advanceTimersByTime(1_000);
    pipes[1]!.hello(1);
    expect(pipes[1]!.sent).toEqual([{ type: 'rate', hz: 0 }]);
  });

  it('watches a table anew after the last has left it, and follows it through a loss for one who has not', () => {
    const { stream, pipe, pipes, sent } = running();
    const end = stream.watch('t');
    const other = stream.watch('t');
    end();
    pipe.handlers.onClose('gone');
    vi.advanceTimersByTime(1_000);
    pipes[1]!.hello(1);
    expect(pipes[1]!.sent).toContainEqual({ type: 'watch', table: 't', on: true });
    other();
    stream.watch('t');
    expect(pipes[1]!.sent.slice(-2)).toEqual([
      { type: 'watch', table: 't', on: false },
      { type: 'watch', table: 't', on: true },
    ]);
    expect(sent).toHaveLength(1);
  });

  it('passes on what frames hold and what they are, and logs only of a process that has said which it is', () => {
    const { pipes, sink, stream } = make();
    stream.expect(1);
    pipes[0]!.handlers.onMessage({ type: 'logs', ticket: 1, records: [], dropped: 0 });
    expect(sink.logs).not.toHaveBeenCalled();
    expect(pipes[0]!.sent).toEqual([]);
    pipes[0]!.hello(1);
    const catalog = { revision: 2, metrics: [] };
    pipes[0]!.handlers.onMessage({ type: 'catalog', catalog });
    expect(sink.catalog.mock.calls).toEqual([[catalog]]);
    pipes[0]!.frame(3);
    expect(sink.frame).toHaveBeenCalledWith(expect.objectContaining({ seq: 3 }));
    pipes[0]!.handlers.onMessage({ type: 'rows', ticket: 2, table: 't', time: 5, rows: [[1]], total: 9 });
    expect(sink.rows.mock.calls).toEqual([['t', 5, [[1]], 9]]);
  });

  it('gives no credit back of frames of a stream that is gone', () => {
    const { stream, pipe, pipes } = running();
    pipe.frame(1);
    pipe.handlers.onClose('gone');
    vi.advanceTimersByTime(1_000);
    pipes[1]!.hello(1);
    stream.ackAll();
    expect(pipes[1]!.sent).toEqual([{ type: 'rate', hz: 0 }]);
  });

  it('waits longer after each failure, and from the first wait on after a hello', () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const { pipes, stream } = make();
    stream.expect(1);
    const waits = (ms: number) => {
      const before = pipes.length;
      pipes.at(-1)!.handlers.onClose('gone');
      vi.advanceTimersByTime(ms - 1);
      expect(pipes).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(pipes).toHaveLength(before + 1);
    };
    waits(250);
    waits(500);
    waits(1_000);
    pipes.at(-1)!.hello(1);
    waits(250);
    waits(500);
    stream.expect(2);
    waits(250);
    vi.restoreAllMocks();
  });

  it('is opened again where the process says nothing at all', () => {
    const { pipes, stream } = make();
    stream.expect(1);
    vi.advanceTimersByTime(SILENCE_MS - 1);
    expect(pipes[0]!.closed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(pipes[0]!.closed).toBe(true);
    expect(SILENCE_MS).toBe(6_000);
  });

  it('hears nothing of a stream that it has given up, also that it was closed', () => {
    const { pipes, sink, stream } = make();
    stream.expect(1);
    stream.expect(2);
    pipes[0]!.hello(1);
    pipes[0]!.handlers.onClose('gone');
    expect(sink.opened).not.toHaveBeenCalled();
    vi.advanceTimersByTime(SILENCE_MS - 1);
    expect(pipes).toHaveLength(2);
  });

  it('ends with its owner, whatever it waited for', () => {
    const open = running();
    open.stream.close();
    expect(open.pipe.closed).toBe(true);
    const lost = running();
    lost.pipe.handlers.onClose('gone');
    lost.stream.close();
    vi.advanceTimersByTime(60_000);
    expect([open.pipes.length, lost.pipes.length]).toEqual([1, 1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says nothing while there is no process', () => {
    const { stream, sent } = running();
    stream.expect(null);
    stream.setRate(5);
    stream.askForCatalog();
    expect(sent).toEqual([]);
  });
});
