/** What ends on a channel, is trimmed, merged, or looked for among all channels, to the letter. ann owns #room, bob is manager there, cat peon. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { ANN, BOB, CAT, CHANSERV_NUMERIC as CS, EVE, ROOM, TestChannels } from './test-channels.ts';

const HOUR = 3_600_000;
const WHO = { ann: ANN, bob: BOB, cat: CAT, eve: EVE } as const;
type Who = keyof typeof WHO;

let test: TestChannels;
beforeEach(async () => {
  test = await TestChannels.start();
  await test.add('bob', 300);
  await test.add('cat', 1);
});
afterEach(() => test.close());

/** Nobody here is too fast. */
async function told(who: Who, text: string): Promise<string[]> {
  await test.passes(2_000);
  test.net.take();
  return await test.ask(WHO[who], text);
}
const acts = async (who: Who, text: string) => {
  await test.passes(2_000);
  return await test.acts(WHO[who], text);
};
const M = (change: string) => `${CS} M ${ROOM} ${change} 960`;
const gone = (count: number) => [`${count} users of ${ROOM} have no access any more.`];
const levels = () => [...test.room.users.values()].map(({ account, level }) => `${account} ${level}`).sort();

it('whoever was there when it was registered is counted', async () => {
  expect((await told('ann', `INFO ${ROOM}`))[1]).toBe(
    'Users with access: 3; lamers: 0; most who were there: 2.',
  );
});

it('a suspension of access is ended by hand, for whom it was', async () => {
  await told('ann', `SUSPEND ${ROOM} bob 1h`);
  expect(await acts('ann', `UNSUSPEND ${ROOM} bob`)).toEqual([M(`+o ${BOB}`)]);
  expect(test.room.user('bob')?.suspendedUntil).toBeNull();
  await told('ann', `SUSPEND ${ROOM} *cat 0`);
  expect((await told('ann', `ACCESS ${ROOM} *cat`))[0]).toMatch(
    /^cat has level peon on #room \(suspended\)\.$/,
  );
  expect(await told('ann', `UNSUSPEND ${ROOM} *cat`)).toEqual([`The access of cat to ${ROOM} counts again.`]);
  expect(await told('ann', `ACCESS ${ROOM} *cat`)).toEqual([`cat has level peon on ${ROOM}.`]);
  const events = (await told('ann', `EVENTS ${ROOM} 4`)).join('\n');
  expect(events).toMatch(/UNSUSPEND \*cat/);
});

it('what is over is ended a minute later where it cannot be written', async () => {
  await told('ann', `ADDTIMEDLAMER ${ROOM} *.example.org 1h No`);
  await told('ann', `SUSPEND ${ROOM} bob 1h`);
  test.net.database.exec(
    "CREATE TRIGGER full BEFORE DELETE ON channel_lamers BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
  );
  await test.passes(HOUR);
  const failures = () => test.net.logged.filter((line) => line.startsWith('error channel_upkeep_failed '));
  expect(failures()).toEqual([
    expect.stringMatching(/^error channel_upkeep_failed #room: .*the disk is full/),
    ...failures().slice(1),
  ]);
  expect(test.room.lamers).toHaveLength(1);
  const before = failures().length;
  await test.passes(limits.endAgainMs.default);
  expect(failures().length).toBe(before + 1);
  test.net.database.exec('DROP TRIGGER full');
  await test.passes(limits.endAgainMs.default);
  expect([failures().length, test.room.lamers, test.room.user('bob')?.suspendedUntil]).toEqual([
    before + 1,
    [],
    null,
  ]);
});

it('a suspension of a channel is over at its moment, written or not, and others are as they should be meanwhile', async () => {
  await test.net.level('cat', 1_000);
  test.net.say(`${ANN} C #a 970`, `${ANN} C #z 980`);
  await told('ann', 'REGISTER #a');
  await told('ann', 'REGISTER #z');
  await told('cat', 'CSUSPEND #a 1h x');
  const began = test.net.clock.now();
  // What was changed last is looked at last.
  await told('ann', 'SET #z GREETING Hello');
  test.net.database.exec(
    "CREATE TRIGGER full BEFORE UPDATE ON channel_states BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
  );
  // After a link too, where it comes first.
  test.net.uplink.fail('over');
  test.net.relink(
    `AB N ann 1 950 ~ann ann.example.net +ir ann AKAAAB ${ANN} :Real`,
    ...['#a', '#z'].map((name) => `AB B ${name} 970 ${ANN}`),
  );
  await test.net.quiet();
  const sent = test.net.take();
  expect(sent.filter((line) => line.includes(' #a '))).toEqual([]);
  expect(sent).toContain(`${CS} M #z +o ${ANN} 970`);
  const left = began + HOUR - 1 - test.net.clock.now();
  await test.passes(left - 2_000);
  expect((await told('ann', 'UP #a'))[0]).toMatch(/^#a is suspended \(for /);
  await test.passes(began + HOUR - test.net.clock.now());
  expect(test.chanServ.registry.get('#a')!.suspension).not.toBeNull();
  expect(await told('ann', 'UP #a')).not.toEqual([expect.stringMatching(/suspended/)]);
});

it('whose access is suspended has no status by UPALL, and keeps what they have elsewhere', async () => {
  test.net.say(`${BOB} C #bobs 970`);
  await told('bob', 'REGISTER #bobs');
  await told('ann', `SUSPEND ${ROOM} bob 1h`);
  await told('bob', 'DOWN #bobs');
  expect(await acts('bob', 'UPALL')).toEqual([`${CS} M #bobs +o ${BOB} 970`]);
  expect(await told('bob', 'UPALL')).toEqual(['Done on 0 channels.']);
});

it('TRIM takes those of a level, or of a range of levels, who were away for as long', async () => {
  await test.heard(`${BOB} L ${ROOM}`);
  await test.passes(2 * HOUR);
  for (const bad of ['200-100', '1-', '1-none', 'none', '-', '501', '0'])
    expect((await told('ann', `TRIM ${ROOM} ${bad} 1h`))[0], bad).toMatch(/^Expected users, lamers, a level/);
  expect(await told('ann', `TRIM ${ROOM} users 0`)).toEqual([expect.stringMatching(/^0 is no duration/)]);
  for (const none of ['op 1h', '2-299 1h', '301-499 1h', '2 1h', 'manager 3h', '1-300 3h'])
    expect(await told('ann', `TRIM ${ROOM} ${none}`), none).toEqual(gone(0));
  expect(levels()).toEqual(['ann 500', 'bob 300', 'cat 1']);
  // cat has never been there: that counts from when the channel was registered.
  expect(await told('ann', `TRIM ${ROOM} 1 1h`)).toEqual(gone(1));
  expect(levels()).toEqual(['ann 500', 'bob 300']);
  await test.add('cat', 299);
  expect(await told('ann', `TRIM ${ROOM} Manager 1h`)).toEqual(gone(1));
  await test.add('bob', 300);
  expect(await told('ann', `TRIM ${ROOM} op-300 1h`)).toEqual(gone(2));
  // Never whoever is above, or is as high.
  expect(await told('ann', `TRIM ${ROOM} users 1h`)).toEqual(gone(0));
  expect(levels()).toEqual(['ann 500']);
  // Whoever is there is not away, however long ago they came.
  await test.add('bob', 300);
  await test.heard(`${BOB} J ${ROOM} 960`);
  await told('ann', `ADDLAMER ${ROOM} *.old.example No`);
  await test.passes(2 * HOUR);
  expect(await told('ann', `TRIM ${ROOM} users 1h`)).toEqual(gone(0));
  expect((await told('ann', `INFO ${ROOM}`))[2]).toBe('Somebody with access was there 0s ago.');
  await told('ann', `ADDLAMER ${ROOM} *.new.example No`);
  expect(await told('ann', `TRIM ${ROOM} Lamers 1h`)).toEqual([`1 lamers of ${ROOM} are off the list.`]);
  expect(test.room.lamers.map(({ mask }) => mask)).toEqual(['*!*@*.new.example']);
  expect(await told('ann', `TRIM ${ROOM} lamers 1h`)).toEqual([`0 lamers of ${ROOM} are off the list.`]);
});

it('operators of services MOVE a channel that is not theirs to wherever they say, and nobody else does', async () => {
  await test.net.level('cat', 1_000);
  test.net.say(`${ANN} C #taken 970`);
  await told('cat', 'NOREGISTER #kept 0 x');
  expect(await told('ann', `MOVE ${ROOM} #kept`)).toEqual(['#kept cannot be registered: x']);
  expect(await told('ann', `MOVE ${ROOM} #nowhere`)).toEqual(['You are no operator of #nowhere.']);
  expect(await told('cat', `MOVE ${ROOM} #kept`)).toEqual([`${ROOM} is #kept now.`]);
  expect([...test.chanServ.registry.of('ann')].map(({ name }) => name)).toEqual(['#kept']);
  // Whoever owns it and is operator there needs no more.
  expect(await told('ann', 'MOVE #kept #taken')).toEqual(['#kept is #taken now.']);
});

it('what is done to members, bans, modes or topics is refused while nobody is there, not even ChanServ', async () => {
  test.net.say(`${ANN} L ${ROOM}`, `${BOB} L ${ROOM}`);
  // Killed again and again it comes back later, and hears what was said before anybody knew.
  while (test.net.uplink.view.users.has(CS)) test.net.say(`AB D ${CS} :hub.test (no)`);
  const table = test.net.services.tableOf('ChanServ');
  for (const [at, name] of [
    ...['OP', 'DEOP', 'HALFOP', 'DEHALFOP', 'VOICE', 'DEVOICE', 'UP', 'DOWN', 'RESYNC', 'OPCHAN', 'INVITE'],
    ...['INVITEME', 'KICK', 'BAN', 'KICKBAN', 'UNBAN', 'UNBANALL', 'UNBANME', 'OPEN', 'TOPIC', 'MODE'],
  ].entries()) {
    const words = Array.from({ length: table.get(name)!.least - 1 }, () => 'bob');
    // Nobody says so much at once.
    const who = at % 2 === 0 ? ANN : BOB;
    expect(await test.ask(who, [name, ROOM, ...words].join(' ')), name).toEqual([`Nobody is on ${ROOM}.`]);
  }
  expect((await test.ask(ANN, `INFO ${ROOM}`))[0]).toMatch(/^#room belongs to ann/);
});

it('MERGE leaves what there is already, and brings what other bots keep', async () => {
  test.net.say(`${ANN} C #other 970`);
  await told('ann', 'REGISTER #other');
  await told('ann', `ADDLAMER ${ROOM} *.example.org here`);
  await told('ann', `ADDLAMER ${ROOM} *.example.com here`);
  await told('ann', 'ADDLAMER #other *.EXAMPLE.org there');
  await told('ann', `USET ${ROOM} *bob INFO Bob of old`);
  await told('bob', `USET ${ROOM} AUTOOP off`);
  const spamServ = test.net.services.bots.byNick('SpamServ')!.numeric;
  await test.net.level('ann', 1_000);
  await test.net.ask(ANN, `REGISTER ${ROOM}`, spamServ);
  await told('ann', `MERGE ${ROOM} #other`);
  const other = test.chanServ.registry.get('#other')!;
  expect(other.lamers.map(({ mask, reason }) => `${mask} ${reason}`).sort()).toEqual([
    '*!*@*.EXAMPLE.org there',
    '*!*@*.example.com here',
  ]);
  expect(other.user('bob')).toMatchObject({ level: 300, info: 'Bob of old', autoOp: false });
  expect(test.net.database.prepare('SELECT channel FROM spam_channels').pluck().all()).toEqual(['#other']);
  expect((await told('ann', 'EVENTS #other 1')).join('\n')).toMatch(/ann +MERGE #room|MERGE of #room/);
});

it('channels are found by how long nobody was there, and listed by name up to a number', async () => {
  await test.net.level('ann', 1_000);
  test.net.say(`${BOB} C #b 970`, `${CAT} C #a 970`);
  await told('bob', 'REGISTER #b');
  await told('cat', 'REGISTER #a');
  await test.heard(`${BOB} L #b`, `${ANN} L ${ROOM}`, `${BOB} L ${ROOM}`);
  await test.passes(3 * HOUR);
  test.net.say(`${BOB} J #b 970`);
  await test.passes(60_000);
  const names = async (text: string) =>
    (await told('ann', `SEARCH ${text}`)).map((line) => line.split(/ +/)[0]);
  expect(await names('print NAME *')).toEqual(['Channel', '#a', '#b', ROOM, '3']);
  expect(await names('PRINT name * limit 2')).toEqual(['Channel', '#a', '#b', '3']);
  expect(await names('print UNVISITED 1h')).toEqual(['Channel', ROOM, '1']);
  expect(await names('print UNVISITED 4h')).toEqual(['0']);
  expect(await names('print REGISTERED 2h')).toEqual(['0']);
  expect(await names('print REGISTERED 4h NAME #?')).toEqual(['Channel', '#a', '#b', '2']);
  expect(await names('count REGISTERED 4h OWNER bob')).toEqual(['1']);
  expect(await told('ann', 'SEARCH print UNVISITED soon')).toEqual(['UNVISITED soon is no criterion.']);
  expect(await told('ann', 'SEARCH print REGISTERED soon')).toEqual(['REGISTERED soon is no criterion.']);
  expect(await told('ann', 'SEARCH print NAME * OWNER')).toEqual(['OWNER needs a value.']);
  expect((await told('ann', `SEARCH print NAME ${ROOM}`))[1]).toMatch(/^#room +ann +3h\S* +3h\S*$/);
  const own = (await told('bob', 'MYACCESS')).slice(1).map((line) => line.split(/ +/)[0]);
  expect(own).toEqual(['#b', ROOM]);
});

it('ChanServ is operator again where an older channel comes from elsewhere', async () => {
  const sent = await test.heard(`AB B ${ROOM} 900 ${EVE}:o`);
  expect(sent).toEqual(expect.arrayContaining([expect.stringMatching(new RegExp(`M ${ROOM} .*o.*${CS}`))]));
  expect(test.net.uplink.view.findChannel(ROOM)!.createdSeconds).toBe(900);
});

it('levels are told by their names, and of those of a level nobody else is taken', async () => {
  expect((await told('ann', `SET ${ROOM} PUBCMD 0`))[0]).toBe(`PUBCMD of ${ROOM} is now: everybody`);
  expect((await told('ann', `SET ${ROOM} PUBCMD 501`))[0]).toBe(`PUBCMD of ${ROOM} is now: nobody`);
  expect((await told('ann', `INFO ${ROOM}`)).join('\n')).not.toContain('Registered by');
  for (const name of ['ADDUSER', 'ADDOP', 'CLVL', 'DELUSER'])
    expect((await told('ann', `${name} ${ROOM}`))[0], name).toMatch(new RegExp(`^Expected: ${name} `));
  await told('ann', `CLVL ${ROOM} *bob op`);
  expect(await told('ann', `MDELOP ${ROOM} *`)).toEqual(gone(1));
  expect(levels()).toEqual(['ann 500', 'cat 1']);
  expect(await told('bob', 'MYACCESS')).toEqual(['bob has access to no channel.']);
  const word = (await told('ann', `UNREGISTER ${ROOM}`)).join(' ').split(' ').at(-1)!;
  await told('ann', `UNREGISTER ${ROOM} ${word}`);
  expect([...test.chanServ.registry.of('cat')]).toEqual([]);
  expect(await told('cat', 'MYACCESS')).toEqual(['cat has access to no channel.']);
});

it('what is over while there is no network is over', async () => {
  await told('ann', `ADDTIMEDLAMER ${ROOM} *.example.org 1h No`);
  test.net.uplink.fail('lost');
  await test.net.clock.advance(HOUR);
  await test.net.quiet();
  expect(test.room.lamers).toEqual([]);
});
