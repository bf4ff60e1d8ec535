/** What other services kept comes along up to what there may be here, and whatever is beyond that, or cannot be here, is said. */
import { expect, it } from 'vitest';
import { AccountChecks } from './account-checks.ts';
import { readAnope } from './anope-data.ts';
import { ChannelChecks, type ForeignChannelUser } from './foreign-channels.ts';
import { LeftList } from './foreign-data.ts';
import { fileBytes } from './foreign-file.ts';
import { type ForeignEntry, ForeignLists } from './foreign-lists.ts';
import { milliseconds, PartChecks } from './part-checks.ts';
import { readSaxdb } from './saxdb.ts';
import { readX3Help } from './x3-help.ts';
import { readX3Lists } from './x3-lists.ts';
import { readX3Spam } from './x3-spam.ts';

const NOW = 1_800_000_000_000;
const x = (length: number) => 'x'.repeat(length);
const many = <One>(count: number, one: (at: number) => One) =>
  Array.from({ length: count }, (_, at) => one(at));

/** What is said by then, and no more of it. */
function told(left: LeftList): string[] {
  return left.rows().map(({ what, why, count, examples }) => `${count} ${what} (${why}): ${examples}`);
}

it('text is one line, cut between characters; numbers are within their bounds', () => {
  const left = new LeftList();
  const checks = new PartChecks('Ann', left);
  expect(checks.text('note', ' a\tb\r\nc\x02d\x7f ', 99)).toBe('a b cd');
  expect(checks.drawn('note', ' a\x02b\x02 ', 99)).toBe('a\x02b\x02');
  expect([
    checks.text('note', null, 9),
    checks.drawn('note', null, 9),
    checks.text('note', ' \t ', 9),
  ]).toEqual([null, null, null]);
  expect(checks.text('note', x(9), 9)).toBe(x(9));
  expect([
    checks.number('size', null, 1, 9),
    checks.number('size', 1, 1, 9),
    checks.number('size', 9, 1, 9),
  ]).toEqual([null, 1, 9]);
  expect(told(left)).toEqual([]);
  expect(checks.text('note', `${x(7)}éé`, 10)).toBe(`${x(7)}é`);
  expect(checks.drawn('note', `${x(8)}é`, 9)).toBe(x(8));
  expect([checks.number('size', 0, 1, 9), checks.number('size', 10, 1, 9)]).toEqual([null, null]);
  expect(told(left)).toEqual([
    '1 end of note (it has up to 10 bytes): Ann',
    '1 end of note (it has up to 9 bytes): Ann',
    '2 size (it is a number from 1 to 9): Ann: 0, Ann: 10',
  ]);
  expect([milliseconds(null), milliseconds(5)]).toEqual([null, 5_000]);
});

it('of one kind five are named, each by its first characters, and all are counted', () => {
  const left = new LeftList();
  left.addMany('thing', 'why', ['a', 'b', 'c', 'd', x(65), 'f']);
  left.add('thing', 'otherwise', 'g');
  expect(told(left)).toEqual([`6 thing (why): a, b, c, d, ${x(64)}`, '1 thing (otherwise): g']);
});

it('an account has a name, an address, and so many nicks, masks, certificates and masks that it ignores', () => {
  const left = new LeftList();
  const of = (name: string) => new AccountChecks(name, left);
  const ann = of('Ann');
  expect([of(x(30)).isName(), of(x(31)).isName(), of('9x').isName()]).toEqual([true, false, false]);
  expect([ann.email(null), ann.email('a@example.net'), ann.email('nowhere')]).toEqual([
    null,
    'a@example.net',
    null,
  ]);
  expect([ann.hash(null), ann.hash('plain')]).toEqual([null, null]);
  expect(ann.nicks(['ANN', 'Annie', '1', ...many(9, (at) => `n${at}`)])).toEqual([
    'Annie',
    ...many(8, (at) => `n${at}`),
  ]);
  const hosts = many(21, (at) => `a@h${at}.test`);
  expect(ann.hostMasks(['none at all', hosts[0]!, ...hosts, hosts[3]!])).toEqual(hosts.slice(0, 20));
  const print = (at: number) => at.toString(16).padStart(64, '0');
  const prints = many(11, print);
  expect(ann.fingerprints(['AB', 'AA:'.repeat(32).slice(0, -1), ...prints, print(3)])).toEqual([
    'aa'.repeat(32),
    ...prints.slice(0, 9),
  ]);
  const ignored = many(51, (at) => `n${at}!*@*`);
  expect(ann.ignores(['*@x', `${x(195)}!*@*`, `${x(197)}!*@*`, ...ignored, ignored[5]!])).toEqual([
    `${x(195)}!*@*`,
    ...ignored.slice(0, 49),
  ]);
  expect(told(left)).toEqual([
    `2 account (an account is called like a nick of up to 30 characters): ${x(31)}, 9x`,
    '1 e-mail address (it is none): Ann: nowhere',
    '1 password (none is kept: RESETPASS, or OSET PASSWORD, sets one): Ann',
    '1 password (it is kept in a way that cannot be checked here: RESETPASS, or OSET PASSWORD, sets another one): Ann',
    '1 nick (it is none): Ann: 1',
    '1 nick (an account has up to 10): Ann: n8',
    '1 host mask (it is none: expected user@host): Ann: none at all',
    expect.stringMatching(/^1 host mask \(an account has up to 20\): Ann: \S*a@h20\.test$/),
    '1 certificate (certificates are known here by SHA-256 alone): Ann: AB',
    expect.stringMatching(/^2 certificate \(an account has up to 10\): Ann: 0+, Ann: 0+$/),
    expect.stringMatching(/^2 ignored mask \(it is none: expected nick!user@host\): Ann: \*@x, Ann: x+$/),
    '2 ignored mask (an account has up to 50): Ann: n49!*@*, Ann: n50!*@*',
  ]);
});

it('a channel has a name of its own, one owner, and so many others, lamers and notes', () => {
  const left = new LeftList();
  const known = new Set<string>();
  const named = (name: string) => ChannelChecks.of(name, known, left)?.name ?? null;
  expect(['#tea', '#TEA', 'tea', '&tea', `#${x(63)}`, `#${x(64)}`].map(named)).toEqual([
    '#tea',
    null,
    null,
    null,
    `#${x(63)}`,
    null,
  ]);
  const tea = ChannelChecks.of('#cake', known, left)!;
  const user = (account: string, level: number) => ({ account, level }) as ForeignChannelUser;
  const accounts = new Set(['ann', 'bob', 'cat', ...many(120, (at) => `u${at}`)]);
  expect(tea.users([user('Bob', 499), user('Nobody', 500)], accounts)).toBeNull();
  const all = [
    user('u0', 1),
    user('Cat', 500),
    user('Bob', 300),
    user('Ann', 500),
    ...many(100, (at) => user(`u${at + 1}`, 2)),
  ];
  const people = tea.users(all, accounts)!;
  expect([people.owner, people.users.length]).toEqual(['Cat', 101]);
  expect(people.users.slice(0, 3).map(({ account, level }) => `${account} ${level}`)).toEqual([
    'Cat 500',
    'Ann 499',
    'Bob 300',
  ]);
  expect(people.users.some(({ account }) => account === 'u0')).toBe(false);
  const lamer = (mask: string, expires: number | null = null) => ({
    ...{ mask, by: 'Ann', added: 1, used: null, expires, reason: mask.startsWith('no') ? '' : 'spam' },
  });
  const lamers = tea.lamers(
    [
      lamer('over!*@*', NOW),
      lamer('Ann'),
      lamer('now!*@*', NOW + 1),
      lamer('no!*@*'),
      ...many(127, (at) => lamer(`m${at}!*@*`)),
    ],
    NOW,
  );
  expect([lamers.length, lamers[0]!.mask, lamers[1]!.reason, lamers.at(-1)!.mask]).toEqual([
    128,
    'now!*@*',
    'banned',
    'm125!*@*',
  ]);
  const note = (name: string, text = 'x') => ({ name, by: 'Ann', at: 1, text });
  const notes = tea.notes([
    note('URL x'),
    note('url_x'),
    note(''),
    note('empty', ' '),
    note(x(40)),
    ...many(19, (at) => note(`n${at}`)),
  ]);
  expect([notes.length, notes[0]!.name, notes[1]!.name]).toEqual([20, 'url_x', x(32)]);
  const out = { at: 1, by: 'Oz', until: NOW, reason: '' };
  expect([tea.suspension(null, NOW), tea.suspension(out, NOW)]).toEqual([null, null]);
  expect(tea.suspension({ ...out, until: 0 }, NOW)).toEqual({ ...out, until: 0, reason: 'suspended before' });
  expect(tea.suspension({ ...out, until: NOW + 1, reason: 'spam' }, NOW)?.reason).toBe('spam');
  expect(tea.userInfo(x(121))).toBe(x(120));
  tea.set('enfOps', '');
  tea.set('enfOps', 'never');
  tea.set('enfOps', '200');
  tea.set('enfOps', '300');
  tea.setText('greeting', x(301));
  tea.setModes('+tJ-n+k key');
  tea.setModes(' ');
  expect(Object.fromEntries(tea.settings)).toEqual({ greeting: x(300), modes: '+tk-n key' });
  const said = told(left);
  for (const line of [
    '1 channel (there is another one of its name): #TEA',
    `3 channel (its name is none: # and up to 64 bytes): tea, &tea, #${x(63)}`,
    '1 access to a channel (its account does not come along): #cake: Nobody',
    '1 channel (nobody owns it: REGISTER it for somebody): #cake',
    '1 ownership of a channel (a channel has one owner, and others have level 499): #cake: Ann',
    '3 access to a channel (a channel has up to 100 beside its owner): #cake: u99, #cake: u100, #cake: u0',
    '1 lamer (it is no mask: expected nick!user@host): #cake: Ann',
    '1 lamer (a channel has up to 128): #cake: m126!*@*',
    '2 note (a channel has up to 20, each of its own name): #cake: url_x, #cake: n18',
    '1 end of information of a user (it has up to 120 bytes): #cake',
    '1 end of GREETING (it has up to 300 bytes): #cake',
    '1 mode that is kept (there is none such here): #cake: +J',
  ])
    expect(said).toContain(line);
  expect(said).toHaveLength(13);
});

it('lists of operators hold what holds and can be here, and not before its time', () => {
  const left = new LeftList();
  const lists = new ForeignLists(left, NOW);
  const entry: ForeignEntry = { by: 'Oz', at: 5, expires: null, reason: null };
  const over = { ...entry, expires: NOW };
  const soon = { ...entry, at: NOW + 9, expires: NOW + 1, reason: x(251) };
  lists.ban('G-line', 'gline', 'A@Host.test', soon);
  lists.ban('G-line', 'gline', '*@far.test', { ...entry, at: null });
  lists.ban('G-line', 'gline', '*@over.test', over);
  lists.ban('jupe', 'jupe', 'nowhere', entry);
  expect(
    [...lists.bans.values()].map(({ setMs, changedSeconds, reason, expiresMs, keptMs }) => [
      setMs,
      changedSeconds,
      reason,
      keptMs === expiresMs,
    ]),
  ).toEqual([
    [NOW, NOW / 1_000, x(250), true],
    [NOW, NOW / 1_000, 'No reason given', true],
  ]);
  expect([...lists.bans.values()].map(({ expiresMs }) => expiresMs > NOW)).toEqual([true, true]);
  expect([...lists.bans.values()][0]!.expiresMs).toBe(NOW + 1);
  lists.trust('10.0.0.1', 100_001, entry);
  lists.trust('10.0.0.2', 5, over);
  lists.trust('here', 5, entry);
  expect([...lists.trusts.values()]).toEqual([
    { network: '10.0.0.1', most: 100_000, reason: 'No reason given', by: 'Oz', setMs: 5, expiresMs: null },
  ]);
  for (const mask of ['bot*!*@*', '*!*@*', '*@*', 'a b!*@*', x(201), 'now!*@*'])
    lists.gag(mask, mask === 'now!*@*' ? over : entry);
  expect([...lists.gags.keys()]).toEqual(['bot*!*@*']);
  lists.alert('over', 'KILL', 'NICK a*', 5, over);
  lists.alert(x(32), 'KILL', ' NICK a* ', 5, entry);
  lists.alert(x(33), 'KILL', 'NICK a*', 5, entry);
  lists.alert('long', 'KILL', `NICK ${x(346)}`, 5, entry);
  lists.alert('fits', 'NOTICE', `NICK ${x(345)}`, 5, entry);
  lists.alert('all', 'KILL', 'LIMIT 5', 5, entry);
  lists.alert('what', 'DANCE', 'NICK a*', 5, entry);
  lists.alert('hat', 'KILL', 'HAT red', 5, entry);
  expect([...lists.alerts.values()].map(({ name, criteria }) => `${name} ${criteria.length}`)).toEqual([
    `${x(32)} 7`,
    'fits 350',
  ]);
  lists.reserve(x(30), `${x(11)}`, x(63), entry);
  lists.reserve('Oracle', 'no user', x(64), entry);
  lists.reserve('Bad', 'u', 'a host', entry);
  lists.reserve(x(31), 'u', 'h', entry);
  lists.reserve('Over', 'u', 'h', over);
  expect([...lists.reserves.values()].map(({ username, host }) => [username, host])).toEqual([
    [x(10), x(63)],
    ['reserved', 'reserved'],
    ['u', 'reserved'],
  ]);
  for (const word of ['z', 'zz', x(64), x(65), 'a\x01b']) lists.badWord(word, entry);
  expect([...lists.badWords.keys()]).toEqual(['zz', x(64)]);
  lists.exemptChannel('#Tea', entry);
  expect([...lists.exemptChannels.values()]).toMatchObject([{ channel: '#Tea', by: 'Oz', setMs: 5 }]);
  lists.message('1', 'users', 'Oz', x(351), entry);
  lists.message('2', null, 'Oz', 'x', entry);
  lists.message('3', 'cats', 'Oz', 'x', entry);
  lists.message('4', 'users', 'Oz', ' ', entry);
  lists.message('5', 'users', 'Oz', 'x', over);
  expect(lists.messages.map(({ id, text }) => [id, text])).toEqual([[0, x(350)]]);
  expect(told(left)).toEqual([
    '1 end of reason (it has up to 250 bytes): A@Host.test',
    '1 jupe (it is no name of a server): nowhere',
    '1 trust (it is neither an address nor a network): here',
    expect.stringMatching(/^4 gag \(expected nick!user@host that does not cover everybody\): /),
    `2 alert (its name or criteria are too long): ${x(33)}, long`,
    '1 alert (its criteria cannot be read here): all: LIMIT 5, hat: HAT red'.replace('1', '2'),
    '1 alert (there is no reaction DANCE here): what',
    `1 reserved nick (it is no nick): ${x(31)}`,
    expect.stringMatching(/^3 bad word \(it has from 2 to 64 characters\): z, /),
    '1 end of message of Global (it has up to 350 bytes): 1',
    '2 message of Global (there is nobody such here whom it is for): 2, 3',
  ]);
});

it('access of Anope comes to a level by word, letters or number', () => {
  const object = (kind: string, ...data: string[]) =>
    `OBJECT ${kind}\nID 1\n${data.map((one) => `DATA ${one}\n`).join('')}END\n`;
  const level = (provider: string, data: string) => {
    const { channels, left } = readAnope(
      [
        object('NickCore', 'display Ann', 'uniqueid 11', 'pass '),
        object('NickCore', 'display Bob', 'uniqueid 12', 'pass '),
        object('ChannelInfo', 'name #tea', 'founderid 11', 'registered 1'),
        object('ChanAccess', `provider access/${provider}`, 'ci #tea', 'mask Bob', `data ${data}`),
        object('ChanAccess', 'provider access/xop', 'ci #tea', 'mask ann', 'data VOP'),
      ].join(''),
      { now: NOW, bots: [] },
    );
    const bob = channels[0]!.users.find(({ account }) => account === 'Bob');
    return bob?.level ?? told(left).find((line) => line.includes('its level gives nothing here')) ?? null;
  };
  const NONE = '1 access to a channel (its level gives nothing here): #tea: Bob';
  for (const [provider, data, is] of [
    ...([
      ['xop', 'QOP', 400],
      ['xop', 'SOP', 300],
      ['xop', 'AOP', 200],
      ['xop', 'HOP', 150],
    ] as const),
    ...([
      ['xop', 'VOP', 1],
      ['xop', 'POP', NONE],
    ] as const),
    ...([
      ['flags', 'vF', 400],
      ['flags', 'q', 400],
      ['flags', 'vf', 300],
      ['flags', 's', 300],
    ] as const),
    ...([
      ['flags', 'a', 300],
      ['flags', 'vo', 200],
      ['flags', 'O', 200],
      ['flags', 'h', 150],
    ] as const),
    ...([
      ['flags', 'vH', 150],
      ['flags', 'vV', 1],
    ] as const),
    ...([
      ['access', '10000', 400],
      ['access', '9999', 300],
      ['access', '10', 300],
      ['access', '9', 200],
    ] as const),
    ...([
      ['access', '5', 200],
      ['access', '4', 150],
      ['access', '3', 1],
      ['access', '1', 1],
    ] as const),
    ...([
      ['access', '0', NONE],
      ['access', '-1', NONE],
      ['access', '1234567', NONE],
      ['access', 'x1', NONE],
    ] as const),
  ] as const)
    expect(level(provider, data), `${provider} ${data}`).toBe(is);
});

it('help bots of X3 have names and channels of their own, and what was done in weeks, as older versions kept it too', () => {
  const left = new LeftList();
  const bot = (nick: string, channel: string, more = '') =>
    `"${nick}" { "help_channel" "${channel}"; ${more} };`;
  const stats = (numbers: string) =>
    `"users" { "Ann" { "level" "manager"; "stats" { "picked_up" (${numbers}); }; }; "Bob" { "level" "Queen"; }; "Cat" { "level" "trial"; }; };`;
  const section = readSaxdb(
    `"bots" { ${[
      bot('Aid', '#aid', stats('"1", "2"')),
      bot('AID', '#other'),
      bot('Other', '#AID'),
      bot('1', '#one'),
      bot('Two', 'two'),
      bot('OpServ', '#three'),
      bot(
        x(30),
        '#long',
        `${stats('"1", "2", "3", "x", "50", "7"')} "suspended" "1"; "expiry" "1900000000"; "reason" "rest"; "idledelay" "5";`,
      ),
      bot(x(31), '#longer'),
      bot('Late', '#late', '"suspended" "1"; "expiry" "1700000000"; "req_maxlen" "0";'),
      bot('Ever', '#ever', '"suspended" "1"; "req_maxlen" "101"; "whinedelay" "soon";'),
      bot(
        'Free',
        '#free',
        '"suspended" "0"; "req_maxlen" "100"; "requests" { "5" { "handle" "Ann"; "helper" "Nobody"; "text" ("a", " ", "b"); }; "x" { "handle" "Ann"; }; "6" { "text" ("a"); }; };',
      ),
    ].join('')} }; "last_stats_update" "1700000000";`,
  );
  const bots = readX3Help(section, {
    ...{ accounts: new Set(['ann', 'bob', 'cat']), taken: new Set(['opserv']), left, now: NOW },
  });
  expect(bots.map(({ nick, suspension }) => [nick.length > 29 ? 'long' : nick, suspension])).toEqual([
    ['Aid', null],
    ['long', { by: 'X3', reason: 'rest', until: 1_900_000_000_000 }],
    ['Late', null],
    ['Ever', { by: 'X3', reason: 'suspended in X3', until: null }],
    ['Free', null],
  ]);
  expect(bots[0]!.staff.map(({ account, role }) => `${account} ${role}`)).toEqual([
    'Ann manager',
    'Cat trial',
  ]);
  const pickedUp = (at: number) => bots[at]!.staff[0]!.figures.map((row) => row.pickedUp);
  expect([pickedUp(0), pickedUp(1)]).toEqual([
    [1, 2, 3],
    [1, 2, 3, 50],
  ]);
  expect(bots[0]!.staff[0]!.figures.at(-1)!.week).toBe(0);
  expect(bots.map(({ settings }) => settings.reqMaxLen).slice(2)).toEqual([100, 100, 100]);
  expect(bots.at(-1)!.requests).toEqual([
    { number: 5, account: 'Ann', helper: null, opened: NOW, assigned: null, lines: ['a', 'b'] },
  ]);
  expect(bots.at(-1)!.nextNumber).toBe(6);
  expect([bots[0]!.nextNumber, bots[0]!.registered, bots[0]!.registrar, bots[0]!.used]).toEqual([
    1,
    NOW,
    'X3',
    NOW,
  ]);
  const said = told(left);
  for (const line of [
    '2 help bot (there is one of its nick, or on its channel): AID, Other',
    `2 help bot (its nick is none): 1, ${x(31)}`,
    '1 help bot (its channel is none): Two',
    '1 help bot (another bot here is called so): OpServ',
    `2 helper (there is no such role): Aid: Bob, ${x(30)}: Bob`,
    `1 setting IDLEDELAY (nobody is told who idles on a help channel): ${x(30)}`,
    '1 setting WHINEDELAY (it cannot be so here): Ever: soon',
    '2 request (its account does not come along): Free: x Ann, Free: 6',
  ])
    expect(said).toContain(line);
});

it('channels of SpamServ of X3 look for what their bits and letters say, within bounds', () => {
  const left = new LeftList();
  const read = (record: string, suspended = false) =>
    readX3Spam(
      readSaxdb(
        `"#tea" { ${record} }; "trusted" { "Nobody" { "channel" ("global"); }; "Ann" { "channel" ("GLOBAL", "#Tea"); }; };`,
      ),
      {
        ...{ channels: new Map([['#tea', suspended]]), accounts: new Set(['ann']), left, now: NOW },
      },
    );
  const of = (record: string) => read(record).channels[0]?.settings;
  const scans = (flags: number) => {
    const { spamScan, chanFloodScan, joinFloodScan, advScan, badwordScan, capsScan } = of(
      `"flags" "${flags}";`,
    )!;
    return [spamScan, chanFloodScan, joinFloodScan, advScan, badwordScan, capsScan].map(Number).join('');
  };
  expect([0x01, 0x02, 0x04, 0x08, 0x20, 0x40].map(scans)).toEqual([
    ...['100000', '010000', '001000', '000100', '000010', '000001'],
  ]);
  for (const [letter, reaction] of [...'kbsld'].entries())
    expect(of(`"info" "a${reaction}";`)!.advReaction, reaction).toBe(letter);
  const plain = of('')!;
  expect(of('"info" "zzzzz"; "capsmin" "401"; "capspercent" "101"; "exceptlevel" "502";')).toEqual(plain);
  expect(of('"capsmin" "400"; "capspercent" "100"; "exceptlevel" "501";')).toMatchObject({
    ...{ capsMin: 400, capsPercent: 100, exceptLevel: 501 },
  });
  expect([read('"flags" "16";').channels.length, read('"flags" "16";', true).channels.length]).toEqual([
    0, 1,
  ]);
  expect(read('"flags" "16"; "expiry" "1700000000";').channels).toHaveLength(1);
  expect(read('').trusts).toEqual([
    { account: 'Ann', channel: null, by: 'X3', at: NOW },
    { account: 'Ann', channel: '#Tea', by: 'X3', at: NOW },
  ]);
  expect(
    told(left).some((line) => line.includes('trust of SpamServ (its account does not come along): Nobody')),
  ).toBe(true);
});

it('a file that is not there cannot be read, and that is said', () => {
  expect(() => fileBytes('/nowhere/x.db')).toThrow(
    /^\/nowhere\/x\.db cannot be read: ENOENT.*\. Nothing was changed\.$/,
  );
});

it('each setting of a help bot of X3 is the one that it is here, and nothing else changes', () => {
  const settings = (record: string) => {
    const left = new LeftList();
    const [bot] = readX3Help(readSaxdb(`"bots" { "Aid" { "help_channel" "#aid"; ${record} }; };`), {
      ...{ accounts: new Set<string>(), taken: new Set<string>(), left, now: NOW },
    });
    return { ...bot!.settings, left: told(left).join() };
  };
  const plain = settings('');
  expect([plain.left, plain.pageType, plain.pageTarget]).toEqual(['', 'none', null]);
  for (const [record, changed] of [
    ['"page_dest" ("#a");', { pageTarget: '#a' }],
    ['"page_dest" ("*", "#b");', { alertPageTarget: '#b' }],
    ['"page_dest" ("*", "*", "#c", "#d");', { statusPageTarget: '#c' }],
    ['"command" "notice";', { pageType: 'notice' }],
    ['"alert" "privmsg";', { alertPageType: 'privmsg' }],
    ['"status" "onotice";', { statusPageType: 'onotice' }],
    ['"command" "none";', {}],
    ['"greeting" "Hi";', { greeting: 'Hi' }],
    ['"reqopened" "Opened";', { reqOpened: 'Opened' }],
    ['"reqassigned" "Assigned";', { reqAssigned: 'Assigned' }],
    ['"reqclosed" "Closed";', { reqClosed: 'Closed' }],
    ['"whinedelay" "1m";', { whineDelay: 60 }],
    ['"whineinterval" "2m";', { whineInterval: 120 }],
    ['"emptyinterval" "3m";', { emptyInterval: 180 }],
    ['"staledelay" "4m";', { staleDelay: 240 }],
    ['"reqpersist" "part";', { reqPersist: 'part' }],
    ['"helperpersist" "quit";', { helperPersist: 'quit' }],
    ['"notification" "none";', {}],
    ['"notification" "reqdrop";', { notification: 'reqdrop' }],
    ['"req_maxlen" "1";', { reqMaxLen: 1 }],
    ['"privmsg_only" "1";', { privmsgOnly: true }],
    ['"req_on_join" "1";', { reqOnJoin: true }],
    ['"auto_voice" "1";', { autoVoice: true }],
    ['"auto_devoice" "1";', { autoDevoice: true }],
    ['"auto_devoice" "2";', { left: '1 setting AUTODEVOICE (it cannot be so here): Aid: 2' }],
    [
      '"reqdropped" "x";',
      { left: '1 setting REQDROPPED (a request that is dropped is closed: REQCLOSED): Aid' },
    ],
  ] as const)
    expect(settings(record), record).toEqual({ ...plain, ...changed });
});

it('messages of Global are for whom their bits say, and what operators kept has an issuer of its own', () => {
  const lists = (text: string) => {
    const left = new LeftList();
    const found = readX3Lists(readSaxdb(text), new Map([['oz', 900]]), left, NOW);
    return { found, left: told(left) };
  };
  const target = (flags: number) =>
    lists(`"Global" { "1" { "flags" "${flags}"; "message" "a"; }; };`).found.messages[0]?.target ?? null;
  for (const [flags, whom] of [
    ...[[0x01, 'users'] as const, [0x02, 'helpers'] as const, [0x04, 'opers'] as const],
    ...[[0x06, 'staff'] as const, [0x08, 'channels'] as const, [0x09, 'all'] as const],
    ...[[0x80, 'authed'] as const, [0x100, 'rchannels'] as const, [0x40, 'users'] as const],
    ...[[0x11, 'users'] as const, [0x24, 'opers'] as const, [0x48, null] as const, [0, null] as const],
  ])
    expect(target(flags), String(flags)).toBe(whom);
  const of = '"issuer" "Oz"; "issued" "1700000000"; "expires" "1900000000"; "reason" "why";';
  const { found, left } = lists(
    `"gline" { "*@a.test" { ${of} }; }; "shun" { "*@b.test" { ${of} }; };
     "OpServ" { "trusted" { "10.0.0.1" { "limit" "7"; ${of} }; };
       "gags" { "bad!*@*" { "owner" "Oz"; "reason" "why"; }; };
       "alerts" { "one" { "owner" "Oz"; "reaction" "kill"; "discrim" "nick a*"; "expire" "1900000000"; "expires" "5"; }; };
       "reserves" { "Pot" { "username" "tea"; "hostname" "tea.test"; "description" "The pot"; }; };
       "bad" ("crumpet"); "exempt" ("#crumpets"); "routingplan" { "x" { }; }; "chanwarn" { "#y" { }; }; };
     "Global" { "1" { "flags" "1"; "message" "a"; "from" "Oz"; "posted" "1799999999"; "duration" "60"; };
       "2" { "flags" "1"; "message" "b"; "duration" "60"; }; "3" { "flags" "1"; "message" "c"; "from" ""; "posted" "5"; "duration" "0"; }; };`,
  );
  const whole = { by: 'Oz', setMs: 1_700_000_000_000, expiresMs: 1_900_000_000_000, reason: 'why' };
  expect([...found.bans.values()]).toMatchObject([
    { ...whole, kind: 'gline', mask: '*@a.test' },
    { ...whole, kind: 'shun', mask: '*@b.test' },
  ]);
  expect([...found.trusts.values()]).toEqual([{ ...whole, network: '10.0.0.1', most: 7 }]);
  expect([...found.gags.values()]).toMatchObject([
    { mask: 'bad!*@*', by: 'Oz', reason: 'why', expiresMs: null },
  ]);
  expect([...found.alerts.values()]).toMatchObject([
    { name: 'one', by: 'Oz', reaction: 'KILL', level: 900, expiresMs: 1_900_000_000_000 },
  ]);
  expect([...found.reserves.values()]).toMatchObject([
    { nick: 'Pot', username: 'tea', host: 'tea.test', reason: 'The pot', by: 'X3' },
  ]);
  expect([...found.badWords.values()]).toMatchObject([{ word: 'crumpet', by: 'X3' }]);
  expect([...found.exemptChannels.values()]).toMatchObject([{ channel: '#crumpets', by: 'X3' }]);
  expect(found.messages.map(({ text, by, expiresMs }) => [text, by, expiresMs])).toEqual([
    ['a', 'Oz', 1_800_000_059_000],
    ['b', 'X3', null],
    ['c', 'X3', null],
  ]);
  expect(left).toEqual([
    '1 routing plan (how servers link is said in the configuration of each): x',
    '1 warning about a channel (ALERT CHANNEL does that): #y',
  ]);
});
