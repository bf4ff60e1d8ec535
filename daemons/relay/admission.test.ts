/** What decides whether and how fast a client is let in: classes, receive rate. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { relayConfig } from './config.ts';
import { defaultLimits } from './limits.ts';
import { connectionClasses } from './net/connection-classes.ts';
import { ReceiveRate } from './net/receive-rate.ts';

it('takes the first class that matches and the default class where none does', () => {
  const config = relayConfig.parse({
    class: [
      { name: 'load', match: ['127.0.0.0/8'], throttle: false, receive_frames_per_second: 0 },
      { name: 'late', match: ['127.0.0.1'] },
    ],
  });
  const classes = connectionClasses(config, defaultLimits());
  const match = (address: string) => classes.of(address).rule;
  expect(match('127.0.0.1')).toMatchObject({ name: 'load', throttle: false, flood: true });
  expect(match('127.0.0.1').limits.receive_frames_per_second).toBe(0);
  expect(match('127.0.0.1').limits.ping_seconds).toBe(defaultLimits().ping_seconds);
  expect(match('192.0.2.1').name).toBe('default');
});

it('names the key of a configuration that cannot work', () => {
  const paths = (config: unknown) =>
    relayConfig.safeParse(config).error?.issues.map((issue) => issue.path.join('.'));
  expect(paths({ send_queue_bytes: 2_000 })).toEqual(['send_queue_bytes']);
  expect(paths({ idle_seconds: 10, ping_seconds: 10 })).toEqual(['idle_seconds']);
  expect(paths({ max_frame_bytes: 1_000, max_control_bytes: 1_001 })).toEqual(['max_control_bytes']);
  expect(paths({ send_queue_total_bytes: 2 << 20 })).toEqual(['send_queue_total_bytes']);
  expect(paths({ class: [{ name: 'x', match: ['::1'], send_queue_bytes: 2_000 }] })).toEqual([
    'class.0.send_queue_bytes',
  ]);
  expect(paths({ class: ['x', 'x'].map((name) => ({ name, match: ['::1'] })) })).toEqual(['class.1.name']);
  expect(paths({ mode: 'rooms', modes: ['direct'] })).toEqual(['mode']);
  expect(paths({ listen: [{ port: 1 }, { port: 1, host: '0.0.0.0' }] })).toEqual(['listen.1']);
  expect(paths({ listen: [{ host: '*' }] })).toEqual(['listen.0.host']);
  expect(paths({ listen: [{ tls: true }] })).toEqual(['listen.0.tls']);
  expect(paths({ class: [{ name: 'x', match: ['nonsense'] }] })).toEqual(['class.0.match.0']);
  expect(relayConfig.safeParse({ max_frames: 1 }).success).toBe(false);
  expect(relayConfig.parse({ listen: [{ port: 0 }] }).listen).toEqual([
    { host: '127.0.0.1', port: 0, tls: false },
  ]);
});

it('never lets a client exceed its rate by more than the burst and one read', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ bytes: fc.nat(5_000), gapMs: fc.nat(200) }), { minLength: 1, maxLength: 100 }),
      (reads) => {
        const limits = { receive_bytes_per_second: 1_000, receive_frames_per_second: 0 };
        const rate = new ReceiveRate(limits, 0);
        let now = 0;
        let total = 0;
        for (const read of reads) {
          now += read.gapMs;
          const wait = rate.charge(read.bytes, 1, limits, now);
          total += read.bytes;
          expect(total - read.bytes).toBeLessThanOrEqual(2_000 + now + 1e-6);
          now += wait;
        }
      },
    ),
  );
});

it('does not limit a rate of 0', () => {
  const limits = { receive_bytes_per_second: 0, receive_frames_per_second: 0 };
  const rate = new ReceiveRate(limits, 0);
  expect(rate.charge(1e9, 1e9, limits, 1)).toBe(0);
});

it('holds clients that are connected to limits that were changed, and counts what they sent before', () => {
  const before = { receive_bytes_per_second: 1_000, receive_frames_per_second: 0 };
  const rate = new ReceiveRate(before, 0);
  expect(rate.charge(2_000, 50, before, 0)).toBe(0);
  const after = { receive_bytes_per_second: 2_000, receive_frames_per_second: 10 };
  expect(rate.charge(1_000, 0, after, 0)).toBe(500);
  expect(rate.charge(0, 21, after, 500)).toBe(100);
});
