/** What ChanServ does by itself on a channel: against whoever changes what is kept, for whoever comes in, and when something is over. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANN, BOB, CAT, CHANSERV_NUMERIC as CS, EVE, ROOM, TestChannels } from './test-channels.ts';

let test: TestChannels;

beforeEach(async () => {
  test = await TestChannels.start();
  await test.heard(`${EVE} J ${ROOM} 960`, `AB M ${ROOM} +o ${EVE} 960`);
});
afterEach(() => test.close());

const M = (change: string) => `${CS} M ${ROOM} ${change} 960`;
const set = async (setting: string) => {
  await test.ask(ANN, `SET ${ROOM} ${setting}`);
  test.net.take();
};

describe('modes', () => {
  it('that are kept come back, against whoever is below EnfModes', async () => {
    await set('MODES +ntk-m key');
    expect(await test.heard(`${EVE} M ${ROOM} -n+m 960`)).toEqual([M('+n-m')]);
    expect(await test.heard(`${EVE} M ${ROOM} -k key 960`)).toEqual([M('+k key')]);
    expect(await test.heard(`${EVE} M ${ROOM} +k other 960`)).toEqual([M('-k+k other key')]);
    expect(await test.heard(`${EVE} M ${ROOM} +s 960`)).toEqual([]);
    expect(await test.heard(`${ANN} M ${ROOM} -n 960`)).toEqual([]);
    expect(await test.heard(`AB M ${ROOM} -t 960`)).toEqual([]);
    await set('ENFMODES 501');
    expect(await test.heard(`${ANN} M ${ROOM} +m 960`)).toEqual([M('-m')]);
  });

  it('of members are taken from whom nobody may make operator, and given back to whoever is protected', async () => {
    expect(await test.heard(`${EVE} M ${ROOM} +o ${BOB} 960`)).toEqual([M(`-o ${BOB}`)]);
    await test.add('bob', 'op');
    expect(await test.heard(`${EVE} M ${ROOM} -o ${BOB} 960`)).toEqual([M(`+o ${BOB}`)]);
    expect(await test.heard(`${BOB} M ${ROOM} -o ${BOB} 960`)).toEqual([]);
    expect(await test.heard(`${EVE} M ${ROOM} +o ${BOB} 960`)).toEqual([]);
    expect(await test.heard(`${ANN} M ${ROOM} -o ${BOB} 960`)).toEqual([]);
    expect(await test.heard(`${EVE} M ${ROOM} -o ${CS} 960`)).toEqual([M(`+o ${CS}`)]);
    await set('ENFOPS 0');
    expect(await test.heard(`${CAT} J ${ROOM} 960`, `${EVE} M ${ROOM} +o ${CAT} 960`)).toEqual([]);
  });

  it.each([
    ['none', []],
    ['lower', [M(`+o ${BOB}`)]],
    ['equal', [M(`+o ${BOB}`)]],
    ['all', [M(`+o ${BOB}`)]],
  ])('are held for users from those below them, with Protect %s', async (protect, back) => {
    await test.add('bob', 'op');
    await set(`PROTECT ${protect}`);
    expect(await test.heard(`${EVE} M ${ROOM} -o ${BOB} 960`)).toEqual(back);
    // The least access is enough for that.
    await test.ask(ANN, `CLVL ${ROOM} bob 1`);
    const follows = [`${CS} K ${ROOM} ${EVE} :bob is protected here.`];
    expect(await test.heard(`${EVE} K ${ROOM} ${BOB} :out`)).toEqual(protect === 'none' ? [] : follows);
  });

  it.each([
    ['lower', [], []],
    ['equal', [M(`+o ${BOB}`)], []],
    ['all', [M(`+o ${BOB}`)], [M(`+o ${EVE}`)]],
  ])('between equals, and between strangers, with Protect %s', async (protect, equals, strangers) => {
    await test.add('bob', 'op');
    await test.add('cat', 'op');
    test.net.join('ABAAE', 'dan');
    await test.heard(`${CAT} J ${ROOM} 960`, `ABAAE J ${ROOM} 960`, `AB M ${ROOM} +o ABAAE 960`);
    await set(`PROTECT ${protect}`);
    expect(await test.heard(`${CAT} M ${ROOM} -o ${BOB} 960`)).toEqual(equals);
    expect(await test.heard(`ABAAE M ${ROOM} -o ${EVE} 960`)).toEqual(strangers);
  });
});

it('bans of those who are protected go, those who throw them out follow', async () => {
  await test.add('bob', 'op');
  expect(await test.heard(`${EVE} M ${ROOM} +b *!*@bob.example.net 960`)).toEqual([
    M('-b *!*@bob.example.net'),
  ]);
  expect(await test.heard(`${EVE} M ${ROOM} +b *!*@elsewhere.net 960`)).toEqual([]);
  expect(await test.heard(`${EVE} M ${ROOM} +b *!*@services.test 960`)).toEqual([M('-b *!*@services.test')]);
  expect(await test.heard(`${EVE} K ${ROOM} ${BOB} :out`)).toEqual([
    `${CS} K ${ROOM} ${EVE} :bob is protected here.`,
  ]);
  expect(await test.heard(`${ANN} K ${ROOM} ${CAT} :out`)).toEqual([]);
});

describe('topics', () => {
  const T = (topic: string) => expect.stringMatching(new RegExp(`^${CS} T ${ROOM} 960 \\d+ :${topic}$`));

  it('are kept against whoever is below EnfTopic, unless they fit the mask', async () => {
    await test.heard(`${ANN} T ${ROOM} :First`);
    expect(await test.heard(`${EVE} T ${ROOM} :Mine`)).toEqual([T('First')]);
    await set('TOPICMASK News: *');
    expect(await test.heard(`${EVE} T ${ROOM} :news: today`)).toEqual([]);
    expect(await test.heard(`${EVE} T ${ROOM} :Mine`)).toEqual([T('news: today')]);
    expect(await test.acts(ANN, `TOPIC ${ROOM} of ours`)).toEqual([T('News: of ours')]);
    await set('TOPICMASK a*b*');
    await test.add('bob', 'op');
    await set('ENFTOPIC 300');
    expect(await test.ask(BOB, `TOPIC ${ROOM} other`)).toEqual([`The topic of ${ROOM} has to fit a*b*.`]);
    await set('TOPICMASK *');
    expect(test.room.settings.topicMask).toBe('');
    expect(await test.ask(BOB, `TOPIC ${ROOM} other`)).toEqual([
      `The topic of ${ROOM} is for level 300 and above.`,
    ]);
  });

  it('come back from time to time, and become the default ones by whoever may', async () => {
    await set('DEFAULTTOPIC Ours');
    await set('TOPICREFRESH 3h');
    await test.heard(`${ANN} T ${ROOM} :Other`);
    await test.passes(3 * 3_600_000);
    expect(test.net.take()).toEqual([T('Ours')]);
    await set('TOPICSNARF 500');
    await test.heard(`${ANN} T ${ROOM} :Snarfed`);
    expect(test.room.settings.defaultTopic).toBe('Snarfed');
    await set('TOPICREFRESH never');
    await test.heard(`${ANN} T ${ROOM} :Snarfed again`);
    expect(test.chanServ.world.times.has(`topic ${ROOM}`)).toBe(false);
  });
});

describe('who comes in', () => {
  it('is greeted by what they have, and shows their information', async () => {
    await test.add('cat', 'op');
    await set('GREETING Hello stranger');
    await set('USERGREETING Hello friend');
    await test.ask(CAT, `USET ${ROOM} INFO Meow`);
    test.net.take();
    test.net.join('ABAAE', 'dan');
    expect(await test.heard(`ABAAE J ${ROOM} 960`)).toEqual([`${CS} O ABAAE :(${ROOM}) Hello stranger`]);
    expect(await test.heard(`${CAT} J ${ROOM} 960`)).toEqual([
      M(`+o ${CAT}`),
      `${CS} O ${CAT} :(${ROOM}) Hello friend`,
      `${CS} P ${ROOM} :[cat] op: Meow`,
    ]);
    await set('USERINFO 300');
    expect((await test.heard(`${CAT} L ${ROOM}`, `${CAT} J ${ROOM} 960`)).length).toBe(2);
  });

  it.each([
    ['none', [], []],
    ['normal', [M(`+v ${BOB}`)], []],
    ['voice', [M(`+v ${BOB}`)], [M('+v ABAAE')]],
    ['halfop', [M(`+v ${BOB}`)], [M('+v ABAAE')]],
    ['op', [M(`+o ${BOB}`)], [M('+o ABAAE')]],
    ['mute', [], []],
    ['onlyvoice', [M(`+v ${BOB}`)], []],
  ])('has the status that Automode %s says', async (automode, user, stranger) => {
    await test.heard(`${BOB} L ${ROOM}`);
    await test.add('bob', 'peon');
    await set(`AUTOMODE ${automode}`);
    test.net.join('ABAAE', 'dan');
    expect(await test.heard(`${BOB} J ${ROOM} 960`)).toEqual(user);
    expect(await test.heard(`ABAAE J ${ROOM} 960`)).toEqual(stranger);
    // And IRC servers are told of no status by themselves where there shall be none.
    const { access, founderIsQuiet } = test.net.services.keeper.channels.store.find(ROOM)!;
    expect(access.map(({ account }) => account)).toEqual(['none', 'mute'].includes(automode) ? [] : ['bob']);
    expect(founderIsQuiet ?? false).toBe(['none', 'onlyvoice'].includes(automode));
  });

  it('is told of as owner only while AutoOp is on and nothing is suspended, whoever owns the channel', async () => {
    const { keeper } = test.net.services;
    const { transferChannel, setChannelAccess } = keeper.answerers();
    const told = () => {
      const { founder, founderIsQuiet, access } = keeper.channels.store.find(ROOM)!;
      return [founder, founderIsQuiet ?? false, access.map(({ account }) => account).join(' ')];
    };
    const news: unknown[] = [];
    keeper.onNews((one) => one.kind === 'channel' && news.push(one.registration.founderIsQuiet ?? false));
    await test.ask(ANN, `USET ${ROOM} AUTOOP off`);
    expect([told(), news]).toEqual([['ann', true, ''], [true]]);
    expect(await test.heard(`${ANN} L ${ROOM}`, `${ANN} J ${ROOM} 960`)).toEqual([]);
    // An IRC server gives the channel away, and back: each has what they want.
    await transferChannel({ channel: ROOM, by: 'ann', account: 'bob' });
    expect(told()).toEqual(['bob', false, '']);
    await setChannelAccess({ channel: ROOM, by: 'bob', account: 'cat', level: 'op' });
    expect(told()).toEqual(['bob', false, 'cat']);
    await transferChannel({ channel: ROOM, by: 'bob', account: 'ann' });
    expect(told()).toEqual(['ann', true, 'bob cat']);
    await test.add('bob', 'coowner');
    const asked = (await test.ask(ANN, `GIVEOWNERSHIP ${ROOM} bob`)).join(' ');
    await test.ask(ANN, asked.slice(asked.indexOf('GIVEOWNERSHIP')));
    expect(told()).toEqual(['bob', false, 'cat']);
    await test.ask(BOB, `USET ${ROOM} AUTOOP off`);
    await test.ask(BOB, `USET ${ROOM} AUTOOP on`);
    expect(told()).toEqual(['bob', false, 'cat']);
  });

  it('has none with AutoOp off, until UP; and is told to nobody as operator', async () => {
    await test.add('cat', 'op');
    await test.ask(CAT, `USET ${ROOM} AUTOOP off`);
    expect(test.net.services.keeper.channels.store.find(ROOM)!.access).toEqual([]);
    expect(await test.heard(`${CAT} J ${ROOM} 960`)).toEqual([]);
    expect(await test.acts(CAT, `UP ${ROOM}`)).toEqual([M(`+o ${CAT}`)]);
    expect(await test.ask(CAT, 'DOWNALL')).toEqual(['Done on 1 channels.']);
    expect(await test.ask(CAT, 'UPALL')).toEqual(['Done on 1 channels.']);
  });

  it('is thrown out as a lamer, unless they have access, until the entry ends', async () => {
    await test.ask(ANN, `ADDTIMEDLAMER ${ROOM} *!*@c*.example.net 1h No cats`);
    const out = [M('+b *!*@c*.example.net'), `${CS} K ${ROOM} ${CAT} :No cats`];
    expect(await test.heard(`${CAT} J ${ROOM} 960`)).toEqual(out);
    expect((await test.ask(ANN, `LAMERS ${ROOM}`)).join('\n')).toMatch(
      /\*!\*@c\*\.example\.net +ann .* 1h +No cats/,
    );
    expect(await test.ask(ANN, `ADDLAMER ${ROOM} *!*@cat.example.net`)).toEqual([
      '*!*@c*.example.net keeps them out already.',
    ]);
    await test.passes(3_600_000);
    expect(test.net.take()).toContain(M('-b *!*@c*.example.net'));
    expect(await test.heard(`${CAT} J ${ROOM} 960`)).toEqual([]);
    await test.ask(ANN, `ADDLAMER ${ROOM} *!*@c*.example.net`);
    await test.add('cat', 'peon');
    expect(await test.heard(`${CAT} J ${ROOM} 960`)).toEqual([M(`+v ${CAT}`)]);
    await test.ask(ANN, `DELLAMER ${ROOM} cat`);
    expect(test.room.lamers).toEqual([]);
  });

  it('by logging in, has what is due, and is invited or joins where they want that', async () => {
    await test.add('cat', 'op');
    await test.ask(CAT, `USET ${ROOM} AUTOINVITE on`);
    test.net.join('ABAAE', 'dan');
    test.net.join('ABAAF', 'fay');
    await test.heard(`ABAAE J ${ROOM} 960`);
    test.net.say('ABAAE P AFAAA :AUTH cat correct-horse');
    expect((await test.sent('ABAAE')).filter((line) => line.includes(' M '))).toEqual([M('+o ABAAE')]);
    test.net.say('ABAAF P AFAAA :AUTH cat correct-horse');
    expect(await test.sent('ABAAF')).toContain(`${CS} I fay ${ROOM} 960`);
    await set('INVITEME 300');
    expect(await test.ask(CAT, `USET ${ROOM} AUTOJOIN on`)).toEqual([
      `AUTOJOIN on ${ROOM} is for level 300 and above.`,
    ]);
    expect(await test.ask(CAT, `INVITEME ${ROOM}`)).toEqual([
      `INVITEME on ${ROOM} is for level manager and above.`,
    ]);
    await set('INVITEME *');
    expect(await test.acts(CAT, `INVITEME ${ROOM}`)).toEqual([`${CS} I cat ${ROOM} 960`]);
  });
});

it.each([
  ['nefarious', 'h6'],
  ['auto', 'h6BtH'],
] as const)('on a network with halfops (%s), halfops are halfops', async (kind, flags) => {
  const other = await TestChannels.start(kind, flags);
  try {
    await other.ask(ANN, `ADDHALFOP ${ROOM} *bob`);
    expect(await other.heard(`${BOB} L ${ROOM}`, `${BOB} J ${ROOM} 960`)).toEqual([M(`+h ${BOB}`)]);
    expect(await other.acts(ANN, `DEHALFOP ${ROOM} bob`)).toEqual([M(`-h ${BOB}`)]);
    expect(await other.heard(`${EVE} J ${ROOM} 960`, `${BOB} M ${ROOM} +h ${EVE} 960`)).toEqual([
      M(`-h ${EVE}`),
    ]);
    expect(await other.acts(ANN, `HALFOP ${ROOM} eve`)).toEqual([M(`+h ${EVE}`)]);
  } finally {
    other.close();
  }
});

describe('on the channel itself', () => {
  const dan = 'ABAAE';
  it('commands are taken by whoever PubCmd lets, and what is said otherwise is not answered', async () => {
    expect(await test.heard(`${ANN} P ${ROOM} :!voice eve`)).toEqual([
      M(`+v ${EVE}`),
      `${CS} O ${ANN} :Done on ${ROOM}.`,
    ]);
    expect(await test.heard(`${ANN} P ${ROOM} :ChanServ: devoice eve`)).toEqual([
      M(`-v ${EVE}`),
      `${CS} O ${ANN} :Done on ${ROOM}.`,
    ]);
    expect(
      await test.heard(`${ANN} P ${ROOM} :!nothing`, `${ANN} P ${ROOM} :hello`, `${ANN} O ${ROOM} :!up`),
    ).toEqual([]);
    expect(await test.heard(`${ANN} P ${ROOM} :!access #elsewhere bob`)).toEqual([
      `${CS} O ${ANN} :#elsewhere is not registered.`,
    ]);
    expect(await test.heard(`${ANN} P ${ROOM} :!myaccess`)).toHaveLength(2);
    await set('PUBCMD 200');
    expect(await test.heard(`${EVE} P ${ROOM} :!down`)).toEqual([]);
    expect((await test.heard(`${ANN} P ${ROOM} :!d 1d2`))[0]).toMatch(
      new RegExp(`^${CS} P ${ROOM} :ann: [12]$`),
    );
    await set('TOYS disabled');
    expect(await test.heard(`${ANN} P ${ROOM} :!8ball now?`)).toEqual([
      `${CS} O ${ANN} :${ROOM} wants no toys.`,
    ]);
    test.net.join(dan, 'dan');
    expect(await test.heard(`${dan} P ${ROOM} :!users`)).toEqual([]);
  });

  it.each([
    ['none', 0, []],
    ['kick', 0, []],
    ['kickban', 0, ['+b']],
    ['shortban', 180_000, ['+b', '-b']],
    ['longban', 3_600_000, ['+b', '-b']],
  ])('CTCP has the reaction %s', async (reaction, ms, bans) => {
    await set(`CTCPREACTION ${reaction}`);
    expect(
      await test.heard(`${EVE} P ${ROOM} :\x01ACTION waves\x01`, `${ANN} P ${ROOM} :\x01PING\x01`),
    ).toEqual([]);
    const sent = await test.heard(`${EVE} P ${ROOM} :\x01VERSION\x01`);
    expect(sent.filter((line) => line.includes(' K '))).toHaveLength(reaction === 'none' ? 0 : 1);
    // Just so long, or until somebody takes it away.
    await test.passes(ms === 0 ? 7_200_000 : ms - 1);
    expect(test.net.take().filter((line) => line.includes(' M '))).toEqual([]);
    await test.passes(1);
    const all = [...sent, ...test.net.take()];
    expect(all.filter((line) => line.includes(' M '))).toEqual(
      bans.map((sign) => M(`${sign} *!*@eve.example.net`)),
    );
  });
});

it('bans end after BanTimeout, also those that were there before', async () => {
  await test.heard(`${ANN} M ${ROOM} +b *!*@old.net 960`);
  await set('BANTIMEOUT 10m');
  await test.heard(
    `${ANN} M ${ROOM} +bb *!*@new.net *!*@gone.net 960`,
    `${ANN} M ${ROOM} -b *!*@gone.net 960`,
  );
  await test.passes(599_999);
  expect(test.net.take()).toEqual([]);
  await test.passes(1);
  expect(test.net.take()).toEqual([M('-b *!*@old.net'), M('-b *!*@new.net')]);
});

it('the limit follows the crowd with DynLimit, once for all who come', async () => {
  await set('DYNLIMIT 3');
  await test.passes(10_000);
  expect(test.net.take()).toEqual([M('+l 7')]);
  test.net.join('ABAAE', 'dan');
  await test.heard(`ABAAE J ${ROOM} 960`, `${CAT} J ${ROOM} 960`);
  await test.passes(10_000);
  expect(test.net.take()).toEqual([M('+l 9')]);
  await set('DYNLIMIT off');
  expect(test.chanServ.world.times.size).toBeGreaterThan(0);
});

it('RESYNC, by hand or by itself, gives what is due and takes what is not', async () => {
  await test.add('bob', 'op');
  await test.heard(`AB M ${ROOM} -o ${BOB} 960`);
  expect(await test.ask(ANN, `RESYNC ${ROOM}`)).toEqual([`2 changes on ${ROOM}.`]);
  await test.heard(`AB M ${ROOM} +o-o ${EVE} ${BOB} 960`);
  await set('RESYNC 3h');
  await test.passes(3 * 3_600_000);
  expect(test.net.take().join()).toMatch(new RegExp(`[+]o.* ${BOB}`));
});

it('bans, open, and opchan: by hand', async () => {
  await test.heard(`AB M ${ROOM} +bbilk *!*@ann.example.net *!*@x.net 5 key 960`);
  expect(await test.acts(ANN, `UNBANME ${ROOM}`)).toEqual([M('-b *!*@ann.example.net')]);
  expect(await test.acts(ANN, `OPEN ${ROOM}`)).toEqual([M('-ikl key')]);
  expect(await test.acts(ANN, `UNBAN ${ROOM} *!*@x.*`)).toEqual([M('-b *!*@x.net')]);
  await test.heard(`AB M ${ROOM} +bb *!*@y.net *!*@z.net 960`);
  expect(await test.acts(ANN, `UNBANALL ${ROOM}`)).toEqual([M('-bb *!*@y.net *!*@z.net')]);
  await test.heard(`AB M ${ROOM} -o ${CS} 960`);
  expect(await test.acts(ANN, `OPCHAN ${ROOM}`)).toEqual([`AF M ${ROOM} +o ${CS} 960`]);
});

it('who was there is written later where it cannot be written, and what is done is among the events once it is answered', async () => {
  const { database, writes } = test.net;
  await test.passes(60_000);
  const seen = () => database.prepare('SELECT max(seen) FROM channel_users').pluck().get();
  await test.heard(`${ANN} L ${ROOM}`);
  const left = test.net.clock.now();
  database.pragma('query_only = ON');
  await test.passes(5_000);
  expect(seen()).not.toBe(left);
  database.pragma('query_only = OFF');
  await test.passes(5_000);
  expect(seen()).toBe(left);

  // The disk has it before anybody reads that it is done.
  const events = () => database.prepare('SELECT what FROM channel_events ORDER BY id DESC').pluck().get();
  let written: unknown;
  const { end } = test.net;
  end.send = (line) => {
    end.sent.push(line);
    if (line.includes(` O ${ANN} :`)) written ??= events();
  };
  const before = writes.committed;
  await test.ask(ANN, `SET ${ROOM} GREETING hello`);
  expect([written, writes.committed > before]).toEqual([`SET GREETING hello`, true]);
});

it('who was there, and who was kept out, is written once a while and when services stop', async () => {
  await test.passes(60_000);
  const seen = () => test.net.database.prepare('SELECT seen FROM channel_users').pluck().all();
  await test.heard(`${ANN} L ${ROOM}`);
  const before = seen();
  test.net.services.close();
  test.net.writes.flush();
  expect(seen()).not.toEqual(before);
  expect((seen() as number[])[0]).toBe(test.net.clock.now());
});
