/**
 * ChanServ at its bounds: levels, numbers and spans just at and just beyond them, accounts that count for nothing, what operators of
 * services look for, and what is still written when something of it is gone. ann owns #room, bob is manager there, cat peon.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { limits } from '../limits.ts';
import { DueTimes } from './due-times.ts';
import { ANN, BOB, CAT, CHANSERV_NUMERIC as CS, EVE, ROOM, TestChannels } from './test-channels.ts';

const HOUR = 3_600_000;
const DAN = 'ABAAE';
const WHO = { ann: ANN, bob: BOB, cat: CAT, dan: DAN, eve: EVE } as const;
type Who = keyof typeof WHO;

let test: TestChannels;
beforeEach(async () => {
  test = await TestChannels.start();
  test.net.join(DAN, 'dan');
  await test.add('bob', 300);
  await test.add('cat', 1);
  await test.heard(`${CAT} J ${ROOM} 960`, `${DAN} J ${ROOM} 960`);
});
afterEach(() => test.close());

/** Nobody here is too fast. */
async function told(who: Who, text: string): Promise<string[]> {
  await later();
  return await test.ask(WHO[who], text);
}
async function acts(who: Who, text: string): Promise<string[]> {
  await later();
  return await test.acts(WHO[who], text);
}
async function later(): Promise<void> {
  await test.net.clock.advance(2_000);
  test.net.say('AB G AB');
  test.net.take();
}
/** Each of these is said by somebody, behind the channel, and answered so. */
async function answers(...cases: readonly (readonly [Who, string, string])[]): Promise<void> {
  for (const [who, text, answer] of cases) {
    const [name, ...rest] = text.split(' ');
    expect((await told(who, [name, ROOM, ...rest].join(' ')))[0], `${who}: ${text}`).toBe(answer);
  }
}
const M = (change: string) => `${CS} M ${ROOM} ${change} 960`;
const set = async (text: string) => {
  await told('ann', `SET ${ROOM} ${text}`);
  test.net.take();
};
const database = () => test.net.database;

describe('levels', () => {
  it('are given below one’s own alone, changed of those below alone, and end or go back when they are to', async () => {
    await answers(
      ['bob', 'DELUSER *cat', `cat has no access to ${ROOM} any more.`],
      ['bob', 'ADDUSER *cat 300', 'You can give levels below your own alone.'],
      [
        'bob',
        'ADDUSER *cat 501',
        '501 is no level: expected peon, halfop, op, manager, coowner, owner, or a number from 1 to 500.',
      ],
      ['bob', 'ADDUSER *cat 299', `cat has access to ${ROOM} at level op (299).`],
      ['bob', 'CLVL *cat 300', 'You can give levels below your own alone.'],
      ['bob', 'CLVL *cat 298 1h', `cat has level op (298) on ${ROOM} now for 1h.`],
      ['ann', 'CLVL *cat 300', `cat has level manager on ${ROOM} now.`],
      ['bob', 'CLVL *cat 1', `cat is not below you on ${ROOM}.`],
      ['bob', 'SUSPEND *cat 1h', `cat is not below you on ${ROOM}.`],
      ['bob', 'UNSUSPEND *cat', `cat is not below you on ${ROOM}.`],
      ['bob', 'WIPEINFO *cat', `cat is not below you on ${ROOM}.`],
      ['bob', 'DELUSER *bob', `bob is not below you on ${ROOM}.`],
      ['ann', 'DELUSER *nobody', 'There is no account nobody.'],
      ['ann', 'WIPEINFO eve', 'eve is not logged in.'],
    );
    // Another level that is for good ends the one that was for a time.
    await test.passes(HOUR);
    expect(test.room.user('cat')).toMatchObject({ level: 300, expires: null, backTo: null });
    await answers(
      ['ann', 'CLVL *cat 200 1h', `cat has level op on ${ROOM} now for 1h.`],
      ['dan', 'ACCESS *cat', `cat has level op on ${ROOM} (back at manager in 59m58s).`],
      ['ann', 'DELUSER *cat', `cat has no access to ${ROOM} any more.`],
      ['ann', 'ADDOP *cat 2h', `cat has access to ${ROOM} at level op for 2h.`],
      ['dan', 'ACCESS *cat', `cat has level op on ${ROOM} (ends in 1h59m).`],
      ['ann', 'SUSPEND *cat 1h', `The access of cat to ${ROOM} is suspended for 1h.`],
    );
    expect((await told('dan', `ACCESS ${ROOM} *cat`))[0]).toMatch(
      /\(suspended for 59m58s, ends in 1h59m\)\.$/,
    );
    await test.passes(2 * HOUR);
    expect(test.room.user('cat')).toBeUndefined();
    await answers(
      ['ann', 'ADDPAL *cat', `cat has access to ${ROOM} at level peon.`],
      ['ann', 'ADDHOP *cat', 'cat has access already, at level peon.'],
      ['ann', 'DELUSER cat', `cat has no access to ${ROOM} any more.`],
      ['ann', 'ADDHOP cat', `cat has access to ${ROOM} at level halfop.`],
    );
  });

  it('count for nothing while the account is suspended, or is another one of that name', async () => {
    const { keeper } = test.net.services;
    await told('ann', `CLVL ${ROOM} *cat 400`);
    expect(await told('cat', `PEEK ${ROOM}`)).toHaveLength(3);
    await told('ann', `SUSPEND ${ROOM} *cat 1h`);
    const refused = `PEEK on ${ROOM} is for level 200 and above.`;
    expect(await told('cat', `PEEK ${ROOM}`)).toEqual([refused]);
    await told('ann', `UNSUSPEND ${ROOM} *cat`);
    expect(await told('cat', `PEEK ${ROOM}`)).toHaveLength(3);
    await keeper.changes.suspend('cat', 'oper', 'spam');
    const user = test.net.uplink.view.byNick('cat')!;
    test.net.uplink.view.setAccount(user, 'cat', 0);
    expect((await told('cat', `KICK ${ROOM} dan`)).join()).not.toContain('thrown out');
    expect((await told('ann', `USERS ${ROOM} cat`))[1]).toMatch(/account suspended$/);
    expect(test.net.uplink.view.findChannel(ROOM)!.members.has(test.net.uplink.view.byNick('dan')!)).toBe(
      true,
    );
  });

  it('of settings are kept to just at them', async () => {
    await set('PUBCMD 300');
    expect(await test.heard(`${BOB} P ${ROOM} :!voice dan`)).toContain(M(`+v ${DAN}`));
    await set('PUBCMD 301');
    expect(await test.heard(`${BOB} P ${ROOM} :!devoice dan`)).toEqual([]);
    await set('PUBCMD *');
    expect(await test.heard(`${BOB} P ${ROOM} :ChanServ, devoice dan`)).toContain(M(`-v ${DAN}`));
    expect(await test.heard(`${BOB} P ${ROOM} :ChanServ devoice dan`)).toEqual([
      `${CS} O ${BOB} :That is so already.`,
    ]);
    for (const text of ['xChanServ: devoice dan', '!help', 'ChanServ:devoice dan', '! devoice dan'])
      expect(await test.heard(`${BOB} P ${ROOM} :${text}`), text).toEqual([]);
    test.net.channelRules = { trigger: '', unvisitedDays: 0 };
    expect(await test.heard(`${BOB} P ${ROOM} :!voice dan`)).toEqual([]);
    // Who comes in shows their information from that level on.
    await told('bob', `USET ${ROOM} INFO Bob`);
    const comes = async () =>
      (await test.heard(`${BOB} L ${ROOM}`, `${BOB} J ${ROOM} 960`)).filter((line) => line.includes(' P '));
    await set('USERINFO 300');
    expect(await comes()).toEqual([`${CS} P ${ROOM} :[bob] manager: Bob`]);
    await set('USERINFO 301');
    expect(await comes()).toEqual([]);
    await set('TOPICSNARF 300');
    await test.heard(`${BOB} T ${ROOM} :Of bob`);
    expect(test.room.settings.defaultTopic).toBe('Of bob');
    await set('TOPICSNARF 301');
    await test.heard(`${BOB} T ${ROOM} :More of bob`);
    expect(test.room.settings.defaultTopic).toBe('Of bob');
    await set('ENFTOPIC 301');
    expect((await test.heard(`${BOB} T ${ROOM} :Again`))[0]).toMatch(/ T #room 960 \d+ :More of bob$/);
    await set('ENFTOPIC 300');
    expect(await test.heard(`${BOB} T ${ROOM} :Again`)).toEqual([]);
    // One that did not fit before either gives way to the default one.
    await set('TOPICMASK News: *');
    expect(
      (await test.heard(`AB M ${ROOM} +o ${EVE} 960`, `${EVE} J ${ROOM} 960`, `${EVE} T ${ROOM} :x`))[0],
    ).toMatch(/ T #room 960 \d+ :Of bob$/);
    await set('CTCPREACTION kick');
    await told('ann', `CLVL ${ROOM} bob 200`);
    expect(await test.heard(`${BOB} P ${ROOM} :\x01VERSION\x01`)).toEqual([]);
    await told('ann', `CLVL ${ROOM} bob 199`);
    expect(await test.heard(`${BOB} P ${ROOM} :\x01VERSION\x01`)).toEqual([
      `${CS} K ${ROOM} ${BOB} :CTCP to the channel is not welcome here.`,
    ]);
    expect(await test.heard(`${EVE} L ${ROOM}`, `${EVE} P ${ROOM} :\x01VERSION\x01`)).toEqual([]);
  });
});

describe('what keeps others out', () => {
  it('spares whom one is not above, and throws out those alone whom it means', async () => {
    await told('ann', `CLVL ${ROOM} cat 300`);
    // Of many those go who are not protected.
    await set('PROTECT equal');
    expect(await acts('bob', `KICK ${ROOM} *!*@*.example.net`)).toEqual([
      `${CS} K ${ROOM} ${DAN} :(bob) Bye.`,
    ]);
    await answers(
      ['bob', 'KICK *!*@cat.example.net', `cat is protected from you on ${ROOM}.`],
      ['bob', 'BAN *!*@*.example.net', `ann is protected from you on ${ROOM}.`],
      ['bob', 'KICK *!*@*.nowhere.test', `Nobody of that kind is on ${ROOM}.`],
      ['bob', 'KICKBAN *!*@*.nowhere.test', `*!*@*.nowhere.test is banned from ${ROOM}.`],
      ['bob', 'UNBAN *!*@nowhere.test', `No ban of ${ROOM} fits *!*@nowhere.test.`],
      ['bob', 'UNBAN *.test', `1 bans of ${ROOM} are gone.`],
      ['bob', `BAN ${'x'.repeat(70)}`, `${'x'.repeat(64)} is neither on the network nor a mask.`],
      ['bob', 'BAN *!*@*?*', '*!*@*?* covers everybody.'],
      ['bob', 'BAN *!*@*.n', '*!*@*.n covers everybody.'],
      ['bob', 'BAN *!*@*.nl', `*!*@*.nl is banned from ${ROOM}.`],
      ['bob', 'UNBANALL', `1 bans of ${ROOM} are gone.`],
    );
    await set('PROTECT lower');
    expect(await acts('bob', `KICK ${ROOM} cat`)).toEqual([`${CS} K ${ROOM} ${CAT} :(bob) Bye.`]);
    // Who throws somebody out who is protected follows, who leaves by themselves does not.
    await set('PROTECT all');
    test.net.say(`${DAN} J ${ROOM} 960`, `${EVE} J ${ROOM} 960`, `AB M ${ROOM} +oo ${DAN} ${EVE} 960`);
    expect(await test.heard(`${EVE} K ${ROOM} ${EVE} :bye`)).toEqual([]);
    test.net.say(`${EVE} J ${ROOM} 960`, `AB M ${ROOM} +o ${EVE} 960`);
    expect(await test.heard(`${EVE} K ${ROOM} ${DAN} :out`)).toEqual([
      `${CS} K ${ROOM} ${EVE} :dan is protected here.`,
    ]);
  });

  it('as a list has so many, with reasons of such a length, and is told of with when it was used', async () => {
    await answers(
      ['bob', `ADDLAMER *.example.org ${'r'.repeat(301)}`, `*!*@*.example.org is kept out of ${ROOM}.`],
      ['bob', 'ADDTIMEDLAMER *.example.org 1h Soon', `*!*@*.example.org is kept out of ${ROOM} for 1h.`],
      ['bob', 'ADDTIMEDLAMER *.example.com 0', '0 is no duration: expected such as 30m, 2h or 1d12h.'],
      ['bob', 'ADDLAMER *!*@host.EXAMPLE.org', '*!*@*.example.org keeps them out already.'],
      ['bob', 'ADDLAMER dan', `*!*@dan.example.net is kept out of ${ROOM}.`],
      ['bob', 'DELLAMER *.example.com', `No lamer of ${ROOM} fits *.example.com.`],
      ['bob', `DELLAMER ${'x'.repeat(70)}`, `${'x'.repeat(64)} is neither on the network nor a mask.`],
    );
    expect(test.room.lamers.map(({ mask, reason, expires }) => [mask, reason, expires !== null])).toEqual([
      ['*!*@*.example.org', 'Soon', true],
      ['*!*@dan.example.net', 'You are not welcome here.', false],
    ]);
    expect(await test.heard(`${DAN} J ${ROOM} 960`)).toEqual([
      `${CS} K ${ROOM} ${DAN} :You are not welcome here.`,
    ]);
    const rows = async (who: Who, text = '') =>
      (await told(who, `LAMERS ${ROOM} ${text}`)).slice(1).map((line) => line.split(/ {2,}/));
    expect(await rows('cat')).toEqual([
      ['*!*@*.example.org', 'bob', expect.stringMatching(/^\d+s$/), 'never', '59m48s', 'Soon'],
      [
        '*!*@dan.example.net',
        'bob',
        expect.stringMatching(/^\d+s$/),
        '2s',
        'never',
        'You are not welcome here.',
      ],
    ]);
    for (const [text, masks] of [
      ['dan', ['*!*@dan.example.net']],
      ['*!*@*', ['*!*@*.example.org', '*!*@dan.example.net']],
      ['*!*@host.example.org', ['*!*@*.example.org']],
    ] as const)
      expect(
        (await rows('cat', text)).map(([mask]) => mask),
        text,
      ).toEqual(masks);
    expect(await acts('bob', `DELLAMER ${ROOM} dan`)).toEqual([M('-b *!*@dan.example.net')]);
    await told('bob', `ADDLAMER ${ROOM} *.example.org ${'r'.repeat(301)}`);
    expect(test.room.lamers[0]!.reason).toBe('r'.repeat(300));
    const { registry } = test.chanServ;
    await registry.change(ROOM, 'settings', () => {
      for (let at = 2; at < limits.lamersPerChannel.default; at++)
        registry.rows.addLamer(test.room.key, `*!*@l${at}.test`, 'ann', null, 'x');
    });
    await answers(
      ['bob', 'ADDLAMER *.last.test', `*!*@*.last.test is kept out of ${ROOM}.`],
      [
        'bob',
        'ADDLAMER *.more.test',
        `${ROOM} has as many lamers as it may have: ${limits.lamersPerChannel.default}.`,
      ],
      ['bob', 'ADDLAMER *.last.test Known', `*!*@*.last.test is kept out of ${ROOM}.`],
    );
  });

  it('as modes are kept with their values, but for a limit that follows the crowd', async () => {
    await set('MODES +ntl 50');
    test.net.say(`${EVE} J ${ROOM} 960`, `AB M ${ROOM} +o ${EVE} 960`);
    expect(await test.heard(`${EVE} M ${ROOM} +l 5 960`)).toEqual([M('+l 50')]);
    expect(await test.heard(`${EVE} M ${ROOM} +l 50 960`)).toEqual([]);
    expect(await test.heard(`${EVE} M ${ROOM} -l 960`)).toEqual([M('+l 50')]);
    await set('DYNLIMIT 3');
    expect(await test.heard(`${EVE} M ${ROOM} +l 5 960`)).toEqual([]);
    expect(await test.heard(`${EVE} M ${ROOM} +v ${DAN} 960`)).toEqual([]);
    await answers(
      ['ann', 'MODE +l 0', '+l 0 are no modes of a channel.'],
      ['ann', 'MODE +l 99999', `Done on ${ROOM}.`],
      ['ann', 'MODE +l 100000', '+l 100000 are no modes of a channel.'],
      ['ann', `MODE +k ${'k'.repeat(23)}`, `Done on ${ROOM}.`],
      ['ann', `MODE +k ${'k'.repeat(24)}`, `+k ${'k'.repeat(24)} are no modes of a channel.`],
    );
  });
});

describe('operators of services', () => {
  beforeEach(async () => {
    await test.net.level('ann', 1_000);
  });

  it('look for channels by all that is kept of them, just at what they ask for', async () => {
    test.net.say(`${BOB} C #bobs 970`, `${CAT} C #cats 970`);
    await told('bob', 'REGISTER #bobs');
    await told('ann', 'REGISTER #anns *cat');
    await told('ann', 'CSUSPEND #bobs 0 Spam');
    await told('ann', `SET ${ROOM} NODELETE on`);
    const found = async (text: string) =>
      (await told('ann', `SEARCH print ${text}`)).slice(1, -1).map((line) => line.split(/ +/)[0]);
    for (const [text, names] of [
      ['FLAGS suspended', ['#bobs']],
      ['flags NODELETE', [ROOM]],
      ['REGISTRAR ann', ['#anns', ROOM]],
      ['REGISTRAR a*n', ['#anns', ROOM]],
      ['OWNER cat', ['#anns']],
      ['NAME #ROOM', [ROOM]],
      ['NAME #* LIMIT 1', ['#anns']],
      ['LIMIT 9999', ['#anns', '#bobs', ROOM]],
      ['NAME #* OWNER b* FLAGS suspended', ['#bobs']],
    ] as const)
      expect(await found(text), text).toEqual(names);
    for (const [text, answer] of [
      ['print LIMIT 10000', 'LIMIT takes a number, not 10000.'],
      ['print LIMIT x1', 'LIMIT takes a number, not x1.'],
      ['print FLAGS red', 'FLAGS red is no criterion.'],
      [`print ${'N'.repeat(40)} ${'v'.repeat(40)}`, `${'N'.repeat(32)} ${'v'.repeat(32)} is no criterion.`],
      ['xprint NAME *', 'Expected print or count first.'],
      ['printx NAME *', 'Expected print or count first.'],
      ['print NAME #none', '0 channels.'],
      ['COUNT NAME #*', '3 channels.'],
    ] as const)
      expect(await told('ann', `SEARCH ${text}`), text).toEqual([answer]);
    expect(await told('bob', 'SEARCH count NAME *')).toEqual([
      'SEARCH is for accounts of level 100 and above.',
    ]);
    await test.net.level('bob', 100);
    expect(await told('bob', 'SEARCH count NAME *')).toEqual(['3 channels.']);
    expect((await told('ann', 'SEARCH print NAME #bobs'))[0]!.split(/ +/)).toEqual([
      ...['Channel', 'Owner', 'Registered', 'Visited'],
    ]);
    // What is suspended for ever says so to everybody, and ends with all that is kept.
    expect(await told('bob', 'OP #bobs bob')).toEqual(['#bobs is suspended: Spam']);
    expect((await told('bob', 'INFO #bobs')).at(-1)).toMatch(/^Suspended by ann \d+s ago: Spam$/);
    expect((await told('bob', 'UNREGISTER #bobs')).join()).toBe('#bobs is suspended, and stays.');
    expect(await told('ann', 'CSUSPEND #bobs 1x Spam')).toEqual([
      '1x is no duration: expected such as 30m, 2h or 1d12h.',
    ]);
    expect(
      test.net.deeds.filter(({ deed }) => deed.command === 'CSUSPEND').map(({ deed }) => deed.args),
    ).toEqual([{ channel: '#bobs', text: '0 Spam' }]);
  });

  it('keep from being registered as many as may be, for a time or for good, and read what they keep', async () => {
    for (const [text, answer] of [
      ['NOREGISTER * 0 x', 'Expected a channel, a mask of channels, or *account.'],
      ['NOREGISTER x#a 0 x', 'Expected a channel, a mask of channels, or *account.'],
      ['NOREGISTER #bob*', 'Nothing of that kind is kept from being registered.'],
      ['NOREGISTER #BOB* 1h Taken', '#BOB* cannot be registered any more.'],
      ['NOREGISTER *#x 0 Never', '*#x cannot be registered any more.'],
      ['NOREGISTER *cat 0 Spam', '*cat cannot be registered any more.'],
    ] as const)
      expect(await told('ann', text), text).toEqual([answer]);
    const kept = async (mask = '') =>
      (await told('ann', `NOREGISTER ${mask}`)).map((line) => line.split(/ {2,}/));
    expect(await kept()).toEqual([
      ['What', 'By', 'Ends in', 'Reason'],
      ['#bob*', 'ann', '59m54s', 'Taken'],
      ['*#x', 'ann', 'never', 'Never'],
      ['*cat', 'ann', 'never', 'Spam'],
    ]);
    expect((await kept('#bob?')).slice(1).map(([mask]) => mask)).toEqual(['#bob*']);
    test.net.say(`${BOB} C #bobs 970`, `${BOB} C #a#x 970`, `${CAT} C #cats 970`, `${BOB} C #free 970`);
    expect(await told('bob', 'REGISTER #bobs')).toEqual(['#bobs cannot be registered: Taken']);
    expect(await told('bob', 'REGISTER #a#x')).toEqual(['#a#x cannot be registered: Never']);
    expect(await told('cat', 'REGISTER #cats')).toEqual(['#cats cannot be registered: Spam']);
    await told('bob', 'REGISTER #free');
    expect(await told('bob', 'MOVE #free #bobs')).toEqual(['#bobs cannot be registered: Taken']);
    await test.passes(HOUR);
    expect((await kept()).slice(1).map(([mask]) => mask)).toEqual(['*#x', '*cat']);
    expect((await told('bob', 'REGISTER #bobs'))[0]).toBe('#bobs belongs to bob now.');
    // Whoever may act everywhere registers all the same.
    expect((await told('ann', 'REGISTER #cats *cat'))[0]).toBe('#cats belongs to cat now.');
    const { rows } = test.chanServ.registry;
    const most = limits.unregistrable.default;
    await test.net.writes.write(() => {
      for (let at = 3; at < most; at++) rows.forbid(`#n${at}`, 'x', null, 'x');
    });
    expect(await told('ann', 'NOREGISTER #last 0 x')).toEqual(['#last cannot be registered any more.']);
    expect(await told('ann', 'NOREGISTER #more 0 x')).toEqual([`There are as many as may be: ${most}.`]);
    expect(await told('ann', 'NOREGISTER')).toHaveLength(1 + limits.channelListRows.default);
  });

  it('act as their own where they own a channel, and as themselves in what is written down elsewhere', async () => {
    const before = test.net.deeds.length;
    await told('ann', `VOICE ${ROOM} dan`);
    await told('ann', `USERS ${ROOM}`);
    expect(test.net.deeds.length).toBe(before);
    test.net.say(`${BOB} C #bobs 970`);
    await told('bob', 'REGISTER #bobs');
    await told('ann', 'INFO #bobs');
    expect(test.net.deeds.length).toBe(before);
    await told('ann', 'SET #bobs GREETING Hello there');
    expect(test.net.deeds.at(-1)!.deed.args).toEqual({
      command: 'SET',
      channel: '#bobs',
      text: 'GREETING Hello there',
    });
    expect((await told('bob', 'EVENTS #bobs 1'))[1]).toMatch(/ann \(ann\) +SET GREETING Hello there$/);
    // Nothing of oneself is had by that: only who has access has status by it.
    expect(await told('ann', 'UP #bobs')).toEqual(['UP on #bobs is for level peon and above.']);
    expect(await told('ann', 'DELUSER #bobs *bob')).toEqual([
      '#bobs belongs to bob: GIVEOWNERSHIP gives it to another.',
    ]);
    expect(await told('ann', 'DELUSER #bobs *cat')).toEqual(['cat has no access to #bobs.']);
    const long = 'r'.repeat(400);
    await told('ann', `KICK ${ROOM} dan ${long}`);
    expect(test.chanServ.registry.rows.events(ROOM)[0]!.what).toBe(`KICK dan ${long}`.slice(0, 300));
  });
});

it('channels end that nobody visits, at the day, and neither those that are kept nor where somebody is', async () => {
  test.net.say(`${BOB} C #bobs 970`, `${CAT} C #cats 970`, `${CAT} C #kept 970`);
  await told('bob', 'REGISTER #bobs');
  await told('cat', 'REGISTER #cats');
  await told('cat', 'REGISTER #kept');
  await test.net.level('ann', 1_000);
  await told('ann', 'SET #kept NODELETE on');
  await test.heard(`${CAT} L #cats`, `${CAT} L #kept`, `${CAT} Q :bye`);
  test.net.channelRules = { trigger: '!', unvisitedDays: 1 };
  const { upkeep, registry } = test.chanServ;
  const visited = registry.get('#cats')!;
  const day = 86_400_000;
  visited.visited = test.net.clock.now() - day;
  registry.get('#kept')!.visited = 1;
  registry.get('#bobs')!.visited = 1;
  expect(await upkeep.expire()).toEqual([]);
  visited.visited = test.net.clock.now() - day - 1;
  expect(await upkeep.expire()).toEqual(['#cats']);
  expect([...registry.all()].map(({ name }) => name).sort()).toEqual(['#bobs', '#kept', ROOM]);
  test.net.channelRules = { trigger: '!', unvisitedDays: 0 };
  await test.heard(`${BOB} L #bobs`);
  registry.get('#bobs')!.visited = 1;
  expect(await upkeep.expire()).toEqual([]);
});

it('who was seen where is written although others, or their channels, are gone by then', async () => {
  test.net.say(`${BOB} C #bobs 970`);
  await told('bob', 'REGISTER #bobs');
  await test.passes(60_000);
  await test.heard(`${ANN} L ${ROOM}`, `${BOB} L #bobs`, `${CAT} L ${ROOM}`);
  const left = test.net.clock.now();
  await test.net.services.keeper.changes.drop('bob', 'test');
  await test.net.services.keeper.changes.drop('cat', 'test');
  await test.passes(limits.seenSaveMs.default);
  const seen = database().prepare('SELECT max(seen) FROM channel_users').pluck().get();
  expect([seen, database().prepare('SELECT visited FROM channel_states').pluck().all()]).toEqual([
    left,
    [left],
  ]);
});

it('what is told of a server that comes is not looked at until all of it is known', async () => {
  await set('GREETING Hello');
  const sent = await test.heard(
    'AB S leaf.test 2 900 900 J10 AC]]] +h :Leaf',
    'AC N fay 1 950 ~fay fay.example.net +ir bob AKAAAB ACAAA :Real',
    `AC B ${ROOM} 960 ACAAA:o`,
    `ACAAA M ${ROOM} -n 960`,
    `ACAAA K ${ROOM} ${BOB} :out`,
    `ACAAA T ${ROOM} 960 990 :x`,
    'AC N gus 1 950 ~gus gus.example.net +i AKAAAB ACAAB :Real',
    `AC B ${ROOM} 960 ACAAB`,
    'AC AC ACAAB R cat',
  );
  expect(sent.filter((line) => / [OKMT] /.test(line))).toEqual([]);
  expect(await test.heard('AC EB', 'AC AC ACAAB U', 'AC AC ACAAB R cat')).toContain(M('+v ACAAB'));
});

it('what is due while there is no network is not done, and what is kept of it ends all the same', async () => {
  for (const one of ['BANTIMEOUT 10m', 'TOPICREFRESH 3h', 'RESYNC 3h', 'DYNLIMIT 3', 'DEFAULTTOPIC Tea'])
    await set(one);
  await set('CTCPREACTION shortban');
  await test.heard(`${ANN} M ${ROOM} +b *!*@old.net 960`);
  await told('ann', `ADDTIMEDLAMER ${ROOM} *.example.org 1h No`);
  await told('ann', `CLVL ${ROOM} *cat 2 1h`);
  await test.heard(`${DAN} P ${ROOM} :\x01VERSION\x01`);
  test.net.uplink.fail('over');
  test.net.take();
  await test.net.clock.advance(4 * HOUR);
  await test.net.quiet();
  expect(test.net.take()).toEqual([]);
  expect([test.room.lamers, test.room.user('cat')?.level, test.net.logged]).toEqual([[], 1, []]);
  test.net.relink(
    `AB N ann 1 950 ~ann ann.example.net +ir ann AKAAAB ${ANN} :Real`,
    `AB B ${ROOM} 960 ${ANN}`,
  );
  await test.net.quiet();
  expect(test.net.take()).toContain(`${CS} M ${ROOM} +o ${ANN} 960`);
});

it('of a network that is lost while its channels are looked at nobody has what was due to them', async () => {
  await set('AUTOMODE voice');
  const many = Array.from(
    { length: 200 },
    (_, at) => `ABC${'ABCDEFGH'[at >> 5]}${'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef'[at & 31]}`,
  );
  const network = [
    ...many.map((numeric, at) => `AB N u${at} 1 950 ~u u.example.net +i AKAAAB ${numeric} :Real`),
    `AB B ${ROOM} 960 ${many.slice(0, 70).join(',')}`,
    `AB B ${ROOM} 960 ${many.slice(70, 140).join(',')}`,
    `AB B ${ROOM} 960 ${many.slice(140).join(',')}`,
  ];
  // Each look at the clock finds that the slice is over.
  let looks = 0;
  const now = test.net.clock.monotonic();
  const clock = vi.spyOn(test.net.clock, 'monotonic').mockImplementation(() => now + ++looks * 100);
  const voiced = () =>
    test.net
      .take()
      .join(' ')
      .match(/\bABC\w\w\b/g)?.length ?? 0;
  test.net.uplink.fail('over');
  test.net.relink(...network);
  await test.net.quiet();
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(voiced()).toBe(many.length);
  test.net.uplink.fail('over');
  test.net.relink(...network);
  const before = voiced();
  expect(before).toBeLessThan(many.length);
  test.net.uplink.fail('over');
  test.net.relink();
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(voiced()).toBe(0);
  clock.mockRestore();
});

it('things that were set anew over and over behind one that holds are few, and run in their order', async () => {
  const clock = new FakeClock();
  const times = new DueTimes(clock);
  const ran: string[] = [];
  times.set('first', clock.now() + 1, () => ran.push('first'));
  const keys = ['d', 'b', 'a', 'c'];
  for (let nth = 0; nth < 500; nth++)
    for (const [at, key] of keys.entries())
      times.set(key, clock.now() + 10_000 - nth + ((at * 7) % 5), () => ran.push(`${key} ${nth}`));
  expect(times.size).toBe(5);
  await clock.advance(20_000);
  expect(ran).toEqual(['first', 'd 499', 'c 499', 'b 499', 'a 499']);
  expect([times.size, clock.pendingTimers]).toEqual([0, 0]);
});
