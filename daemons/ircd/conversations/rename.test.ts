/** RENAME (IRCv3 channel-rename): who may, what is refused, what stays, and what everybody hears. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { workPrices } from '../../runtime/async/work-prices.ts';
import { MemoryAuthority } from '../accounts/memory-authority.ts';
import { NAME_NS } from '../commands/names.ts';
import { EXTRA_STATUS, ircdConfigSchema } from '../config.ts';
import { limits } from '../limits.ts';
import { introduce, linkServer } from '../memory-network.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';

const CAP = 'draft/channel-rename';
const OP = ':op!~op@192.0.2.1';
const config = (settings: object = {}) => ircdConfigSchema.parse({ server_name: 'irc.test', ...settings });

let irc: MemoryServer;
let op: MemoryClient;
let ann: MemoryClient;
let bob: MemoryClient;

function start(settings: object = {}, authority?: MemoryAuthority): void {
  irc = new MemoryServer(config(settings), null, undefined, authority);
  op = irc.join('op', CAP);
  ann = irc.join('ann', CAP);
  bob = irc.join('bob');
  for (const client of [op, ann, bob]) client.send('JOIN #c');
  for (const client of [op, ann, bob]) client.received();
}
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
  start();
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

const find = (name: string) => irc.server.state.findChannel(name);
const fail = (code: string, names: string, text: string) => [
  `:irc.test FAIL RENAME ${code} ${names} :${text}`,
];

describe('a channel that is renamed', () => {
  it('is called otherwise for those who know RENAME, and for others left and entered', () => {
    op.send('TOPIC #c :News');
    for (const client of [op, ann, bob]) client.received();
    expect(op.send('RENAME #C #d :too short')).toEqual([`${OP} RENAME #c #d :too short`]);
    expect(ann.received()).toEqual([`${OP} RENAME #c #d :too short`]);
    expect(bob.received()).toEqual([
      ':bob!~bob@192.0.2.1 PART #c :too short',
      ':bob!~bob@192.0.2.1 JOIN #d',
      ':irc.test 332 bob #d :News',
      ':irc.test 333 bob #d op!~op@192.0.2.1 1767225600',
      ':irc.test 353 bob = #d :@op ann bob',
      ':irc.test 366 bob #d :End of /NAMES list',
    ]);
    expect(find('#c')).toBeUndefined();
    expect(ann.send('PRIVMSG #d :hi').concat(bob.received())).toEqual([':ann!~ann@192.0.2.1 PRIVMSG #d :hi']);
  });

  it('has an empty reason where none was given, and PART has none', () => {
    expect(op.send('RENAME #c #d')).toEqual([`${OP} RENAME #c #d :`]);
    expect(bob.received()[0]).toBe(':bob!~bob@192.0.2.1 PART #c');
  });

  it('is renamed by who does not know RENAME too, and hears of it as others do', () => {
    op.send('MODE #c +o bob');
    expect(bob.send('RENAME #c #d').slice(0, 4)).toEqual([
      ':op!~op@192.0.2.1 MODE #c +o bob',
      ':bob!~bob@192.0.2.1 PART #c',
      ':bob!~bob@192.0.2.1 JOIN #d',
      ':irc.test 353 bob = #d :@op ann @bob',
    ]);
  });

  it('in case alone is told to those who know RENAME and to nobody else', () => {
    expect(op.send('RENAME #c #C')).toEqual([`${OP} RENAME #c #C :`]);
    expect(bob.received()).toEqual([]);
    expect(find('#c')?.name).toBe('#C');
  });

  it('tells of the JOIN as each asked for it', () => {
    const cat = irc.join('cat', 'extended-join no-implicit-names draft/read-marker');
    cat.send('JOIN #c', 'MARKREAD #c timestamp=2025-01-01T00:00:00.000Z');
    cat.received();
    op.send('RENAME #c #d');
    expect(cat.received()).toEqual([
      ':cat!~cat@192.0.2.1 PART #c',
      ':cat!~cat@192.0.2.1 JOIN #d * :Real cat',
      ':irc.test MARKREAD #d timestamp=2025-01-01T00:00:00.000Z',
    ]);
    expect(cat.send('MARKREAD #c')).toEqual([':irc.test MARKREAD #c *']);
  });

  it('keeps members, modes, lists, invitations, values and age, and leaves the old name to whoever comes', () => {
    op.send('JOIN #e', 'MODE #c +iklL key 9 #e', 'MODE #c +bv x!*@* ann');
    irc.server.metadata.set(find('#c')!, 'url', 'https://example.test');
    const eve = irc.join('eve');
    op.send('INVITE eve #c', 'RENAME #c #d');
    op.received();
    expect(op.send('MODE #d')[0]).toBe(':irc.test 324 op #d +intklL key 9 #e');
    expect(op.send('MODE #d +b')[0]).toContain('367 op #d x!*@* op!~op@192.0.2.1');
    expect(irc.server.metadata.of(find('#d')!).get('url')).toBe('https://example.test');
    expect(find('#d')?.members.map((member) => member.prefix(true) + member.user.nick)).toEqual([
      '@op',
      '+ann',
      'bob',
    ]);
    eve.received();
    expect(eve.send('JOIN #d')[0]).toBe(':eve!~eve@192.0.2.1 JOIN #d');
    expect(eve.send('JOIN #c')[1]).toBe(':irc.test 353 eve = #c :@eve');
  });

  it('has what was said before, under its new name, and lets it be taken back', () => {
    irc.close();
    start({ history: { keep_minutes: 60, new_channels: true } });
    const caps = 'message-tags batch echo-message draft/multiline draft/chathistory draft/message-redaction';
    const cat = irc.join('cat', `${caps} draft/event-playback`);
    cat.send('JOIN #c');
    cat.received();
    const id = /msgid=([^; ]+)/.exec(cat.send('PRIVMSG #c :hi')[0]!)![1]!;
    cat.send(
      'BATCH +1 draft/multiline #c',
      '@batch=1 PRIVMSG #c :one',
      '@batch=1 PRIVMSG #c :two',
      'BATCH -1',
    );
    bob.send('NICK bert');
    op.send('RENAME #c #d');
    cat.received();
    const played = cat.send('CHATHISTORY LATEST #d * 10').map((line) => line.replace(/^@\S+ /, ''));
    expect(played.filter((line) => / (PRIVMSG|NICK) /.test(line))).toEqual([
      ':cat!~cat@192.0.2.1 PRIVMSG #d :hi',
      ':cat!~cat@192.0.2.1 PRIVMSG #d :one',
      ':cat!~cat@192.0.2.1 PRIVMSG #d :two',
      ':bob!~bob@192.0.2.1 NICK bert',
    ]);
    expect(played.join('\n')).not.toContain(' #c');
    expect(cat.send(`REDACT #d ${id}`)[0]).toContain(`REDACT #d ${id}`);
  });

  it('has its names among what happened, as they were then, for those alone who know RENAME', () => {
    irc.close();
    start({ history: { keep_minutes: 60, new_channels: true } });
    const caps = 'message-tags batch draft/chathistory draft/event-playback';
    const [cat, dan] = [irc.join('cat', `${caps} ${CAP}`), irc.join('dan', caps)];
    for (const client of [cat, dan]) client.send('JOIN #c');
    op.send('PRIVMSG #c :hi', 'RENAME #c #d :too short');
    vi.setSystemTime(Date.now() + limits.renameMs.default);
    op.send('RENAME #d #c');
    vi.setSystemTime(Date.now() + limits.renameMs.default);
    op.send('RENAME #c #e');
    const played = (client: MemoryClient) => {
      client.received();
      return client
        .send('CHATHISTORY LATEST #e * 100')
        .map((line) => line.replace(/^@\S+ /, ''))
        .filter((line) => / (PRIVMSG|RENAME) /.test(line));
    };
    expect(played(cat)).toEqual([
      `${OP} PRIVMSG #e :hi`,
      `${OP} RENAME #c #d :too short`,
      `${OP} RENAME #d #c :`,
      `${OP} RENAME #c #e :`,
    ]);
    expect(cat.send('CHATHISTORY LATEST #e * 1').join()).toMatch(/;msgid=|@msgid=/);
    expect(played(dan)).toEqual([`${OP} PRIVMSG #e :hi`]);
    expect(dan.send('CHATHISTORY LATEST #e * 1').join()).not.toContain(' RENAME ');
  });

  it('answers who asked for it under their label, in one line or, for who does not know RENAME, in a batch', () => {
    for (const [nick, caps, expected] of [
      ['cat', `labeled-response batch ${CAP}`, [/^@label=x :cat!\S+ RENAME #cat #dog :$/]],
      [
        'dan',
        'labeled-response batch',
        [
          /^@label=x :irc\.test BATCH \+(\S+) labeled-response$/,
          /^@batch=\S+ :dan!\S+ PART #dan$/,
          /^@batch=\S+ :dan!\S+ JOIN #dog$/,
          /^@batch=\S+ :irc\.test 353 dan /,
          /^@batch=\S+ :irc\.test 366 dan /,
          /^:irc\.test BATCH -/,
        ],
      ],
    ] as const) {
      const client = irc.join(nick, caps);
      client.send(`JOIN #${nick}`);
      client.received();
      const lines = client.send(`@label=x RENAME #${nick} #dog`);
      expect(lines).toHaveLength(expected.length);
      for (const [at, form] of expected.entries()) expect(lines[at]).toMatch(form);
      client.send('PART #dog');
    }
  });

  it('asks masks that name channels anew', () => {
    op.send('MODE #c +m', 'MODE #c -m');
    const other = irc.join('other');
    other.send('JOIN #o', 'MODE #o +b ~c:#d');
    ann.send('JOIN #o');
    expect(ann.send('PRIVMSG #o :hi').some((line) => line.includes(' 404 '))).toBe(false);
    op.send('RENAME #c #d');
    ann.received();
    expect(ann.send('PRIVMSG #o :hi')[0]).toContain(' 404 ');
  });

  it('hides who is not seen yet: nobody hears of them, and they hear of themselves', () => {
    op.send('MODE #c +D');
    const cat = irc.join('cat');
    cat.send('JOIN #c');
    for (const client of [op, ann, bob, cat]) client.received();
    op.send('RENAME #c #d');
    expect(bob.received().join('\n')).not.toContain('cat');
    expect(ann.received()).toEqual([`${OP} RENAME #c #d :`]);
    expect(cat.received().slice(0, 2)).toEqual([
      ':cat!~cat@192.0.2.1 PART #c',
      ':cat!~cat@192.0.2.1 JOIN #d',
    ]);
    expect(op.send('NAMES #d')[0]).not.toContain('cat');
  });
});

describe('RENAME is refused', () => {
  const unchanged = (lines: readonly string[], client = op, line = 'RENAME #c #d') => {
    expect(client.send(line)).toEqual(lines);
    expect(find('#c')?.name).toBe('#c');
  };

  it('to who does not run the channel', () => {
    unchanged([":irc.test 482 ann #c :You're not channel operator"], ann);
    const eve = irc.join('eve');
    unchanged([":irc.test 442 eve #c :You're not on that channel"], eve);
    unchanged([':irc.test 403 op #x :No such channel'], op, 'RENAME #x #d');
    unchanged([':irc.test 461 op RENAME :Not enough parameters'], op, 'RENAME #c');
  });

  it('to operators where there are owners', () => {
    irc.close();
    start({ channel_status: [...EXTRA_STATUS] });
    unchanged([":irc.test 482 op #c :You're not channel operator"]);
    irc.promote(ann, ['override']);
    ann.send('SAMODE #c +q op');
    op.received();
    expect(op.send('RENAME #c #d')).toEqual([`${OP} RENAME #c #d :`]);
  });

  it('for names that no channel can have, or that are reserved', () => {
    for (const name of ['d', '&d', '#', '#a,b', `#${'x'.repeat(limits.channelNameBytes.default)}`])
      unchanged([`:irc.test 476 op ${name} :Bad channel mask`], op, `RENAME #c ${name}`);
    irc.server.bans.add({
      kind: 'resv',
      mask: '#d*',
      reason: 'kept free',
      by: 'x',
      setMs: 0,
      expiresMs: null,
    });
    expect(op.send('RENAME #c #d')[0]).toContain(' 476 op #d :');
    irc.promote(op, []);
    expect(op.send('RENAME #c #d')).toEqual([`${OP} RENAME #c #d :`]);
  });

  it('for its own name, and for one that another has', () => {
    unchanged(fail('CANNOT_RENAME', '#c #c', 'That is its name already'), op, 'RENAME #c #c');
    ann.send('JOIN #d');
    unchanged(fail('CHANNEL_NAME_IN_USE', '#c #d', 'The channel name is already taken'));
  });

  it('for a channel that is registered, and for a name that is', async () => {
    irc.close();
    const authority = new MemoryAuthority({ ann: 'sesame' });
    for (const channel of ['#c', '#d'])
      authority.own({ channel, founder: 'ann', createdAt: 1_000, registeredAt: 2_000, access: [] });
    start({}, authority);
    op.send('JOIN #e', 'JOIN #c');
    op.received();
    const unknown = 'Nobody knows now which channels are registered; try again later';
    expect(op.send('RENAME #e #f')).toEqual(fail('CANNOT_RENAME', '#e #f', unknown));
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    irc.server.state.findUser('op')!.memberships.get(find('#c')!)!.status = 4;
    op.received();
    unchanged(fail('CANNOT_RENAME', '#c #x', 'It is registered under this name'), op, 'RENAME #c #x');
    const taken = fail('CHANNEL_NAME_IN_USE', '#e #d', 'The channel name is already taken');
    expect(op.send('RENAME #e #d')).toEqual(taken);
    expect(op.send('RENAME #e #f')).toEqual([`${OP} RENAME #e #f :`]);
  });

  it('soon after it was renamed, but not to operators of the network', () => {
    op.send('RENAME #c #b', 'RENAME #b #c');
    const why = 'It has been renamed recently; try again in 60 seconds';
    expect(op.send('RENAME #b #c')).toEqual(fail('CANNOT_RENAME', '#b #c', why));
    vi.setSystemTime(Date.now() + limits.renameMs.default - 1);
    const almost = 'It has been renamed recently; try again in 1 seconds';
    expect(op.send('RENAME #b #c')).toEqual(fail('CANNOT_RENAME', '#b #c', almost));
    vi.setSystemTime(Date.now() + 1);
    expect(op.send('RENAME #b #c')).toEqual([`${OP} RENAME #b #c :`]);
  });

  it('where too many are on it', () => {
    const { default: most } = limits.renameMembers;
    for (let i = find('#c')!.members.length; i <= most; i++) {
      const user = introduce(irc.server.state, irc.server.state.me, `far${i}`);
      irc.server.state.join(user, '#c', 0);
    }
    unchanged(fail('CANNOT_RENAME', '#c #d', `More than ${most} are on it`));
    irc.server.state.part(find('#c')!.members.at(-1)!);
    expect(op.send('RENAME #c #d')).toEqual([`${OP} RENAME #c #d :`]);
  });

  it('with a reason that a spam filter refuses', () => {
    irc.promote(ann, ['spamfilter']);
    ann.send('SPAMFILTER ADD P block - no_ads :*buy*');
    unchanged(
      fail('CANNOT_RENAME', '#c #d', 'Refused by a spam filter: no ads'),
      op,
      'RENAME #c #d :buy things',
    );
  });

  it('with a reason for which a spam filter lets them go, who are on no channel then', () => {
    irc.promote(ann, ['spamfilter']);
    ann.send('SPAMFILTER ADD P kill - no_ads :*buy*');
    op.send('RENAME #c #d :buy things');
    expect(op.closedWith).toContain('no ads');
    expect(find('#d')).toBeUndefined();
    expect(
      find('#c')
        ?.members.map(({ user }) => user.nick)
        .sort(),
    ).toEqual(['ann', 'bob']);
    expect(bob.received().join()).not.toContain('#d');
  });

  it('while servers are linked that cannot rename channels', () => {
    linkServer(irc.server.state, 'far.test');
    const why = 'far.test knows channels by their names, and cannot rename them';
    unchanged(fail('CANNOT_RENAME', '#c #d', why));
  });
});

describe('an operator of the network', () => {
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it('renames any channel, which is written down and told to the others', async () => {
    const eve = irc.join('eve');
    irc.promote(eve, ['override']);
    eve.send('RENAME #c #d :abuse');
    await settled();
    expect(ann.received()).toEqual([':eve!~eve@192.0.2.1 RENAME #c #d :abuse']);
    expect(eve.received()).toEqual([
      ':irc.test NOTICE eve :*** eve!~eve@192.0.2.1 (oper test) used RENAME #c #d abuse',
    ]);
    eve.send('RENAME #d #e');
    await settled();
    expect(find('#e')?.members).toHaveLength(3);
    expect(irc.host.audits.map(({ command, ok, outcome }) => [command, ok, outcome])).toEqual([
      ['RENAME', true, 'renamed to #d'],
      ['RENAME', true, 'renamed to #e'],
    ]);
  });

  it('renames nothing who has left, or what has ended, before the deed was written down', async () => {
    const [eve, fay] = ['eve', 'fay'].map((nick) => irc.join(nick)) as [MemoryClient, MemoryClient];
    for (const client of [eve, fay]) irc.promote(client, ['override']);
    let write = () => {};
    const due: Promise<void>[] = [];
    irc.host.writeDeed = (may) => {
      const written = new Promise<void>((resolve) => {
        write = resolve;
      });
      due.push(written);
      return written.then(() => may);
    };
    eve.send('RENAME #c #d');
    eve.drop();
    write();
    await Promise.all(due);
    await settled();
    fay.send('RENAME #c #e');
    for (const client of [op, ann, bob]) client.send('PART #c');
    write();
    await Promise.all(due);
    await settled();
    expect([find('#c'), find('#d'), find('#e')]).toEqual([undefined, undefined, undefined]);
    expect(irc.host.audits.map(({ ok, outcome }) => [ok, outcome])).toEqual([
      [false, 'not_found: eve had left before'],
      [false, 'not_found: #c had ended before'],
    ]);
  });

  it('is refused what nobody may, and without the privilege what strangers may not', async () => {
    const eve = irc.join('eve');
    irc.promote(eve, ['kill']);
    expect(eve.send('RENAME #c #d')).toEqual([":irc.test 442 eve #c :You're not on that channel"]);
    irc.promote(eve, ['override']);
    eve.send('JOIN #d');
    eve.received();
    const answer = eve.send('RENAME #c #d');
    await settled();
    expect([...answer, ...eve.received()]).toEqual([
      ...fail('CHANNEL_NAME_IN_USE', '#c #d', 'The channel name is already taken'),
      ':irc.test NOTICE eve :*** RENAME failed: #c cannot be called #d',
    ]);
    expect(irc.host.audits).toMatchObject([{ ok: false, outcome: 'refused: #c cannot be called #d' }]);
  });
});

describe('a channel of many', () => {
  let due: (() => void)[];
  const drain = () => {
    for (let turns = 0; due.length > 0; turns++) {
      if (turns > 1000) throw new Error('it does not end');
      for (const callback of due.splice(0)) callback();
    }
  };

  it('is charged for what is looked through, and for each who is told that they have moved', () => {
    const spent: number[] = [];
    const { work } = irc.host;
    const spend = work.spend.bind(work);
    work.spend = (ns) => {
      spent.push(ns);
      return spend(ns);
    };
    irc.join('cat').send('JOIN #c');
    spent.length = 0;
    op.send('RENAME #c #d');
    expect(spent).toContain(
      (limits.recentMessages.default + irc.server.markers.accounts) * workPrices.skipped.ns,
    );
    // Bob and cat; four are on it.
    expect(spent.filter((ns) => ns === 2 * workPrices.message.ns + 4 * NAME_NS)).toHaveLength(2);
  });

  it('tells them in turns, while what is said there waits and whoever leaves meanwhile is told nothing', () => {
    irc.close();
    due = [];
    irc = new MemoryServer(config(), null, {
      turnMs: 1,
      sliceMs: 1,
      now: () => 0,
      schedule: (callback) => void due.push(callback),
    });
    op = irc.join('op', CAP);
    const others = ['a', 'b', 'c'].map((nick) => irc.join(nick));
    const [a, b, c] = others as [MemoryClient, MemoryClient, MemoryClient];
    drain();
    for (const client of [op, ...others]) client.send('JOIN #c');
    drain();
    for (const client of [op, ...others]) client.received();
    // Each price is a turn of its own.
    const { work } = irc.host;
    const spend = work.spend.bind(work);
    work.spend = (ns) => spend(ns) || true;
    op.send('RENAME #c #d');
    for (let turns = 0; a.received().length === 0; turns++) {
      if (turns > 20) throw new Error('nobody is told');
      for (const callback of due.splice(0)) callback();
    }
    op.received();
    op.send('PRIVMSG #d :hi');
    b.drop();
    expect([a, b, c].map((client) => client.received().filter((line) => line.includes('PRIVMSG')))).toEqual([
      [],
      [],
      [],
    ]);
    drain();
    const told = c.received().map((line) => line.replace(/^:(\S+?)!\S+ /, '$1 '));
    expect([told[0], told[1], told.at(-1)]).toEqual(['c PART #c', 'c JOIN #d', 'op PRIVMSG #d :hi']);
    expect(a.received().at(-1)).toContain('PRIVMSG #d :hi');
    expect(b.received()).toEqual([]);
    const { gate } = find('#d')!;
    expect([gate.holder, gate.waiting]).toEqual([null, []]);
    expect(irc.server.counters.handlerErrors).toBe(0);
  });
});
