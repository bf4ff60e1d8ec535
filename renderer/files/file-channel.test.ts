/** The content of a file over a channel, against a daemon that serves it, refuses it, or goes. */
import { expect, it, vi } from 'vitest';
import { SignalboxError } from '../../contract/errors.ts';
import { ByteChannel } from '../../kit/byte-channel.ts';
import { limits } from '../../kit/limits.ts';
import { testPipes } from '../client/test-pipes.ts';
import { type FileSink, getFile, headOf, putFile } from './file-channel.ts';

/** The window's end, and the daemon's. */
function channels(): readonly [ByteChannel, ByteChannel] {
  const [window, daemon] = testPipes();
  return [new ByteChannel(window, true), new ByteChannel(daemon, false)];
}

/** Serves `content`, whatever is asked for; answers what was asked, and how much of it was sent when the channel ended. */
async function serve(channel: ByteChannel, content: Uint8Array) {
  const { name } = await channel.opened;
  channel.open({ name: '', size: content.length });
  let sent = 0;
  try {
    for (; sent < content.length; sent += 1_000) await channel.write(content.subarray(sent, sent + 1_000));
    await channel.end();
  } catch {
    // The reader has left.
  }
  return { name, sent };
}

/** Keeps what it is given; each write waits for `gate`. */
function keeping(gate: () => Promise<void> = async () => {}) {
  const kept: number[] = [];
  const sink = {
    write: async (piece: Uint8Array) => {
      await gate();
      kept.push(...piece);
    },
    finish: vi.fn(async () => {}),
    abort: vi.fn(async () => {}),
  };
  return { kept, sink: sink satisfies FileSink };
}

const content = Uint8Array.from({ length: 3_500 }, (_, i) => i % 251);

it.each([0, 5, 700_000])(
  'puts a file of %s bytes in pieces, and is done when the daemon has all of it',
  async (size) => {
    const [window, daemon] = channels();
    const bytes = new Uint8Array(size).map((_, i) => i % 251);
    const told: number[] = [];
    const put = putFile(window, 'a b/ü', new Blob([bytes]), (done) => told.push(done));
    expect(await daemon.opened).toEqual({ name: 'put a b/ü', size });
    daemon.open({ name: '', size: 0 });
    const got: number[] = [];
    for await (const piece of daemon) got.push(...piece);
    expect(Uint8Array.from(got)).toEqual(bytes);
    let isDone = false;
    void put.then(() => {
      isDone = true;
    });
    await new Promise(setImmediate);
    expect(isDone).toBe(false);
    await daemon.end();
    await put;
    const pieces = Math.ceil(size / limits.filePieceBytes.default);
    expect([told.length, told.at(-1) ?? 0]).toEqual([pieces, size]);
  },
);

it('says why a put was refused, in the words of the daemon', async () => {
  const [window, daemon] = channels();
  const put = putFile(window, 'a', new Blob(['x']), () => {});
  await daemon.opened;
  daemon.cancel(new SignalboxError('access_denied', 'not for you'));
  await expect(put).rejects.toMatchObject({ code: 'access_denied', message: 'not for you' });
});

it('puts nothing of a file that cannot be read any more, and says so to both ends', async () => {
  const [window, daemon] = channels();
  const gone = { size: 3, slice: () => ({ arrayBuffer: () => Promise.reject(new Error('moved')) }) };
  const put = putFile(window, 'a', gone as unknown as Blob, () => {});
  await expect(put).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('a could not be read'),
  });
  const read = async () => {
    for await (const _ of daemon) throw new Error('nothing comes');
  };
  await expect(read()).rejects.toMatchObject({ code: 'not_found' });
});

it('gets a file into what was made for its size, and tells how much is there', async () => {
  const [window, daemon] = channels();
  const { kept, sink } = keeping();
  const sizes: number[] = [];
  const told: number[] = [];
  const got = getFile(
    window,
    'a',
    async (size) => {
      sizes.push(size);
      return sink;
    },
    (done) => told.push(done),
  );
  expect(await serve(daemon, content)).toEqual({ name: 'get a', sent: 4_000 });
  await got;
  expect([Uint8Array.from(kept), sizes, told.at(0), told.at(-1)]).toEqual([content, [3_500], 0, 3_500]);
  expect([sink.finish.mock.calls.length, sink.abort.mock.calls.length]).toEqual([1, 0]);
});

it('takes no more of a large file than the channel has under way while the disk is slow', async () => {
  const [window, daemon] = channels();
  let open = () => {};
  const stuck = new Promise<void>((resolve) => {
    open = resolve;
  });
  const { kept, sink } = keeping(() => stuck);
  const got = getFile(
    window,
    'a',
    async () => sink,
    () => {},
  );
  let sent = 0;
  const large = limits.byteWindowBytes.default * 3;
  const served = (async () => {
    await daemon.opened;
    daemon.open({ name: '', size: large });
    for (; sent < large; sent += 65_536) await daemon.write(new Uint8Array(65_536));
    await daemon.end();
  })();
  for (let i = 0; i < 200; i++) await new Promise(setImmediate);
  expect([kept.length, sent]).toEqual([0, limits.byteWindowBytes.default]);
  open();
  await Promise.all([served, got]);
  expect(kept).toHaveLength(large);
});

it('aborts what it was written to where the daemon breaks off or the disk is full, and tells the daemon', async () => {
  const [window, daemon] = channels();
  const { sink } = keeping();
  const got = getFile(
    window,
    'a',
    async () => sink,
    () => {},
  );
  await daemon.opened;
  daemon.open({ name: '', size: 9 });
  await daemon.write(Uint8Array.of(1));
  daemon.cancel(new SignalboxError('conflict', 'it became shorter'));
  await expect(got).rejects.toMatchObject({ code: 'conflict' });
  expect([sink.finish.mock.calls.length, sink.abort.mock.calls.length]).toEqual([0, 1]);

  const [second, other] = channels();
  const full = keeping(() => Promise.reject(new SignalboxError('limit_reached', 'no room')));
  const failing = getFile(
    second,
    'a',
    async () => full.sink,
    () => {},
  );
  const [served] = await Promise.all([
    serve(other, new Uint8Array(3_000_000)),
    expect(failing).rejects.toMatchObject({ code: 'limit_reached' }),
  ]);
  expect([full.sink.abort.mock.calls.length, served.sent < 3_000_000]).toEqual([1, true]);
});

it('says that there is no such file, and makes nothing for it', async () => {
  const [window, daemon] = channels();
  const sinkFor = vi.fn();
  const got = getFile(window, 'a', sinkFor, () => {});
  await daemon.opened;
  daemon.cancel(new SignalboxError('not_found', 'no a'));
  await expect(got).rejects.toMatchObject({ code: 'not_found' });
  expect(sinkFor).not.toHaveBeenCalled();
});

it.each([
  [10, 10],
  [3_500, 3_500],
  [9_999, 3_500],
])('fetches the first %i bytes of a file and no more: %i', async (most, got) => {
  const [window, daemon] = channels();
  const [head] = await Promise.all([headOf(window, 'a', most), serve(daemon, content)]);
  expect(head).toEqual(content.subarray(0, got));
});
