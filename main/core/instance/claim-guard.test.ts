/** What a guard makes anew, and what it says where it cannot. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ClaimGuard, type ClaimNotice } from './claim-guard.ts';
import { type InstanceRecord, ownRecord, RECORD_NAME, writeRecord } from './instance-record.ts';

let dir: string;
let path: string;
let record: InstanceRecord;
let guards: ClaimGuard[];
let notices: ClaimNotice[];
const listenAgain = vi.fn(async () => {
  await writeFile(path, 'socket');
});

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-guard-'));
  path = join(dir, 'control.sock');
  record = (await ownRecord('headless'))!;
  await writeRecord(dir, record);
  await writeFile(path, 'socket');
  guards = [];
  notices = [];
  listenAgain.mockClear();
});
afterEach(async () => {
  for (const guard of guards) await guard.close();
  await rm(dir, { recursive: true, force: true });
});

function guard(more: Partial<ConstructorParameters<typeof ClaimGuard>[0]> = {}): ClaimGuard {
  const made = new ClaimGuard({
    dataDir: dir,
    path,
    record,
    listenAgain,
    notice: (notice) => notices.push(notice),
    ...more,
  });
  guards.push(made);
  return made;
}
const events = () => notices.map(({ level, event }) => `${level} ${event}`);

test('a record that is deleted is written again, and nothing else is touched', async () => {
  guard();
  await rm(join(dir, RECORD_NAME));
  await expect.poll(events).toEqual(['warn claim_renewed']);
  expect(JSON.parse(await readFile(join(dir, RECORD_NAME), 'utf8'))).toEqual(record);
  expect(listenAgain).not.toHaveBeenCalled();
});

test('a socket that is deleted is made again once, and what is there then is the one that counts', async () => {
  guard();
  await rm(path);
  await expect.poll(events).toEqual(['warn claim_renewed']);
  expect(listenAgain).toHaveBeenCalledOnce();
  await rm(path);
  await expect.poll(events).toEqual(['warn claim_renewed', 'warn claim_renewed']);
  expect(listenAgain).toHaveBeenCalledTimes(2);
});

test('a process without a record of its own makes none', async () => {
  guard({ record: null });
  await rm(join(dir, RECORD_NAME));
  await rm(path);
  await expect.poll(events).toEqual(['warn claim_renewed']);
  await expect(readFile(join(dir, RECORD_NAME))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('other files of the folder are nobody’s business', async () => {
  guard();
  await writeFile(join(dir, 'notes.txt'), 'x');
  await rm(path);
  await expect.poll(events).toEqual(['warn claim_renewed']);
  expect(listenAgain).toHaveBeenCalledOnce();
});

test.runIf(process.platform === 'linux')(
  'where another instance has taken the folder that is said, and nothing is taken back',
  async () => {
    guard();
    // Process 1 lives, and started with the boot.
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    const stat = await readFile('/proc/1/stat', 'utf8');
    const started = `${boot} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
    await writeRecord(dir, { pid: 1, started, host: 'desktop' });
    await expect.poll(events).toContain('error claim_lost');
    expect(notices[0]?.message).toBe(
      `Another Signalbox (desktop, process 1) has taken ${dir}, which this one uses: stop one of them.`,
    );
    await rm(path);
    await expect.poll(() => notices.length).toBeGreaterThan(1);
    expect(new Set(events())).toEqual(new Set(['error claim_lost']));
    expect(listenAgain).not.toHaveBeenCalled();
  },
);

test('a socket that cannot be made again is said with what follows, and tried again with the next change', async () => {
  listenAgain.mockRejectedValueOnce(new Error('EACCES'));
  guard();
  await rm(path);
  await expect.poll(events).toEqual(['error claim_not_renewed']);
  expect(notices[0]?.message).toBe(
    `The control socket of ${dir} was deleted and cannot be made again (EACCES): commands do not reach this Signalbox until it is started again.`,
  );
  await rm(join(dir, RECORD_NAME));
  await expect.poll(events).toEqual(['error claim_not_renewed', 'warn claim_renewed', 'warn claim_renewed']);
});

test('a folder that cannot be watched is said; a socket elsewhere is watched there', async () => {
  const other = await mkdtemp(join(tmpdir(), 'signalbox-guard-'));
  const elsewhere = join(other, 'signalbox-1.sock');
  await writeFile(elsewhere, '');
  const again = vi.fn(async () => await writeFile(elsewhere, ''));
  guard({ path: elsewhere, listenAgain: again });
  await rm(elsewhere);
  await expect.poll(() => again.mock.calls.length).toBe(1);
  await guards[0]?.close();
  await rm(other, { recursive: true });
  notices.length = 0;
  guard({ dataDir: join(dir, 'none'), path: join(dir, 'none/control.sock') });
  expect(notices).toEqual([
    {
      level: 'warn',
      event: 'claim_unwatched',
      message: expect.stringMatching(
        new RegExp(
          `^${dir}/none cannot be watched \\(ENOENT.*\\): a control socket that is deleted is missing until the restart\\.$`,
        ),
      ),
    },
  ]);
});

test('a guard that is closed makes nothing any more', async () => {
  const made = guard();
  await rm(path);
  await made.close();
  const before = listenAgain.mock.calls.length;
  await rm(join(dir, RECORD_NAME));
  await made.close();
  expect(listenAgain.mock.calls.length).toBe(before);
  await expect(readFile(join(dir, RECORD_NAME))).rejects.toMatchObject({ code: 'ENOENT' });
});
