/** What each kind of peer is told of what happens here: in a burst, and after it. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ALL_STATUS, STATUS } from '../../irc/modes.ts';
import { KIND_LIMITS, type PeerKind } from '../../irc/p10/kinds.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { setAccount } from '../actions/account.ts';
import { changeHost } from '../actions/host.ts';
import { kill } from '../actions/kill.ts';
import { wallops } from '../actions/wallops.ts';
import { OPER_FLAGS } from '../config.ts';
import { introduce, linkServer } from '../memory-network.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import type { NetworkEvent } from '../network-events.ts';
import type { Server } from '../state/server.ts';
import type { User } from '../state/user.ts';
import { burstLines } from './burst-lines.ts';
import { linesOf } from './event-lines.ts';

/** Seconds of the clock of these tests. */
const NOW = Date.UTC(2026, 0, 1) / 1000;
/** What ids of messages begin with. */
const ID = `1-${(NOW * 1000).toString(36)}-`;

let irc: MemoryServer;
let ann: MemoryClient;
let far: Server;
let bob: User;
let kind: PeerKind;
let lines: string[];
let untold: Set<User>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW * 1000 });
  irc = new MemoryServer();
  const { state } = irc.server;
  far = linkServer(state, 'far.test');
  ann = irc.join('ann');
  bob = introduce(state, far, 'bob', { numeric: 'ACAAA' });
  kind = 'ircu';
  lines = [];
  untold = new Set();
  irc.server.links = { tell: (event: NetworkEvent) => void lines.push(...told(event)) };
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

const peer = () => ({
  kind,
  limits: KIND_LIMITS[kind],
  ownTokens: kind === 'signalbox',
  renames: false,
  untold,
  server: far,
});
const told = (event: NetworkEvent) => linesOf(irc.server.state, 'irc.test', peer(), event);
const burst = () => [...burstLines(irc.server.state, irc.server.state, peer())].flat();

function act(steps: WorkSteps | null): void {
  if (steps !== null) irc.host.work.runSteps(irc.server.house, steps);
}

/** What a peer is told of what a client does. */
function toldOf(...commands: string[]): string[] {
  lines = [];
  ann.send(...commands);
  return lines;
}

describe('what happens here is told', () => {
  it('of users: who they are, another nick, a mode, absence, and that they leave', () => {
    const eve = irc.join('eve', '', '198.51.100.7');
    expect(lines).toEqual([`AB N eve 1 ${NOW} ~eve 198.51.100.7 DGM2QH ABAAA :Real eve`]);
    lines = [];
    eve.send('NICK eva', 'MODE eva +iw', 'MODE eva +B-w', 'AWAY :at lunch', 'AWAY', 'QUIT :bye');
    expect(lines).toEqual([
      `ABAAA N eva ${NOW}`,
      'ABAAA M eva :+iw',
      'ABAAA M eva :-w',
      'ABAAA A :at lunch',
      'ABAAA A',
      'ABAAA Q :Quit: bye',
    ]);
  });

  it('of channels: who makes one, joins, leaves, and what they do there', () => {
    const { state } = irc.server;
    expect(toldOf('JOIN #c')).toEqual([`ABAAA C #c ${NOW}`, `AB M #c +nt ${NOW}`]);
    state.join(bob, '#c', 0);
    expect(toldOf('TOPIC #c :hello', 'MODE #c +l-t+ob 7 bob *!*@x.test', 'MODE #c +e *!*@y.test')).toEqual([
      `ABAAA T #c ${NOW} ${NOW} :hello`,
      `ABAAA M #c +l-t+ob 7 ACAAA *!*@x.test ${NOW}`,
    ]);
    irc.join('eve').send('JOIN #c');
    expect(lines.at(-1)).toBe(`ABAAB J #c ${NOW}`);
    expect(
      toldOf('PRIVMSG #c :hi', 'NOTICE #c :ho', 'NOTICE @#c :ops', 'PRIVMSG +#c :more', 'PRIVMSG bob :you'),
    ).toEqual([
      'ABAAA P #c :hi',
      'ABAAA O #c :ho',
      'ABAAA WC #c :ops',
      'ABAAA WV #c :more',
      'ABAAA P ACAAA :you',
    ]);
    expect(toldOf('KICK #c bob :out', 'INVITE bob #c', 'PART #c :gone')).toEqual([
      'ABAAA K #c ACAAA :out',
      `ABAAA I bob #c ${NOW}`,
      'ABAAA L #c :gone',
    ]);
  });

  it('of operators: kills and wallops, by a user or by this server', () => {
    irc.promote(ann, OPER_FLAGS);
    expect(toldOf('KILL bob :spam', 'WALLOPS :look')).toEqual([
      'ABAAA D ACAAA :irc.test!ann (spam)',
      'ABAAA WA :look',
    ]);
    lines = [];
    const eve = irc.join('eve');
    kill(irc.server, irc.server.state.me, eve.user!, 'banned');
    wallops(irc.server, irc.server.state.me, 'news');
    expect(lines.slice(1)).toEqual(['AB D ABAAB :irc.test!irc.test (banned)', 'AB WA :news']);
  });

  it('of accounts as each kind has them: ircu takes one stamp for the life of a user', () => {
    const stamps = (): string[] => {
      lines = [];
      for (const account of ['annie', 'anna', null]) act(setAccount(irc.server, ann.user!, account));
      return lines;
    };
    expect(stamps()).toEqual(['AB AC ABAAA annie']);
    kind = 'nefarious';
    expect(stamps()).toEqual(['AB AC ABAAA R annie', 'AB AC ABAAA M anna', 'AB AC ABAAA U']);
  });

  it('to operators of a channel with the signs of our own kind, also where tags are not read', () => {
    toldOf('JOIN #c');
    const channel = irc.server.state.findChannel('#c')!;
    const event = {
      kind: 'message',
      source: ann.user!,
      verb: 'PRIVMSG',
      to: channel,
      status: STATUS.op,
      text: 'ops',
      tags: { msgid: 'a', atMs: 0, clientTags: '' },
    } as unknown as NetworkEvent;
    const [me, to] = [irc.server.state, peer()];
    expect(linesOf(me, 'irc.test', to, event)).toEqual(['ABAAA WC #c :ops']);
    kind = 'signalbox';
    expect(linesOf(me, 'irc.test', { ...peer(), ownTokens: false }, event)).toEqual(['ABAAA P @#c :ops']);
  });

  it('with all that our own kind knows', () => {
    kind = 'signalbox';
    toldOf('JOIN #c');
    irc.server.state.join(bob, '#c', 0);
    expect(
      toldOf('MODE ann +B', 'MODE #c +eI *!*@y.test *!*@z.test', 'NOTICE @#c :ops', 'TOPIC #c :hello'),
    ).toEqual([
      'ABAAA M ann :+B',
      `@by=ann!~ann@192.0.2.1;at=${NOW} ABAAA M #c +eI *!*@y.test *!*@z.test ${NOW}`,
      `@msgid=${ID}1;time=2026-01-01T00:00:00.000Z ABAAA O @#c :ops`,
      `ABAAA T #c ann!~ann@192.0.2.1 ${NOW} ${NOW} :hello`,
    ]);
  });

  it('to our own kind alone: tags, another real name and another host', () => {
    const eve = irc.join('eve', 'message-tags setname');
    const deeds = () => {
      lines = [];
      eve.send('SETNAME :Eve of old', '@+typing=active TAGMSG bob', '@+x;nothing=1 PRIVMSG bob :hi');
      act(changeHost(irc.server, eve.user!, 'eve.cloak'));
      return lines;
    };
    expect(deeds()).toEqual(['ABAAA P ACAAA :hi']);
    kind = 'signalbox';
    eve.user!.host = '192.0.2.1';
    expect(deeds()).toEqual([
      'ABAAA BN :Eve of old',
      `@msgid=${ID}3;time=2026-01-01T00:00:00.000Z;+typing=active ABAAA BT ACAAA`,
      `@msgid=${ID}4;time=2026-01-01T00:00:00.000Z;+x ABAAA P ACAAA :hi`,
      'AB BH ABAAA eve.cloak',
    ]);
  });

  it('in the bytes of UTF-8, cut to what the peer holds', () => {
    toldOf('JOIN #größe');
    const [line] = toldOf(`TOPIC #größe :${'é'.repeat(100)}`);
    expect(Buffer.from(line!, 'latin1').toString()).toBe(`ABAAA T #größe ${NOW} ${NOW} :${'é'.repeat(80)}`);
  });
});

describe('of whoever enters a channel', () => {
  /** As a peer hears it, with what they have there; `T` is now. */
  function enters(created: boolean): string[] {
    ann.send('JOIN #c', 'MODE #c +mkl key 5', 'MODE #c +beI *!*@b *!*@e *!*@i', 'TOPIC #c :news');
    const membership = ann.user!.memberships.get(irc.server.state.findChannel('#c')!)!;
    membership.status = ALL_STATUS;
    return told({ kind: 'join', membership, created }).map((line) => line.replaceAll(String(NOW), 'T'));
  }
  const BY = '@by=ann!~ann@192.0.2.1;at=T';

  it.each<[PeerKind, string[]]>([
    ['ircu', ['AB M #c +ov ABAAA ABAAA T']],
    ['nefarious', ['AB M #c +ov ABAAA ABAAA T']],
    ['signalbox', ['AB M #c +qaohv ABAAA ABAAA ABAAA ABAAA ABAAA T']],
  ])('%s hears what status they have, as far as it knows that', (to, lines) => {
    kind = to;
    expect(enters(false)).toEqual(['ABAAA J #c T', ...lines]);
  });

  it.each<[PeerKind, string[]]>([
    ['ircu', ['AB M #c +mntklbov key 5 *!*@b ABAAA ABAAA T']],
    [
      'nefarious',
      ['AB M #c +mntklbeov key 5 *!*@b *!*@e ABAAA ABAAA T', 'AB T #c ann!~ann@192.0.2.1 T T :news'],
    ],
    [
      'signalbox',
      [
        'AB M #c +mntklqaoh key 5 ABAAA ABAAA ABAAA ABAAA T',
        'AB M #c +v ABAAA T',
        `${BY} AB M #c +b *!*@b T`,
        `${BY} AB M #c +e *!*@e T`,
        `${BY} AB M #c +I *!*@i T`,
        'AB T #c ann!~ann@192.0.2.1 T T :news',
      ],
    ],
  ])('%s hears what the channel has where nobody was on it', (to, lines) => {
    kind = to;
    expect(enters(true)).toEqual(['ABAAA J #c T', ...lines]);
  });
});

describe('a burst', () => {
  it('has servers, users and channels, without what the peer brought', () => {
    const { state } = irc.server;
    const other = linkServer(state, 'other.test');
    Object.assign(other, { numeric: 'AD', linkedMs: (NOW - 9) * 1000 });
    introduce(state, other, 'dan', { numeric: 'ADAAA', account: 'danny', modes: 0 });
    ann.send(
      'JOIN #c',
      'MODE #c +kl-t secret 9',
      'MODE #c +b *!*@x.test',
      'MODE #c +e *!*@y.test',
      'TOPIC #c :hello',
    );
    state.join(bob, '#c', 0, STATUS.op);
    state.join(bob, '#bobs', NOW * 1000);
    lines = [];
    expect(burst()).toEqual([
      `AB S other.test 2 0 ${NOW - 9} P10 AD]]] +B :other.test of the tests`,
      `AB N ann 1 ${NOW} ~ann 192.0.2.1 DAAAIB ABAAA :Real ann`,
      `AD N dan 2 ${NOW} dan far.example +r danny DLAHEJ ADAAA :Far dan`,
      `AB B #c ${NOW} +nlk 9 secret ABAAA:o :%*!*@x.test`,
    ]);
    kind = 'signalbox';
    ann.send('MODE #c +I *!*@z.test');
    expect(burst().slice(-2)).toEqual([
      `AB B #c ${NOW} +nlk 9 secret ABAAA:o :%*!*@x.test ann!~ann@192.0.2.1 ${NOW} ~ *!*@y.test ann!~ann@192.0.2.1 ${NOW} = *!*@z.test ann!~ann@192.0.2.1 ${NOW}`,
      `AB T #c ann!~ann@192.0.2.1 ${NOW} ${NOW} :hello`,
    ]);
  });

  it('leaves out those whose nick the peer does not hold, until they are called otherwise', () => {
    introduce(irc.server.state, linkServer(irc.server.state, 'other.test'), 'a-nick-of-16-let', {
      numeric: 'ADAAA',
    });
    const nicks = () => burst().flatMap((line) => / N (\S+) /.exec(line)?.[1] ?? []);
    expect([nicks(), [...untold].map(({ nick }) => nick)]).toEqual([['ann'], ['a-nick-of-16-let']]);
    [kind, untold] = ['signalbox', new Set()];
    expect([nicks(), untold.size]).toEqual([['ann', 'a-nick-of-16-let'], 0]);
  });

  it('leaves out who is gone before it comes to them', () => {
    const eve = irc.join('eve');
    eve.send('JOIN #e');
    const steps = burstLines(irc.server.state, irc.server.state, peer());
    expect(steps.next().value![0]).toContain(' N ann ');
    eve.drop();
    expect([...steps]).toEqual([]);
  });
});
