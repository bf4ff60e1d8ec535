/**
 * A real server of another make, Undernet's ircu, linked to this one as its leaf and as its hub, and what users of both see.
 * Skipped where it cannot be run: `../shared/p10/ircu-ensure.sh` puts it there.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { toBase64 } from '../../irc/p10/numeric.ts';
import { IRCU, Ircu, IrcuClient, ircuCommand } from '../../runtime/test-fixtures/ircu.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import { OPER_FLAGS } from '../config.ts';
import type { MemoryClient } from '../memory-server.ts';
import { RawServer, SERVICES, type TokensSeen, transcriptTokens, watchTokens } from './ircu-fixture.ts';
import { hears, SocketServer } from './socket-fixture.ts';

const command = ircuCommand('Links to ircu are');

/** Tokens of the transcripts that do not go over a link in one direction, with why. */
const NOT_SAID: {
  readonly in: Readonly<Record<string, string>>;
  readonly out: Readonly<Record<string, string>>;
} = {
  in: { ZZZ: 'ircu does not pass on what it does not know' },
  out: {
    ZZZ: 'it names nobody, so that it is for nobody',
    SE: 'it would set the clock of ircu back for all that is tried after it; links/passing.test.ts has it',
  },
};

describe.runIf(command !== null)('linked to ircu', () => {
  let ircu: Ircu;
  let ours: SocketServer;
  let seen: TokensSeen;

  beforeAll(async () => {
    seen = watchTokens();
    ours = await SocketServer.start('sb.test', 7);
    ircu = await Ircu.start(command!, { services: SERVICES, hubPort: ours.port });
    ours.links.desk.configure([
      {
        ...ours.block(),
        name: IRCU,
        address: { host: '127.0.0.1', port: ircu.serverPort },
        hub: ['*.test'],
      },
      { ...ours.block(), name: SERVICES, hub: ['fake.test'] },
    ]);
  });
  afterEach(async () => {
    for (const { name, state } of ours.links.desk.rows())
      if (state === 'linked' || state === 'bursting')
        ours.links.desk.squit(name, ours.irc.server.state.me, 'next test');
    await until(() => ours.links.desk.standing === 0);
    for (const client of [...ours.irc.server.state.localClients]) ours.irc.server.exit(client, 'test over');
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await ours.close();
    await ircu.close();
  });

  const linked = () => until(() => ours.row(IRCU)?.state === 'linked');
  const called = async () => {
    ours.links.desk.connect(IRCU);
    await linked();
  };

  /** An operator of ircu. */
  const oper = async (nick: string) => {
    const client = await IrcuClient.join(ircu.clientPort, nick);
    client.send('OPER oper operpw');
    await client.hears(' 381 ');
    return client;
  };

  it('tells and is told who is there, and carries what users say and do, until a split and after it', async () => {
    const alice = await IrcuClient.join(ircu.clientPort, 'alice');
    alice.send('JOIN #both');
    await alice.hears(' 366 ');
    const bob = ours.irc.join('bob', '', '198.51.100.7');
    bob.send('JOIN #both', 'MODE #both +l 9', 'JOIN #ours');
    await called();
    expect(ours.row(IRCU)).toMatchObject({
      kind: 'ircu',
      numeric: 1,
      users: 1,
      direction: 'out',
      reason: null,
    });
    expect(bob.send('WHOIS alice').join('\n')).toContain(` 312 bob alice ${IRCU} :ircu A`);
    await alice.hears('bob!~bob@198.51.100.7 JOIN #both');
    bob.send('PRIVMSG alice :hi you', 'NICK bobby', 'PRIVMSG #both :all');
    await alice.hears('PRIVMSG alice :hi you');
    await alice.hears('bob!~bob@198.51.100.7 NICK :bobby');
    await alice.hears('bobby!~bob@198.51.100.7 PRIVMSG #both :all');
    // Of a channel of the same second bob is an operator already.
    alice.send('MODE #both +ov bobby bobby');
    await hears(bob, 'alice!~alice@127.0.0.1 MODE #both +');
    bob.send('TOPIC #both :of both', 'MODE #both +v alice');
    await alice.hears('TOPIC #both :of both');
    await alice.hears('MODE #both +v alice');
    // Those with a voice are a word of their own on the link, in both directions.
    alice.send('WALLVOICES #both :to the voiced');
    await hears(bob, 'NOTICE +#both :+ to the voiced');
    bob.send('NOTICE +#both :and back');
    await alice.hears('bobby!~bob@198.51.100.7 NOTICE @#both :and back');
    expect([seen.in.has('WV'), seen.out.has('WV')]).toEqual([true, true]);
    alice.send('KICK #both bobby :out');
    await hears(bob, 'KICK #both bobby :out');

    ours.links.desk.squit(IRCU, ours.irc.server.state.me, 'split');
    await until(() => ours.links.desk.standing === 0);
    expect(ours.irc.server.state.findUser('alice')).toBeUndefined();
    await called();
    expect(ours.irc.server.state.findUser('alice')?.server.name).toBe(IRCU);
    alice.send('PART #both :enough');
    await until(() => ours.irc.server.state.findUser('alice')?.memberships.size === 0);
    alice.close();
    await until(() => ours.irc.server.state.findUser('alice') === undefined);
  });

  it('is called by it as well', async () => {
    const oper = await IrcuClient.join(ircu.clientPort, 'boss');
    oper.send('OPER oper operpw', 'CONNECT sb.test');
    await linked();
    expect(ours.row(IRCU)).toMatchObject({ direction: 'in', users: 1 });
    oper.send('SQUIT sb.test :enough');
    await until(() => ours.row(IRCU)?.state === 'failed');
    expect(ours.row(IRCU)?.reason).toBe('enough');
    oper.close();
  });

  it('asks it and answers it, in the words of each', async () => {
    const amy = await oper('amy');
    amy.send('JOIN #amy');
    await amy.hears(' 366 ');
    const bob = ours.irc.join('bob', '', '198.51.100.7');
    // Its LINKS and TRACE are for operators.
    ours.irc.promote(bob, OPER_FLAGS);
    await called();
    await amy.hears('acknowledged end of net.burst');

    for (const [line, ...answers] of [
      [`VERSION ${IRCU}`, ' 351 bob u2.10.12'],
      [`TIME *.a.test`, ` 391 bob ${IRCU} `],
      ['ADMIN amy', ' 256 bob :Administrative info', ' 259 bob :y@z'],
      [`MOTD ${IRCU}`, ' 422 bob :MOTD File is missing'],
      [`STATS u ${IRCU}`, ' 242 bob :Server Up', ' 219 bob u :'],
      [`LUSERS * ${IRCU}`, ' 251 bob :There are ', ' 254 bob ', 'NOTICE bob :Highest connection count'],
      [`LINKS ${IRCU} *`, ` 364 bob sb.test ${IRCU} :1 P10`, ' 365 bob * :'],
      [`TRACE ${IRCU}`, ` 200 bob Link `, ' 204 bob Oper Opers amy', ' 262 bob '],
      [`INFO ${IRCU}`, ' 371 bob :', ' 374 bob :'],
      ['CONNECT far.test 0 hub.a.test', 'far.test'],
      [
        'WHOIS amy amy',
        ' 311 bob amy ~amy',
        ' 313 bob amy :',
        ' 319 bob amy :',
        ' 317 bob amy ',
        ' 318 bob amy :',
      ],
    ] as const) {
      const read = bob.send(line);
      const missing = () => answers.filter((answer) => !read.some((text) => text.includes(answer)));
      await until(() => {
        read.push(...bob.received());
        return missing().length === 0;
      });
    }

    const questions = [
      ['VERSION sb.test', 'sb.test 351 me signalbox-'],
      ['TIME sb.test', ' 391 me sb.test '],
      ['ADMIN sb.test', ' 423 me sb.test '],
      ['MOTD sb.test', ' 422 me :'],
      ['STATS u sb.test', ' 242 me :Server Up', ' 219 me u :'],
      ['STATS v sb.test', ' 236 me v :hub.a.test (AB) behind sb.test', ' 219 me v :'],
      ['LUSERS * sb.test', ' 251 me :There are ', ' 266 me '],
      ['LINKS sb.test *', ' 364 me hub.a.test sb.test :1 ircu A', ' 365 me * :'],
      ['TRACE bob', ' 200 me Link ', ' 204 me Oper default bob[~bob@198.51.100.7]', ' 262 me sb.test'],
      ['INFO sb.test', ' 374 me :'],
      ['WHOIS bob bob', ' 311 me bob ~bob 198.51.100.7', ' 317 me bob ', ' 318 me bob :'],
      ['RPING sb.test', `RPONG me sb.test `],
      ['UPING sb.test 7 sb.test 1', 'NOTICE me :UPING: this server sends no pings by UDP'],
      ['CONNECT far.test 0 sb.test', 'NOTICE me :*** No [[ircd.link]] names far.test'],
      ['SETTIME 1700000000 sb.test', 'NOTICE me :SETTIME: the clock of this server'],
    ] as const;
    // ircu lets a client send some lines at once, and makes it wait two seconds for each after that.
    for (let i = 0; i < questions.length; i += 3) {
      const asker = await oper(`asker${i}`);
      for (const [line, ...answers] of questions.slice(i, i + 3)) {
        asker.send(line);
        for (const answer of answers) await asker.hears(answer.replace('me', `asker${i}`));
      }
      asker.close();
    }
    amy.close();
  });

  it('bans with it from the whole network, and hears what its operators do', async () => {
    const { server } = ours.irc;
    const [alice, carol, dora, zoe] = await Promise.all(['alice', 'carol', 'dora', 'zoe'].map(oper));
    alice!.send('JOIN #both');
    await alice!.hears(' 366 ');
    const bob = ours.irc.join('bob', '', '198.51.100.7');
    const eve = ours.irc.join('eve', '', '203.0.113.9');
    ours.irc.promote(bob, OPER_FLAGS);
    await called();
    await alice!.hears('acknowledged end of net.burst');
    bob.send('MODE bob +w', 'JOIN #both');
    eve.send('JOIN #both');
    await alice!.hears('eve!~eve@203.0.113.9 JOIN #both');

    alice!.send('PRIVMSG $*.test :to servers', 'WALLOPS :to opers', 'WALLUSERS :to users', 'OPMODE #both +m');
    const words = ['PRIVMSG $*.test :to servers', 'WALLOPS :to opers', 'WALLOPS :to users', '#both +m'];
    const read: string[] = [];
    await until(() => {
      read.push(...bob.received());
      return words.every((text) => read.some((line) => line.includes(text)));
    });
    carol!.send('CLEARMODE #both m', 'SILENCE +*!*@spam.example');
    await hears(bob, 'MODE #both -m');
    bob.send('PRIVMSG alice@hub.a.test :and back');
    await alice!.hears('PRIVMSG alice :and back');

    dora!.send('GLINE +*@10.9.8.7 * 600 :test gline', 'JUPE +jupe.test * 600 :juped');
    const held = () =>
      server.networkBans
        .inForce()
        .filter(({ mask }) => !/^[$#]/.test(mask))
        .map(({ mask, reason }) => `${mask} ${reason}`);
    await until(() => held().length === 2);
    expect(held()).toEqual(['*@10.9.8.7 test gline', 'jupe.test juped']);
    bob.send('GLINE 5 *@10.1.2.3 :spam', 'JUPE 5 other.test :no');
    await alice!.hears('adding global GLINE for *@10.1.2.3');
    await alice!.hears('adding JUPE for other.test');

    // Real names and channels as well; of reserved nicks it knows nothing. It compares channels letter by letter.
    const fay = ours.irc.join('fay', '', '203.0.113.8');
    const said = bob.send('GLINE 5 $R*buy?pills* :spam', 'GLINE 5 #warez :no', 'GLINE 5 $Nbad* :ours');
    expect(said.join('\n')).toContain(`(there are no reserved nicks on ${IRCU}, nor behind it)`);
    await alice!.hears('adding global GLINE for $R*buy?pills*');
    await alice!.hears('adding global BADCHAN for #warez');
    bob.send('GLOBOPS :look at #warez');
    expect(await alice!.hears('look at #warez')).toContain(':bob!~bob@198.51.100.7 WALLOPS :');
    dora!.send('MODE dora -o', 'JOIN #warez');
    await dora!.hears(' 474 dora #warez ');
    zoe!.send('GLINE +#bad * 600 :bad', 'GLINE +$RReal?fay * 600 :fake');
    await until(() => fay.closedWith !== null);
    expect(fay.closedWith).toBe('G-lined: fake');
    eve.received();
    expect(eve.send('JOIN #bad')).toEqual([':sb.test 476 eve #bad :Reserved: bad']);

    zoe!.send('GLINE +*@203.0.113.9 * 600 :out');
    await until(() => eve.closedWith !== null);
    expect(eve.closedWith).toBe('G-lined: out');
    bob.send('UNGLINE *@203.0.113.9');
    await alice!.hears('modifying global GLINE for *@203.0.113.9');

    // What was changed here while both were parted is so there afterwards. (ircu's own operators change nothing, without a word,
    // while its TS clock, which it sets by its links, is not past the last change that it knows: gline_modify.)
    ours.links.desk.squit(IRCU, server.state.me, 'split');
    await until(() => ours.links.desk.standing === 0);
    await alice!.hears('Net break');
    bob.send('UNGLINE *@10.1.2.3');
    await called();
    await alice!.hears('modifying global GLINE for *@10.1.2.3');
    expect(held()).toEqual(['*@10.9.8.7 test gline', 'jupe.test juped', 'other.test no']);
    carol!.send('KILL bob :local reason text');
    await until(() => bob.closedWith !== null);
    expect(bob.closedWith).toContain('local reason text');
    for (const client of [alice, carol, dora, zoe]) client!.close();
  });

  /** What services say of a channel and of a user of another server, as in the transcript. */
  const serviceLines = (server: string, numeric: string, nick: string, seconds: number, created: number) => [
    `AF AC ${numeric} acct ${seconds}`,
    `AFAAA J #one ${created}`,
    'AF M #one +o AFAAA',
    'AFAAA OM #one +n',
    `AFAAA M #one +v ${numeric}`,
    'AF M #one +b *!*@z.example',
    `AFAAA T #one ${created} ${seconds} :svc topic`,
    `AFAAA O ${numeric} :notice from the bot`,
    'AFAAA P #one :hi',
    'AFAAA WC #one :to operators',
    'AFAAA WV #one :to the voiced',
    'AF WA :server wallops',
    'AFAAA WU :to users',
    'AFAAA A :away',
    'AFAAA DS :desynch',
    `AF GL * +*@10.1.2.77 3600 ${seconds} ${seconds + 3600} :svc gline`,
    `AF GL * -*@10.1.2.77 3600 ${seconds + 1} ${seconds + 3600} :svc gline`,
    `AF JU * +jupe2.test 60 ${seconds} :svc jupe`,
    `AF JU * -jupe2.test 60 ${seconds + 1} :svc jupe`,
    `AF S fake.test 2 0 ${seconds} P10 AG]]] +s :juped server`,
    'AF SQ fake.test 0 :unjupe',
    `AF N newbot 1 ${seconds} u h.test +iok AAAAAA AFAAB :second bot`,
    `AFAAB N renamed ${seconds + 1}`,
    'AFAAB Q :bye',
    `AFAAA C #svcnew ${seconds}`,
    `AFAAA W ${server} :${nick}`,
    `AFAAA V ${server}`,
    `AFAAA R u :${server}`,
    `AFAAA F ${server}`,
    `AF XQ ${server} tok1 :LOGIN x y`,
    `AF XR ${server} tok1 :OK`,
    'AF ZZZ unknown',
    `AFAAA K #one ${numeric} :kicked by bot`,
  ];

  /** What they say of somebody who is off it, which ircu knows once the server of the kicked has said so too. */
  const lastLines = (numeric: string, nick: string) => [
    `AFAAA I ${nick} #one`,
    'AF CM #one ov',
    `AF D ${numeric} :${SERVICES} (svc kill)`,
  ];

  /** What a user reads of all that, as an operator of the channel and of the network with +w. */
  const read = (nick: string) => [
    'MODE #one +o AuthServ',
    `MODE #one +v ${nick}`,
    'MODE #one +b *!*@z.example',
    'TOPIC #one :svc topic',
    `AuthServ!AuthServ@services.test NOTICE ${nick} :notice from the bot`,
    'AuthServ!AuthServ@services.test PRIVMSG #one :hi',
    'to operators',
    'to the voiced',
    `INVITE ${nick} :#one`,
    'server wallops',
    'to users',
    'desynch',
    '*@10.1.2.77',
    'jupe2.test',
    `KICK #one ${nick} :kicked by bot`,
    'svc kill',
  ];

  const INTRODUCED = (seconds: number) =>
    `AF N AuthServ 1 ${seconds} AuthServ ${SERVICES} +iok AAAAAA AFAAA :Authentication`;

  const said = (lines: readonly string[], text: string) =>
    lines.some((line) => line.includes(text) || line.includes(text.replace(' :#', ' #')));

  it('services behind ircu reach users here, and services behind us users there, in every word of the transcripts', async () => {
    await called();
    const bob = ours.irc.join('bob', '', '198.51.100.7');
    ours.irc.promote(bob, OPER_FLAGS);
    bob.send('MODE bob +w', 'JOIN #one');
    const heard = async (client: MemoryClient, texts: readonly string[]) => {
      const lines: string[] = [];
      const missing = () => texts.filter((text) => !said(lines, text));
      await until(() => {
        lines.push(...client.received());
        return missing().length === 0;
      });
    };
    const now = () => Math.floor(Date.now() / 1000);
    const created = Math.floor(ours.irc.server.state.findChannel('#one')!.createdMs / 1000);
    const theirs = await RawServer.link(ircu.serverPort, INTRODUCED(now()));
    await until(() => ours.irc.server.state.findServer(SERVICES) !== undefined);
    theirs.say(...serviceLines('AH', bob.user!.numeric, 'bob', now(), created));
    await theirs.hears(/^\S+ L #one/);
    theirs.say(...lastLines(bob.user!.numeric, 'bob'));
    await heard(bob, read('bob'));
    await theirs.hears(/ 318 AFAAA /);
    await theirs.hears(/ 351 AFAAA /);
    await theirs.hears(/ 219 AFAAA /);
    theirs.say('AF SQ services.test 0 :done');
    await until(() => ours.irc.server.state.findServer(SERVICES) === undefined);
    theirs.close();

    const eve = await oper('eve');
    eve.send('MODE eve +w', 'JOIN #one');
    const { state } = ours.irc.server;
    await until(() => state.findChannel('#one')?.members.some(({ user }) => user.nick === 'eve') === true);
    const mine = await RawServer.link(ours.port, INTRODUCED(now()));
    const { numeric } = state.findUser('eve')!;
    const made = Math.floor(state.findChannel('#one')!.createdMs / 1000);
    mine.say(`AFAAA RI sb.test AB :how far`);
    await mine.hears(/^AB RO AFAAA sb\.test \d+ :how far/);
    mine.say(...serviceLines('AB', numeric, 'eve', now(), made));
    await mine.hears(/^\S+ L #one/);
    mine.say(...lastLines(numeric, 'eve'));
    await until(() => read('eve').every((text) => said(eve.lines, text)));
    await mine.hears(/ 318 AFAAA /);
    await mine.hears(/ 351 AFAAA /);
    await mine.hears(/ 219 AFAAA /);
    mine.close();
    await until(() => state.findServer(SERVICES) === undefined);
    expect(ours.row(IRCU)).toMatchObject({ state: 'linked' });
  });

  it('moves a thousand users with it, settles nicks and channels that both have, and again when ircu calls after a split', async () => {
    const { state } = ours.irc.server;
    const seconds = Math.floor(Date.now() / 1000);
    const [elder, younger, watcher] = await Promise.all(['elder', 'younger', 'watcher'].map(oper));
    younger!.send('JOIN #fight', 'MODE #fight +l 5');
    await younger!.hears('MODE #fight +l 5');
    const person = (nick: string, index: number, since: number) =>
      `AF N ${nick} 1 ${since} of-${nick} far.test +i AAAAAA AF${toBase64(index, 3)} :Real ${nick}`;
    const people = Array.from({ length: 1_000 }, (_, i) => person(`u${i}`, i, seconds - 600));
    const members = Array.from({ length: 50 }, (_, i) => `AF${toBase64(i, 3)}${i === 0 ? ':o' : ''}`);
    const far = await RawServer.link(
      ours.port,
      ...people,
      person('elder', 1_000, seconds - 600),
      person('younger', 1_001, seconds + 600),
      // Those without status come first: the status of one holds for those after it.
      `AF B #fight ${seconds - 600} +tnk key ${[...members.slice(1), members[0]].join(',')}`,
    );
    /** Who has which nick, and what the channel is, here and there. */
    const agree = async () => {
      await until(() => state.findUser('younger')?.server.name === IRCU);
      expect(state.findUser('elder')?.server.name).toBe(SERVICES);
      // The end of its burst says nothing of ours, which it may be reading still.
      const whois = / 318 watcher /;
      await watcher!.asksUntil('WHOIS u999', whois, ' 311 watcher u999 of-u999 far.test ');
      await watcher!.asksUntil('WHOIS elder', whois, ' 311 watcher elder of-elder far.test ');
      await watcher!.asksUntil('MODE #fight', / (?:329|403) watcher #fight /, ' 324 watcher #fight +tnk');
      const channel = state.findChannel('#fight')!;
      expect([channel.members.length, channel.joinKey, channel.limit]).toEqual([50, 'key', null]);
    };
    await called();
    await elder!.hears('overruled by older nick');
    await younger!.hears('KICK #fight younger :Net Rider');
    await far.hears(/^(?:AB|AH) D AFAPp/);
    await agree();

    watcher!.send('SQUIT sb.test :move');
    await until(() => ours.links.desk.standing === 1 && ours.row(IRCU)?.state !== 'linked');
    far.say(person('younger', 1_001, seconds + 600));
    watcher!.send('CONNECT sb.test');
    await linked();
    expect(ours.row(IRCU)).toMatchObject({ direction: 'in' });
    await agree();
    for (const client of [elder, younger, watcher]) client!.close();
    far.close();
    await until(() => state.findServer(SERVICES) === undefined);
  });

  it('has said and heard every word of the transcripts of real servers by now, or it is written why not', async () => {
    // It pings a link that is silent for long; its operators do so at once.
    await called();
    const pinger = await oper('pinger');
    pinger.send('PING pinger sb.test');
    await until(() => seen.in.has('G'));
    pinger.close();
    const words = [...transcriptTokens()];
    expect(words.length).toBeGreaterThan(60);
    // Numerics of ircu are asked for above; ours answer in their own.
    const missing = (direction: 'in' | 'out') =>
      words.filter((word) => !seen[direction].has(word) && NOT_SAID[direction][word] === undefined);
    expect(missing('in')).toEqual([]);
    expect(missing('out').filter((word) => !/^\d{3}$/.test(word))).toEqual([]);
    for (const direction of ['in', 'out'] as const)
      for (const word of Object.keys(NOT_SAID[direction])) {
        expect(words).toContain(word);
        expect(seen[direction].has(word), `${word} was said after all`).toBe(false);
      }
  });
});
