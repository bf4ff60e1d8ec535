/** What X3 and Atheme kept comes along as far as it has a place here, and the rest is said. */
import SqliteDatabase from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitsForeignHash } from '../../identity/foreign-hashes.ts';
import { bringUpToDate } from '../../runtime/files/sqlite-schema.ts';
import { SERVICES_SCHEMA } from '../store/services-schema.ts';
import { readAnope } from './anope-data.ts';
import { readAtheme } from './atheme-data.ts';
import { decoded, type ForeignAccount } from './foreign-data.ts';
import { type FileFormat, formatOf, leftText, writeForeignFile } from './foreign-file.ts';
import { ATHEME_FILE, X3_FILE } from './test-files.ts';
import { readX3 } from './x3-data.ts';

const AB = 'ab'.repeat(32);
const READING = { now: 1_800_000_000_000, bots: ['OpServ', 'ChanServ'] };

function written(bytes: string, format: Exclude<FileFormat, 'signalbox'>) {
  const database = new SqliteDatabase(':memory:');
  bringUpToDate(database, SERVICES_SCHEMA);
  const result = writeForeignFile(database, 'x.db', bytes, format, READING);
  const rows = (sql: string) => database.prepare(sql).raw().all();
  return { ...result, rows };
}

it('an account is as old as is told of it, unless that cannot be, and was used since then alone', () => {
  const now = READING.now / 1_000;
  const account = (name: string, registered: number, seen: number) =>
    [
      `OBJECT NickCore\nDATA display ${name}\nEND\n`,
      `OBJECT NickAlias\nDATA nick ${name}\nDATA nc ${name}\n`,
      `DATA registered ${registered}\nDATA last_seen ${seen}\nEND\n`,
    ].join('');
  const { rows } = written(
    [
      ...[account('First', 1, 1), account('Never', 5, 4), account('Same', 5, 5), account('None', 0, 0)],
      ...[account('Now', now, now), account('Later', now + 1, now + 1)],
    ].join(''),
    'anope',
  );
  expect(rows('SELECT name, created, last_login FROM accounts ORDER BY id')).toEqual([
    ['First', 1_000, 1_000],
    ['Never', 5_000, null],
    ['Same', 5_000, 5_000],
    ['None', READING.now, null],
    ['Now', READING.now, READING.now],
    ['Later', READING.now, (now + 1) * 1_000],
  ]);
});

it('a certificate or a nick is the first one’s who has it, and that the others lose it is said', () => {
  const account = (name: string, nick: string) =>
    [
      `OBJECT NickCore\nDATA display ${name}\nDATA cert ${AB}\nEND\n`,
      ...[name, nick].map((one) => `OBJECT NickAlias\nDATA nick ${one}\nDATA nc ${name}\nEND\n`),
    ].join('');
  const { rows, left } = written(account('First', 'Both') + account('Second', 'both'), 'anope');
  expect(
    rows('SELECT name FROM fingerprints JOIN accounts ON id = account UNION ALL SELECT nick FROM nicks'),
  ).toEqual([['First'], ...['Both', 'First', 'Second'].map((nick) => [nick])]);
  const lost = left.map(({ what, count, examples }) => `${count} ${what}: ${examples}`);
  expect(lost.slice(1)).toEqual([
    '1 nick: Second: both',
    expect.stringMatching(/^1 certificate: Second: (?:ab)+$/),
  ]);
});

describe('of X3', () => {
  const { accounts, left } = readX3(X3_FILE, READING);
  const [ann, bob] = accounts as [ForeignAccount, ForeignAccount];

  it('accounts come along with what their owners and operators set', () => {
    expect(accounts).toHaveLength(4);
    expect(ann).toEqual({
      ...{ name: 'Ann', email: 'ann@example.net', created: 1_100_000_000_000, lastLogin: 1_700_000_000_000 },
      ...{ hash: '$0123456789abcdef0123456789abcdef01234567', nicks: ['Annie'], hostMasks: [] },
      ...{ fingerprints: [AB], ignores: ['spam!*@*'], info: 'likes tea and cafés' },
      ...{ notes: [{ by: 'Oz', at: 1_600_000_000_000, text: 'helped a lot' }], maxLogins: 3, level: 600 },
      ...{ flags: 'n', epithet: 'Queen of tea', privmsg: true, style: 'CLEAN', width: 90, color: true },
      ...{ language: 'de', isAway: false, suspended: null },
    });
    expect(bob).toMatchObject({
      ...{ email: null, lastLogin: null, hash: null, hostMasks: ['bob@host.example'], nicks: ['Annie'] },
      ...{ flags: '', level: 0, maxLogins: null, privmsg: null, style: null, isAway: true },
      suspended: { by: 'X3' },
    });
  });

  it('what cannot come along of accounts is counted, with why', () => {
    const lines = left.rows().map(({ what, count, examples }) => `${count} ${what}: ${examples}`);
    for (const line of [
      ...['1 account: 9lives', '1 account: ann', '1 certificate: Ann: 12:34', '1 cookie: Bob'],
      ...['1 e-mail address: Bob: nowhere', '1 host mask: Bob: no mask', '1 ignored mask: Ann: nonsense'],
      ...['1 karma: Bob', '1 nick: Bob: 1bob', '1 password: Bob', '1 mailbox: Ann'],
      '1 table of commands: ChanServ',
    ])
      expect(lines).toContain(line);
  });

  it('are written, and of two who have one nick the first has it', () => {
    const { rows, left: more, accounts: count } = written(X3_FILE, 'x3');
    expect(count).toBe(4);
    expect(
      rows('SELECT key, name, created, last_login, email, suspended_by FROM accounts ORDER BY key LIMIT 2'),
    ).toEqual([
      ['ann', 'Ann', 1_100_000_000_000, 1_700_000_000_000, 'ann@example.net', null],
      ['bob', 'Bob', 2_000_000, null, null, 'X3'],
    ]);
    expect(
      rows('SELECT nicks.nick, name FROM nicks JOIN accounts ON id = account ORDER BY nicks.key LIMIT 3'),
    ).toEqual([
      ...[
        ['Ann', 'Ann'],
        ['Annie', 'Ann'],
        ['Bob', 'Bob'],
      ],
    ]);
    expect(rows('SELECT kind, data FROM credentials LIMIT 1')).toEqual([['foreign', ann.hash]]);
    expect(rows('SELECT fingerprint FROM fingerprints')).toEqual([[AB]]);
    expect(rows('SELECT mask FROM host_masks')).toEqual([['bob@host.example']]);
    expect(rows('SELECT mask FROM ignores')).toEqual([['spam!*@*']]);
    expect(rows('SELECT written_by, text FROM notes')).toEqual([['Oz', 'helped a lot']]);
    expect(
      rows('SELECT level, flags, vacation_since IS NOT NULL FROM profiles ORDER BY account LIMIT 2'),
    ).toEqual([
      ...[
        [600, 'n', 0],
        [0, '', 1],
      ],
    ]);
    expect(leftText(more)).toContain('1 × nick (it is another account’s): Bob: Annie');
  });

  it('accounts alone, without the other sections, are read too', () => {
    const read = readX3('"Ann" { "passwd" "x"; "register" "1"; }; "odd" "text";', READING);
    expect(read.accounts).toMatchObject([{ name: 'Ann', created: 1_000 }]);
    expect(read.left.rows()).toMatchObject([{ what: 'password' }, { what: 'record', examples: 'odd' }]);
  });
});

describe('of Atheme', () => {
  const { accounts, left } = readAtheme(ATHEME_FILE, READING);
  const [ann, bob] = accounts as [ForeignAccount, ForeignAccount];

  it('accounts come along', () => {
    expect(accounts).toHaveLength(2);
    expect(ann).toMatchObject({
      ...{ name: 'Ann', email: 'ann@example.net', created: 1_100_000_000_000, lastLogin: 1_700_000_500_000 },
      ...{ nicks: ['Annie'], hostMasks: ['ann@host.example'], fingerprints: ['cd'.repeat(32)] },
      ...{ flags: 'n', privmsg: true, language: 'de', suspended: null },
      notes: [{ by: 'Oz', at: 1_600_000_000_000, text: 'asked for another name' }],
    });
    expect(bob).toMatchObject({
      ...{ email: null, hash: null, lastLogin: 1_300_000_000_000, flags: '', privmsg: null, language: null },
      suspended: { by: 'Oz', reason: 'was unkind' },
    });
  });

  it('what cannot come along is counted', () => {
    const lines = left.rows().map(({ what, count, examples }) => `${count} ${what}: ${examples}`);
    expect(lines.sort()).toEqual(
      [
        ...['1 access by mask: #lounge: Bob@*', '1 access of a group: #lounge: !tea', '1 account: bob'],
        ...['1 access to a channel: #lounge: Nobody', '1 access to a channel: #nowhere: Bob'],
        ...['1 ban of real names (X-line): bad*name', '1 certificate: Ann: 0123', '1 channel: #nobody'],
        ...['1 channel that nobody may use (Q-line): #secret', '1 host that was given out: Ann'],
        ...['1 memo: Bob', '1 mode that is kept: #lounge: +j', '1 nick: Nobody: nick', '1 password: Bob'],
        ...['1 nicks that nobody may have (Q-line): fish*', '1 operator of services: Ann'],
        ...['1 property of a channel: #lounge', '1 property of an account: Ann', '1 row: line 54'],
        '1 setting of a channel: #lounge',
      ].sort(),
    );
  });

  it.each([
    ['5', 'sha256', 'salt', 32],
    ['6', 'sha512', 'salt', 64],
    ['25', 'sha256', 'c2FsdA==', 32],
    ['26', 'sha512', 'c2FsdA==', 64],
  ])('passwords of kind %s (%s) are checked here', async (kind, digest, salt, bytes) => {
    const { pbkdf2Sync } = await import('node:crypto');
    const key = pbkdf2Sync('correct horse', 'salt', 10_000, bytes, digest).toString('base64');
    const row = `DBV 12\nMU A ann $z$${kind}$10000$${salt}$${key} noemail 1 1 +C\n`;
    const { hash } = readAtheme(row, READING).accounts[0]!;
    expect(fitsForeignHash(hash!, 'correct horse')).toBe(true);
    // With more behind it, it is none of these.
    const more = readAtheme(row.replace(' noemail', '$x noemail'), READING);
    expect(more.accounts[0]!.hash).toBeNull();
    expect(fitsForeignHash(hash!, 'wrong horse')).toBe(false);
  });

  it('older versions have accounts without an id, and a file that is none is said to be that', () => {
    expect(readAtheme('DBV 8\nMU ann x noemail 1 1 +\n', READING).accounts[0]!.name).toBe('ann');
    expect(() => readAtheme('MU ann x noemail 1 1 +\n', READING)).toThrow(
      'line 1: expected a row DBV before',
    );
    expect(() => readAtheme('DBV 12\nMU A ann x\n', READING)).toThrow('line 2: expected an account');
    expect(() => readAtheme('hello\n', READING)).toThrow('line 1: expected a row DBV with the version');
  });
});

it.each([
  ['{"format":"x"}', 'signalbox'],
  ['# comment\nGRVER 1\nDBV 12\n', 'atheme'],
  ['DBV 8\n', 'atheme'],
  ['OBJECT BotInfo\nID 1\n', 'anope'],
  ['/* x */ "NickServ" {', 'x3'],
  ['DBV', 'x3'],
])('%j is a file of %s', (text, format) => expect(formatOf(text)).toBe(format));

it('a file of nobody is refused with the line', () => {
  expect(() => written('"a" {\n', 'x3')).toThrow(/x\.db cannot be read: as a database of X3, line 2/);
  expect(() => written('hello', 'atheme')).toThrow(/as a database of Atheme, line 1/);
});

it('hashes of Anope are checked here', async () => {
  const { hashSync } = await import('bcryptjs');
  const file = `OBJECT NickCore\nDATA display Ann\nDATA pass bcrypt:${hashSync('correct horse', 4)}\nEND\n`;
  const { hash } = readAnope(file, READING).accounts[0]!;
  expect([fitsForeignHash(hash!, 'correct horse'), fitsForeignHash(hash!, 'wrong horse')]).toEqual([
    true,
    false,
  ]);
});

it('bytes are text in UTF-8 where they are that, and stay what they were otherwise', () => {
  expect([decoded('caf\xc3\xa9'), decoded('caf\xe9'), decoded('plain')]).toEqual(['café', 'café', 'plain']);
});

it('whatever stands in a file is an account that can be written, or is left behind', () => {
  const word = fc.string({ minLength: 1, maxLength: 40 }).map((one) => one.replace(/\s/g, '_'));
  const row = fc.oneof(
    fc
      .tuple(word, word, word, fc.nat().map(String), fc.nat().map(String), word)
      .map((words) => `MU A ${words.join(' ')}`),
    fc
      .tuple(fc.constantFrom('MN', 'AC', 'MCFP', 'MDU', 'KL', 'XX'), word, word, word)
      .map((words) => words.join(' ')),
  );
  fc.assert(
    fc.property(fc.array(row, { maxLength: 12 }), (rows) => {
      const { accounts, rows: read } = written(`DBV 12\n${rows.join('\n')}\n`, 'atheme');
      expect(read('SELECT count(*) FROM accounts')).toEqual([[accounts]]);
    }),
    { numRuns: 60 },
  );
});
