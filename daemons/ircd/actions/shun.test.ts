/** SHUN: who may do nothing but leave. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OPER_FLAGS } from '../config.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';

let irc: MemoryServer;
let eve: MemoryClient;
let bob: MemoryClient;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
  irc = new MemoryServer();
  eve = irc.join('eve', '', '198.51.100.7');
  bob = irc.join('bob', 'labeled-response batch draft/multiline message-tags standard-replies');
  irc.promote(eve, OPER_FLAGS);
  eve.send('JOIN #c');
  bob.send('JOIN #c');
  eve.received();
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

const speaks = (client: MemoryClient) => {
  client.send('PRIVMSG #c :hello');
  return eve.received().some((line) => line.endsWith(' PRIVMSG #c :hello'));
};

describe('whoever is under a shun', () => {
  it('is not heard, whatever they send, and may leave', () => {
    eve.send('SHUN ~bob@192.0.2.0/24 :noise');
    eve.received();
    const lines = [
      'PRIVMSG #c :x',
      'NOTICE eve :x',
      'NICK rob',
      'JOIN #d',
      'TOPIC #c :x',
      'AWAY :x',
      'NOTHING',
      'WHOIS eve',
    ];
    expect(bob.send(...lines, 'BATCH +a draft/multiline #c', '@batch=a PRIVMSG #c :x', 'BATCH -a')).toEqual(
      [],
    );
    expect(bob.send('PRIVMSG #c :\xff')).toEqual([]);
    expect([eve.received(), bob.user!.nick, bob.user!.memberships.size]).toEqual([[], 'bob', 1]);
    expect(bob.send('PING x')).toEqual([':irc.test PONG irc.test :x']);
    expect(bob.send('PART #c').at(-1)).toContain(' PART #c');
    expect(bob.send('QUIT :bye').at(-1)).toContain('ERROR ');
  });

  it('leaves without a word', () => {
    eve.send('SHUN ~bob@* :noise');
    const ann = irc.join('ann', '', '203.0.113.1');
    ann.send('JOIN #c');
    eve.received();
    bob.send('PART #c :noise');
    expect(eve.received()).toEqual([expect.stringMatching(/ PART #c$/)]);
    ann.send('PART #c :bye', 'JOIN #c');
    expect(eve.received()[0]).toContain(' PART #c :bye');
    eve.send('UNSHUN ~bob@*');
    bob.send('JOIN #c');
    eve.send('SHUN ~bob@* :noise');
    eve.received();
    bob.send('QUIT :noise');
    expect(eve.received()).toEqual([expect.stringMatching(/ QUIT :Client Quit$/)]);
  });

  it('is answered nothing but that it is over with, where lines have labels', () => {
    eve.send('SHUN ~bob@* :noise');
    expect(bob.send('@label=x PRIVMSG #c :hello')).toEqual(['@label=x :irc.test ACK']);
  });

  it('is told so where the settings say that', () => {
    eve.send('SHUN ~bob@* :noise');
    irc.server.configure({ ...irc.server.config, shun_notice: true }, null);
    expect(bob.send('PRIVMSG #c :x', 'GIBBERISH', 'PING x')).toEqual([
      ':irc.test FAIL PRIVMSG SHUNNED :You may only leave: noise',
      ':irc.test FAIL * SHUNNED :You may only leave: noise',
      ':irc.test PONG irc.test :x',
    ]);
    expect(speaks(bob)).toBe(false);
  });

  it('comes back under it, is not let off by another name, and is free when it ends or is lifted', () => {
    eve.send('SHUN 5 *@192.0.2.1 :noise');
    bob.drop();
    const ann = irc.join('ann');
    expect(ann.send('JOIN #c')).toEqual([]);
    vi.setSystemTime(Date.now() + 5 * 60_000);
    expect(ann.send('JOIN #c').length).toBeGreaterThan(0);
    expect(speaks(ann)).toBe(true);
    eve.send('SHUN *@192.0.2.1 :noise', 'SHUN ~ann@* :too');
    expect(speaks(ann)).toBe(false);
    eve.send('UNSHUN *@192.0.2.1');
    expect(speaks(ann)).toBe(false);
    eve.send('UNSHUN ~ann@*');
    expect(speaks(ann)).toBe(true);
  });

  it('is no operator, and nobody whom an exception spares; neither is anybody else hit', () => {
    const ann = irc.join('ann', '', '203.0.113.1');
    ann.send('JOIN #c');
    eve.send('SHUN *@198.51.100.7 :me', 'SHUN *@192.0.2.1 :noise');
    expect(eve.send('PING x')).toHaveLength(1);
    expect(eve.send('TOPIC #c :mine').length).toBeGreaterThan(0);
    expect([speaks(ann), speaks(bob)]).toEqual([true, false]);
    eve.send('ELINE ~bob@* s :friend');
    expect(speaks(bob)).toBe(true);
    expect(eve.send('TESTLINE bob').map((line) => line.split(' :')[1])).toEqual([
      'friend (spares s)',
      'noise (spared by ~bob@*)',
    ]);
    eve.send('UNELINE ~bob@*');
    expect(speaks(bob)).toBe(false);
    irc.promote(bob, []);
    expect(speaks(bob)).toBe(true);
  });

  it('is so as well who was spared or an operator when it was set, once they are that no more', () => {
    eve.send('ELINE ~bob@* s :friend', 'SHUN ~bob@* :noise');
    expect(speaks(bob)).toBe(true);
    eve.send('UNELINE ~bob@*');
    expect(speaks(bob)).toBe(false);
    const ann = irc.join('ann', '', '203.0.113.1');
    ann.send('JOIN #c');
    irc.promote(ann, []);
    eve.send('SHUN ~ann@* :noise');
    expect(speaks(ann)).toBe(true);
    irc.promote(ann, []);
    ann.send('MODE ann -o');
    expect(speaks(ann)).toBe(false);
  });

  it('is no reason to refuse anybody, is listed by STATS S and stored with the bans of the network', () => {
    eve.send('SHUN 10 ~cat@* :noise');
    const cat = irc.join('cat');
    expect(cat.closedWith).toBe(null);
    expect(eve.send('STATS S')[0]).toContain(' 542 eve S ~cat@* 1767226200 :noise (');
    expect(eve.send('STATS g')).toHaveLength(1);
    expect(irc.host.saves).toBe(1);
    eve.send('GLINE ~cat@* :bad');
    expect(cat.closedWith).toBe('G-lined: bad');
  });
});
