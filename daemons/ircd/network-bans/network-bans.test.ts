import { describe, expect, it } from 'vitest';
import { canonicalNetworkMask, networkBanKey } from '../../irc/network-ban.ts';
import { limits } from '../limits.ts';
import { MemoryServer } from '../memory-server.ts';
import { ServerBans } from '../server-bans.ts';
import { SpamFilters } from '../spam-filters/spam-filters.ts';
import { banSource, restoreBans, storedBanSchema } from '../stored-bans.ts';
import { checkNetworkMask, type NetworkBan } from './network-ban.ts';
import { NetworkBans } from './network-bans.ts';

const NOW = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

const ban = (more: Partial<NetworkBan> = {}): NetworkBan => ({
  kind: 'gline',
  mask: '*@bad.test',
  reason: 'spam',
  by: 'hub.test',
  setMs: NOW,
  active: true,
  changedSeconds: 100,
  expiresMs: NOW + HOUR,
  keptMs: NOW + 2 * HOUR,
  ...more,
});

describe('the bans of the network', () => {
  it('are found by any spelling of their mask', () => {
    expect(canonicalNetworkMask('gline', '10.1.2.3')).toBe('*@10.1.2.3');
    expect(canonicalNetworkMask('gline', '*!a@10.1.2.3/8')).toBe('a@10.0.0.0/8');
    expect(canonicalNetworkMask('gline', '#bad')).toBe('#bad');
    expect(networkBanKey('jupe', 'Bad.Test')).toBe('jupe bad.test');
    const bans = new NetworkBans();
    bans.set(ban({ mask: 'a@10.0.0.0/8' }), NOW);
    expect(bans.get('gline', 'A@10.9.9.9/8', NOW)?.reason).toBe('spam');
    expect(bans.get('jupe', 'a@10.0.0.0/8', NOW)).toBeUndefined();
  });

  it('hold until their end, and are remembered for longer', () => {
    const bans = new NetworkBans();
    bans.set(ban(), NOW);
    bans.set(ban({ mask: '*@lifted.test', active: false }), NOW);
    const masks = (list: readonly NetworkBan[]) => list.map(({ mask }) => mask);
    expect(masks(bans.inForce(NOW))).toEqual(['*@bad.test']);
    expect(masks(bans.list(NOW))).toEqual(['*@bad.test', '*@lifted.test']);
    expect(masks(bans.inForce(NOW + HOUR))).toEqual([]);
    expect(masks(bans.list(NOW + HOUR))).toHaveLength(2);
    expect(masks(bans.list(NOW + 2 * HOUR))).toEqual([]);
    expect(bans.get('gline', '*@bad.test', NOW + 2 * HOUR)).toBeUndefined();
  });

  it('refuse whom they are against, by host, address and cloak', () => {
    const irc = new MemoryServer();
    const user = irc.join('ann', '', '10.1.2.3').user!;
    Object.assign(user, { realHost: 'pc.bad.test', cloaks: ['abc.cloak'] });
    const refusal = (mask: string, more: Partial<NetworkBan> = {}, at = NOW) => {
      const bans = new NetworkBans();
      bans.set(ban({ mask: '*@other.test' }), NOW);
      bans.set(ban({ mask, ...more }), NOW);
      return bans.refusalForUser(user, at);
    };
    for (const mask of ['*@*.bad.test', 'ann@10.0.0.0/8', '~ann@abc.cloak', '*@pc.bad.test'])
      expect(refusal(mask), mask).toBe('G-lined: spam');
    expect(refusal('bob@10.0.0.0/8')).toBeNull();
    expect(refusal('*@*.bad.test', { active: false })).toBeNull();
    expect(refusal('*@*.bad.test', {}, NOW + HOUR)).toBeNull();
    // What only other servers can ban is no reason here.
    for (const mask of ['*@*', '#ann', '$Rann']) expect(refusal(mask), mask).toBeNull();
    irc.close();
  });

  it('refuse servers by name', () => {
    const bans = new NetworkBans();
    bans.set(ban({ kind: 'jupe', mask: 'Bad.test' }), NOW);
    expect(bans.refusalForServer('bad.TEST', NOW)).toBe('the server is juped: spam');
    expect(bans.refusalForServer('good.test', NOW)).toBeNull();
    expect(bans.refusalForServer('bad.test', NOW + HOUR)).toBeNull();
    expect(checkNetworkMask('jupe', 'a b')).toContain('no name of a server');
  });

  it('are as many as may be, and have room again when some are over', () => {
    const bans = new NetworkBans();
    for (let i = 0; i < limits.networkBans.default; i++)
      bans.set(ban({ kind: 'jupe', mask: `n${i}.test`, expiresMs: NOW + 1, keptMs: NOW + 1 + i }), NOW);
    expect(bans.hasRoom('jupe', 'more.test', NOW)).toBe(false);
    expect(bans.hasRoom('jupe', 'n5.test', NOW)).toBe(true);
    expect(bans.hasRoom('jupe', 'more.test', NOW + 10)).toBe(true);
    expect(bans.size).toBeLessThan(limits.networkBans.default);
  });

  it('are stored beside those of the server', () => {
    expect(storedBanSchema.parse(ban())).toEqual(ban());
    const own = { kind: 'dline', mask: '10.0.0.1', reason: 'x', by: 'y', setMs: 1, expiresMs: null };
    expect(storedBanSchema.parse(own)).toEqual(own);
    const [before, after] = [0, 1].map(() => ({
      bans: new ServerBans(),
      networkBans: new NetworkBans(),
      spamFilters: new SpamFilters(),
    }));
    const now = Date.now();
    const times = { expiresMs: now + HOUR, keptMs: now + HOUR };
    for (const one of [ban(times), ban({ ...times, mask: '*@lifted.test', active: false })])
      before!.networkBans.set(one);
    before!.bans.add({ ...own, kind: 'dline' });
    const source = banSource(() => before!);
    restoreBans(
      after!,
      JSON.parse(JSON.stringify(source.list())).map((one: unknown) => storedBanSchema.parse(one)),
    );
    expect(banSource(() => after!).list()).toEqual(source.list());
    expect(source.list().map((one) => [source.keyOf(one), source.endMs(one)])).toEqual([
      ['dline 10.0.0.1', null],
      ['gline *@bad.test', now + HOUR],
      ['gline *@lifted.test', now + HOUR],
    ]);
    expect(storedBanSchema.safeParse({ ...ban(), mask: 'a b' }).success).toBe(false);
    expect(storedBanSchema.safeParse({ ...own, mask: 'nowhere' }).success).toBe(false);
  });
});
