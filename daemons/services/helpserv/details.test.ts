/** What help bots tell to the letter: what can be set, whom they tell of what, and what is done with requests beside the everyday. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { findHelpSetting, HELP_SETTINGS, readSettings } from './help-settings.ts';
import { ASKER, CHANNEL, HELPER, OWNER, read, TestHelp } from './test-help.ts';

let test: TestHelp;
beforeEach(async () => {
  test = await TestHelp.start();
});
afterEach(() => test.close());

/** Nobody here is too fast. */
const later = () => test.passes(2_000);
/** What services say to whom because of what somebody says to the bot: `to: text`, also on channels. */
async function said(numeric: string, text: string): Promise<string[]> {
  await later();
  test.net.take();
  test.net.say(`${numeric} P ${test.numeric('Aid')} :${text}`);
  await test.settled();
  const names = new Map([
    [ASKER, 'ann'],
    [HELPER, 'hal'],
    [OWNER, 'olga'],
  ] as const) as ReadonlyMap<string, string>;
  return test.net.take().flatMap((line) => {
    const found = /^\S+ (?:O|P|WC) (\S+) :(.*)$/.exec(line);
    return found === null ? [] : [`${names.get(found[1]!) ?? found[1]}: ${read(found[2]!)}`];
  });
}
const fromBot = (text: string) => said(HELPER, text);

it('each setting has who may change it, what it is by default, what it takes and what it does not', () => {
  const shown = (name: string, settings = readSettings('{}')) => {
    const text = findHelpSetting(name)!.show(settings);
    return typeof text === 'string' ? text : text.text;
  };
  const set = (name: string, value: string) => {
    const changed = findHelpSetting(name)!.change(readSettings('{}'), value);
    // Whatever can be set can be kept and read.
    return 'values' in changed ? null : shown(name, readSettings(JSON.stringify(changed)));
  };
  const x = (length: number) => 'x'.repeat(length);
  const TARGET = [
    'oper',
    'nothing',
    [
      ['#tea', '#tea'],
      ['*', 'nothing'],
    ],
    ['tea', '', `#${x(200)}`],
  ] as const;
  const PAGES = [
    'owner',
    'none',
    [
      ['NOTICE', 'notice'],
      ['privmsg', 'privmsg'],
      ['onotice', 'onotice'],
      ['none', 'none'],
    ],
    ['wall', ''],
  ] as const;
  const TEXT = [
    'owner',
    'nothing',
    [
      ['Hi', 'Hi'],
      ['*', 'nothing'],
      [x(300), x(300)],
    ],
    [x(301)],
  ] as const;
  const SPAN = [
    'owner',
    'off',
    [
      ['10m', '10m'],
      ['1d12h', '1d12h'],
      ['0', 'off'],
    ],
    ['soon', '-1', ''],
  ] as const;
  const PERSIST = [
    'owner',
    'close',
    [
      ['part', 'part'],
      ['QUIT', 'quit'],
      ['close', 'close'],
    ],
    ['never'],
  ] as const;
  const TOGGLE = [
    'owner',
    'off',
    [
      ['on', 'on'],
      ['YES', 'on'],
      ['1', 'on'],
      ['off', 'off'],
      ['no', 'off'],
      ['0', 'off'],
    ],
    ['maybe', '2'],
  ] as const;
  const rows: Readonly<
    Record<string, readonly [string, string, readonly (readonly [string, string])[], readonly string[]]>
  > = {
    ...{ PAGETARGET: TARGET, PAGETYPE: PAGES, ALERTPAGETARGET: TARGET, ALERTPAGETYPE: PAGES },
    ...{
      STATUSPAGETARGET: TARGET,
      STATUSPAGETYPE: PAGES,
      GREETING: TEXT,
      REQOPENED: TEXT,
      REQASSIGNED: TEXT,
    },
    ...{ REQCLOSED: TEXT, WHINEDELAY: SPAN, WHINEINTERVAL: SPAN, EMPTYINTERVAL: SPAN, STALEDELAY: SPAN },
    ...{ WAITMOST: SPAN, IDLEMOST: SPAN, REQPERSIST: PERSIST, HELPERPERSIST: PERSIST },
    NOTIFICATION: [
      ...(['owner', 'userchanges'] as const),
      [
        ['none', 'none'],
        ['reqdrop', 'reqdrop'],
        ['AccountChanges', 'accountchanges'],
        ['userchanges', 'userchanges'],
      ],
      ['all'],
    ],
    REQMAXLEN: [
      'owner',
      '100',
      [
        ['1', '1'],
        ['100', '100'],
        ['7', '7'],
      ],
      ['0', '101', 'x7', '7x', ''],
    ],
    ...{ PRIVMSGONLY: TOGGLE, REQONJOIN: TOGGLE, AUTOVOICE: TOGGLE, AUTODEVOICE: TOGGLE },
  };
  expect(HELP_SETTINGS.map(({ name }) => name)).toEqual(Object.keys(rows));
  for (const [name, [needs, initial, taken, refused]] of Object.entries(rows)) {
    expect([findHelpSetting(name.toLowerCase())!.needs, shown(name)], name).toEqual([needs, initial]);
    for (const [value, is] of taken) expect(set(name, value), `${name} ${value}`).toBe(is);
    for (const value of refused) expect(set(name, value), `${name} ${value}`).toBeNull();
  }
  for (const [alias, name] of Object.entries({
    ...{ page: 'PAGETYPE', ALERTPAGE: 'ALERTPAGETYPE', STATUSPAGE: 'STATUSPAGETYPE' },
    ...{ OPENREQ: 'REQOPENED', ASSIGNREQ: 'REQASSIGNED', CLOSEREQ: 'REQCLOSED' },
  }))
    expect(findHelpSetting(alias)?.name).toBe(name);
  expect(findHelpSetting('HAT')).toBeUndefined();
  expect([readSettings('no json'), readSettings('{"reqMaxLen":0}')]).toEqual([
    readSettings('{}'),
    readSettings('{}'),
  ]);
});

it('a request is told of where pages go, to who asked, and to who has it, in the words that are set', async () => {
  for (const set of [
    'STATUSPAGETARGET #status',
    'STATUSPAGE notice',
    'ALERTPAGETARGET #alert',
    'ALERTPAGE notice',
  ])
    await test.oper(`SET Aid ${set}`);
  for (const set of [
    'REQOPENED We see it',
    'REQASSIGNED Wait for it',
    'REQCLOSED Thanks',
    'STALEDELAY 5m',
    'HELPERPERSIST part',
  ])
    await test.owner(`SET ${set}`);
  expect(await said(ASKER, 'how?')).toEqual([
    'ann: We see it',
    'ann: Your request is number 1; it is 1 of 1 that wait.',
    'ann: It is closed when you leave the network.',
    '#status: Request 1 is opened by ann (-).',
  ]);
  expect(await said(ASKER, 'please')).toEqual([]);
  await test.passes(298_000);
  expect(await said(ASKER, 'still there')).toEqual([
    expect.stringMatching(/^#status: ann has more to say on request 1, after 5m/),
  ]);
  await test.passes(200_000);
  expect(await said(ASKER, 'hello')).toEqual([]);
  const picked = await fromBot('PICKUP #1');
  expect(picked.slice(0, 2)).toEqual(['ann: Wait for it', 'ann: hal helps you with your request 1.']);
  expect(picked).toContain('#status: Request 1 of ann is hal’s.');
  expect(picked.filter((line) => line.startsWith('hal: '))[0]).toBe('hal: Request 1 is yours.');
  expect(await fromBot('PICKUP 1')).toEqual(['hal: That was not done: Request 1 is hal’s already.']);
  expect(await said(ASKER, 'thanks')).toEqual(['hal: Request 1, ann: thanks']);
  test.net.take();
  test.net.say(`${HELPER} L ${CHANNEL}`);
  await test.settled();
  expect(
    test.net
      .take()
      .filter((line) => / [OP] /.test(line))
      .map((line) => line.split(' ').slice(2).join(' ')),
  ).toEqual([
    `${ASKER} :hal has left. Your request 1 waits for somebody else.`,
    '#alert :Request 1 of ann waits again: hal has left.',
  ]);
  await test.owner('PICKUP 1');
  const closed = await said(ASKER, '@closereq');
  expect(closed).toEqual([
    'ann: Thanks',
    'ann: Your request 1 is closed.',
    'olga: Request 1 of ann is closed by ann: closed by whoever asked',
    '#status: Request 1 of ann is closed by ann.',
    'ann: Your request 1 is closed.',
  ]);
});

it('who helps is told of what happens to their requests as far as that is set', async () => {
  const told = async (...lines: string[]) => await test.heard(HELPER, ...lines);
  await test.asker('mine');
  await test.helper('PICKUP 1');
  expect(await told(`${ASKER} N anna 970`)).toEqual(['ann of request 1 is called anna now.']);
  await test.owner('SET NOTIFICATION reqdrop');
  expect(await told(`${ASKER} N ann 971`)).toEqual([]);
  expect((await said(OWNER, 'CLOSE 1 enough')).filter((line) => line.startsWith('hal'))).toEqual([
    'hal: Request 1 of ann is closed by olga: enough',
  ]);
  await test.owner('SET NOTIFICATION none');
  await test.asker('again');
  await test.helper('PICKUP 2');
  expect((await said(OWNER, 'CLOSE 2')).filter((line) => line.startsWith('hal'))).toEqual([]);
  // Whoever closes their own reads that once.
  await test.owner('SET NOTIFICATION accountchanges');
  await test.asker('once more');
  await test.helper('PICKUP 3');
  expect((await fromBot('CLOSE 3')).filter((line) => line.startsWith('hal'))).toEqual([
    'hal: Request 3 is closed.',
  ]);
});

it('words behind an @ are those of whoever asks, and nothing else is', async () => {
  const help = [
    'Say to Aid what you need help with: that opens a request, which somebody on #help picks up.',
    '@WAIT tells where your request stands among those that wait',
    '@HELPER tells who helps you',
    '@SHOWREQ shows your request',
    '@CLOSEREQ closes your request',
  ];
  expect(await test.asker('@help')).toEqual(help);
  expect(await test.asker('@')).toEqual(help);
  expect(await test.asker('@dance')).toEqual(['There is no word @DANCE.', ...help]);
  for (const word of ['@WAIT', '@helper', '@showreq', '@CLOSEREQ']) {
    await later();
    expect(await test.asker(word)).toEqual(['You have no open request. Say to Aid what you need help with.']);
  }
  await later();
  expect(test.bot.requests.size).toBe(0);
  await test.asker('mine');
  expect(await test.asker('@HELPER')).toEqual(['Nobody has picked your request up yet.']);
  await test.helper('PICKUP 1');
  expect(await test.asker('@WAIT')).toEqual(['hal helps you.']);
});

it('requests are named in several ways, closed by their age, and answered also for who is away', async () => {
  test.net.join('ABAAE', 'bea');
  await test.net.ask('ABAAE', 'REGISTER bea correct-horse');
  await test.ask('ABAAE', 'mine');
  await test.asker('old');
  expect(await test.helper('SHOW nobody')).toEqual(['No request nobody is open.']);
  expect((await test.helper('SHOW bea'))[0]).toMatch(/^Request 1 of bea \(\S+\), account bea$/);
  expect((await test.helper('SHOW *bea'))[0]).toMatch(/^Request 1 /);
  expect((await test.helper('SHOW #2'))[0]).toMatch(/^Request 2 of ann \(\S+\), not logged in$/);
  expect((await test.helper('PICKUP bea'))[0]).toBe('Request 1 is yours.');
  await later();
  const lines = await test.helper('SHOW 1');
  expect(lines[1]).toMatch(/^Opened \w{3}, \d\d \w{3} \d{4} .* GMT, \d+s ago$/);
  expect(lines[2]).toMatch(/^Picked up by hal on \w{3}, .* GMT$/);
  expect(lines[3]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d mine$/);
  await test.heard(HELPER, 'ABAAE Q :bye');
  expect(await test.helper('ANSWER 1 so be it')).toEqual([
    'Request 1 is answered; bea reads it when they are back.',
  ]);
  await later();
  expect(await test.helper(`ANSWER 1 ${'x'.repeat(301)}`)).toEqual(['A text has up to 300 bytes.']);
  expect(await test.helper(`NOTE 1 ${'x'.repeat(300)}`)).toEqual(['The note about request 1 is kept.']);
  expect(await test.helper('NOTE 7 x')).toEqual(['No request 7 is open.']);
  await later();
  // Whoever comes back has it still.
  test.net.join('ABAAF', 'bea2');
  test.net.take();
  test.net.say('ABAAF P AFAAA :AUTH bea correct-horse');
  await test.settled();
  expect(
    test.net
      .take()
      .filter((line) => line.startsWith(test.numeric('Aid')))
      .map((line) => line.split(' ').slice(2).join(' ')),
  ).toEqual([
    'ABAAF :Your request 1 is still open; @SHOWREQ shows it.',
    `${HELPER} :bea2 of request 1 is here.`,
  ]);
  expect(await test.owner('CLOSE >soon')).toEqual(['An age is a time such as >12h or >2d.']);
  expect(await test.owner('CLOSE >1h')).toEqual(['0 requests are closed.']);
  await later();
  expect(await test.owner('CLOSE >1s tidied')).toEqual(['1 requests are closed.']);
  expect([...test.bot.requests.all()].map(({ number }) => number)).toEqual([1]);
  expect((await test.owner('SHOW 2')).filter((line) => line.startsWith('Closed'))).toEqual([
    expect.stringMatching(/^Closed by olga on .* GMT: tidied$/),
  ]);
  // A manager takes it over.
  expect(await test.owner('PICKUP 1')).toContain('Request 1 is yours; it was hal’s.');
});

it('the newest is meant by a nick that several had, and that of whoever is called so now by theirs', async () => {
  for (const [at, nick] of ['bea', 'cat', 'dan'].entries()) {
    await test.passes(30_000);
    const numeric = `ABAA${'EFG'[at]}`;
    test.net.join(numeric, nick);
    await test.net.ask(numeric, `REGISTER ${nick} correct-horse`);
    await test.ask(numeric, `of ${nick}`);
  }
  const shown = async (word: string) => (await test.helper(`SHOW ${word}`))[0]!.split(' (')[0];
  // Each asks by their account and leaves as eve: the second, the third, the first.
  for (const [at, numeric] of ['ABAAF', 'ABAAG', 'ABAAE'].entries()) {
    test.net.say(`${numeric} N eve ${970 + at}`);
    await test.settled();
    expect(await shown('eve')).toBe(`Request ${[2, 3, 1][at]} of eve`);
    await test.heard(HELPER, `${numeric} Q :bye`);
    await later();
  }
  expect(await shown('eve')).toBe('Request 3 of eve');
});

it('who helps is there as soon as the network is, by whatever it tells of them', async () => {
  const hal = 'AB N hal 1 950 ~hal hal.example.net +ir hal AKAAAB ABAAC :Real hal';
  test.net.uplink.fail('lost');
  expect(test.bot.present.size).toBe(0);
  test.net.relink(hal, `AB B ${CHANNEL} 960 ABAAC`);
  await test.settled();
  expect([...test.bot.present.keys()]).toEqual(['hal']);
  await later();
  expect((await test.helper('HELPERS')).map((line) => line.split(/ +/)[0])).toContain('hal');
});

it('what each did is shown by week, and of all together; lists are of roles', async () => {
  await test.owner('ADDTRIAL *oper');
  expect(await test.ask('ABAAA', 'STATS')).toEqual(['oper has done nothing here yet.']);
  await test.asker('one');
  await test.helper('PICKUP 1');
  await test.helper('CLOSE 1');
  const cells = (lines: readonly string[]) => lines.map((line) => line.split(/ {2,}/).slice(0, 5));
  const own = [
    ['Week', 'Picked up', 'Closed', 'Handed on', 'Taken on'],
    ['all', '1', '1', '0', '0'],
    ['this one', '1', '1', '0', '0'],
  ];
  expect(cells((await test.helper('STATS')).slice(1))).toEqual(own);
  await later();
  expect((await test.owner('STATS *hal'))[0]).toBe('hal at Aid:');
  expect(await test.owner('STATS *nobody')).toEqual(['There is no account nobody.']);
  await test.passes(30_000);
  await test.net.clock.advance(0);
  expect(cells(await test.owner('STATSREPORT'))).toEqual([
    ['Account', 'Picked up', 'Closed', 'Handed on', 'Taken on'],
    ...[
      ['olga', '0', '0', '0', '0'],
      ['hal', '1', '1', '0', '0'],
      ['oper', '0', '0', '0', '0'],
    ],
  ]);
  for (const [name, account] of [
    ['TLIST', 'oper'],
    ['HLIST', 'hal'],
    ['WLIST', 'olga'],
  ] as const)
    expect(
      (await test.helper(name)).slice(1).map((line) => line.split(/ +/)[0]),
      name,
    ).toEqual([account]);
  await later();
  expect(await test.helper('MLIST')).toEqual(['Nobody.']);
  expect(await test.owner('ADDHELPER *hal')).toEqual(['hal is helper here already.']);
  expect(await test.owner('CLVL *hal king')).toEqual(['A role is one of trial, helper, manager, owner.']);
  expect(await test.owner('CLVL *nobody trial')).toEqual(['There is no account nobody.']);
  expect(await test.owner('DELUSER *nobody')).toEqual(['There is no account nobody.']);
  await later();
  await test.owner('DELUSER *oper');
  for (const text of ['DELUSER *oper', 'CLVL *oper helper', 'STATS *oper', 'GIVEOWNERSHIP *oper'])
    expect(await test.owner(text), text).toEqual(['oper does not help here.']);
});

it('lists no more than may be shown, and says how many more there are', async () => {
  const most = limits.helpRows.default;
  const { store } = test.help.desk;
  await test.net.writes.write(() => {
    for (let at = 0; at <= most; at++) store.add('aid', `user${at}`, 'u@h.test', 'olga');
  });
  test.net.services.close();
  await test.net.reopen();
  test.net.relink('AB N hal 1 950 ~hal hal.example.net +ir hal AKAAAB ABAAC :Real hal');
  await test.settled();
  const shown = await test.helper('LIST');
  expect([shown.length, shown.at(-1)]).toEqual([most + 2, '1 more are not shown.']);
});

it('what cannot be written is not done, and whoever asked and the operators read why', async () => {
  const { database } = test.net;
  database.exec(
    "CREATE TRIGGER full BEFORE INSERT ON help_requests BEGIN SELECT RAISE(ABORT, 'no room'); END",
  );
  expect(await test.asker('hello?')).toEqual([expect.stringMatching(/^That was not done: .*no room/)]);
  expect(test.net.logged.at(-1)).toMatch(/^warn help_request_failed Aid: .*no room/);
  database.exec('DROP TRIGGER full');
  await later();
  // A text is cut between characters.
  await test.asker(`x${'é'.repeat(210)}`);
  expect(test.help.desk.store.lines('aid', 1).map(({ text }) => text)).toEqual([`x${'é'.repeat(199)}`]);
});

it('bots that were imported serve at once, and those that are there stay', async () => {
  const { store } = test.help.desk;
  const before = test.bot;
  await test.net.writes.write(() => {
    store.addBot('Care', '#care', 'oper');
    store.setRole('care', 'hal', 'owner');
  });
  await test.help.takeUp();
  expect(test.bot).toBe(before);
  const care = test.net.uplink.view.byNick('Care')!;
  expect([...care.channels!].map(({ name }) => name)).toEqual(['#care']);
  await later();
  expect((await test.askBot(HELPER, 'HELPERS', 'Care')).slice(1)).toEqual([
    expect.stringMatching(/^hal +owner +0$/),
  ]);
  expect(await test.askBot(ASKER, 'hello', 'Care')).toHaveLength(2);
  // What is asked at one is nothing of another.
  expect([test.bot.requests.size, test.help.world.bots.get('care')!.requests.size]).toEqual([0, 1]);
});

it('the time that somebody was there counts when they leave, the network is lost, the bot moves, or services stop', async () => {
  const present = () => test.help.desk.store.figures('aid', 'hal')[0]?.present ?? 0;
  let counted = present();
  const adds = async (what: () => unknown) => {
    await test.passes(60_000);
    await what();
    await test.settled();
    test.net.writes.flush();
    const [before, now] = [counted, present()];
    counted = now;
    return now - before;
  };
  const about = (seconds: number) =>
    expect.toSatisfy((found: number) => found >= seconds && found < seconds + 30);
  // What was before anybody looked is not known.
  expect(await adds(() => test.net.say(`${HELPER} L ${CHANNEL}`))).toEqual(about(30));
  expect(await adds(() => {})).toBe(0);
  test.net.say(`${HELPER} J ${CHANNEL} 960`, `${HELPER} J #other 960`);
  expect(await adds(() => test.oper('MOVE Aid #other'))).toEqual(about(60));
  // There already, on the channel that it helps on now.
  expect(await adds(() => test.net.say(`${HELPER} L #other`))).toEqual(about(60));
  test.net.say(`${HELPER} J #other 960`);
  expect(await adds(() => test.net.uplink.fail('lost'))).toEqual(about(60));
  expect(await adds(() => test.help.watch.look())).toBe(0);
  test.net.relink(
    'AB N hal 1 950 ~hal hal.example.net +ir hal AKAAAB ABAAC :Real hal',
    'AB B #other 960 ABAAC',
  );
  await test.settled();
  await test.passes(60_000);
  test.net.services.close();
  test.net.writes.flush();
  expect(present() - counted).toEqual(about(60));
});

it('no bot is called as somebody is, or as their account; and what is of a bot alone is not of HelpServ', async () => {
  await later();
  expect(await test.oper('REGISTER hal #other *hal')).toEqual(['Somebody is called hal.']);
  test.net.say(`${HELPER} N hal2 970`);
  expect(await test.oper('REGISTER hal #other *hal')).toEqual(['hal is a nick of the account hal.']);
  await later();
  for (const name of ['NEXT', 'PICKUP', 'GIVEOWNERSHIP'])
    expect(await test.oper(`${name} Aid`), name).toEqual([expect.stringMatching(/^There is no command /)]);
  expect(await test.helper('SHOW 77')).toEqual(['No request 77 is open.']);
  expect(await test.helper('NEXT')).toEqual(['That was not done: No request waits.']);
});
