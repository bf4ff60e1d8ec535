/** Who ranks over whom on a channel, with owners (q), the protected (a) and halfops (h): what each may do, and to whom. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CMODE, STATUS, STATUS_LETTERS, statusBits, statusSigns } from '../../irc/modes.ts';
import { MemoryAuthority } from '../accounts/memory-authority.ts';
import { EXTRA_STATUS, ircdConfigSchema, OPER_FLAGS } from '../config.ts';
import { channelOf, channelRecordSchema, recordOf } from '../journal/channel-record.ts';
import { LinkedServer, linkLines, settle, Wire } from '../links/memory-links.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';

let irc: MemoryServer;
let root: MemoryClient;
let ann: MemoryClient;
let bob: MemoryClient;

const all = () => [root, ann, bob];
const channel = () => irc.server.state.findChannel('#c')!;
const memberOf = (client: MemoryClient) => client.user!.memberships.get(channel());

function hush(): void {
  for (const client of all()) client.received();
}

/** Has somebody on the channel with the status of these letters and no other. */
function rank(client: MemoryClient, letters: string): void {
  if (memberOf(client) === undefined) client.send('JOIN #c');
  memberOf(client)!.status = statusBits(letters);
  hush();
}

function start(config: Parameters<typeof ircdConfigSchema.parse>[0] = {}): void {
  irc = new MemoryServer(ircdConfigSchema.parse({ server_name: 'irc.test', ...(config as object) }));
  root = irc.join('root');
  irc.promote(root, OPER_FLAGS);
  ann = irc.join('ann', 'message-tags echo-message draft/message-redaction');
  bob = irc.join('bob', 'message-tags multi-prefix draft/message-redaction');
  for (const client of all()) client.send('JOIN #c');
  hush();
}

afterEach(() => irc.close());

describe('with all of them', () => {
  beforeEach(() => start({ channel_status: [...EXTRA_STATUS] }));

  /** Who does it in the row, to whom in the column. */
  const TO = ['', 'v', 'h', 'o', 'a', 'q'] as const;
  const NOBODY = '......';
  const BELOW_OP = 'xxxx..';
  const ALL = 'xxxxxx';
  const by = (h: string, o: string, a: string, q: string) => ({ '': NOBODY, v: NOBODY, h, o, a, q });
  it.each([
    ['KICK #c bob', '', by('xx....', BELOW_OP, BELOW_OP, ALL)],
    ['MODE #c +v bob', '', by(ALL, ALL, ALL, ALL)],
    ['MODE #c -v bob', 'v', by('xx....', BELOW_OP, BELOW_OP, ALL)],
    ['MODE #c +h bob', '', by(NOBODY, ALL, ALL, ALL)],
    ['MODE #c -h bob', 'h', by(NOBODY, BELOW_OP, BELOW_OP, ALL)],
    ['MODE #c +o bob', '', by(NOBODY, ALL, ALL, ALL)],
    ['MODE #c -o bob', 'o', by(NOBODY, BELOW_OP, BELOW_OP, ALL)],
    ['MODE #c +a bob', '', by(NOBODY, NOBODY, NOBODY, ALL)],
    ['MODE #c -a bob', 'a', by(NOBODY, NOBODY, NOBODY, ALL)],
    ['MODE #c +q bob', '', by(NOBODY, NOBODY, NOBODY, ALL)],
    ['MODE #c -q bob', 'q', by(NOBODY, NOBODY, NOBODY, ALL)],
  ] as const)(
    '%s is done by whoever ranks over bob, and is refused to everybody else',
    (line, had, expected) => {
      const letter = /^MODE #c \+(\w)/.exec(line)?.[1] ?? null;
      for (const [actor, row] of Object.entries(expected)) {
        let seen = '';
        for (const target of TO) {
          rank(ann, actor);
          rank(bob, letter === target ? '' : target + had);
          const before = memberOf(bob)!.status;
          const [answer = ''] = ann.send(line);
          const done = memberOf(bob)?.status !== before;
          expect(/^:irc\.test 482 ann #c :/.test(answer), `${actor} ${target}: ${answer}`).toBe(!done);
          seen += done ? 'x' : '.';
        }
        expect(`${actor}: ${seen}`).toBe(`${actor}: ${row}`);
      }
    },
  );

  it('everybody may take from themselves what they have, and kick themselves', () => {
    for (const letters of ['h', 'o', 'a', 'q', 'qaohv']) {
      rank(ann, letters);
      for (const letter of letters) {
        // With nothing left but a voice one keeps no order any more.
        if (memberOf(ann)!.isHalfop && letter !== 'v') ann.send(`MODE #c -${letter} ann`);
      }
      expect(memberOf(ann)!.status & ~STATUS.voice, letters).toBe(0);
      rank(ann, letters);
      ann.send('KICK #c ann');
      expect(memberOf(ann), letters).toBeUndefined();
    }
  });

  it('halfops keep order: topic, bans, keys, flags and invitations; what is kept is for operators, and voices do none of it', () => {
    for (const [line, least] of [
      ['TOPIC #c :new', 'h'],
      ['MODE #c +b *!*@spam.example', 'h'],
      ['MODE #c +k key', 'h'],
      ['MODE #c +l 5', 'h'],
      ['MODE #c +m', 'h'],
      ['MODE #c +H', 'o'],
      ['MODE #c +Q', 'o'],
      ['MODE #c +f [5j]:10', 'o'],
      ['MODE #c -L', 'o'],
      ['INVITE eve #c', 'h'],
    ] as const) {
      const eve = irc.join('eve');
      for (const letters of ['v', 'h', 'o', 'a', 'q']) {
        rank(ann, letters);
        channel().modes = CMODE.inviteOnly | CMODE.topicLocked;
        const refused = ann.send(line).some((answer) => answer.startsWith(':irc.test 482 ann #c'));
        expect(`${line} ${letters} ${refused}`).toBe(
          `${line} ${letters} ${statusBits(letters) < statusBits(least)}`,
        );
      }
      eve.drop();
    }
  });

  it('an invitation of a halfop lets in past i, k and bans, and they hear of a KNOCK', () => {
    rank(ann, 'h');
    rank(bob, 'v');
    const eve = irc.join('eve');
    ann.send('MODE #c +ib eve!*@*');
    hush();
    eve.send('KNOCK #c');
    channel().bans.remove('eve!*@*');
    channel().banRevision++;
    eve.send('KNOCK #c');
    expect([ann.received(), bob.received()]).toEqual([
      [':irc.test 710 ann #c eve!~eve@192.0.2.1 :has asked for an invite.'],
      [],
    ]);
    ann.send('MODE #c +b eve!*@*', 'INVITE eve #c');
    eve.send('JOIN #c');
    expect(memberOf(eve)?.status).toBe(0);
  });

  it('a message is taken back by whoever ranks over the one who said it', () => {
    for (const [actor, row] of Object.entries(by('xx....', BELOW_OP, BELOW_OP, ALL))) {
      let seen = '';
      for (const target of TO) {
        rank(bob, target);
        rank(ann, actor);
        bob.send('PRIVMSG #c :words');
        const id = /msgid=([^ ;]+)/.exec(ann.received()[0] ?? '')![1]!;
        const [answer = ''] = ann.send(`REDACT #c ${id}`);
        seen += answer.includes(' REDACT #c ') && !answer.includes('FAIL') ? 'x' : '.';
        if (seen.endsWith('.')) expect(answer).toContain('REDACT_FORBIDDEN');
      }
      expect(`${actor}: ${seen}`).toBe(`${actor}: ${row}`);
    }
  });

  it('what is said with a sign is heard by whoever ranks as high', () => {
    rank(ann, 'q');
    for (const [sign, heardBy] of [
      ['+', 'vhoaq'],
      ['%', 'hoaq'],
      ['@', 'oaq'],
      ['&', 'aq'],
      ['~', 'q'],
    ] as const) {
      let heard = '';
      for (const letter of ['', 'v', 'h', 'o', 'a', 'q']) {
        rank(bob, letter);
        ann.send(`PRIVMSG ${sign}#c :words`, `@+typing=active TAGMSG ${sign}#c`);
        const lines = bob.received().map((line) => line.replace(/^@\S+ /, ''));
        if (lines.length > 0) heard += letter;
        const source = ':ann!~ann@192.0.2.1';
        if (lines.length > 0)
          expect(lines).toEqual([`${source} PRIVMSG ${sign}#c :words`, `${source} TAGMSG ${sign}#c`]);
      }
      expect(sign + heard).toBe(sign + heardBy);
    }
  });

  it('their signs stand before nicks, the highest first, and in what the server supports', () => {
    for (const [letters, sign] of [
      ['qaohv', '~'],
      ['aov', '&'],
      ['ohv', '@'],
      ['hv', '%'],
      ['v', '+'],
      ['', ''],
    ] as const) {
      rank(ann, letters);
      rank(bob, '');
      const signs = statusSigns(statusBits(letters));
      expect(root.send('NAMES #c')[0]).toContain(` ${sign}ann `);
      expect(bob.send('NAMES #c')[0]).toContain(` ${signs}ann `);
      expect(root.send('WHO ann')[0]).toContain(' ann H ');
      expect(root.send('WHO #c').join()).toContain(` ann H${sign} `);
      expect(bob.send('WHO #c').join()).toContain(` ann H${signs} `);
      expect(bob.send('WHO #c %no').join()).toContain(
        ` ann ${statusBits(letters) >= STATUS.op ? 999 : 'n/a'}`,
      );
      expect(root.send('WHOIS ann')[1]).toContain(` :${sign}#c`);
      expect(bob.send('WHOIS ann')[1]).toContain(` :${signs}#c`);
    }
    const support = irc.server.isupport.join(' ');
    expect(support).toContain(' PREFIX=(qaohv)~&@%+ ');
    expect(support).toContain(' STATUSMSG=~&@%+ ');
  });

  it('each needs a nick, and as many changes go into one line as of any other', () => {
    rank(ann, 'q');
    expect(ann.send('MODE #c +q')).toEqual([':irc.test 461 ann MODE :Not enough parameters']);
    ann.send('MODE #c +qah bob bob bob');
    expect(bob.received()).toEqual([':ann!~ann@192.0.2.1 MODE #c +qah bob bob bob']);
    const most = irc.server.tuning.get('modes_per_command');
    expect(
      ann
        .send(`MODE #c -${'h'.repeat(most)}aq ${'bob '.repeat(most + 2)}`)
        .filter((line) => line.includes(' 696 ')),
    ).toHaveLength(2);
  });

  it('operators of the network give and take all of it with SAMODE', () => {
    rank(bob, 'qo');
    root.send('SAMODE #c -qo+a bob bob ann');
    expect([memberOf(bob)!.status, memberOf(ann)!.status & STATUS.protected]).toEqual([0, STATUS.protected]);
  });

  it('are kept beyond a crash by account, and given back on JOIN', () => {
    root.user!.account = 'root';
    ann.user!.account = 'Ann';
    bob.user!.account = 'bob';
    rank(root, 'qo');
    rank(ann, 'ah');
    rank(bob, 'hv');
    const record = channelRecordSchema.parse(JSON.parse(JSON.stringify(recordOf(channel()))));
    if (record.kind !== 'channel') throw new Error('expected a channel');
    const { restored } = channelOf(record, Date.now() + 60_000);
    for (const [account, letters] of [
      ['root', 'qo'],
      ['ann', 'ah'],
      ['bob', 'hv'],
    ] as const)
      expect(restored!.of(account), account).toBe(statusBits(letters));
    for (const client of all()) client.send('PART #c');
    irc.server.state.restore(channelOf(record, Date.now() + 60_000));
    for (const client of all()) client.send('JOIN #c');
    expect(all().map((client) => memberOf(client)!.prefix(true))).toEqual(['~@', '&%', '%+']);
    // Of what one had there is nothing in the record where there was none.
    rank(root, 'o');
    rank(ann, '');
    rank(bob, 'v');
    channel().restored = null;
    expect(Object.keys(JSON.parse(JSON.stringify(recordOf(channel()))))).not.toContain('halfops');
  });
});

describe('without them', () => {
  beforeEach(() => start());

  it('nobody has one of before a restart, of which nobody would see it', () => {
    ann.user!.account = 'ann';
    rank(ann, 'qv');
    const record = channelRecordSchema.parse(JSON.parse(JSON.stringify(recordOf(channel()))));
    if (record.kind !== 'channel') throw new Error('expected a channel');
    for (const client of all()) client.send('PART #c');
    irc.server.state.restore(channelOf(record, Date.now() + 60_000));
    ann.send('JOIN #c');
    expect(memberOf(ann)!.status).toBe(STATUS.voice);
  });

  it('their letters are unknown, take no parameter, and their signs stand before no channel', () => {
    rank(ann, 'o');
    for (const letter of 'qah') {
      rank(bob, '');
      expect(ann.send(`MODE #c +${letter}v bob`).map((line) => line.replace(/^@\S+ /, ''))).toEqual([
        `:irc.test 472 ann ${letter} :is unknown mode char to me`,
        ':ann!~ann@192.0.2.1 MODE #c +v bob',
      ]);
    }
    expect(memberOf(bob)!.status).toBe(STATUS.voice);
    for (const sign of '~&%')
      expect(ann.send(`PRIVMSG ${sign}#c :x`)).toEqual([`:irc.test 401 ann ${sign}#c :No such nick/channel`]);
    const support = irc.server.isupport.join(' ');
    expect(support).toContain(' PREFIX=(ov)@+ ');
    expect(support).toContain(' STATUSMSG=@+ ');
  });

  it('what another server gives all the same is shown to nobody', () => {
    rank(ann, 'qo');
    expect(root.send('NAMES #c')[0]).toContain(' @ann ');
    expect(bob.send('NAMES #c')[0]).toContain(' @ann ');
  });
});

it('the founder of a channel of an account is its owner, where there are owners', async () => {
  const authority = new MemoryAuthority({ ann: 'sesame' });
  authority.own({ channel: '#tea', founder: 'ann', createdAt: 1_000, registeredAt: 2_000, access: [] });
  for (const [channel_status, signs] of [
    [['owner'], '~@'],
    [[], '@'],
  ]) {
    irc?.close();
    irc = new MemoryServer(
      ircdConfigSchema.parse({ server_name: 'irc.test', channel_status }),
      null,
      undefined,
      authority,
    );
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    const founder = irc.join('ann');
    founder.user!.account = 'ann';
    const heard = founder.send('JOIN #tea');
    expect(founder.user!.memberships.values().next().value!.prefix(true)).toBe(signs);
    expect(heard[1]).toBe(`:irc.test MODE #tea +${signs === '@' ? 'o ann' : 'qo ann ann'}`);
  }
});

describe('between servers', () => {
  let here: LinkedServer;
  let there: LinkedServer;
  beforeEach(() => {
    irc = new MemoryServer();
    here = new LinkedServer('here.test', 1);
    there = new LinkedServer('there.test', 2);
    for (const { irc: one } of [here, there])
      one.server.configure({ ...one.server.config, channel_status: [...EXTRA_STATUS] }, null);
  });
  afterEach(() => {
    for (const server of [here, there]) server.close();
  });

  const on = (server: LinkedServer) =>
    (server.state.findChannel('#c')?.members ?? []).map((one) => one.prefix(true) + one.user.nick).sort();
  const give = (client: MemoryClient, letters: string) => {
    client.user!.memberships.values().next().value!.status = statusBits(letters);
  };

  it('of our own kind all of it is told, in a burst, as it changes, with whoever joins, and who hears what', () => {
    const one = here.irc.join('one', 'message-tags');
    const two = there.irc.join('two', 'message-tags');
    one.send('JOIN #c');
    give(one, 'qaoh');
    const wire = new Wire(here, there);
    settle(wire);
    two.send('JOIN #c');
    settle(wire);
    one.send('MODE #c +h two');
    settle(wire);
    expect([on(here), on(there)]).toEqual([
      ['%two', '~&@%one'],
      ['%two', '~&@%one'],
    ]);
    for (const client of [one, two]) client.received();
    one.send('PRIVMSG @#c :ops', 'PRIVMSG %#c :all');
    settle(wire);
    expect(two.received().map((line) => line.replace(/^@\S+ /, ''))).toEqual([
      ':one!~one@192.0.2.1 PRIVMSG %#c :all',
    ]);
    // A halfop there may kick nobody who ranks higher, and takes away no more than that.
    expect(two.send('KICK #c one')).toEqual([
      ':there.test 482 two #c :You may not kick one, who ranks too high',
    ]);
    one.send('MODE #c -qao one one one');
    settle(wire);
    expect([on(here), on(there)]).toEqual([
      ['%one', '%two'],
      ['%one', '%two'],
    ]);
  });

  it('a younger channel loses all of it', () => {
    const old = here.irc.join('old');
    old.send('JOIN #c');
    here.state.findChannel('#c')!.createdMs = 1_000_000_000_000;
    const young = there.irc.join('young');
    young.send('JOIN #c');
    give(young, 'qaohv');
    const wire = new Wire(here, there);
    settle(wire);
    expect([on(here), on(there)]).toEqual([
      ['@old', 'young'],
      ['@old', 'young'],
    ]);
  });

  it.each([
    ['ircu', false, ':o', false],
    ['nefarious', false, ':o', false],
    ['nefarious', true, ':oh', true],
  ] as const)('%s with halfops = %s is told what it holds, and heard so', (kind, halfops, burst, knows) => {
    const one = here.irc.join('one');
    one.send('JOIN #c');
    give(one, 'qaoh');
    const peer = linkLines(here, { name: 'far.test', numeric: 'AC', kind, halfops });
    expect(peer.sent.find((line) => line.includes(' B #c '))).toMatch(new RegExp(`${burst}$`));
    peer.link!.take('AC N far 1 1 far host AAAAAA ACAAA :Far');
    peer.link!.take(`ACAAA J #c ${Math.floor(here.state.findChannel('#c')!.createdMs / 1000)}`);
    peer.sent.length = 0;
    one.send(
      'MODE #c +qahv far far far far',
      'PRIVMSG %#c :half',
      'PRIVMSG &#c :protected',
      'PRIVMSG +#c :voiced',
    );
    const changed = knows ? '+hv ACAAA ACAAA' : '+v ACAAA';
    expect(peer.sent).toEqual([
      expect.stringMatching(new RegExp(`^\\w+ M #c ${changed.replace('+', '\\+')} \\d+$`)),
      expect.stringMatching(knows ? / WH #c :half$/ : / WC #c :half$/),
      expect.stringMatching(/ WV #c :voiced$/),
    ]);
    give(one, 'o');
    peer.link!.take('AC M #c -h ACAAA');
    peer.link!.take('AC M #c +h ABAAA');
    expect(on(here)).toContain(knows ? '@%one' : '@one');
  });

  it('a letter that is no status where it is said gives none: the flag a of Nefarious', () => {
    const one = here.irc.join('one');
    one.send('JOIN #c');
    give(one, 'ao');
    const peer = linkLines(here, { name: 'far.test', numeric: 'AC', kind: 'nefarious' });
    peer.link!.take('AC M #c +a');
    peer.link!.take('AC CM #c a');
    expect(on(here)).toEqual(['&@one']);
    peer.link!.take('AC CM #c o');
    expect(on(here)).toEqual(['&one']);
  });
});

it('each status outranks all below it together', () => {
  const bits = [...STATUS_LETTERS.values()];
  for (const [at, bit] of bits.entries())
    expect(bits.slice(at + 1).reduce((sum, lower) => sum + lower, 0)).toBeLessThan(bit);
});
