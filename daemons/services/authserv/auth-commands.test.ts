/** Every command that AuthServ is to have is in its table, or among those that are not made yet, which only become fewer. */
import { afterAll, beforeAll, expect, it } from 'vitest';
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

/** Those without a row. Never add to it: a command that is made leaves it. */
const WITHOUT_ROW = [
  ...['COOKIE', 'AUTHCOOKIE', 'RESETPASS', 'DELCOOKIE', 'USERINFO', 'OSET', 'OREGISTER', 'OUNREGISTER'],
  ...['ALLOWAUTH', 'RENAME', 'VACATION', 'ADDIGNORE', 'DELIGNORE', 'SEARCH', 'CHECKPASS'],
  ...['CHECKEMAIL'],
];

/** Settings of SET in the requirements, and those that are not made yet. */
const WANTED_SETTINGS = ['INFO', 'EMAIL', 'PRIVMSG', 'STYLE', 'WIDTH', 'COLOR', 'MAXLOGINS', 'LANGUAGE'];
const WITHOUT_SETTING = ['PRIVMSG', 'STYLE', 'WIDTH', 'COLOR', 'LANGUAGE'];

let test: TestNetwork;
beforeAll(async () => {
  test = await TestNetwork.start();
});
afterAll(() => test.close());

it.each(['AuthServ', 'NickServ'])(
  '%s has a row for each, with what it needs, takes, changes and tells',
  (nick) => {
    const table = test.services.tableOf(nick);
    const missing = WANTED.filter((name) => !table.has(name));
    expect(missing).toEqual(WITHOUT_ROW);
    for (const row of table.values()) {
      expect(row.help.length, row.name).toBeGreaterThan(0);
      expect(row.effect, row.name).not.toBe('');
      expect(row.most ?? row.least, row.name).toBeGreaterThanOrEqual(row.least);
      const words = row.syntax.split(' ').filter((word) => word.startsWith('<')).length;
      expect(words > 0, row.name).toBe(row.least > 0);
    }
  },
);

it('has each setting', async () => {
  test.join('ABAAA', 'ann');
  await test.ask('ABAAA', 'REGISTER ann correct-horse');
  const shown = (await test.ask('ABAAA', 'SET')).map((line) => line.split(':')[0]);
  expect(WANTED_SETTINGS.filter((name) => !shown.includes(name))).toEqual(WITHOUT_SETTING);
});
