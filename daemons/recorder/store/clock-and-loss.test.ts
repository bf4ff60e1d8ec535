import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewAuditEntry } from '../../../contract/history-batch.ts';
import { limits } from '../../../kit/limits.ts';
import { NOON, Scene, sample } from '../test-fixtures/scene.ts';

const DAY = 86_400;

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.close());

const entry = (command: string): NewAuditEntry => ({
  time: (scene.now + scene.wrong) * 1_000,
  actor: 'ada',
  from: 'cli',
  action: 'command',
  target: 'ircd',
  command,
  args: {},
  ok: true,
  outcome: 'done',
  durationMs: 1,
  effects: [],
});

/** Appends what main sends in one second: everything is stamped by the system's clock. */
function tick(level: number): void {
  const wall = scene.now + scene.wrong;
  scene.audit([entry(`at-${level}`)]);
  scene.append({
    samples: [sample(wall, { level })],
    states: [{ time: wall * 1_000, daemon: 'ircd', state: 'running', cause: null }],
  });
  scene.now++;
}

const levels = async (from: number, to: number) =>
  (await scene.series(from, to, to - from + 1, ['level'])).series['level:value'];

const auditTimes = async () => (await scene.recorder.audit({ limit: 1_000 })).entries.map(({ time }) => time);

describe('a clock that jumps ahead for seconds', () => {
  it.each([40 * DAY, 366 * DAY, 30 * 366 * DAY])(
    'by %i seconds erases nothing and mislabels nothing',
    async (jump) => {
      for (let i = 0; i < 60; i++) tick(i);
      scene.wrong = jump;
      for (let i = 60; i < 72; i++) tick(i);
      scene.wrong = 0;
      for (let i = 72; i < 100; i++) tick(i);

      expect(await levels(NOON, NOON + 99)).toEqual(Array.from({ length: 100 }, (_, i) => i));
      expect(await auditTimes()).toEqual(Array.from({ length: 100 }, (_, i) => (NOON + 99 - i) * 1_000));
      expect(scene.recorder.rows('states')).toBe(100);
      expect(scene.jumps).toEqual([jump * 1_000, 0]);
    },
  );

  it('also for what it stamped and came after it was set back', async () => {
    for (let i = 0; i < 10; i++) tick(i);
    scene.wrong = 40 * DAY;
    for (let i = 10; i < 20; i++) tick(i);
    const late = sample(scene.now + scene.wrong, { level: 20 });
    scene.wrong = 0;
    scene.now++;
    scene.append({ samples: [late] });
    for (let i = 21; i < 30; i++) tick(i);
    expect(await levels(NOON, NOON + 29)).toEqual(Array.from({ length: 30 }, (_, i) => i));
  });

  it('also for what is stamped rightly, once the clock comes to the times at which it was wrong', async () => {
    // Five minutes ahead for twenty seconds: those minutes and seconds come once more.
    for (let i = 0; i < 10; i++) tick(i);
    scene.wrong = 300;
    for (let i = 10; i < 30; i++) tick(i);
    scene.wrong = 0;
    for (let i = 30; i < 400; i++) tick(i);
    expect(await levels(NOON, NOON + 399)).toEqual(Array.from({ length: 400 }, (_, i) => i));
    expect(await auditTimes()).toEqual(Array.from({ length: 400 }, (_, i) => (NOON + 399 - i) * 1_000));
  });

  it('also when the recorder starts anew while it is wrong', async () => {
    for (let i = 0; i < 60; i++) tick(i);
    scene.wrong = 366 * DAY;
    await scene.restart();
    for (let i = 60; i < 72; i++) tick(i);
    scene.wrong = 0;
    await scene.restart();
    for (let i = 72; i < 100; i++) tick(i);

    const seen = (await levels(NOON, NOON + 99))!;
    expect(seen.slice(0, 60)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    expect(seen.slice(72)).toEqual(Array.from({ length: 28 }, (_, i) => 72 + i));
    expect(scene.recorder.rows('audit')).toBe(100);
    expect(scene.recorder.rows('states')).toBe(100);
  });

  it('is followed once it has stayed there', async () => {
    tick(1);
    scene.wrong = 40 * DAY;
    tick(2);
    scene.now += limits.clockBelieveSeconds.default;
    tick(3);
    expect(scene.jumps).toEqual([40 * DAY * 1_000, 0]);
    expect((await auditTimes())[0]).toBe((scene.now - 1 + scene.wrong) * 1_000);
    expect(scene.recorder.rows('audit')).toBe(3);
  });
});

describe('a clock that is set back for seconds', () => {
  it('mislabels nothing', async () => {
    for (let i = 0; i < 10; i++) tick(i);
    scene.wrong = -400 * DAY;
    for (let i = 10; i < 20; i++) tick(i);
    scene.wrong = 0;
    for (let i = 20; i < 30; i++) tick(i);
    expect(await levels(NOON, NOON + 29)).toEqual(Array.from({ length: 30 }, (_, i) => i));
  });
});

describe('time that really has passed', () => {
  it('prunes what is past its time, when the machine slept or the app was off for weeks', async () => {
    tick(1);
    scene.now += 400 * DAY;
    for (let i = 0; i < 20; i++) tick(i);
    expect(scene.recorder.rows('audit')).toBe(20);
  });

  it('prunes after a day of running where the recorder cannot know that it passed', async () => {
    tick(1);
    // Off for 400 days: neither this process nor its uptime saw them.
    scene.wrong = 400 * DAY;
    await scene.restart();
    tick(2);
    expect(scene.recorder.rows('audit')).toBe(2);
    // A restart in between does not begin the day anew.
    for (let hour = 0; hour < 12; hour++) {
      scene.now += 3_600;
      tick(3);
    }
    await scene.restart();
    for (let hour = 0; hour < 13; hour++) {
      scene.now += 3_600;
      tick(4);
    }
    expect((await scene.recorder.audit({ limit: 100 })).entries.map(({ command }) => command)).not.toContain(
      'at-1',
    );
  });
});

describe('a database that is not there any more', () => {
  const lastEntry = async () => (await scene.recorder.audit({ limit: 1 })).entries[0];

  it('because its files were deleted is noticed with the next append, said, and begun anew', async () => {
    for (let i = 0; i < 5; i++) tick(i);
    for (const name of readdirSync(scene.folder)) rmSync(join(scene.folder, name));
    scene.append({ samples: [sample(scene.now, { level: 7 })] });
    expect(scene.losses).toEqual([
      expect.objectContaining({ kind: 'deleted', message: expect.stringContaining(scene.file) }),
    ]);
    expect(await lastEntry()).toMatchObject({ action: 'database.replaced', ok: false });
    await scene.restart();
    expect(await levels(scene.now, scene.now)).toEqual([7]);
  });

  it('gives later entries higher ids, so that a reader who goes on to older ones finds none of them', async () => {
    for (let i = 0; i < 150; i++) tick(i);
    const page = await scene.recorder.audit({ limit: 100 });
    for (const name of readdirSync(scene.folder)) rmSync(join(scene.folder, name));
    for (let i = 150; i < 160; i++) tick(i);
    const before = page.entries.at(-1)?.id ?? 0;
    expect((await scene.recorder.audit({ limit: 100, before })).entries).toEqual([]);
    await scene.restart();
    tick(160);
    const ids = (await scene.recorder.audit({ limit: 100 })).entries.map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, i) => 150 + ids.length - i));
  });

  it('with its folder is begun anew in a new one', async () => {
    tick(1);
    rmSync(scene.folder, { recursive: true });
    tick(2);
    expect(existsSync(scene.file)).toBe(true);
    expect(await auditTimes()).toHaveLength(2);
  });

  it('while its folder cannot be made is refused, and stored with the first append after', async () => {
    tick(1);
    rmSync(scene.folder, { recursive: true });
    writeFileSync(scene.folder, 'in the way');
    expect(() => tick(2)).toThrow(expect.objectContaining({ code: 'refused' }));
    await expect(scene.recorder.audit({})).rejects.toMatchObject({ code: 'refused' });
    expect(scene.recorder.rows('audit')).toBe(0);
    rmSync(scene.folder);
    tick(3);
    // Main introduces its sources to a recorder that starts, and this one went on.
    expect(scene.append({ samples: [sample(scene.now, { level: 4 })] })).toMatchObject({ rejected: 0 });
    expect(await levels(NOON + 1, NOON + 2)).toEqual([3, 4]);
    expect(scene.losses).toEqual([expect.objectContaining({ kind: 'deleted' })]);
    expect((await scene.recorder.audit({})).entries.map(({ action }) => action)).toContain(
      'database.replaced',
    );
  });

  it('because another database of ours took its place is that one from then on', async () => {
    tick(1);
    const other = new Scene();
    scene.audit([entry('from-the-other')], other.recorder);
    await other.recorder.close();
    renameSync(other.file, scene.file);
    tick(2);
    expect(scene.losses).toEqual([expect.objectContaining({ kind: 'replaced' })]);
    const commands = (await scene.recorder.audit({})).entries.map(({ command }) => command);
    expect(commands).toEqual(['at-2', '', 'from-the-other']);
    rmSync(other.folder, { recursive: true });
  });

  it('because a stranger’s database took its place leaves that alone', () => {
    tick(1);
    rmSync(scene.file);
    const stranger = new Database(scene.file);
    stranger.exec('CREATE TABLE theirs (x)');
    stranger.close();
    expect(() => tick(2)).toThrow(/another program/);
    rmSync(scene.file);
    tick(3);
    expect(scene.recorder.rows('audit')).toBeGreaterThan(0);
  });

  it('loses nothing where only the write-ahead log was deleted', async () => {
    for (let i = 0; i < 5; i++) tick(i);
    rmSync(`${scene.file}-wal`);
    tick(5);
    await scene.restart();
    expect(await levels(NOON, NOON + 5)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(scene.losses).toEqual([expect.objectContaining({ kind: 'log-deleted' })]);
  });
});
