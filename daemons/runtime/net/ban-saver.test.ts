import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { limits } from '../limits.ts';
import { BanFile } from './ban-file.ts';
import { BanSaver } from './ban-saver.ts';

let parent: string;
let folder: string;
interface Ban {
  mask: string;
  ends?: number | undefined;
}
let bans: Ban[];
let said: string[];
let file: BanFile<Ban>;
let saver: BanSaver<Ban>;

const keyOf = ({ mask }: Ban) => mask;
const endMs = ({ ends }: Ban) => ends ?? null;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  parent = await mkdtemp(join(tmpdir(), 'signalbox-saver-'));
  folder = join(parent, 'ircd');
  bans = [{ mask: 'a' }];
  said = [];
  file = new BanFile(folder, z.object({ mask: z.string(), ends: z.number().optional() }));
  const log = { info: (event: string) => said.push(event), error: (event: string) => said.push(event) };
  saver = new BanSaver(file, { list: () => bans, keyOf, endMs }, log);
});
afterEach(async () => {
  // Before the timers are real: this puts the faked ones back under what was spied on.
  vi.restoreAllMocks();
  vi.useRealTimers();
  await rm(parent, { recursive: true });
});

const stored = async () => JSON.parse(await readFile(join(folder, 'bans.json'), 'utf8')).bans;

it('answers when the bans are on disk', async () => {
  await mkdir(folder);
  expect(await saver.save()).toEqual({ saved: true });
  expect(await stored()).toEqual(bans);
  expect(said).toEqual([]);
});

it('says that a change holds only until the restart, and saves it by itself when that is possible again', async () => {
  expect(await saver.save()).toEqual({
    saved: false,
    warning: {
      code: 'not_saved',
      message: expect.stringMatching(/in force .*ENOENT.*only until the restart.*tried again/),
    },
  });
  let waitMs = limits.banRetryBaseMs.default;
  for (let attempt = 0; attempt < 3; attempt++, waitMs *= 2) {
    await vi.advanceTimersByTimeAsync(waitMs - 1);
    await file.settled();
    await vi.advanceTimersByTimeAsync(1);
    await file.settled();
  }
  // Said once, however often it is tried.
  expect(said).toEqual(['bans_not_saved']);
  await mkdir(folder);
  bans.push({ mask: 'b' });
  await vi.advanceTimersByTimeAsync(waitMs);
  await file.settled();
  await vi.waitFor(() => expect(said).toEqual(['bans_not_saved', 'bans_saved']));
  expect(await stored()).toEqual([{ mask: 'a' }, { mask: 'b' }]);
  expect(vi.getTimerCount()).toBe(0);
});

it('counts the bans that a stop would lose, and says so when it loses them', async () => {
  saver.loaded();
  expect(saver.unsaved).toEqual({ lost: 0, returning: 0 });
  bans.push({ mask: 'b' }, { mask: 'c' });
  await saver.save();
  expect(saver.unsaved).toEqual({ lost: 2, returning: 0 });
  await saver.close();
  expect(said).toEqual(['bans_not_saved', 'bans_lost']);
  await mkdir(folder);
  await saver.save();
  expect(saver.unsaved).toEqual({ lost: 0, returning: 0 });
});

it('counts the removed bans that a stop would bring back, and says so when it does', async () => {
  bans = [{ mask: 'a' }, { mask: 'b' }, { mask: 'over', ends: Date.now() - 1 }];
  await mkdir(folder);
  await saver.save();
  await rm(folder, { recursive: true });
  // What is set anew is not removed, and what has ended does not come back.
  bans = [{ mask: 'b' }];
  expect(await saver.save()).toMatchObject({ saved: false });
  expect(saver.unsaved).toEqual({ lost: 1, returning: 1 });
  await saver.close();
  expect(said).toEqual(['bans_not_saved', 'bans_lost', 'bans_returning']);
});

it('makes one write of many changes at once', async () => {
  await mkdir(folder);
  const write = vi.spyOn(file, 'save');
  let written = 0;
  const counting = () => {
    written++;
    return bans;
  };
  const bulk = new BanSaver(file, { list: counting, keyOf, endMs }, { info: () => {}, error: () => {} });
  const outcomes = await Promise.all(Array.from({ length: 500 }, () => bulk.save()));
  expect(outcomes.every(({ saved }) => saved)).toBe(true);
  expect(write).toHaveBeenCalledTimes(500);
  // The file and its copy.
  expect(written).toBe(2);
});

it('tries once more at the end', async () => {
  await saver.save();
  await mkdir(folder);
  await saver.close();
  expect(await stored()).toEqual(bans);
  expect(vi.getTimerCount()).toBe(0);
});

it('tries again at the longest every minute, and at the shortest again once it has worked', async () => {
  const tries = vi.spyOn(saver, 'save');
  await saver.save();
  /** Lets the next attempt come; answers how long that took. */
  const nextMs = async () => {
    const before = tries.mock.calls.length;
    let waitedMs = 0;
    while (tries.mock.calls.length === before && waitedMs < 200_000) {
      await vi.advanceTimersByTimeAsync(500);
      waitedMs += 500;
    }
    await Promise.all(tries.mock.results.map(({ value }) => value));
    return waitedMs;
  };
  const waits: number[] = [];
  for (let n = 0; n < 9; n++) waits.push(await nextMs());
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  await mkdir(folder);
  await nextMs();
  await rm(folder, { recursive: true });
  await saver.save();
  expect(await nextMs()).toBe(limits.banRetryBaseMs.default);
  await saver.close();
});

it('counts a ban that ends now as over', async () => {
  vi.spyOn(Date, 'now').mockReturnValue(5_000);
  bans = [
    { mask: 'over', ends: 5_000 },
    { mask: 'on', ends: 5_001 },
  ];
  await saver.save();
  expect(saver.unsaved).toEqual({ lost: 1, returning: 0 });
});

it('says nothing at the end where nothing is lost, and keeps no process alive while it tries again', async () => {
  const timers = vi.spyOn(globalThis, 'setTimeout');
  await saver.save();
  const [retry] = timers.mock.results.map(({ value }) => value as NodeJS.Timeout);
  expect(retry?.hasRef()).toBe(false);
  await mkdir(folder);
  await saver.close();
  await saver.close();
  expect(said).toEqual(['bans_not_saved', 'bans_saved']);
});

it('says once more when the cause is another one, and words a cause that is no error', async () => {
  await saver.save();
  await saver.save();
  const write = vi
    .spyOn(file, 'save')
    .mockRejectedValue(Object.assign(new Error('full'), { code: 'ENOSPC' }));
  expect(await saver.save()).toMatchObject({ saved: false });
  expect(said).toEqual(['bans_not_saved', 'bans_not_saved']);
  write.mockRejectedValue('broken');
  expect(await saver.save()).toMatchObject({ warning: { message: expect.stringContaining('(broken)') } });
  await saver.save();
  expect(said).toHaveLength(3);
  vi.restoreAllMocks();
  await saver.close();
});
