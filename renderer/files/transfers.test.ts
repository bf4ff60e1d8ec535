// @vitest-environment happy-dom
/** Files on their way: a few at once, told of, cancelled, and gone with their host. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SignalboxError } from '../../contract/errors.ts';
import type { ByteChannel } from '../../kit/byte-channel.ts';
import { limits } from '../../kit/limits.ts';
import { type TestPage, testPage } from '../ui/test-page.tsx';
import { type Transfers, transfersOf } from './transfers.ts';

let page: TestPage;
let transfers: Transfers;
beforeEach(async () => {
  vi.useFakeTimers();
  page = await testPage();
  transfers = transfersOf(page.model, page.hosts.screen, 'd');
  vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:x');
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {});
});
afterEach(() => {
  page.close();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(0);
const seen = () =>
  transfers
    .snapshot()
    .map(
      ({ kind, uri, phase, doneBytes, totalBytes }) => `${kind} ${uri} ${phase} ${doneBytes}/${totalBytes}`,
    );
const said = () => page.hosts.screen.store.getState().announcements.at(-1)?.text;
const notices = () => page.hosts.screen.store.getState().notices.map(({ tone, text }) => `${tone}: ${text}`);

/** Takes what is put over a channel. */
async function take(channel: ByteChannel): Promise<number> {
  await channel.opened;
  channel.open({ name: '', size: 0 });
  let bytes = 0;
  for await (const piece of channel) bytes += piece.length;
  await channel.end();
  return bytes;
}

it('uploads a file, shows where it stands, and says when it is stored', async () => {
  const told = vi.fn();
  transfers.subscribe(told);
  const stored = transfers.upload('a/b.txt', new Blob(['hello']));
  await settle();
  expect([seen(), page.files[0]?.source]).toEqual([['upload a/b.txt running 0/5'], 'd']);
  expect(await take(page.files[0]!.channel)).toBe(5);
  expect(await stored).toBe(true);
  expect([seen(), said()]).toEqual([['upload a/b.txt done 5/5'], 'b.txt is stored.']);
  transfers.dismiss(1);
  expect(seen()).toEqual([]);
  expect(told.mock.calls.length).toBeGreaterThan(3);
});

it('downloads a file whose size the daemon says', async () => {
  const fetched = transfers.download('a.bin');
  await settle();
  const { channel } = page.files[0]!;
  channel.open({ name: '', size: 3 });
  await channel.write(Uint8Array.of(1, 2));
  await settle();
  expect(seen()).toEqual(['download a.bin running 2/3']);
  await channel.write(Uint8Array.of(3));
  await channel.end();
  expect(await fetched).toBe(true);
  expect([seen(), said()]).toEqual([['download a.bin done 3/3'], 'a.bin is downloaded.']);
});

it('has two files on their way at once, and the others in line', async () => {
  for (const uri of ['a', 'b', 'c']) void transfers.upload(uri, new Blob(['x']));
  await settle();
  expect(seen().map((one) => one.split(' ')[2])).toEqual(['running', 'running', 'waiting']);
  await take(page.files[1]!.channel);
  await settle();
  expect(seen().map((one) => one.split(' ')[2])).toEqual(['running', 'done', 'running']);
  expect(page.files).toHaveLength(3);
});

it('says what went wrong, in words with a code, and goes on with the next', async () => {
  const failed = transfers.upload('a', new Blob(['x']));
  await settle();
  page.files[0]!.channel.cancel(new SignalboxError('limit_reached', 'The quota is full.'));
  expect(await failed).toBe(false);
  expect(transfers.snapshot()[0]).toMatchObject({ phase: 'failed', error: { code: 'limit_reached' } });
  page.refusals.bytes = new SignalboxError('access_denied', 'Not for you.');
  expect(await transfers.download('b')).toBe(false);
  expect(notices()).toEqual([
    'bad: a was not stored. The quota is full.',
    'bad: b was not downloaded. Not for you.',
  ]);
});

it('cancels one that runs, which the daemon hears, and one that waits', async () => {
  const ends = ['a', 'b', 'c'].map((uri) => transfers.download(uri));
  await settle();
  const { channel } = page.files[0]!;
  channel.open({ name: '', size: 9 });
  transfers.cancel(1);
  transfers.cancel(3);
  expect(await ends[0]).toBe(false);
  expect(await ends[2]).toBe(false);
  await expect(channel.write(new Uint8Array(limits.byteWindowBytes.default + 1))).rejects.toMatchObject({
    code: 'cancelled',
  });
  expect([seen().map((one) => one.split(' ')[2]), notices()]).toEqual([
    ['cancelled', 'running', 'cancelled'],
    [],
  ]);
  // One that is under way stays in the list.
  transfers.dismiss(2);
  expect(seen()).toHaveLength(3);
});

it('cancels one whose channel has not come yet', async () => {
  const fetched = transfers.download('a');
  transfers.cancel(1);
  expect(await fetched).toBe(false);
  expect(seen()).toEqual(['download a cancelled 0/null']);
});

it('tells of progress a few times a second, and has that of a large file read out in quarters', async () => {
  void transfers.download('film');
  await settle();
  const { channel } = page.files[0]!;
  const size = limits.announcedFileBytes.default;
  channel.open({ name: '', size });
  await settle();
  const announce = vi.spyOn(page.hosts.screen, 'announce');
  const told = vi.fn();
  transfers.subscribe(told);
  const quarter = new Uint8Array(size / 4);
  await channel.write(quarter);
  await settle();
  expect(told).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(limits.progressMs.default);
  expect(told).toHaveBeenCalledOnce();
  for (let i = 0; i < 3; i++) await channel.write(quarter);
  await channel.end();
  await settle();
  expect(announce.mock.calls).toEqual([
    ['a', 'film: 25 %'],
    ['a', 'film: 50 %'],
    ['a', 'film: 75 %'],
    ['a', 'film is downloaded.'],
  ]);
});

it('ends with its host, and is another one for another daemon', async () => {
  const fetched = transfers.download('a');
  await settle();
  page.hosts.close();
  expect(await fetched).toBe(false);
  expect(transfersOf(page.model, page.hosts.screen, 'd')).toBe(transfers);
  expect(transfersOf(page.model, page.hosts.screen, 'e')).not.toBe(transfers);
});
