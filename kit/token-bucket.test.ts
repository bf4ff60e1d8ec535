import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyedRateLimiter } from './keyed-rate-limiter.ts';
import { Rate, ratePerSecond, TokenBucket } from './token-bucket.ts';

const settings = fc.record({
  burst: fc.integer({ min: 1, max: 1_000 }),
  tokens: fc.integer({ min: 1, max: 1_000 }),
  perMs: fc.integer({ min: 1, max: 60_000 }),
});

test('a burst passes at once, then one each time the rate allows', () => {
  const bucket = new TokenBucket(new Rate({ burst: 3, tokens: 2, perMs: 1_000 }), 0);
  expect([1, 2, 3, 4].map(() => bucket.take(1, 0))).toEqual([true, true, true, false]);
  expect(bucket.retryAfterMs(1)).toBe(500);
  expect(bucket.take(1, 499)).toBe(false);
  expect(bucket.take(1, 500)).toBe(true);
});

test('whoever waits as long as they are told passes, and a millisecond less is too early', () => {
  fc.assert(
    fc.property(settings, fc.integer({ min: 0, max: 1e9 }), fc.array(fc.nat(5_000)), (rate, start, gaps) => {
      const bucket = new TokenBucket(new Rate(rate), start);
      let now = start;
      for (const gap of gaps) {
        now += gap;
        if (bucket.take(1, now)) continue;
        const wait = bucket.retryAfterMs(1);
        expect(wait).toBeGreaterThan(0);
        expect(bucket.take(1, now + wait - 1)).toBe(false);
        now += wait;
        expect(bucket.take(1, now)).toBe(true);
      }
    }),
  );
});

test('what may be taken does not depend on how often the bucket is looked at, to the last part of a token', () => {
  fc.assert(
    fc.property(settings, fc.array(fc.nat(700), { minLength: 1 }), (rate, gaps) => {
      const often = new TokenBucket(new Rate(rate), 0);
      const once = new TokenBucket(new Rate(rate), 0);
      often.charge(rate.burst * 3);
      once.charge(rate.burst * 3);
      let now = 0;
      for (const gap of gaps) {
        now += gap;
        often.refill(now);
      }
      once.refill(now);
      expect(often.spent).toBe(once.spent);
    }),
  );
});

test('never lets more pass than the burst and what came back', () => {
  fc.assert(
    fc.property(
      settings,
      fc.array(fc.tuple(fc.nat(3_000), fc.integer({ min: 1, max: 5 }))),
      (rate, takes) => {
        const bucket = new TokenBucket(new Rate(rate), 0);
        let now = 0;
        let passed = 0;
        for (const [gap, tokens] of takes) {
          now += gap;
          if (bucket.take(tokens, now)) passed += tokens;
          expect(passed).toBeLessThanOrEqual(rate.burst + (now * rate.tokens) / rate.perMs);
        }
      },
    ),
  );
});

test('what is owed has an end, and an older reading of the clock neither gives nor takes', () => {
  const bucket = new TokenBucket(new Rate({ burst: 10, tokens: 1, perMs: 1_000, maxDebt: 5 }), 50_000);
  bucket.charge(1_000_000);
  expect(bucket.spent).toBe(15);
  expect(bucket.retryAfterMs(1)).toBe(6_000);
  bucket.refill(10_000);
  expect(bucket.spent).toBe(15);
  bucket.refill(56_000);
  expect(bucket.retryAfterMs(1)).toBe(0);
  expect(bucket.recoversInMs).toBe(9_000);
});

test('a rate that changes leaves what was used, and holds from then on', () => {
  const bucket = new TokenBucket(new Rate({ burst: 10, tokens: 1, perMs: 1_000 }), 0);
  bucket.charge(10);
  bucket.changeRate(new Rate({ burst: 100, tokens: 10, perMs: 500 }));
  expect(bucket.retryAfterMs(1)).toBe(50);
  bucket.refill(1_000_000);
  bucket.changeRate(new Rate({ burst: 2, tokens: 1, perMs: 1 }));
  expect([1, 2, 3].map(() => bucket.take(1, 1_000_000))).toEqual([true, true, false]);
});

test('a third of a token a second is one in three seconds, to the millisecond', () => {
  const bucket = new TokenBucket(ratePerSecond(1, 1 / 3), 0);
  expect(bucket.take(1, 0)).toBe(true);
  expect(bucket.retryAfterMs(1)).toBe(3_000);
  expect(bucket.take(1, 3_000)).toBe(true);
  expect(new TokenBucket(ratePerSecond(5, 2), 0).retryAfterMs(6)).toBe(500);
});

const twoASecond = new Rate({ burst: 2, tokens: 2, perMs: 1_000 });

test('each key has an allowance of its own, is listed until it has recovered, and can be forgiven', () => {
  const limiter = new KeyedRateLimiter(10);
  expect([1, 2, 3].map(() => limiter.take('a', twoASecond, 0))).toEqual([0, 0, 500]);
  expect(limiter.take('b', twoASecond, 0)).toBe(0);
  expect(limiter.entries(0)).toEqual([
    { key: 'b', recoversInMs: 500 },
    { key: 'a', recoversInMs: 1_000 },
  ]);
  expect(limiter.entries(500).map(({ key }) => key)).toEqual(['a']);
  expect(limiter.delete('a')).toBe(true);
  expect(limiter.delete('a')).toBe(false);
  expect(limiter.take('a', twoASecond, 0)).toBe(0);
  limiter.clear();
  expect(limiter.size).toBe(0);
});

test('remembers no more keys than it may, those longest that were used last, and lets recovered ones go', () => {
  const limiter = new KeyedRateLimiter(3);
  for (const key of ['a', 'b', 'c', 'a', 'd']) limiter.take(key, twoASecond, 0);
  expect(limiter.size).toBe(3);
  expect(limiter.entries(0).map(({ key }) => key)).toEqual(['d', 'a', 'c']);
  limiter.take('e', twoASecond, 1_000_000);
  limiter.take('f', twoASecond, 1_000_000);
  expect(limiter.size).toBe(2);
});

test('a microsecond gives back what it is worth', () => {
  const bucket = new TokenBucket(new Rate({ burst: 10, tokens: 1_000, perMs: 1 }), 0);
  bucket.charge(5);
  bucket.refill(0.001);
  expect(bucket.spent).toBe(4);
});

test('a key goes on at the rate that it has now, and each new one lets two go that have recovered', () => {
  const limiter = new KeyedRateLimiter(100);
  limiter.take('a', twoASecond, 0);
  limiter.take('a', twoASecond, 0);
  expect(limiter.take('a', twoASecond, 0)).toBe(500);
  expect(limiter.take('a', new Rate({ burst: 20, tokens: 20, perMs: 1_000 }), 0)).toBe(50);
  for (let n = 0; n < 9; n++) limiter.take(`k${n}`, twoASecond, 0);
  expect(limiter.size).toBe(10);
  limiter.take('new', twoASecond, 60_000);
  expect(limiter.size).toBe(9);
});
