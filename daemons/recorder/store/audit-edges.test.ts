/** The audit trail at its edges: what is cut, what is searched, how long it is kept, and what of a damaged entry is shown. */
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { NOON, Scene } from '../test-fixtures/scene.ts';

let scene: Scene;
beforeEach(() => {
  scene = new Scene({ auditRows: 1_000, auditDays: 10 });
});
afterEach(() => scene.close());

const entry = (n: number, more: object = {}) => ({
  time: NOON * 1_000 + n,
  actor: 'ada',
  from: 'cli',
  action: 'command',
  target: 'ircd',
  command: 'kill',
  args: { n },
  ok: true,
  outcome: 'done',
  durationMs: 2.25,
  effects: [],
  ...more,
});
const all = async (query: object = {}) => (await scene.recorder.audit({ limit: 5_000, ...query })).entries;
const stats = () => scene.recorder.stats().find(({ table }) => table === 'audit');

it('commands that are left out are those of that daemon and that name alone', async () => {
  const done = [
    ['ircd', 'list'],
    ['ircd', 'list-all'],
    ['relay', 'list'],
    ['ircd', ''],
  ] as const;
  scene.audit(done.map(([target, command], n) => entry(n, { target, command })));
  const left = await all({ without: ['ircd list', 'relay all'] });
  expect(left.map(({ target, command }) => `${target} ${command}`)).toEqual([
    'ircd ',
    'relay list',
    'ircd list-all',
  ]);
  expect(await all({ without: [] })).toHaveLength(4);
  expect((await scene.recorder.audit({ without: ['ircd list'], limit: 2 })).more).toBe(true);
});

describe('an entry', () => {
  it('comes back as it was written, with its id, its key and its time in whole milliseconds', async () => {
    const whole = entry(5, {
      time: NOON * 1_000 + 0.6,
      ok: false,
      from: 'system',
      effects: [{ metric: 'level', before: 1.5, after: -2 }],
    });
    scene.writeJournal([{ kind: 'entry', key: 'k', entry: whole }]);
    scene.takeJournal();
    expect(await all()).toEqual([{ ...whole, time: NOON * 1_000 + 1, id: 1, key: 'k' }]);
  });

  it.each([
    ['outcome', limits.auditOutcomeCharacters.default, 2_000],
    ['args', limits.auditJsonCharacters.default, 16_384],
  ])('has an %s of %i characters and no more', async (what, most, said) => {
    expect(most).toBe(said);
    const sized = (characters: number) =>
      what === 'outcome'
        ? { outcome: 'x'.repeat(characters) }
        : { args: { a: 'x'.repeat(characters - JSON.stringify({ a: '' }).length) } };
    scene.audit([entry(0, sized(most)), entry(1, sized(most + 1))]);
    const [cut, whole] = await all();
    expect(whole).toMatchObject(sized(most));
    expect(what === 'outcome' ? cut?.outcome : cut?.args).toEqual(
      what === 'outcome' ? `${'x'.repeat(most)}… (cut)` : { omitted: `${most + 1} characters of arguments` },
    );
  });

  it('has no effects where these are too long, and its arguments all the same', async () => {
    const effects = Array.from({ length: 500 }, (_, i) => ({ metric: `metric_${i}`, before: 1, after: 2 }));
    scene.audit([entry(0, { effects })]);
    expect(await all()).toMatchObject([{ args: { n: 0 }, effects: [] }]);
  });

  it('is stored once for a key, and its effects once', async () => {
    const effects = (after: number) => [{ metric: 'm', before: 0, after }];
    scene.writeJournal([
      { kind: 'entry', key: 'k', entry: entry(0) },
      { kind: 'entry', key: 'k', entry: entry(1) },
      { kind: 'effects', key: 'k', effects: effects(1) },
      { kind: 'effects', key: 'k', effects: effects(2) },
    ]);
    expect(scene.takeJournal().stored).toBe(1);
    expect(await all()).toMatchObject([{ args: { n: 0 }, effects: effects(1) }]);
    const text = ['ada', 'command', 'ircd', 'kill', '{"n":0}', 'done', JSON.stringify(effects(1))].join('');
    expect(stats()).toMatchObject({ rows: 1, bytes: text.length });
  });

  it('that is damaged is shown with what can be read of it', async () => {
    scene.audit([entry(0)]);
    await scene.recorder.close();
    const database = new Database(scene.file);
    database.unsafeMode(true).pragma('writable_schema = 1');
    database.exec("UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '') WHERE name = 'audit'");
    database.close();
    const loose = new Database(scene.file);
    loose.exec(
      `UPDATE audit SET actor = x'00', time = 'x', duration_ms = 'y', args = '[1]', effects = '{}', key = x'01'`,
    );
    loose.close();
    scene.recorder = scene.open();
    expect(await all()).toEqual([
      {
        ...entry(0),
        id: 1,
        time: 0,
        actor: '(damaged)',
        durationMs: 0,
        args: { unreadable: '[1]' },
        effects: [],
      },
    ]);
  });
});

describe('a search', () => {
  it('is for texts as they are written, letter case apart', async () => {
    scene.audit([
      entry(0, { actor: 'a%b' }),
      entry(1, { actor: 'axb' }),
      entry(2, { actor: 'a_b' }),
      entry(3, { actor: 'A\\B' }),
    ]);
    const found = async (query: object) => (await all(query)).map(({ args }) => args.n);
    expect(await found({ actor: 'A%' })).toEqual([0]);
    expect(await found({ actor: 'a_b' })).toEqual([2]);
    expect(await found({ actor: 'a\\b' })).toEqual([3]);
    expect(await found({ actor: '' })).toEqual([3, 2, 1, 0]);
    expect(await found({ text: 'AXB\nCOMMAND\nircd' })).toEqual([1]);
    expect(await found({ text: 'done' })).toEqual([3, 2, 1, 0]);
    // Not of what it moved, nor of where it came from.
    expect(await found({ text: 'cli' })).toEqual([]);
  });

  it('includes the time that it begins with and not that which it ends with', async () => {
    scene.audit([entry(0), entry(10), entry(20)]);
    const found = async (query: object) => (await all(query)).map(({ args }) => args.n);
    const at = (n: number) => NOON * 1_000 + n;
    expect(await found({ since: at(10) })).toEqual([20, 10]);
    expect(await found({ until: at(10) })).toEqual([0]);
    expect(await found({ since: at(10), until: at(11) })).toEqual([10]);
  });

  it('gives 200 where nobody says how many, and says whether there are more', async () => {
    scene.audit(Array.from({ length: 201 }, (_, n) => entry(n)));
    expect(limits.auditPageRows.default).toBe(200);
    const page = await scene.recorder.audit({});
    expect([page.entries.length, page.more, page.entries[0]?.args.n]).toEqual([200, true, 200]);
    const rest = await scene.recorder.audit({ before: page.entries.at(-1)!.id });
    expect([rest.entries.length, rest.more]).toEqual([1, false]);
    expect(await scene.recorder.audit({ limit: 201 })).toMatchObject({ more: false });
    expect(await scene.recorder.audit({ limit: 1, before: 2 })).toMatchObject({ more: false });
    expect(await scene.recorder.audit({ before: 1 })).toEqual({ entries: [], more: false });
  });

  it('finds the oldest among thousands, and leaves nothing out where a stretch of them ends', async () => {
    scene.audit(
      Array.from({ length: 4_100 }, (_, n) => entry(n, { target: n % 41 === 0 ? 'relay' : 'ircd' })),
    );
    for (const query of [{ text: '"n":0}' }, { text: '"n":0}', target: 'relay' }, { text: '"n":2099}' }])
      expect(await all(query)).toHaveLength(1);
    expect((await all({ target: 'relay' })).map(({ args }) => args.n)).toEqual(
      Array.from({ length: 100 }, (_, i) => (99 - i) * 41),
    );
    const page = await scene.recorder.audit({ limit: 3_000 });
    expect(page.entries.map(({ args }) => args.n)).toEqual(
      Array.from({ length: 3_000 }, (_, i) => 4_099 - i),
    );
    expect(page.more).toBe(true);
  });
});

describe('what is kept', () => {
  it('goes at most 400 at a time, by number and by age', async () => {
    scene.audit(Array.from({ length: 1_900 }, (_, n) => entry(n)));
    const left = () => {
      scene.append({});
      return scene.recorder.rows('audit');
    };
    expect([left(), left(), left(), left()]).toEqual([1_500, 1_100, 1_000, 1_000]);
    expect((await all()).at(-1)?.args.n).toBe(900);
    scene.now += 10 * 86_400;
    expect(left()).toBe(1_000);
    scene.now += 2;
    expect([left(), left(), left(), left()]).toEqual([600, 200, 0, 0]);
    expect(stats()).toMatchObject({ rows: 0, bytes: 0, oldest: null, newest: null });
  });

  it('is as old as its first and as new as its last entry', () => {
    scene.audit([entry(3), entry(9), entry(4)]);
    expect(stats()).toMatchObject({ rows: 3, oldest: NOON * 1_000 + 3, newest: NOON * 1_000 + 4 });
  });

  it('of states is bounded as well, and tells how much there is', () => {
    const state = (cause: string | null) => ({
      time: scene.now * 1_000 + 0.4,
      daemon: 'ircd',
      state: 'crashed',
      cause,
    });
    scene.append({ states: [state('é'), state(null)] });
    const states = () => scene.recorder.stats().find(({ table }) => table === 'states');
    expect(states()).toMatchObject({
      rows: 2,
      bytes: 2 * 11 + 2,
      oldest: NOON * 1_000,
      newest: NOON * 1_000,
    });
    scene.now += 30 * 86_400;
    scene.append({});
    expect(states()).toMatchObject({ rows: 2 });
    scene.now += 1;
    scene.append({});
    expect(states()).toMatchObject({ rows: 0, bytes: 0 });
  });
});

describe('a setting', () => {
  it('has 65,536 characters as JSON and no more', () => {
    const { recorder } = scene;
    recorder.settingSet('k', 'x'.repeat(65_534));
    expect(recorder.settingGet('k')).toHaveLength(65_534);
    expect(() => recorder.settingSet('k', 'x'.repeat(65_535))).toThrow('has 65537 characters; at most 65536');
    expect(recorder.settingGet('k')).toHaveLength(65_534);
    recorder.settingSet('k', undefined);
    expect(recorder.settingGet('k')).toBeNull();
  });

  it('is one of a thousand, and may be changed when there are so many', () => {
    const { recorder } = scene;
    recorder.settingSet('k0', 0);
    const database = new Database(scene.file);
    const insert = database.prepare('INSERT INTO settings (key, value, updated) VALUES (?, ?, 0)');
    database.transaction(() => {
      for (let i = 1; i < 1_000; i++) insert.run(`k${i}`, String(i));
    })();
    database.close();
    expect(() => recorder.settingSet('one more', 1)).toThrow(
      expect.objectContaining({ code: 'limit_reached', message: 'There are 1000 settings already.' }),
    );
    recorder.settingSet('k0', 'new');
    expect(recorder.settingGet('k0')).toBe('new');
    recorder.settingSet('k1', null);
    recorder.settingSet('one more', 1);
    expect(recorder.settingGet('one more')).toBe(1);
  });
});
