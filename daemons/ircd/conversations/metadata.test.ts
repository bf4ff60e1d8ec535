/** METADATA (IRCv3 metadata, draft/metadata-3). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../limits.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import { Metadata } from '../state/metadata.ts';
import { User } from '../state/user.ts';

const CAP = 'draft/metadata-3 batch';

let irc: MemoryServer;
let ann: MemoryClient;
let bob: MemoryClient;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
  irc = new MemoryServer();
  ann = irc.join('ann', CAP);
  bob = irc.join('bob', CAP);
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

/** What a client reads, without the name of the server and with one name for all batches. */
const bare = (lines: readonly string[]) =>
  lines.map((line) =>
    line
      .replace(/^(@batch=)?\S+ (?::irc\.test )?/, '$1')
      .replace('@batch=', '| ')
      .replace(/BATCH ([+-])\S+/, 'BATCH $1'),
  );
const ask = (client: MemoryClient, ...lines: string[]) => bare(client.send(...lines));
/** Both are on #c, which ann operates. */
const meet = () => {
  ann.send('JOIN #c');
  bob.send('JOIN #c');
  ann.received();
};

describe('METADATA of a user', () => {
  it('is set, shown, listed, changed and taken away', () => {
    expect(ask(ann, 'METADATA * SET url :http://a b')).toEqual(['761 ann ann url * :http://a b']);
    expect(ask(ann, 'METADATA ANN SET avatar :')).toEqual(['761 ann ann avatar * :']);
    expect(ask(bob, 'METADATA ann GET url none $x')).toEqual([
      'BATCH + metadata ann',
      '| 761 bob ann url * :http://a b',
      '| 766 bob ann none :key not set',
      '| FAIL METADATA KEY_INVALID $x :Expected a key of a-z, 0-9 and _ . / - with at most 40 characters',
      'BATCH -',
    ]);
    expect(ask(ann, 'METADATA * SET url')).toEqual(['766 ann ann url :key not set']);
    expect(ask(bob, 'METADATA Ann LIST')).toEqual([
      'BATCH + metadata ann',
      '| 761 bob ann avatar * :',
      'BATCH -',
    ]);
    expect(ask(ann, 'METADATA * CLEAR')).toEqual([
      'BATCH + metadata ann',
      '| 766 ann ann avatar :key not set',
      'BATCH -',
    ]);
    expect(irc.server.metadata.bytes).toBe(0);
  });

  it('is theirs alone to change', () => {
    ask(bob, 'METADATA * SET color :red');
    expect(ask(ann, 'METADATA bob SET color :blue')[0]).toContain('METADATA KEY_NO_PERMISSION bob color :');
    expect(ask(ann, 'METADATA bob SET color')[0]).toContain('METADATA KEY_NO_PERMISSION bob color :');
    expect(ask(ann, 'METADATA bob CLEAR')[0]).toContain('METADATA KEY_NO_PERMISSION bob * :');
    expect(ask(bob, 'METADATA * LIST')[1]).toBe('| 761 bob bob color * :red');
  });

  it('is told by WHOIS to who knows what it is, and gone with them', () => {
    ask(ann, 'METADATA * SET url :x');
    expect(ask(bob, 'WHOIS ann')).toContain('760 bob ann url * :x');
    expect(irc.join('old').send('WHOIS ann').join()).not.toContain(' 760 ');
    ann.drop();
    expect(irc.server.metadata.bytes).toBe(0);
    expect(ask(irc.join('ann', CAP), 'METADATA * LIST')).toHaveLength(2);
  });

  it('may be set before the connection is complete, and stands in the welcome then', () => {
    const cat = irc.connect();
    cat.send('CAP LS 302', `CAP REQ :${CAP}`, 'NICK cat');
    expect(
      ask(cat, 'METADATA * SET url :x', 'METADATA * SUB url', 'METADATA * GET url').map((line) =>
        line.replace('cat', '*'),
      ),
    ).toEqual(['761 * cat url * :x', '770 * url', 'BATCH + metadata *', '| 761 * cat url * :x', 'BATCH -']);
    expect(ask(cat, 'METADATA ann GET url')[0]).toContain('METADATA INVALID_TARGET ann :');
    const welcome = ask(cat, 'USER cat 0 * :c', 'CAP END');
    const begin = welcome.indexOf('BATCH + metadata cat');
    expect(welcome.slice(begin, begin + 3)).toEqual([
      'BATCH + metadata cat',
      '| 761 cat cat url * :x',
      'BATCH -',
    ]);
    expect(begin).toBeLessThan(welcome.findIndex((line) => line.startsWith('422 ')));
  });
});

describe('METADATA of a channel', () => {
  it('is for its operators to change', () => {
    meet();
    expect(ask(bob, 'METADATA #c SET url :x')[0]).toContain('METADATA KEY_NO_PERMISSION #c url :');
    expect(ask(bob, 'METADATA #c CLEAR')[0]).toContain('METADATA KEY_NO_PERMISSION #c * :');
    expect(ask(ann, 'METADATA #C SET url :x')).toEqual(['761 ann #c url * :x']);
    expect(ask(bob, 'METADATA #c GET url')[1]).toBe('| 761 bob #c url * :x');
    ann.send('PART #c');
    bob.send('PART #c');
    expect(irc.server.metadata.bytes).toBe(0);
  });

  it.each(['i', 's', 'p', 'k key'])('is hidden from who is not on one with +%s', (mode) => {
    ann.send('JOIN #c');
    ask(ann, 'METADATA #c SET url :hidden');
    expect(ask(bob, 'METADATA #c LIST')).toHaveLength(3);
    ann.send(`MODE #c +${mode}`);
    for (const what of ['GET url', 'LIST', 'SYNC', 'SET url :x', 'CLEAR'])
      expect(ask(bob, `METADATA #c ${what}`)[0], what).toContain('METADATA INVALID_TARGET #c :');
    irc.promote(bob, ['auspex']);
    bob.received();
    expect(ask(bob, 'METADATA #c LIST')).toHaveLength(3);
  });
});

describe('subscriptions', () => {
  it('bring what changes of users on the same channel, of who is monitored, and of channels', () => {
    const eve = irc.join('eve', CAP);
    eve.send('METADATA * SUB url', 'MONITOR + ann');
    bob.send('METADATA * SUB url');
    expect(ask(ann, 'METADATA * SET url :x')).toHaveLength(1);
    expect(bare(bob.received())).toEqual([]);
    expect(bare(eve.received())).toEqual(['761 * ann url * :x']);
    meet();
    bob.received();
    ann.send(
      'METADATA * SET url :y',
      'METADATA * SET other :y',
      'METADATA #c SET url :z',
      'METADATA * SET url',
      'METADATA #c CLEAR',
    );
    expect(bare(bob.received())).toEqual([
      '761 * ann url * :y',
      '761 * #c url * :z',
      '766 * ann url :key not set',
      '766 * #c url :key not set',
    ]);
    // Whoever changes it has the answer.
    ann.send('METADATA * SUB url');
    expect(ask(ann, 'METADATA * SET url :a')).toEqual(['761 ann ann url * :a']);
    bob.send('METADATA * UNSUB url');
    ask(ann, 'METADATA * SET url :b');
    expect(bob.received()).toEqual([]);
    bob.send('METADATA * SUB url', 'CAP REQ :-batch');
    bob.received();
    ask(ann, 'METADATA * SET url :c');
    expect(bob.received()).toEqual([]);
  });

  it('are told what there is on entering a channel, or to ask for it where it is large', async () => {
    ann.send('JOIN #c', 'METADATA * SET url :x', 'METADATA #c SET url :z', 'METADATA #c SET no :n');
    bob.send('METADATA * SUB url');
    const values = (lines: string[]) => lines.filter((line) => /^7\d\d /.test(line));
    expect(values(ask(bob, 'JOIN #c'))).toEqual(['761 bob #c url * :z', '761 bob ann url * :x']);
    expect(ask(bob, 'METADATA #c SYNC')).toEqual([
      'BATCH + metadata #c',
      '| 761 bob #c url * :z',
      '| 761 bob ann url * :x',
      'BATCH -',
    ]);
    expect(ask(bob, 'METADATA ann SYNC')).toEqual([
      'BATCH + metadata ann',
      '| 761 bob ann url * :x',
      'BATCH -',
    ]);
    expect(ask(bob, 'METADATA * SUB no')).toEqual(['770 bob no', '774 bob #c']);
    bob.send('PART #c');
    // No more than an answer may have, so that nobody is dropped for entering.
    const { connection } = bob.user!.local!;
    Object.assign(connection, { sendQueueBytes: connection.connectionClass.sendQueueBytes / 2 - 40 });
    expect(values(ask(bob, 'JOIN #c', 'PART #c'))).toEqual(['761 bob #c url * :z', '774 bob #c']);
    Object.assign(connection, { sendQueueBytes: 0 });
    for (let i = 0; i < limits.metadataSyncMembers.default; i++) {
      const one = irc.join(`u${i}`);
      // Only so many are welcomed in one turn.
      await vi.waitFor(() => expect(one.user!.registered).toBe(true));
      one.send('JOIN #c');
    }
    expect(values(ask(bob, 'JOIN #c'))).toEqual(['774 bob #c']);
  });

  it('are told of nobody whom NAMES and WHO would not show them', () => {
    const cat = irc.join('cat', CAP);
    for (const client of [ann, bob, cat]) client.send(`METADATA * SET url :${client.user!.nick}`);
    bob.send('MODE bob +i', 'METADATA * SUB url');
    cat.send('METADATA * SUB url');
    ann.send('JOIN #c', 'MODE #c -n', 'METADATA * SUB url');
    bob.send('JOIN #c');
    ann.received();
    const seen = (client: MemoryClient, line: string) =>
      ask(client, line).flatMap((answer) => / 761 \S+ (\S+) url /.exec(` ${answer}`)?.[1] ?? []);
    expect([seen(cat, 'METADATA #c SYNC'), seen(ann, 'METADATA #c SYNC')]).toEqual([['ann'], ['ann', 'bob']]);
    ann.send('MODE #c +D');
    expect(seen(cat, 'JOIN #c')).toEqual(['ann', 'bob', 'cat']);
    expect(seen(cat, 'METADATA #c SYNC')).toEqual(['ann', 'bob', 'cat']);
    expect(seen(ann, 'METADATA #c SYNC')).toEqual(['ann', 'bob']);
    cat.send('METADATA * SET url :new');
    expect(ann.received()).toEqual([]);
    irc.promote(ann, ['auspex']);
    expect(seen(ann, 'METADATA #c SYNC')).toEqual(['ann', 'bob', 'cat']);
    cat.send('PRIVMSG #c :hello');
    irc.promote(ann, []);
    expect(seen(ann, 'METADATA #c SYNC')).toEqual(['ann', 'bob', 'cat']);
  });

  it('are listed, each once, end one by one, and are as many as may be', () => {
    expect(ask(bob, 'METADATA * SUB url $x avatar url')).toEqual([
      expect.stringContaining('METADATA KEY_INVALID $x :'),
      '770 bob url avatar url',
    ]);
    expect(ask(bob, 'METADATA * SUBS')).toEqual(['BATCH + metadata-subs', '| 772 bob url avatar', 'BATCH -']);
    expect(ask(bob, 'METADATA * UNSUB $x url never')).toEqual([
      expect.stringContaining('METADATA KEY_INVALID $x :'),
      '771 bob url never',
    ]);
    expect(ask(bob, 'METADATA * SUBS')[1]).toBe('| 772 bob avatar');
    const more = Array.from({ length: limits.metadataSubscriptions.default }, (_, i) => `k${i}`);
    const answer = ask(
      bob,
      ...Array.from({ length: 5 }, (_, i) => `METADATA * SUB ${more.slice(i * 10, i * 10 + 10).join(' ')}`),
    );
    expect(answer.filter((line) => line.includes('TOO_MANY_SUBS'))).toEqual([
      expect.stringContaining('METADATA TOO_MANY_SUBS k49 :'),
    ]);
    expect(bob.client!.subscriptions!.size).toBe(limits.metadataSubscriptions.default);
    expect(ask(bob, 'METADATA * SUB k0')).toEqual(['770 bob k0']);
    for (const what of ['SUB a', 'UNSUB a', 'SUBS'])
      expect(ask(bob, `METADATA ann ${what}`)[0], what).toContain('METADATA INVALID_TARGET ann :');
  });
});

describe('what is refused', () => {
  it.each([
    ['METADATA nobody LIST', 'INVALID_TARGET nobody'],
    ['METADATA #none LIST', 'INVALID_TARGET #none'],
    ['METADATA * NOTHING', 'SUBCOMMAND_INVALID NOTHING'],
    ['METADATA * SET URL :x', 'KEY_INVALID URL'],
    ['METADATA * SET', 'KEY_INVALID *'],
    [`METADATA * SET ${'k'.repeat(41)} :x`, `KEY_INVALID ${'k'.repeat(41)}`],
    ['METADATA * SET url', 'KEY_NOT_SET ann url'],
    [`METADATA * SET url :${'é'.repeat(150)}x`, 'INVALID_VALUE url'],
  ])('%s', (line, code) => {
    expect(ask(ann, line)).toEqual([
      expect.stringMatching(`^METADATA ${code.replace('*', '\\*')} :`.replace(/^\^/, '^(FAIL )?')),
    ]);
    expect(irc.server.metadata.bytes).toBe(0);
  });

  it('too much: too fast, too many keys, and more than all may have together', () => {
    const { metadataChanges, metadataChangeMs, metadataKeys } = limits;
    for (let i = 0; i < metadataChanges.default; i++)
      expect(ask(ann, `METADATA * SET k${i} :x`)[0], String(i)).toContain('761');
    expect(ask(ann, 'METADATA * SET more :x')[0]).toContain('METADATA RATE_LIMITED ann more 2 :');
    expect(ask(ann, 'METADATA * CLEAR')[0]).toContain('METADATA RATE_LIMITED ann * 2 :');
    vi.setSystemTime(Date.now() + metadataChangeMs.default);
    expect(ask(ann, 'METADATA * SET more :x')[0]).toContain('761');
    for (let i = metadataChanges.default + 1; i < metadataKeys.default; i++)
      irc.server.metadata.set(ann.user!, `k${i}`, 'x');
    vi.setSystemTime(Date.now() + 2 * metadataChangeMs.default);
    expect(ask(ann, 'METADATA * SET another :x')[0]).toContain('METADATA LIMIT_REACHED ann :');
    expect(ask(ann, 'METADATA * SET more :y')[0]).toContain('761');
    const small = new Metadata(10);
    const [one, two] = [ann.user!, bob.user!];
    expect([small.set(one, 'key', '1234567'), small.set(two, 'k', ''), small.set(one, 'key', '')]).toEqual([
      true,
      false,
      true,
    ]);
    expect([small.bytes, small.set(two, 'k', 'é'), small.bytes]).toEqual([3, true, 6]);
    small.forget(one);
    expect([small.bytes, small.of(one).size, small.of(new User(irc.server.state.me, null, '')).size]).toEqual(
      [3, 0, 0],
    );
  });

  it('everything to who does not know what it is', () => {
    const old = irc.join('old', 'draft/metadata-3');
    expect(old.send('METADATA * LIST')).toEqual([':irc.test 421 old METADATA :Unknown command']);
    expect(irc.join('older', 'batch').send('METADATA * LIST')).toEqual([
      ':irc.test 421 older METADATA :Unknown command',
    ]);
    expect(irc.connect().send('METADATA * LIST')).toEqual([':irc.test 451 * :You have not registered']);
  });
});
