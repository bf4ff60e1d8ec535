/** Every command and every setting that AuthServ is to have is there. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CommandRow } from '../bots/command-row.ts';
import { TestNetwork } from '../test-network.ts';

/** The commands of AuthServ in the requirements, must and should. */
const WANTED = [
  ...['REGISTER', 'AUTH', 'PASS', 'COOKIE', 'AUTHCOOKIE', 'RESETPASS', 'DELCOOKIE', 'SET', 'ACCOUNTINFO'],
  ...[
    'USERINFO',
    'STATUS',
    'ADDMASK',
    'DELMASK',
    'ADDCERTFP',
    'DELCERTFP',
    'UNREGISTER',
    'OSET',
    'OREGISTER',
  ],
  ...['OUNREGISTER', 'ALLOWAUTH', 'RENAME', 'GHOST', 'VACATION', 'ADDIGNORE', 'DELIGNORE', 'SEARCH'],
  ...['CHECKPASS', 'CHECKEMAIL', 'HELP'],
];

/** Settings of SET and of OSET in the requirements. */
const WANTED_SETTINGS = ['INFO', 'EMAIL', 'PRIVMSG', 'STYLE', 'WIDTH', 'COLOR', 'MAXLOGINS', 'LANGUAGE'];
const WANTED_OPERATOR_SETTINGS = ['LEVEL', 'FLAGS', 'EPITHET', 'PASSWORD', 'EMAIL'];

let test: TestNetwork;
beforeAll(async () => {
  test = await TestNetwork.start();
});
afterAll(() => test.close());

it.each(['AuthServ', 'NickServ'])(
  '%s has a row for each, with what it needs, takes, changes and tells',
  (nick) => {
    const table = test.services.tableOf(nick);
    expect(WANTED.filter((name) => !table.has(name))).toEqual([]);
    for (const row of table.values()) {
      expect(row.help.length, row.name).toBeGreaterThan(0);
      expect(row.effect, row.name).not.toBe('');
      expect(row.most ?? row.least, row.name).toBeGreaterThanOrEqual(row.least);
      const words = row.syntax.split(' ').filter((word) => word.startsWith('<')).length;
      expect(words > 0, row.name).toBe(row.least > 0);
    }
  },
);

it('is told of in docs/services.md, command by command', () => {
  const who = ({ needs }: CommandRow) => (typeof needs === 'object' ? `level ${needs.level}` : WHO[needs]);
  const rows = [...new Set(test.services.tableOf('AuthServ').values())]
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((row) => {
      const names = [`${row.name} ${row.syntax}`.trimEnd(), ...(row.aliases ?? [])];
      return `| ${names.map((name) => `\`${name}\``).join(', ')} | ${who(row)} | ${row.effect} |`;
    });
  const text = ['| command | who | what it changes |', '| --- | --- | --- |', ...rows].join('\n');
  expect(readFileSync(new URL('../../../docs/services.md', import.meta.url), 'utf8')).toContain(
    `${text}\n\n`,
  );
});

const WHO = { anybody: 'anybody', account: 'logged in', operator: 'IRC operators' } as const;

it('has each setting', async () => {
  test.join('ABAAA', 'ann');
  await test.ask('ABAAA', 'REGISTER ann correct-horse');
  const shown = (await test.ask('ABAAA', 'SET')).map((line) => line.split(':')[0]);
  expect(WANTED_SETTINGS.filter((name) => !shown.includes(name))).toEqual([]);
  await test.level('ann', 1_000);
  const set = (await test.ask('ABAAA', 'OSET ann')).map((line) => line.split(':')[0]);
  expect([...WANTED_OPERATOR_SETTINGS, ...WANTED_SETTINGS].filter((name) => !set.includes(name))).toEqual([]);
});
