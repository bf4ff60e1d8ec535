/** SpamServ to the letter: who may do what from which level on, what is done for how long, at the bounds, after a restart and an import. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ANN, BOB, CAT, EVE, ROOM, TestChannels } from '../chanserv/test-channels.ts';
import { limits } from '../limits.ts';
import { judgeJoin, judgeLine } from './spam-judge.ts';
import { SpamMemory } from './spam-memory.ts';
import { SpamServ } from './spam-serv.ts';
import { readSpamSettings, wordRefusal } from './spam-settings.ts';
import { isAdvertisement, isShouting, lineMark, plainText } from './spam-text.ts';

let test: TestChannels;
beforeEach(async () => {
  test = await TestChannels.start();
  await test.net.level('cat', 200);
  await ask(CAT, `REGISTER ${ROOM}`);
});
afterEach(() => test.close());

const spamServ = () => test.net.services.serviceBots.find((one) => one instanceof SpamServ)!;
const numeric = () => test.net.services.bots.byNick('SpamServ')!.numeric;
async function ask(who: string, text: string): Promise<string[]> {
  await test.net.clock.advance(1_000);
  test.net.say('AB G AB');
  return await test.net.ask(who, text, numeric());
}
/** What SpamServ does because of lines that somebody says on the channel, without its numeric. */
async function said(who: string, ...lines: string[]): Promise<string[]> {
  return await heard(...lines.map((line) => `${who} P ${ROOM} :${line}`));
}
async function heard(...lines: string[]): Promise<string[]> {
  test.net.take();
  test.net.say(...lines);
  await test.net.quiet();
  const own = test.net.take().filter((line) => line.startsWith(numeric()) || line.startsWith('AF D'));
  return own.map((line) => line.replace(`${numeric()} `, ''));
}
const warns = (who: string) => expect.stringMatching(new RegExp(`^O ${who} :This is a warning: `));
const kicks = (who: string) => expect.stringMatching(new RegExp(`^K ${ROOM} ${who} :`));
const bans = (sign: string) =>
  expect.stringMatching(new RegExp(`^M ${ROOM} \\${sign}b \\*!\\*@bob\\.example\\.net`));
const isThere = (channel = ROOM) =>
  test.net.uplink.view.findChannel(channel)?.members.has(test.net.uplink.view.byNick('SpamServ')!) === true;

it('each command is for its level and above, and for those of registered channels on which SpamServ is', async () => {
  for (const [text, level] of [
    ['UNREGISTER', 500],
    ['SET', 400],
    ['ADDBADWORD', 400],
    ['DELBADWORD nasty', 400],
    ['ADDEXCEPTION', 400],
    ['DELEXCEPTION nasty', 400],
    ['ADDTRUST *bob', 300],
    ['DELTRUST *bob', 300],
    ['LISTTRUST', 1],
  ] as const) {
    const [name = '', ...rest] = text.split(' ');
    const answer = async (who: string) => (await ask(who, `${name} ${ROOM} ${rest.join(' ')}`))[0];
    const refused = expect.stringMatching(new RegExp(`^${name} on ${ROOM} is for level `));
    if (level > 1) await test.ask(ANN, `ADDUSER ${ROOM} *bob ${level - 1}`);
    expect(await answer(BOB), text).toEqual(refused);
    if (level < 500) {
      await test.ask(ANN, level > 1 ? `CLVL ${ROOM} *bob ${level}` : `ADDUSER ${ROOM} *bob 1`);
      expect(await answer(BOB), text).not.toEqual(refused);
    }
    expect(await answer(ANN), text).not.toEqual(refused);
    await test.ask(ANN, `DELUSER ${ROOM} *bob`);
    await test.passes(20_000);
  }
  await ask(ANN, `UNREGISTER ${ROOM} confirm`);
  const none = `SpamServ is not on ${ROOM}: operators of services REGISTER it.`;
  for (const text of [
    ...[
      'UNREGISTER # CONFIRM',
      'SET #',
      'SET # ADVSCAN',
      'SET # ADVSCAN 1',
      'ADDBADWORD #',
      'ADDBADWORD # nasty',
    ],
    ...['DELBADWORD # nasty', 'ADDEXCEPTION # nasty', 'DELEXCEPTION # nasty', 'ADDTRUST # *bob'],
    ...['DELTRUST # *bob', 'LISTTRUST #'],
  ])
    expect(await ask(ANN, text.replace('#', ROOM)), text).toEqual([none]);
  expect((await ask(ANN, `SET ${ROOM} HAT`))[0]).toMatch(/^There is no setting HAT\./);
  expect(await ask(EVE, 'OADDTRUST *bob')).toEqual([
    expect.stringMatching(/^OADDTRUST is for those who are logged in/),
  ]);
  expect(await ask(BOB, 'ODELTRUST *bob')).toEqual(['ODELTRUST is for accounts of level 200 and above.']);
  expect(test.net.deeds.map(({ deed }) => [deed.command, deed.args])).toEqual([
    ['SPAMSERV', { channel: ROOM, text: '' }],
  ]);
});

it('who is meant has to be there, whoever asks, and a refusal is written down nowhere', async () => {
  await test.net.level('cat', 600);
  const written = test.net.deeds.length;
  for (const [text, answer] of [
    [`ADDTRUST ${ROOM} *nobody`, 'There is no account nobody.'],
    [`DELTRUST ${ROOM} *nobody`, 'There is no account nobody.'],
    [`ADDTRUST ${ROOM} eve`, 'eve is not logged in.'],
    [`DELTRUST ${ROOM} eve`, 'eve is not logged in.'],
    ['OADDTRUST eve', 'eve is not logged in.'],
    ['ODELTRUST *nobody', 'There is no account nobody.'],
  ] as const)
    expect(await ask(CAT, text), text).toEqual([answer]);
  expect(test.net.deeds.length).toBe(written);
  // Who is gone while it is written down is trusted nowhere.
  const { keeper } = test.net.services;
  for (const text of [
    `ADDTRUST ${ROOM} *gone`,
    `DELTRUST ${ROOM} *gone`,
    'OADDTRUST *gone',
    'ODELTRUST *gone',
  ]) {
    await test.net.writes.write(() =>
      test.net.database.exec("INSERT INTO accounts (key, name, created) VALUES ('gone', 'gone', 1)"),
    );
    let release = () => {};
    test.net.writtenDown = new Promise((resolve) => {
      release = resolve;
    });
    await test.net.clock.advance(2_000);
    test.net.take();
    test.net.say(`${CAT} P ${numeric()} :${text}`);
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
    await keeper.changes.drop('gone', 'test');
    test.net.writtenDown = Promise.resolve();
    release();
    await test.net.quiet();
    expect(test.net.notices(CAT), text).toEqual(['There is no account gone.']);
    expect(test.net.deeds.at(-1)!.deed.command).toMatch(/^(?:CHANNEL|SPAMSERV-TRUST)$/);
  }
  expect(test.net.deeds.slice(written).map(({ deed }) => deed.args)).toEqual([
    { command: 'ADDTRUST', channel: ROOM, text: '*gone' },
    { command: 'DELTRUST', channel: ROOM, text: '*gone' },
    { command: 'OADDTRUST', account: '*gone' },
    { command: 'ODELTRUST', account: '*gone' },
  ]);
});

it('what is set is done: a kick, a ban with it, being kept out for a while or for long, or off the network', async () => {
  test.net.join('ABAAF', 'oz', 'o');
  await ask(ANN, `SET ${ROOM} ADVSCAN 1`);
  await ask(ANN, `SET ${ROOM} SPAMSCAN 0`);
  const spams = async () => await said(BOB, 'www.example.net', 'www.example.net');
  const again = async () => {
    test.net.say(`AB M ${ROOM} -b *!*@bob.example.net 960`, `${BOB} J ${ROOM} 960`);
    await test.passes(3_000_000);
  };
  await ask(ANN, `SET ${ROOM} ADVREACTION 0`);
  expect(await spams()).toEqual([warns(BOB), kicks(BOB)]);
  await again();
  await ask(ANN, `SET ${ROOM} ADVREACTION 1`);
  expect(await spams()).toEqual([warns(BOB), bans('+'), kicks(BOB)]);
  expect(test.room.lamers).toEqual([]);
  await again();
  await ask(ANN, `SET ${ROOM} ADVREACTION 3`);
  expect(await spams()).toEqual([warns(BOB), bans('+'), kicks(BOB)]);
  const [lamer] = test.room.lamers;
  expect([lamer!.by, lamer!.reason, lamer!.expires! - test.net.clock.now()]).toEqual([
    ...['SpamServ', 'advertisements is not welcome here', limits.spamLongBanSeconds.default * 1_000],
  ]);
  await test.passes(limits.spamLongBanSeconds.default * 1_000 + 1_000);
  await again();
  // A ban that is there is not set again.
  test.net.say(`AB M ${ROOM} +b *!*@bob.example.net 960`);
  expect(await spams()).toEqual([warns(BOB), kicks(BOB)]);
  await test.passes(limits.spamLongBanSeconds.default * 1_000 + 1_000);
  await again();
  await test.net.level('cat', 600);
  expect(await ask(CAT, `SET ${ROOM} ADVREACTION 4`)).toEqual([
    'That is for operators of the network to set.',
  ]);
  test.net.say(`AB MODE cat :+o`, `${CAT} M cat +o`);
  expect(await ask(CAT, `SET ${ROOM} ADVREACTION 4`)).toEqual(['ADVREACTION is now: 4 kill']);
  expect(await spams()).toEqual([
    warns(BOB),
    `AF D ${BOB} :services.test (advertisements is not welcome here)`,
  ]);
  expect(test.net.uplink.view.byNick('bob')).toBeUndefined();
  expect((await ask(EVE, 'STATUS'))[1]).toMatch(/^5 warnings, 5 of them not heeded\. /);
});

it('where the list of lamers is full the ban ends alone, if it is there still and the channel is', async () => {
  const { registry } = test.chanServ;
  await registry.change(ROOM, 'settings', () => {
    for (let at = 0; at < limits.lamersPerChannel.default; at++)
      registry.rows.addLamer(test.room.key, `*!*@l${at}.test`, 'ann', null, 'x');
  });
  await ask(ANN, `SET ${ROOM} WARNREACTION 2`);
  const passed = async (...lines: string[]) => {
    expect(await said(BOB, 'buy', 'buy', 'buy', 'buy')).toEqual([warns(BOB), bans('+'), kicks(BOB)]);
    expect(await heard(...lines)).toEqual([]);
    test.net.take();
    await test.passes(limits.spamShortBanSeconds.default * 1_000 - 1_000);
    const early = test.net.take().filter((line) => line.includes(' M '));
    await test.passes(2_000);
    const late = test.net.take().filter((line) => line.includes(' M '));
    test.net.say(`${BOB} J ${ROOM} 960`);
    await test.passes(3_000_000);
    return [early.length, late.map((line) => line.split(' ').slice(1).join(' '))];
  };
  expect(await passed()).toEqual([0, [bans('-')]]);
  expect(await passed(`AB M ${ROOM} -b *!*@bob.example.net 960`)).toEqual([0, []]);
  // Nor where the network is gone by then.
  expect(await said(BOB, 'buy', 'buy', 'buy', 'buy')).toHaveLength(3);
  test.net.uplink.fail('lost');
  await test.net.clock.advance(limits.spamShortBanSeconds.default * 1_000 + 1);
  test.net.relink(
    `AB N ann 1 950 ~ann ann.example.net +ir ann AKAAAB ${ANN} :Real`,
    `AB N bob 1 950 ~bob bob.example.net +ir bob AKAAAB ${BOB} :Real`,
    `AB B ${ROOM} 960 ${ANN}:o,${BOB}`,
  );
  await test.net.quiet();
  // One more is on the list while there is room.
  await registry.change(ROOM, 'settings', () => registry.rows.dropLamer(test.room.key, '*!*@l0.test'));
  await said(BOB, 'sell', 'sell', 'sell', 'sell');
  expect(test.room.lamers).toHaveLength(limits.lamersPerChannel.default);
  expect(test.room.lamers.at(-1)!.by).toBe('SpamServ');
});

it('lines count however they are said; those of bursts, of suspended channels and of who is let alone do not', async () => {
  expect(await said(BOB, 'buy', '\x01ACTION buy\x01', '\x02BUY')).toEqual([warns(BOB)]);
  test.net.say(`${EVE} J ${ROOM} 960`);
  const joins = async (times: number) => {
    const lines = Array.from({ length: times }, () => [`${EVE} L ${ROOM}`, `${EVE} J ${ROOM} 960`]).flat();
    return await heard(...lines);
  };
  expect(await joins(2)).toEqual([]);
  expect(await joins(1)).toEqual([expect.stringContaining(`M ${ROOM} +b *!*@eve.example.net`), kicks(EVE)]);
  // Who comes with a server has not joined.
  test.net.say(
    'AB S leaf.test 2 900 900 J10 AC]]] +h :Leaf',
    'AC N dan 1 950 ~dan dan.example.net +i AKAAAB ACAAA :Real',
    `AC B ${ROOM} 960 ACAAA`,
    'AC EB',
  );
  const dan = Array.from({ length: 3 }, () => [`ACAAA L ${ROOM}`, `ACAAA J ${ROOM} 960`]).flat();
  expect(await heard(...dan)).toEqual([]);
  expect(await heard(`ACAAA L ${ROOM}`, `ACAAA J ${ROOM} 960`)).toHaveLength(2);
  // Who is trusted everywhere is after a restart too, and services keep what they were told.
  await ask(CAT, 'OADDTRUST *bob');
  await ask(ANN, `ADDBADWORD ${ROOM} nasty`);
  await ask(ANN, `ADDEXCEPTION ${ROOM} nasty weather`);
  test.net.services.close();
  await test.net.reopen();
  test.net.relink(
    `AB N ann 1 950 ~ann ann.example.net +ir ann AKAAAB ${ANN} :Real`,
    `AB N bob 1 950 ~bob bob.example.net +ir bob AKAAAB ${BOB} :Real`,
    `AB N cat 1 950 ~cat cat.example.net +ir cat AKAAAB ${CAT} :Real`,
    `AB B ${ROOM} 960 ${ANN}:o,${BOB},${CAT}`,
  );
  await test.net.quiet();
  expect(await said(BOB, ...Array(9).fill('buy'))).toEqual([]);
  await ask(CAT, 'ODELTRUST *bob');
  expect(await said(BOB, 'buy', 'buy', 'buy')).toEqual([warns(BOB)]);
  expect([await ask(ANN, `ADDBADWORD ${ROOM}`), await ask(ANN, `ADDEXCEPTION ${ROOM}`)]).toEqual([
    ['1 bad words: nasty'],
    ['1 exceptions: nasty weather'],
  ]);
  for (const kind of ['BADWORD', 'EXCEPTION']) {
    const list = kind === 'BADWORD' ? 'bad words' : 'exceptions';
    const word = kind === 'BADWORD' ? 'nasty' : 'nasty weather';
    expect(await ask(ANN, `DEL${kind} ${ROOM} ${word.toUpperCase()}`)).toEqual([
      `${word} is none of the ${list} any more.`,
    ]);
    expect(await ask(ANN, `DEL${kind} ${ROOM} ${'x'.repeat(70)}`)).toEqual([
      `${'x'.repeat(64)} is none of the ${list}.`,
    ]);
    expect(await ask(ANN, `ADD${kind} ${ROOM}`)).toEqual([`0 ${list}: none`]);
  }
  // What is remembered of people goes with the network.
  const remembered = async () => / (\d+) people/.exec((await ask(ANN, 'STATUS'))[1]!)?.[1];
  expect(await remembered()).toBe('1');
  test.net.uplink.fail('lost');
  test.net.relink(
    `AB N ann 1 950 ~ann ann.example.net +ir ann AKAAAB ${ANN} :Real`,
    `AB B ${ROOM} 960 ${ANN}:o`,
  );
  await test.net.quiet();
  expect([await remembered(), isThere()]).toEqual(['0', true]);
  await heard(`AB D ${numeric()} :hub.test (no)`);
  expect(isThere()).toBe(true);
});

it('channels that were imported are served at once, some dozens in a turn, and those that are there stay', async () => {
  const { database, writes } = test.net;
  const { store } = spamServ();
  const before = store.get(ROOM);
  await writes.write(() => {
    for (let at = 0; at < 130; at++) {
      database.exec(
        `INSERT INTO channels (key, name, founder, created, registered) SELECT '#c${at}', '#c${at}', id, 960000, 1 FROM accounts WHERE key = 'ann'`,
      );
      store.register(`#c${at}`, 'ann');
    }
    database.exec(
      "INSERT INTO spam_trusts (channel, account, added, added_by) SELECT NULL, id, 1, 'x' FROM accounts WHERE key = 'bob'",
    );
  });
  for (let at = 0; at < 130; at++) test.chanServ.registry.reload(`#c${at}`);
  expect([store.arrived().length, store.arrived().includes(ROOM)]).toEqual([130, false]);
  const taken = spamServ().takeUp();
  expect(store.size).toBe(1 + 64);
  await taken;
  expect([store.size, store.get(ROOM) === before, store.arrived(), isThere('#c0'), isThere('#c129')]).toEqual(
    [...[131, true, [], true, true]],
  );
  expect(await said(BOB, ...Array(9).fill('buy'))).toEqual([]);
  const shown = (await ask(CAT, 'STATUS CHANNELS')).slice(2).join(' ').split(' ');
  expect(new Set(shown.filter((word) => word.startsWith('#'))).size).toBe(131);
});

it('as many words and trusts as may be, of the lengths that may be', async () => {
  const { store } = spamServ();
  const sizes = [limits.spamWordBytesLeast.default, limits.spamWordBytes.default];
  for (const [bytes, why] of [
    [sizes[0]! - 1, 'short'],
    [sizes[0]!, null],
    [sizes[1]!, null],
    [sizes[1]! + 1, 'long'],
  ] as const)
    expect(wordRefusal('x'.repeat(bytes)), String(bytes)).toBe(why);
  expect(wordRefusal('éé')).toBeNull();
  for (const kind of ['bad', 'exception'] as const) {
    for (let at = 0; at < limits.spamWords.default; at++) store.addWord(ROOM, kind, `word${at}`);
    expect(() => store.addWord(ROOM, kind, 'more')).toThrow(expect.objectContaining({ code: 'conflict' }));
  }
  const most = limits.spamTrusts.default;
  await test.net.writes.write(() =>
    test.net.database.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= ${most})
      INSERT INTO accounts (id, key, name, created) SELECT 1000 + i, 'u' || i, 'u' || i, 1 FROM n`),
  );
  for (const key of [ROOM, null]) {
    for (let at = 1; at <= most; at++) expect(store.addTrust(key, 1_000 + at, 'ann')).toBe(true);
    expect(() => store.addTrust(key, 1_001 + most, 'ann')).toThrow(
      expect.objectContaining({ code: 'conflict', message: expect.stringContaining(`${most} accounts are`) }),
    );
    expect([store.dropTrust(key, 1_001), store.dropTrust(key, 1_001), store.trusted(key).length]).toEqual([
      ...[true, false, most - 1],
    ]);
    expect(store.addTrust(key, 1_002, 'ann')).toBe(false);
  }
});

it('what is counted begins anew at its bound, and being acted upon for words takes nothing of it away', () => {
  const OFF = { spamScan: false, chanFloodScan: false };
  const settings = readSpamSettings(
    JSON.stringify({ spamScan: true, chanFloodScan: false, badwordScan: true }),
  );
  const rules = { settings, badWords: ['nasty'], exceptions: [], isChannel: () => false };
  const record = () => new SpamMemory<object, object>().record({}, {});
  const offences = (
    set: typeof rules,
    one: ReturnType<typeof record>,
    times: readonly number[],
    text = 'nasty',
  ) =>
    times.map((at) => {
      const verdict = judgeLine(set, one, text, 0, at);
      return verdict === null ? '' : `${verdict.offence} ${verdict.reaction ?? 'warning'}`;
    });
  expect(offences(rules, record(), [0, 1, 2, 3, 4])).toEqual([
    ...['words warning', 'words short ban', 'repeat warning', 'repeat short ban', 'words short ban'],
  ]);
  const flood = { ...rules, settings: { ...settings, ...OFF, chanFloodScan: true, badwordScan: false } };
  const ms = limits.floodMs.default;
  const lines = limits.floodLines.default;
  // The line before the last that may be is warned of; at the bound of the time counting begins anew.
  expect(offences(flood, record(), Array(lines - 1).fill(ms - 1)).at(-1)).toBe('flood warning');
  expect(offences(flood, record(), [...Array(lines - 2).fill(ms), 2 * ms]).join('')).toBe('');
  expect(offences(flood, record(), [...Array(lines - 2).fill(ms), 2 * ms - 1]).at(-1)).toBe('flood warning');
  expect(offences(flood, record(), Array(lines + 1).fill(ms)).at(-1)).toBe('flood short ban');
  const advertises = {
    ...rules,
    settings: { ...settings, ...OFF, badwordScan: false, advScan: true, advReaction: 0 },
  };
  const ad = (times: readonly number[]) => offences(advertises, record(), times, 'www.example.net');
  const warning = limits.spamWarningMs.default;
  expect(ad([0, warning - 1])).toEqual(['advertisement warning', 'advertisement kick']);
  expect(ad([0, warning])).toEqual(['advertisement warning', 'advertisement warning']);
  const again = limits.spamAgainMs.default;
  expect(ad([0, 1, again - 10, again]).at(-1)).toBe('advertisement short ban');
  expect(ad([0, 1, again - 10, again + 1]).at(-1)).toBe('advertisement kick');
  const join = (times: readonly number[]) => {
    const one = record();
    return times.map((at) => judgeJoin({ settings }, one, 0, at)?.reaction ?? '');
  };
  const joins = limits.joinFloodMs.default;
  expect(join([joins, joins, joins, 2 * joins - 1])).toEqual(['', '', '', 'short ban']);
  expect(join([joins, joins, joins, 2 * joins, 2 * joins, 2 * joins])).toEqual(['', '', '', '', '', '']);
  const off = { settings: { ...settings, joinFloodScan: false } };
  const one = record();
  expect(Array.from({ length: 9 }, () => judgeJoin(off, one, 0, joins))).toEqual(Array(9).fill(null));
});

it('lines are read as they are meant, at the bounds', () => {
  expect(['', 'a', 'foobar'].map(lineMark)).toEqual([0x811c_9dc5, 0xe40c_292c, 0xbf9c_f968]);
  for (const [text, least, percent, shouts] of [
    ['ABCDE', 5, 100, true],
    ['ABCD', 5, 1, false],
    ['ABCDEabcde', 5, 50, true],
    ['ABCDEabcdef', 5, 50, false],
    ['😀😀AB', 2, 50, true],
  ] as const)
    expect(isShouting(text, least, percent), text).toBe(shouts);
  for (const [text, is] of [
    ['#other', true],
    ['x #other', true],
    ['(#other).', true],
    ['#other, #x', true],
    ['#oth.er', false],
    ['see "#other"?!', true],
    ['x#other', false],
    ['##other', false],
    ['#1 and then #other', true],
    ['HTTPS://x', true],
    ['http://', false],
    ['ftp:x', true],
    ['9www.x', false],
  ] as const)
    expect(
      isAdvertisement(text, (name) => name === '#other'),
      text,
    ).toBe(is);
  for (const [text, plain] of [
    ['\x034red', 'red'],
    ['\x0304,12red', 'red'],
    ['\x03045', '5'],
    ['\x0300,012', '2'],
    ['\x03,4', ',4'],
    ['\x04ff0000red', 'red'],
    ['\x04ff00000', '0'],
    ['\x02\x0f\x11\x16\x1d\x1e\x1fx', 'x'],
  ] as const)
    expect(plainText(text), JSON.stringify(text)).toBe(plain);
});
