/** A database that goes while it is open: what is said, to whom, what is in the new one, and what is left alone. */
import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NOON, Scene, sample } from '../test-fixtures/scene.ts';

/** Does not wait for who has the file locked. */
const Impatient = class extends Database {
  constructor(file?: string | Buffer, options?: Database.Options) {
    super(file, { ...options, timeout: 1 });
  }
} as unknown as typeof Database;

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
  scene.append({ samples: [sample(NOON, { level: 1 })] });
});
afterEach(() => scene.close());

const last = async () => (await scene.recorder.audit({ limit: 1 })).entries[0];
/** Every field of what the trail says of a file. */
const entryOf = (more: object) => ({
  id: expect.any(Number),
  time: scene.now * 1_000,
  actor: 'recorder',
  from: 'system',
  target: 'recorder',
  command: '',
  durationMs: 0,
  effects: [],
  ...more,
});
const goesOn = (level: number) => {
  scene.now += 1;
  expect(scene.append({ samples: [sample(scene.now, { level })] })).toEqual({ stored: 1, rejected: 0 });
};

describe('a database', () => {
  it('that was deleted is begun anew, which its trail and the log say in the same words', async () => {
    for (const name of readdirSync(scene.folder)) rmSync(join(scene.folder, name));
    goesOn(2);
    const message = `${scene.file} was deleted while it was in use. A new file was begun; history and audit before now are lost with the old one.`;
    expect(scene.losses).toEqual([{ kind: 'deleted', message, aside: null }]);
    expect(await last()).toEqual(
      entryOf({ action: 'database.replaced', args: { file: scene.file }, ok: false, outcome: message }),
    );
    goesOn(3);
    expect(scene.losses).toHaveLength(1);
    expect(scene.recorder.stats().at(-1)).toMatchObject({ table: 'file', oldest: null, note: '' });
  });

  it('that another took the place of is that one from then on', async () => {
    const other = new Scene();
    await other.recorder.close();
    renameSync(other.file, scene.file);
    goesOn(2);
    expect(scene.losses).toMatchObject([{ kind: 'replaced', aside: null }]);
    expect(await last()).toEqual(
      entryOf({
        action: 'database.replaced',
        args: { file: scene.file },
        ok: false,
        outcome: `${scene.file} was replaced by another file while it was in use. Recording goes on in the one that is there now.`,
      }),
    );
    await other.close();
  });

  it('whose log alone was deleted loses nothing, and its trail says that it was saved', async () => {
    goesOn(2);
    rmSync(`${scene.file}-wal`);
    goesOn(3);
    const message = `${scene.file}-wal was deleted while it was in use. What it held was saved; nothing is lost.`;
    expect(scene.losses).toEqual([{ kind: 'log-deleted', message, aside: null }]);
    expect(await last()).toEqual(
      entryOf({ action: 'database.rescued', args: { file: scene.file }, ok: true, outcome: message }),
    );
    const { series } = await scene.series(NOON, NOON + 2, 10);
    expect(series['level:value']).toEqual([1, 2, 3]);
  });

  it('that is damaged is set aside, which its trail, the log and the table of parts say', async () => {
    await scene.recorder.close();
    writeFileSync(scene.file, 'garbage'.repeat(2_000));
    scene.recorder = scene.open();
    const [loss] = scene.losses;
    expect(loss).toMatchObject({ kind: 'damaged', aside: expect.stringContaining(`${scene.file}.corrupt-`) });
    expect(loss?.message).toContain(
      `${scene.file} was damaged (file is not a database). It was set aside as ${loss?.aside}`,
    );
    expect(await last()).toEqual(
      entryOf({
        action: 'database.replaced',
        args: { file: loss?.aside },
        ok: false,
        outcome: loss?.message,
      }),
    );
    expect(scene.recorder.stats().at(-1)).toEqual({
      table: 'file',
      rows: null,
      oldest: scene.now * 1_000,
      newest: null,
      bytes: scene.recorder.databaseBytes(),
      note: `A damaged database was set aside as ${loss?.aside}`,
    });
  });

  it('whose place is taken for a moment is refused meanwhile, and begun anew after that', async () => {
    const away = `${scene.folder}-away`;
    renameSync(scene.folder, away);
    writeFileSync(scene.folder, 'in the way');
    const refused = {
      code: 'refused',
      message: expect.stringMatching(/^Nothing can be recorded: .* sent again\.$/),
    };
    for (let i = 0; i < 2; i++) {
      expect(() => scene.append({})).toThrow(expect.objectContaining(refused));
      expect(() => scene.recorder.settingGet('k')).toThrow(expect.objectContaining(refused));
    }
    expect(scene.losses).toEqual([]);
    rmSync(scene.folder);
    goesOn(2);
    expect(scene.losses).toMatchObject([{ kind: 'deleted' }]);
    rmSync(away, { recursive: true });
  });

  it('takes no log over that stayed behind of the one that is gone', async () => {
    goesOn(2);
    rmSync(scene.file);
    expect(existsSync(`${scene.file}-wal`)).toBe(true);
    goesOn(3);
    expect(scene.losses).toMatchObject([{ kind: 'deleted' }]);
    const { series } = await scene.series(NOON, NOON + 2, 10);
    expect(series['level:value']).toEqual([null, null, 3]);
  });

  it('that is locked by another program at the start is worth trying again', async () => {
    await scene.recorder.close();
    const other = new Database(scene.file);
    other.pragma('journal_mode = DELETE');
    other.exec('BEGIN EXCLUSIVE');
    expect(() => scene.open(Impatient)).toThrow(
      expect.objectContaining({
        code: 'unavailable',
        message: expect.stringContaining(`${scene.file} cannot be opened now (database is locked)`),
      }),
    );
    other.close();
    expect(scene.losses).toEqual([]);
    scene.recorder = scene.open();
    goesOn(2);
  });
});

describe('a recorder', () => {
  it('that is closed takes and answers nothing, and closing it twice is fine', async () => {
    const { recorder } = scene;
    const query = recorder.audit({});
    const closing = recorder.close();
    await expect(query).rejects.toMatchObject({ code: 'cancelled' });
    await closing;
    await recorder.close();
    expect(() => recorder.settingGet('k')).toThrow(expect.objectContaining({ code: 'not_running' }));
    expect(() => scene.append({})).toThrow(expect.objectContaining({ code: 'not_running' }));
    await expect(recorder.audit({})).rejects.toMatchObject({ code: 'cancelled' });
    scene.recorder = scene.open();
  });

  it('counts its file and its log, and nothing where they are not', async () => {
    const wal = existsSync(`${scene.file}-wal`);
    expect(wal).toBe(true);
    const bytes = scene.recorder.databaseBytes();
    await scene.recorder.close();
    expect(scene.recorder.databaseBytes()).toBeLessThan(bytes);
    expect(scene.recorder.rows('recent')).toBe(0);
    rmSync(scene.file);
    expect(scene.recorder.databaseBytes()).toBe(0);
    scene.recorder = scene.open();
  });

  it('backs up to a path beside its file or anywhere, and says how far it is', async () => {
    const seen: [number, number][] = [];
    const { recorder } = scene;
    const beside = await recorder.backup('copy.db', undefined, (done, total) => seen.push([done, total]));
    expect(beside.file).toBe(join(scene.folder, 'copy.db'));
    expect(beside.bytes).toBeGreaterThan(4_096);
    const [done, total] = seen.at(-1)!;
    expect(done).toBeLessThanOrEqual(total);
    const elsewhere = join(scene.journal, 'copy.db');
    expect((await recorder.backup(elsewhere)).file).toBe(elsewhere);
    await expect(recorder.backup('copy.db')).rejects.toMatchObject({ code: 'conflict' });
    await expect(recorder.backup('absent/copy.db')).rejects.toMatchObject({
      code: 'not_found',
      message: `There is no folder ${join(scene.folder, 'absent')}.`,
    });
    await expect(recorder.backup('x.db', AbortSignal.abort(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(join(scene.folder, 'x.db'))).toBe(false);
    await scene.recorder.close();
    copyFileSync(elsewhere, scene.file);
    scene.recorder = scene.open();
    expect((await scene.series(NOON, NOON, 1)).series['level:value']).toEqual([1]);
  });
});

it('says of every tier how much there is, from when to when', () => {
  for (let second = 1; second < 130; second++) {
    scene.now = NOON + second;
    scene.append({ samples: [sample(NOON + second, { level: second })] });
  }
  const part = (table: string) => scene.recorder.stats().find((one) => one.table === table);
  expect(part('samples 1s')).toMatchObject({
    rows: 130,
    oldest: NOON * 1_000,
    newest: (NOON + 129) * 1_000,
    note: '',
  });
  // Open in memory: nothing of it is on the disk yet.
  expect(part('samples 10s')).toMatchObject({
    rows: 0,
    bytes: 0,
    oldest: NOON * 1_000,
    newest: (NOON + 120) * 1_000,
  });
  expect(part('samples 20m')?.oldest).toBe(Math.floor(NOON / 1_200) * 1_200_000);
  scene.append({ samples: [{ ...sample(NOON - 700, { level: 1 }) }] });
  expect(part('samples 10s')?.oldest).toBe(Math.floor((NOON - 700) / 10) * 10_000);
  expect(part('audit')).toMatchObject({ rows: 0, oldest: null, newest: null });
});
