/** Lists of bad addresses, asked of a real name server on loopback. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { DnsFixture } from './dns-fixture.ts';
import { Dnsbl, type DnsblList, type DnsblOptions } from './dnsbl.ts';

let dns: DnsFixture;
beforeAll(async () => {
  dns = await DnsFixture.open();
});
afterAll(() => dns.close());
beforeEach(() => {
  dns.names.clear();
  dns.asked.length = 0;
});

const list = (about: Partial<DnsblList> = {}): DnsblList => ({
  zone: 'bl.test',
  replies: [],
  action: 'refuse',
  reason: 'listed',
  ...about,
});
const dnsbl = (options: Partial<DnsblOptions> = {}) =>
  new Dnsbl({ resolver: dns.resolver(), lists: [list()], ...options });

it('asks for the numbers of an address in reverse, of IPv6 by digits', async () => {
  const lists = dnsbl();
  dns.names.set('9.2.0.192.bl.test', ['127.0.0.2']);
  const name = [...'20010db8000100020000000000000004'].reverse().join('.');
  dns.names.set(`${name}.bl.test`, ['127.0.0.4']);
  expect((await lists.check('192.0.2.9'))?.reason).toBe('listed');
  expect((await lists.check('::ffff:192.0.2.9'))?.reason).toBe('listed');
  expect((await lists.check('2001:db8:1:2::4'))?.reason).toBe('listed');
  expect(await lists.check('192.0.2.10')).toBe(null);
  expect(dns.asked).toEqual(['9.2.0.192.bl.test', `${name}.bl.test`, '10.2.0.192.bl.test']);
  expect(lists.counts).toEqual({ lookups: 3, hits: 3, failures: 0, skipped: 0 });
});

it('asks nobody about addresses that are on no list, and nobody where there are none', () => {
  const lists = dnsbl();
  for (const address of ['127.0.0.1', '::1', '10.1.2.3', '192.168.0.1', 'fe80::1', 'fd00::1', 'unix:'])
    expect(lists.check(address), address).toBe(null);
  expect(dnsbl({ lists: [] }).check('192.0.2.9')).toBe(null);
  expect(dns.asked).toEqual([]);
});

it('remembers what was said, that there is nothing included, and then answers at once', async () => {
  const lists = dnsbl();
  dns.names.set('9.2.0.192.bl.test', ['127.0.0.2']);
  await Promise.all([lists.check('192.0.2.9'), lists.check('192.0.2.9'), lists.check('192.0.2.10')]);
  expect(lists.check('192.0.2.9')).toMatchObject({ action: 'refuse' });
  expect(lists.check('192.0.2.10')).toBe(null);
  expect(dns.asked).toHaveLength(2);
  const small = dnsbl({ cacheEntries: 1 });
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.1']) await small.check(address);
  expect(small.answers.stats()).toMatchObject({ depth: 1, evicted: 2 });
});

it('keeps each reply once, however many addresses an answer has', async () => {
  const lists = dnsbl();
  dns.names.set('9.2.0.192.bl.test', ['127.0.0.2', '127.0.1.2', '127.9.9.2', '127.0.0.3']);
  await lists.check('192.0.2.9');
  expect(lists.answers.get('9.2.0.192.bl.test')).toEqual([2, 3]);
});

it('tells the gravest of what replies mean, and asks each list once', async () => {
  const lists = dnsbl({
    lists: [
      list({ replies: [3, 4], action: 'mark', reason: 'proxy' }),
      list({ replies: [2], action: 'require-sasl', reason: 'dynamic' }),
      list({ zone: 'other.test', replies: [9], action: 'refuse', reason: 'botnet' }),
    ],
  });
  const of = async (last: number, reply: string, other?: string) => {
    dns.names.set(`${last}.2.0.192.bl.test`, [reply]);
    if (other !== undefined) dns.names.set(`${last}.2.0.192.other.test`, [other]);
    return (await lists.check(`192.0.2.${last}`))?.reason ?? null;
  };
  expect(await of(1, '127.0.0.4')).toBe('proxy');
  expect(await of(2, '127.0.0.2')).toBe('dynamic');
  expect(await of(3, '127.0.0.2', '127.0.0.9')).toBe('botnet');
  expect(await of(4, '127.0.0.2', '127.0.0.8')).toBe('dynamic');
  expect(await of(5, '127.0.0.7')).toBe(null);
  expect(dns.asked).toHaveLength(10);
  lists.configure([list({ action: 'mark', reason: 'any' })]);
  expect((await lists.check('192.0.2.5'))?.reason).toBe('any');
});

it('takes errors of a list, and a domain that is none any more, for nothing', async () => {
  const lists = dnsbl();
  dns.names.set('1.2.0.192.bl.test', ['127.255.255.254']);
  dns.names.set('2.2.0.192.bl.test', ['203.0.113.7']);
  expect(await lists.check('192.0.2.1')).toBe(null);
  expect(await lists.check('192.0.2.2')).toBe(null);
  expect(lists.counts.failures).toBe(0);
});

it('lets in whom it was not told about in time, and does not ask about them for a while', async () => {
  const lists = dnsbl({ deadlineMs: 20, lists: [list(), list({ zone: 'good.test', action: 'mark' })] });
  dns.names.set('1.2.0.192.bl.test', 'silence');
  dns.names.set('1.2.0.192.good.test', ['127.0.0.2']);
  const answer = await lists.check('192.0.2.1');
  // On a starved machine the other one may be late as well.
  expect([null, 'mark']).toContain(answer?.action ?? null);
  expect(lists.counts.failures).toBeGreaterThan(0);
  const { lookups } = lists.counts;
  await lists.check('192.0.2.1');
  expect(lists.counts.lookups).toBe(lookups);
  dns.names.set('2.2.0.192.bl.test', 'failure');
  const broken = dnsbl();
  expect(await broken.check('192.0.2.2')).toBe(null);
  expect(broken.counts).toMatchObject({ failures: 1, hits: 0 });
});

it('has no more questions under way than may be', async () => {
  const lists = dnsbl({ mostQueries: 2 });
  for (const last of [1, 2, 3]) dns.names.set(`${last}.2.0.192.bl.test`, ['127.0.0.2']);
  const answers = await Promise.all([1, 2, 3].map((last) => lists.check(`192.0.2.${last}`)));
  expect(answers.map((answer) => answer?.action ?? null)).toEqual(['refuse', 'refuse', null]);
  expect(lists.counts).toMatchObject({ lookups: 2, skipped: 1 });
  for (const last of [4, 5]) dns.names.set(`${last}.2.0.192.bl.test`, ['127.0.0.2']);
  expect((await lists.check('192.0.2.4'))?.action).toBe('refuse');
});
