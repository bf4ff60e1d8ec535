/** Who is called when, what `links` shows of it, and how links are ended. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { limits } from '../limits.ts';
import type { LinkCarrier } from './link-call.ts';
import { blockFor, LinkedServer, MemoryEnd, settle, Wire } from './memory-links.ts';

let here: LinkedServer;
let clock: FakeClock;
let called: string[];

beforeEach(() => {
  clock = new FakeClock();
  here = new LinkedServer('here.test', 1, clock);
  called = [];
  here.dial = ({ name }) => {
    called.push(name);
    return Promise.reject(new Error('nobody answers'));
  };
});
afterEach(() => here.close());

const row = (name = 'there.test') => here.desk.rows().find((one) => one.name === name);
const auto = blockFor('there.test', { autoconnect: true });

/** Carries out the introduction of a peer that is only lines. */
function introduce(end: MemoryEnd, name = 'there.test', numeric = 'AC', password = 'linkpw'): void {
  end.link!.take(`PASS :${password}`);
  end.link!.take(`SERVER ${name} 1 1 ${Math.floor(Date.now() / 1000)} J10 ${numeric}]]] +h6 :There`);
}

/** A peer connects. */
function arrives(): MemoryEnd {
  const end = new MemoryEnd();
  here.desk.accept(end);
  return end;
}

describe('a server with autoconnect', () => {
  it('is called at once, and again after waits that double up to a limit', async () => {
    here.blocks = [auto];
    const waits: number[] = [];
    let before = 0;
    while (waits.length < 8) {
      const count: number = called.length;
      while (called.length === count) await clock.advance(1_000);
      waits.push((clock.monotonic() - before) / 1000);
      before = clock.monotonic();
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 120, 120]);
    expect(limits.linkRetryMaxMs.default).toBe(120_000);
    expect(row()).toMatchObject({ state: 'waiting', direction: 'out', reason: 'nobody answers' });
    expect(here.irc.host.logs.at(-1)).toMatchObject({
      event: 'link_failed',
      message: 'No link with there.test: nobody answers',
    });
  });

  it('is called as at first again once it was linked, and not where it only connected', async () => {
    here.blocks = [auto];
    while (called.length < 4) await clock.advance(1_000);
    const waited = async () => {
      const [begun, count] = [clock.monotonic(), called.length];
      while (called.length === count) await clock.advance(1_000);
      return (clock.monotonic() - begun) / 1000;
    };
    const half = arrives();
    introduce(half);
    half.link!.gone('Connection lost');
    expect(await waited()).toBe(32);
    const end = arrives();
    introduce(end);
    for (const line of ['AC EB', 'AC EA']) end.link!.take(line);
    end.link!.gone('Connection lost');
    expect(await waited()).toBe(2);
  });

  it('is not called any more once all links are closed', async () => {
    here.blocks = [auto];
    await clock.advance(0);
    expect(clock.pendingTimers).toBe(1);
    const end = arrives();
    introduce(end);
    here.blocks = [auto, blockFor('other.test', { autoconnect: true })];
    await clock.advance(0);
    here.desk.close('Server is shutting down');
    expect([clock.pendingTimers, end.link!.reason]).toEqual([0, 'Server is shutting down']);
    // It is no failure of theirs.
    expect(row()).toMatchObject({ state: 'waiting', reason: null });
    const late = arrives();
    expect([late.closed, late.link]).toEqual([true, null]);
  });

  it('is called once at a time', async () => {
    let answer: (carrier: LinkCarrier) => void = () => {};
    here.dial = ({ name }) => {
      called.push(name);
      return new Promise((resolve) => {
        answer = resolve;
      });
    };
    here.blocks = [auto];
    expect(row()).toMatchObject({ state: 'connecting', direction: 'out', since: null });
    here.desk.connect('there.test');
    here.blocks = [auto];
    expect(called).toEqual(['there.test']);
    const end = new MemoryEnd();
    answer(end);
    await clock.advance(0);
    expect(end.take()[0]).toBe('PASS :linkpw');
    expect(row()?.state).toBe('connecting');
    introduce(end);
    expect(row()).toMatchObject({ state: 'bursting', numeric: 2, kind: 'ircu', direction: 'out' });
    await clock.advance(250);
    end.link!.take('AC EB');
    end.link!.take('AC EA');
    expect(row()).toMatchObject({ state: 'linked', lagSeconds: null, reason: null, burstSeconds: 0.25 });
    const stamp = end
      .take()
      .find((line) => line.includes(' G '))!
      .split('!')[1]!
      .split(' ')[0];
    await clock.advance(40);
    end.link!.take(`AC Z AC !${stamp} ${stamp} 0 0`);
    expect(row()?.lagSeconds).toBe(0.04);
  });

  it('that has called itself is not called any more, until it is lost', async () => {
    here.blocks = [auto];
    await clock.advance(0);
    const end = arrives();
    introduce(end);
    await clock.advance(80_000);
    expect(called).toHaveLength(1);
    expect(row()?.direction).toBe('in');
  });

  it('is called again when its link ends, unless somebody took it off the network', async () => {
    here.blocks = [auto];
    const end = arrives();
    introduce(end);
    called = [];
    end.link!.gone('Connection lost');
    expect(row()).toMatchObject({ state: 'waiting', reason: 'Connection lost', direction: 'in' });
    await clock.advance(2_000);
    expect(called).toEqual(['there.test']);
    const again = arrives();
    introduce(again);
    here.desk.squit('there.test', here.state.me, 'enough');
    expect(again.take().at(-1)).toBe('AB SQ here.test 0 :enough');
    await clock.advance(600_000);
    expect(called).toEqual(['there.test']);
    expect(row()).toMatchObject({ state: 'failed', reason: 'enough' });
    here.desk.connect('there.test');
    expect(called).toEqual(['there.test', 'there.test']);
  });

  it('is not called any more once its block has gone; its link stays', async () => {
    here.blocks = [auto];
    const end = arrives();
    introduce(end);
    here.blocks = [];
    expect(row()?.state).toBe('bursting');
    called = [];
    end.link!.gone('Connection lost');
    await clock.advance(600_000);
    expect(called).toEqual([]);
    expect(here.desk.rows()).toEqual([]);
  });

  it('a call that is under way when nobody wants it any more comes to nothing', async () => {
    let answer: (carrier: LinkCarrier) => void = () => {};
    here.dial = () => new Promise((resolve) => (answer = resolve));
    here.blocks = [auto];
    here.desk.squit('there.test', here.state.me, 'no');
    const end = new MemoryEnd();
    answer(end);
    await clock.advance(0);
    expect([end.closed, end.link]).toEqual([true, null]);
  });
});

describe('the table of servers', () => {
  /** Whether those who watch it are told that something is another. */
  const isTouched = (deed: () => void) => {
    here.irc.host.touched.clear();
    deed();
    return here.irc.host.touched.has('network');
  };

  it('changes with every step of a link, and with what is to be linked', () => {
    let end = new MemoryEnd();
    const steps: readonly (readonly [string, () => void])[] = [
      ['blocks', () => (here.blocks = [blockFor('there.test')])],
      ['arrives', () => (end = arrives())],
      ['met', () => introduce(end)],
      ['told', () => end.link!.take('AC EB')],
      ['gone', () => end.link!.gone('Connection lost')],
      ['refused', () => introduce(arrives(), 'there.test', 'AC', 'guess')],
      ['called', () => void here.desk.connect('there.test')],
      ['let go', () => void here.desk.squit('there.test', here.state.me, 'no')],
    ];
    expect(steps.filter(([, deed]) => !isTouched(deed)).map(([name]) => name)).toEqual([]);
  });
});

describe('whoever connects', () => {
  it('is let go where too many have not said who they are', () => {
    const ends = Array.from({ length: limits.linkArrivals.default + 1 }, arrives);
    expect(ends.map(({ closed }) => closed)).toEqual([...ends.slice(1).map(() => false), true]);
    for (const { link } of ends) link?.gone('test over');
  });

  it('keeps no other address out: the oldest goes of the address that most come from', () => {
    const from = (address: string) => {
      const end = new MemoryEnd();
      end.address = address;
      here.desk.accept(end);
      return end;
    };
    const other = from('192.0.2.80');
    const many = Array.from({ length: limits.linkArrivals.default - 1 }, () => from('192.0.2.77'));
    const why = 'others want to be linked, and it has not said who it is';
    const late = [from('192.0.2.78'), from('192.0.2.79'), from('192.0.2.77')];
    expect(many.slice(0, 3).map(({ link }) => link!.reason)).toEqual([why, why, null]);
    expect(many[0]!.sent).toEqual([`ERROR :Closing Link: ${why}`]);
    expect(late.map(({ closed }) => closed)).toEqual([false, false, true]);
    for (const { link } of [other, ...many, ...late]) link?.gone('test over');
    const all = Array.from({ length: limits.linkArrivals.default + 1 }, (_, i) => from(`192.0.2.${i}`));
    expect(all.map(({ closed }) => closed)).toEqual([true, ...all.slice(1).map(() => false)]);
    for (const { link } of all) link?.gone('test over');
  });

  it('and is refused is told why, and so is whoever asks for links', () => {
    here.blocks = [blockFor('there.test')];
    expect(row()).toMatchObject({ state: 'waiting', direction: 'in', reason: null });
    const end = arrives();
    introduce(end, 'there.test', 'AC', 'guess');
    expect(end.sent).toEqual(['ERROR :Closing Link: the password is wrong']);
    expect(row()).toMatchObject({ state: 'failed', direction: 'in', reason: 'the password is wrong' });
    expect(here.irc.host.logs.at(-1)).toMatchObject({
      event: 'link_failed',
      message: 'No link with there.test: the password is wrong',
      fields: { address: '192.0.2.77' },
    });
  });

  it('does not disturb a link that stands by using its name', () => {
    here.blocks = [blockFor('there.test')];
    const first = arrives();
    introduce(first);
    const second = arrives();
    introduce(second, 'there.test', 'AD');
    expect(second.sent.at(-1)).toContain('is linked already');
    expect(row()).toMatchObject({ state: 'bursting', reason: null });
  });

  it.each([
    ['no [[ircd.link]] names other.test', {}, (end: MemoryEnd) => introduce(end, 'other.test')],
    ['the numeric AB is that of here.test', {}, (end: MemoryEnd) => introduce(end, 'there.test', 'AB')],
    ['the connection is not encrypted', { tls: true }, (end: MemoryEnd) => introduce(end)],
    [
      'it showed no certificate',
      { tls: true, fingerprint: 'aa' },
      (end: MemoryEnd) => {
        end.tls = true;
        introduce(end);
      },
    ],
    [
      'its certificate has another SHA-256 fingerprint than expected: bb',
      { tls: true, fingerprint: 'aa' },
      (end: MemoryEnd) => {
        end.tls = true;
        end.fingerprint = 'bb';
        introduce(end);
      },
    ],
    ['SERVER', {}, (end: MemoryEnd) => end.link!.take('SERVER there.test :half')],
    ['NICK came before SERVER', {}, (end: MemoryEnd) => end.link!.take('NICK ann')],
    ['it did not say', {}, () => void clock.advance(30_000)],
  ] as const)('reads why it is refused: %s', async (reason, more, deed) => {
    here.blocks = [blockFor('there.test', more)];
    const end = arrives();
    deed(end);
    await clock.advance(0);
    expect(end.sent.join('\n')).toContain('ERROR :Closing Link: ');
    expect(end.sent.join('\n')).toContain(reason);
    expect([end.closed, here.desk.standing]).toEqual([true, 0]);
  });

  it.each([
    ['it brings hub.other, which the hub masks', 'AC S hub.other 2 1 1 J10 AD]]] +6 :Other'],
    ['it brings there.test, but', 'AC S there.test 2 1 1 J10 AD]]] +6 :Twin'],
    ['S', 'AC S nothing'],
    ['N has 2 parameters', 'AC N ann 1'],
    ['B', 'AC B #c never'],
  ])('and says what cannot be loses its link with a reason: %s', (reason, line) => {
    here.blocks = [blockFor('there.test', { hub: ['*.test'] })];
    const end = arrives();
    introduce(end);
    end.take();
    end.link!.take(line);
    expect(end.sent.at(-1)).toMatch(/^AB SQ here\.test 0 :/);
    expect(end.sent.at(-1)).toContain(reason);
    expect(end.link!.state).toBe('split');
  });
});

describe('squit and connect', () => {
  it('say what they cannot do', () => {
    here.blocks = [blockFor('there.test'), blockFor('mute.test', { address: null })];
    expect(() => here.desk.connect('nowhere.test')).toThrow(
      'No [[ircd.link]] names nowhere.test: there.test, mute.test.',
    );
    expect(() => here.desk.connect('mute.test')).toThrow('has no host and port');
    expect(() => here.desk.sizeOf('there.test')).toThrow('No server called there.test is linked');
    expect(() => here.desk.sizeOf('here.test')).toThrow('here.test is this server itself.');
    introduce(arrives());
    expect(() => here.desk.connect('there.test')).toThrow('there.test is linked already.');
  });

  it('end a connection on its way to the server alone that they name', async () => {
    here.dial = () => Promise.resolve(new MemoryEnd());
    here.blocks = [blockFor('there.test'), blockFor('other.test')];
    for (const name of ['there.test', 'other.test']) here.desk.connect(name);
    await clock.advance(0);
    const stranger = arrives();
    expect([row()?.state, row('other.test')?.state]).toEqual(['connecting', 'connecting']);
    expect(here.desk.squit('there.test', here.state.me, 'enough')).toEqual({
      server: 'there.test',
      servers: 0,
      users: 0,
    });
    expect(row()).toMatchObject({ state: 'failed', reason: 'enough' });
    expect([row('other.test')?.state, stranger.closed]).toEqual(['connecting', false]);
    stranger.link!.gone('test over');
    here.desk.squit('other.test', here.state.me, 'enough');
  });

  it('of a server behind another ask whoever it is linked to', () => {
    const middle = new LinkedServer('middle.test', 2);
    const far = new LinkedServer('far.test', 3);
    const near = new Wire(here, middle);
    settle(near);
    const away = new Wire(middle, far);
    settle(near, away);
    far.irc.join('carl');
    middle.irc.join('bob');
    const ann = here.irc.join('ann');
    settle(near, away);
    expect(here.desk.sizeOf('middle.test')).toEqual({ server: 'middle.test', servers: 2, users: 2 });
    expect(ann.send('MAP').map((line) => line.split(' :')[1])).toEqual([
      'here.test [1 users]',
      '`-middle.test [1 users]',
      '  `-far.test [1 users]',
      'End of /MAP',
    ]);
    expect(here.desk.squit('far.test', here.state.me, 'too far')).toMatchObject({ users: 1 });
    settle(near, away);
    expect([away.linkB.reason, near.linkA.state]).toEqual(['too far', 'linked']);
    expect([...here.state.servers.keys()]).toEqual(['here.test', 'middle.test']);
    expect(here.irc.server.counters.netsplits).toBe(1);
    middle.close();
    far.close();
  });
});
