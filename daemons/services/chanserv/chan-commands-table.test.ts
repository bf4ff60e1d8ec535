/**
 * Each command of ChanServ: who may, what it changes on the network or of the channel, what is told, and every refusal. A case begins
 * with ann owning #room, bob at level 300, cat at level 1, all three on it with dan, who has no account; eve is not on it.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANN, BOB, CAT, CHANSERV_NUMERIC as CS, EVE, ROOM, TestChannels } from './test-channels.ts';

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

/** What somebody is told; of several lines the ends are cut at what changes by itself. */
const told = (who: Who, text: string) => test.ask(WHO[who], text);
const acts = (who: Who, text: string) => test.acts(WHO[who], text);

/** Who says what, the command without its channel; what services send for it; how what is told begins. */
type Case = readonly [who: Who, text: string, sent: readonly string[], told: string];

const M = (change: string) => `${CS} M ${ROOM} ${change} 960`;
const K = (who: Who, reason: string) => `${CS} K ${ROOM} ${WHO[who]} :${reason}`;

const refusedFor = (name: string, level: string) => `${name} on ${ROOM} is for level ${level} and above.`;

const CASES: readonly Case[] = [
  ['ann', 'OP dan', [M(`+o ${DAN}`)], `Done on ${ROOM}.`],
  ['cat', 'OP dan', [], refusedFor('OP', 'op')],
  ['ann', 'OP eve', [], `eve is not on ${ROOM}.`],
  ['ann', 'OP bob', [], 'That is so already.'],
  ['ann', 'OP nobody', [], `nobody is not on ${ROOM}.`],
  ['ann', 'DEOP bob', [M(`-o ${BOB}`)], `Done on ${ROOM}.`],
  ['bob', 'DEOP ann', [], `ann is protected from you on ${ROOM}.`],
  ['bob', `DEOP ChanServ`, [], 'ChanServ belongs to the network.'],
  ['cat', 'DEOP dan', [], refusedFor('DEOP', 'op')],
  ['ann', 'VOICE dan bob', [M(`+vv ${DAN} ${BOB}`)], `Done on ${ROOM}.`],
  ['cat', 'VOICE dan', [], refusedFor('VOICE', 'op')],
  ['ann', 'DEVOICE cat', [M(`-v ${CAT}`)], `Done on ${ROOM}.`],
  ['cat', 'DEVOICE cat', [], refusedFor('DEVOICE', 'op')],
  ['ann', 'HALFOP dan', [], 'This network has no halfops.'],
  ['ann', 'DEHALFOP dan', [], 'This network has no halfops.'],
  ['ann', 'KICK dan Be nice', [K('dan', '(ann) Be nice')], `1 thrown out of ${ROOM}.`],
  ['ann', 'KICK dan', [K('dan', '(ann) Bye.')], `1 thrown out of ${ROOM}.`],
  ['ann', 'KICK *!*@d*.example.net', [K('dan', '(ann) Bye.')], `1 thrown out of ${ROOM}.`],
  ['ann', 'KICK eve', [], `Nobody of that kind is on ${ROOM}.`],
  ['ann', 'KICK nobody', [], 'nobody is neither on the network nor a mask.'],
  ['ann', 'KICK *!*@*', [], '*!*@* covers everybody.'],
  ['bob', 'KICK ann', [], `ann is protected from you on ${ROOM}.`],
  ['cat', 'KICK dan', [], refusedFor('KICK', 'halfop')],
  ['ann', 'BAN dan', [M('+b *!*@dan.example.net')], `*!*@dan.example.net is banned from ${ROOM}.`],
  ['ann', 'BAN *.example.org', [M('+b *!*@*.example.org')], `*!*@*.example.org is banned from ${ROOM}.`],
  ['ann', 'BAN *!*@*', [], '*!*@* covers everybody.'],
  ['bob', 'BAN *!*@ann.example.net', [], `ann is protected from you on ${ROOM}.`],
  ['cat', 'BAN dan', [], refusedFor('BAN', 'halfop')],
  [
    'ann',
    'KICKBAN dan Out',
    [M('+b *!*@dan.example.net'), K('dan', '(ann) Out')],
    `*!*@dan.example.net is banned from ${ROOM}.`,
  ],
  ['cat', 'KICKBAN dan', [], refusedFor('KICKBAN', 'halfop')],
  ['bob', 'KICKBAN *!*@*.example.net', [], `ann is protected from you on ${ROOM}.`],
  ['ann', 'UNBAN *!*@*', [], `No ban of ${ROOM} fits *!*@*.`],
  ['ann', 'UNBAN nobody', [], 'nobody is neither on the network nor a mask.'],
  ['cat', 'UNBAN dan', [], refusedFor('UNBAN', 'halfop')],
  ['ann', 'UNBANALL', [], `${ROOM} has no bans.`],
  ['cat', 'UNBANALL', [], refusedFor('UNBANALL', 'halfop')],
  ['ann', 'UNBANME', [], `No ban of ${ROOM} covers you.`],
  ['cat', 'UNBANME', [], refusedFor('UNBANME', 'halfop')],
  ['ann', 'OPEN', [], `Nothing keeps you out of ${ROOM}.`],
  ['cat', 'OPEN', [], refusedFor('OPEN', 'op')],
  ['ann', 'UP', [], `You have it already on ${ROOM}.`],
  ['cat', 'DOWN', [M(`-v ${CAT}`)], `You have no status on ${ROOM} any more.`],
  ['dan', 'DOWN', [], `You have none on ${ROOM}.`],
  ['eve', 'DOWN', [], `You are not on ${ROOM}.`],
  ['dan', 'UP', [], 'UP is for those who are logged in'],
  [
    'ann',
    'TOPIC News of today',
    [`${CS} T ${ROOM} 960 0 :News of today`],
    `The topic of ${ROOM} is now: News of today`,
  ],
  ['ann', 'TOPIC', [], `${ROOM} has no default topic.`],
  ['cat', 'TOPIC News', [], refusedFor('TOPIC', 'halfop')],
  ['ann', 'MODE +m', [M('+m')], `Done on ${ROOM}.`],
  ['ann', 'MODE', [], `The modes of ${ROOM} are those that are kept.`],
  ['ann', 'MODE +o', [], '+o are no modes of a channel.'],
  ['ann', 'MODE +n', [], 'That is so already.'],
  ['cat', 'MODE +m', [], refusedFor('MODE', 'op')],
  [
    'bob',
    'INVITE eve Come',
    [`${CS} I eve ${ROOM} 960`, `${CS} O ${EVE} :bob invites you to ${ROOM}: Come`],
    `eve is invited to ${ROOM}.`,
  ],
  ['bob', 'INVITE dan', [], `dan is on ${ROOM} already.`],
  ['bob', 'INVITE nobody', [], 'Nobody is called nobody.'],
  ['cat', 'INVITE eve', [], refusedFor('INVITE', 'manager')],
  ['cat', 'INVITEME', [], `You are on ${ROOM} already.`],
  ['bob', 'RESYNC', [], `0 changes on ${ROOM}.`],
  ['cat', 'RESYNC', [], refusedFor('RESYNC', 'manager')],
  ['cat', 'OPCHAN', [], `It is operator of ${ROOM} already.`],
  ['dan', 'OPCHAN', [], 'OPCHAN is for those who are logged in'],
  ['ann', 'SUSPEND bob 1h', [M(`-o ${BOB}`)], `The access of bob to ${ROOM} is suspended for 1h.`],
  ['ann', 'SUSPEND bob never', [], 'never is no duration'],
  ['bob', 'SUSPEND ann 1h', [], `ann is not below you on ${ROOM}.`],
  ['cat', 'SUSPEND bob 1h', [], refusedFor('SUSPEND', 'manager')],
  ['ann', 'UNSUSPEND bob', [], 'bob is not suspended.'],
  ['cat', 'UNSUSPEND bob', [], refusedFor('UNSUSPEND', 'manager')],
  ['ann', 'ADDUSER *bob op', [], 'bob has access already, at level manager.'],
  ['ann', 'ADDUSER eve op', [], 'eve is not logged in.'],
  ['ann', 'CLVL cat op never', [], 'never is no duration'],
  ['ann', 'CLVL *nobody op', [], 'There is no account nobody.'],
  ['bob', 'CLVL cat 300', [], 'You can give levels below your own alone.'],
  ['bob', 'CLVL cat 210', [M(`+o-v ${CAT} ${CAT}`)], `cat has level op (210) on ${ROOM} now.`],
  ['cat', 'CLVL cat op', [], refusedFor('CLVL', 'manager')],
  ['cat', 'DELUSER bob', [], refusedFor('DELUSER', 'manager')],
  ['bob', 'DELUSER cat', [M(`-v ${CAT}`)], `cat has no access to ${ROOM} any more.`],
  ['ann', 'DELUSER eve', [], 'eve is not logged in.'],
  ['ann', 'DELETEME', [], `${ROOM} is yours: GIVEOWNERSHIP it, or UNREGISTER it.`],
  ['bob', 'WIPEINFO cat', [], `cat shows no information on ${ROOM} any more.`],
  ['cat', 'WIPEINFO bob', [], refusedFor('WIPEINFO', 'manager')],
  ['ann', 'MDELPEON c*', [M(`-v ${CAT}`)], `1 users of ${ROOM} have no access any more.`],
  ['ann', 'MDELPEON b*', [], `No peon of ${ROOM} fits b*.`],
  ['bob', 'MDELMANAGER *', [], refusedFor('MDELMANAGER', 'coowner')],
  ['bob', 'MDELCOOWNER *', [], refusedFor('MDELCOOWNER', 'owner')],
  ['ann', 'MDELOWNER *', [], `MDELOWNER may be used by nobody on ${ROOM}.`],
  ['cat', 'MDELOP *', [], refusedFor('MDELOP', 'manager')],
  ['cat', 'MDELHALFOP *', [], refusedFor('MDELHALFOP', 'manager')],
  ['ann', 'TRIM users never', [], 'never is no duration'],
  ['ann', 'TRIM nothing 1d', [], 'Expected users, lamers, a level or a range such as 200-299'],
  ['ann', 'TRIM users 1d', [], `0 users of ${ROOM} have no access any more.`],
  ['cat', 'TRIM users 1d', [], refusedFor('TRIM', 'manager')],
  [
    'bob',
    'ADDLAMER dan Spam',
    [M('+b *!*@dan.example.net'), K('dan', '(bob) Spam')],
    `*!*@dan.example.net is kept out of ${ROOM}.`,
  ],
  ['bob', 'ADDLAMER ann', [], `ann is protected from you on ${ROOM}.`],
  ['bob', 'ADDLAMER *!*@*', [], '*!*@* covers everybody.'],
  ['bob', 'ADDLAMER nobody', [], 'nobody is neither on the network nor a mask.'],
  ['cat', 'ADDLAMER dan', [], refusedFor('ADDLAMER', 'manager')],
  ['bob', 'ADDTIMEDLAMER dan never', [], 'never is no duration'],
  ['bob', 'ADDTIMEDLAMER *.example.org 2h', [], `*!*@*.example.org is kept out of ${ROOM} for 2h.`],
  ['cat', 'ADDTIMEDLAMER dan 1h', [], refusedFor('ADDTIMEDLAMER', 'manager')],
  ['bob', 'DELLAMER dan', [], `No lamer of ${ROOM} fits dan.`],
  ['cat', 'DELLAMER dan', [], refusedFor('DELLAMER', 'manager')],
  ['cat', 'LAMERS', [], `No lamer of ${ROOM} is of that kind.`],
  ['ann', 'SET', [], 'Setting'],
  ['ann', 'SET NOTHING', [], 'There is no setting NOTHING.'],
  ['ann', 'SET MODES +ntm', [M('+m')], `MODES of ${ROOM} is now: +ntm`],
  ['ann', 'SET MODES nonsense', [], 'MODES takes modes such as'],
  ['ann', 'SET NODELETE on', [], 'NODELETE is for operators of services.'],
  ['ann', 'SET DYNLIMIT 500', [], 'DYNLIMIT takes off, on, or a number from 1 to 100.'],
  ['bob', 'SET GREETING Hello', [], `Settings of ${ROOM} are for level coowner and above.`],
  ['cat', 'SET', [], refusedFor('SET', 'op')],
  ['bob', 'SET DEFAULTS', [], `Defaults of ${ROOM} are for level owner and above.`],
  ['cat', 'USET', [], 'Setting'],
  ['cat', 'USET INFO Cats are best', [], `INFO of cat on ${ROOM} is now: Cats are best`],
  ['cat', 'USET AUTOOP maybe', [], 'AUTOOP takes on or off'],
  ['cat', 'USET NOTHING on', [], 'There is no setting NOTHING.'],
  ['cat', 'USET bob INFO x', [], 'Only managers change settings of others.'],
  ['bob', 'USET cat INFO x', [], `INFO of cat on ${ROOM} is now: x`],
  ['bob', 'USET ann INFO x', [], `ann is not below you on ${ROOM}.`],
  ['dan', 'USET', [], 'USET is for those who are logged in'],
  ['ann', 'NOTE rules Be nice', [], `The note rules about ${ROOM} is written.`],
  ['ann', 'NOTE', [], `${ROOM} has no such note.`],
  ['ann', 'NOTE bad.name text', [], 'A note has a name of up to 32 letters'],
  ['bob', 'NOTE rules Be nice', [], `You may not write notes about ${ROOM}.`],
  ['dan', 'NOTE', [], `Notes of ${ROOM} are for those with access.`],
  ['ann', 'DELNOTE rules', [], `${ROOM} has no note rules.`],
  ['bob', 'DELNOTE rules', [], refusedFor('DELNOTE', 'coowner')],
  ['dan', 'ACCESS cat', [], `cat has level peon on ${ROOM}.`],
  ['dan', 'ACCESS *nobody', [], 'There is no account nobody.'],
  ['dan', 'ACCESS', [], 'You are not logged in.'],
  ['dan', 'OLIST', [], `Nobody of that kind has access to ${ROOM}.`],
  ['dan', 'INFO', [], `${ROOM} belongs to ann`],
  ['dan', 'SEEN cat', [], `cat is on ${ROOM} now.`],
  ['dan', 'SEEN eve', [], 'eve is not logged in.'],
  ['bob', 'EVENTS', [], 'When'],
  ['bob', 'EVENTS none', [], 'none is no number.'],
  ['bob', 'EVENTS 5 *nothing*', [], `Nothing of that kind was done on ${ROOM}.`],
  ['cat', 'EVENTS', [], refusedFor('EVENTS', 'manager')],
  ['cat', 'PEEK', [], `PEEK on ${ROOM} is for level 200 and above.`],
  ['ann', 'PEEK', [], `${ROOM}: 5 users, modes +nt`],
  ['ann', 'GIVEOWNERSHIP *ann', [], `${ROOM} belongs to ann already.`],
  ['ann', 'GIVEOWNERSHIP *nobody', [], 'There is no account nobody.'],
  ['ann', 'GIVEOWNERSHIP bob', [], `${ROOM} will be bob's. To confirm say: GIVEOWNERSHIP ${ROOM} *bob`],
  ['bob', 'GIVEOWNERSHIP cat', [], refusedFor('GIVEOWNERSHIP', 'owner')],
  ['ann', 'MERGE #nowhere', [], '#nowhere is not registered.'],
  ['ann', `MERGE ${ROOM}`, [], 'A channel cannot be merged with itself.'],
  ['bob', 'MERGE #nowhere', [], refusedFor('MERGE', 'owner')],
  ['ann', 'MOVE nowhere', [], 'nowhere is no name of a channel.'],
  ['ann', 'MOVE #nowhere', [], 'You are no operator of #nowhere.'],
  ['ann', `MOVE ${ROOM}`, [], `${ROOM} is registered already.`],
  ['bob', 'MOVE #nowhere', [], refusedFor('MOVE', 'owner')],
  ['ann', 'CSUSPEND 1d Spam', [], 'CSUSPEND is for accounts of level 600 and above.'],
  ['ann', 'CUNSUSPEND', [], 'CUNSUSPEND is for accounts of level 600 and above.'],
  ['dan', 'D 1d2000', [], 'Expected dice such as 6 or 3d6'],
  ['eve', '8BALL now?', [], ''],
];

const withoutTimes = (lines: readonly string[]) =>
  lines.map((line) => line.replace(/ T (\S+ \d+) \d+ /, ' T $1 0 '));

it.each(CASES)('%s: %s', async (who, text, sent, says) => {
  const [name = '', ...rest] = text.split(' ');
  const said = [name, ROOM, ...rest].join(' ');
  test.net.take();
  test.net.say(`${WHO[who]} P ${CS} :${said}`);
  await test.net.quiet();
  const lines = test.net.take();
  const isTold = (line: string) => line.startsWith(`${CS} O ${WHO[who]} :`);
  expect(withoutTimes(lines.filter((line) => !isTold(line)))).toEqual(sent);
  const notices = lines.filter(isTold).map((line) => line.slice(`${CS} O ${WHO[who]} :`.length));
  expect(
    notices.some((notice) => notice.startsWith(says)),
    notices.join('\n'),
  ).toBe(true);
});

it('every command about a channel wants one that is registered, first', async () => {
  const table = test.net.services.tableOf('ChanServ');
  const about = [...new Set(table.values())].filter(
    (row) => row.syntax.startsWith('<#channel>') && !['REGISTER', 'PEEK'].includes(row.name),
  );
  expect(about.length).toBeGreaterThan(50);
  await test.net.level('ann', 1_000);
  for (const { name, least } of about) {
    const words = Array.from({ length: least - 1 }, () => 'x').join(' ');
    await test.net.clock.advance(2_000);
    expect(await told('ann', `${name} #nowhere ${words}`), name).toEqual(['#nowhere is not registered.']);
    await test.net.clock.advance(2_000);
    expect((await told('ann', `${name} nowhere ${words}`))[0], name).toMatch(/^Expected a channel first: /);
    test.net.say('AB G AB');
  }
});

describe('what changes something for good', () => {
  const confirmed = async (who: Who, text: string) => {
    const word = (await told(who, text)).join(' ').split(' ').at(-1)!;
    return await told(who, `${text} ${word}`);
  };

  it('GIVEOWNERSHIP makes another the owner, and the former coowner', async () => {
    expect(await confirmed('ann', `GIVEOWNERSHIP ${ROOM} *bob`)).toEqual([`${ROOM} belongs to bob now.`]);
    expect(test.room.founder).toBe('bob');
    expect(test.room.user('ann')?.level).toBe(400);
    expect(test.net.deeds.at(-1)?.deed.command).toBe('GIVEOWNERSHIP');
  });

  it('DELETEME and SET DEFAULTS are confirmed by a word that each is told', async () => {
    expect(await confirmed('bob', `DELETEME ${ROOM}`)).toEqual([`You have no access to ${ROOM} any more.`]);
    expect(test.room.user('bob')).toBeUndefined();
    await told('ann', `SET ${ROOM} GREETING Hello`);
    expect(await confirmed('ann', `SET ${ROOM} DEFAULTS`)).toEqual([
      `All settings of ${ROOM} are as by default.`,
    ]);
    expect(test.room.settings.greeting).toBe('');
  });

  it('MERGE brings users and lamers along, MOVE all of it', async () => {
    test.net.say(`${ANN} C #other 970`, `${ANN} C #third 980`);
    await told('ann', 'REGISTER #other');
    await told('ann', `ADDLAMER ${ROOM} *.example.org No`);
    expect(await told('ann', `MERGE ${ROOM} #other`)).toEqual([
      `${ROOM} is merged with #other, and belongs to nobody any more.`,
    ]);
    expect(await told('ann', 'MOVE #other #third')).toEqual(['#other is #third now.']);
    const { registry } = test.chanServ;
    expect([...registry.all()].map(({ name }) => name)).toEqual(['#third']);
    const third = registry.get('#third')!;
    expect([...third.users.values()].map(({ account, level }) => [account, level])).toEqual(
      expect.arrayContaining([
        ['ann', 500],
        ['bob', 300],
        ['cat', 1],
      ]),
    );
    expect(third.lamers.map(({ mask }) => mask)).toEqual(['*!*@*.example.org']);
    await test.net.reopen();
    expect([...test.chanServ.registry.all()].map(({ name }) => name)).toEqual(['#third']);
  });

  it('TRIM leaves who was there, and who is away for longer', async () => {
    await test.heard(`${CAT} L ${ROOM}`, `${BOB} L ${ROOM}`);
    await test.net.ask(BOB, 'VACATION');
    await test.passes(7_200_000);
    expect(await told('ann', `TRIM ${ROOM} users 1h`)).toEqual([
      `1 users of ${ROOM} have no access any more.`,
    ]);
    expect([...test.room.users.keys()].sort()).toEqual(['ann', 'bob']);
    expect(await told('ann', `TRIM ${ROOM} users 1h vacation`)).toEqual([
      `1 users of ${ROOM} have no access any more.`,
    ]);
    await told('ann', `ADDLAMER ${ROOM} *.example.org No`);
    await test.passes(7_200_000);
    expect(await told('ann', `TRIM ${ROOM} lamers 1h`)).toEqual([`1 lamers of ${ROOM} are off the list.`]);
  });
});

describe('operators of services', () => {
  beforeEach(async () => {
    await test.net.ask(DAN, 'REGISTER dan correct-horse');
    await test.net.level('dan', 600);
    test.net.take();
  });

  it('act on channels of others, and that is in the audit trail; one level less does not', async () => {
    expect(await told('dan', `ADDUSER ${ROOM} *dan 499`)).toEqual([
      `dan has access to ${ROOM} at level coowner (499).`,
    ]);
    expect(test.net.deeds.at(-1)?.deed).toMatchObject({
      command: 'CHANNEL',
      args: { command: 'ADDUSER', channel: ROOM, text: '*dan 499' },
    });
    test.net.unwritable = 'the disk is full';
    expect((await told('dan', `SET ${ROOM} NODELETE on`)).join()).toContain('the disk is full');
    test.net.unwritable = null;
    expect(await told('dan', `SET ${ROOM} NODELETE on`)).toEqual([`NODELETE of ${ROOM} is now: on`]);
    expect((await told('ann', `UNREGISTER ${ROOM}`)).join()).toContain('NODELETE');
    await test.net.level('dan', 599);
    await told('ann', `DELUSER ${ROOM} *dan`);
    expect(await told('dan', `SET ${ROOM} NODELETE off`)).toEqual([refusedFor('SET', 'op')]);
  });

  it('suspend a channel: ChanServ leaves, nobody has access, and it ends by itself', async () => {
    const founderIsQuiet = () => test.net.services.keeper.channels.store.find(ROOM)!.founderIsQuiet ?? false;
    expect(founderIsQuiet()).toBe(false);
    expect(await acts('dan', `CSUSPEND ${ROOM} 1h Spam`)).toEqual([`${CS} L ${ROOM} :Spam`]);
    expect(founderIsQuiet()).toBe(true);
    expect(await told('ann', `OP ${ROOM} dan`)).toEqual([`${ROOM} is suspended (for 1h more): Spam`]);
    expect(await test.heard(`${EVE} J ${ROOM} 960`)).toEqual([]);
    expect(await told('dan', `CSUSPEND ${ROOM} 2h More`)).toEqual([
      `${ROOM} is suspended already; !2h changes that.`,
    ]);
    expect(await told('dan', `CSUSPEND ${ROOM} !never More`)).toEqual([
      expect.stringMatching(/is no duration/),
    ]);
    expect(await told('dan', `CSUSPEND ${ROOM} !2h More`)).toEqual([`${ROOM} is suspended for 2h.`]);
    await test.passes(7_200_000);
    expect(test.room.suspension).toBeNull();
    expect(test.net.take()).toContain(`${CS} J ${ROOM} 960`);
    expect(await told('dan', `CUNSUSPEND ${ROOM}`)).toEqual([`${ROOM} is not suspended.`]);
    await told('dan', `CSUSPEND ${ROOM} 0 Spam`);
    expect(await told('dan', `CUNSUSPEND ${ROOM}`)).toEqual([`${ROOM} is not suspended any more.`]);
  });

  it('keep names and accounts from being registered, and let them again', async () => {
    test.net.say(`${BOB} C #bobs 970`);
    expect(await told('dan', 'NOREGISTER nothing 0 Why')).toEqual([
      'Expected a channel, a mask of channels, or *account.',
    ]);
    expect(await told('dan', 'NOREGISTER #bob* 1h')).toEqual(['Expected a reason as well.']);
    expect(await told('dan', 'NOREGISTER #bob* never Why')).toEqual([
      expect.stringMatching(/is no duration/),
    ]);
    expect(await told('dan', 'NOREGISTER #bob* 1h Taken')).toEqual(['#bob* cannot be registered any more.']);
    expect(await told('bob', 'REGISTER #bobs')).toEqual(['#bobs cannot be registered: Taken']);
    expect((await told('dan', 'NOREGISTER')).join('\n')).toMatch(/#bob\* +dan +1h +Taken/);
    expect(await told('dan', 'ALLOWREGISTER #bob*')).toEqual(['#bob* can be registered again.']);
    expect(await told('dan', 'ALLOWREGISTER #bob*')).toEqual(['#bob* was not kept from being registered.']);
    expect(await told('dan', 'NOREGISTER *bob 0 Spam')).toEqual(['*bob cannot be registered any more.']);
    expect(await told('bob', 'REGISTER #bobs')).toEqual(['#bobs cannot be registered: Spam']);
    expect((await told('dan', 'REGISTER #free *cat')).at(0)).toBe('#free belongs to cat now.');
    expect(await told('bob', 'NOREGISTER #x 0 y')).toEqual([
      'NOREGISTER is for accounts of level 600 and above.',
    ]);
  });

  it('find channels, and end those that nobody visits', async () => {
    expect(await told('dan', 'SEARCH COUNT NAME #r*')).toEqual(['1 channels.']);
    expect(await told('dan', 'SEARCH COUNT OWNER b* NAME #r*')).toEqual(['0 channels.']);
    expect(await told('dan', 'SEARCH COUNT REGISTERED 1h')).toEqual(['1 channels.']);
    expect(await told('dan', 'SEARCH COUNT FLAGS nodelete')).toEqual(['0 channels.']);
    expect(await told('dan', 'SEARCH COUNT COLOR red')).toEqual(['COLOR red is no criterion.']);
    expect(await told('dan', 'SEARCH LOOK NAME x')).toEqual(['Expected print or count first.']);
    expect((await told('dan', 'SEARCH PRINT REGISTRAR ann')).join('\n')).toContain(ROOM);
    expect(await told('dan', 'EXPIRE')).toEqual(['Channels are kept however long nobody visits them.']);
    test.net.channelRules = { trigger: '!', unvisitedDays: 1 };
    expect(await told('dan', 'EXPIRE')).toEqual(['No channel is due.']);
    await test.heard(`${ANN} Q :bye`, `${BOB} Q :bye`, `${CAT} Q :bye`);
    expect(await told('dan', 'EXPIRE')).toEqual(['No channel is due.']);
    await test.passes(172_800_000);
    test.net.say('AB G AB');
    await test.net.quiet();
    expect(test.chanServ.registry.size).toBe(0);
  });
});

it('lists, notes and invitations are of whom and what is named', async () => {
  const first = (lines: readonly string[]) => lines.slice(1).map((line) => line.split(/ +/)[0]);
  expect(first(await told('ann', `USERS ${ROOM} B*`))).toEqual(['bob', '1']);
  expect(first(await told('ann', `USERS ${ROOM}`))).toEqual(['ann', 'bob', 'cat', '3']);
  test.net.take();
  test.net.say(`${ANN} P ${CS} :INVITE ${ROOM} eve`);
  await test.net.quiet();
  expect(test.net.notices(EVE)).toEqual([`ann invites you to ${ROOM}.`]);
  test.net.say(`${ANN} P ${CS} :INVITE ${ROOM} eve we miss you`);
  await test.net.quiet();
  expect(test.net.notices(EVE)).toEqual([`ann invites you to ${ROOM}: we miss you`]);
  expect(await told('bob', `NOTE ${ROOM} rules be kind`)).toEqual([`You may not write notes about ${ROOM}.`]);
  await told('ann', `SET ${ROOM} SETTERS manager`);
  expect((await told('bob', `NOTE ${ROOM} rules be kind`))[0]).not.toContain('may not');
  expect((await told('bob', `NOTE ${ROOM} rules`))[0]).toBe('rules: be kind (bob)');
});

it('operators search channels by what is kept of them, and read why one is suspended', async () => {
  await test.net.level('cat', 1_000);
  expect(await told('cat', 'SEARCH count REGISTRAR *')).toEqual([expect.stringMatching(/^[01] /)]);
  expect(await told('cat', 'SEARCH count OWNER ann')).toEqual([expect.stringMatching(/^1 /)]);
  expect(await told('cat', 'SEARCH print LIMIT many')).toEqual(['LIMIT takes a number, not many.']);
  expect(await told('cat', 'SEARCH print LIMIT 0')).toEqual(['LIMIT takes a number, not 0.']);
  const before = (await told('cat', `INFO ${ROOM}`)).join('\n');
  expect(before).not.toContain('Suspended by');
  await told('cat', `CSUSPEND ${ROOM} 1h abuse`);
  expect((await told('cat', `INFO ${ROOM}`)).at(-1)).toMatch(/^Suspended by cat .* for \S+ more: abuse$/);
});
