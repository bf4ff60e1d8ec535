/** Help bots as those who ask, help and run them see them, line by line. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectWords } from '../bots/test-usage.ts';
import { helpHandlers } from '../help-handlers.ts';
import { manifest } from '../manifest.ts';
import { HELP_SETTINGS, readSettings } from './help-settings.ts';
import { ASKER, CHANNEL, HELPER, OPER, OWNER, read, TestHelp } from './test-help.ts';

let test: TestHelp;
beforeEach(async () => {
  test = await TestHelp.start();
});
afterEach(() => test.close());

/** What the requirements list of HelpServ; ADD* are those of each role. */
const WANTED = [
  ...['LIST', 'NEXT', 'PICKUP', 'REASSIGN', 'CLOSE', 'SHOW', 'ADDNOTE', 'PAGE', 'STATS', 'CLVL', 'SET'],
  ...['ADDTRIAL', 'ADDHELPER', 'ADDMANAGER', 'ADDOWNER', 'REGISTER', 'MOVE'],
];

it('has a row for each command, with who may, what it takes, changes and tells', () => {
  const { table, guestTable } = test.help;
  // What wants a CONFIRM asks for it, and CLOSE takes one word or another.
  expectWords(table, { UNREGISTER: [1, 2], CLOSE: [2, null] });
  expectWords(guestTable, { UNREGISTER: [0, 1], GIVEOWNERSHIP: [1, 2], CLOSE: [1, null] });
  expect(WANTED.filter((name) => !table.has(name) && !guestTable.has(name))).toEqual([]);
  for (const row of [...table.values(), ...guestTable.values()]) {
    expect(row.help.length, row.name).toBeGreaterThan(0);
    expect(row.effect, row.name).not.toBe('');
    expect(row.most ?? row.least, row.name).toBeGreaterThanOrEqual(row.least);
    if (row.recorded !== undefined) expect(Object.keys(manifest.deeds ?? {})).toContain(row.deed);
  }
  expect(readSettings('{"reqMaxLen":"many"}')).toEqual(readSettings('{}'));
});

it('a request goes from question to close, and is on the disk before anybody is told', async () => {
  const rows = (sql: string) => test.net.database.prepare(sql).raw().all();
  expect(await test.asker('how do I get a host?')).toEqual([
    'Your request is number 1; it is 1 of 1 that wait.',
    'It is closed when you leave the network.',
  ]);
  expect(rows('SELECT bot, number, nick, host, helper FROM help_requests')).toEqual([
    ['aid', 1, 'ann', '~ann@ann.example.net', null],
  ]);
  expect(await test.asker('it is for a bot')).toEqual([]);
  expect(await test.asker('@WAIT')).toEqual([
    'Your request is number 1 of 1 that wait.',
    expect.stringMatching(/^The first of them has waited for \d+s\.$/),
  ]);
  expect(await test.helper('LIST')).toEqual([
    expect.stringMatching(/^Request +Nick +Account +Helper +Opened +Heard of$/),
    expect.stringMatching(/^1 +ann +- +- /),
  ]);
  const shown = await test.helper('NEXT');
  expect(shown.slice(0, 2)).toEqual([
    'Request 1 is yours.',
    'Request 1 of ann (~ann@ann.example.net), not logged in',
  ]);
  expect(shown.slice(-2).map((line) => line.slice(17))).toEqual(['how do I get a host?', 'it is for a bot']);
  expect(rows('SELECT name FROM help_requests JOIN accounts ON id = helper')).toEqual([['hal']]);
  expect(await test.helper('NEXT')).toEqual(['That was not done: No request waits.']);
  expect(await test.asker('@HELPER')).toEqual(['hal helps you.']);
  expect(await test.helper('ADDNOTE ann knows what to do')).toEqual(['The note about request 1 is kept.']);
  expect(await test.heard(ASKER, `${HELPER} P ${test.numeric('Aid')} :ANSWER 1 read the guide`)).toEqual([
    'hal answers: read the guide',
  ]);
  const own = (await test.asker('@SHOWREQ')).map((line) => line.slice(17));
  expect(own.slice(-1)).toEqual(['hal answered: read the guide']);
  expect(own.join()).not.toContain('knows what');
  expect((await test.helper('SHOW 1')).join('\n')).toContain('Note of hal: knows what to do');
  // More of it goes to who helps.
  expect(await test.heard(HELPER, `${ASKER} P ${test.numeric('Aid')} :thank you`)).toEqual([
    'Request 1, ann: thank you',
  ]);
  expect(await test.heard(ASKER, `${HELPER} P ${test.numeric('Aid')} :CLOSE 1 solved`)).toEqual([
    'Your request 1 is closed.',
  ]);
  expect(rows('SELECT closed_by, reason FROM help_requests')).toEqual([['hal', 'solved']]);
  expect(await test.helper('LIST all')).toEqual(['There are no such requests.']);
  expect((await test.helper('SHOW 1')).join('\n')).toMatch(/Closed by hal on .*: solved/);
  expect(await test.helper('CLOSE 1')).toEqual(['No request 1 is open.']);
  const stats = await test.helper('STATS');
  expect(stats[2]).toMatch(/^all +1 +1 +0 +0 /);
  // Numbers are given once.
  expect((await test.asker('and now?'))[0]).toContain('number 2;');
});

describe('of two', () => {
  it('who pick up one request at once the second is told whose it is', async () => {
    await test.owner('ADDTRIAL *oper');
    await test.asker('hello');
    const aid = test.numeric('Aid');
    test.net.take();
    test.net.say(`${HELPER} P ${aid} :PICKUP 1`, `${OPER} P ${aid} :PICKUP 1`);
    await test.settled();
    const all = test.net.take();
    const first = (numeric: string) =>
      read(all.find((line) => line.includes(` O ${numeric} `)) ?? '').split(' :')[1];
    expect(first(HELPER)).toBe('Request 1 is yours.');
    expect(first(OPER)).toBe('That was not done: Request 1 is hal’s: REASSIGN hands it on.');
    expect(test.bot.requests.ofHelper('hal').size).toBe(1);
  });

  it('lines that somebody says at once make one request', async () => {
    const aid = test.numeric('Aid');
    test.net.say(`${ASKER} P ${aid} :one`, `${ASKER} P ${aid} :two`);
    await test.settled();
    expect(test.bot.requests.size).toBe(1);
    expect(test.help.desk.store.lines('aid', 1).map(({ text }) => text)).toEqual(['one', 'two']);
  });
});

describe('may not be done by who is below', () => {
  const refused = (name: string, role: string) => [
    `${name} is for ${/^o/.test(role) ? 'an' : 'a'} ${role} here, or above.`,
  ];

  it('commands of managers and owners', async () => {
    await test.asker('hello');
    expect(await test.helper('REASSIGN 1 *olga')).toEqual(refused('REASSIGN', 'manager'));
    expect(await test.helper('ADDTRIAL *oper')).toEqual(refused('ADDTRIAL', 'manager'));
    expect(await test.helper('CLVL *olga trial')).toEqual(refused('CLVL', 'manager'));
    expect(await test.helper('STATSREPORT')).toEqual(refused('STATSREPORT', 'manager'));
    expect(await test.helper('ADDMANAGER *oper')).toEqual(refused('ADDMANAGER', 'owner'));
    expect(await test.helper('UNREGISTER CONFIRM')).toEqual(refused('UNREGISTER', 'owner'));
    expect(await test.owner('ADDOWNER *hal')).toEqual(refused('ADDOWNER', 'oper'));
    expect(await test.helper('SET GREETING hi')).toEqual(['GREETING is changed by an owner here, or above.']);
    expect(await test.owner('SET PAGETARGET #x')).toEqual([
      'PAGETARGET is changed by an oper here, or above.',
    ]);
    expect(await test.helper('STATS *olga')).toEqual(['What others did is for a manager here, or above.']);
    expect(await test.helper('CLOSE >1d')).toEqual(['Closing many at once is for a manager here, or above.']);
  });

  it('requests of others, and those that nobody has', async () => {
    await test.owner('ADDTRIAL *oper');
    await test.asker('hello');
    expect(await test.helper('CLOSE 1')).toEqual([
      'That was not done: Request 1 waits: PICKUP it before you close it.',
    ]);
    await test.ask(OPER, 'PICKUP 1');
    expect(await test.helper('CLOSE 1')).toEqual([
      'That was not done: Request 1 is oper’s. They close it, or a manager.',
    ]);
    expect(await test.owner('CLOSE 1 enough')).toEqual(['Request 1 is closed.']);
  });

  it('changes of who is not below, and no role above one’s own', async () => {
    await test.owner('ADDMANAGER *oper');
    expect(await test.ask(OPER, 'CLVL *olga trial')).toEqual([
      'That was not done: olga is owner here, and not below you.',
    ]);
    expect(await test.ask(OPER, 'CLVL *hal manager')).toEqual([
      'That was not done: Only who is above a manager makes one.',
    ]);
    expect(await test.ask(OPER, 'DELUSER *olga')).toEqual([
      'That was not done: olga is owner here, and not below you.',
    ]);
    expect(await test.ask(OPER, 'CLVL *hal trial')).toEqual(['hal is trial of Aid.']);
    expect(await test.helper('DELUSER *oper')).toEqual([
      'DELUSER of others is for a manager here, or above.',
    ]);
    expect(await test.helper('DELUSER *hal')).toEqual(['hal helps here no more.']);
  });

  it('anything at HelpServ by who is no operator of services', async () => {
    expect(await test.net.ask(OWNER, 'BOTS', test.numeric('HelpServ'))).toEqual([
      'BOTS is for accounts of level 800 and above.',
    ]);
    expect(await test.net.ask(OWNER, 'SET Aid', test.numeric('HelpServ'))).toEqual([
      'SET is for accounts of level 800 and above.',
    ]);
  });
});

describe('operators', () => {
  it('make help bots, one a channel, and what they do is written down', async () => {
    expect(test.net.deeds.at(-1)).toMatchObject({
      deed: { command: 'HELPSERV', args: { command: 'REGISTER', bot: 'Aid', text: '#help *olga' } },
      outcome: 'done',
    });
    expect(await test.oper('REGISTER Other #HELP *hal')).toEqual(['Aid helps on #HELP already.']);
    expect(await test.oper('REGISTER Aid #other *hal')).toEqual(['Aid is a bot already.']);
    expect(await test.oper('REGISTER ann #other *hal')).toEqual(['Somebody is called ann.']);
    expect(await test.oper('REGISTER hal|x other *hal')).toEqual(['other is no channel.']);
    expect(await test.oper('REGISTER 1x #other *hal')).toEqual(['1x is no nick.']);
    expect(await test.oper('REGISTER More #other *nobody')).toEqual(['There is no account nobody.']);
    test.net.take();
    expect(await test.oper('REGISTER More #other *hal')).toEqual(['More helps on #other, and is hal’s.']);
    expect((await test.oper('BOTS')).map((line) => line.split(/ +/).slice(0, 3).join(' '))).toEqual([
      ...['Bot Channel Owners', 'Aid #help olga', 'More #other hal', 'Those with !'],
    ]);
    const user = test.net.uplink.view.byNick('More')!;
    expect([...user.channels!].map(({ name }) => name)).toEqual(['#other']);
  });

  it('move, suspend and end them, and act at any', async () => {
    await test.asker('hello');
    expect(await test.oper('MOVE Aid #elsewhere')).toEqual(['Aid is Aid on #elsewhere.']);
    expect(await test.oper('MOVE Aid Care')).toEqual(['Aid is Care on #elsewhere.']);
    const user = test.net.uplink.view.byNick('Care')!;
    expect([...user.channels!].map(({ name }) => name)).toEqual(['#elsewhere']);
    expect(test.net.uplink.view.byNick('Aid')).toBeUndefined();
    expect(await test.oper('LIST Care')).toHaveLength(2);
    expect(await test.oper('LIST Aid')).toEqual(['There is no help bot Aid.']);
    expect(await test.oper('SET Care STATUSPAGETARGET #staff')).toEqual(['STATUSPAGETARGET is now: #staff']);
    expect(await test.oper('SET Care STATUSPAGETYPE privmsg')).toEqual(['STATUSPAGETYPE is now: privmsg']);
    expect(await test.oper('CLOSE Care 1 moved')).toEqual(['Request 1 is closed.']);
    expect(await test.oper('UNSUSPEND Care')).toEqual(['Care is not suspended.']);
    expect(await test.oper('SUSPEND Care soon why')).toEqual([
      'That is no time: expected one such as 2d, or 0.',
    ]);
    expect(await test.oper('SUSPEND Care 1h abuse')).toEqual(['Care serves nobody until it may again.']);
    expect(await test.net.ask(ASKER, 'hello', test.numeric('Care'))).toEqual([
      'Care helps nobody at the moment.',
    ]);
    expect(await test.oper('UNSUSPEND Care')).toEqual(['Care serves again.']);
    expect(await test.oper('EXPIRE 1d')).toEqual(['Bots end that nobody has used for a week, at least.']);
    expect(await test.oper('EXPIRE 7d')).toEqual(['0 help bots are gone: none']);
    expect(await test.oper('UNREGISTER Care')).toEqual([
      'UNREGISTER CONFIRM ends Care, with 0 open requests.',
    ]);
    expect(await test.oper('UNREGISTER Care CONFIRM')).toEqual(['Care is gone.']);
    expect(test.net.uplink.view.byNick('Care')).toBeUndefined();
    expect(test.net.database.prepare('SELECT count(*) FROM help_requests').pluck().get()).toBe(0);
  });
});

it('after a restart, and while the network was gone, requests are who they were of', async () => {
  test.net.join('ABAAE', 'bea');
  await test.net.ask('ABAAE', 'REGISTER bea correct-horse');
  await test.ask('ABAAE', 'mine stays');
  await test.asker('so does mine');
  await test.helper('PICKUP 1');
  test.net.services.close();
  await test.net.reopen();
  const ann = 'AB N ann 1 950 ~ann ann.example.net +i AKAAAB ABAAD :Real ann';
  const bea = 'AB N bea 1 950 ~bea bea.example.net +ir bea AKAAAB ABAAE :Real bea';
  test.net.relink(ann, bea);
  await test.settled();
  expect(test.bot.requests.size).toBe(2);
  expect(test.bot.requests.ofUser(test.net.uplink.view.byNick('ann')!)?.number).toBe(2);
  expect(test.bot.requests.ofUser(test.net.uplink.view.byNick('bea')!)?.helper).toBe('hal');
  // Whoever is not there any more, and had no account, is gone.
  test.net.uplink.fail('lost');
  test.net.relink(bea);
  await test.settled();
  expect([...test.bot.requests.all()].map(({ nick }) => nick)).toEqual(['bea']);
});

describe('people', () => {
  it('who leave take what they asked along, unless it is their account’s', async () => {
    await test.asker('mine');
    test.net.join('ABAAE', 'bea');
    await test.net.ask('ABAAE', 'REGISTER bea correct-horse');
    await test.ask('ABAAE', 'mine too');
    await test.helper('PICKUP 2');
    expect(await test.heard(HELPER, 'ABAAE Q :bye', `${ASKER} Q :bye`)).toEqual([
      'bea of request 2 has left the network.',
    ]);
    expect([...test.bot.requests.all()].map(({ number }) => number)).toEqual([2]);
    test.net.join('ABAAF', 'bea2');
    await test.heard(HELPER, 'ABAAF P AFAAA :AUTH bea correct-horse');
    expect(test.bot.requests.ofUser(test.net.uplink.view.byNick('bea2')!)?.nick).toBe('bea2');
  });

  it('are followed by their nick, and their account has what they asked before they logged in', async () => {
    await test.asker('mine');
    await test.heard(HELPER, `${ASKER} N anna 970`);
    expect((await test.helper('PICKUP anna'))[0]).toBe('Request 1 is yours.');
    await test.net.ask(ASKER, 'REGISTER anna correct-horse');
    await test.settled();
    expect([...test.bot.requests.ofAccount('anna')].map(({ number }) => number)).toEqual([1]);
    expect((await test.helper('SHOW *anna'))[0]).toContain('account anna');
    await test.net.services.keeper.changes.rename('anna', 'annette');
    expect((await test.helper('SHOW *annette'))[0]).toContain('Request 1 of anna');
    await test.net.services.keeper.changes.drop('annette', 'test');
    await test.settled();
    expect((await test.helper('SHOW 1'))[0]).toContain('not logged in');
    await test.net.services.keeper.changes.rename('hal', 'harold');
    expect(test.bot.staffRole('harold')).toBe('helper');
    expect(test.bot.requests.ofHelper('harold').size).toBe(1);
  });

  it('who help and are gone leave their requests to others, where that is set', async () => {
    await test.owner('SET HELPERPERSIST quit');
    await test.asker('mine');
    await test.helper('PICKUP 1');
    expect(await test.heard(ASKER, `${HELPER} Q :bye`)).toEqual([
      'hal has left. Your request 1 waits for somebody else.',
    ]);
    expect(test.bot.requests.next?.number).toBe(1);
    await test.owner('SET REQPERSIST part');
    expect(await test.asker('more')).toEqual([
      `Join ${CHANNEL} first: requests here are closed when you leave it.`,
    ]);
    test.net.say(`${ASKER} J ${CHANNEL} 960`);
    await test.heard(ASKER, `${ASKER} L ${CHANNEL}`);
    expect(test.bot.requests.size).toBe(0);
  });

  it('are greeted on the channel, asked at once, and get voice while they are helped, where that is set', async () => {
    for (const set of [
      'GREETING welcome',
      'REQONJOIN on',
      'AUTOVOICE on',
      'AUTODEVOICE on',
      'REQASSIGNED wait',
    ])
      await test.owner(`SET ${set}`);
    expect(await test.heard(ASKER, `${ASKER} J ${CHANNEL} 960`)).toEqual([
      'welcome',
      ...['Your request is number 1; it is 1 of 1 that wait.', 'It is closed when you leave the network.'],
    ]);
    const modes = () => test.net.take().filter((line) => line.includes(' M #help '));
    test.net.take();
    test.net.say(`${HELPER} P ${test.numeric('Aid')} :PICKUP 1`);
    await test.settled();
    expect(modes()).toEqual([expect.stringContaining(`+v ${ASKER}`)]);
    test.net.say(`${HELPER} P ${test.numeric('Aid')} :CLOSE 1`);
    await test.settled();
    expect(modes()).toEqual([expect.stringContaining(`-v ${ASKER}`)]);
  });
});

describe('time', () => {
  it('closes what waited or was silent for too long, and tells of what waits', async () => {
    for (const set of ['ALERTPAGETARGET #staff', 'ALERTPAGETYPE notice']) await test.oper(`SET Aid ${set}`);
    for (const set of ['WHINEDELAY 1m', 'WHINEINTERVAL 2m', 'WAITMOST 10m', 'EMPTYINTERVAL 1h'])
      await test.owner(`SET ${set}`);
    await test.asker('hello');
    test.net.take();
    await test.passes(300_000);
    const paged = test.net.take().filter((line) => line.includes(' O #staff '));
    expect(paged.map((line) => line.split(' :')[1]!.replace(/for .*/, ''))).toEqual([
      ...Array(3).fill('1 requests wait on #help, the oldest (1, ann) '),
    ]);
    await test.passes(360_000);
    expect(test.bot.requests.size).toBe(0);
    expect(test.net.database.prepare('SELECT reason FROM help_requests').pluck().all()).toEqual([
      'nobody has picked it up within 10m',
    ]);
    test.net.say(`${HELPER} L ${CHANNEL}`, `${OWNER} L ${CHANNEL}`);
    test.net.take();
    await test.passes(60_000);
    expect(test.net.take().filter((line) => line.includes('Nobody who helps is on'))).toHaveLength(1);
    // What was counted of the time that they were there.
    expect(test.help.desk.store.figures('aid', 'hal')[0]!.present).toBeGreaterThan(600);
  });

  it('closes many at once by their age, and forgets old ones', async () => {
    for (let at = 0; at < 30; at++) {
      const numeric = `ABAB${String.fromCharCode(65 + (at % 26))}`;
      test.net.join(at < 26 ? numeric : `ABAC${String.fromCharCode(65 + at - 26)}`, `user${at}`);
      await test.ask(at < 26 ? numeric : `ABAC${String.fromCharCode(65 + at - 26)}`, 'help');
    }
    await test.helper('PICKUP 30');
    await test.passes(120_000);
    await test.asker('a new one');
    expect(await test.owner('CLOSE >1m cleaned up')).toEqual(['29 requests are closed.']);
    expect([...test.bot.requests.all()].map(({ number }) => number)).toEqual([30, 31]);
    test.help.desk.store.forgetClosed(0);
    await test.passes(1_000);
    test.help.desk.store.forgetClosed(0);
    expect(test.net.database.prepare('SELECT count(*) FROM help_requests').pluck().get()).toBe(2);
  });
});

describe('requests', () => {
  it('are listed by whose they are, handed on, and counted for each who had them', async () => {
    await test.owner('ADDTRIAL *oper');
    test.net.join('ABAAE', 'bea');
    await test.asker('one');
    await test.ask('ABAAE', 'two');
    await test.helper('PICKUP 1');
    const listed = async (text: string) => (await test.helper(text)).map((line) => line.split(/ +/)[0]);
    expect(await listed('LIST')).toEqual(['Request', '2']);
    expect(await listed('LIST assigned')).toEqual(['Request', '1']);
    expect(await listed('LIST ME')).toEqual(['Request', '1']);
    expect(await listed('LIST all')).toEqual(['Request', '1', '2']);
    expect(await test.helper('LIST some')).toEqual(['LIST takes one of unassigned, assigned, me, all.']);
    expect(await test.owner('REASSIGN 1 *nobody')).toEqual(['There is no account nobody.']);
    expect(await test.owner('REASSIGN 9 *oper')).toEqual(['No request 9 is open.']);
    test.net.take();
    test.net.say(`${OWNER} P ${test.numeric('Aid')} :REASSIGN 1 *oper`);
    await test.settled();
    const sent = test.net.take();
    const told = (numeric: string) =>
      sent.filter((line) => line.includes(` O ${numeric} :`)).map((line) => read(line.split(' :')[1]!));
    expect(told(OWNER)).toEqual(['Request 1 is oper’s.']);
    expect(told(HELPER)).toEqual(['Request 1 is oper’s from now on.']);
    expect(told(OPER)).toEqual(['Request 1 of ann is yours.']);
    expect(told(ASKER)).toEqual(['oper helps you with your request 1.']);
    expect(await test.owner('REASSIGN 1 *oper')).toEqual(['That was not done: Request 1 is oper’s already.']);
    const { store } = test.help.desk;
    expect(store.figures('aid', 'hal')[0]).toMatchObject({ pickedUp: 1, handedOn: 1 });
    expect(store.figures('aid', 'oper')[0]).toMatchObject({ takenOn: 1 });
    // Of whoever helps no more it waits again.
    await test.ask(OPER, 'DELUSER *oper');
    expect([...test.bot.requests.unassigned()].map(({ number }) => number)).toEqual([1, 2]);
    await test.passes(120_000);
    expect((await test.asker('@WAIT'))[1]).toMatch(/^The first of them has waited for 2m/);
    expect(await test.helper('SHOW 1')).toContain('Nobody has picked it up.');
  });

  it('of somebody who logs in are their account’s, unless it has one already', async () => {
    test.net.join('ABAAE', 'bea');
    await test.net.ask('ABAAE', 'REGISTER bea correct-horse');
    await test.ask('ABAAE', 'from my account');
    await test.owner('SET NOTIFICATION accountchanges');
    await test.asker('before I logged in');
    await test.helper('PICKUP 2');
    const auth = (numeric: string, account: string) => `${numeric} P AFAAA :AUTH ${account} correct-horse`;
    // The account has one: what was asked before stays whoever's it was.
    await test.heard(HELPER, auth(ASKER, 'bea'));
    expect(test.bot.requests.byNumber(2)?.account).toBeNull();
    expect([...test.bot.requests.ofAccount('bea')].map(({ number }) => number)).toEqual([1]);
    test.net.join('ABAAF', 'cat');
    await test.ask('ABAAF', 'mine');
    await test.helper('PICKUP 3');
    expect(await test.heard(HELPER, 'ABAAF P AFAAA :REGISTER cat correct-horse')).toEqual([
      'cat of request 3 is logged in to cat.',
    ]);
    expect(test.bot.requests.byNumber(3)?.account).toBe('cat');
  });

  it('stay while whoever asked is on the channel, where that is set, and nobody else who leaves ends them', async () => {
    await test.owner('SET REQPERSIST part');
    test.net.say(`${ASKER} J ${CHANNEL} 960`);
    expect((await test.asker('mine'))[1]).toBe('It is closed when you leave the channel.');
    test.net.join('ABAAE', 'bea');
    await test.heard(ASKER, `ABAAE J ${CHANNEL} 960`, `ABAAE L ${CHANNEL}`);
    expect(test.bot.requests.size).toBe(1);
    await test.owner('SET REQPERSIST quit');
    await test.heard(ASKER, `${ASKER} L ${CHANNEL}`);
    expect(test.bot.requests.size).toBe(1);
  });
});

it('who helps is listed with what they have, and owners hand a bot on', async () => {
  await test.owner('ADDTRIAL *oper');
  await test.asker('mine');
  await test.helper('PICKUP 1');
  expect((await test.helper('HELPERS')).map((line) => line.split(/ +/).slice(0, 3))).toEqual([
    ['Account', 'Role', 'Requests'],
    ['olga', 'owner', '0'],
    ['hal', 'helper', '1'],
    ['oper', 'trial', '0'],
  ]);
  expect(await test.owner('GIVEOWNERSHIP *olga')).toEqual(['It is yours.']);
  expect(await test.owner('GIVEOWNERSHIP *nobody')).toEqual(['There is no account nobody.']);
  expect(await test.owner('GIVEOWNERSHIP *hal')).toEqual(['GIVEOWNERSHIP *hal CONFIRM hands Aid on.']);
  expect(await test.owner('GIVEOWNERSHIP *hal CONFIRM')).toEqual(['Aid is hal’s.']);
  expect([test.bot.staffRole('hal'), test.bot.staffRole('olga')]).toEqual(['owner', 'manager']);
  await test.net.services.close();
  await test.net.reopen();
  expect([test.bot.staffRole('hal'), test.bot.staffRole('olga')]).toEqual(['owner', 'manager']);
});

it('bots answer by messages where that is set, page as it is set, and are shown with what they do', async () => {
  for (const set of ['PRIVMSGONLY on', 'AUTOVOICE on', 'AUTOVOICE off']) await test.owner(`SET ${set}`);
  expect(await test.owner('SET PRIVMSGONLY')).toEqual(['PRIVMSGONLY is now: on']);
  expect(await test.owner('SET AUTOVOICE')).toEqual(['AUTOVOICE is now: off']);
  test.net.take();
  test.net.say(`${ASKER} P ${test.numeric('Aid')} :hello`);
  await test.settled();
  const aid = test.numeric('Aid');
  const toAsker = test.net.take().filter((line) => line.includes(` ${ASKER} :`));
  expect(toAsker.length).toBeGreaterThan(0);
  expect(toAsker.filter((line) => !line.startsWith(`${aid} P ${ASKER} :`))).toEqual([]);
  await test.oper('SET Aid PAGETARGET #staff');
  for (const [type, token] of [
    ['privmsg', 'P'],
    ['notice', 'O'],
    ['onotice', 'WC'],
  ] as const) {
    await test.oper(`SET Aid PAGETYPE ${type}`);
    test.net.take();
    test.net.say(`${HELPER} P ${aid} :PAGE come`);
    await test.settled();
    expect(test.net.take().filter((line) => line.includes(' #staff '))).toEqual([
      expect.stringMatching(new RegExp(`^${aid} ${token} #staff :`)),
    ]);
  }
  await test.passes(120_000);
  const row = async () => (await test.oper('BOTS'))[1]!.trim().split(/ +/);
  expect((await row()).slice(0, 5)).toEqual(['Aid', '#help', 'olga', '1', '1']);
  expect((await row())[5]).toMatch(/^\d+[ms]/);
  await test.oper('SUSPEND Aid 0 closed for now');
  expect((await row()).at(-1)).toBe('!');
  await test.passes(3_600_000);
  expect((await row()).at(-1)).toBe('!');
});

it('who is gagged is not heard by help bots either, and is once that is over', async () => {
  const { gags } = test.net.services.opserv.lists;
  await gags.put({
    mask: '*!*@ann.example.net',
    reason: 'noise',
    by: 'oper',
    setMs: test.net.clock.now(),
    expiresMs: null,
  });
  expect(await test.asker('how do I get a host?')).toEqual([]);
  expect(test.net.database.prepare('SELECT count(*) FROM help_requests').pluck().get()).toBe(0);
  await gags.drop('*!*@ann.example.net');
  expect(await test.asker('how do I get a host?')).not.toEqual([]);
});

it('requests are bounded, in lines and in number, and who speaks too much is not heard', async () => {
  await test.owner('SET REQMAXLEN 2');
  await test.asker('one');
  await test.asker('two');
  expect(await test.asker('three')).toEqual([
    'Your request has 2 lines, as many as may be. Wait for somebody to help.',
  ]);
  for (let at = 0; at < 40; at++) test.net.say(`${ASKER} P ${test.numeric('Aid')} :more`);
  await test.settled();
  expect(test.net.services.commands.flooded).toBeGreaterThan(0);
});

it('settings are shown and changed, and refuse what is none', async () => {
  const shown = await test.helper('SET');
  expect(shown.map((line) => line.split(':')[0])).toEqual(HELP_SETTINGS.map(({ name }) => name));
  for (const [set, why] of [
    ['WHINEDELAY soon', 'WHINEDELAY is a time such as 10m or 1d12h, or 0 for off.'],
    ['REQPERSIST ever', 'REQPERSIST is one of part, quit, close.'],
    ['AUTOVOICE maybe', 'AUTOVOICE is on or off.'],
    ['REQMAXLEN 0', 'REQMAXLEN is a number from 1 to 100.'],
    [`GREETING ${'x'.repeat(301)}`, 'GREETING has up to 300 bytes.'],
  ] as const)
    expect(await test.owner(`SET ${set}`)).toEqual([why]);
  expect(await test.owner('SET HAT red')).toEqual([
    expect.stringMatching(/^There is no setting HAT\. There are PAGE/),
  ]);
  expect(await test.oper('SET Aid PAGETARGET staff')).toEqual(['PAGETARGET is a channel, or * for none.']);
  expect(await test.helper('PAGE come')).toEqual([expect.stringMatching(/^Pages go nowhere here/)]);
  await test.oper('SET Aid PAGETARGET #staff');
  await test.oper('SET Aid PAGE onotice');
  test.net.take();
  expect(await test.helper('PAGE come')).toEqual(['The others are called.']);
  expect(await test.owner('SET GREETING *')).toEqual(['GREETING is now: nothing']);
});

it('administrators give requests to somebody, answer and close them', async () => {
  await test.asker('hello');
  const handlers = helpHandlers(test.net.services);
  const context = {
    actor: { name: 'admin', from: 'cli', role: 'admin' },
    signal: new AbortController().signal,
  } as never;
  expect(handlers.requests.run({ limit: 10 }, context)).toMatchObject({
    rows: [{ bot: 'Aid', number: 1, nick: 'ann', helper: null, state: 'waits', text: 'hello' }],
  });
  expect(() => handlers['assign-request'].check!({ bot: 'Aid', number: 1, helper: 'oper' })).toThrow(
    'oper does not help at Aid',
  );
  expect(await handlers['assign-request'].run({ bot: 'aid', number: 1, helper: 'HAL' }, context)).toEqual({
    ...{ number: 1, helper: 'hal', before: null },
  });
  test.net.take();
  expect(await handlers['answer-request'].run({ bot: 'Aid', number: 1, text: 'yes' }, context)).toEqual({
    ...{ number: 1, told: true },
  });
  expect(test.net.notices(ASKER).join()).toBe('admin answers: yes');
  expect(handlers.request.run({ bot: 'Aid', number: 1 }, context)).toMatchObject({
    rows: [{ kind: 'asked' }, { kind: 'answer', text: 'yes' }],
  });
  expect(handlers['help-bots'].run({}, context)).toMatchObject({
    rows: [{ bot: 'Aid', open: 1, waiting: 0 }],
  });
  expect(await handlers['close-request'].run({ bot: 'Aid', number: 1, reason: '' }, context)).toEqual({
    number: 1,
  });
  expect(() => handlers.request.run({ bot: 'Aid', number: 9 }, context)).toThrow('There is no request 9');
  await expect(
    (async () => handlers['close-request'].run({ bot: 'None', number: 1, reason: '' }, context))(),
  ).rejects.toMatchObject({ code: 'not_found' });
});

it('is told of in docs/reference/helpserv.md', async () => {
  const { helpServPage } = await import('./help-page.ts');
  expect(readFileSync(new URL('../../../docs/reference/helpserv.md', import.meta.url), 'utf8')).toBe(
    helpServPage(),
  );
});
