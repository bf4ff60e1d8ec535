import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { Arena, oneLine, SLAB_BYTES } from './arena.ts';
import type { TickReceiver } from './client-connection.ts';
import { FRAMING } from './connection.ts';
import { NetStats, netStat } from './stats.ts';
import { type RangeList, TickWriter } from './tick-writer.ts';

/** A socket that takes everything, or from some write on nothing, as a full kernel queue would. */
class FakeReceiver implements TickReceiver {
  ranges: RangeList | null = null;
  written: Buffer[] = [];
  stalled = false;
  acceptWrites = Number.POSITIVE_INFINITY;
  overflow = false;

  takeRanges(): RangeList | null {
    const ranges = this.ranges;
    this.ranges = null;
    return ranges;
  }

  ready(): boolean {
    return !this.stalled;
  }

  write(bytes: Buffer): boolean {
    if (this.stalled) throw new Error('what takes nothing is written to');
    this.written.push(Buffer.from(bytes));
    this.stalled = this.acceptWrites-- <= 0;
    return !this.stalled;
  }

  keep(source: Buffer, start: number, end: number): void {
    this.written.push(Buffer.from(source.subarray(start, end)));
  }

  afterFlush(): boolean {
    return this.overflow;
  }

  get text(): string {
    return Buffer.concat(this.written).toString();
  }
}

function setUp() {
  const stats = new NetStats();
  const arena = new Arena();
  const writer = new TickWriter(arena, stats.counts);
  const push = (receiver: FakeReceiver, chunk: ReturnType<Arena['encode']>) => {
    receiver.ranges ??= writer.open(receiver);
    receiver.ranges.add(chunk.slab.base + chunk.start, chunk.slab.base + chunk.end);
  };
  const answer = (receiver: FakeReceiver, chunk: ReturnType<Arena['encode']>) => {
    if (receiver.ranges === null) receiver.ranges = writer.openFirst(receiver);
    else writer.hurry(receiver);
    push(receiver, chunk);
  };
  return { arena, writer, stats, push, answer };
}

describe('Arena', () => {
  test('lines are UTF-8 with CR LF, and lie side by side', () => {
    const arena = new Arena();
    const first = arena.encode('PING :a');
    const second = arena.encode('żółw 🐢');
    expect(first.slab).toBe(second.slab);
    expect(second.start).toBe(first.end);
    expect(first.slab.bytes.toString('utf8', first.start, second.end)).toBe('PING :a\r\nżółw 🐢\r\n');
  });

  test('lines of a lane lie side by side whatever comes between them', () => {
    const arena = new Arena();
    const first = arena.encode('a', 3);
    arena.encode('b', 1);
    arena.encodePrivate('c');
    const second = arena.encode('d', 3);
    expect(second.slab).toBe(first.slab);
    expect(second.start).toBe(first.end);
  });

  test('slabs are reused after a tick', () => {
    const arena = new Arena();
    const free = arena.encode('a').slab.bytes;
    arena.reset();
    expect(arena.encode('b').slab.bytes).toBe(free);
  });

  test('says once a tick that there is something to write', () => {
    let told = 0;
    const arena = new Arena(() => told++);
    expect(arena.sizeBytes).toBe(0);
    for (const lane of [0, 1, 0]) arena.encode('a', lane);
    arena.encodePrivate('b'.repeat(60_000));
    arena.encodePrivate('c'.repeat(60_000));
    expect([told, arena.sizeBytes]).toEqual([1, 3 * 3 + 2 * 60_002]);
    arena.reset();
    arena.encode('d');
    expect([told, arena.sizeBytes]).toEqual([2, 3]);
  });

  test('positions find their slab, and no line of one slab touches one of the next', () => {
    const arena = new Arena();
    const first = arena.encode('a'.repeat(SLAB_BYTES - 10));
    const second = arena.encode('b'.repeat(8));
    const third = arena.encode('c'.repeat(6));
    // Of the first slab seven bytes are left beside the one that stays free: enough for the third, had it come before.
    expect([first.slab.base, second.slab.base, third.slab.base]).toEqual([0, SLAB_BYTES, SLAB_BYTES]);
    for (const { slab, start, end } of [first, second, third]) {
      expect(arena.slabAt(slab.base + start)).toBe(slab);
      expect(arena.slabAt(slab.base + end - 1)).toBe(slab);
    }
    const other = new Arena();
    const full = other.encode('a'.repeat(SLAB_BYTES - 10));
    const fits = other.encode('b'.repeat(5));
    expect([fits.slab, fits.end]).toEqual([full.slab, SLAB_BYTES - 1]);
    expect(other.encode('').slab).not.toBe(full.slab);
  });

  test('no more than 4 MiB of slabs are kept for later ticks', () => {
    const arena = new Arena();
    const fill = (slabs: number) =>
      Array.from({ length: slabs }, () => arena.encode('x'.repeat(SLAB_BYTES - 3)).slab.bytes);
    const first = new Set(fill(70));
    arena.reset();
    expect(fill(70).filter((bytes) => first.has(bytes))).toHaveLength(64);
  });

  test('what no tick of a second has needed is given back, and as much as it needed is kept', () => {
    vi.useFakeTimers();
    try {
      const arena = new Arena();
      const tick = (slabs: number) => {
        for (let n = 0; n < slabs; n++) arena.encode('x'.repeat(SLAB_BYTES - 3));
        arena.reset();
      };
      tick(60);
      vi.advanceTimersByTime(1_000);
      expect(arena.counts.idle).toBe(60);
      tick(20);
      tick(1);
      vi.advanceTimersByTime(1_000);
      expect(arena.counts.idle).toBe(20);
      vi.advanceTimersByTime(1_000);
      expect(arena.counts.idle).toBe(8);
      expect(vi.getTimerCount()).toBe(0);
      tick(3);
      expect([arena.counts.idle, vi.getTimerCount()]).toEqual([8, 0]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('a slab of which the other half of its block is in use stays', () => {
    vi.useFakeTimers();
    try {
      const arena = new Arena();
      const fill = () => arena.encode('x'.repeat(SLAB_BYTES - 3)).slab;
      for (let n = 0; n < 20; n++) fill();
      arena.reset();
      const used = fill();
      vi.advanceTimersByTime(2_000);
      expect(used.bytes).toHaveLength(SLAB_BYTES);
      expect(arena.counts.idle).toBe(9);
    } finally {
      vi.useRealTimers();
    }
  });

  test('counts the slabs of a tick, those that are kept, the most at once, and how many there were', () => {
    const arena = new Arena();
    const fill = () => arena.encode('x'.repeat(60_000));
    for (let n = 0; n < 70; n++) fill();
    expect(arena.counts).toEqual({ active: 70, idle: 0, high_water: 70, submitted: 70, completed: 0 });
    arena.reset();
    fill();
    expect(arena.counts).toEqual({ active: 1, idle: 63, high_water: 70, submitted: 71, completed: 70 });
    arena.reset();
    expect(arena.counts).toMatchObject({ active: 0, high_water: 70, completed: 71 });
  });

  test('what would end a line is a space', () => {
    expect(['a\nb', 'a\rb', 'a\0b', '\r\n', 'plain'].map(oneLine)).toEqual([
      'a b',
      'a b',
      'a b',
      '  ',
      'plain',
    ]);
    const { slab, start, end } = new Arena().encode('PING\r\nQUIT\0');
    expect(slab.bytes.toString('latin1', start, end)).toBe('PING  QUIT \r\n');
  });

  test('a line in a frame takes its header, also where a slab ends', () => {
    const arena = new Arena();
    const short = arena.encode('PING', 0, FRAMING.text);
    expect(short.slab.bytes.toString('latin1', short.start, short.end)).toBe('\x81\x04PING');
    const other = arena.encodePrivate('PING', FRAMING.binary);
    expect(other.slab.bytes.toString('latin1', other.start, other.end)).toBe('\x82\x04PING');
    const copied = arena.copyPrivate(Buffer.from('as it is'));
    expect([copied.start, copied.slab.bytes.toString('latin1', copied.start, copied.end)]).toEqual([
      other.end,
      'as it is',
    ]);
    const exact = arena.encode('x'.repeat(SLAB_BYTES - 5), 1, FRAMING.text);
    expect([exact.start, exact.end]).toEqual([0, SLAB_BYTES - 1]);
    expect(() => arena.encode('x'.repeat(SLAB_BYTES - 4), 1, FRAMING.text)).toThrow(RangeError);
  });

  test('a line that fits no slab is an error, one that fits exactly is not', () => {
    const arena = new Arena();
    expect(() => arena.encode('x'.repeat(SLAB_BYTES - 2))).toThrow(RangeError);
    const chunk = arena.encode('x'.repeat(SLAB_BYTES - 3));
    expect(chunk.end - chunk.start).toBe(SLAB_BYTES - 1);
  });
});

describe('TickWriter', () => {
  test('receivers of the same lines get the same buffer, in one write each', () => {
    const { arena, writer, stats, push } = setUp();
    const receivers = Array.from({ length: 10 }, () => new FakeReceiver());
    for (let line = 0; line < 5; line++) {
      const chunk = arena.encode(`line ${line}`);
      arena.encode('a gap, so that the list has five ranges');
      for (const receiver of receivers) push(receiver, chunk);
    }
    writer.flush([]);
    for (const receiver of receivers) {
      expect(receiver.written).toHaveLength(1);
      expect(receiver.text).toBe('line 0\r\nline 1\r\nline 2\r\nline 3\r\nline 4\r\n');
    }
    expect(stats.counts[netStat.writes]).toBe(10);
    expect(stats.counts[netStat.deliveries]).toBe(50);
  });

  test('one line to many is written from where it lies, and several are put together once', () => {
    const { arena, writer, push } = setUp();
    const seen: Buffer[] = [];
    class Looking extends FakeReceiver {
      override write(bytes: Buffer): boolean {
        seen.push(bytes);
        return super.write(bytes);
      }
    }
    const [a, b, c, d] = [1, 2, 3, 4].map(() => new Looking()) as [Looking, Looking, Looking, Looking];
    const one = arena.encode('one');
    arena.encode('a gap');
    const two = arena.encode('two');
    for (const receiver of [a, b]) push(receiver, one);
    for (const receiver of [c, d]) for (const chunk of [one, two]) push(receiver, chunk);
    writer.flush([]);
    expect([a.text, b.text, c.text, d.text]).toEqual([
      'one\r\n',
      'one\r\n',
      'one\r\ntwo\r\n',
      'one\r\ntwo\r\n',
    ]);
    expect(seen[0]).toBe(seen[1]);
    expect(seen[0]?.buffer).toBe(one.slab.bytes.buffer);
    expect(seen[2]).toBe(seen[3]);
    expect(seen[2]?.buffer).not.toBe(one.slab.bytes.buffer);
  });

  test('of lists that have grown no more than a MiB is kept, and every one of those that have not', () => {
    const { arena, writer, push } = setUp();
    const receivers = Array.from({ length: 5_000 }, () => new FakeReceiver());
    const grown = receivers.slice(0, 3_000);
    const lists = new Set<RangeList>();
    for (let line = 0; line < 100; line++) {
      const chunk = arena.encode('it');
      arena.encode('a gap');
      for (const receiver of line === 0 ? receivers : grown) push(receiver, chunk);
    }
    for (const { ranges } of receivers) lists.add(ranges!);
    writer.flush([]);
    const again = receivers.map((receiver) => writer.open(receiver)).filter((list) => lists.has(list));
    const small = again.filter(({ bounds }) => bounds.length === 16);
    // 256 positions of four bytes each.
    expect([small.length, again.length - small.length]).toEqual([2_000, 1_024]);
    for (const list of again) list.clear();
    for (const [index, receiver] of receivers.entries()) receiver.ranges = again[index] ?? null;
    writer.flush([]);
    const later = receivers.map((receiver) => writer.open(receiver)).filter((list) => lists.has(list));
    expect(later).toHaveLength(3_024);
  });

  test('a list for which there is no room among those that are kept takes nothing of what grown ones may', () => {
    const { arena, writer, push } = setUp();
    const small = Array.from({ length: 16_384 }, () => new FakeReceiver());
    const grown = Array.from({ length: 1_030 }, () => new FakeReceiver());
    const kept = () => {
      const lists = Array.from({ length: 16_384 }, () => writer.open(new FakeReceiver()));
      return lists.filter(({ bounds }) => bounds.length > 16).length;
    };
    const tick = (receivers: readonly FakeReceiver[], lines: number) => {
      for (let line = 0; line < lines; line++) {
        const chunk = arena.encode('it');
        arena.encode('a gap');
        for (const receiver of receivers) push(receiver, chunk);
      }
    };
    tick(small, 1);
    tick(grown, 65);
    // Those that have grown are let go when 16,384 others are kept already.
    writer.flush([]);
    tick(grown, 65);
    writer.flush([]);
    expect(kept()).toBe(1_024);
  });

  test('lists that begin alike are not taken for the same, nor one of this tick for one of the tick before', () => {
    const { arena, writer, push } = setUp();
    const chunks = () => ['1', '-', '2', '-', '3'].map((text) => arena.encode(text));
    const [a, b] = [new FakeReceiver(), new FakeReceiver()];
    let [one, , two, , three] = chunks();
    for (const chunk of [one!, two!]) push(a, chunk);
    for (const chunk of [one!, two!, three!]) push(b, chunk);
    writer.flush([]);
    expect([a.text, b.text]).toEqual(['1\r\n2\r\n', '1\r\n2\r\n3\r\n']);
    [one, , two, , three] = ['4', '-', '5', '-', '6'].map((text) => arena.encode(text));
    for (const chunk of [one!, two!, three!]) push(b, chunk);
    for (const chunk of [one!]) push(a, chunk);
    writer.flush([]);
    expect([a.text, b.text]).toEqual(['1\r\n2\r\n4\r\n', '1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n']);
  });

  test('ticks, bytes and what was copied aside are counted, and nothing where there was nothing', () => {
    const { arena, writer, stats, push } = setUp();
    const [a, slow] = [new FakeReceiver(), new FakeReceiver()];
    slow.stalled = true;
    writer.flush([]);
    expect(writer.idle).toBe(true);
    for (const receiver of [a, slow]) push(receiver, arena.encode('12345678'));
    expect([writer.pending, writer.idle, writer.hurried]).toEqual([2, false, false]);
    writer.flush([]);
    const figures = ['ticks', 'deliveries', 'bytesOut', 'writes', 'bytesDeferred'] as const;
    expect(figures.map((name) => stats.get(name))).toEqual([1, 2, 20, 1, 10]);
  });

  test('what does not fit one buffer is written in as many as it needs', () => {
    const { arena, writer, stats, push } = setUp();
    const receiver = new FakeReceiver();
    const lines = Array.from({ length: 5 }, (_, i) => String(i).repeat(20_000));
    for (const line of lines) {
      push(receiver, arena.encode(line));
      arena.encode('a gap');
    }
    writer.flush([]);
    expect(receiver.text).toBe(lines.map((line) => `${line}\r\n`).join(''));
    expect([stats.get('writes'), receiver.written.map(({ length }) => length)]).toEqual([
      2,
      [60_006, 40_004],
    ]);
    const just = new FakeReceiver();
    for (const size of [SLAB_BYTES / 2, SLAB_BYTES / 2]) {
      push(just, arena.encode('x'.repeat(size - 2)));
      arena.encode('a gap');
    }
    writer.flush([]);
    expect(just.written.map(({ length }) => length)).toEqual([SLAB_BYTES]);
  });

  test('answers are written before work that waits, without ending the tick', () => {
    const { arena, writer, stats, push, answer } = setUp();
    const [crowd, asking] = [new FakeReceiver(), new FakeReceiver()];
    push(crowd, arena.encode('to all'));
    answer(asking, arena.encode('PONG'));
    expect(writer.hurried).toBe(true);
    writer.flushAnswers([], () => false);
    expect([asking.text, crowd.text, writer.hurried, writer.pending]).toEqual(['PONG\r\n', '', false, 1]);
    expect(stats.get('ticks')).toBe(0);
    writer.flush([]);
    expect([asking.text, crowd.text]).toEqual(['PONG\r\n', 'to all\r\n']);
    const many = Array.from({ length: 20 }, () => new FakeReceiver());
    for (const receiver of many) answer(receiver, arena.encode('x'));
    writer.flushAnswers([], () => true);
    expect([many.filter(({ text }) => text !== '').length, writer.pending]).toEqual([16, 4]);
  });

  test('those over their limit are handed back', () => {
    const { arena, writer, push } = setUp();
    const receiver = new FakeReceiver();
    receiver.overflow = true;
    push(receiver, arena.encode('x'));
    const overflowed: TickReceiver[] = [];
    writer.flush(overflowed);
    expect(overflowed).toEqual([receiver]);
  });

  test('who is answered is written to before a crowd, and whom there is no time for in the next turns', () => {
    const { arena, writer, stats, push, answer } = setUp();
    const crowd = Array.from({ length: 40 }, () => new FakeReceiver());
    const late = new FakeReceiver();
    const chunk = arena.encode('to all');
    for (const receiver of crowd) push(receiver, chunk);
    answer(late, arena.encode('PONG'));
    const member = crowd.at(-1) as FakeReceiver;
    answer(member, arena.encode('yours'));
    const heard = () => crowd.filter(({ written }) => written.length > 0).length;
    expect(writer.flush([], () => true)).toBe(false);
    expect([late.text, member.text, heard()]).toEqual(['PONG\r\n', 'to all\r\nyours\r\n', 17]);
    // The chunk is still good, and whoever waits gets what comes meanwhile behind it.
    const [first, second] = [crowd[0]!, crowd[20]!];
    const more = arena.encode('more');
    for (const receiver of [first, second]) push(receiver, more);
    expect(writer.flush([], () => true)).toBe(false);
    expect([first.text, second.text, heard()]).toEqual(['to all\r\n', 'to all\r\nmore\r\n', 33]);
    expect(writer.pending).toBe(9);
    expect(writer.flush([], () => true)).toBe(true);
    expect([first.text, heard(), writer.pending]).toEqual(['to all\r\nmore\r\n', 40, 0]);
    expect(stats.counts[netStat.writes]).toBe(42);
    expect(chunk.slab.base).toBeLessThan(0);
  });

  test('counts who waits for the end of a tick, the most at once, and who had it', () => {
    const { arena, writer, push, answer } = setUp();
    const receivers = Array.from({ length: 40 }, () => new FakeReceiver());
    for (const receiver of receivers) push(receiver, arena.encode('a'));
    answer(new FakeReceiver(), arena.encode('b'));
    expect(writer.counts).toEqual({ depth: 41, highWater: 0, submitted: 41 });
    writer.flush([], () => true);
    expect(writer.counts).toEqual({ depth: 24, highWater: 41, submitted: 41 });
    writer.flush([]);
    push(new FakeReceiver(), arena.encode('c'));
    writer.flushAnswers([], () => false);
    writer.flush([]);
    expect(writer.counts).toEqual({ depth: 0, highWater: 41, submitted: 42 });
  });

  test('every receiver gets exactly its lines, in order, however they mix and whoever stalls', () => {
    const plan = fc.record({
      inTime: fc.infiniteStream(fc.boolean()),
      receivers: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 20, max: 50 })),
      stallAfter: fc.array(fc.nat(6), { minLength: 6, maxLength: 6 }),
      ticks: fc.array(
        fc.array(
          fc.tuple(fc.nat(63), fc.nat(2), fc.oneof(fc.nat(600), fc.integer({ min: 15_000, max: 40_000 }))),
          {
            maxLength: 30,
          },
        ),
        { maxLength: 4 },
      ),
    });
    fc.assert(
      fc.property(plan, ({ receivers: count, stallAfter, ticks, inTime }) => {
        const { arena, writer, push, answer } = setUp();
        const receivers = Array.from({ length: count }, (_, index) => {
          const receiver = new FakeReceiver();
          receiver.acceptWrites = stallAfter[index % 6]! * 2 || Number.POSITIVE_INFINITY;
          return receiver;
        });
        const expected = receivers.map(() => '');
        let serial = 0;
        for (const lines of ticks) {
          for (const [mask, lane, length] of lines) {
            const line = `${serial++} ${'x'.repeat(length)}`;
            const chunk = arena.encode(line, lane);
            for (const [index, receiver] of receivers.entries()) {
              if ((mask & (1 << (index % 6))) === 0) continue;
              if (lane === 0) answer(receiver, chunk);
              else push(receiver, chunk);
              expected[index] += `${line}\r\n`;
            }
          }
          writer.flush([], () => inTime.next().value === false);
        }
        writer.flush([]);
        for (const [index, receiver] of receivers.entries()) {
          expect(receiver.text).toBe(expected[index]);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('what need not wait for threads', () => {
  const ahead = (receiver: FakeReceiver, mayOvertake: boolean) => {
    const sent: string[] = [];
    const remote = {
      mayOvertake,
      sendRanges: () => sent.push('in line'),
      sendAnswer: () => sent.push('ahead'),
    };
    return { sent, receiver: Object.assign(receiver, { remote }) };
  };

  test('is written to those who may overtake and to those of this thread; the others keep their place', () => {
    const { arena, writer, push, answer } = setUp();
    const first = ahead(new FakeReceiver(), false);
    const second = ahead(new FakeReceiver(), true);
    const third = ahead(new FakeReceiver(), false);
    const local = new FakeReceiver();
    const spoken = ahead(new FakeReceiver(), true);
    for (const { receiver } of [first, second, third]) answer(receiver, arena.encode('PONG'));
    answer(local, arena.encode('PONG'));
    push(spoken.receiver, arena.encode('PRIVMSG'));
    writer.flushAhead([], () => false);
    expect([first.sent, second.sent, third.sent, spoken.sent]).toEqual([[], ['ahead'], [], []]);
    expect(local.text).toBe('PONG\r\n');
    expect([writer.hurried, writer.pending]).toEqual([true, 3]);
    expect(writer.flush([])).toBe(true);
    expect([first.sent, second.sent, third.sent, spoken.sent]).toEqual([
      ['ahead'],
      ['ahead'],
      ['ahead'],
      ['in line'],
    ]);
  });

  test('is left for later when the time is over, and tells who has too much', () => {
    const { arena, writer, answer } = setUp();
    const receivers = Array.from({ length: 40 }, () => new FakeReceiver());
    for (const receiver of receivers) answer(receiver, arena.encode('PONG'));
    receivers[0]!.overflow = true;
    const overflowed: TickReceiver[] = [];
    writer.flushAhead(overflowed, () => true);
    const written = receivers.filter(({ text }) => text !== '').length;
    expect(written).toBeGreaterThan(0);
    expect(writer.pending).toBe(40 - written);
    expect(overflowed).toEqual([receivers[0]]);
    writer.flush([]);
    expect(receivers.every(({ text }) => text === 'PONG\r\n')).toBe(true);
  });
});
