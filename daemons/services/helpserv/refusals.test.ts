/** What help bots do not do, for whom and why, and what they leave as it was: at the bounds, at the same moment, and when somebody is gone. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../limits.ts';
import { ASKER, CHANNEL, HELPER, OPER, OWNER, read, TestHelp } from './test-help.ts';

let test: TestHelp;
beforeEach(async () => {
  test = await TestHelp.start();
});
afterEach(() => test.close());

const rows = (sql: string) => test.net.database.prepare(sql).raw().all();
/** Lines that somebody says at the same moment, and what each of some people then reads. */
async function atOnce(lines: readonly (readonly [string, string, string])[], ...people: readonly string[]) {
  await test.passes(2_000);
  test.net.take();
  test.net.say(...lines.map(([who, nick, text]) => `${who} P ${test.numeric(nick)} :${text}`));
  await test.settled();
  const sent = test.net.take();
  return people.map((who) =>
    sent.flatMap((line) => {
      const found = / O (\S+) :(.*)$/.exec(line);
      return found?.[1] === who ? [read(found[2]!)] : [];
    }),
  );
}
const account = async (numeric: string, nick: string, name = nick) => {
  test.net.join(numeric, nick);
  await test.net.ask(
    numeric,
    name === nick ? `REGISTER ${nick} correct-horse` : `AUTH ${name} correct-horse`,
  );
};

it('names somebody by account or nick, and a request by its number alone, and says who or what there is not', async () => {
  await test.asker('one');
  const long = 'n'.repeat(40);
  for (const [text, answer] of [
    ['ADDTRIAL nobody', 'Nobody is called nobody. *account names an account.'],
    [`ADDTRIAL ${long}`, `Nobody is called ${long.slice(0, 32)}. *account names an account.`],
    ['ADDTRIAL ann', 'ann is not logged in.'],
    [`ADDTRIAL *${'a'.repeat(70)}`, `There is no account ${'a'.repeat(64)}.`],
    ['DELUSER nobody', 'Nobody is called nobody. *account names an account.'],
    ['CLVL ann trial', 'ann is not logged in.'],
    ['CLVL hal oper', 'A role is one of trial, helper, manager, owner.'],
    ['GIVEOWNERSHIP ann', 'ann is not logged in.'],
    ['STATS nobody', 'Nobody is called nobody. *account names an account.'],
    ['REASSIGN 1 ann', 'ann is not logged in.'],
    ['REASSIGN 1 oper', 'oper does not help here.'],
    ['REASSIGN 7 hal', 'No request 7 is open.'],
  ] as const) {
    expect(await test.owner(text), text).toEqual([answer]);
    await test.passes(2_000);
  }
  for (const name of ['PICKUP', 'SHOW', 'CLOSE'])
    for (const word of ['x1', '1x', '##1', '', `1${'0'.repeat(15)}`]) {
      const found = await test.helper(`${name} ${word}`);
      expect(found, `${name} ${word}`).toEqual([
        word === '' ? expect.stringMatching(/^Expected: /) : `No request ${word} is open.`,
      ]);
      await test.passes(2_000);
    }
  for (const text of ['ANSWER x1 a', 'NOTE 1x a', `SHOW ${long}`])
    expect(await test.helper(text)).toEqual([`No request ${text.split(' ')[1]!.slice(0, 32)} is open.`]);
  expect(test.bot.requests.waiting).toBe(1);
});

it('what is not done has a code that says why, for whoever asks by another way', async () => {
  const { desk } = test.help;
  const { bot } = test;
  const owner = { account: 'olga', role: 'owner' } as const;
  await test.asker('one');
  await test.asker('more');
  await test.helper('PICKUP 1');
  for (const [what, code] of [
    [() => desk.assign(bot, null, 'hal', false), 'not_found'],
    [() => desk.assign(bot, 9, 'hal', false), 'not_found'],
    [() => desk.assign(bot, 1, 'HAL', true), 'conflict'],
    [() => desk.assign(bot, 1, 'oper', false), 'conflict'],
    [() => desk.note(bot, 9, 'hal', 'x'), 'not_found'],
    [() => desk.answer(bot, 9, 'hal', 'x'), 'not_found'],
    [() => desk.close(bot, 9, 'hal', 'x', null), 'not_found'],
    [() => desk.close(bot, 1, 'oper', 'x', 'oper'), 'access_denied'],
    [() => desk.setRole(bot, owner, 'olga', 'trial'), 'access_denied'],
    [() => desk.setRole(bot, owner, 'oper', 'owner'), 'access_denied'],
    [() => desk.dropStaff(bot, { account: 'hal', role: 'helper' }, 'olga'), 'access_denied'],
    [() => desk.dropStaff(bot, owner, 'oper'), 'not_found'],
    [() => desk.giveOwnership(bot, 'olga', 'oper'), 'not_found'],
  ] as const)
    await expect(what(), String(what)).rejects.toMatchObject({ code });
  expect([bot.staffRole('olga'), bot.staffRole('hal')]).toEqual(['owner', 'helper']);
  await desk.close(bot, 1, 'HAL', 'done', 'hal');
  for (const what of [
    () => desk.note(bot, 1, 'hal', 'x'),
    () => desk.answer(bot, 1, 'hal', 'x'),
    () => desk.assign(bot, 1, 'hal', true),
    () => desk.close(bot, 1, 'hal', 'x', null),
  ])
    await expect(what(), String(what)).rejects.toMatchObject({ code: 'not_found' });
  expect(desk.store.lines('aid', 1)).toHaveLength(2);
});

it('as many as may be are taken, and one more is not', async () => {
  const { store } = test.help.desk;
  const { database, writes } = test.net;
  const { helpersPerBot, helpLines, helpRequests, helpBots } = limits;
  await test.asker('one');
  await test.helper('PICKUP 1');
  await writes.write(() => {
    for (let at = 1; at < helpLines.default; at++)
      store.addLine('aid', 1, at % 2 ? 'note' : 'answer', 'hal', 'x');
  });
  expect(await test.helper('NOTE 1 last')).toEqual(['The note about request 1 is kept.']);
  const full = 'That was not done: Request 1 has as many notes as may be.';
  expect([await test.helper('NOTE 1 more'), await test.helper('ANSWER 1 more')]).toEqual([[full], [full]]);
  expect(await test.asker('more of it')).toEqual([]);
  await writes.write(() => {
    database.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${helpersPerBot.default - 3})
      INSERT INTO accounts (key, name, created) SELECT 'u' || i, 'u' || i, 1 FROM n`);
    database.exec(
      `INSERT INTO help_staff SELECT 'aid', id, 'trial', 1 FROM accounts WHERE key GLOB 'u[0-9]*'`,
    );
  });
  await account('ABAAE', 'bea');
  await account('ABAAF', 'cat');
  expect(await test.owner('ADDTRIAL bea')).toEqual(['bea is trial of Aid.']);
  const staffed = `That was not done: There are ${helpersPerBot.default} helpers already, as many as may be.`;
  expect(await test.owner('ADDTRIAL cat')).toEqual([staffed]);
  expect(await test.owner('CLVL bea helper')).toEqual(['bea is helper of Aid.']);
  await test.passes(10_000);
  await writes.write(() =>
    database.exec(`WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < ${helpRequests.default + 7})
      INSERT INTO help_requests (bot, number, nick, host, opened, updated) SELECT 'aid', i, 'x', 'x', 1, 1 FROM n`),
  );
  expect((await test.ask('ABAAF', 'the last one'))[0]).toMatch(/^Your request is number /);
  test.net.join('ABAAG', 'dan');
  expect(await test.ask('ABAAG', 'too late')).toEqual([
    `That was not done: ${helpRequests.default} requests are open, as many as may be.`,
  ]);
  await writes.write(() => {
    for (let at = 1; at < helpBots.default - 1; at++) store.addBot(`bot${at}`, `#bot${at}`, 'oper');
  });
  expect(await test.oper('REGISTER Last #last *hal')).toEqual(['Last helps on #last, and is hal’s.']);
  expect(await test.oper('REGISTER More #more *hal')).toEqual([
    `That was not done: There are ${helpBots.default} help bots, as many as may be.`,
  ]);
});

it('of two operators who want one nick or channel at once the second is refused, and nothing is half done', async () => {
  await test.owner('ADDTRIAL *oper');
  const { serviceBots } = test.net.services;
  expect(serviceBots.length).toBeGreaterThan(0);
  const say = async (...texts: string[]) =>
    (
      await atOnce(
        texts.map((text) => [OPER, 'HelpServ', text] as const),
        OPER,
      )
    )[0];
  expect(await say('REGISTER More #other *hal', 'REGISTER More #third *hal')).toEqual([
    'More helps on #other, and is hal’s.',
    'That was not done: There is a help bot More already.',
  ]);
  expect(await say('REGISTER Last #last *hal', 'REGISTER Most #last *hal')).toEqual([
    'Last helps on #last, and is hal’s.',
    'That was not done: Last helps on #last already.',
  ]);
  await test.oper('UNREGISTER Last CONFIRM');
  expect(await say('MOVE Aid Care', 'MOVE More care')).toEqual([
    'Aid is Care on #help.',
    'That was not done: There is a help bot care already.',
  ]);
  expect(await say('MOVE Care #new', 'MOVE More #NEW')).toEqual([
    'Care is Care on #new.',
    'That was not done: Care helps on #new already.',
  ]);
  // A nick in other letters is its own.
  await test.passes(5_000);
  expect(await test.oper('MOVE More MORE')).toEqual(['MORE is a bot already.']);
  expect(rows('SELECT key, nick, channel_key, channel FROM help_bots ORDER BY key')).toEqual([
    ['care', 'Care', '#new', '#new'],
    ['more', 'More', '#other', '#other'],
  ]);
});

/** Says something to HelpServ; something else happens before it is written down that operators do so. Answers what they read. */
async function meanwhile(texts: readonly string[], what: () => unknown): Promise<string[]> {
  await test.passes(5_000);
  let release = () => {};
  test.net.writtenDown = new Promise((resolve) => {
    release = resolve;
  });
  test.net.take();
  test.net.say(...texts.map((text) => `${OPER} P ${test.numeric('HelpServ')} :${text}`));
  // A few begin in each turn of the loop.
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
  await what();
  test.net.writtenDown = Promise.resolve();
  release();
  await test.settled();
  return test.net.notices(OPER).map(read);
}

it('what is gone while it is written down what an operator does is said to be gone', async () => {
  const { keeper } = test.net.services;
  const { desk, world } = test.help;
  const bot = await world.register('Bot', '#bot', 'olga', 'oper');
  const actor = { account: 'oper', role: 'oper' } as const;
  const accounts = [
    ['REGISTER New #new *', 'There is no account '],
    ['ADDTRIAL Bot *', 'There is no account '],
    ['CLVL Bot helper *', 'There is no account '],
    ['DELUSER Bot *', 'There is no account '],
    ['REASSIGN Bot 1 *', 'That is there no more.'],
  ] as const;
  await desk.ask(bot, test.net.uplink.view.byNick('ann')!, null, 'x');
  for (const [at, [text, answer]] of accounts.entries()) {
    const name = `gone${at}`;
    await test.net.writes.write(() =>
      test.net.database.exec(`INSERT INTO accounts (key, name, created) VALUES ('${name}', '${name}', 1)`),
    );
    if (at > 1) await desk.setRole(bot, actor, name, 'trial');
    const said = text.startsWith('CLVL') ? `CLVL Bot *${name} helper` : text + name;
    expect(await meanwhile([said], () => keeper.changes.drop(name, 'test')), said).toEqual([
      answer.endsWith('.') ? answer : `${answer}${name}.`,
    ]);
  }
  for (const text of ['CLOSE Bot', 'NOTE Bot', 'ANSWER Bot']) {
    const [{ number } = { number: 0 }] = bot.requests.all();
    expect(
      await meanwhile([`${text} ${number} x`], () => desk.closeMany(bot, [number], 'olga', 'x')),
    ).toEqual([`No request ${number} is open.`]);
    await desk.ask(bot, test.net.uplink.view.byNick('ann')!, null, 'x');
  }
  for (const text of [
    ...['MOVE Aid #new', 'MOVE Aid Care', 'SUSPEND Aid 0 why', 'UNSUSPEND Aid', 'ADDTRIAL Aid *hal'],
    ...['SET Aid GREETING x', 'UNREGISTER Aid CONFIRM'],
  ]) {
    const aid = world.bots.get('aid') ?? (await world.register('Aid', '#help', 'olga', 'oper'));
    if (text.startsWith('UNSUSPEND')) await world.suspend(aid, 'why', 'oper', null);
    expect(await meanwhile([text], () => world.unregister(aid, 'oper')), text).toEqual([
      'There is no help bot Aid.',
    ]);
  }
});

describe('somebody who is logged in to an account that asked', () => {
  beforeEach(async () => {
    await account('ABAAE', 'bea');
    await test.ask('ABAAE', 'mine');
    await test.helper('PICKUP 1');
  });
  const mine = () => test.bot.requests.byNumber(1);

  it('adds to that request, which stays with whoever asked while they are there', async () => {
    await account('ABAAF', 'bea2', 'bea');
    await test.settled();
    expect(mine()?.user?.nick).toBe('bea');
    expect(await atOnce([['ABAAF', 'Aid', 'me too']], 'ABAAF', HELPER)).toEqual([
      [],
      ['Request 1, bea: me too'],
    ]);
    expect([mine()?.user?.nick, mine()?.lines, test.bot.requests.size]).toEqual(['bea', 2, 1]);
    // Whoever is left of the account has it then.
    expect(await test.heard(HELPER, 'ABAAE Q :bye')).toEqual(['bea of request 1 has left the network.']);
    expect(await test.ask('ABAAF', 'still me')).toEqual([]);
    expect([mine()?.user?.nick, mine()?.lines, test.bot.requests.size]).toEqual(['bea2', 3, 1]);
  });

  it('is told of it once they are back, and not while they are there', async () => {
    test.net.join('ABAAF', 'bea2');
    test.net.take();
    test.net.say('ABAAF P AFAAA :AUTH bea correct-horse');
    await test.settled();
    expect(test.net.take().filter((line) => line.startsWith(test.numeric('Aid')))).toEqual([]);
    expect(mine()?.user?.nick).toBe('bea');
  });

  it('loses it with the network where that is set, whatever account they have', async () => {
    for (const persist of ['quit', 'part']) {
      await test.owner(`SET REQPERSIST ${persist}`);
      test.net.say(`ABAAE J ${CHANNEL} 960`);
      await test.ask('ABAAE', 'more');
      await test.heard(HELPER, 'ABAAE Q :bye');
      expect([persist, test.bot.requests.size]).toEqual([persist, 0]);
      test.net.join('ABAAE', 'bea');
      await test.net.ask('ABAAE', 'AUTH bea correct-horse');
      test.net.say(`ABAAE J ${CHANNEL} 960`);
      await test.ask('ABAAE', 'again');
    }
  });
});

it('who helps keeps what they had picked up unless it is set otherwise, and while another client of theirs is there', async () => {
  await test.asker('mine');
  await test.helper('PICKUP 1');
  const helper = () => test.bot.requests.byNumber(1)?.helper;
  const comes = async () => {
    test.net.say(`${HELPER} J ${CHANNEL} 960`);
    if (helper() === null) await test.helper('PICKUP 1');
  };
  await account('ABAAE', 'hal2', 'hal');
  test.net.say(`ABAAE J ${CHANNEL} 960`);
  for (const [set, line, then] of [
    ['close', `${HELPER} L ${CHANNEL}`, 'hal'],
    ['quit', `${HELPER} L ${CHANNEL}`, 'hal'],
    ['part', `${HELPER} L ${CHANNEL}`, 'hal'],
  ] as const) {
    await test.owner(`SET HELPERPERSIST ${set}`);
    await test.heard(HELPER, line);
    expect([set, helper()]).toEqual([set, then]);
    expect(test.bot.present.has('hal')).toBe(true);
    await comes();
  }
  test.net.say(`ABAAE L ${CHANNEL}`);
  for (const [set, line, then] of [
    ['close', `${HELPER} L ${CHANNEL}`, 'hal'],
    ['quit', `${HELPER} L ${CHANNEL}`, 'hal'],
    ['part', `${HELPER} L ${CHANNEL}`, null],
  ] as const) {
    await test.owner(`SET HELPERPERSIST ${set}`);
    await test.heard(HELPER, line);
    expect([set, helper(), test.bot.present.has('hal')]).toEqual([set, then, false]);
    await test.passes(3_000);
    await comes();
  }
  await test.owner('SET HELPERPERSIST quit');
  await test.heard(HELPER, 'ABAAE Q :bye');
  expect(helper()).toBe('hal');
  await test.owner('SET HELPERPERSIST close');
  await test.heard(HELPER, `${HELPER} Q :bye`);
  expect(helper()).toBe('hal');
});

it('whoever logs in while on the channel is there from then on, and nowhere else', async () => {
  await test.owner('ADDTRIAL *oper');
  test.net.join('ABAAE', 'other');
  test.net.say('ABAAE C #other 960');
  await test.net.ask('ABAAE', 'AUTH oper correct-horse');
  expect(test.bot.present.has('oper')).toBe(false);
  test.net.join('ABAAF', 'third');
  test.net.say(`ABAAF J ${CHANNEL} 960`);
  expect(test.bot.present.has('oper')).toBe(false);
  await test.net.ask('ABAAF', 'AUTH oper correct-horse');
  expect(test.bot.present.has('oper')).toBe(true);
  // Whoever helps no more is there as everybody is.
  await test.owner('DELUSER *oper');
  expect(test.bot.present.has('oper')).toBe(false);
});

it('only who is new on the channel is greeted and asked, and nobody of a server that has just come', async () => {
  for (const set of ['GREETING welcome', 'REQONJOIN on']) await test.owner(`SET ${set}`);
  const joins = async (numeric: string) => await test.heard(numeric, `${numeric} J ${CHANNEL} 960`);
  expect((await joins(ASKER)).slice(0, 2)).toEqual([
    'welcome',
    expect.stringMatching(/^Your request is number 1/),
  ]);
  test.net.say(`${ASKER} L ${CHANNEL}`);
  expect(await joins(ASKER)).toEqual(['welcome']);
  expect(test.bot.requests.byNumber(1)?.lines).toBe(0);
  test.net.say(`${HELPER} L ${CHANNEL}`);
  expect(await joins(HELPER)).toEqual([]);
  await test.oper('SUSPEND Aid 1h rest');
  test.net.join('ABAAE', 'bea');
  expect(await joins('ABAAE')).toEqual([]);
  await test.oper('UNSUSPEND Aid');
  test.net.join('ABAAF', 'cat');
  test.net.say('ABAAF C #other 960');
  test.net.take();
  test.net.say(
    'AB S leaf.test 2 900 900 J10 AC]]] +h :Leaf',
    'AC N dan 1 950 ~dan dan.example.net +i AKAAAB ACAAA :Real',
  );
  test.net.say(`AC B ${CHANNEL} 960 ACAAA`, 'AC EB');
  await test.settled();
  expect(test.net.notices('ACAAA')).toEqual([]);
  expect(test.bot.requests.size).toBe(1);
});

it('a bot that has moved helps on its channel alone, and another one on the channel that it left', async () => {
  await test.owner('SET GREETING welcome');
  await test.oper('MOVE Aid #new');
  const joins = async (channel: string) => await test.heard(ASKER, `${ASKER} J ${channel} 960`);
  expect([await joins(CHANNEL), await joins('#new')]).toEqual([[], ['welcome']]);
  await test.passes(5_000);
  expect(await test.oper('REGISTER Other #new *hal')).toEqual(['Aid helps on #new already.']);
  expect(await test.oper(`REGISTER Other ${CHANNEL} *hal`)).toEqual([
    `Other helps on ${CHANNEL}, and is hal’s.`,
  ]);
});

it('a suspended bot serves nobody until its time is over, remembers that over a restart, and CTCP is not a question', async () => {
  expect(await test.oper('SUSPEND Aid 1h too much noise')).toEqual(['Aid serves nobody until it may again.']);
  expect(rows('SELECT suspended_reason, suspended_by, suspended_until IS NULL FROM help_bots')).toEqual([
    ['too much noise', 'oper', 0],
  ]);
  expect(await test.helper('LIST')).toEqual(['Aid helps nobody at the moment.']);
  test.net.services.close();
  await test.net.reopen();
  test.net.relink(
    'AB N hal 1 950 ~hal hal.example.net +ir hal AKAAAB ABAAC :Real hal',
    'AB N ann 1 950 ~ann ann.example.net +i AKAAAB ABAAD :Real ann',
    'AB N oper 1 950 ~oper oper.example.net +ir oper AKAAAB ABAAA :Real oper',
  );
  await test.settled();
  expect(await test.asker('hello')).toEqual(['Aid helps nobody at the moment.']);
  await test.passes(3_600_000);
  expect(await test.helper('LIST')).toEqual(['There are no such requests.']);
  expect(await test.oper('UNSUSPEND Aid')).toEqual(['Aid is not suspended.']);
  await test.oper('SUSPEND Aid 0 for good');
  await test.passes(3_600_000);
  expect(await test.asker('hello')).toEqual(['Aid helps nobody at the moment.']);
  await test.oper('UNSUSPEND Aid');
  expect(rows('SELECT suspended_reason, suspended_by, suspended_until FROM help_bots')).toEqual([
    [null, null, null],
  ]);
  expect(await test.asker('\x01VERSION\x01')).toEqual(['\x01VERSION Signalbox services\x01']);
  expect(await test.asker('   ')).toEqual([]);
  expect(test.bot.requests.size).toBe(0);
  for (const text of ['SUSPEND None 1h x', 'UNSUSPEND None', 'MOVE None #x', 'LIST None'])
    expect(await test.oper(text)).toEqual(['There is no help bot None.']);
});

it('bots end that nobody has used for long, and not one that is used, or where somebody waits', async () => {
  await test.oper('REGISTER Idle #idle *hal');
  await test.oper('REGISTER Waits #waits *hal');
  const week = 604_800_000;
  await test.askBot(ASKER, 'hello', 'Waits');
  const age = (nick: string, ms: number) => {
    test.help.world.bots.get(nick)!.used = test.net.clock.now() - ms;
  };
  for (const nick of ['aid', 'idle', 'waits']) age(nick, week + 60_000);
  const shown = (await test.oper('BOTS')).map((line) => line.trim().split(/ +/).at(-1));
  expect(shown.slice(1, 4)).toEqual(['1w', '1w', '1w']);
  // Whoever asks, is helped or is closed uses it.
  for (const step of [
    () => test.asker('how?'),
    () => test.helper('PICKUP ann'),
    () => test.helper('CLOSE ann'),
  ] as const) {
    age('aid', week + 60_000);
    await step();
    expect(test.net.clock.now() - test.bot.used).toBeLessThan(60_000);
    expect(test.help.desk.store.bot('aid')!.used).toBe(test.bot.used);
  }
  expect(await test.oper('EXPIRE soon')).toEqual(['That is no time: expected one such as 90d.']);
  expect(await test.oper('EXPIRE 6d23h')).toEqual(['Bots end that nobody has used for a week, at least.']);
  await test.passes(5_000);
  expect(await test.oper('EXPIRE 8d')).toEqual(['0 help bots are gone: none']);
  expect(await test.oper('EXPIRE 7d')).toEqual(['1 help bots are gone: Idle']);
  expect([...test.help.world.bots.keys()]).toEqual(['aid', 'waits']);
  await test.oper('UNREGISTER Aid CONFIRM');
  await test.oper('UNREGISTER Waits CONFIRM');
  expect(await test.oper('BOTS')).toEqual(['There is no help bot. REGISTER makes one.']);
  // The channel is free again, and the bot hears nobody.
  expect(await test.oper('REGISTER Anew #help *hal')).toEqual(['Anew helps on #help, and is hal’s.']);
});

it('a bot that is killed comes back to its channel, and who left before their request was kept has none', async () => {
  const isThere = () =>
    test.net.uplink.view.findChannel(CHANNEL)!.members.has(test.net.uplink.view.byNick('Aid')!);
  expect(isThere()).toBe(true);
  await test.heard(ASKER, `AB D ${test.numeric('Aid')} :hub.test (no)`);
  expect(isThere()).toBe(true);
  // Somebody who is gone by then is told nothing, nor is anybody where the network is.
  test.net.take();
  test.net.say(`${ASKER} P ${test.numeric('Aid')} :hello`, `${ASKER} Q :bye`);
  await test.settled();
  expect(test.net.take().filter((line) => line.includes(ASKER))).toEqual([]);
  await account('ABAAE', 'bea');
  test.net.say(`ABAAE P ${test.numeric('Aid')} :hello`);
  test.net.uplink.fail('lost');
  await test.settled();
  expect(test.net.logged.filter((line) => line.includes('help_'))).toEqual([]);
  expect([...test.bot.requests.all()].map(({ nick }) => nick)).toEqual(['bea']);
});

it('who leaves the channel before their request was kept has none where requests are closed so', async () => {
  await test.owner('SET REQPERSIST part');
  for (const then of [`${ASKER} L ${CHANNEL}`, `${ASKER} J #other 960`]) {
    test.net.say(`${ASKER} J ${CHANNEL} 960`);
    await test.passes(2_000);
    test.net.say(`${ASKER} P ${test.numeric('Aid')} :hello`, then);
    await test.settled();
    expect(test.bot.requests.size).toBe(then.includes(' L ') ? 0 : 1);
  }
  expect(rows('SELECT closed_by, reason FROM help_requests WHERE closed IS NOT NULL')).toEqual([
    ['HelpServ', 'whoever asked has left the channel'],
  ]);
});

it('what takes too long is given up, and nothing more is said of it', async () => {
  for (const ends of ['done', 'failed'] as const) {
    let end = () => {};
    const spy = vi.spyOn(test.help.desk, 'ask').mockReturnValue(
      new Promise((resolve, reject) => {
        end = () => (ends === 'done' ? resolve(null) : reject(new Error('no room')));
      }),
    );
    test.net.take();
    test.net.say(`${ASKER} P ${test.numeric('Aid')} :hello`);
    await new Promise((resolve) => setImmediate(resolve));
    test.net.say('AB G AB');
    await test.net.clock.advance(limits.contextMs.default);
    expect(test.net.notices(ASKER)).toEqual(['That took too long. Try again later.']);
    end();
    await test.settled();
    expect(test.net.notices(ASKER)).toEqual([]);
    spy.mockRestore();
  }
  expect(test.net.logged.at(-1)).toBe('warn help_request_failed Aid: no room');
});

it('figures are of who helps alone, and old ones, as old requests, are forgotten at their bound', async () => {
  const { store } = test.help.desk;
  const { database, writes, clock } = test.net;
  await test.asker('one');
  expect(await test.oper('CLOSE Aid 1 done')).toEqual(['Request 1 is closed.']);
  await test.asker('two');
  await test.passes(5_000);
  expect(await test.oper('CLOSE Aid >1s')).toEqual(['1 requests are closed.']);
  expect(store.figures('aid', 'oper')).toEqual([]);
  await test.asker('three');
  await test.passes(5_000);
  expect(await test.owner('CLOSE >1s')).toEqual(['1 requests are closed.']);
  expect(store.figures('aid', 'olga').map(({ closed }) => closed)).toEqual([1, 1]);
  const week = Math.floor(clock.now() / 604_800_000);
  const kept = limits.helpWeeks.default;
  const day = 86_400_000;
  await writes.write(() => {
    database.exec('DELETE FROM help_figures; UPDATE help_requests SET closed = NULL');
    for (const one of [0, week, week - 1, week - kept + 1, week - kept])
      database.exec(
        `INSERT INTO help_figures (bot, account, week) SELECT 'aid', id, ${one} FROM accounts WHERE key = 'hal'`,
      );
    const bound = clock.now() - limits.helpClosedDays.default * day;
    database.exec(`UPDATE help_requests SET closed = ${bound} + number - 2`);
  });
  await test.help.watch.look();
  expect(store.figures('aid', 'hal').map((one) => one.week)).toEqual([0, week - kept + 1, week - 1, week]);
  expect(rows('SELECT number FROM help_requests')).toEqual([[2], [3]]);
  expect((await test.helper('STATS')).slice(2).map((line) => line.split(/ {2,}/)[0])).toEqual([
    ...['all', `-${kept - 1}`, '-1', 'this one'],
  ]);
});

it('reasons are cut to what is kept, and who is away is told of an answer where they want that', async () => {
  const most = limits.helpTextBytes.default;
  const long = 'x'.repeat(most + 50);
  await account('ABAAE', 'bea');
  await test.ask('ABAAE', 'mine');
  await test.helper('PICKUP 1');
  await test.heard(HELPER, 'ABAAE Q :bye');
  const tell = vi.spyOn(test.net.services.accounts.push, 'tell');
  await test.helper('ANSWER 1 so be it');
  expect(tell.mock.calls.map(([who, kind, about]) => [who, kind, about])).toEqual([['bea', 'help', 'aid 1']]);
  await test.helper(`CLOSE 1 ${long}`);
  await test.oper(`SUSPEND Aid 1h ${long}`);
  expect(rows('SELECT reason FROM help_requests UNION ALL SELECT suspended_reason FROM help_bots')).toEqual([
    ['x'.repeat(most)],
    ['x'.repeat(most)],
  ]);
});

it('time closes, whines and calls just when it is due, and only what it is due for', async () => {
  for (const set of ['ALERTPAGETARGET #staff', 'ALERTPAGETYPE notice']) await test.oper(`SET Aid ${set}`);
  const { bot } = test;
  const { clock } = test.net;
  const paged = async () => {
    await test.help.watch.look();
    await test.settled();
    return test.net.take().flatMap((line) => / O #staff :(.*)$/.exec(line)?.[1] ?? []);
  };
  const set = async (text: string) => expect((await test.owner(`SET ${text}`)).length).toBe(1);
  await test.asker('hello');
  await account('ABAAE', 'bea');
  await test.ask('ABAAE', 'me too');
  await test.helper('PICKUP 2');
  const opened = bot.requests.byNumber(1)!.opened;
  const age = () => clock.now() - opened;
  await set('WHINEDELAY 1m');
  await test.net.clock.advance(29_000 - age());
  expect(await paged()).toEqual([]);
  test.net.say('AB G AB');
  await test.net.clock.advance(59_999 - age());
  expect(await paged()).toEqual([]);
  await test.net.clock.advance(1);
  const whine = '1 requests wait on #help, the oldest (1, ann) for 1m.';
  expect(await paged()).toEqual([whine]);
  // Once, where no interval is set.
  await test.passes(400_000);
  expect(await paged()).toEqual([]);
  await set('WHINEINTERVAL 1m');
  expect(await paged()).toHaveLength(1);
  const at = clock.monotonic();
  await test.net.clock.advance(59_999 - (clock.monotonic() - at));
  await set('WHINEDELAY 0');
  expect(await paged()).toEqual([]);
  // On trial alone nobody helps; whoever is there does.
  await set('EMPTYINTERVAL 1m');
  expect(await paged()).toEqual([]);
  await test.owner('CLVL hal trial');
  test.net.say(`${OWNER} L ${CHANNEL}`);
  const empty = 'Nobody who helps is on #help.';
  expect(await paged()).toEqual([empty]);
  expect(await paged()).toEqual([]);
  test.net.say('AB G AB');
  bot.emptyMs = clock.monotonic() - 60_000;
  expect(await paged()).toEqual([empty]);
  bot.emptyMs = clock.monotonic() - 59_999;
  expect(await paged()).toEqual([]);
  await set('EMPTYINTERVAL 0');
  bot.emptyMs = Number.NEGATIVE_INFINITY;
  expect(await paged()).toEqual([]);
  // The one waits, and the other is held.
  const [waits, held] = [bot.requests.byNumber(1)!, bot.requests.byNumber(2)!];
  const numbers = () => [...bot.requests.all()].map(({ number }) => number);
  Object.assign(waits, { opened: clock.now() - 599_999 });
  await set('WAITMOST 10m');
  await test.help.watch.look();
  expect(numbers()).toEqual([1, 2]);
  Object.assign(held, { opened: clock.now() - 600_000, updated: clock.now() - 3_599_999 });
  Object.assign(waits, { opened: clock.now() - 600_000 });
  await set('IDLEMOST 1h');
  await test.help.watch.look();
  await test.settled();
  expect(numbers()).toEqual([2]);
  held.updated = clock.now() - 3_600_000;
  await test.help.watch.look();
  await test.settled();
  expect(rows('SELECT number, closed_by, reason FROM help_requests ORDER BY number')).toEqual([
    [1, 'HelpServ', 'nobody has picked it up within 10m'],
    [2, 'HelpServ', 'nothing was heard of it for 1h'],
  ]);
});

it('what operators do is written down as far as it changes something, cut to what is read', async () => {
  const before = test.net.deeds.length;
  for (const text of ['LIST Aid', 'HELPERS Aid', 'BOTS', 'STATSREPORT Aid']) await test.oper(text);
  expect(test.net.deeds.length).toBe(before);
  const long = 'x'.repeat(280);
  await test.oper(`SET Aid GREETING ${long}`);
  expect(test.net.deeds.at(-1)).toMatchObject({
    deed: {
      command: 'HELPSERV',
      args: { command: 'SET', bot: 'Aid', text: `GREETING ${long}`.slice(0, 200) },
    },
    outcome: 'done',
  });
  // A refusal is none.
  const done = test.net.deeds.length;
  await test.passes(5_000);
  await test.oper('DELUSER Aid *nobody');
  await test.oper('ADDTRIAL Aid *hal');
  await test.oper('SUSPEND Aid soon x');
  // Nor is what is asked of a bot that there is not.
  for (const { name, recorded, least } of test.help.table.values()) {
    if (recorded === undefined || name === 'EXPIRE' || name === 'REGISTER') continue;
    await test.passes(5_000);
    const words = ['None', '*hal', 'x', 'y'].slice(0, Math.max(least, 1)).join(' ');
    expect(await test.oper(`${name} ${words}`), name).toEqual(['There is no help bot None.']);
  }
  expect(test.net.deeds.length).toBe(done);
});
