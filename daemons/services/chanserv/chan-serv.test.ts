/** ChanServ as its users see it, line by line: a channel comes to an account, and whoever has access has status. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STATUS } from '../../irc/modes.ts';
import { ANN, BOB, CAT, CHANSERV_NUMERIC as CS, EVE, ROOM, TestChannels } from './test-channels.ts';

let test: TestChannels;

beforeEach(async () => {
  test = await TestChannels.start();
});
afterEach(() => test.close());

const ann = (text: string) => test.ask(ANN, text);
const bob = (text: string) => test.ask(BOB, text);

describe('a channel', () => {
  it('is registered by an operator of it alone, and ChanServ comes', async () => {
    test.net.say(`${BOB} C #bobs 970`, `${CAT} J #bobs 970`);
    expect(await test.ask(EVE, 'REGISTER #bobs')).toEqual([
      'REGISTER is for those who are logged in: AUTH <account> <password> first.',
    ]);
    expect(await test.ask(CAT, 'REGISTER #bobs')).toEqual(['Only an operator of #bobs can register it.']);
    expect(await bob('REGISTER bobs')).toEqual(['bobs is no name of a channel.']);
    expect(await bob(`REGISTER ${ROOM}`)).toEqual([`${ROOM} is registered already.`]);
    expect(await bob('REGISTER #bobs *ann')).toEqual([
      'Only operators of services register a channel for somebody else.',
    ]);
    expect(await test.acts(BOB, 'REGISTER #bobs')).toEqual([
      `${CS} J #bobs 970`,
      `AF M #bobs +o ${CS} 970`,
      `${CS} M #bobs +nt 970`,
    ]);
    expect(test.net.database.prepare("SELECT name FROM channels WHERE key = '#bobs'").pluck().get()).toBe(
      '#bobs',
    );
    expect(await bob('INFO #bobs')).toEqual(
      expect.arrayContaining([expect.stringMatching(/^#bobs belongs to bob, registered /)]),
    );
  });

  it('is given up by its owner, who has to confirm it, and is anybody’s then', async () => {
    expect(await bob(`UNREGISTER ${ROOM}`)).toEqual([`UNREGISTER on ${ROOM} is for level owner and above.`]);
    const [told = ''] = await ann(`UNREGISTER ${ROOM}`);
    const word = told.split(' ').at(-1)!;
    expect(await ann(`UNREGISTER ${ROOM} wrong`)).toEqual([told]);
    expect(await test.acts(ANN, `UNREGISTER ${ROOM} ${word}`)).toEqual([
      `${CS} L ${ROOM} :${ROOM} is not registered any more`,
    ]);
    expect(await ann(`INFO ${ROOM}`)).toEqual([`${ROOM} is not registered.`]);
    expect(test.net.deeds.at(-1)?.deed.command).toBe('UNREGISTER-CHANNEL');
  });
});

describe('access', () => {
  it('gives status on coming in, and at once to who is there; less access takes it', async () => {
    expect(await test.acts(ANN, `ADDUSER ${ROOM} bob op`)).toEqual([`${CS} M ${ROOM} +o ${BOB} 960`]);
    expect(await bob(`ADDUSER ${ROOM} cat peon`)).toEqual([
      `ADDUSER on ${ROOM} is for level manager and above.`,
    ]);
    expect(await ann(`ADDUSER ${ROOM} cat peon`)).toEqual([`cat has access to ${ROOM} at level peon.`]);
    expect(await test.heard(`${CAT} J ${ROOM} 960`)).toEqual([`${CS} M ${ROOM} +v ${CAT} 960`]);
    expect(await test.acts(ANN, `CLVL ${ROOM} bob peon`)).toEqual([`${CS} M ${ROOM} -o+v ${BOB} ${BOB} 960`]);
    expect(await test.acts(ANN, `DELUSER ${ROOM} bob`)).toEqual([`${CS} M ${ROOM} -v ${BOB} 960`]);
    expect(await test.heard(`${EVE} J ${ROOM} 960`)).toEqual([]);
    expect(await ann(`USERS ${ROOM}`)).toEqual([
      expect.stringMatching(/^Account/),
      expect.stringMatching(/^ann +owner +here$/),
      expect.stringMatching(/^cat +peon +here$/),
      `2 users of ${ROOM}.`,
    ]);
  });

  it('is below that of whoever gives it, whoever has it', async () => {
    await test.add('bob', 'manager');
    await test.add('cat', 'manager');
    expect(await bob(`ADDUSER ${ROOM} eve op`)).toEqual(['eve is not logged in.']);
    expect(await bob(`ADDUSER ${ROOM} nobody op`)).toEqual([
      'Nobody is called nobody; *account names an account.',
    ]);
    expect(await bob(`ADDUSER ${ROOM} *nobody op`)).toEqual(['There is no account nobody.']);
    expect(await bob(`ADDUSER ${ROOM} *cat what`)).toEqual([expect.stringMatching(/^what is no level/)]);
    expect(await bob(`ADDUSER ${ROOM} *cat op`)).toEqual(['cat has access already, at level manager.']);
    expect(await bob(`CLVL ${ROOM} *cat op`)).toEqual([`cat is not below you on ${ROOM}.`]);
    expect(await bob(`CLVL ${ROOM} *ann op`)).toEqual([`ann is not below you on ${ROOM}.`]);
    expect(await bob(`DELUSER ${ROOM} *ann`)).toEqual([`ann is not below you on ${ROOM}.`]);
    expect(await ann(`CLVL ${ROOM} *cat owner`)).toEqual(['You can give levels below your own alone.']);
    expect(await ann(`CLVL ${ROOM} *cat 210`)).toEqual([`cat has level op (210) on ${ROOM} now.`]);
    expect(await bob(`CLVL ${ROOM} *cat manager`)).toEqual(['You can give levels below your own alone.']);
    expect(await bob(`MYACCESS`)).toEqual([
      expect.stringMatching(/^Channel/),
      expect.stringMatching(/^#room +manager +AutoOp$/),
    ]);
  });

  it('ends by itself where it was given for a time', async () => {
    expect(await ann(`ADDUSER ${ROOM} *bob op 1h`)).toEqual([
      `bob has access to ${ROOM} at level op for 1h.`,
    ]);
    await test.add('cat', 'peon');
    expect(await ann(`CLVL ${ROOM} *cat op 30m`)).toEqual([`cat has level op on ${ROOM} now for 30m.`]);
    await test.passes(1_800_000);
    await test.net.quiet();
    expect(test.room.user('cat')).toMatchObject({ level: 1, expires: null });
    expect(test.room.user('bob')?.level).toBe(200);
    test.net.take();
    await test.passes(1_800_000);
    expect(await test.sent()).toEqual([`${CS} M ${ROOM} -o ${BOB} 960`]);
    expect(test.room.user('bob')).toBeUndefined();
  });

  it('counts for nothing while it is suspended, and again after', async () => {
    await test.add('bob', 'op');
    expect(await test.acts(ANN, `SUSPEND ${ROOM} bob 1h`)).toEqual([`${CS} M ${ROOM} -o ${BOB} 960`]);
    expect(await bob(`KICK ${ROOM} ann`)).toEqual([`KICK on ${ROOM} is for level halfop and above.`]);
    expect(await ann(`SUSPEND ${ROOM} bob 1h`)).toEqual(['bob is suspended already.']);
    test.net.take();
    await test.passes(3_600_000);
    expect(await test.sent()).toEqual([`${CS} M ${ROOM} +o ${BOB} 960`]);
  });
});

describe('after a restart', () => {
  it('of services, all that was answered is there, and ChanServ is back in the burst', async () => {
    await test.add('bob', 'op');
    await ann(`SET ${ROOM} GREETING Hello there`);
    await test.net.reopen();
    test.net.link();
    expect(test.room.settings.greeting).toBe('Hello there');
    expect(test.room.user('bob')?.level).toBe(200);
    test.net.uplink.fail('over');
    test.net.end.sent = [];
    test.net.relink(
      `AB N ann 1 950 ~ann ann.example.net +ir ann AKAAAB ${ANN} :Real`,
      `AB B ${ROOM} 960 ${ANN}`,
    );
    const sent = test.net.take();
    expect(sent).toContain(`AF B ${ROOM} 960 ${CS}:o`);
    expect(sent.indexOf(`AF B ${ROOM} 960 ${CS}:o`)).toBeLessThan(sent.indexOf('AF EB'));
    await test.net.quiet();
    expect(sent.concat(await test.sent())).toEqual(
      expect.arrayContaining([`${CS} M ${ROOM} +o ${ANN} 960`, `${CS} M ${ROOM} +nt 960`]),
    );
  });

  it('of the IRC server, the older channel holds, and whoever took it meanwhile is no operator', async () => {
    test.net.uplink.fail('over');
    test.net.relink(
      `AB N eve 1 950 ~eve eve.example.net +i AKAAAB ${EVE} :Real`,
      `AB B ${ROOM} 1000 +m ${EVE}:o`,
    );
    await test.net.quiet();
    const view = test.net.uplink.view.findChannel(ROOM)!;
    expect(view.createdSeconds).toBe(960);
    expect([...view.members].map(([{ nick }, status]) => [nick, status])).toEqual([
      ['ChanServ', STATUS.op],
      ['eve', 0],
    ]);
  });

  it('of ChanServ itself, which somebody killed or threw out', async () => {
    expect((await test.heard(`AB D ${CS} :hub (why)`)).slice(1, 3)).toEqual([
      `${CS} J ${ROOM} 960`,
      `AF M ${ROOM} +o ${CS} 960`,
    ]);
    expect(await test.heard(`AB K ${ROOM} ${CS} :out`)).toEqual([
      `${CS} J ${ROOM} 960`,
      `AF M ${ROOM} +o ${CS} 960`,
    ]);
  });
});
