import { describe, expect, it } from 'vitest';
import type { SourcedLogRecord } from '../../contract/log-record.ts';
import { LogBook } from './log-book.ts';

const record = (instance: number, seq: number): SourcedLogRecord => ({
  seq,
  time: instance * 1000 + seq,
  level: 'info',
  subsystem: 's',
  event: 'e',
  message: `${instance}.${seq}`,
  source: 'd',
  instance,
});
const shown = (book: LogBook) => book.records.map((one) => one.message);

describe('the log records of a source', () => {
  it('joins the backlog with what came live, in order and without doubles', () => {
    const book = new LogBook('d');
    book.addLive(2, [record(2, 3), record(2, 4)], 0);
    book.add([record(1, 9), record(2, 1), record(2, 2), record(2, 3), record(2, 4)]);
    expect(shown(book)).toEqual(['1.9', '2.1', '2.2', '2.3', '2.4']);
    expect(book.lastSeq(2)).toBe(4);
    expect(book.lastSeq(3)).toBe(0);
  });

  it('tells processes apart whose numbers begin anew', () => {
    const book = new LogBook('d');
    book.add([record(1, 1), record(2, 1)]);
    expect(shown(book)).toEqual(['1.1', '2.1']);
  });

  it('keeps the newest and forgets the rest', () => {
    const book = new LogBook('d', 3);
    for (let seq = 1; seq <= 10; seq++) book.addLive(1, [record(1, seq)], 0);
    expect(shown(book)).toEqual(['1.8', '1.9', '1.10']);
    // A forgotten record may come again, and is again too old to be kept.
    book.add([record(1, 2)]);
    expect(shown(book)).toEqual(['1.8', '1.9', '1.10']);
  });

  it('tells its readers only when something is new', () => {
    const book = new LogBook('d');
    let calls = 0;
    const end = book.subscribe(() => calls++);
    book.add([record(1, 1)]);
    book.add([record(1, 1)]);
    end();
    book.add([record(1, 2)]);
    expect(calls).toBe(1);
  });

  it('counts what the daemon could not send', () => {
    const book = new LogBook('d');
    book.addLive(1, [], 5);
    book.addLive(1, [record(1, 1)], 2);
    expect(book.dropped).toBe(7);
  });
});
