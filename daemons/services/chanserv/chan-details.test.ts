/**
 * What ChanServ tells to the letter, where its levels and limits begin and end, and what it does beside the everyday. It begins as
 * chan-commands-table.test.ts does: ann owns #room, bob has level 300 there, cat level 1, dan is there without an account, eve is not.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { ANN, BOB, CAT, CHANSERV_NUMERIC as CS, EVE, ROOM, TestChannels } from './test-channels.ts';

const DAN = 'ABAAE';
const WHO = { ann: ANN, bob: BOB, cat: CAT, dan: DAN, eve: EVE } as const;
type Who = keyof typeof WHO;

let test: TestChannels;
const begin = async (kind?: 'nefarious') => {
  test = await TestChannels.start(kind);
  test.net.join(DAN, 'dan');
  await test.add('bob', 300);
  await test.add('cat', 1);
  await test.heard(`${CAT} J ${ROOM} 960`, `${DAN} J ${ROOM} 960`);
};
beforeEach(() => begin());
afterEach(() => test.close());

/** Nobody here is too fast. */
async function later(): Promise<void> {
  await test.net.clock.advance(2_000);
  test.net.say('AB G AB');
  test.net.take();
}
const told = async (who: Who, text: string) => {
  await later();
  return await test.ask(WHO[who], text);
};
const acts = async (who: Who, text: string) => {
  await later();
  return await test.acts(WHO[who], text);
};
/** Lines of a table, cell by cell. */
const cells = (lines: readonly string[]) =>
  lines.map((line) => line.split(/\s{2,}/).map((one) => one.trim()));
const M = (change: string) => `${CS} M ${ROOM} ${change} 960`;
const owner = (text: string) => test.ask(ANN, text);
const founderIsQuiet = () => test.net.services.keeper.channels.store.find(ROOM)!.founderIsQuiet ?? false;

describe('what is kept of a channel', () => {
  it('is told to everybody as far as it is theirs to read', async () => {
    const told0 = await told('dan', `INFO ${ROOM}`);
    expect(told0.slice(0, 2)).toEqual([
      expect.stringMatching(/^#room belongs to ann, registered \d+s ago\.$/),
      'Users with access: 3; lamers: 0; most who were there: 5.',
    ]);
    expect(told0.join('\n')).not.toMatch(/Default topic|Modes that are kept|Registered by|rules/);
    await told('ann', `SET ${ROOM} DEFAULTTOPIC Tea at four`);
    await told('ann', `NOTE ${ROOM} rules Be nice`);
    await told('ann', `ADDLAMER ${ROOM} *.example.org No`);
    const word = (await told('ann', `GIVEOWNERSHIP ${ROOM} *bob`)).join(' ').split(' ').at(-1)!;
    await told('ann', `GIVEOWNERSHIP ${ROOM} *bob ${word}`);
    const dan = await told('dan', `INFO ${ROOM}`);
    expect(dan).toContain('Default topic: Tea at four');
    expect(dan[1]).toBe('Users with access: 3; lamers: 1; most who were there: 5.');
    expect(dan.join('\n')).not.toMatch(/Modes that are kept|Registered by|rules/);
    const cat = await told('cat', `INFO ${ROOM}`);
    expect(cat).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Somebody with access was there \S+ ago\.$/),
        'Modes that are kept: +nt',
        'Registered by ann.',
        'rules: Be nice (ann)',
      ]),
    );
  });

  it('is listed by level and mask, with where everybody is', async () => {
    await told('ann', `USET ${ROOM} AUTOOP off`);
    await told('bob', `USET ${ROOM} AUTOINVITE on`);
    await told('cat', `USET ${ROOM} AUTOJOIN on`);
    await told('cat', `USET ${ROOM} INFO Cats are best`);
    await test.heard(`${CAT} L ${ROOM}`);
    await told('ann', `SUSPEND ${ROOM} bob 1h`);
    await test.net.ask(CAT, 'VACATION');
    const rows = cells(await told('ann', `USERS ${ROOM}`));
    expect(rows).toEqual([
      ['Account', 'Level', 'Last there', 'State'],
      ['ann', 'owner', 'here'],
      ['bob', 'manager', 'here', 'suspended'],
      ['cat', 'peon', expect.stringMatching(/^\d+s$/), 'vacation'],
      [`3 users of ${ROOM}.`],
    ]);
    for (const [name, accounts] of [
      ['OLIST', null],
      ['MLIST', 'bob'],
      ['PLIST', 'cat'],
    ] as const) {
      const answer = await told('ann', `${name} ${ROOM}`);
      if (accounts === null) expect(answer).toEqual([`Nobody of that kind has access to ${ROOM}.`]);
      else
        expect(
          cells(answer)
            .slice(1, -1)
            .map(([account]) => account),
          name,
        ).toEqual([accounts]);
    }
    expect(cells(await told('ann', 'MYACCESS'))).toEqual([
      ['Channel', 'Level', 'Settings', 'Information'],
      [ROOM, 'owner'],
    ]);
    expect(cells(await told('bob', 'MYACCESS')).at(1)).toEqual([
      ROOM,
      'manager',
      'suspended AutoOp AutoInvite',
    ]);
    expect(cells(await told('cat', 'MYACCESS')).at(1)).toEqual([
      ROOM,
      'peon',
      'AutoOp AutoJoin',
      'Cats are best',
    ]);
    expect(await told('cat', 'MYACCESS *bob')).toEqual([
      'Only operators of services may ask for somebody else.',
    ]);
    await test.net.level('ann', 1_000);
    expect(cells(await told('ann', 'MYACCESS *cat')).at(1)?.[1]).toBe('peon');
    expect(await told('ann', 'MYACCESS *nobody')).toEqual(['There is no account nobody.']);
    // Who is on the list of a secret channel is for those who are there, or have access.
    await test.heard(`AB M ${ROOM} +s 960`);
    expect(await told('eve', `USERS ${ROOM}`)).toEqual([`${ROOM} is secret.`]);
    for (const who of ['dan', 'cat'] as const)
      expect((await told(who, `USERS ${ROOM}`)).at(-1), who).toBe(`3 users of ${ROOM}.`);
    expect(await told('dan', `ACCESS ${ROOM} bob`)).toEqual([
      expect.stringMatching(/^bob has level manager on #room \(suspended for \S+\)\.$/),
    ]);
    expect(await told('dan', `SEEN ${ROOM} *cat`)).toEqual([
      expect.stringMatching(/^cat was on #room \S+ ago\.$/),
    ]);
    expect(cells(await told('dan', 'LEVELS'))).toEqual([
      ['Name', 'From', 'To'],
      ['owner', '500', '500'],
      ['coowner', '400', '499'],
      ['manager', '300', '399'],
      ['op', '200', '299'],
      ['halfop', '150', '199'],
      ['peon', '1', '149'],
    ]);
  });

  it('is seen by operators of it as it is now, without its key', async () => {
    await test.heard(`AB M ${ROOM} +lk 30 secret 960`, `${ANN} T ${ROOM} 960 970 :Tea`);
    expect(await told('ann', `PEEK ${ROOM}`)).toEqual([
      `${ROOM}: 5 users, modes +klnt 30`,
      'Topic: Tea',
      expect.stringMatching(/^Operators: .*ann/),
    ]);
    test.net.say(`${EVE} C #free 970`, `AB M #free -o ${EVE} 970`);
    await test.net.level('ann', 1_000);
    expect(await told('ann', 'PEEK #free')).toEqual([
      '#free: 1 users, modes +',
      'Topic: none',
      'Operators: none',
    ]);
    expect(await told('ann', 'PEEK #none')).toEqual(['Nobody is on #none.']);
    await told('ann', `CLVL ${ROOM} bob 199`);
    expect(await told('bob', `PEEK ${ROOM}`)).toEqual([`PEEK on ${ROOM} is for level 200 and above.`]);
    await told('ann', `CLVL ${ROOM} bob 200`);
    expect(await told('bob', `PEEK ${ROOM}`)).toHaveLength(3);
  });

  it('is told of as it was done, as many as are asked for', async () => {
    for (const text of ['VOICE dan', 'DEVOICE dan', 'VOICE dan'])
      await told('ann', text.replace(' ', ` ${ROOM} `));
    const done = async (text: string) =>
      cells(await told('ann', `EVENTS ${ROOM}${text}`))
        .slice(1)
        .map(([, who, what]) => `${who}: ${what}`);
    expect(cells(await told('ann', `EVENTS ${ROOM}`))[0]).toEqual(['When', 'Who', 'What']);
    expect(await done(' 2')).toHaveLength(2);
    expect((await done(' 1 *devoice*'))[0]).toMatch(/DEVOICE/);
    expect(await done(' 999 *devoice*')).toHaveLength(1);
    for (const bad of ['0', '1000', 'x1', '1x'])
      expect(await told('ann', `EVENTS ${ROOM} ${bad}`)).toEqual([`${bad} is no number.`]);
  });
});

it('a refusal says as much of what was typed as fits beside why', async () => {
  const long = 'x'.repeat(300);
  const x = (length: number) => long.slice(0, length);
  await test.net.level('ann', 1_000);
  const none = (length: number) => `${x(length)} is neither on the network nor a mask.`;
  const noDuration = `${x(32)} is no duration: expected such as 30m, 2h or 1d12h.`;
  for (const [text, answer] of [
    [`INFO #${long}`, `#${x(63)} is not registered.`],
    [`ADDUSER ${ROOM} *${long} op`, `There is no account ${x(32)}.`],
    [`ADDUSER ${ROOM} ${long} op`, `Nobody is called ${x(32)}; *account names an account.`],
    [`CLVL ${ROOM} *bob ${long}`, `${x(32)} is no level: expected peon, `],
    [`CLVL ${ROOM} *bob op ${long}`, noDuration],
    [`SUSPEND ${ROOM} bob ${long}`, noDuration],
    [`ADDTIMEDLAMER ${ROOM} dan ${long}`, noDuration],
    [`KICK ${ROOM} ${long}`, none(64)],
    [`UNBAN ${ROOM} ${long}`, none(64)],
    [`ADDLAMER ${ROOM} ${long}`, none(64)],
    [`DELLAMER ${ROOM} ${long}`, none(64)],
    [`PEEK #${long}`, `Nobody is on #${x(63)}.`],
    [`EVENTS ${ROOM} ${long}`, `${x(32)} is no number.`],
    [`MDELOP ${ROOM} ${long}`, `No op of ${ROOM} fits ${x(64)}.`],
    [
      `TRIM ${ROOM} ${long} 1d`,
      `Expected users, lamers, a level or a range such as 200-299, and not ${x(32)}.`,
    ],
    [`REGISTER #${long}`, `#${x(63)} is no name of a channel.`],
    [`MOVE ${ROOM} ${long}`, `${x(64)} is no name of a channel.`],
    [`SET ${ROOM} ${long}`, `There is no setting ${x(32)}. SET ${ROOM} lists them.`],
    [`USET ${ROOM} ${long} on`, `There is no setting ${x(32)}. There are `],
    [`OP ${ROOM} ${long}`, `${x(32)} is not on ${ROOM}.`],
    [`INVITE ${ROOM} ${long}`, `Nobody is called ${x(32)}.`],
    [`MODE ${ROOM} ${long}`, `${x(64)} are no modes of a channel.`],
    [`DELNOTE ${ROOM} ${long}`, `${ROOM} has no note ${x(32)}.`],
  ] as const) {
    const [said = ''] = await told('ann', text);
    expect(said.slice(0, answer.length), text).toBe(answer);
    if (answer.endsWith('.')) expect(said, text).toBe(answer);
  }
  expect(await told('eve', `PEEK #${long}`)).toEqual([expect.stringMatching(/^PEEK is for those who/)]);
  expect(await told('cat', `PEEK #${long}`)).toEqual([`PEEK on #${x(63)} is for level 200 and above.`]);
});

it('lists are so many rows long, of however many there are', async () => {
  const { registry } = test.chanServ;
  const most = limits.channelListRows.default;
  const { database, writes } = test.net;
  await test.net.level('ann', 1_000);
  await writes.write(() => {
    const count = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= ${most})`;
    database.exec(`${count} INSERT INTO accounts (key, name, created) SELECT 'u' || i, 'u' || i, 1 FROM n`);
    database.exec(
      `INSERT INTO channel_access (channel, account, rank, level, added) SELECT '${ROOM}', id, 1, 'voice', 1 FROM accounts WHERE key GLOB 'u[0-9]*'`,
    );
    database.exec(
      `${count} INSERT INTO channels (key, name, founder, created, registered) SELECT '#c' || i, '#c' || i, accounts.id, 1, 1 FROM n, accounts WHERE accounts.key = 'ann'`,
    );
  });
  registry.reload(ROOM);
  for (let at = 1; at <= most + 1; at++) registry.reload(`#c${at}`);
  const listed = async (text: string) =>
    (await told('ann', text)).filter((line) => /^(?:u|#c|\*!\*@l)\d/.test(line)).length;
  expect(await listed(`USERS ${ROOM} u*`)).toBe(most);
  expect(await listed('SEARCH print NAME #c*')).toBe(most);
  for (const [limit, rows] of [
    [most + 1, most],
    [most - 1, most - 1],
  ] as const)
    expect(await listed(`SEARCH print NAME #c* LIMIT ${limit}`)).toBe(rows);
  test.net.say(`${ANN} C #ops 970`);
  const view = test.net.uplink.view.findChannel('#ops')!;
  for (let at = 0; at < most + 9; at++) {
    const numeric = `ABC${'ABCDEFGH'[at >> 5]}${'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef'[at & 31]}`;
    test.net.join(numeric, `op${at}`);
    test.net.say(`${numeric} J #ops 970`, `AB M #ops +o ${numeric} 970`);
  }
  expect(view.members.size).toBe(most + 10);
  const peeked = (await told('ann', 'PEEK #ops')).slice(2).join(' ').split(' ');
  expect(peeked.filter((word) => /^op\d/.test(word)).length + 1).toBe(most);
});

describe('settings', () => {
  it('are taken by name, by place, and by the level of whoever sets them', async () => {
    const set = async (who: Who, text: string) => (await told(who, `SET ${ROOM} ${text}`))[0];
    expect(await set('ann', 'TOYS 1')).toMatch(/^TOYS of #room is now: /);
    for (const bad of ['TOYS x1', 'TOYS 1x', 'TOYS 9', 'TOYS maybe'])
      expect(await set('ann', bad)).toMatch(/^TOYS takes /);
    await set('ann', 'SETTERS manager');
    expect(await set('bob', 'ENFMODES 300')).toBe(`ENFMODES of ${ROOM} is now: manager`);
    expect(await set('bob', 'ENFMODES 301')).toBe('ENFMODES cannot be above your own level.');
    expect(await set('bob', 'ENFMODES 501')).toBe(`ENFMODES of ${ROOM} is now: nobody`);
    await set('ann', 'ENFMODES 400');
    expect(await set('bob', 'ENFMODES 200')).toBe('ENFMODES is above your own level.');
    expect(await set('ann', 'ENFMODES *')).toBe(`ENFMODES of ${ROOM} is now: op`);
    // A number that is no level is nobody's.
    expect(await set('bob', 'DYNLIMIT 100')).toBe(`DYNLIMIT of ${ROOM} is now: 100`);
    expect(await set('bob', 'DYNLIMIT 99')).toBe(`DYNLIMIT of ${ROOM} is now: 99`);
    await set('ann', 'SETTERS coowner');
    expect(await set('bob', 'GREETING x')).toBe(`Settings of ${ROOM} are for level coowner and above.`);
    expect(await set('bob', 'GREETING')).toMatch(/^GREETING: /);
  });

  it('as by default leave what operators of services have set, and want the word that was told', async () => {
    await test.net.level('ann', 1_000);
    await told('ann', `SET ${ROOM} NODELETE on`);
    await told('ann', `SET ${ROOM} GREETING Hello`);
    await told('ann', `SET ${ROOM} AUTOMODE none`);
    const asked = await told('ann', `SET ${ROOM} DEFAULTS`);
    expect(asked).toEqual([
      expect.stringMatching(/^All settings will be as by default\. To confirm say: SET #room DEFAULTS \S+$/),
    ]);
    expect(await told('ann', `SET ${ROOM} DEFAULTS wrong`)).toEqual(asked);
    expect(test.room.settings.greeting).toBe('Hello');
    expect(founderIsQuiet()).toBe(true);
    await told('ann', `SET ${ROOM} DEFAULTS ${asked[0]!.split(' ').at(-1)}`);
    expect([test.room.settings.greeting, test.room.settings.noDelete]).toEqual(['', true]);
    // IRC servers are told of the owner again.
    expect(founderIsQuiet()).toBe(false);
  });

  it('of oneself are on and off, or a text as long as may be', async () => {
    const uset = async (who: Who, text: string) => (await told(who, `USET ${ROOM} ${text}`))[0];
    for (const [typed, shown] of [
      ['0', 'off'],
      ['1', 'on'],
      ['OFF', 'off'],
      ['on', 'on'],
    ])
      expect(await uset('cat', `AUTOINVITE ${typed}`)).toMatch(new RegExp(`now: ${shown}$`));
    expect(await uset('bob', `INFO ${'x'.repeat(120)}`)).toMatch(/^INFO of bob on #room is now: x+$/);
    expect(await uset('bob', `INFO ${'x'.repeat(121)}`)).toMatch(/^INFO takes /);
    expect(await uset('bob', 'INFO *')).toMatch(/now: -$/);
    await told('ann', `SET ${ROOM} USERINFO manager`);
    expect(await uset('cat', 'INFO x')).toBe(`INFO on ${ROOM} is for level 300 and above.`);
    expect(await uset('cat', 'INFO *')).toMatch(/now: -$/);
    expect(await uset('bob', 'INFO x')).toMatch(/now: x$/);
    await told('ann', `SET ${ROOM} INVITEME manager`);
    expect(await uset('cat', 'AUTOINVITE on')).toBe(`AUTOINVITE on ${ROOM} is for level 300 and above.`);
  });
});

describe('status', () => {
  it('of one’s level is had and left everywhere at once, but where it counts for nothing', async () => {
    test.net.say(`${ANN} C #two 970`, `${ANN} C #three 970`, `${ANN} C #four 970`);
    for (const name of ['#two', '#three', '#four']) await told('ann', `REGISTER ${name}`);
    await test.heard(`${ANN} L #three`);
    await test.net.level('bob', 600);
    await told('bob', 'CSUSPEND #four 1h x');
    expect(await told('ann', 'DOWNALL')).toEqual(['Done on 2 channels.']);
    expect(await told('ann', 'DOWNALL')).toEqual(['Done on 0 channels.']);
    expect(await acts('ann', 'UPALL')).toEqual(
      expect.arrayContaining([M(`+o ${ANN}`), `${CS} M #two +o ${ANN} 970`]),
    );
    expect(await told('ann', 'UPALL')).toEqual(['Done on 0 channels.']);
    await told('ann', `DOWN ${ROOM}`);
    expect(await told('ann', `UP ${ROOM}`)).toEqual([`You have the status of your level on ${ROOM}.`]);
    await told('ann', `SUSPEND ${ROOM} cat 1h`);
    expect((await told('cat', `UP ${ROOM}`)).join()).not.toMatch(/^You have the status/);
    expect(await told('eve', `DOWN ${ROOM}`)).toEqual([`You are not on ${ROOM}.`]);
  });

  it('is given to whoever has access, and else by those of EnfOps', async () => {
    await told('ann', `CLVL ${ROOM} bob 299`);
    expect(await told('bob', `OP ${ROOM} dan`)).toEqual([
      'dan has no access for that, and you cannot give it (EnfOps is 300).',
    ]);
    expect(await acts('bob', `VOICE ${ROOM} dan`)).toEqual([M(`+v ${DAN}`)]);
    await told('ann', `CLVL ${ROOM} cat 200`);
    await test.heard(`AB M ${ROOM} -o ${CAT} 960`);
    expect(await acts('bob', `OP ${ROOM} cat`)).toEqual([M(`+o ${CAT}`)]);
    await told('ann', `CLVL ${ROOM} bob 300`);
    expect(await acts('bob', `OP ${ROOM} dan`)).toEqual([M(`+o ${DAN}`)]);
    // Some are done, and of the rest it is said why not.
    expect(await told('bob', `DEOP ${ROOM} ann dan eve`)).toEqual([
      `ann is protected from you on ${ROOM}.`,
      `eve is not on ${ROOM}.`,
      `Done on ${ROOM}.`,
    ]);
  });

  it('of halfops is there where the network has them', async () => {
    test.close();
    await begin('nefarious');
    expect(await acts('bob', `HALFOP ${ROOM} dan`)).toEqual([M(`+h ${DAN}`)]);
    expect(await acts('bob', `DEHALFOP ${ROOM} dan`)).toEqual([M(`-h ${DAN}`)]);
    await told('ann', `SET ${ROOM} ENFHALFOPS 301`);
    expect(await told('bob', `HOP ${ROOM} dan`)).toEqual([
      'dan has no access for that, and you cannot give it (EnfHalfOps is 301).',
    ]);
    expect(await acts('ann', `CLVL ${ROOM} cat 150`)).toEqual([expect.stringMatching(/ M #room .*h/)]);
    await test.heard(`AB M ${ROOM} -h ${CAT} 960`);
    expect(await acts('bob', `HOP ${ROOM} cat`)).toEqual([M(`+h ${CAT}`)]);
  });
});

describe('bans', () => {
  it('are set once, throw out whom they cover, and are as many as may be', async () => {
    await told('ann', `BAN ${ROOM} dan`);
    expect(await told('ann', `BAN ${ROOM} dan`)).toEqual([
      `*!*@dan.example.net is banned from ${ROOM} already.`,
    ]);
    // What is banned already is not banned again by whoever throws out.
    expect(await acts('ann', `KICKBAN ${ROOM} dan`)).toEqual([`${CS} K ${ROOM} ${DAN} :(ann) Bye.`]);
    expect(await acts('ann', `KICK ${ROOM} *!*@*.example.net Out`)).toEqual(
      [BOB, CAT].map((numeric) => `${CS} K ${ROOM} ${numeric} :(ann) Out`),
    );
    // Oneself only by one's own name.
    expect(await acts('ann', `KICK ${ROOM} ann`)).toEqual([`${CS} K ${ROOM} ${ANN} :(ann) Bye.`]);
    for (let at = 1; at < 100; at += 5)
      test.net.say(
        `AB M ${ROOM} +bbbbb ${[0, 1, 2, 3, 4].map((more) => `*!*@b${at + more}.test`).join(' ')} 960`,
      );
    expect(await told('ann', `BAN ${ROOM} *!*@more.test`)).toEqual([
      `${ROOM} has as many bans as it may have.`,
    ]);
  });

  it('of networks are of whom they hold', async () => {
    test.net.say('AB N six 1 1000 ~six six.example.org +i AKAABA ABAAF :Six', `ABAAF J ${ROOM} 960`);
    const covered = async (mask: string) => {
      await told('ann', `BAN ${ROOM} ${mask}`);
      const unbanned = await told('ann', `UNBAN ${ROOM} six`);
      await told('ann', `UNBANALL ${ROOM}`);
      return unbanned;
    };
    expect(await covered('*!*@10.0.0.0/24')).toEqual([expect.stringMatching(/^1 /)]);
    expect(await covered('*!*@10.0.1.0/24')).toEqual([`No ban of ${ROOM} fits six.`]);
    expect(await covered('*!~five@10.0.0.0/24')).toEqual([`No ban of ${ROOM} fits six.`]);
    expect(await told('ann', `BAN ${ROOM} *!*@10.0.0.0/99`)).toEqual([
      '*!*@10.0.0.0/99 is neither on the network nor a mask.',
    ]);
  });
});

describe('topics, modes and notes', () => {
  it('fit what the channel wants, or who may do otherwise sets them', async () => {
    const topic = (who: Who, text: string) => told(who, `TOPIC ${ROOM} ${text}`.trimEnd());
    await told('ann', `SET ${ROOM} DEFAULTTOPIC Tea`);
    expect(await acts('bob', `TOPIC ${ROOM}`)).toEqual([expect.stringMatching(/ T #room 960 \d+ :Tea$/)]);
    expect(await topic('bob', '')).toEqual([`The topic of ${ROOM} is the default one again.`]);
    expect(await topic('ann', 'x'.repeat(300))).toEqual([`The topic of ${ROOM} is now: ${'x'.repeat(300)}`]);
    expect(await topic('ann', 'x'.repeat(301))).toEqual(['A topic has up to 300 bytes.']);
    await told('ann', `SET ${ROOM} TOPICMASK News: *`);
    expect(await topic('bob', 'cake')).toEqual([`The topic of ${ROOM} is now: News: cake`]);
    expect(await topic('bob', 'News: tea')).toEqual([`The topic of ${ROOM} is now: News: tea`]);
    await told('ann', `SET ${ROOM} TOPICMASK N?ws: *`);
    await told('ann', `SET ${ROOM} ENFTOPIC 301`);
    expect(await topic('bob', 'cake')).toEqual([`The topic of ${ROOM} has to fit N?ws: *.`]);
    expect(await topic('ann', 'cake')).toEqual([`The topic of ${ROOM} is now: cake`]);
    await told('ann', `SET ${ROOM} TOPICMASK *`);
    await told('ann', `SET ${ROOM} ENFMODES 301`);
    await told('ann', `SET ${ROOM} MODES +ntk secret`);
    expect(await told('bob', `MODE ${ROOM} -t`)).toEqual([
      `t is kept as it is on ${ROOM}, against everybody below level 301.`,
    ]);
    expect(await told('bob', `MODE ${ROOM} +k other`)).toEqual([
      `k is kept as it is on ${ROOM}, against everybody below level 301.`,
    ]);
    expect(await acts('bob', `MODE ${ROOM} +m`)).toEqual([M('+m')]);
    expect(await acts('ann', `MODE ${ROOM} -t`)).toEqual([M('-t')]);
    expect(await acts('ann', `MODE ${ROOM}`)).toEqual([M('+t')]);
  });

  it('of notes there are so many, of such a length, each of a name', async () => {
    for (const bad of ['bad! x', '!bad x', `${'x'.repeat(33)} x`])
      expect(await told('ann', `NOTE ${ROOM} ${bad}`)).toEqual([
        'A note has a name of up to 32 letters, digits, - and _.',
      ]);
    expect(await told('ann', `NOTE ${ROOM} long ${'x'.repeat(301)}`)).toEqual([
      'A note has up to 300 bytes.',
    ]);
    for (let at = 1; at < 20; at++) await told('ann', `NOTE ${ROOM} n${at} text ${at}`);
    expect(await told('ann', `NOTE ${ROOM} ${'x'.repeat(32)} ${'y'.repeat(300)}`)).toHaveLength(1);
    expect(await told('ann', `NOTE ${ROOM} more text`)).toEqual(['A channel has up to 20 notes.']);
    expect(await told('ann', `NOTE ${ROOM} N1 other`)).toEqual([`The note n1 about ${ROOM} is written.`]);
    expect(await told('ann', `NOTE ${ROOM} n1`)).toEqual(['n1: other (ann)']);
    expect(await told('cat', `NOTE ${ROOM}`)).toHaveLength(20);
    expect(await told('ann', `DELNOTE ${ROOM} N1`)).toEqual([`The note n1 about ${ROOM} is gone.`]);
    expect(await told('ann', `DELNOTE ${ROOM} n1`)).toEqual([`${ROOM} has no note n1.`]);
  });
});

describe('access', () => {
  it('is merged only into a channel of one’s own, and taken from nobody above a level', async () => {
    test.net.say(`${BOB} C #bobs 970`, `${ANN} C #anns 970`);
    await told('bob', 'REGISTER #bobs');
    await told('ann', 'REGISTER #anns');
    expect(await told('ann', `MERGE ${ROOM} #bobs`)).toEqual(['You do not own #bobs.']);
    await told('bob', 'ADDUSER #bobs *ann 499');
    expect(await told('ann', `MERGE ${ROOM} #bobs`)).toEqual(['You do not own #bobs.']);
    await told('ann', `CLVL ${ROOM} cat 399`);
    await told('ann', 'ADDUSER #anns *cat 100');
    await told('ann', 'ADDUSER #anns *bob 400');
    expect(await told('ann', `MDELMANAGER ${ROOM} b*`)).toEqual([
      `1 users of ${ROOM} have no access any more.`,
    ]);
    expect(await told('ann', `MDELOP ${ROOM} *`)).toEqual([`No op of ${ROOM} fits *.`]);
    await told('ann', `ADDUSER ${ROOM} *bob 300`);
    await told('ann', `MERGE ${ROOM} #anns`);
    const merged = [...test.chanServ.registry.get('#anns')!.users.values()].map(({ account, level }) => [
      account,
      level,
    ]);
    expect(merged.sort()).toEqual([
      ['ann', 500],
      ['bob', 400],
      ['cat', 399],
    ]);
    // What is gone is known to nobody any more.
    expect([...test.chanServ.registry.of('cat')].map(({ name }) => name)).toEqual(['#anns']);
    await owner('MOVE #anns #nowhere');
    expect([...test.chanServ.registry.of('bob')].map(({ name }) => name).sort()).toEqual(['#anns', '#bobs']);
  });
});
