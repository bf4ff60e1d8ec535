/** Every command and every setting that ChanServ is to have is there, and docs/reference/chanserv.md tells of each. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectWords } from '../bots/test-usage.ts';
import { manifest } from '../manifest.ts';
import { TestNetwork } from '../test-network.ts';
import { chanServPage } from './chan-page.ts';
import { SETTINGS } from './channel-settings.ts';
import { USER_SETTINGS } from './setting-commands.ts';

/** The commands of ChanServ in the requirements, must and should; of USERS the lists by level, of MDEL each. */
const WANTED =
  `REGISTER UNREGISTER ADDUSER DELUSER CLVL ACCESS MYACCESS USERS WLIST CLIST MLIST OLIST HLIST PLIST UP DOWN OP DEOP
  VOICE DEVOICE KICK BAN KICKBAN UNBAN UNBANALL UNBANME TOPIC MODE INVITE INVITEME SET USET INFO NOREGISTER CSUSPEND ADDLAMER
  ADDTIMEDLAMER DELLAMER LAMERS SUSPEND UNSUSPEND MDELOWNER MDELCOOWNER MDELMANAGER MDELOP MDELHALFOP MDELPEON TRIM RESYNC
  GIVEOWNERSHIP MERGE MOVE SEEN PEEK EVENTS OPCHAN OPEN NOTE SEARCH EXPIRE HELP`.split(/\s+/);

const WANTED_SETTINGS =
  `DefaultTopic TopicMask Greeting UserGreeting Modes EnfOps EnfHalfOps EnfModes EnfTopic PubCmd Setters
  UserInfo InviteMe TopicSnarf Automode Protect Toys TopicRefresh CtcpReaction BanTimeout Resync DynLimit NoDelete`
    .toUpperCase()
    .split(/\s+/);

/** Levels that settings begin with, as X3 has them. */
const WANTED_LEVELS = {
  enfOps: 300,
  enfHalfOps: 300,
  enfModes: 200,
  enfTopic: 200,
  pubCmd: 0,
  setters: 400,
  userInfo: 1,
  inviteMe: 1,
  topicSnarf: 501,
};

let test: TestNetwork;
beforeAll(async () => {
  test = await TestNetwork.start();
});
afterAll(() => test.close());

it('has a row for each, with who may, what it takes, changes and tells', () => {
  const table = test.services.tableOf('ChanServ');
  expect(WANTED.filter((name) => !table.has(name))).toEqual([]);
  expectWords(table);
  for (const row of table.values()) {
    expect(row.help.length, row.name).toBeGreaterThan(0);
    expect(row.effect, row.name).not.toBe('');
    if (row.recorded !== undefined)
      expect(Object.keys(manifest.deeds ?? {}), row.name).toContain(row.deed ?? row.name);
  }
});

it('has every setting, with the defaults of X3', () => {
  expect(SETTINGS.map(({ name }) => name)).toEqual(WANTED_SETTINGS);
  expect(USER_SETTINGS.map(({ name }) => name)).toEqual(['INFO', 'AUTOOP', 'AUTOINVITE', 'AUTOJOIN']);
  const levels = SETTINGS.filter(({ key }) => key in WANTED_LEVELS);
  expect(Object.fromEntries(levels.map(({ key, initial }) => [key, initial]))).toEqual(WANTED_LEVELS);
  for (const row of SETTINGS) expect(row.read(row.write(row.initial)), row.name).toBe(row.initial);
});

it('is told of in docs/reference/chanserv.md, command by command', () => {
  const file = new URL('../../../docs/reference/chanserv.md', import.meta.url);
  expect(readFileSync(file, 'utf8')).toBe(chanServPage());
});
