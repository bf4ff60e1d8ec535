import { once } from 'node:events';
import { Duplex, duplexPair, PassThrough, Readable, Writable } from 'node:stream';
import { MessageChannel } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DuplexChannel, type DuplexChannelOptions } from './duplex-channel.ts';
import { lines, pieces } from './framing.ts';

type Options = Partial<DuplexChannelOptions<string>>;

/** Two channels of lines that speak with each other, over streams that hold few bytes. */
function pair(options: Options = {}, highWaterMark = 16): [DuplexChannel<string>, DuplexChannel<string>] {
  const [here, there] = duplexPair({ highWaterMark });
  const make = (stream: Duplex) => new DuplexChannel(stream, { framing: lines(), ...options });
  return [make(here), make(there)];
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

async function turns(count = 5): Promise<void> {
  for (let i = 0; i < count; i++) await turn();
}

async function all<Message>(channel: DuplexChannel<Message>): Promise<Message[]> {
  const found: Message[] = [];
  for await (const message of channel) found.push(message);
  return found;
}

/** Writes without waiting; answers the codes of what went wrong, in the end. */
function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? String(error),
  );
}

describe('DuplexChannel', () => {
  it('carries messages both ways at once, in order, and ends well', async () => {
    const [here, there] = pair();
    const sent = Array.from({ length: 500 }, (_, i) => `line ${i}`);
    const send = async (channel: DuplexChannel<string>) => {
      for (const line of sent) await channel.write(line);
      await channel.end();
    };
    const [, , atHere, atThere] = await Promise.all([send(here), send(there), all(here), all(there)]);
    expect(atHere).toEqual(sent);
    expect(atThere).toEqual(sent);
    await Promise.all([here.closed, there.closed]);
    expect([here.failure, there.failure]).toEqual([null, null]);
    expect(await here.read()).toBeNull();
  });

  it('stops reading while nobody takes what arrived, and has the writer wait', async () => {
    const [here, there] = pair({ messages: 4 });
    const lineOf = (i: number) => `number ${i} with some bytes`;
    let written = 0;
    const writing = (async () => {
      for (let i = 0; i < 100; i++, written++) await here.write(lineOf(i));
    })();
    await turns(50);
    const stalled = written;
    expect(stalled).toBeLessThan(16);
    expect(there.stats().in).toMatchObject({ size: 4, highWater: 4, capacity: 4 });
    expect(here.stats().out).toMatchObject({ size: 4, highWater: 4 });
    expect(here.tryWrite('no room')).toBe('full');
    expect(here.stats().out.rejected).toBe(1);
    await turns(50);
    expect(written).toBe(stalled);
    for (let i = 0; i < 100; i++) expect(await there.read()).toBe(lineOf(i));
    await writing;
    expect(there.stats().in).toMatchObject({ size: 0, enqueued: 100, dequeued: 100, highWater: 4 });
  });

  it('counts bytes too: a few large messages fill a way', async () => {
    const [here, there] = pair({ bytes: 1_000 });
    const large = 'x'.repeat(999);
    const written = [here.write(large), here.write(large), here.write(large), here.write(large)];
    await turns(50);
    expect(there.stats().in).toMatchObject({ size: 1, bytes: 1_000 });
    for (let i = 0; i < 4; i++) expect(await there.read()).toBe(large);
    await Promise.all(written);
  });

  it('gives messages to several readers in the order in which they asked', async () => {
    const [here, there] = pair();
    const asked = [there.read(), there.read(), there.read()];
    await here.write('a');
    await here.write('b');
    await here.end();
    expect(await Promise.all(asked)).toEqual(['a', 'b', null]);
  });

  it('is not closed before both ways are over', async () => {
    const [here, there] = pair();
    let closed = false;
    const hears = here.closed.then(() => {
      closed = true;
    });
    await here.end();
    await turns();
    expect(closed).toBe(false);
    await there.end();
    expect(await here.read()).toBeNull();
    await hears;
    expect(closed).toBe(true);
    there.close();
  });

  it('reads on after its own end, and answers after that of the other', async () => {
    const [here, there] = pair();
    await here.write('question');
    await here.end();
    expect(await codeOf(here.write('more'))).toBe('conflict');
    expect(here.tryWrite('more')).toBe('closed');
    expect(await all(there)).toEqual(['question']);
    await there.write('answer');
    await there.end();
    expect(await here.read()).toBe('answer');
    expect(await here.read()).toBeNull();
    await here.closed;
    expect(here.failure).toBeNull();
  });

  it('sends what waits for room before its end', async () => {
    const [here, there] = pair({ messages: 1 });
    const written = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((text) => here.write(text.repeat(20)));
    const ended = here.end();
    const found = await all(there);
    expect(found.map((line) => line[0]).join('')).toBe('abcdefgh');
    await Promise.all([...written, ended, here.end()]);
  });

  it('ends those that wait to write and to read when it is closed, and what was queued', async () => {
    const [here, there] = pair({ messages: 2 });
    const reading = here.read();
    const written = Array.from({ length: 8 }, () => codeOf(here.write('x'.repeat(20))));
    const ended = codeOf(here.end());
    await turns();
    const { size } = here.stats().out;
    here.close();
    here.close();
    expect(await reading).toBeNull();
    expect(await here.read()).toBeNull();
    expect(await Promise.all(written)).toContain('cancelled');
    expect(await ended).toBe('cancelled');
    expect(await codeOf(here.write('late'))).toBe('cancelled');
    expect(here.tryWrite('late')).toBe('closed');
    expect(here.stats().out).toMatchObject({ size: 0, dropped: size });
    await here.closed;
    expect(here.failure).toBeNull();
    there.close();
  });

  it('throws away what was not read when it is closed', async () => {
    const [here, there] = pair();
    await here.write('unread');
    await turns();
    there.close();
    expect(there.tryRead()).toBeUndefined();
    expect(there.stats().in).toMatchObject({ size: 0, dropped: 1 });
    here.close();
    const sides = { readable: new PassThrough(), writable: new PassThrough() };
    const full = new DuplexChannel(sides, { framing: lines(), messages: 1 });
    sides.readable.write('queued\nnot yet\nnot yet\n');
    await turns();
    expect(full.stats().in.size).toBe(1);
    full.close();
    expect(full.tryRead()).toBeUndefined();
    expect(await full.read()).toBeNull();
    expect([sides.readable.destroyed, sides.writable.destroyed]).toEqual([true, true]);
  });

  it('tells both sides of an error of the stream, after what had arrived', async () => {
    const stream = new PassThrough({ highWaterMark: 1 });
    const echo = new DuplexChannel(stream, { framing: lines(), messages: 1 });
    for (let i = 0; i < 3; i++) await echo.write('in');
    const waiting = codeOf(echo.write('waits'));
    const ended = codeOf(echo.end());
    await turns();
    stream.destroy(new Error('the cable is cut'));
    expect(await waiting).toBe('unavailable');
    expect(await ended).toBe('unavailable');
    expect(await echo.read()).toBe('in');
    while (echo.tryRead() !== undefined);
    await expect(echo.read()).rejects.toMatchObject({
      code: 'unavailable',
      message: 'The stream of the channel failed: the cable is cut',
    });
    await echo.closed;
    expect(echo.failure?.cause).toEqual(new Error('the cable is cut'));
    await expect(echo.write('late')).rejects.toBe(echo.failure);
    expect(echo.tryWrite('late')).toBe('closed');
    echo.close();
    expect(await echo.read()).toBeNull();
  });

  it('wakes a reader when the stream fails or goes without an end', async () => {
    for (const error of [new Error('reset'), undefined]) {
      const stream = new PassThrough();
      const channel = new DuplexChannel(stream, { framing: lines() });
      const reading = codeOf(channel.read());
      stream.destroy(error);
      expect(await reading).toBe('unavailable');
      expect(channel.failure?.message).toContain(error === undefined ? 'is gone' : 'reset');
    }
  });

  it('notices streams that were over before it was made', async () => {
    const gone = new PassThrough();
    gone.destroy();
    const late = new DuplexChannel(gone, { framing: lines() });
    expect(await codeOf(late.read())).toBe('unavailable');
    expect(await codeOf(late.write('x'))).toBe('unavailable');
    const readable = Readable.from([]);
    readable.resume();
    const writable = new Writable({ write: (_chunk, _encoding, done) => done() });
    writable.end();
    await turns();
    const over = new DuplexChannel({ readable, writable }, { framing: lines() });
    expect(await over.read()).toBeNull();
    expect(await codeOf(over.write('x'))).toBe('unavailable');
    await over.closed;
    expect(over.failure).toBeNull();
  });

  it('notices that one of two streams is over, before it was made and later', async () => {
    const broken = new Writable({ write: (_chunk, _encoding, done) => done() });
    broken.destroy();
    const late = new DuplexChannel({ readable: new PassThrough(), writable: broken }, { framing: lines() });
    expect(late.failure?.message).toBe('The other end of the channel is gone.');
    const unread = new PassThrough();
    unread.destroy();
    const deaf = new DuplexChannel({ readable: unread, writable: new PassThrough() }, { framing: lines() });
    expect(deaf.failure?.message).toBe('The other end of the channel is gone.');
    const make = () => {
      const writable = new Writable({ write: (_chunk, _encoding, done) => done() });
      const readable = new PassThrough();
      return { readable, writable, channel: new DuplexChannel({ readable, writable }, { framing: lines() }) };
    };
    for (const gone of ['readable', 'writable'] as const)
      for (const error of [undefined, new Error('cut')]) {
        const { channel, ...sides } = make();
        await channel.write('fine');
        sides[gone].destroy(error);
        expect(await codeOf(channel.read())).toBe('unavailable');
        expect(channel.failure?.message).toContain(error === undefined ? 'is gone' : 'failed: cut');
        expect([sides.readable.destroyed, sides.writable.destroyed]).toEqual([true, true]);
      }
  });

  it('tells those that wait, and who ends, that the stream was ended before it had everything', async () => {
    const written: string[] = [];
    let takeOne = () => {};
    const writable = new Writable({
      highWaterMark: 1,
      write(chunk, _encoding, done) {
        written.push(String(chunk));
        takeOne = done;
      },
    });
    const readable = new PassThrough();
    const channel = new DuplexChannel({ readable, writable }, { framing: lines(), messages: 1 });
    await channel.write('sent');
    await channel.write('queued');
    const waiting = codeOf(channel.write('waits'));
    await turns();
    writable.end();
    takeOne();
    expect(await waiting).toBe('unavailable');
    expect(await codeOf(channel.end())).toBe('unavailable');
    expect(channel.stats().out).toMatchObject({ size: 0, dropped: 1 });
    expect(written).toEqual(['sent\n']);
    channel.close();
  });

  it('lets late errors of its streams pass, and listens to them no more', async () => {
    const sides = { readable: new PassThrough(), writable: new PassThrough() };
    const events = ['end', 'close', 'finish', 'readable', 'drain'];
    const heard = () =>
      events.map((event) => [sides.readable, sides.writable].map((side) => side.listenerCount(event)));
    const before = heard();
    const channel = new DuplexChannel(sides, { framing: lines() });
    const ofErrors = [sides.readable.listeners('error'), sides.writable.listeners('error')].flat();
    sides.writable.resume();
    sides.readable.end();
    expect(await channel.read()).toBeNull();
    await channel.end();
    await channel.closed;
    channel.close();
    for (const side of [sides.readable, sides.writable]) {
      expect(() => side.emit('error', new Error('late'))).not.toThrow();
      expect(side.listenerCount('error')).toBe(1);
      expect(ofErrors).not.toContain(side.listeners('error')[0]);
    }
    expect(heard()).toEqual(before);
    expect(channel.failure).toBeNull();
  });

  it('gives a last line that nothing ends to the first that waits, and the end to the others', async () => {
    const stream = new PassThrough();
    const channel = new DuplexChannel(stream, { framing: lines() });
    const asked = [channel.read(), channel.read(), channel.read()];
    stream.end('first\nlast');
    expect(await Promise.all(asked)).toEqual(['first', 'last', null]);
    await channel.closed;
    expect(channel.failure).toBeNull();
  });

  it('sends at once where there is room, and says so', async () => {
    const [here, there] = pair({ messages: 2 }, 1_000);
    expect(['a', 'b'].map((line) => here.tryWrite(line))).toEqual(['queued', 'queued']);
    expect(here.stats().out).toMatchObject({ enqueued: 2, dequeued: 2, size: 0, rejected: 0 });
    await here.end();
    expect(await all(there)).toEqual(['a', 'b']);
    expect(here.tryWrite('late')).toBe('closed');
  });

  it('is told that the other end takes nothing any more, where the stream ends both ways together', async () => {
    const [here, there] = duplexPair({ allowHalfOpen: false });
    const channel = new DuplexChannel(here, { framing: lines() });
    there.resume();
    there.end();
    expect(await channel.read()).toBeNull();
    await channel.closed;
    await expect(channel.write('x')).rejects.toMatchObject({
      code: 'unavailable',
      message: 'The other end of the channel takes nothing any more.',
    });
    await channel.end();
  });

  it('lets a call leave by its signal, and gives its place to the next', async () => {
    const [here, there] = pair({ messages: 1 });
    const leave = new AbortController();
    const reading = codeOf(there.read({ signal: leave.signal }));
    const next = there.read();
    leave.abort();
    expect(await reading).toBe('cancelled');
    expect(await codeOf(there.read({ signal: AbortSignal.timeout(1) }))).toBe('timeout');
    expect(await codeOf(there.read({ signal: leave.signal }))).toBe('cancelled');
    await here.write('to the next');
    expect(await next).toBe('to the next');
    const stay = Array.from({ length: 6 }, (_, i) => here.write(`${i}`.repeat(20)));
    const quit = new AbortController();
    const left = codeOf(here.write('left', { signal: quit.signal }));
    const behind = here.write('behind');
    quit.abort();
    expect(await left).toBe('cancelled');
    const ended = here.end();
    expect((await all(there)).map((line) => line.slice(0, 2)).join(' ')).toBe('00 11 22 33 44 55 be');
    await Promise.all([...stay, behind, ended]);
  });

  it('bounds how many may wait to write', async () => {
    const [here, there] = pair({ messages: 1, waiting: 2 });
    const codes = Array.from({ length: 10 }, () => codeOf(here.write('x'.repeat(20))));
    expect(here.stats().out).toMatchObject({ enqueued: 2, rejected: 6 });
    here.close();
    there.close();
    expect((await Promise.all(codes)).join(' ')).toBe(
      `ok ok cancelled cancelled ${'limit_reached '.repeat(6)}`.trim(),
    );
  });

  it('refuses a message that cannot be sent, and sends nothing of it', async () => {
    const [here, there] = pair({ framing: lines(8) });
    expect(await codeOf(here.write('x'.repeat(9)))).toBe('limit_reached');
    expect(await codeOf(here.write('two\nlins'))).toBe('bad_request');
    expect(() => here.tryWrite('two\rlin')).toThrow('would make two of it');
    await here.write('x'.repeat(8));
    await here.end();
    expect(await all(there)).toEqual(['x'.repeat(8)]);
  });

  it('ends where the other end sends a line that is too long, after the lines before', async () => {
    const stream = new PassThrough();
    const channel = new DuplexChannel(stream, { framing: lines(8) });
    stream.write(`short\n${'x'.repeat(9)}\nnever read\n`);
    expect(await channel.read()).toBe('short');
    await expect(channel.read()).rejects.toMatchObject({
      code: 'limit_reached',
      message: 'The other end sent a longer line: at most 8 characters.',
    });
    expect(stream.destroyed).toBe(true);
  });

  it('carries bytes as they come, and objects', async () => {
    const bytes = new DuplexChannel(new PassThrough(), { framing: pieces<Uint8Array>() });
    await bytes.write(Buffer.from('raw'));
    expect(Buffer.from((await bytes.read())!).toString()).toBe('raw');
    bytes.close();
    const objects = new DuplexChannel(new PassThrough({ objectMode: true }), {
      framing: pieces<{ readonly id: number }>(),
    });
    for (let id = 0; id < 3; id++) await objects.write({ id });
    await objects.end();
    expect(await all(objects)).toEqual([{ id: 0 }, { id: 1 }, { id: 2 }]);
  });

  it('speaks over a port, by streams that were sent through it', async () => {
    const { port1, port2 } = new MessageChannel();
    const toHere = new TransformStream();
    const toThere = new TransformStream();
    const sides = { readable: toThere.readable, writable: toHere.writable };
    port1.postMessage(sides, [sides.readable, sides.writable]);
    const [received] = (await once(port2, 'message')) as [typeof sides];
    const here = new DuplexChannel(
      Duplex.fromWeb({ readable: toHere.readable, writable: toThere.writable }),
      { framing: lines() },
    );
    const there = new DuplexChannel(Duplex.fromWeb(received), { framing: lines() });
    await here.write('over the port');
    expect(await there.read()).toBe('over the port');
    await there.write('and back');
    expect(await here.read()).toBe('and back');
    await Promise.all([here.end(), there.end()]);
    expect([await here.read(), await there.read()]).toEqual([null, null]);
    port1.close();
  });

  it('sends the messages of one turn in one piece', async () => {
    const written: string[] = [];
    const writable = new Writable({
      writev(chunks, done) {
        written.push(chunks.map(({ chunk }) => String(chunk)).join(''));
        done();
      },
    });
    const channel = new DuplexChannel({ readable: new PassThrough(), writable }, { framing: lines() });
    for (const line of ['a', 'b', 'c']) void channel.write(line);
    await turns();
    for (const line of ['d', 'e']) void channel.write(line);
    await turns();
    expect(written).toEqual(['a\nb\nc\n', 'd\ne\n']);
    channel.close();
  });

  it('leaves nothing behind, opened and closed a thousand times', async () => {
    const before = process.getActiveResourcesInfo().length;
    const stream = new PassThrough();
    const listeners = stream.eventNames().length;
    for (let i = 0; i < 1_000; i++) {
      const [here, there] = pair();
      void codeOf(there.read());
      await here.write('x');
      if (i % 2 === 0) await here.end();
      here.close();
      there.close();
    }
    await turns();
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before);
    const channel = new DuplexChannel(stream, { framing: lines() });
    channel.close();
    expect(stream.eventNames().length).toBeLessThanOrEqual(listeners + 1);
  });

  it('loses nothing and keeps the order, however it is cut, bounded, read and written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 64 }),
        fc.infiniteStream(fc.nat(3)),
        async (texts, messages, bytes, pauses) => {
          const sent = texts.map((text) => text.replace(/[\r\n]/g, ''));
          const [here, there] = pair({ messages, bytes }, 8);
          const writing = (async () => {
            for (const line of sent) {
              const written = here.write(line);
              if (pauses.next().value! > 0) await written;
            }
            await here.end();
          })();
          const found: string[] = [];
          for (let line = await there.read(); line !== null; line = await there.read()) {
            found.push(line);
            const { size, capacity } = there.stats().in;
            expect(size).toBeLessThanOrEqual(capacity);
            if (pauses.next().value === 0) await turn();
          }
          await writing;
          expect(found).toEqual(sent);
          here.close();
          there.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('settles every call, at whatever moment it is closed or the stream fails', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(30), fc.constantFrom('close', 'fail', 'end'), async (when, how) => {
        const [left, right] = duplexPair({ highWaterMark: 8 });
        const here = new DuplexChannel(left, { framing: lines(), messages: 2 });
        const there = new DuplexChannel(right, { framing: lines(), messages: 2 });
        const calls: Promise<string>[] = [];
        for (let step = 0; step < 30; step++) {
          if (step === when) {
            if (how === 'close') here.close();
            else if (how === 'fail') left.destroy(new Error('cut'));
            else calls.push(codeOf(here.end()));
          }
          calls.push(codeOf(here.write(`step ${step}`)), codeOf(here.read()), codeOf(there.read()));
          if (step % 3 === 0) await turn();
        }
        here.close();
        there.close();
        expect(new Set(await Promise.all(calls)).size).toBeLessThanOrEqual(5);
        await Promise.all([here.closed, there.closed]);
      }),
      { numRuns: 60 },
    );
  });
});

it('gives its stream back for two ends that speak something else from there on, and only while nothing is under way', async () => {
  const [here, there] = duplexPair();
  const channel = new DuplexChannel<string>(here, { framing: lines(100) });
  there.write('hello\n');
  expect(await channel.read()).toBe('hello');
  const waiting = channel.read();
  expect(() => channel.release()).toThrow(/in use/);
  there.write('more\n');
  expect(await waiting).toBe('more');
  expect(channel.release()).toBe(here);
  expect(() => channel.release()).toThrow(/closed/);
  channel.close();
  const heard = new Promise((resolve) => here.once('data', (bytes: Buffer) => resolve(bytes.toString())));
  there.write('other words');
  expect([await heard, here.destroyed]).toEqual(['other words', false]);
  here.destroy();
});
