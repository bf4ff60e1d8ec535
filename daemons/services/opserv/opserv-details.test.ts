/** What OpServ keeps and shows to the letter, what it takes up to its very limit, and what it does for nobody. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { banHandlers } from './ban-handlers.ts';
import { type Operators, startOperators, type Who } from './test-operators.ts';
import { watchHandlers } from './watch-handlers.ts';

let net: Operators;
beforeEach(async () => {
  net = await startOperators();
});
afterEach(() => net.test.close());

const says = (who: Who, text: string, bot?: string) => net.says(who, text, bot);
const deeds = () => net.test.deeds.map(({ deed }) => [deed.command, deed.args]);
/** Lines of a table, cell by cell. */
const cells = (lines: readonly string[]) =>
  lines.map((line) => line.split(/\s{2,}/).map((one) => one.trim()));
const time = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

it('a refusal says as much of what was typed as fits beside why, and nothing of it is written down', async () => {
  const long = 'x'.repeat(300);
  const x = (length: number) => long.slice(0, length);
  const X = (length: number) => x(length).toUpperCase();
  const before = deeds().length;
  for (const [who, text, answer, bot] of [
    ['mid', `UNGLINE ${long}`, `There is no G-line for ${x(128)}.`],
    ['mid', `UNSHUN ${long}`, `There is no shun for ${x(128)}.`],
    ['top', `UNJUPE ${long}`, `There is no jupe for ${x(128)}.`],
    ['top', `JUPE ${long} 1h x`, `That is refused: ${x(64)} is no name of a server.`],
    ['mid', `GLINE *@a.test ${long} x`, `${x(32)} is no time: expected one such as 30m, 12h or 7d.`],
    ['low', `BLOCK ${long}`, `Nobody is called ${x(32)}.`],
    ['high', `JOIN ${long}`, `${x(64)} is no name of a channel.`],
    ['low', `CHANINFO #${long}`, `Nobody is on #${x(63)}.`],
    ['low', `CHANINFO ${long}`, `${x(64)} is no name of a channel.`],
    ['low', `TRACE COUNT NICK a ${long}`, `${X(32)} needs a value.`],
    ['low', `TRACE COUNT ${long} a`, `There is no criterion ${X(32)}. There are `],
    ['low', `CSEARCH COUNT NAME a ${long}`, `${X(32)} needs a value.`],
    ['low', `CSEARCH COUNT ${long} a`, `There is no criterion ${X(32)}. There are `],
    ['low', `STATS ${long}`, `There are no figures ${X(32)}. There are `],
    ['high', `ADDTRUST ${long} 9 0 x`, `${x(64)} is neither an address nor a network such as `],
    ['high', `DELTRUST ${long}`, `${x(64)} is not trusted.`],
    ['top', `DELALERT ${long}`, `There is no alert ${x(32)}.`],
    ['mid', `UNGAG ${long}`, `${x(128)} is not gagged.`],
    ['high', `DELBAD ${long}`, `${x(64)} is no bad word.`],
    ['high', `ADDEXEMPT ${long}`, `${x(64)} is no name of a channel.`],
    ['high', `DELEXEMPT #${long}`, `#${x(63)} is not exempt.`],
    ['high', `RESERVE ${long} tea tea.test x`, `${x(32)} is no nick that this network holds.`],
    ['high', `RESERVE tea ${long} tea.test x`, `${x(32)} is no user name.`],
    ['high', `RESERVE tea tea ${long} x`, `${x(64)} is no host.`],
    ['high', `UNRESERVE ${long}`, `${x(32)} is not reserved.`],
    ['low', `NOTICE ${long} x`, `${x(32)} is nobody: expected all, `, 'Global'],
    ['low', `MESSAGE TARGET ${long} TEXT x`, `${x(32)} is nobody: expected all, `, 'Global'],
    ['low', `MESSAGE TARGET rchannels TEXT x`, 'rchannels is nobody: expected all, ', 'Global'],
    ['low', `MESSAGE DURATION ${long} TEXT x`, `${x(32)} is no time: expected one such as 12h `, 'Global'],
    ['low', `MESSAGE ${long} x`, `There is no option ${X(32)}. There are TARGET, `, 'Global'],
    ['low', `MESSAGE DURATION 1h ${long}`, `${X(32)} needs a value.`, 'Global'],
    ['low', `REMOVE ${long}`, `There is no message ${x(32)}.`, 'Global'],
  ] as const) {
    const [said = ''] = await says(who, text, bot);
    expect(said.slice(0, answer.length), text).toBe(answer);
    if (answer.endsWith('.')) expect(said, text).toBe(answer);
    await net.test.pass(1_000);
  }
  expect(deeds()).toHaveLength(before);
});

it('shows as many as may be shown, and how many more there are', async () => {
  const { test } = net;
  const { statsRows, shownChannels, shownMembers, shownBans, csearchRows, traceRows } = limits;
  const { gags } = test.services.opserv.lists;
  const many =
    Math.max(...[shownMembers, shownChannels, csearchRows, traceRows].map((one) => one.default)) + 1;
  for (let at = 0; at < many; at++) {
    const numeric = `AB${'CDEFGHIJ'[at >> 5]}A${'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef'[at & 31]}`;
    net.connect(numeric, `many${at}`, {
      address: `AKA${'CDEFGHIJ'[at >> 5]}A${'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef'[at & 31]}`,
    });
    test.say(`${numeric} C #own${at} 960`, `${numeric} ${at === 0 ? 'C' : 'J'} #all 960`);
    if (at <= shownChannels.default) test.say(`ABAAA J #own${at} 960`);
  }
  for (let at = 0; at <= shownBans.default; at++) test.say(`AB M #all +b *!*@b${at}.test 960`);
  for (let at = 0; at < statsRows.default + 2; at++)
    await gags.put({ mask: `g${at}!*@*`, reason: 'x', by: 'x', setMs: 1, expiresMs: null });
  const counted = (lines: readonly string[], pattern: RegExp) =>
    lines
      .join(' ')
      .split(' ')
      .filter((word) => pattern.test(word)).length;
  const stats = await says('low', 'STATS GAGS');
  expect([counted(stats, /^g\d+!/), stats.at(-1)]).toEqual([statsRows.default, '2 more are not shown.']);
  for (const { mask } of gags.all().slice(statsRows.default)) await gags.drop(mask);
  const all = await says('low', 'STATS GAGS');
  expect([counted(all, /^g\d+!/), all.at(-1)]).toEqual([statsRows.default, expect.stringMatching(/^g/)]);
  const whois = await says('low', 'WHOIS ann');
  expect(whois.at(-1)).toMatch(new RegExp(`^Channels \\(${shownChannels.default + 1}\\): `));
  expect(counted(whois, /#own/)).toBe(shownChannels.default);
  const info = await says('low', 'CHANINFO #all USERS');
  expect(counted(info, /^@?many\d/)).toBe(shownMembers.default);
  expect(info.filter((line) => line.startsWith('Ban: '))).toHaveLength(shownBans.default);
  expect(info.at(-1)).toBe(`${many - shownMembers.default} more are not shown.`);
  expect((await says('low', 'CHANINFO #all')).at(-1)).toMatch(/^Ban: /);
  await test.pass(10_000);
  const csearch = await says('low', 'CSEARCH PRINT NAME #own*');
  expect([counted(csearch, /^#own/), csearch.at(-1)]).toEqual([
    csearchRows.default,
    `${many - csearchRows.default} more meet that.`,
  ]);
  const most = await says('low', `CSEARCH PRINT NAME #own* LIMIT ${traceRows.default}`);
  expect(counted(most, /^#own/)).toBe(traceRows.default);
  for (const bad of ['0', String(traceRows.default + 1), 'x'])
    expect(await says('low', `CSEARCH PRINT LIMIT ${bad}`)).toEqual([
      `LIMIT is a number from 1 to ${traceRows.default}.`,
    ]);
  expect(counted(await says('low', 'CSEARCH PRINT NAME #own* LIMIT 1'), /^#own/)).toBe(1);
  await test.pass(10_000);
  expect(counted(await says('low', 'TRACE PRINT NICK many*'), /^many\d+$/)).toBe(traceRows.default);
});

describe('what is kept', () => {
  it('is shown with whose it is, why, and until when', async () => {
    const hour = `${time(net.test.clock.now() + 3_600_000)} UTC`;
    for (const [who, text] of [
      ['mid', 'GLINE *@one.test 1h first'],
      ['mid', 'GLINE *@two.test 1h second'],
      ['mid', 'SHUN *@loud.test 1h noise'],
      ['top', 'JUPE bad.test 1h broken'],
      ['high', 'ADDTRUST 10.9.0.0/16 20 1h school'],
      ['high', 'ADDTRUST 10.8.0.1 0 0 lab'],
      ['top', 'ADDALERT robots NOTICE NICK bot* REASON a robot'],
      ['mid', 'GAG loud!*@* 1h noise'],
      ['mid', 'GAG late!*@* 0 noise'],
      ['high', 'RESERVE Teapot tea tea.test The pot of all'],
      ['high', 'RESERVE Kettle tea tea.test The kettle'],
      ['high', 'ADDBAD crumpet'],
      ['high', 'ADDEXEMPT #crumpets'],
    ] as const)
      expect(await says(who, text), text).toHaveLength(1);
    net.connect('ABABA', 'bot1');
    await net.test.quiet();
    const met = `${time(net.test.clock.now())} UTC`;
    const shown = async (name: string) => cells(await says('bare', `STATS ${name}`));
    const bans = ['Mask', 'By', 'Ends', 'Reason'];
    expect(await shown('GLINES')).toEqual([
      ['2 G-lines hold.'],
      bans,
      ['*@two.test', 'mid', hour, 'second'],
      ['*@one.test', 'mid', hour, 'first'],
    ]);
    expect(await shown('SHUNS')).toEqual([['1 shuns hold.'], bans, ['*@loud.test', 'mid', hour, 'noise']]);
    expect(await shown('JUPES')).toEqual([['1 jupes hold.'], bans, ['bad.test', 'top', hour, 'broken']]);
    expect(await shown('TRUSTED')).toEqual([
      ['Network', 'Clients', 'By', 'Ends', 'Reason'],
      ['10.9.0.0/16', '20', 'high', hour, 'school'],
      ['10.8.0.1', 'any', 'high', 'never', 'lab'],
    ]);
    expect(await shown('ALERTS')).toEqual([
      ['Alert', 'Does', 'By', 'Last met', 'Criteria'],
      ['robots', 'NOTICE', 'top', met, 'NICK bot* REASON a robot'],
    ]);
    expect(await shown('GAGS')).toEqual([
      ['Mask', 'By', 'Ends', 'Reason'],
      ['loud!*@*', 'mid', hour, 'noise'],
      ['late!*@*', 'mid', 'never', 'noise'],
    ]);
    expect(await shown('RESERVED')).toEqual([
      ['Nick', 'By', 'Reason'],
      ['Teapot', 'high', 'The pot of all'],
      ['Kettle', 'high', 'The kettle'],
    ]);
    expect(await shown('BAD')).toEqual([['Bad words: crumpet'], ['Exempt channels: #crumpets']]);
    const [users, ...servers] = await shown('NETWORK');
    expect(users![0]).toMatch(/^Users: \d+, operators: 6, channels: 0, servers: 2$/);
    expect(servers.slice(0, 1)).toEqual([['Server', 'Users']]);
    expect(servers.slice(1).sort()).toEqual([
      ['hub.test', '9'],
      ['services.test', expect.stringMatching(/^\d+$/)],
    ]);
    // Those who hold nicks are users of services with numbers of their own.
    expect(['Teapot', 'Kettle'].map((nick) => net.test.uplink.view.byNick(nick)?.numeric)).toEqual([
      'AFBAA',
      'AFBAB',
    ]);
    await says('high', 'UNRESERVE Teapot');
    await says('high', 'RESERVE Other tea tea.test x');
    expect(net.test.uplink.view.byNick('Other')?.numeric).toBe('AFBAA');
  });

  it('is in the audit trail with what was said of it', async () => {
    for (const [who, text] of [
      ['mid', 'SHUN *@loud.test 1h too much noise'],
      ['mid', 'UNSHUN *@loud.test'],
      ['mid', 'GLINE *@one.test 1h first'],
      ['mid', 'UNGLINE *@one.test'],
      ['low', 'BLOCK ann too loud'],
      ['mid', 'BLOCK ann 5m'],
      ['top', 'JUPE bad.test 1h is broken'],
      ['top', 'UNJUPE bad.test'],
      ['high', 'ADDTRUST 10.9.0.0/16 20 1h a school'],
      ['high', 'EDITTRUST 10.9.0.0/16 9 0 a lab'],
      ['high', 'DELTRUST 10.9.0.0/16'],
      ['top', 'ADDALERT robots notice NICK bot* REASON x'],
      ['top', 'DELALERT robots'],
      ['mid', 'GAG loud!*@* 1h much noise'],
      ['mid', 'UNGAG loud!*@*'],
      ['high', 'RESERVE Teapot tea tea.test The pot'],
      ['high', 'UNRESERVE Teapot'],
      ['high', 'ADDBAD crumpet'],
      ['high', 'DELBAD crumpet'],
      ['high', 'ADDEXEMPT #crumpets'],
      ['high', 'DELEXEMPT #crumpets'],
      ['mid', 'TRACE GAG NICK ann'],
      ['mid', 'REFRESHG'],
    ] as const)
      await says(who, text);
    // Who only looks is not written down.
    for (const text of ['TRACE COUNT NICK a*', 'TRACE PREVIEW KILL NICK a*', 'ACCESS ann', 'CSEARCH COUNT'])
      await says('mid', text);
    expect(deeds()).toEqual([
      ['SHUN', { mask: '*@loud.test', time: '1h', reason: 'too much noise' }],
      ['UNSHUN', { mask: '*@loud.test' }],
      ['GLINE', { mask: '*@one.test', time: '1h', reason: 'first' }],
      ['UNGLINE', { mask: '*@one.test' }],
      ['BLOCK', { nick: 'ann', reason: 'too loud' }],
      ['BLOCK', { nick: 'ann', reason: 'Blocked by an operator' }],
      ['JUPE', { server: 'bad.test', time: '1h', reason: 'is broken' }],
      ['UNJUPE', { server: 'bad.test' }],
      ['ADDTRUST', { network: '10.9.0.0/16', clients: '20', time: '1h', reason: 'a school' }],
      ['EDITTRUST', { network: '10.9.0.0/16', clients: '9', time: '0', reason: 'a lab' }],
      ['DELTRUST', { network: '10.9.0.0/16' }],
      ['ADDALERT', { name: 'robots', reaction: 'NOTICE', criteria: 'NICK bot* REASON x' }],
      ['DELALERT', { name: 'robots' }],
      ['GAG', { mask: 'loud!*@*', time: '1h', reason: 'much noise' }],
      ['UNGAG', { mask: 'loud!*@*' }],
      ['RESERVE', { nick: 'Teapot', reason: 'The pot' }],
      ['UNRESERVE', { nick: 'Teapot' }],
      ['ADDBAD', { word: 'crumpet' }],
      ['DELBAD', { word: 'crumpet' }],
      ['ADDEXEMPT', { channel: '#crumpets' }],
      ['DELEXEMPT', { channel: '#crumpets' }],
      ['TRACE', { action: 'GAG', criteria: 'NICK ann' }],
      ['REFRESHG', {}],
    ]);
  });

  it('fits up to its very limit', async () => {
    const x = (length: number) => 'x'.repeat(length);
    for (const [who, fits, beyond, why] of [
      [
        'mid',
        `GLINE *@one.test 1h ${x(250)}`,
        `GLINE *@two.test 1h ${x(251)}`,
        'A reason has up to 250 bytes.',
      ],
      ['mid', `GAG a!*@* 1h ${x(250)}`, `GAG b!*@* 1h ${x(251)}`, 'A reason has up to 250 bytes.'],
      ['mid', `GAG ${x(196)}!*@* 1h x`, `GAG ${x(201)} 1h x`, 'A mask has up to 200 characters.'],
      ['low', `BLOCK ann ${x(250)}`, `BLOCK ann ${x(251)}`, 'A reason has up to 250 bytes.'],
      ['top', `JUPE bad.test 7d ${x(250)}`, `JUPE bad.test 7d ${x(251)}`, 'A reason has up to 250 bytes.'],
      [
        'high',
        `ADDTRUST 10.9.0.1 100000 0 ${x(250)}`,
        `EDITTRUST 10.9.0.1 9 0 ${x(251)}`,
        /^A reason has up/,
      ],
      ['high', `ADDALERT ${x(32)} NOTICE NICK y*`, `ADDALERT ${x(33)} NOTICE NICK y*`, /^The name of an/],
      [
        'high',
        `ADDALERT long NOTICE NICK ${x(345)}`,
        `ADDALERT more NOTICE NICK ${x(346)}`,
        /^Criteria have up/,
      ],
      ['high', 'ADDBAD zq', 'ADDBAD z', /^A bad word has from 2/],
      ['high', `ADDBAD ${'z'.repeat(64)}`, `ADDBAD ${'z'.repeat(65)}`, /^A bad word has from 2/],
      ['high', `RESERVE Tea ${x(10)} tea.test x`, `RESERVE Pot ${x(11)} tea.test x`, /is no user name\.$/],
      ['high', `RESERVE Pot tea ${x(63)} x`, `RESERVE Cup tea ${x(64)} x`, /is no host\.$/],
      ['high', `RESERVE Cup tea tea.test ${x(250)}`, `RESERVE Jug tea tea.test ${x(251)}`, /^A reason has/],
      ['low', 'CSEARCH COUNT LIMIT 250', 'CSEARCH COUNT LIMIT 251', /^LIMIT is a number/],
      ['low', 'CSEARCH COUNT LIMIT 1', 'CSEARCH COUNT LIMIT 0', /^LIMIT is a number/],
    ] as const) {
      const [answer = ''] = await says(who, fits);
      expect(answer, fits).not.toMatch(/[a-z] has up to|have up to|no host|no user name|LIMIT is|has from/);
      const wanted = typeof why === 'string' ? why : expect.stringMatching(why);
      expect(await says(who, beyond), beyond).toEqual([wanted]);
    }
    expect(await says('low', `NOTICE all ${x(350)}`, 'Global')).toEqual([
      expect.not.stringMatching(/up to 350/),
    ]);
    expect(await says('root', `RAW AF WA :${x(503)}`)).not.toEqual(['A line has up to 510 bytes.']);
    expect(await says('root', `RAW AF WA :${x(504)}`)).toEqual(['A line has up to 510 bytes.']);
  });
});

describe('channels that are looked for', () => {
  it('meet what was asked to the letter', async () => {
    const { test } = net;
    test.say(`ABAAA C #one ${test.seconds - 60}`, `ABAAA C #two 100`, 'ABAAB J #two 100');
    test.say('ABAAA T #two 100 101 :two for tea', 'ABAAA M #two +k secret 100');
    const found = async (criteria: string) =>
      cells(await says('low', `CSEARCH PRINT ${criteria}`)).filter(([name]) => name!.startsWith('#'));
    const one = ['#one', '1', '+', ''];
    const two = ['#two', '2', '+k', 'two for tea'];
    const names = async (criteria: string) => (await found(criteria)).map(([name]) => name);
    expect((await found('USERS 1')).map((row) => row.slice(0, 2))).toEqual(
      [one, two].map((row) => row.slice(0, 2)),
    );
    expect(await names('USERS 2')).toEqual(['#two']);
    expect(await names('USERS >1')).toEqual(['#two']);
    expect(await names('USERS <2')).toEqual(['#one']);
    expect(await names('USERS <1')).toEqual([]);
    expect(await names('USERS >2')).toEqual([]);
    // Strictly younger, strictly older.
    expect(await names('TIMESTAMP <1m')).toEqual([]);
    expect(await names('TIMESTAMP <61s')).toEqual(['#one']);
    expect(await names('TIMESTAMP >59s')).toEqual(['#one', '#two']);
    expect(await names('TIMESTAMP >1m')).toEqual(['#two']);
    expect(await names('NAME #t*')).toEqual(['#two']);
    expect(await names('TOPIC #t*')).toEqual([]);
    expect(await names('TOPIC *TEA')).toEqual(['#two']);
    expect(await names('NAME #t* USERS <2')).toEqual([]);
    for (const bad of ['USERS =2', 'USERS 2x', 'USERS x2', 'USERS <', 'USERS ><2'])
      expect(await says('low', `CSEARCH COUNT ${bad}`), bad).toEqual([
        'USERS is a number, or one with < or > before it.',
      ]);
    for (const bad of ['TIMESTAMP 1m', 'TIMESTAMP =1m', 'TIMESTAMP <soon', 'TIMESTAMP <'])
      expect(await says('mid', `CSEARCH COUNT ${bad}`), bad).toEqual(['TIMESTAMP is given as <age or >age.']);
    expect(await says('mid', 'csearch count name #t*')).toEqual(['1 channels meet that.']);
  });
});

describe('whoever comes', () => {
  it('is looked at once they are there, and not when they are gone again', async () => {
    const { opserv } = net.test.services;
    await says('top', 'ADDALERT test NOTICE NICK bot*');
    net.connect('ABABA', 'bot1');
    net.test.say('ABABA Q :bye');
    await net.test.quiet();
    expect([opserv.alerts.met, opserv.alerts.lastMet.size]).toEqual([0, 0]);
    net.connect('ABABA', 'bot1');
    await net.test.quiet();
    expect([opserv.alerts.met, [...opserv.alerts.lastMet.keys()]]).toEqual([1, ['test']]);
  });

  it('is spared the ban of a trusted address, and nothing else', async () => {
    await says('high', 'ADDTRUST 10.0.0.64 9 0 school');
    const reacts = async (reaction: string) => {
      await says('top', `ADDALERT test ${reaction} NICK bot* REASON hello`);
      net.test.take();
      net.connect('ABABA', 'bot1', { address: 'AKAABA' });
      await net.test.quiet();
      const sent = net.test.take();
      if (net.test.uplink.view.users.has('ABABA')) net.test.say('ABABA Q :bye');
      await says('top', 'DELALERT test');
      return sent;
    };
    expect(await reacts('GLINE')).toEqual([]);
    expect(await reacts('SHUN')).toEqual([]);
    expect(await reacts('NOTICEUSER')).toEqual([expect.stringMatching(/ O ABABA :hello$/)]);
    expect(await reacts('KILL')).toEqual([expect.stringMatching(/^AF D ABABA /)]);
    // The first that ends a visit is the last.
    await says('top', 'ADDALERT first KILL NICK bot* REASON first');
    await says('top', 'ADDALERT second MSGUSER NICK bot* REASON second');
    net.test.take();
    net.connect('ABABA', 'bot1');
    await net.test.quiet();
    expect(net.test.take()).toEqual(['AF D ABABA :services.test (first)']);
  });

  it('is warned alone where one client may come, and with a server not', async () => {
    const { test } = net;
    test.operatorRules = { ...test.operatorRules, untrusted: 1 };
    net.connect('ABABA', 'bot1', { address: 'AKAABA' });
    await test.quiet();
    expect(test.take()).toEqual([
      expect.stringMatching(/ O ABABA :1 clients are connected from your address/),
    ]);
    test.say(
      'AB S leaf.test 2 900 900 J10 ACAA] +h :Leaf',
      'AC N s1 2 950 ~s s.test +i AKAABB ACAAA :x',
      'AC EB',
    );
    await test.quiet();
    expect(test.take().filter((line) => line.includes('ACAAA'))).toEqual([]);
    // Who was counted is not counted again with the next server, and nothing is left of who leaves.
    test.say('AB S twig.test 2 900 900 J10 ADAA] +h :Twig', 'AD EB');
    await test.quiet();
    const counted = () => test.services.opserv.clones.crowded(0, 99).map(({ user }) => user.address);
    expect(counted()).toContain('10.0.0.65');
    test.say('ACAAA Q :bye');
    await test.quiet();
    expect(counted()).not.toContain('10.0.0.65');
  });

  it('is shown messages once, and operators theirs when they become it', async () => {
    const { test } = net;
    await says('low', 'MESSAGE TARGET opers FROM Kitchen DURATION 0 TEXT the kettle is on', 'Global');
    await says('low', 'MESSAGE TARGET staff TEXT for staff', 'Global');
    await says('low', 'MESSAGE TARGET helpers TEXT for helpers', 'Global');
    net.connect('ABABA', 'eve');
    test.take();
    test.say('ABABA M eve +o');
    expect(test.notices('ABABA')).toEqual([
      expect.stringMatching(/^Kitchen \([\d: -]+\): the kettle is on$/),
      expect.stringMatching(/^low \([\d: -]+\): for staff$/),
    ]);
    test.say('ABABA M eve +w');
    expect(test.notices('ABABA')).toEqual([]);
    expect(cells(await says('bare', 'LIST', 'Global'))).toEqual([
      ['Number', 'For', 'Ends', 'From', 'Message'],
      ['1', 'opers', 'never', 'Kitchen', 'the kettle is on'],
      ['2', 'staff', 'never', 'low', 'for staff'],
      ['3', 'helpers', 'never', 'low', 'for helpers'],
    ]);
    expect((await says('bare', 'MESSAGES', 'Global')).at(-1)).toBe('2 messages are for you.');
    expect(await says('low', 'REMOVE 1x', 'Global')).toEqual(['There is no message 1x.']);
    expect(deeds().slice(-1)).toEqual([['MESSAGE', { text: 'TARGET helpers TEXT for helpers' }]]);
    await says('low', 'REMOVE 1', 'Global');
    expect(deeds().slice(-1)).toEqual([['REMOVE', { number: '1' }]]);
    for (const number of [2, 3]) await says('low', `REMOVE ${number}`, 'Global');
    expect(await says('bare', 'LIST', 'Global')).toEqual(['There are no messages.']);
  });
});

it('what the network says of a ban is kept as it says, until nobody could bring it back', async () => {
  const { test } = net;
  const { bans } = test.services.opserv;
  const now = test.seconds;
  test.say(
    `AB GL * +*@kept.test 60 ${now} ${now + 7_200} :why not`,
    `AB GL * +*@plain.test 60 ${now} :plain`,
    `AB SU * +*@loud.test 90 ${now} :noise`,
    `AB JU * +bad.test 120 ${now} :broken`,
    `AB GL AF +*@one.test 60 ${now} :for one`,
    `AB JU AF +one.test 60 ${now} :for one`,
    `AB GL * +*@far.test 60 ${now + 400_000_000} :from the future`,
  );
  await test.quiet();
  const all = [...bans.kept()].map((ban) => [
    ban.kind,
    ban.mask,
    (ban.expiresMs - now * 1_000) / 1_000,
    ban.reason,
  ]);
  expect(all.sort()).toEqual([
    ['gline', '*@kept.test', 60, 'why not'],
    ['gline', '*@plain.test', 60, 'plain'],
    ['jupe', 'bad.test', 120, 'broken'],
    ['shun', '*@loud.test', 90, 'noise'],
  ]);
  expect(bans.get('gline', '*@kept.test')?.keptMs).toBe((now + 7_200) * 1_000);
  await test.pass(61_000);
  await test.services.opserv.sweep();
  expect(bans.inForce('gline')).toEqual([]);
  expect(bans.get('gline', '*@kept.test')).toMatchObject({ by: 'hub.test' });
});

describe('administrators', () => {
  type Handler = {
    readonly check?: (args: never, context: never) => unknown;
    readonly impact?: (args: never) => unknown;
    readonly run: (args: never, context: never) => unknown;
  };
  const context = {
    actor: { name: 'admin', from: 'cli', role: 'admin' },
    signal: new AbortController().signal,
  } as never;
  const handler = (name: string): Handler => {
    const { opserv } = net.test.services;
    const all = { ...banHandlers(opserv), ...watchHandlers(opserv) } as unknown as Record<string, Handler>;
    return all[name]!;
  };
  const refusal = async (name: string, args: object) => {
    try {
      await handler(name).check?.(args as never, context);
    } catch (error) {
      return (error as Error).message;
    }
    return null;
  };
  const NONE = 'Nobody is on #none.';
  const UNLINKED = 'Services are linked to no network now.';

  it.each([
    ['channel-modes', { channel: '#none', modes: '+i' }, NONE],
    ['clear-modes', { channel: '#none' }, NONE],
    ['deop-all', { channel: '#none' }, NONE],
    ['kick-all', { channel: '#none' }, NONE],
    ['part-channel', { channel: '#none' }, NONE],
    ['kick-user', { channel: '#none', nick: 'ann' }, NONE],
    ['kick-user', { channel: '#none', nick: 'nobody' }, 'Nobody is called nobody.'],
    ['trace-act', { action: 'KILL', criteria: 'LIMIT 5' }, /it would be done to everybody$/],
    ['trace-act', { action: 'KILL', criteria: 'HAT red' }, /^criteria: There is no criterion HAT/],
    ['trace-act', { action: 'PRIVMSG', criteria: 'NICK ann' }, /expected a REASON/],
    ['set-alert', { name: 'a', reaction: 'NOTICE', criteria: 'LIMIT 5', minutes: 0 }, /met by everybody/],
    ['set-gag', { mask: '*', reason: 'x', minutes: 0 }, /would cover everybody/],
    ['set-gag', { mask: 'a!*@*', reason: 'x'.repeat(251), minutes: 0 }, /up to 250 bytes/],
    ['reserve-nick', { nick: '1', reason: 'x' }, /is no nick/],
    ['reserve-nick', { nick: 'ann', reason: 'x' }, 'Somebody is called ann now.'],
    ['set-gline', { mask: '*@*', reason: 'x', minutes: 1 }, /would ban everybody/],
    ['set-shun', { mask: '*@*', reason: 'x', minutes: 1 }, /would ban everybody/],
    ['block', { nick: 'nobody', reason: 'x', minutes: 1 }, /^Nobody is called nobody/],
    ['raw-line', { line: 'ABAAA Q :bye' }, /begins with services/],
  ])('%s %j is refused before anything is asked', async (name, args, why) => {
    expect(await refusal(name, args)).toEqual(typeof why === 'string' ? why : expect.stringMatching(why));
  });

  it('do nothing to a network that is not there, and keep what is kept', async () => {
    net.test.uplink.fail('test');
    for (const [name, args] of [
      ['reconnect', {}],
      ['join-channel', { channel: '#tea' }],
      ['raw-line', { line: 'AF WA :x' }],
    ] as const)
      expect(await refusal(name, args), name).toBe(UNLINKED);
    const run = async (name: string, args: object) => {
      const impact = (await handler(name).impact?.(args as never)) ?? null;
      return [impact, await handler(name).run(args as never, context)];
    };
    for (const target of ['all', 'opers', 'channels', 'rchannels'])
      expect(await handler('announce').impact?.({ target, text: 'hello' } as never), target).toBeNull();
    expect(await handler('trace-act').impact?.({ action: 'KILL', criteria: 'NICK a*' } as never)).toBeNull();
    expect(
      (await run('set-alert', { name: 'a', reaction: 'NOTICE', criteria: 'NICK a*', minutes: 5 }))[0],
    ).toBeNull();
    expect(net.test.services.opserv.lists.alerts.all()).toMatchObject([
      { name: 'a', by: 'admin', expiresMs: net.test.clock.now() + 300_000 },
    ]);
    expect(await run('set-gag', { mask: 'a!*@*', reason: 'x', minutes: 0 })).toEqual([
      null,
      { mask: 'a!*@*', users: 0 },
    ]);
    expect(net.test.services.opserv.lists.gags.all()).toMatchObject([{ expiresMs: null }]);
    expect(await run('set-defcon', { level: 3 })).toEqual([null, { level: 3 }]);
    expect(await run('add-bad-word', { word: 'tea' })).toEqual([null, { closed: 0 }]);
    expect(await run('reserve-nick', { nick: 'Teapot', reason: 'x' })).toEqual([null, { nick: 'Teapot' }]);
    expect(await run('set-gline', { mask: '*@one.test', reason: 'x', minutes: 1 })).toEqual([
      null,
      { mask: '*@one.test', users: 0, expiresAt: net.test.clock.now() + 60_000 },
    ]);
  });
});
