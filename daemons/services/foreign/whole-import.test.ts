/** Channels, lists, help bots and SpamServ of other services come in whole or not at all, once, and running services use them at once. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { limits as accountLimits } from '../../identity/limits.ts';
import { openAccounts } from '../../identity/store/database.ts';
import { WriteTurn } from '../../identity/store/write-turn.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { parseAddress } from '../../runtime/net/ip-address.ts';
import { INITIAL_SETTINGS } from '../chanserv/channel-settings.ts';
import { ChannelRows } from '../chanserv/channel-store.ts';
import { HelpServ } from '../helpserv/help-serv.ts';
import { HelpStore, weekOf } from '../helpserv/help-store.ts';
import { limits } from '../limits.ts';
import { openLists } from '../opserv/lists.ts';
import { NetworkBans } from '../opserv/network-bans.ts';
import { SpamStore } from '../spamserv/spam-store.ts';
import { mergeAccountFile, readAccounts } from '../store/account-file-tasks.ts';
import { mergeRest } from '../store/merge-rest.ts';
import { SERVICES_SCHEMA } from '../store/services-schema.ts';
import { mergeFile } from '../store/take-over.ts';
import { TestNetwork } from '../test-network.ts';
import { cameText, leftText } from './foreign-file.ts';
import { ANOPE_FILE, ATHEME_FILE, X3_FILE } from './test-files.ts';

const NOW = 1_800_000_000_000;

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-foreign-'));
  file = join(folder, 'services.db');
  openAccounts(SqliteDatabase, file, SERVICES_SCHEMA).close();
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Imports a file, as the command does. */
async function imported(bytes: string, dryRun = false, into = file) {
  const from = join(folder, 'foreign.db');
  const staging = join(folder, 'staging.db');
  writeFileSync(from, bytes, 'latin1');
  try {
    const { left, accounts } = await readAccounts({ from, database: staging, now: NOW, bots: ['OpServ'] });
    const merged = await mergeAccountFile({ database: into, from: staging, whole: true, dryRun });
    const said = leftText([...left, ...merged.left]);
    return { read: accounts, ...merged, came: cameText(merged.came), left: said };
  } finally {
    rmSync(staging, { force: true });
  }
}

/** Looks into the file. */
function look<Found>(step: (database: Sqlite) => Found): Found {
  const database = openAccounts(SqliteDatabase, file, SERVICES_SCHEMA);
  try {
    return step(database);
  } finally {
    database.close();
  }
}

/** Every row of every table. */
function contents(): Record<string, unknown[]> {
  return look((database) => {
    const names = database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite@_%' ESCAPE '@'")
      .pluck()
      .all() as string[];
    return Object.fromEntries(
      names.map((name) => [name, database.prepare(`SELECT * FROM ${name}`).raw().all()]),
    );
  });
}

function channelsIn(database: Sqlite) {
  const rows = new ChannelRows(database, () => NOW);
  const of = (key: string) => {
    const channel = rows.one(key)!;
    const users = [...channel.users.values()].map(({ id: _id, created: _created, ...user }) => user);
    const lamers = channel.lamers.map(({ compiled: _compiled, ...lamer }) => lamer);
    const changed = Object.entries(channel.settings).filter(
      ([name, value]) => INITIAL_SETTINGS[name as keyof typeof INITIAL_SETTINGS] !== value,
    );
    return { ...channel, users, lamers, settings: Object.fromEntries(changed), notes: rows.notes(key) };
  };
  return {
    of,
    keys: rows
      .all()
      .map(({ key }) => key)
      .sort(),
    unregistrable: rows.unregistrable(),
  };
}

const NO_MORE = { autoInvite: false, autoJoin: false, suspendedUntil: null, expires: null, backTo: null };

it('channels of X3 have owner, access, settings, lamers and notes as they had there', async () => {
  const { accounts, channels, came } = await imported(X3_FILE);
  expect([accounts, channels]).toEqual([4, ['#closed', '#lounge']]);
  expect(came).toBe(
    '4 × access to a channel; 2 × lamer; 1 × note about a channel; 2 × ban of the network; 2 × trust; 1 × gag; 1 × alert; ' +
      '1 × reserved nick; 1 × bad word; 1 × exempt channel; 3 × name that is not registered; 1 × message of Global; ' +
      '1 × help bot; 2 × helper; 1 × open request; 1 × channel of SpamServ; 2 × trust of SpamServ',
  );
  look((database) => {
    const { of, keys, unregistrable } = channelsIn(database);
    expect(keys).toEqual(['#closed', '#lounge']);
    expect(of('#lounge')).toMatchObject({
      ...{ name: '#lounge', founder: 'Ann', created: 1_100_000_000_000, registered: 1_100_000_000_000 },
      ...{ registrar: 'Oz', visited: 1_700_000_200_000, mostUsers: 42, suspension: null },
      settings: {
        ...{ defaultTopic: 'Tea \x02and\x02 café', topicMask: 'Tea | *', greeting: 'Welcome' },
        ...{ userGreeting: 'Welcome back', modes: '+tnlk 50 key', enfOps: 200, enfTopic: 501, pubCmd: 1 },
        ...{ inviteMe: 200, automode: 'voice', protect: 'equal', toys: 'disabled', topicRefresh: '6h' },
        ...{ ctcpReaction: 'longban', banTimeout: '1d', dynLimit: 5, noDelete: true },
      },
      notes: [{ name: 'url', by: 'Ann', at: NOW, text: 'https://tea.example' }],
    });
    expect(Object.keys(of('#lounge').settings)).toHaveLength(17);
    expect(of('#lounge').users.sort((one, other) => other.level - one.level)).toEqual([
      {
        ...NO_MORE,
        account: 'Ann',
        level: 500,
        seen: 1_700_000_000_000,
        info: 'runs \x02this\x02',
        autoOp: true,
      },
      {
        ...NO_MORE,
        ...{ account: 'Cat', level: 499, seen: 1_700_000_000_000, info: null, autoOp: true },
        suspendedUntil: 1_950_000_000_000,
      },
      {
        ...NO_MORE,
        ...{ account: 'Bob', level: 200, seen: 1_700_000_100_000, info: null, autoOp: false },
        ...{ autoInvite: true, autoJoin: true, expires: 1_900_000_000_000, backTo: 1 },
      },
      {
        ...NO_MORE,
        ...{ account: 'Dan', level: 1, seen: 1_700_000_000_000, info: null, autoOp: true },
        expires: 1_910_000_000_000,
      },
    ]);
    expect(of('#lounge').lamers).toMatchObject([
      { mask: '*!*@192.0.2.9', by: 'Ann', used: 1_650_000_000_000, expires: null, reason: 'spam' },
      { mask: 'drone*!*@*', by: 'Bob', used: null, expires: 1_900_000_000_000, reason: 'drones' },
    ]);
    expect(of('#closed')).toMatchObject({
      ...{ founder: 'Bob', settings: {} },
      suspension: { at: 1_600_000_000_000, by: 'Oz', until: 1_900_000_000_000, reason: 'misused' },
    });
    // IRC servers are told of those alone who have status by coming in.
    const told =
      'SELECT channel, name, quiet FROM channel_access JOIN accounts ON id = account ORDER BY 1, 2';
    expect(database.prepare(told).raw().all()).toEqual([
      ['#closed', 'Ann', 1],
      ['#lounge', 'Bob', 1],
      ['#lounge', 'Cat', 1],
      ['#lounge', 'Dan', 0],
    ]);
    const founders = 'SELECT channel, founder_quiet FROM channel_states ORDER BY 1';
    expect(database.prepare(founders).raw().all()).toEqual([
      ['#closed', 1],
      ['#lounge', 0],
    ]);
    expect(unregistrable).toEqual([
      { mask: '#drugs', by: 'Oz', at: 1_600_000_000_000, expires: null, reason: 'not here' },
      { mask: '#warez*', by: 'Oz', at: NOW, expires: 1_900_000_000_000, reason: 'for a while' },
      { mask: '*bob', by: 'Oz', at: NOW, expires: null, reason: 'takes too many' },
    ]);
  });
});

it('what operators of X3 keep is kept here, as far as it holds', async () => {
  await imported(X3_FILE);
  look((database) => {
    const stored = { database, writes: new WriteTurn(database), now: () => NOW };
    const lists = openLists(stored);
    const [at, by] = [1_600_000_000_000, 'Oz'];
    expect(lists.trusts.all()).toEqual([
      { network: '10.1.0.0/16', most: 0, reason: 'our own', by, setMs: at, expiresMs: null },
      { network: '192.0.2.200', most: 20, reason: 'a school', by, setMs: at, expiresMs: 1_900_000_000_000 },
    ]);
    const later = { by, setMs: NOW, expiresMs: 1_900_000_000_000 };
    const never = { by: 'X3', setMs: NOW, expiresMs: null };
    expect(lists.gags.all()).toEqual([{ mask: 'pest!*@*', reason: 'floods bots', ...later }]);
    expect(lists.alerts.all()).toEqual([
      { name: 'clones', reaction: 'KILL', criteria: 'mask drone*!*@*', level: 600, ...later, by: 'Ann' },
    ]);
    expect(lists.reserves.all()).toEqual([
      {
        ...{ nick: 'Oracle', username: 'oracle', host: 'network.example', reason: 'Reserved for the Oracle' },
        ...never,
      },
    ]);
    expect(lists.badWords.all()).toEqual([{ word: 'warez', ...never }]);
    expect(lists.exemptChannels.all()).toEqual([{ channel: '#warezfree', ...never }]);
    expect(lists.messages.all()).toEqual([
      {
        ...{ id: 1, target: 'opers', sender: 'Oz', text: 'Staff meets at noon', by: 'Oz' },
        ...{ setMs: 1_700_000_000_000, expiresMs: null },
      },
    ]);
    const bans = new NetworkBans({ ...stored, tell: () => {}, log: () => {} });
    expect([...bans.kept()].map(({ kind, mask, reason }) => [kind, mask, reason])).toEqual([
      ['gline', '*@192.0.2.7', 'drones'],
      ['shun', 'loud@*.example', 'noise'],
    ]);
    expect(bans.get('gline', '*@192.0.2.7')).toMatchObject({
      ...{ by: 'Oz', setMs: 1_700_000_000_000, changedSeconds: 1_700_000_000, active: true },
      ...{ expiresMs: 1_900_000_000_000, keptMs: 1_900_000_000_000 },
    });
  });
});

it('help bots of X3 have those who help, what they did, and what is open; SpamServ looks for what it looked for', async () => {
  await imported(X3_FILE);
  look((database) => {
    const store = new HelpStore(database, () => NOW);
    expect(store.bots()).toMatchObject([
      {
        ...{ key: 'aid', nick: 'Aid', channel: '#help', registered: 1_400_000_000_000, registeredBy: 'Oz' },
        ...{ used: 1_700_000_500_000, suspendedReason: null },
      },
    ]);
    expect(JSON.parse(store.bots()[0]!.settings)).toMatchObject({
      ...{ pageTarget: '#staff', pageType: 'onotice', alertPageTarget: null, greeting: 'Ask away' },
      ...{ whineDelay: 300, helperPersist: 'part', notification: 'reqdrop', reqMaxLen: 8 },
      ...{ privmsgOnly: true, autoVoice: true, reqOnJoin: false },
    });
    expect(store.staff('aid')).toEqual([
      { account: 'Ann', role: 'owner' },
      { account: 'Dan', role: 'trial' },
    ]);
    const week = weekOf(1_700_000_000_000);
    expect(store.figures('aid', 'ann')).toEqual([
      { week: 0, pickedUp: 50, closed: 40, handedOn: 4, takenOn: 5, present: 4_000 },
      { week: week - 1, pickedUp: 3, closed: 2, handedOn: 0, takenOn: 1, present: 120 },
      { week, pickedUp: 2, closed: 1, handedOn: 0, takenOn: 0, present: 60 },
    ]);
    expect(store.open('aid')).toMatchObject([
      {
        number: 7,
        account: 'Bob',
        helper: 'Ann',
        opened: 1_700_000_200_000,
        lines: 2,
      },
    ]);
    expect(store.lines('aid', 7).map(({ kind, by, text }) => [kind, by, text])).toEqual([
      ['asked', 'Bob', 'How do I'],
      ['asked', 'Bob', 'make tea?'],
    ]);
    expect(store.add('aid', 'x', 'y', null).number).toBe(9);
    const spam = new SpamStore(database, () => NOW);
    expect([...spam.all()]).toMatchObject([
      {
        ...{ key: '#lounge', bad: ['coffee'], exception: ['tea.example'] },
        settings: {
          ...{ spamScan: true, advScan: true, badwordScan: true, capsScan: false, chanFloodScan: false },
          ...{ joinFloodScan: false, capsMin: 12, capsPercent: 50, exceptAdvLevel: 100, spamLimit: 2 },
          ...{ advReaction: 4, warnReaction: 2, badReaction: 0, capsReaction: 1 },
        },
      },
    ]);
    expect([spam.trusted(null), spam.trusted('#lounge')]).toEqual([
      [{ account: 'Dan', by: 'Oz' }],
      [{ account: 'Dan', by: 'Oz' }],
    ]);
  });
});

it('what cannot come along of channels and lists is said, with why', async () => {
  const { left } = await imported(X3_FILE);
  for (const line of [
    '1 × channel (its name is none: # and up to 64 bytes): no channel',
    '1 × channel (nobody owns it: REGISTER it for somebody): #orphan',
    '1 × access to a channel (its account does not come along): #lounge: Nobody',
    '1 × ownership of a channel (a channel has one owner, and others have level 499): #lounge: Cat',
    '1 × mode that is kept (there is none such here): #lounge: +J',
    '1 × note that operators alone read (everybody with access reads notes here): #lounge: staff',
    '1 × record of a change of owners (EVENTS has what is done from now on): #lounge',
    '1 × G-line (it would ban everybody): *@*',
    '1 × trust (it is neither an address nor a network): somewhere',
    '1 × alert (there is no reaction MARK here): mark',
    '1 × alert (its criteria cannot be read here): odd: moon full',
    '1 × bad word (it has from 2 to 64 characters): x',
    '1 × name that is not registered (expected a channel, a mask of channels, or *account): nothing',
    '1 × routing plan (how servers link is said in the configuration of each): main',
    '1 × help bot (another bot here is called so): OpServ',
    '1 × helper (its account does not come along): Aid: Nobody',
    '1 × request (its account does not come along): Aid: 8 Nobody',
    '1 × setting REQDROPPED (a request that is dropped is closed: REQCLOSED): Aid',
    '1 × channel of SpamServ (it does not come along as a channel): #nowhere',
    '1 × bad word of a channel (it is too short): #lounge: x',
    '1 × trust of SpamServ (its channel does not come along): Dan: #nowhere',
  ])
    expect(left.split('; ')).toContain(line);
});

it('channels of Atheme, with what letters of access come to, and its bans', async () => {
  const { accounts, channels, came } = await imported(ATHEME_FILE);
  expect([accounts, channels, came]).toEqual([
    2,
    ['#closed', '#lounge'],
    '1 × access to a channel; 1 × lamer; 1 × note about a channel; 1 × ban of the network; 1 × reserved nick',
  ]);
  look((database) => {
    const { of } = channelsIn(database);
    expect(of('#lounge')).toMatchObject({
      ...{ founder: 'Ann', registered: 1_100_000_000_000, visited: 1_700_000_000_000 },
      settings: {
        ...{ defaultTopic: 'Tea and cake', greeting: 'Welcome', userGreeting: 'Welcome' },
        ...{ modes: '+itlkc-m 50 key', noDelete: true },
      },
      users: expect.arrayContaining([
        expect.objectContaining({ account: 'Ann', level: 500, autoOp: true }),
        expect.objectContaining({ account: 'Bob', level: 200, autoOp: false }),
      ]),
      lamers: [{ mask: '*!*@192.0.2.9', by: 'Ann', reason: 'spam and more', expires: 1_900_000_000_000 }],
      notes: [{ name: 'url', text: 'https://tea.example' }],
    });
    expect(of('#closed').suspension).toEqual({
      ...{ at: 1_600_000_000_000, by: 'Oz', until: 0, reason: 'misused' },
    });
    expect(database.prepare('SELECT kind, mask, reason FROM network_bans').raw().all()).toEqual([
      ['gline', '*@192.0.2.7', 'drones'],
    ]);
    expect(database.prepare('SELECT nick, reason FROM reserves').raw().all()).toEqual([
      ['Oracle', 'kept for later'],
    ]);
  });
});

it('accounts and channels of Anope, with what lists and numbers of access come to, and its bans', async () => {
  const { accounts, channels, came, left } = await imported(
    Buffer.from(ANOPE_FILE, 'utf8').toString('latin1'),
  );
  expect([accounts, channels, came]).toEqual([
    3,
    ['#closed', '#lounge'],
    '2 × access to a channel; 1 × lamer; 1 × note about a channel; 1 × ban of the network',
  ]);
  look((database) => {
    const { of } = channelsIn(database);
    const rows = (sql: string) => database.prepare(sql).raw().all();
    expect(rows('SELECT name, created, last_login, email, suspended_by FROM accounts ORDER BY key')).toEqual([
      ['Ann', 1_100_000_000_000, 1_700_000_000_000, 'ann@example.net', null],
      ['Bob', 1_200_000_000_000, null, null, 'Oz'],
      ['Cat', 1_200_000_000_000, null, null, null],
    ]);
    expect(rows('SELECT data FROM credentials')).toEqual([[expect.stringMatching(/^\$2a\$10\$abc/)]]);
    expect(rows('SELECT key FROM nicks ORDER BY key')).toEqual([['ann'], ['annie'], ['bob'], ['cat']]);
    expect(rows('SELECT flags, privmsg, language FROM profiles ORDER BY account LIMIT 2')).toEqual([
      ['', null, 'de'],
      ['n', 1, null],
    ]);
    expect(of('#lounge')).toMatchObject({
      ...{ founder: 'Ann', registered: 1_100_000_000_000, visited: 1_700_000_000_000, suspension: null },
      settings: {
        ...{ defaultTopic: 'Tea café', greeting: 'Welcome', userGreeting: 'Welcome' },
        ...{ modes: '+l-s 50', noDelete: true },
      },
      lamers: [{ mask: '*!*@192.0.2.9', by: 'Ann', reason: 'spam', expires: null }],
      notes: [{ name: 'about', text: 'Tea and cake' }],
    });
    const levels = of('#lounge').users.map(({ account, level, seen }) => `${account} ${level} ${seen}`);
    expect(levels.sort()).toEqual(['Ann 500 null', 'Bob 300 1650000000000', 'Cat 150 null']);
    expect(of('#closed').suspension).toMatchObject({ by: 'Oz', until: 1_900_000_000_000, reason: 'misused' });
    expect(rows('SELECT mask FROM network_bans')).toEqual([['*@192.0.2.7']]);
  });
  for (const line of [
    '1 × account (there is another one of its name): cat',
    '1 × access by mask (access is by account here): #lounge: *!*@host',
    '1 × lamer (it is no mask: expected nick!user@host): #lounge: Cat',
    '1 × mode that is kept (there is none such here): #lounge: FILTER',
    '1 × channel (nobody owns it: REGISTER it for somebody): #nobody',
    '1 × ban of the network (it is not user@host): fish*',
    '1 × memo (nobody keeps messages for others here): Ann',
    '1 × host that was given out (hosts are the business of the IRC server): Ann',
    '1 × password (none is kept: RESETPASS, or OSET PASSWORD, sets one): Bob',
  ])
    expect(left.split('; ')).toContain(line);
  // Version 2.0 refers to accounts by name.
  const old = ['NickCore|display Dan|pass ', 'NickAlias|nick Dan|time_registered 1000|nc Dan'];
  const rest = ['ChannelInfo|name #dan|founder Dan|time_registered 2000'];
  const text = [...old, ...rest].map((one) => `OBJECT ${one.replaceAll('|', '\nDATA ')}\nEND\n`).join('');
  expect(await imported(text)).toMatchObject({ accounts: 1, channels: ['#dan'] });
  await expect(imported('OBJECT NickCore\nDATA display x\nnonsense here\n')).rejects.toThrow(
    /as a database of Anope, line 3: expected OBJECT, DATA or END and found nonsense/,
  );
});

it('letters of access of Atheme are levels, and of two founders the first has the channel', async () => {
  const letters = [
    ...(['+AFRefiorstv 499 false', '+AfiorstvO 400 true', '+S 400 false', '+AfO 300 true'] as const),
    ...(['+vVo 200 false', '+r 200 false', '+hH 150 true', '+V 1 true', '+t 1 false'] as const),
  ].map((line) => line.split(' '));
  const rows = letters.flatMap(([flags], at) => [
    ...[`MC #${at} 1 1 + 0 0 0 `, `CA #${at} Zoe +F 1 *`],
    `CA #${at} Ann ${flags} 1 *`,
  ]);
  await imported(['DBV 12', 'MU A Zoe x noemail 1 1 +', 'MU B Ann x noemail 1 1 +', ...rows, ''].join('\n'));
  look((database) => {
    const { of } = channelsIn(database);
    const found = letters.map(([flags], at) => {
      const { level, autoOp } = of(`#${at}`).users.find(({ account }) => account === 'Ann')!;
      return [flags, String(level), String(autoOp)];
    });
    expect(found).toEqual(letters);
  });
});

it.each([
  ['X3', X3_FILE],
  ['Atheme', ATHEME_FILE],
])(
  'a file of %s comes in once: a trial changes nothing and says the same, and a second time nothing is new',
  async (_name, bytes) => {
    const before = contents();
    const tried = await imported(bytes, true);
    expect(contents()).toEqual(before);
    expect(await imported(bytes)).toEqual(tried);
    const after = contents();
    const again = await imported(bytes);
    expect(again).toMatchObject({ accounts: 0, channels: [], came: '' });
    expect(again.left).toMatch(/2 × channel \(it is here already, and stays as it is\): #lounge, #closed/);
    expect(again.left).toMatch(/× ban of the network \(it is here already, and stays as it is\)/);
    expect(contents()).toEqual(after);
  },
);

it('where the accounts came in before, the rest comes after them, for the same accounts alone', async () => {
  const accounts = X3_FILE.slice(X3_FILE.indexOf('"NickServ"'));
  expect(await imported(accounts)).toMatchObject({ accounts: 4, channels: [] });
  // Somebody else has taken that name meanwhile.
  look((database) => database.prepare("UPDATE accounts SET created = 77 WHERE key IN ('dan', 'bob')").run());
  const { accounts: fresh, channels, left } = await imported(X3_FILE);
  expect([fresh, channels]).toEqual([0, ['#lounge']]);
  const people = look((database) =>
    channelsIn(database)
      .of('#lounge')
      .users.map(({ account }) => account),
  );
  expect(people.sort()).toEqual(['Ann', 'Cat']);
  for (const line of [
    '2 × access to a channel (an account of that name here is another one): #lounge: Bob, #lounge: Dan',
    '1 × channel (of its owner: an account of that name here is another one): #closed',
    '1 × helper (an account of that name here is another one): Aid: Dan',
  ])
    expect(left.split('; ')).toContain(line);
  const requests = 'SELECT count(*) FROM help_requests';
  expect(look((database) => database.prepare(requests).pluck().get())).toBe(0);
});

it('of a list that is full no more come in, and the rest is said', async () => {
  const most = limits.badWords.default;
  look((database) => {
    const put = database.prepare("INSERT INTO bad_words (key, word, set_by, set_at) VALUES (?, ?, 'x', 1)");
    for (let number = 1; number < most; number++) put.run(`word${number}`, `word${number}`);
  });
  const words = Array.from({ length: 3 }, (_, index) => `"new${index}"`).join(', ');
  const { came, left } = await imported(`"NickServ" { }; "OpServ" { "bad" (${words}); };`);
  expect([came, left]).toEqual(['1 × bad word', `2 × bad word (there may be ${most}): new1, new2`]);
});

it('nothing comes in where there would be more channels than there may be', async () => {
  const most = accountLimits.channels.default;
  look((database) => {
    database.prepare("INSERT INTO accounts (key, name, created) VALUES ('zoe', 'Zoe', 1)").run();
    const put = database.prepare(
      'INSERT INTO channels (key, name, founder, created, registered) VALUES (?, ?, 1, 1, 1)',
    );
    database.transaction(() => {
      for (let number = 0; number < most; number++) put.run(`#${number}`, `#${number}`);
    })();
  });
  const tables = 'SELECT count(*) FROM accounts UNION ALL SELECT count(*) FROM channels';
  await expect(imported(X3_FILE)).rejects.toMatchObject({ code: 'limit_reached' });
  expect(look((database) => database.prepare(tables).pluck().all())).toEqual([1, most]);
});

it('running services have what came in at once: on the network as well', async () => {
  const net = await TestNetwork.start();
  try {
    const staging = join(folder, 'staging.db');
    const from = join(folder, 'foreign.db');
    writeFileSync(from, X3_FILE, 'latin1');
    await readAccounts({ from, database: staging, now: net.clock.now(), bots: ['OpServ'] });
    net.join('ABAAA', 'ann');
    net.say('ABAAA C #lounge 960');
    const also = (counts: ReadonlyMap<string, number>) => void mergeRest(net.database, counts);
    const { channels } = mergeFile(net.database, staging, (merged) => merged, { bySame: true, also });
    net.take();
    await net.services.takeUp(channels);
    const told = net.take();
    const numeric = (nick: string) => net.services.bots.byNick(nick)!.numeric;
    const is = (line: RegExp) => expect(told.filter((one) => line.test(one))).toHaveLength(1);
    is(new RegExp(`^${numeric('ChanServ')} J #lounge 960$`));
    is(new RegExp(`^AF M #lounge \\+o ${numeric('ChanServ')} `));
    is(new RegExp(`^${numeric('ChanServ')} M #lounge \\+tnlk 50 key `));
    is(new RegExp(`^${numeric('SpamServ')} J #lounge 960$`));
    is(/^AF N Aid /);
    is(/^AF N Oracle /);
    is(/^AF GL \* \+\*@192\.0\.2\.7 /);
    expect(net.services.opserv.bans.holding('shun', 'loud@*.example')).toBeDefined();
    expect(net.services.opserv.trusts.of(parseAddress('10.1.2.3')!)).toMatchObject({ most: 0 });
    expect(net.services.chanServ.registry.get('#lounge')?.user('Bob')).toMatchObject({ level: 200 });
    expect(net.services.chanServ.registry.get('#closed')?.suspendedAt(net.clock.now())).toBe(true);
    const help = net.services.serviceBots.find((one) => one instanceof HelpServ)!;
    expect(help.world.bots.get('aid')?.requests.byNumber(7)).toMatchObject({ helper: 'Ann' });
    // A second time nothing is told that was.
    await net.services.takeUp([]);
    expect(net.take()).toEqual([]);
  } finally {
    net.close();
  }
});
