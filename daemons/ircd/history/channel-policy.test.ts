/** What a channel may say of how much it keeps, and in which one spelling it is shown. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AS_SERVER, lesserPolicy, parseHistoryPolicy, shortTime } from './channel-policy.ts';

const part = <T>(value: fc.Arbitrary<T>) => fc.option(value);
const policy = fc.record({
  messages: part(fc.integer({ min: 1, max: 100_000 })),
  minutes: part(fc.integer({ min: 1, max: 527_040 })),
  readers: part(fc.constantFrom('present' as const, 'members' as const)),
});

it('is read as it was meant, shown in one spelling, and that is read as the same', () => {
  fc.assert(
    fc.property(policy, fc.boolean(), ({ messages, minutes, readers }, isLong) => {
      const time =
        minutes === null ? '*' : isLong ? `${Math.floor(minutes / 60)}h${minutes % 60}m` : `${minutes}M`;
      const text = `${messages ?? '*'}:${time}:${readers?.toUpperCase() ?? '*'}`;
      const read = parseHistoryPolicy(text);
      expect(read).toMatchObject({ messages, minutes, readers });
      expect(parseHistoryPolicy(read!.text)).toEqual(read);
      expect(read!.text.length).toBeLessThan(30);
    }),
  );
});

it('takes whatever may come for none or for one that is shown in one word', () => {
  const text = fc.stringMatching(/^[*0-9:dhmwpresntmb]{0,24}$/);
  fc.assert(
    fc.property(fc.oneof(fc.string(), text), (given) => {
      const read = parseHistoryPolicy(given);
      if (read === null) return;
      expect(read.text).toMatch(/^[\w:*]+$/);
      expect(parseHistoryPolicy(read.text)).toEqual(read);
    }),
  );
});

it.each([
  ['50:7d', '50:1w'],
  ['50:1440m', '50:1d'],
  ['50:1d12h', '50:36h'],
  ['*:90m', '*:90m'],
  ['50:*', '50:*'],
  ['*:*', AS_SERVER],
  ['*:*:*', AS_SERVER],
  ['*:*:members', '*:*:members'],
  ['100000:366d:PRESENT', '100000:366d:present'],
])('%s is shown as %s', (given, shown) => {
  expect(parseHistoryPolicy(given)?.text).toBe(shown);
});

it.each([
  '',
  '50',
  // A number alone means minutes to UnrealIRCd and seconds to InspIRCd.
  '50:1440',
  '0:7d',
  '050:7d',
  '100001:7d',
  '50:0m',
  '50:367d',
  '50:99999999d',
  '50:1h1d',
  '50:7s',
  '50:7d:all',
  '50:7d:members:x',
  ' 50:7d',
  '-1:7d',
])('“%s” is none', (given) => {
  expect(parseHistoryPolicy(given)).toBe(null);
});

it('of two holds the own one, and of two own ones the same on both sides', () => {
  expect(lesserPolicy(null, '*')).toBe('*');
  expect(lesserPolicy('*', '50:1d')).toBe('50:1d');
  expect(lesserPolicy('50:1d', '*')).toBe('50:1d');
  expect(lesserPolicy('50:1d', '40:1d')).toBe(lesserPolicy('40:1d', '50:1d'));
  expect(shortTime(527_040)).toBe('366d');
});
