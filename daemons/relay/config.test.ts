/** The `[relay]` table: what it says of itself where nobody wrote anything, and every mistake at its edge. */
import { describe, expect, it } from 'vitest';
import { limitProblems, relayConfig } from './config.ts';
import { defaultLimits } from './limits.ts';

const KIB = 1_024;

it('begins with an echo on the loopback, every mode on offer, and slow readers disconnected', () => {
  expect(relayConfig.parse({})).toMatchObject({
    listen: [{ host: '127.0.0.1', port: 6680, tls: false }],
    mode: 'echo',
    modes: ['echo', 'broadcast', 'rooms', 'direct'],
    slow_reader: 'disconnect',
    class: [],
  });
  expect(relayConfig.parse({}).tls).toBeUndefined();
  expect(relayConfig.parse({ listen: [{}] }).listen).toEqual([{ host: '127.0.0.1', port: 6680, tls: false }]);
  expect(relayConfig.parse({ class: [{ name: 'x', match: ['::1'] }] }).class).toEqual([
    { name: 'x', match: ['::1'], throttle: true, flood: true },
  ]);
});

/** `path: message` of every mistake. */
const mistakes = (config: unknown) =>
  relayConfig.safeParse(config).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ??
  [];

describe('limits that do not go together', () => {
  const FRAME = 64 * KIB;
  const base = {
    max_frame_bytes: FRAME,
    max_control_bytes: 8 * KIB,
    send_queue_bytes: FRAME + 128 * KIB,
    send_queue_total_bytes: 1024 * KIB,
    receive_total_bytes: 1024 * KIB,
    ping_seconds: 10,
    idle_seconds: 11,
  };

  it('are none where each is just enough', () => {
    expect(mistakes(base)).toEqual([]);
    expect(limitProblems({ ...defaultLimits(), ...base })).toEqual([]);
    expect(mistakes({ ...base, max_control_bytes: FRAME })).toEqual([]);
    expect(mistakes({ ...base, send_queue_bytes: 1024 * KIB })).toEqual([]);
    expect(mistakes({ ...base, max_frame_bytes: 512 * KIB, send_queue_bytes: 640 * KIB })).toEqual([]);
  });

  it.each([
    [{ send_queue_bytes: FRAME + 128 * KIB - 1 }, 'send_queue_bytes: expected at least 196608'],
    [{ send_queue_bytes: 1024 * KIB + 1 }, 'send_queue_total_bytes: expected at least 1048577'],
    [
      { max_frame_bytes: 512 * KIB + 1, send_queue_bytes: 800 * KIB },
      'receive_total_bytes: expected at least 1048578',
    ],
    [{ max_control_bytes: FRAME + 1 }, 'max_control_bytes: expected at most 65536'],
    [{ idle_seconds: 10 }, 'idle_seconds: expected more than 10'],
  ])('are said of %j', (change, message) => {
    const said = mistakes({ ...base, ...change });
    expect(said).toHaveLength(1);
    expect(said[0]?.startsWith(message)).toBe(true);
  });

  it('are said of a class where it has them of its own, and once where they are the relay’s', () => {
    const own = { name: 'x', match: ['::1'] };
    expect(mistakes({ ...base, class: [{ ...own, idle_seconds: 10 }] })).toEqual([
      expect.stringContaining('class.0.idle_seconds: expected more than 10'),
    ]);
    expect(mistakes({ ...base, class: [own, { ...own, name: 'y', send_queue_bytes: 5_000 }] })).toEqual([
      expect.stringContaining('class.1.send_queue_bytes'),
    ]);
    expect(mistakes({ ...base, idle_seconds: 10, class: [own] })).toEqual([
      expect.stringMatching(/^idle_seconds: /),
    ]);
  });
});

describe('a class', () => {
  const own = { name: 'x', match: ['10.0.0.0/8'] };
  it.each([
    [{ ...own, name: '' }, 'class.0.name'],
    [{ ...own, name: 'x'.repeat(65) }, 'class.0.name'],
    [{ ...own, match: [] }, 'class.0.match'],
    [{ ...own, match: ['10.0.0.0/8', 'nowhere'] }, 'class.0.match.1'],
    [{ ...own, max_connections: -1 }, 'class.0.max_connections'],
    [{ ...own, max_connections: 1.5 }, 'class.0.max_connections'],
    [{ ...own, slow_reader: 'wait' }, 'class.0.slow_reader'],
    [{ ...own, throttle: 'no' }, 'class.0.throttle'],
  ])('like %j is refused at %s', (one, path) => {
    expect(
      relayConfig.safeParse({ class: [one] }).error?.issues.map((issue) => issue.path.join('.')),
    ).toEqual([path]);
  });

  it('may have no connections at all, and the name of no other', () => {
    expect(mistakes({ class: [{ ...own, name: 'x'.repeat(64), max_connections: 0 }] })).toEqual([]);
    expect(mistakes({ class: [own, { ...own, name: 'y' }, own] })).toEqual([
      expect.stringContaining('class.2.name: expected a name of its own'),
    ]);
  });
});

describe('a listener', () => {
  it('needs a certificate for TLS, wherever it stands', () => {
    const listen = [{ port: 1 }, { port: 2, tls: true }];
    expect(mistakes({ listen })).toEqual(['listen.1.tls: expected [relay.tls] with certificate and key']);
    expect(mistakes({ listen, tls: { certificate: 'a', key: 'b' } })).toEqual([]);
    expect(mistakes({ tls: { certificate: 'a' } })).toEqual([expect.stringContaining('tls.key')]);
    expect(mistakes({ listen: [] })).toEqual([expect.stringContaining('listen')]);
  });

  it('of the mode rooms needs that mode on offer', () => {
    const listen = [{ port: 1 }, { port: 2, mode: 'rooms' }];
    expect(mistakes({ listen, modes: ['echo'] })).toEqual([
      expect.stringContaining('listen.1.mode: expected rooms among'),
    ]);
    expect(mistakes({ mode: 'rooms', modes: ['echo', 'direct'] })).toEqual([
      expect.stringContaining('mode: expected rooms among'),
    ]);
    expect(mistakes({ listen, mode: 'rooms', modes: ['rooms'] })).toEqual([]);
    expect(mistakes({ listen: [{ mode: 'direct' }] })).toHaveLength(1);
    expect(mistakes({ mode: 'direct' })).toHaveLength(1);
  });
});
