/**
 * A server that may not link, or says what cannot be: it is told why, so are operators and the log, and neither the users here nor
 * another link hear anything of it. What is only a lie about somebody else is passed over.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MemoryClient } from '../memory-server.ts';
import type { LinkBlock } from './link-block.ts';
import { blockFor, LinkedServer, MemoryEnd, settle, Wire } from './memory-links.ts';

const NOW = Date.UTC(2026, 0, 1);
const S = NOW / 1000;
const PASS = 'PASS :linkpw';
const SERVER = `SERVER there.test 1 ${S} ${S} J10 AC]]] +h6Bt :There`;
const HELLO = [PASS, SERVER];

let here: LinkedServer;
let other: LinkedServer;
let far: LinkedServer;
let wire: Wire;
let beyond: Wire;
let oper: MemoryClient;
let witness: MemoryClient;
let friend: MemoryClient;
let end: MemoryEnd;

/** `here` with an operator and a witness, `other` linked to it with a friend of theirs, and `far` behind that. */
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  here = new LinkedServer('here.test', 1);
  other = new LinkedServer('other.test', 9);
  far = new LinkedServer('far.test', 10);
  wire = new Wire(here, other);
  settle(wire);
  beyond = new Wire(other, far);
  oper = here.irc.join('oper');
  here.irc.promote(oper, ['auspex']);
  witness = here.irc.join('witness');
  friend = other.irc.join('friend', '', '198.51.100.7');
  for (const one of [witness, friend]) one.send('JOIN #safe');
  settle(wire, beyond);
  for (const one of [oper, witness, friend]) one.received();
  end = new MemoryEnd();
});
afterEach(() => {
  for (const server of [here, other, far]) server.close();
  vi.useRealTimers();
});

/** A peer arrives, or is called, and says its lines. */
function says(lines: readonly string[], more: Partial<LinkBlock> = {}, called = false): void {
  const block = blockFor('there.test', more);
  here.blocks = [...here.blocks, block];
  if (called) end.link = here.network.open(end, block);
  else here.desk.accept(end);
  for (const line of lines) {
    end.link!.take(line);
    settle(wire, beyond);
  }
}

/** Nobody else has noticed. */
function expectPeace(): void {
  expect(here.irc.host.logs.filter(({ event }) => event === 'handler_failed')).toEqual([]);
  expect([wire.linkA.state, wire.linkB.state, beyond.linkA.state]).toEqual(['linked', 'linked', 'linked']);
  expect([witness.received(), friend.received()]).toEqual([[], []]);
  friend.send('PRIVMSG #safe :still here');
  settle(wire);
  expect(witness.received()).toEqual([':friend!~friend@198.51.100.7 PRIVMSG #safe :still here']);
  expect([...other.state.servers.keys()].sort()).toEqual(['far.test', 'here.test', 'other.test']);
  for (const { state } of [here, other, far]) expect(state.findNumeric('AJAAA')!.memberships.size).toBe(1);
}

describe('a peer reads why it is not linked, and so do operators and the log', () => {
  it.each<[string, string, readonly string[], Partial<LinkBlock>?, 'called'?]>([
    ['a wrong password', 'the password is wrong', ['PASS :guess', SERVER]],
    ['no password', 'the password is wrong', [SERVER]],
    ['a name that no block has', 'no [[ircd.link]] names else.test', [PASS, SERVER.replace('there', 'else')]],
    [
      'another name than was called',
      'the server is called else.test, and [[ircd.link]] expects there.test',
      [PASS, SERVER.replace('there', 'else')],
      {},
      'called',
    ],
    [
      'a name that is linked',
      'a server called other.test is linked already',
      [PASS, SERVER.replace('there', 'other')],
    ],
    ['a numeric of another', 'the numeric AJ is that of other.test', [PASS, SERVER.replace('AC]', 'AJ]')]],
    ['a numeric behind another', 'the numeric AK is that of far.test', [PASS, SERVER.replace('AC]', 'AK]')]],
    ['our own numeric', 'the numeric AB is that of here.test', [PASS, SERVER.replace('AC]', 'AB]')]],
    [
      'no TLS',
      'the connection is not encrypted, and tls of its [[ircd.link]] asks for it',
      HELLO,
      { tls: true },
    ],
    [
      'no certificate',
      'without TLS there is no certificate, and a fingerprint is expected',
      HELLO,
      { fingerprint: 'aa' },
    ],
    [
      'another protocol',
      'protocol J09 is not spoken here, only J10 and P10.',
      [PASS, SERVER.replace('J10', 'J09')],
    ],
    [
      'half a SERVER',
      'SERVER has 3 parameters, at least 7 are needed.',
      [PASS, 'SERVER there.test 1 :There'],
    ],
    ['a word before SERVER', 'NICK (N) of AB came before SERVER', ['AB N x']],
    ['a NUL', 'a line has a NUL or CR in it', ['PASS :link\0pw']],
    ['an error of its own', 'the peer says: we do not like you', ['ERROR :we do not like you']],
    [
      'a server of a leaf',
      'it brings leaf.test, which the hub masks of its [[ircd.link]] do not allow',
      [...HELLO, `AC S leaf.test 2 0 ${S} J10 AD]]] +6Bt :Leaf`],
      { hub: null },
    ],
    [
      'a server that no mask fits',
      'it brings leaf.test, which the hub masks of its [[ircd.link]] do not allow',
      [...HELLO, `AC S leaf.test 2 0 ${S} J10 AD]]] +6Bt :Leaf`],
      { hub: ['*.example'] },
    ],
    [
      'a loop by a peer',
      'it brings other.test, but a server called other.test is linked already',
      [...HELLO, `AC S other.test 2 0 ${S} J10 AD]]] +6Bt :Loop`],
    ],
    [
      'a loop by one behind a peer',
      'it brings far.test, but a server called far.test is linked already',
      [...HELLO, `AC S far.test 2 0 ${S} J10 AD]]] +6Bt :Loop`],
    ],
    [
      'a loop to this server',
      'it brings here.test, but a server called here.test is linked already',
      [...HELLO, `AC S here.test 2 0 ${S} J10 AD]]] +6Bt :Loop`],
    ],
    [
      'a twin of another numeric',
      'it brings new.test, but the numeric AK is that of far.test',
      [...HELLO, `AC S new.test 2 0 ${S} J10 AK]]] +6Bt :Twin`],
    ],
    [
      'the same one twice',
      'it brings two.test, but a server called two.test is linked already',
      [...HELLO, `AC S two.test 2 0 ${S} J10 AD]]] +6Bt :One`, `AC S two.test 2 0 ${S} J10 AE]]] +6Bt :Two`],
    ],
    ['half a user', 'N has 2 parameters', [...HELLO, 'AC N ann 1']],
  ])('%s', (_what, reason, lines, more, how) => {
    says(lines, more, how === 'called');
    const { link } = end;
    expect(link!.reason).toContain(reason);
    expect(end.closed).toBe(true);
    const last = end.sent.at(-1) ?? '';
    expect(last).toMatch(/^(ERROR :Closing Link: |AB SQ here\.test 0 :)/);
    expect(last).toContain(reason);
    expect(oper.received().join('\n')).toContain(reason);
    const told = here.irc.host.logs.find(({ message }) => message.includes(reason));
    expect(told?.event).toMatch(/^link_(refused|failed|ended)$/);
    expect([...here.state.servers.keys()].sort()).toEqual(['far.test', 'here.test', 'other.test']);
    expectPeace();
  });
});

it('a clock that is wrong is told to operators, and links all the same', () => {
  says([PASS, `SERVER there.test 1 ${S} ${S + 31} J10 AC]]] +h6Bt :There`]);
  expect(end.link!.state).toBe('bursting');
  expect(oper.received().join('\n')).toContain('Careful with there.test: its clock is 31 seconds ahead');
  expect(here.irc.host.logs).toContainEqual(
    expect.objectContaining({ event: 'link_clock', message: expect.stringContaining('31 seconds ahead') }),
  );
});

describe('a lie about somebody who is not behind the peer is passed over', () => {
  it.each([
    ['a user here leaves', 'ABAAB Q :lie'],
    ['a user of another link leaves', 'AJAAA Q :lie'],
    ['a user of another link takes a nick', `AJAAA N liar ${S}`],
    ['another server leaves', 'AJ SQ far.test 0 :lie'],
    ['another server brings a user', `AJ N liar 1 ${S} liar 192.0.2.5 DAAAIF AJAAZ :Liar`],
    ['a user with the number of another server', `AC N liar 1 ${S} liar 192.0.2.5 DAAAIF AJAAZ :Liar`],
    ['a user of nobody', 'ZZAAA P #safe :lie'],
    ['a server that nobody knows', 'ZZ SQ here.test 0 :lie'],
    ['another server ends its burst', 'AJ EB'],
    ['another server has heard all', 'AJ EA'],
    ['a channel of users of another link', `AC B #new ${S} AJAAA:o`],
    ['a member of another link', `AC B #safe ${S} AJAAA:o,ABAAB:o`],
    ['what a user of another link says', 'AJAAA P #safe :lie'],
    ['an answer to a ping of nobody', 'AC RO here.test ZZZZZ 1 2 :x'],
    ['how long a ping of nobody took', 'AC RO ZZZZZ x 5 :x'],
    ['half an answer to a ping', 'AC RO here.test'],
    ['a ping with words for times', `AC RI AB ACAAA x y :z`],
    ['a ping of nobody', `AC RI AB nobody 1 2 :z`],
    ['a question of half a server', 'AC RI'],
    ['a token that nobody knows', 'AC QQQ ABAAB :lie'],
    ['half a line', 'AC'],
    ['nothing but spaces', '   '],
  ])('%s', (_what, line) => {
    says([...HELLO, `AC EB`, 'AC EA']);
    witness.received();
    friend.received();
    const before = [...here.state.users].map(({ nick }) => nick).sort();
    const carried = wire.log.length;
    end.link!.take(line);
    settle(wire, beyond);
    expect(end.link!.reason).toBeNull();
    expect([...here.state.users].map(({ nick }) => nick).sort()).toEqual(before);
    expect(wire.log.slice(carried).filter((text) => text.includes('AJ'))).toEqual([]);
    end.link!.leave('over');
    settle(wire, beyond);
    expectPeace();
  });
});

/** Signs of UTF-8 whose code points end in those of a line end and a space. */
const [LF, SPACE] = ['\xc4\x8a', '\xc4\xa0'];
const INJECTED = `a${LF}AJ${SPACE}SQ${SPACE}far.test${SPACE}0`;
const LONG = '\xff'.repeat(400);

describe('what a peer calls its users is told on as words that everybody can read', () => {
  it.each([
    ['a host with a line in it', `${INJECTED}`, 'x', 'x', '192.0.2.5', 'x', 'x'],
    ['a host without end', 'h'.repeat(64), 'x', 'x', '192.0.2.5', 'x', 'x'],
    ['the longest host', 'h'.repeat(63), 'x', 'x', 'h'.repeat(63), 'x', 'x'],
    ['a user name without end', 'host', LONG, 'x', 'host', 'unknown', 'x'],
    ['a user name that is a mask', 'host', '*!a@b:?c', 'x', 'host', 'abc', 'x'],
    ['the longest user name', 'host', 'u'.repeat(20), 'x', 'host', 'u'.repeat(16), 'x'],
    ['a real name without end', 'host', 'x', 'r'.repeat(200), 'host', 'x', 'r'.repeat(150)],
  ])('%s', (_what, host, username, realname, seenHost, seenUsername, seenRealname) => {
    says([...HELLO, 'AC EB', 'AC EA', `AC N evil 1 ${S} ${username} ${host} DAAAIF ACAAA :${realname}`]);
    for (const { state } of [here, other, far])
      expect(state.findUser('evil')).toMatchObject({
        username: seenUsername,
        host: seenHost,
        realHost: seenHost,
        realname: seenRealname,
      });
    end.link!.leave('over');
    settle(wire, beyond);
    expectPeace();
  });

  it.each([
    ['a host', 'AC BH ACAAA %', { host: 'host' }],
    ['an account', 'AC AC ACAAA R %', { account: null }],
  ])('%s that is none changes nothing', (_what, line, now) => {
    says([...HELLO, 'AC EB', 'AC EA', `AC N evil 1 ${S} x host DAAAIF ACAAA :x`]);
    for (const word of [LONG, 'w'.repeat(65), 'a\x7fb;c', '\\\x01'])
      end.link!.take(line.replace('%', () => word));
    settle(wire, beyond);
    for (const { state } of [here, other, far]) expect(state.findUser('evil')).toMatchObject(now);
    end.link!.leave('over');
    settle(wire, beyond);
    expectPeace();
  });

  it('an account in any script is the same on all servers, and so is who set a topic', () => {
    says([...HELLO, 'AC EB', 'AC EA', `AC N evil 1 ${S} x host DAAAIF ACAAA :x`]);
    for (const line of [
      `AC AC ACAAA R ${LF}${SPACE}`,
      `AC T #safe ${INJECTED}${LONG.slice(0, 200)} ${S} ${S} :${LONG}`,
      `AC M #safe +bk ${'\xff'.repeat(101)} ${'\xff'.repeat(12)} ${S}`,
      `AC M #safe +b ${'\xff'.repeat(100)} ${S}`,
    ])
      end.link!.take(line);
    settle(wire, beyond);
    const safe = here.state.findChannel('#safe')!;
    expect(Buffer.byteLength(safe.topicBy)).toBeLessThanOrEqual(111);
    expect([safe.bans.size, safe.joinKey]).toEqual([1, null]);
    for (const { state } of [here, other, far]) {
      expect(state.findUser('evil')?.account).toBe('\u010a\u0120');
      const { topic, topicBy, bans, joinKey } = state.findChannel('#safe')!;
      const shown = [topic, topicBy, bans.entries.map(({ mask }) => mask.text), joinKey];
      expect(shown).toEqual([safe.topic, safe.topicBy, ['\xff'.repeat(100)], null]);
    }
    expect([wire.linkA.state, beyond.linkA.state]).toEqual(['linked', 'linked']);
  });
});
