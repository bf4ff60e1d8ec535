/** Spam filters: what they keep from being said, what they do to who says it, and what is kept for trying them. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { limits } from '../limits.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import { banSource, restoreBans, storedBanSchema } from '../stored-bans.ts';
import { tryFilter } from './filter-trial.ts';
import { RecentTexts } from './recent-texts.ts';
import { parseTargetLetters, parseTargets, type SpamAction, type SpamTarget } from './spam-filter.ts';
import { SpamFilters } from './spam-filters.ts';
import { foldSpam } from './spam-pattern.ts';

let irc: MemoryServer;
let eve: MemoryClient;
let bob: MemoryClient;
let cat: MemoryClient;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
  irc = new MemoryServer();
  eve = irc.join('eve', '', '198.51.100.1');
  irc.promote(eve, ['spamfilter']);
  bob = irc.join('bob', 'message-tags batch draft/multiline draft/metadata-3', '192.0.2.7');
  cat = irc.join('cat', '', '192.0.2.8');
  bob.send('JOIN #c');
  cat.send('JOIN #c');
  for (const client of [bob, eve]) client.received();
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

function filter(targets: string, action: SpamAction, pattern = '*viagra*', minutes = 5): void {
  const list = parseTargets(targets) as readonly SpamTarget[];
  const about = { kind: 'spam', reason: 'no ads', by: 'admin', setMs: Date.now() } as const;
  expect(irc.server.spamFilters.set({ ...about, pattern, targets: list, action, minutes })).toBe(null);
}

it('keeps a text from being said where it is looked for, and nowhere else', () => {
  const said: readonly (readonly [target: string, line: string, answer: string | null])[] = [
    ['private', 'PRIVMSG cat :get viagra', ':irc.test 531 bob cat :Refused by a spam filter: no ads'],
    ['channel', 'PRIVMSG #c :get viagra', ':irc.test 404 bob #c :Refused by a spam filter: no ads'],
    ['private-notice', 'NOTICE cat :get viagra', null],
    ['channel-notice', 'NOTICE #c :get viagra', null],
    ['topic', 'TOPIC #c :get viagra', ':irc.test FAIL TOPIC SPAM #c :Refused by a spam filter: no ads'],
    ['away', 'AWAY :get viagra', ':irc.test FAIL AWAY SPAM :Refused by a spam filter: no ads'],
    ['realname', 'SETNAME :get viagra', ':irc.test FAIL SETNAME SPAM :Refused by a spam filter: no ads'],
    [
      'metadata',
      'METADATA * SET url :get viagra',
      ':irc.test FAIL METADATA SPAM bob url :Refused by a spam filter: no ads',
    ],
  ];
  for (const [target, line, answer] of said) {
    filter(target, 'block');
    expect(bob.send(line), target).toEqual(answer === null ? [] : [answer]);
    expect(cat.received(), target).toEqual([]);
    const others = said.map(([name]) => name).filter((name) => name !== target);
    filter(others.join(','), 'block');
    expect(bob.send(line).join(), target).not.toContain('spam filter');
    bob.send('TOPIC #c :', 'AWAY');
    cat.received();
  }
  expect(irc.server.counters.spamMatches).toBe(said.length);
  expect(bob.closedWith).toBe(null);
});

it('lets who kicks do so without the words, and looks at nothing where nobody is kicked', () => {
  filter('kick', 'block');
  const dan = irc.join('dan');
  dan.send('JOIN #c');
  bob.received();
  cat.received();
  cat.send('KICK #c dan :get viagra');
  bob.send('KICK #c eve :get viagra');
  expect(irc.server.counters.spamMatches).toBe(0);
  bob.send('KICK #c dan :get viagra');
  expect(dan.received().at(-1)).toBe(':bob!~bob@192.0.2.7 KICK #c dan :bob');
  bob.send('KICK #c cat :bye');
  expect(cat.received().at(-1)).toBe(':bob!~bob@192.0.2.7 KICK #c cat :bye');
  filter('kick', 'kill');
  dan.send('JOIN #c');
  bob.send('KICK #c dan :get viagra');
  expect(bob.closedWith).toBe('Spam: no ads');
  expect(dan.received().join()).not.toContain('KICK');
});

it('looks at real names of who comes, and at what channels say of themselves', () => {
  filter('realname', 'block');
  const fresh = irc.connect();
  expect(fresh.send('NICK x', 'USER x 0 * :buy viagra')).toContain(
    ':irc.test 465 x :Refused by a spam filter: no ads',
  );
  expect(fresh.closedWith).toBe('Refused by a spam filter: no ads');
  filter('realname', 'kline');
  const next = irc.connect('203.0.113.5');
  next.send('NICK x', 'USER x 0 * :buy viagra');
  expect(next.closedWith).toBe('Spam: no ads');
  expect(irc.server.bans.list().map(({ mask }) => mask)).toEqual(['*@203.0.113.5']);
  filter('realname', 'warn');
  const warned = irc.connect();
  expect(warned.send('NICK x', 'USER x 0 * :buy viagra')[0]).toContain(' 001 x ');
  filter('metadata', 'block');
  expect(bob.send('METADATA #c SET url :viagra')).toEqual([
    ':irc.test FAIL METADATA SPAM #c url :Refused by a spam filter: no ads',
  ]);
  expect([...irc.server.metadata.of(irc.server.state.findChannel('#c')!)]).toEqual([]);
  // Taking a value away says nothing.
  bob.send('METADATA #c SET url :ours');
  expect(bob.send('METADATA #c SET url').join()).not.toContain('SPAM');
});

it('has who was ended for what they said to one say it to nobody else in the same line', () => {
  filter('channel', 'kill');
  cat.received();
  bob.send('PRIVMSG #c,cat,eve :get viagra');
  expect(bob.closedWith).toBe('Spam: no ads');
  expect(cat.received().join()).not.toContain('get viagra');
  expect(eve.received().join()).not.toContain('get viagra');
  expect(irc.server.counters.spamMatches).toBe(1);
});

it('tells operators and the log of some in a second, and counts the rest', () => {
  filter('private', 'block');
  eve.received();
  irc.host.logs.length = 0;
  for (let said = 0; said < limits.spamRecords.default + 3; said++) bob.send('PRIVMSG cat :viagra');
  const met = irc.host.logs.filter(({ event }) => event === 'spam_filter_matched');
  expect([met.length, eve.received().length]).toEqual([limits.spamRecords.default, met.length]);
  irc.server.spamRecords.close();
  const text = 'Spam filters met 3 more texts within a second';
  expect(irc.host.logs.at(-1)).toMatchObject({
    event: 'spam_not_logged',
    message: text,
    fields: { texts: 3 },
  });
  expect(eve.received()).toEqual([expect.stringContaining(text)]);
  expect(irc.server.counters.spamMatches).toBe(limits.spamRecords.default + 3);
});

it('lets go who parts or quits, without the words', () => {
  filter('part,quit', 'block');
  expect(bob.send('PART #c :viagra!')[0]).toMatch(/ PART #c$/);
  expect(cat.received().join()).not.toContain('viagra');
  bob.send('JOIN #c');
  cat.received();
  bob.send('QUIT :viagra!');
  expect(cat.received()).toEqual([expect.stringMatching(/ QUIT :Client Quit$/)]);
  const newcomer = irc.connect();
  newcomer.send('QUIT :viagra!');
  expect(newcomer.closedWith).toBe('Quit: viagra!');
});

it('passes IRC operators, and what is said to services', () => {
  filter('all', 'kill');
  eve.send('PRIVMSG bob :viagra');
  expect(bob.received()).toEqual([expect.stringMatching(/ PRIVMSG bob :viagra$/)]);
  Object.assign(irc.server.state.me, { flags: 's' });
  bob.send('PRIVMSG cat :viagra');
  expect(cat.received()).toEqual([expect.stringMatching(/ PRIVMSG cat :viagra$/)]);
  expect(bob.closedWith).toBe(null);
});

it('tells operators and the log which filter it was, and never what was said', () => {
  filter('all', 'warn');
  bob.send('PRIVMSG cat :my secret viagra');
  expect(cat.received()).toHaveLength(1);
  const [told] = eve.received();
  expect(told).toMatch(/Spam filter "\*viagra\*" \(warn\) met bob!~bob@192\.0\.2\.7 in private$/);
  const log = irc.host.logs.find(({ event }) => event === 'spam_filter_matched');
  expect(JSON.stringify([told, log])).not.toContain('secret');
});

it('disconnects, and bans the address, of IPv6 the /64', () => {
  filter('private', 'kill');
  bob.send('PRIVMSG cat :viagra');
  expect(bob.closedWith).toBe('Spam: no ads');
  filter('private', 'kline');
  cat.received();
  const six = irc.join('six', '', '2001:db8:1:2:3::4');
  six.send('PRIVMSG cat :viagra');
  expect(six.closedWith).toBe('Spam: no ads');
  const [ban] = irc.server.bans.list();
  expect([ban?.kind, ban?.mask, ban?.expiresMs]).toEqual([
    'kline',
    '*@2001:db8:1:2::/64',
    Date.now() + 300_000,
  ]);
  filter('private', 'gline');
  cat.received();
  const four = irc.join('four', '', '192.0.2.9');
  const same = irc.join('same', '', '192.0.2.9');
  four.send('PRIVMSG cat,cat2 :viagra');
  expect([four.closedWith, same.closedWith]).toEqual(['Spam: no ads', 'G-lined: no ads']);
  expect(irc.server.networkBans.inForce().map(({ mask }) => mask)).toEqual(['*@192.0.2.9']);
  expect(cat.received()).toEqual([]);
  expect(irc.host.saves).toBe(2);
});

it('takes a message of several lines together', () => {
  filter('channel', 'block', 'free beer');
  const lines = (...texts: string[]) => [
    'BATCH +1 draft/multiline #c',
    ...texts.map((text, at) => `@batch=1${at > 0 ? ';draft/multiline-concat' : ''} PRIVMSG #c :${text}`),
    'BATCH -1',
  ];
  expect(bob.send(...lines('fr', 'ee be', 'er'))).toEqual([
    ':irc.test 404 bob #c :Refused by a spam filter: no ads',
  ]);
  filter('private', 'block', 'free beer');
  const directly = lines('free beer').map((line) => line.replace('#c', 'cat'));
  expect(bob.send(...directly)).toEqual([':irc.test 531 bob cat :Refused by a spam filter: no ads']);
  expect(cat.received()).toEqual([]);
});

it('keeps what is said only where that is set, what is private only where that is set too, and not for long', () => {
  const keep = (recent_minutes: number, recent_private: boolean) =>
    irc.server.configure({ ...irc.server.config, spam: { recent_minutes, recent_private } }, null);
  const say = () =>
    bob.send('PRIVMSG cat :private words', 'PRIVMSG #c :public words', 'NOTICE cat :private words');
  const met = (targets = 'all') =>
    tryFilter(irc.server.recentTexts, 'words', parseTargets(targets) as readonly SpamTarget[]).met;
  say();
  expect(irc.server.recentTexts.size).toBe(0);
  keep(10, false);
  say();
  expect(met().map(({ text, place }) => [text, place])).toEqual([['public words', '#c']]);
  keep(10, true);
  say();
  expect(met().map(({ target }) => target)).toEqual(['private-notice', 'channel', 'private', 'channel']);
  expect(met('private')).toHaveLength(1);
  vi.setSystemTime(Date.now() + 5 * 60_000);
  say();
  vi.setSystemTime(Date.now() + 5 * 60_000);
  expect(met()).toHaveLength(3);
  keep(10, false);
  expect(met().map(({ target }) => target)).toEqual(['channel']);
  expect(irc.server.recentTexts.bytes).toBe(120 + 2 * ('public words'.length * 2 + '#cbob'.length));
  keep(0, false);
  expect([irc.server.recentTexts.size, irc.server.recentTexts.bytes]).toEqual([0, 0]);
});

it('holds no more of it than a limit says', () => {
  const recent = new RecentTexts({ recent_minutes: 60, recent_private: true });
  const text = (at: number, length: number) => {
    const said = 'x'.repeat(length);
    return { atMs: at, target: 'channel', nick: '', place: '', text: said, folded: said } as const;
  };
  for (let i = 0; i < limits.recentTexts.default + 2_000; i++) recent.keep(text(i, 1));
  expect([recent.size, [...recent.values()][0]?.atMs]).toEqual([limits.recentTexts.default, 2_000]);
  for (let i = 0; i < 20; i++) recent.keep(text(99_999, limits.recentTextBytes.default / 40));
  expect(recent.bytes).toBeLessThanOrEqual(limits.recentTextBytes.default);
  expect(recent.size).toBe(9);
});

it('are so many at most, each of one pattern, and stored with the bans', () => {
  const filters = new SpamFilters();
  const about = {
    kind: 'spam',
    reason: 'x',
    by: 'y',
    setMs: 1,
    targets: ['quit'],
    action: 'kill',
    minutes: 5,
  } as const;
  for (let i = 0; i < limits.spamFilters.default; i++)
    expect(filters.set({ ...about, pattern: `p${i}` })).toBe(null);
  expect(filters.set({ ...about, pattern: 'more' })).toContain(
    `there are ${limits.spamFilters.default} spam filters`,
  );
  expect(filters.match('quit', [foldSpam('P7')], 5)?.pattern).toBe('p7');
  expect(filters.set({ ...about, pattern: 'P7', action: 'warn' })).toBe(null);
  expect([...filters.states()][7]).toMatchObject({ hits: 1, lastMs: 5, filter: { action: 'warn' } });
  expect(filters.remove('p1')?.pattern).toBe('p1');
  expect(filters.match('quit', [foldSpam('p1')], 5)?.pattern).not.toBe('p1');
  expect(filters.problemWith('x'.repeat(limits.spamPatternBytes.default + 1))).toContain('at most 200 bytes');
  expect(filters.problemWith('a\0b')).toContain('control characters');

  const lists = {
    bans: irc.server.bans,
    networkBans: irc.server.networkBans,
    spamFilters: new SpamFilters(),
  };
  lists.spamFilters.set({ ...about, pattern: 'Kept *' });
  const source = banSource(() => lists);
  const stored = JSON.parse(JSON.stringify(source.list())).map((one: unknown) => storedBanSchema.parse(one));
  const after = { ...lists, spamFilters: new SpamFilters() };
  restoreBans(after, stored);
  expect(after.spamFilters.list()).toEqual(lists.spamFilters.list());
  expect(source.list().map((one) => [source.keyOf(one), source.endMs(one)])).toEqual([['spam kept *', null]]);
  expect(storedBanSchema.safeParse({ ...about, pattern: '*' }).success).toBe(false);
});

it('charges who speaks for what is compared', () => {
  filter('channel', 'warn', `*${'a?'.repeat(50)}b*`);
  const spent = vi.spyOn(irc.host.work, 'spend');
  const { spamFilters } = irc.server;
  bob.send(`PRIVMSG #c :${'a'.repeat(300)}`);
  expect(spamFilters.matchNs).toBeGreaterThan(1_000);
  expect(spent.mock.calls.flat()).toContain(spamFilters.matchNs);
});

it('knows targets by name and by letter', () => {
  expect(parseTargets('quit,private')).toEqual(['private', 'quit']);
  expect(parseTargetLetters('Np')).toEqual(['private', 'channel-notice']);
  expect(parseTargets('quit,nick')).toEqual({ problem: expect.stringContaining('nick is no target') });
  expect(parseTargetLetters('px')).toEqual({ problem: expect.stringContaining('x is no target') });
});
