/** Files of other services in which nearly everything is missing, or stands in its oldest form: what is then as by default, to the letter. */
import { expect, it } from 'vitest';
import { readAnope } from './anope-data.ts';
import { readAtheme } from './atheme-data.ts';
import type { ForeignData } from './foreign-data.ts';
import { readX3 } from './x3-data.ts';

const NOW = 1_800_000_000_000;
const READING = { now: NOW, bots: [] };
const leftOf = ({ left }: ForeignData) =>
  left.rows().map(({ what, why, examples }) => `${what} (${why}): ${examples}`);

/** An account of which nothing is known. */
const BARE = {
  ...{ created: 0, lastLogin: null, email: null, hash: null, nicks: [], hostMasks: [], fingerprints: [] },
  ...{
    ignores: [],
    notes: [],
    info: null,
    maxLogins: null,
    level: 0,
    flags: '',
    epithet: null,
    privmsg: null,
  },
  ...{ style: null, width: null, color: null, language: null, isAway: false, suspended: null },
};
const BARE_USER = {
  ...{
    seen: null,
    info: null,
    autoInvite: false,
    autoJoin: false,
    suspendedUntil: null,
    expires: null,
    backTo: null,
  },
};
const BARE_CHANNEL = {
  ...{
    registered: 0,
    registrar: null,
    visited: null,
    mostUsers: 0,
    suspension: null,
    settings: new Map(),
    lamers: [],
    notes: [],
  },
};

it('Anope: objects with nothing in them, lines of other systems, and two kinds of references', () => {
  const object = (kind: string, ...data: string[]) =>
    `OBJECT ${kind}\r\nID 1\r\n${data.map((one) => `DATA ${one}\r\n`).join('')}END\r\n`;
  const read = (...objects: string[]) => readAnope(objects.join('\n'), READING);
  const { accounts, channels } = read(
    object('NickCore', 'display Ann'),
    object('NickAlias', 'nick Annie', 'nc ann', 'registered 0', 'last_seen x5'),
    object('ChannelInfo', 'name #tea', 'founder Ann'),
  );
  expect(accounts).toEqual([{ ...BARE, name: 'Ann', nicks: ['Annie'] }]);
  expect(channels).toEqual([
    {
      ...BARE_CHANNEL,
      name: '#tea',
      owner: 'Ann',
      users: [{ ...BARE_USER, account: 'Ann', level: 500, autoOp: true }],
    },
  ]);
  const full = read(
    object(
      'NickCore',
      'display Ann',
      'uniqueid 1',
      'pass posix:$1$salt$0123456789012345678901',
      'registered 5',
      'language de_DE.UTF-8',
      'access a@b.test  c@d.test',
      `cert ${'ab'.repeat(32)}`,
      'MSG 1',
      'NS_NO_EXPIRE 1',
    ),
    object('NickAlias', 'nick Ann', 'ncid 1', 'time_registered 3', 'last_seen 5', 'vhost_host x'),
    object('NickAlias', 'nick Other', 'ncid 1', 'registered 2', 'last_seen 9'),
    object('NSSuspendInfo', 'nick other', 'expires 1800000001'),
    object(
      'ChannelInfo',
      'name #tea',
      'founderid 1',
      'time_registered 3',
      'last_used 4',
      'description Tea',
      'last_topic Old',
    ),
    object('AutoKick', 'ci #TEA', 'mask *!*@x.test', 'addtime 7', 'last_used 8'),
    object('AutoKick', 'ci #tea', 'mask *!*@y.test', 'creator Ann', 'reason spam'),
    object('EntryMsg', 'ci #tea', 'message Hello'),
    object('CSSuspendInfo', 'chan #tea'),
    object('XLine', 'mask a@b.test'),
    object('XLine', 'mask nick!a@b.test'),
  );
  expect(full.accounts).toEqual([
    {
      ...{
        ...BARE,
        name: 'Ann',
        created: 5_000,
        lastLogin: 9_000,
        hash: '$1$salt$0123456789012345678901',
        nicks: ['Other'],
        language: 'de',
      },
      ...{ hostMasks: ['a@b.test', 'c@d.test'], fingerprints: ['ab'.repeat(32)], privmsg: true, flags: 'n' },
      suspended: { by: 'Anope', reason: 'suspended in Anope' },
    },
  ]);
  expect(full.channels).toEqual([
    {
      ...{ ...BARE_CHANNEL, name: '#tea', owner: 'Ann', registered: 3_000, visited: 4_000 },
      suspension: { at: 0, by: 'Anope', until: 0, reason: 'suspended before' },
      settings: new Map([
        ['greeting', 'Hello'],
        ['userGreeting', 'Hello'],
      ]),
      users: [{ ...BARE_USER, account: 'Ann', level: 500, autoOp: true }],
      lamers: [
        { mask: '*!*@x.test', by: 'Anope', added: 7_000, used: 8_000, expires: null, reason: 'banned' },
        { mask: '*!*@y.test', by: 'Ann', added: 0, used: null, expires: null, reason: 'spam' },
      ],
      notes: [{ name: 'about', by: 'Anope', at: NOW, text: 'Tea' }],
    },
  ]);
  expect([...full.lists.bans.values()]).toMatchObject([
    { mask: 'a@b.test', by: 'Anope', setMs: NOW, reason: 'No reason given' },
  ]);
  expect(leftOf(full)).toEqual([
    'host that was given out (hosts are the business of the IRC server): Ann',
    'ban of the network (it is not user@host): nick!a@b.test',
  ]);
  // What is over at this moment does not hold.
  const over = read(
    object('NickCore', 'display Ann'),
    object('NSSuspendInfo', 'nick Ann', 'expires 1800000000'),
  );
  expect(over.accounts[0]!.suspended).toBeNull();
  const hash = (pass: string) => read(object('NickCore', 'display Ann', `pass ${pass}`)).accounts[0]!.hash;
  expect(['plain:x', 'x', '', 'md5:00'].map(hash)).toEqual([null, null, null, null]);
  for (const [kind, name, what, why] of [
    ['Memo', 'owner', 'memo', 'nobody keeps messages for others here'],
    ['BotInfo', 'nick', 'bot', 'bots have their names here'],
    ['ForbidData', 'mask', 'forbidden name', 'NOREGISTER, RESERVE and ADDBAD forbid names'],
    ['HostRequest', 'nick', 'request for a host', 'it has no place here'],
    ['Oper', 'name', 'operator of services', 'set-level, or OSET LEVEL, gives a level'],
    ['Exception', 'mask', 'exception of sessions', 'ADDTRUST lets more clients come'],
  ] as const)
    expect(leftOf(read(object(kind, `${name} it`)))).toEqual([`${what} (${why}): it`]);
  expect(() => read(object('NickCore'), 'NONSENSE here')).toThrow(
    /^line 5: expected OBJECT, DATA or END and found NONSENSE$/,
  );
  expect(() => read('DATA lost x')).toThrow(/^line 1: /);
  expect(read('ID 5\n \n').accounts).toEqual([]);
});

it('Atheme: rows with nothing behind their names, as older versions wrote them', () => {
  const read = (...rows: string[]) => readAtheme(`\n#comment\n  \n${rows.join('\n')}\n`, READING);
  const { accounts, channels } = read('DBV 9', 'MU Ann x noemail 0 0', 'MC #tea', 'CA #tea Ann F');
  expect(accounts).toEqual([{ ...BARE, name: 'Ann' }]);
  expect(channels).toEqual([
    {
      ...BARE_CHANNEL,
      name: '#tea',
      owner: 'Ann',
      users: [{ ...BARE_USER, account: 'Ann', level: 500, autoOp: false }],
    },
  ]);
  const full = read(
    ...[
      'DBV 10',
      'TS 9',
      'MU A Ann * a@b.test 5 0 +ChP pt_BR',
      'MU B Bob $1$salt$0123456789012345678901 noemail 5 4 +C',
    ],
    ...[
      'MU A ann x noemail 0 0 +',
      'MN Ann',
      'AC Ann',
      'MCFP Ann',
      'MN Cat x',
      'MDU Cat a b',
      'MDU Ann private:usercloak x',
    ],
    ...[
      'MDU Ann private:freeze:freezer Oz',
      'MDU Ann private:mark:reason odd one',
      'MDU Ann private:mark:timestamp 7',
    ],
    ...[
      'MC #tea 3 4 +kofr 0 0 0',
      'MC #Tea 1 1 + 0 0 0',
      'CA #tea Ann +FO 9',
      'CA #tea Bob +v 9',
      'CA #tea *!*@x.test +b 9 *',
    ],
    ...[
      'MDC #tea private:topic:text Tea time',
      'MDC #tea private:close:closer Oz',
      'MDA #tea *!*@x.test expires 1800000001',
    ],
    ...['MDC #tea private:botserv:bot x', 'MDC #none a b', 'MDA #none a b', 'CA #none a +o'],
    ...['KL * b.test 0 0', 'KL user c.test 1800000000 5 Oz bad one', 'QL Teapot 0 0', 'QL Pot?', 'QL &here'],
  );
  expect(full.accounts).toEqual([
    {
      ...{
        ...BARE,
        name: 'Ann',
        created: 5_000,
        lastLogin: 9_000,
        email: 'a@b.test',
        flags: 'n',
        privmsg: true,
      },
      ...{ language: 'pt-br', notes: [{ by: 'Atheme', at: 7_000, text: 'odd one' }] },
      suspended: { by: 'Oz', reason: 'frozen in Atheme' },
    },
    { ...BARE, name: 'Bob', created: 5_000, hash: '$1$salt$0123456789012345678901' },
  ]);
  expect(full.channels).toEqual([
    {
      ...{ ...BARE_CHANNEL, name: '#tea', owner: 'Ann', registered: 3_000, visited: 4_000 },
      suspension: { at: 0, by: 'Oz', until: 0, reason: 'closed in Atheme' },
      settings: new Map([
        ['defaultTopic', 'Tea time'],
        ['automode', 'none'],
      ]),
      users: [
        { ...BARE_USER, account: 'Ann', level: 500, autoOp: true },
        { ...BARE_USER, account: 'Bob', level: 1, autoOp: false },
      ],
      lamers: [
        {
          mask: '*!*@x.test',
          by: 'Atheme',
          added: 9_000,
          used: null,
          expires: NOW + 1_000,
          reason: 'banned',
        },
      ],
    },
  ]);
  expect([...full.lists.bans.values()]).toMatchObject([
    { mask: '*@b.test', by: '', setMs: NOW, reason: 'No reason given' },
    { mask: 'user@c.test', by: 'Oz', setMs: 5_000, expiresMs: NOW + 5_000, reason: 'bad one' },
  ]);
  expect([...full.lists.reserves.values()]).toMatchObject([
    { nick: 'Teapot', username: 'reserved', host: 'reserved', expiresMs: null },
  ]);
  expect(leftOf(full)).toEqual(
    [
      'account (there is another one of its name): ann',
      'nick (its account is not in the file): Cat: x',
      'property of an account (its account is not in the file): Cat: a',
      'host that was given out (hosts are the business of the IRC server): Ann',
      'channel (there is another one of its name): #Tea',
      'property of a channel (its channel is not in the file): #none: a',
      'property of access to a channel (its channel is not in the file): #none: a',
      'access to a channel (its channel is not in the file): #none: a',
      'nicks that nobody may have (Q-line) (RESERVE holds one nick, not many): Pot?',
      'channel that nobody may use (Q-line) (NOREGISTER has it not be registered): &here',
      'password (none is kept: RESETPASS, or OSET PASSWORD, sets one): Ann',
      'nick (it is none): Ann: ',
      'host mask (it is none: expected user@host): Ann: ',
      'certificate (certificates are known here by SHA-256 alone): Ann: ',
      'setting of a channel (RESTRICTED is not, SET MODES +i keeps out who has no access): #tea',
      'setting of a channel (ANTIFLOOD is not, SpamServ looks for floods): #tea',
    ].map((line) => line.replace(/: $/, '')),
  );
  // Of version 11 on bans have numbers.
  const [ban] = read('DBV 11', 'KL 7 user c.test 0 0 Oz x').lists.bans.values();
  expect(ban).toMatchObject({ mask: 'user@c.test', by: 'Oz' });
  const access = (letters: string) => {
    const found = read(
      'DBV 9',
      'MU Ann x noemail 0 0',
      'MU Bob x noemail 0 0',
      'MC #tea',
      'CA #tea Ann F',
      `CA #tea Bob ${letters}`,
    );
    const bob = found.channels[0]!.users.find(({ account }) => account === 'Bob');
    return bob === undefined ? null : `${bob.level} ${Number(bob.autoOp)}`;
  };
  for (const [letters, level] of [
    ...([
      ['S', '400 0'],
      ['fs', '400 0'],
      ['f', '300 0'],
      ['s', '300 0'],
      ['R', '300 0'],
      ['q', '300 0'],
      ['a', '300 0'],
    ] as const),
    ...([
      ['o', '200 0'],
      ['O', '200 1'],
      ['r', '200 0'],
      ['h', '150 0'],
      ['H', '150 1'],
      ['v', '1 0'],
      ['V', '1 1'],
    ] as const),
    ...([
      ['t', '1 0'],
      ['i', '1 0'],
      ['A', '1 0'],
      ['e', '1 0'],
      ['x', null],
      ['ob', null],
      ['fO', '300 1'],
      ['hO', '200 1'],
    ] as const),
  ] as const)
    expect(access(letters), letters).toBe(level);
});

it('X3: records with nothing in them, and all that was kept before its tables had a version', () => {
  const read = (nickServ: string, chanServ = '', rest = '') =>
    readX3(`"NickServ" { ${nickServ} }; "ChanServ" { ${chanServ} }; ${rest}`, READING);
  const { accounts, channels } = read(
    '"Ann" { };',
    '"channels" { "#tea" { "users" { "Ann" { "level" "500"; }; "Nobody" { }; }; }; };',
  );
  expect(accounts).toEqual([{ ...BARE, name: 'Ann' }]);
  expect(channels).toEqual([
    {
      ...BARE_CHANNEL,
      name: '#tea',
      owner: 'Ann',
      users: [{ ...BARE_USER, account: 'Ann', level: 500, autoOp: true }],
    },
  ]);
  const x = (length: number) => 'x'.repeat(length);
  const account = (record: string) => read(`"Ann" { ${record} };`);
  const full = account(
    `"flags" "bhHnpcsfz"; "register" "5"; "lastseen" "5"; "info" "${x(401)}"; "maxlogins" "0"; "screen_width" "9"; "opserv_level" "1001";
     "epithet" "${x(300)}"; "user_style" "c"; "language" "en_GB"; "masks" ("*!*@*", "a@b"); "note" { "note" "hm"; };
     "fakehost" "x"; "announcements" "y"; "table_width" "80"; "nicks" ("Annie");`,
  );
  expect(full.accounts[0]).toMatchObject({
    ...{
      flags: 'bhn',
      created: 5_000,
      lastLogin: 5_000,
      maxLogins: null,
      width: null,
      level: 0,
      style: 'CLEAN',
    },
    ...{ language: null, hostMasks: [], privmsg: true, color: true, isAway: true, nicks: ['Annie'] },
    ...{ notes: [{ by: 'X3', at: 0, text: 'hm' }], suspended: { by: 'X3', reason: 'suspended in X3' } },
  });
  expect(leftOf(full)).toEqual([
    'host that was given out (hosts are the business of the IRC server): Ann',
    'wish for announcements (everybody is told what Global says): Ann',
    'width of tables (tables are as wide as lines: SET WIDTH): Ann',
    'flag (there is none such as z): Ann',
    'password (none is kept: RESETPASS, or OSET PASSWORD, sets one): Ann',
    expect.stringMatching(/^end of information \(it has up to \d+ bytes\): Ann$/),
    expect.stringMatching(/^MAXLOGINS \(it is a number from 1 to \d+\): Ann: 0$/),
    'level (it is a number from 0 to 1000): Ann: 1001',
    expect.stringMatching(/^end of epithet \(it has up to \d+ bytes\): Ann$/),
    expect.stringMatching(/^width \(it is a number from \d+ to 400\): Ann: 9$/),
  ]);
  const one = (record: string) => account(record).accounts[0]!;
  expect(['b', 'h', 'H', 'n', 'g'].map((letter) => one(`"flags" "${letter}";`).flags)).toEqual([
    'b',
    'h',
    'h',
    'n',
    '',
  ]);
  expect([
    one('"maxlogins" "1";').maxLogins,
    one('"opserv_level" "1000";').level,
    one('"screen_width" "400";').width,
  ]).toEqual([1, 1_000, 400]);
  expect(['de', 'C', 'EN', 'pt_BR'].map((code) => one(`"language" "${code}";`).language)).toEqual([
    'de',
    null,
    null,
    'pt-br',
  ]);
  expect(one('"register" "9"; "lastseen" "8";').lastLogin).toBeNull();
  expect(one('"nicks_ex" { "Cat" { }; }; "nicks" ("Dog");').nicks).toEqual(['Cat']);
  const channel = (record: string, version = 2) =>
    read(
      '"Ann" { }; "Bob" { };',
      `"version_control" { "version_number" "${version}"; }; "channels" { "#tea" { ${record} }; };`,
    );
  const users = (bob: string, version?: number) =>
    channel(`"users" { "Ann" { "level" "500"; }; "Bob" { ${bob} }; };`, version).channels[0]!.users[1]!;
  expect(users('')).toEqual({ ...BARE_USER, account: 'Bob', level: 1, autoOp: false });
  expect(users('"flags" "1";', 1).autoOp).toBe(false);
  expect(users('"flags" "0";', 1).autoOp).toBe(true);
  expect(
    users(
      '"level" "300"; "flags" "30"; "seen" "7"; "expires" "9"; "accessexpiry" "11"; "clvlexpiry" "12"; "lastlevel" "2"; "info" "hi";',
    ),
  ).toEqual({
    ...{
      account: 'Bob',
      level: 300,
      seen: 7_000,
      info: 'hi',
      autoOp: true,
      autoInvite: true,
      autoJoin: true,
    },
    ...{ suspendedUntil: 9_000, expires: 11_000, backTo: null },
  });
  expect(users('"flags" "2"; "clvlexpiry" "12"; "lastlevel" "500";')).toMatchObject({
    suspendedUntil: 0,
    expires: 12_000,
    backTo: 400,
  });
  expect(users('"clvlexpiry" "12"; "lastlevel" "0";')).toMatchObject({ expires: 12_000, backTo: null });
  const of = (record: string) => channel(`"users" { "Ann" { "level" "500"; }; }; ${record}`).channels[0]!;
  const settings = (flags: number, more = '') =>
    Object.fromEntries(of(`"options" { "flags" "${flags}"; ${more} };`).settings);
  expect([settings(1), settings(8), settings(32), settings(8, '"automode" "y";'), settings(4)]).toEqual([
    ...[{ noDelete: 'on' }, { automode: 'voice' }, { dynLimit: '5' }, {}, {}],
  ]);
  expect(
    leftOf(channel('"options" { "flags" "256"; }; "flags" "x"; "users" { "Ann" { "level" "500"; }; };')),
  ).toEqual(
    expect.arrayContaining([
      'settings of a channel in an old form (they are as by default: SET): #tea',
      'setting OFFCHANNEL (ChanServ is on all channels that it keeps): #tea',
    ]),
  );
  expect(of('"options" { "flags" "2"; }; "suspended" { "expires" "0"; };').suspension).toEqual({
    ...{ at: 0, by: 'X3', until: 0, reason: 'suspended before' },
  });
  expect(of('"options" { "flags" "2"; };').suspension).toBeNull();
  expect(of('"notes" { "a" { "note" "x"; }; "b" { }; };').notes).toEqual([
    { name: 'a', by: 'X3', at: NOW, text: 'x' },
  ]);
  const lists = read(
    '"Ann" { "opserv_level" "700"; };',
    '"dnr" { "#a" { }; "*b" { "expires" "1800000000"; }; "*" { }; "c" { }; "#d" { "expires" "1800000001"; "set" "5"; "setter" "Oz"; "reason" "no"; }; };',
    `"gline" { "*@a.test" { "expires" "1900000000"; "issuer" ""; }; };
     "OpServ" { "trusted" { "10.0.0.1" { }; }; "alerts" { "a" { "discrim" "nick x*"; "owner" "ANN"; }; "b" { }; };
       "reserves" { "Pot" { }; }; "chanwarn" { "#x" { }; }; };
     "Global" { "1" { "flags" "64"; "message" "a"; }; "2" { "flags" "17"; "message" "b"; "posted" "5"; "duration" "1800000000"; };
       "3" { "flags" "3"; "message" "c"; }; "4" { "flags" "6"; "message" "d"; "duration" "1"; }; };`,
  ).lists;
  expect(lists.unregistrable).toEqual([
    { mask: '#a', by: 'X3', at: NOW, expires: null, reason: 'not registered in X3' },
    { mask: '#d', by: 'Oz', at: 5_000, expires: NOW + 1_000, reason: 'no' },
  ]);
  expect([...lists.bans.values()][0]).toMatchObject({ by: 'X3', setMs: NOW });
  expect([...lists.trusts.values()][0]).toMatchObject({ most: 0, by: 'X3', reason: 'No reason given' });
  expect([...lists.alerts.values()]).toMatchObject([
    { name: 'a', reaction: 'NOTICE', level: 700, expiresMs: null },
  ]);
  expect([...lists.reserves.values()]).toMatchObject([
    { nick: 'Pot', username: 'reserved', host: 'reserved' },
  ]);
  expect(lists.messages.map(({ target, text, by, expiresMs }) => [target, text, by, expiresMs])).toEqual([
    ['users', 'a', 'X3', null],
    ['users', 'b', 'X3', NOW + 5_000],
    ['staff', 'd', 'X3', null],
  ]);
});
