/** SpamServ as channels see it: who may set what, who is warned, thrown out and kept out, and who is let alone. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectWords } from '../bots/test-usage.ts';
import { ANN, BOB, CAT, EVE, ROOM, TestChannels } from '../chanserv/test-channels.ts';
import { limits } from '../limits.ts';
import { manifest } from '../manifest.ts';
import { spamServPage } from './spam-page.ts';
import { SPAM_SETTINGS } from './spam-settings.ts';

let test: TestChannels;
beforeEach(async () => {
  test = await TestChannels.start();
  await test.net.level('cat', 200);
});
afterEach(() => test.close());

const numeric = () => test.net.services.bots.byNick('SpamServ')!.numeric;
const ask = async (who: string, text: string) =>
  (await test.net.ask(who, text, numeric())).map((line) => Buffer.from(line, 'latin1').toString('utf8'));
/** Somebody says something on the channel: what SpamServ does, without the numerics. */
const said = async (who: string, ...lines: string[]) => {
  test.net.take();
  for (const line of lines) test.net.say(`${who} P ${ROOM} :${line}`);
  await test.net.quiet();
  await new Promise((resolve) => setImmediate(resolve));
  return test.net
    .take()
    .filter((line) => line.startsWith(numeric()))
    .map((line) => line.slice(numeric().length + 1));
};
const WARNING = (what: string) => expect.stringContaining(`This is a warning: ${what} is not welcome`);

/** What the requirements list of SpamServ; bad words, exceptions and trusts are added and taken away. */
const WANTED = [
  ...['REGISTER', 'UNREGISTER', 'ADDEXCEPTION', 'DELEXCEPTION', 'ADDBADWORD', 'DELBADWORD', 'SET', 'STATUS'],
  ...['ADDTRUST', 'DELTRUST', 'LISTTRUST', 'OADDTRUST', 'ODELTRUST'],
];

it('is told of in docs/reference/spamserv.md', () => {
  const page = new URL('../../../docs/reference/spamserv.md', import.meta.url);
  expect(readFileSync(page, 'utf8')).toBe(spamServPage());
});

it('has a row for each command, with who may, what it takes, changes and tells', () => {
  const table = test.net.services.tableOf('SpamServ');
  expect(WANTED.filter((name) => !table.has(name))).toEqual([]);
  expectWords(table);
  for (const row of table.values()) {
    expect(row.help.length, row.name).toBeGreaterThan(0);
    expect(row.effect, row.name).not.toBe('');
    if (row.recorded !== undefined) expect(Object.keys(manifest.deeds ?? {})).toContain(row.deed ?? row.name);
  }
});

it('comes to a channel when operators of services say so, and stays over a restart', async () => {
  expect(await ask(ANN, `REGISTER ${ROOM}`)).toEqual(['REGISTER is for accounts of level 200 and above.']);
  expect(await ask(CAT, 'REGISTER #nowhere')).toEqual(['#nowhere is not registered.']);
  expect(await ask(ANN, `SET ${ROOM}`)).toEqual([
    `SpamServ is not on ${ROOM}: operators of services REGISTER it.`,
  ]);
  expect(await ask(CAT, `REGISTER ${ROOM}`)).toEqual([`SpamServ is on ${ROOM}.`]);
  expect(await ask(CAT, `REGISTER ${ROOM}`)).toEqual([`SpamServ is on ${ROOM} already.`]);
  const isThere = () =>
    test.net.uplink.view.findChannel(ROOM)!.members.has(test.net.uplink.view.byNick('SpamServ')!);
  expect(isThere()).toBe(true);
  test.net.services.close();
  await test.net.reopen();
  test.net.relink(
    `AB N ann 1 950 ~ann ann.example.net +ir ann AKAAAB ${ANN} :Real`,
    `AB B ${ROOM} 960 ${ANN}:o`,
  );
  await test.net.quiet();
  expect(isThere()).toBe(true);
  expect(await ask(ANN, `UNREGISTER ${ROOM}`)).toEqual([`UNREGISTER ${ROOM} CONFIRM does so.`]);
  expect(await ask(ANN, `UNREGISTER ${ROOM} CONFIRM`)).toEqual([`SpamServ has left ${ROOM}.`]);
  expect(isThere()).toBe(false);
});

describe('on a channel', () => {
  beforeEach(async () => {
    await ask(CAT, `REGISTER ${ROOM}`);
  });

  it('whoever says the same again is warned, then kept out for a while', async () => {
    expect(await said(BOB, 'buy', 'buy', 'buy')).toEqual([WARNING('saying the same again and again')]);
    expect(await said(BOB, 'BUY')).toEqual([
      expect.stringContaining(`M ${ROOM} +b *!*@bob.example.net`),
      expect.stringContaining(`K ${ROOM} ${BOB} :saying the same`),
    ]);
    const [lamer] = test.room.lamers;
    expect(lamer).toMatchObject({ mask: '*!*@bob.example.net', by: 'SpamServ' });
    expect(lamer!.expires! - test.net.clock.now()).toBe(limits.spamShortBanSeconds.default * 1_000);
    await test.passes(limits.spamShortBanSeconds.default * 1_000 + 1_000);
    expect([test.room.lamers.length, test.net.uplink.view.findChannel(ROOM)!.bans.size]).toEqual([0, 0]);
    expect(await ask(EVE, 'STATUS')).toEqual([
      expect.stringMatching(/^SpamServ is on 1 channels, and has looked at 4 lines\.$/),
      expect.stringMatching(/^1 warnings, 1 of them not heeded/),
    ]);
    expect(await ask(EVE, 'STATUS CHANNELS')).toEqual([
      'STATUS CHANNELS is for accounts of level 200 and above.',
    ]);
    expect((await ask(CAT, 'STATUS CHANNELS')).at(-1)).toBe(`Channels: ${ROOM}`);
  });

  it('what is set is looked for, and what is set is done', async () => {
    await ask(ANN, `SET ${ROOM} BADWORDSCAN 1`);
    await ask(ANN, `SET ${ROOM} BADREACTION 0`);
    expect(await ask(ANN, `ADDBADWORD ${ROOM} Nasty`)).toEqual(['nasty is one of the bad words.']);
    expect(await ask(ANN, `ADDBADWORD ${ROOM}`)).toEqual(['1 bad words: nasty']);
    expect(await ask(ANN, `ADDBADWORD ${ROOM} abc`)).toEqual(['A word has at least 4 letters.']);
    expect(await ask(ANN, `ADDBADWORD ${ROOM} ${'x'.repeat(31)}`)).toEqual(['A word has up to 30 letters.']);
    expect(await said(BOB, 'how NASTY', '\x01ACTION is nasty\x01')).toEqual([
      WARNING('such words'),
      expect.stringContaining(`K ${ROOM} ${BOB} :such words`),
    ]);
    expect(test.room.lamers).toEqual([]);
    expect(await ask(ANN, `ADDEXCEPTION ${ROOM} nasty weather`)).toEqual([
      'nasty weather is one of the exceptions.',
    ]);
    test.net.say(`${CAT} J ${ROOM} 960`);
    expect(await said(CAT, 'such nasty weather')).toEqual([]);
    expect(await ask(ANN, `DELEXCEPTION ${ROOM} nasty weather`)).toEqual([
      'nasty weather is none of the exceptions any more.',
    ]);
    expect(await ask(ANN, `DELBADWORD ${ROOM} nice`)).toEqual(['nice is none of the bad words.']);
    expect(await said(CAT, 'such nasty weather')).toEqual([WARNING('such words')]);
    // Whoever gives so many commands has to wait for more.
    await test.passes(30_000);
    for (let at = 1; at < limits.spamWords.default; at++) await ask(ANN, `ADDBADWORD ${ROOM} word${at}`);
    expect(await ask(ANN, `ADDBADWORD ${ROOM} more`)).toEqual([
      'That was not done: There are 10 words already, as many as may be.',
    ]);
  });

  it('advertisements are of other channels alone, and CTCP, services and operators are let alone', async () => {
    await ask(ANN, `SET ${ROOM} ADVSCAN 1`);
    test.net.say(`${CAT} C #other 970`);
    expect(await said(BOB, `welcome to ${ROOM}`, 'join #nothere', '\x01VERSION www.example.net\x01')).toEqual(
      [],
    );
    expect(await said(BOB, 'join #other')).toEqual([WARNING('advertisements')]);
    test.net.join('ABAAF', 'oz', 'o');
    test.net.say(`ABAAF J ${ROOM} 960`);
    expect(await said('ABAAF', 'www.example.net', 'www.example.net')).toEqual([]);
  });

  it('whoever has access enough, or is trusted, is let alone', async () => {
    await ask(ANN, `SET ${ROOM} ADVSCAN 1`);
    expect(await said(ANN, 'www.example.net', 'www.example.net')).toEqual([]);
    expect(await ask(ANN, `ADDTRUST ${ROOM} nobody`)).toEqual([
      'Nobody is called nobody; *account names an account.',
    ]);
    expect(await ask(ANN, `ADDTRUST ${ROOM} *bob`)).toEqual([`bob may say anything on ${ROOM}.`]);
    expect(await ask(ANN, `ADDTRUST ${ROOM} bob`)).toEqual([`bob is trusted on ${ROOM} already.`]);
    expect(await said(BOB, 'www.example.net')).toEqual([]);
    expect((await ask(ANN, `LISTTRUST ${ROOM}`))[1]).toMatch(/^bob +#room +ann$/);
    expect(await ask(ANN, `DELTRUST ${ROOM} bob`)).toEqual([`bob is trusted on ${ROOM} no more.`]);
    expect(await ask(ANN, `DELTRUST ${ROOM} bob`)).toEqual([`bob is not trusted on ${ROOM}.`]);
    expect(await ask(CAT, 'OADDTRUST bob')).toEqual(['bob may say anything.']);
    expect(await said(BOB, 'www.example.net')).toEqual([]);
    expect(test.net.deeds.at(-1)?.deed).toMatchObject({
      command: 'SPAMSERV-TRUST',
      args: { account: 'bob' },
    });
    expect(await ask(CAT, 'ODELTRUST bob')).toEqual(['bob is trusted no more.']);
    expect(await said(BOB, 'www.example.net')).toEqual([WARNING('advertisements')]);
  });

  it('whoever joins again and again is kept out', async () => {
    test.net.take();
    for (let at = 0; at < 4; at++) test.net.say(`${EVE} J ${ROOM} 960`, `${EVE} L ${ROOM}`);
    test.net.say(`${EVE} J ${ROOM} 960`);
    await test.net.quiet();
    expect(test.net.take().filter((line) => line.includes(`K ${ROOM} ${EVE}`))).toHaveLength(1);
  });

  it('settings are shown, and set by those alone who may', async () => {
    await test.add('bob', 300);
    expect((await ask(ANN, `SET ${ROOM}`)).map((line) => line.split(':')[0])).toEqual(
      SPAM_SETTINGS.map(({ name }) => name),
    );
    expect(await ask(BOB, `SET ${ROOM} ADVSCAN 1`)).toEqual([
      expect.stringMatching(/^SET on #room is for level coowner/),
    ]);
    expect(await ask(BOB, `ADDBADWORD ${ROOM} nasty`)).toEqual([
      expect.stringMatching(/is for level coowner/),
    ]);
    expect(await ask(EVE, `ADDTRUST ${ROOM} bob`)).toEqual([
      expect.stringMatching(/^ADDTRUST is for those who are logged in/),
    ]);
    await test.ask(ANN, `CLVL ${ROOM} *bob 400`);
    for (const [set, why] of [
      ['EXCEPTLEVEL owner', 'Nobody sets a level above their own: yours is coowner.'],
      ['EXCEPTLEVEL 900', 'EXCEPTLEVEL is a level: a name or a number from 1 to 500.'],
      ['ADVSCAN maybe', 'ADVSCAN is 1 or 0.'],
      ['SPAMLIMIT 5', 'SPAMLIMIT is a number from 0 to 4.'],
      ['ADVREACTION 5', 'ADVREACTION is a number from 0 to 4.'],
      ['ADVREACTION 4', 'That is for operators of the network to set.'],
    ] as const)
      expect(await ask(BOB, `SET ${ROOM} ${set}`), set).toEqual([why]);
    expect(await ask(BOB, `SET ${ROOM} HAT red`)).toEqual([
      expect.stringMatching(/^There is no setting HAT\./),
    ]);
    expect(await ask(BOB, `SET ${ROOM} ADVREACTION 1`)).toEqual(['ADVREACTION is now: 1 kickban']);
    expect(await ask(BOB, `SET ${ROOM} EXCEPTADVLEVEL op`)).toEqual(['EXCEPTADVLEVEL is now: op']);
    expect(await ask(BOB, `SET ${ROOM} CAPSMIN 5`)).toEqual(['CAPSMIN is now: 5']);
  });

  it('goes with a channel that is called otherwise or merged, with all that was set there', async () => {
    await ask(ANN, `SET ${ROOM} ADVSCAN 1`);
    await ask(ANN, `ADDBADWORD ${ROOM} nasty`);
    await ask(ANN, `ADDTRUST ${ROOM} *bob`);
    const there = () => [...test.net.uplink.view.byNick('SpamServ')!.channels!].map(({ name }) => name);
    const kept = async (channel: string) => [
      (await ask(ANN, `SET ${channel} ADVSCAN`)).at(-1),
      (await ask(ANN, `ADDBADWORD ${channel}`)).at(-1),
      (await ask(ANN, `LISTTRUST ${channel}`)).at(-1)?.split(/ +/)[0],
    ];
    const before = await kept(ROOM);
    expect(before).toEqual(['ADVSCAN is now: 1', '1 bad words: nasty', 'bob']);
    const confirmed = async (text: string) => {
      const [asked = ''] = await test.ask(ANN, text);
      const confirm = / say: (.+)$/.exec(asked)?.[1];
      return confirm === undefined ? asked : (await test.ask(ANN, confirm))[0];
    };
    test.net.say(`${ANN} C #next 970`, `${ANN} C #last 980`);
    expect(await confirmed(`MOVE ${ROOM} #next`)).toBe(`${ROOM} is #next now.`);
    expect([there(), await kept('#next')]).toEqual([['#next'], before]);
    await test.ask(ANN, 'REGISTER #last');
    expect(await confirmed('MERGE #next #last')).toBe(
      '#next is merged with #last, and belongs to nobody any more.',
    );
    expect([there(), await kept('#last')]).toEqual([['#last'], before]);
    // What is set there already stays as it is. So much is not said at once.
    await test.passes(30_000);
    test.net.say(`${ANN} C ${ROOM} 990`);
    await test.ask(ANN, `REGISTER ${ROOM}`);
    await ask(CAT, `REGISTER ${ROOM}`);
    await confirmed(`MERGE ${ROOM} #last`);
    expect([there(), await kept('#last')]).toEqual([['#last'], before]);
  });

  it('comes back where it is thrown out, hears nobody who is not there, and remembers whoever was heard', async () => {
    const bot = numeric();
    const isThere = () =>
      test.net.uplink.view.findChannel(ROOM)!.members.has(test.net.uplink.view.byNick('SpamServ')!);
    test.net.say(`AB K ${ROOM} ${bot} :out`);
    expect(isThere()).toBe(true);
    test.net.say(`${ANN} K ${ROOM} ${BOB} :out`);
    expect(test.net.uplink.view.findChannel(ROOM)!.members.size).toBeGreaterThan(0);
    // Somebody may speak from outside where modes let them; that is not SpamServ's.
    expect(await said(EVE, 'buy', 'buy', 'buy', 'buy')).toEqual([]);
    expect((await ask(EVE, 'STATUS'))[0]).toContain('has looked at 0 lines');
    test.net.say(`${BOB} J ${ROOM} 960`);
    await said(BOB, 'hello');
    const remembered = async () => / (\d+) people/.exec((await ask(EVE, 'STATUS'))[1]!)?.[1];
    expect(await remembered()).toBe('1');
    test.net.say(`${BOB} Q :bye`);
    expect(await remembered()).toBe('0');
    expect(await ask(CAT, 'STATUS LINES')).toHaveLength(2);
  });

  it('flooding counts as such, and what was counted begins anew once it was acted upon', async () => {
    await ask(ANN, `SET ${ROOM} CHANFLOODSCAN 1`);
    await ask(ANN, `SET ${ROOM} WARNREACTION 0`);
    const lines = Array.from({ length: 40 }, (_, at) => `line ${at} of many`);
    const acts = await said(BOB, ...lines);
    expect(acts.slice(0, 2)).toEqual([
      WARNING('so many lines at once'),
      expect.stringContaining(`K ${ROOM} ${BOB} :so many lines at once`),
    ]);
  });

  it('nobody is trusted before somebody is, and settings that are none are refused with what there is', async () => {
    expect(await ask(ANN, `LISTTRUST ${ROOM}`)).toEqual(['Nobody is trusted.']);
    expect((await ask(ANN, `SET ${ROOM} HAT red`))[0]).toBe(
      `There is no setting HAT. There are ${SPAM_SETTINGS.map(({ name }) => name).join(', ')}.`,
    );
    expect(await ask(ANN, `SET ${ROOM} CAPSMIN many`)).toEqual([
      expect.stringMatching(/^CAPSMIN is a number from \d+ to \d+\.$/),
    ]);
    expect(await ask(CAT, 'ODELTRUST bob')).toEqual(['bob is not trusted everywhere.']);
    expect(await ask(CAT, 'OADDTRUST bob')).toEqual(['bob may say anything.']);
    expect(await ask(CAT, 'OADDTRUST bob')).toEqual(['bob is trusted already.']);
    expect((await ask(ANN, `LISTTRUST ${ROOM}`))[1]).toMatch(/^bob +\* +cat$/);
    // Whoever may act on every channel may set levels above those that they have there.
    await test.net.level('cat', 600);
    expect(await ask(CAT, `SET ${ROOM} EXCEPTLEVEL owner`)).toEqual(['EXCEPTLEVEL is now: owner']);
  });

  it('every setting takes what it takes and nothing else, and is shown as it is', async () => {
    const later = async (text: string) => {
      await test.net.clock.advance(2_000);
      test.net.say('AB G AB');
      return (await ask(ANN, `SET ${ROOM} ${text}`))[0];
    };
    const REACTIONS = ['kick', 'kickban', 'short ban', 'long ban'];
    for (const setting of SPAM_SETTINGS) {
      const { name, kind } = setting;
      const is = (shown: string) => `${name} is now: ${shown}`;
      if (kind === 'scan') {
        for (const [typed, shown] of [
          ['ON', '1'],
          ['0', '0'],
          ['1', '1'],
          ['off', '0'],
        ] as const)
          expect(await later(`${name} ${typed}`)).toBe(is(shown));
        expect(await later(`${name} 2`)).toBe(`${name} is 1 or 0.`);
      } else if (kind === 'level') {
        expect(await later(`${name} 1`)).toBe(is('peon'));
        expect(await later(`${name} 500`)).toBe(is('owner'));
        expect(await later(`${name} 0`)).toMatch(/is a level/);
      } else if (kind === 'reaction') {
        for (const [at, shown] of REACTIONS.entries())
          expect(await later(`${name} ${at}`)).toBe(is(`${at} ${shown}`));
        for (const none of ['5', 'x1', '1x', '+1', '1.5', '-1'])
          expect(await later(`${name} ${none}`)).toBe(`${name} is a number from 0 to 4.`);
      } else {
        const { least, most } = setting;
        const why = `${name} is a number from ${least} to ${most}.`;
        expect(await later(`${name} ${most}`)).toBe(is(String(most)));
        expect(await later(`${name} ${least}`)).toBe(is(String(least)));
        for (const none of [
          String(most + 1),
          'many',
          '12345',
          '+1',
          '1.5',
          ...(least > 0 ? [String(least - 1)] : []),
        ])
          expect(await later(`${name} ${none}`)).toBe(why);
      }
    }
    expect(await later('BADSCAN 1')).toBe('BADWORDSCAN is now: 1');
    expect((await later('badwordscan')) ?? '').toMatch(/^BADWORDSCAN/);
    await ask(CAT, 'OADDTRUST *bob');
    await ask(ANN, `ADDTRUST ${ROOM} *cat`);
    expect((await ask(ANN, `LISTTRUST ${ROOM}`)).map((line) => line.split(/ {2,}/))).toEqual([
      ['Account', 'Where', 'By'],
      ['cat', ROOM, 'ann'],
      ['bob', '*', 'cat'],
    ]);
  });

  it('does nothing on a channel that is suspended, and bans alone where the list of lamers is full', async () => {
    await test.net.level('cat', 600);
    await test.ask(CAT, `CSUSPEND ${ROOM} 1h x`);
    expect(await said(BOB, 'buy', 'buy', 'buy', 'buy', 'buy')).toEqual([]);
    await test.ask(CAT, `CUNSUSPEND ${ROOM}`);
    const { registry } = test.chanServ;
    await registry.change(ROOM, 'settings', () => {
      for (let at = 0; at < limits.lamersPerChannel.default; at++)
        registry.rows.addLamer(test.room.key, `*!*@l${at}.test`, 'ann', null, 'x');
    });
    const acted = await said(BOB, ...Array.from({ length: 6 }, () => 'buy watches'));
    expect(acted).toContainEqual(expect.stringMatching(/^K #room ABAAB :/));
    expect(test.room.lamers).toHaveLength(limits.lamersPerChannel.default);
    const isBanned = () => test.net.uplink.view.findChannel(ROOM)!.bans.has('*!*@bob.example.net');
    expect(isBanned()).toBe(true);
    // The ban ends with its time, by itself, and is not taken again where somebody has taken it.
    await test.passes(3_600_000);
    expect(isBanned()).toBe(false);
  });

  it('leaves with the channel', async () => {
    const [asked = ''] = await test.ask(ANN, `UNREGISTER ${ROOM}`);
    await test.ask(ANN, asked.slice(asked.indexOf('UNREGISTER ')));
    await test.net.quiet();
    const bot = test.net.uplink.view.byNick('SpamServ')!;
    expect([...(bot.channels ?? [])].map(({ name }) => name)).toEqual([]);
    expect(test.net.database.prepare('SELECT count(*) FROM spam_channels').pluck().get()).toBe(0);
  });
});
