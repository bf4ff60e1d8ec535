/** A copy each night, those kept that were asked for, and one for a night on which nothing ran. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { limits } from '../limits.ts';
import { NightlyBackup } from './nightly-backup.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let folder: string;
let clock: FakeClock;
let settings: { at: string; keep: number };
let backup: NightlyBackup | null;
let logged: string[];
let fails: boolean;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'signalbox-nightly-')), 'backups');
  clock = new FakeClock();
  settings = { at: '04:00', keep: 2 };
  backup = null;
  logged = [];
  fails = false;
});
afterEach(async () => {
  await backup?.close();
  rmSync(join(folder, '..'), { recursive: true });
});

/** At noon of some day. */
function noon(): number {
  const date = new Date(clock.now());
  date.setHours(12, 0, 0, 0);
  return date.getTime() + DAY;
}

function start(bornMs: number): void {
  backup = new NightlyBackup({
    clock,
    folder,
    settings: () => settings,
    bornMs,
    copy: async (file) => {
      if (fails) throw new Error('the disk is full');
      writeFileSync(file, 'copy');
      return { bytes: 4, accounts: 1 };
    },
    log: (level, event, message) => logged.push(`${level} ${event} ${message}`),
  });
}

const pass = (ms: number) => clock.advance(ms);
const kept = () => (existsSync(folder) ? readdirSync(folder).sort() : []);

it('is made at its time, not before, and the oldest go', async () => {
  await clock.advance(noon() - clock.now());
  start(clock.now());
  await pass(15 * HOUR);
  expect(kept()).toEqual([]);
  await pass(2 * HOUR);
  expect(kept()).toHaveLength(1);
  await pass(2 * DAY);
  expect(kept()).toHaveLength(2);
  expect(backup!.counts).toEqual({ made: 3, failed: 0 });
  expect(logged[0]).toMatch(/^info backup_made services-\d{4}-\d\d-\d\d\.db: 1 accounts, 4 bytes$/);
});

it('is made late where nothing ran at its time, once', async () => {
  await clock.advance(noon() - clock.now());
  start(clock.now() - 3 * DAY);
  await pass(2 * HOUR);
  expect(backup!.counts.made).toBe(1);
});

it('is tried again where it failed, and leaves nothing half', async () => {
  await clock.advance(noon() - clock.now());
  fails = true;
  start(clock.now() - DAY);
  await pass(2 * limits.backupLookMs.default);
  expect([kept(), backup!.counts.failed]).toEqual([[], 2]);
  fails = false;
  await pass(limits.backupLookMs.default);
  expect(kept()).toHaveLength(1);
});

it('is not made where none is kept', async () => {
  await clock.advance(noon() - clock.now());
  settings.keep = 0;
  start(clock.now() - DAY);
  await pass(HOUR);
  expect(kept()).toEqual([]);
});
