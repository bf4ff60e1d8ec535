/** ELINE: whom bans do not hit. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from './limits.ts';
import { type MemoryClient, MemoryServer } from './memory-server.ts';
import { ServerBans, serverBanSchema } from './server-bans.ts';

let irc: MemoryServer;
let eve: MemoryClient;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
  irc = new MemoryServer();
  eve = irc.join('eve', '', '198.51.100.7');
  irc.promote(eve, ['auspex', 'dline', 'eline', 'gline', 'kline']);
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

/** Whether somebody may come. */
const comes = (nick: string, address = '192.0.2.1') => irc.join(nick, '', address).closedWith === null;

describe('an exception', () => {
  it('lets in whom a K-line, of a real name too, or a G-line is against, until it is over or removed', () => {
    for (const ban of ['KLINE ~ann@*', 'XLINE *ann*', 'GLINE ~ann@192.0.2.0/24']) {
      eve.send(`${ban} :no`);
      expect(comes('ann'), ban).toBe(false);
      eve.send('ELINE 5 ~ann@192.0.2.1 :friend');
      const ann = irc.join('ann');
      expect(ann.closedWith, ban).toBe(null);
      ann.drop();
      vi.setSystemTime(Date.now() + 5 * 60_000);
      expect(comes('ann'), ban).toBe(false);
      eve.send('ELINE ~ann@192.0.2.1 :again');
      irc.join('ann').drop();
      eve.send('UNELINE ~Ann@192.0.2.1');
      expect(comes('ann'), ban).toBe(false);
      eve.send(ban.startsWith('G') ? 'UNGLINE ~ann@192.0.2.0/24' : `UN${ban}`);
    }
    expect(irc.server.bans.list()).toEqual([]);
  });

  it('spares the kinds that it names, and no other', () => {
    eve.send('KLINE ~ann@* :k', 'GLINE ~bob@* :g', 'DLINE 192.0.2.9 :d');
    const tried = (kinds: string) => {
      eve.send(`ELINE 192.0.2.0/24 ${kinds} :x`);
      const may = [['ann'], ['bob'], ['cat', '192.0.2.9']].map(([nick, address]) => {
        const client = irc.join(nick!, '', address);
        const stays = client.closedWith === null;
        if (stays) client.drop();
        return stays;
      });
      return [...may, irc.server.bans.sparedAt('192.0.2.3').includes('t')];
    };
    expect(tried('k')).toEqual([true, false, false, false]);
    expect(tried('g')).toEqual([false, true, false, false]);
    expect(tried('d')).toEqual([false, false, true, false]);
    expect(tried('t')).toEqual([false, false, false, true]);
    expect(tried('kdgst')).toEqual([true, true, true, true]);
  });

  it('keeps who is here when a ban comes, and nobody else', () => {
    const [ann, bob] = [irc.join('ann'), irc.join('bob')];
    eve.send('ELINE ~ann@* :friend');
    eve.send('GLINE 192.0.2.0/24 :g', 'KLINE *@192.0.2.0/24 :k');
    expect([ann.closedWith, bob.closedWith]).toEqual([null, 'G-lined: g']);
    eve.send('ELINE 192.0.2.1 :all');
    eve.send('DLINE 192.0.2.0/24 :d');
    expect(ann.closedWith).toBe(null);
    eve.send('UNELINE 192.0.2.1', 'UNDLINE 192.0.2.0/24', 'DLINE 192.0.2.0/24 :d');
    expect(ann.closedWith).toBe('D-lined: d');
  });

  it('of several kinds adds up with others, and one ban that is spared hides no other', () => {
    eve.send('DLINE 192.0.2.0/24 :d');
    eve.send('KLINE ~ann@* :k');
    eve.send('ELINE 192.0.2.0/24 d :x');
    expect(irc.join('ann').closedWith).toBe('K-lined: k');
    eve.send('ELINE ~ann@192.0.2.1 k :x');
    expect(comes('ann')).toBe(true);
  });

  it('names an address or network where it is asked before there is a user, and spares nobody by a slip', () => {
    const said = (line: string) => eve.send(line)[0];
    for (const mask of [
      '*@*',
      '*@0.0.0.0/0',
      '10.0.0.0/7',
      'a!b@c',
      `${'x'.repeat(limits.maskBytes.default)}@b`,
    ])
      expect(said(`ELINE ${mask}`), mask).toContain('ELINE failed');
    expect(said('ELINE a@b.test t :x')).toContain('name an address or network for them');
    expect(said('ELINE ann@10.0.0.0/8 d :x')).toContain('name an address or network for them');
    expect(said('ELINE a@b.test kx :x')).toContain('x is no kind of ban, expected some of kdgst');
    expect(irc.server.bans.size).toBe(0);
    eve.send('ELINE a@b.test :x', 'ELINE *!*@2001:db8::/32 :x');
    expect(irc.server.bans.list().map(({ mask, spares }) => [mask, spares])).toEqual([
      ['a@b.test', 'kgs'],
      ['*@2001:db8::/32', 'kdgst'],
    ]);
  });

  it('is stored, listed by STATS e, and told by TESTLINE with whom it saves from what', () => {
    eve.send('KLINE ~ann@* :spam', 'GLINE ~ann@* :bad');
    eve.send('ELINE 10 ~ann@192.0.2.1 k :friend');
    expect(eve.send('STATS e')[0]).toBe(
      ':irc.test 223 eve E ~ann@192.0.2.1 k :friend (eve!~eve@198.51.100.7 (oper test))',
    );
    expect(eve.send('STATS k').join()).not.toContain('friend');
    irc.join('ann');
    expect(eve.send('TESTLINE ~ann@192.0.2.1').map((line) => line.replace(':irc.test 725 eve ', ''))).toEqual(
      [
        'E 10 ~ann@192.0.2.1 :friend (spares k)',
        'K 0 ~ann@* :spam (spared by ~ann@192.0.2.1)',
        'G 10080 ~ann@* :bad',
      ],
    );
    const stored = JSON.parse(JSON.stringify(irc.server.bans.list())).map((ban: unknown) =>
      serverBanSchema.parse(ban),
    );
    const again = new ServerBans();
    for (const ban of stored) again.add(ban);
    expect(again.list()).toEqual(irc.server.bans.list());
    const bad = { kind: 'kline', mask: 'a@b', spares: 'k', reason: '', by: '', setMs: 0, expiresMs: null };
    expect(serverBanSchema.safeParse(bad).success).toBe(false);
    expect(serverBanSchema.safeParse({ ...bad, kind: 'except', spares: 'd' }).success).toBe(false);
    expect(serverBanSchema.safeParse({ ...bad, kind: 'except' }).success).toBe(true);
  });
});
