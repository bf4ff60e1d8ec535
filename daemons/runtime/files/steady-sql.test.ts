/** Statements that are made once find what they found before, by the same index. */
import { afterAll, expect, it } from 'vitest';
import { loadSqlite } from './sqlite.ts';
import { steadySql } from './steady-sql.ts';

const database = new (await loadSqlite())(':memory:');
afterAll(() => void database.close());

database.exec(`
  CREATE TABLE people (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE names (name TEXT PRIMARY KEY, person INTEGER NOT NULL, added INTEGER NOT NULL) STRICT;
  CREATE INDEX names_by_person ON names (person);
  INSERT INTO people VALUES (1, 'ann'), (2, '12');
  INSERT INTO names VALUES ('a', 1, 5), ('b', 2, 4), ('c', 1, 3), ('7', 2, 2);
`);

it('what is compared and what limits is a calculation, and nothing else', () => {
  expect(steadySql('SELECT * FROM t WHERE a = ? AND b >= @b AND c<?')).toBe(
    'SELECT * FROM t WHERE a = +? AND b >= +@b AND c<+?',
  );
  expect(steadySql('SELECT a FROM t LIMIT ? OFFSET @most')).toBe('SELECT a FROM t LIMIT +? OFFSET +@most');
  const others = "INSERT INTO t VALUES (?, @a) ON CONFLICT DO NOTHING; SELECT '= x' LIMIT 5";
  expect(steadySql(others)).toBe(others);
});

it.each<[string, (string | number)[]]>([
  ['SELECT people.* FROM names JOIN people ON people.id = person WHERE name = ?', ['a']],
  ['SELECT people.* FROM names JOIN people ON people.id = person WHERE name = ?', ['7']],
  ['SELECT name FROM names WHERE person = ? ORDER BY added, name', [1]],
  ['SELECT name FROM names WHERE person = ? AND added > ? ORDER BY name LIMIT ?', [2, 2, 9]],
  ['SELECT * FROM people WHERE key = ?', ['12']],
])('%s %j: the same rows by the same plan', (sql, bound) => {
  const steady = steadySql(sql);
  expect(steady).not.toBe(sql);
  const rows = database.prepare(sql).all(...bound);
  expect(rows.length).toBeGreaterThan(0);
  expect(database.prepare(steady).all(...bound)).toEqual(rows);
  const plan = (text: string) => database.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...bound);
  expect(plan(steady)).toEqual(plan(sql));
});

it('what is set keeps its type', () => {
  database.prepare(steadySql('UPDATE people SET key = ? WHERE id = ?')).run('0012', 2);
  expect(database.prepare('SELECT key FROM people WHERE id = 2').pluck().get()).toBe('0012');
  expect(() =>
    database.prepare(steadySql('UPDATE names SET added = ? WHERE name = ?')).run('x', 'a'),
  ).toThrow();
});
