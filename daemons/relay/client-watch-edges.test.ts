/** To the millisecond: what silence brings to a client, by how far it has introduced itself and what is under way. No sockets. */
import { describe, expect, it } from 'vitest';
import { watchClients } from './client-watch.ts';
import type { Relay } from './rooms/relay.ts';

const NOW = 1_000_000;
const PER_CLASS = { ping_seconds: 30, idle_seconds: 90, plain_idle_seconds: 600, stall_seconds: 120 };

interface Facts {
  readonly stage?: string;
  readonly mode?: string;
  /** Milliseconds since something was received. */
  readonly silent?: number;
  /** Milliseconds since something was written. */
  readonly unwritten?: number;
  readonly stalled?: number;
  /** Milliseconds since an unfinished frame began. */
  readonly frame?: number;
  /** Milliseconds since the last ping. */
  readonly pinged?: number;
  /** Milliseconds since it was accepted. */
  readonly here?: number;
  readonly choked?: boolean;
  readonly busy?: boolean;
  readonly queuedBytes?: number;
  /** How far it is with a sealed session; none where absent. */
  readonly sealed?: 'asked' | 'proved';
  /** Whether nobody is let in without one. */
  readonly required?: boolean;
  readonly perClass?: Partial<typeof PER_CLASS>;
}

/** What a look at clients with these facts does: `CODE queue` of who was ended, `ping` of who was pinged. */
function look(...all: readonly Facts[]) {
  const done: string[] = [];
  let recounted = 0;
  const peers = all.map((facts, index) => ({
    index,
    stage: facts.stage ?? 'greeted',
    mode: facts.mode ?? 'rooms',
    pingedAt: NOW - (facts.pinged ?? NOW),
    connection: {
      session: facts.sealed === 'proved' ? {} : null,
      lastReceivedAt: NOW - (facts.silent ?? 0),
      acceptedAt: NOW - (facts.here ?? 0),
      connectionClass: { limits: { ...PER_CLASS, ...facts.perClass } },
      intake: {
        frameBegunAt: facts.frame === undefined ? 0 : NOW - facts.frame,
        choked: facts.choked ?? false,
        busy: facts.busy ?? false,
        handshaking: facts.sealed === 'asked',
        recount: () => recounted++,
      },
      outbox: {
        queuedBytes: facts.queuedBytes ?? 0,
        stalledMs: (now: number) => (now === NOW ? (facts.stalled ?? 0) : Number.NaN),
        lastWrittenAt: NOW - (facts.unwritten ?? 0),
      },
    },
  }));
  const gauges = new Map<string, number>();
  const gauge = (name: string) => ({ set: (value: number) => gauges.set(name, value) });
  const relay = {
    limits: { frame_seconds: 60, handshake_seconds: 15 },
    door: { required: all[0]?.required ?? false },
    turns: { spend: () => true },
    rooms: { size: 3, memberships: 7 },
    metrics: {
      queueMaxBytes: gauge('largest'),
      peersGreeted: gauge('greeted'),
      rooms: gauge('rooms'),
      roomMemberships: gauge('memberships'),
    },
    peers: () => peers,
    endWithError: (_: unknown, code: string, _message: string, queue = 'send') =>
      done.push(`${code} ${queue}`),
    tell: (peer: (typeof peers)[number], message: { type: string }) => {
      expect(peer.pingedAt).toBe(NOW);
      done.push(message.type);
    },
  };
  let turns = 0;
  for (const _ of watchClients(relay as unknown as Relay, NOW)) turns++;
  return { done, gauges: Object.fromEntries(gauges), recounted, turns };
}

describe('a client', () => {
  it.each<[string, Facts, string[]]>([
    ['that said hello is left alone for as long as the class says', { silent: 30_000 }, []],
    ['is pinged a moment later', { silent: 30_001 }, ['ping']],
    ['is not pinged again at once', { silent: 60_000, pinged: 30_000 }, []],
    ['is pinged again after the same time', { silent: 60_001, pinged: 30_001 }, ['ping']],
    ['is given as long as the class says to answer', { silent: 90_000, pinged: 10 }, []],
    ['is idle after that', { silent: 90_001, pinged: 10 }, ['idle send']],
    ['is not idle while nothing is read from it', { silent: 90_001, choked: true }, []],
    ['is not idle while what it sent is not worked off', { silent: 90_001, busy: true }, []],
    ['of another class has its own times', { silent: 5_001, perClass: { ping_seconds: 5 } }, ['ping']],
    [
      'of a class with less patience is idle',
      { silent: 8_001, perClass: { idle_seconds: 8 } },
      ['idle send'],
    ],
    ['may take its write within the time', { stalled: 120_000 }, []],
    ['that takes nothing for longer is ended without what waits', { stalled: 120_001 }, ['stalled discard']],
    [
      'is ended for that once, whatever else is late',
      { stalled: 120_001, silent: 90_001 },
      ['stalled discard'],
    ],
    ['may finish its frame within the time', { frame: 60_000 }, []],
    ['that does not is ended', { frame: 60_001 }, ['frame_timeout send']],
    ['that never said hello too', { stage: 'plain', mode: 'echo', frame: 60_001 }, ['frame_timeout send']],
    ['may take its time for hello', { stage: 'new', here: 15_000 }, []],
    ['that needs one is ended then', { stage: 'new', here: 15_001 }, ['hello_timeout send']],
    ['that needs none is not', { stage: 'new', mode: 'echo', here: 15_001 }, []],
    [
      'that was refused is, in any mode',
      { stage: 'greeting', mode: 'echo', here: 15_001 },
      ['hello_timeout send'],
    ],
    ['may take its time for a handshake', { stage: 'new', mode: 'echo', here: 15_000, sealed: 'asked' }, []],
    [
      'that does not finish its handshake is ended then, however much it says',
      { stage: 'new', mode: 'echo', here: 15_001, sealed: 'asked' },
      ['handshake_timeout send'],
    ],
    [
      'that proves nothing where everybody must is too',
      { stage: 'new', mode: 'echo', here: 15_001, required: true },
      ['handshake_timeout send'],
    ],
    [
      'that has proved who it is has no such deadline',
      { stage: 'new', mode: 'echo', here: 15_001, sealed: 'proved', required: true },
      [],
    ],
    ['that was refused is given the same time', { stage: 'greeting', mode: 'echo', here: 15_000 }, []],
    ['without hello may be quiet', { stage: 'plain', mode: 'echo', silent: 600_000, unwritten: 600_000 }, []],
    ['is idle then', { stage: 'plain', mode: 'echo', silent: 600_001, unwritten: 600_001 }, ['idle send']],
    ['not where it was sent something', { stage: 'plain', mode: 'echo', silent: 600_001, unwritten: 5 }, []],
    ['nor where it sent something', { stage: 'plain', mode: 'echo', silent: 5, unwritten: 600_001 }, []],
    [
      'without hello is never idle where the limit is 0',
      {
        stage: 'plain',
        mode: 'echo',
        silent: 9e9,
        unwritten: 9e9,
        perClass: { plain_idle_seconds: 0 },
      },
      [],
    ],
    [
      'without hello is idle after one second where the limit is 1',
      { stage: 'new', mode: 'echo', silent: 1_001, unwritten: 1_001, perClass: { plain_idle_seconds: 1 } },
      ['idle send'],
    ],
  ])('%s', (_, facts, done) => {
    expect(look(facts).done).toEqual(done);
  });
});

it('counts those who said hello, takes the largest queue, and yields where others may go first', () => {
  const { gauges, recounted, turns } = look(
    { queuedBytes: 5 },
    { queuedBytes: 900, stage: 'plain', mode: 'echo' },
    { queuedBytes: 7 },
  );
  expect(gauges).toEqual({ largest: 900, greeted: 2, rooms: 3, memberships: 7 });
  expect([recounted, turns]).toEqual([3, 3]);
});

it('takes the figures back to nothing when everybody is gone', () => {
  expect(look().gauges).toMatchObject({ largest: 0, greeted: 0 });
});
