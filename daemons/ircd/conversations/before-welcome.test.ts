/** What clients ask for or say before they are registered: IRCv3 pre-away and extended-isupport; and no-implicit-names. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { recordLinks } from '../memory-network.ts';
import { MemoryServer } from '../memory-server.ts';

let irc: MemoryServer;
beforeEach(() => {
  irc = new MemoryServer();
});
afterEach(() => irc.close());

const code = (line: string) => line.replace(/^@\S+ /, '').split(' ')[1];

it('takes AWAY before the welcome of those who asked for draft/pre-away, and tells others of it with the welcome', () => {
  const told = recordLinks(irc.server);
  const watcher = irc.join('watcher', 'away-notify extended-monitor');
  watcher.send('MONITOR + bob,cat');
  watcher.received();
  told.length = 0;
  const bob = irc.connect();
  bob.send('CAP REQ :draft/pre-away', 'NICK bob', 'USER bob 0 * :Bob');
  bob.received();
  expect(bob.send('AWAY :asleep')).toEqual([':irc.test 306 bob :You have been marked as being away']);
  expect(watcher.received()).toEqual([]);
  bob.send('CAP END');
  expect(watcher.received()).toEqual([
    ':irc.test 730 * :bob!~bob@192.0.2.1',
    ':bob!~bob@192.0.2.1 AWAY :asleep',
  ]);
  expect(told.map((line) => line.split(' ')[0])).toEqual(['user', 'away']);
  expect(watcher.send('PRIVMSG bob :hello')).toEqual([
    ':irc.test 301 watcher bob asleep'.replace(' asleep', ' :asleep'),
  ]);
  const cat = irc.connect();
  cat.send('CAP REQ :draft/pre-away', 'AWAY :asleep', 'AWAY', 'NICK cat', 'USER cat 0 * :Cat', 'CAP END');
  expect(watcher.received()).toEqual([':irc.test 730 * :cat!~cat@192.0.2.1']);
});

it('refuses AWAY and ISUPPORT before the welcome to everybody else', () => {
  const bob = irc.connect();
  expect(bob.send('AWAY :asleep', 'ISUPPORT').map(code)).toEqual(['451', '451']);
  expect(bob.user!.away).toBe(null);
});

it('says what it supports before the welcome and at any time after it, in a batch (IRCv3 extended-isupport)', () => {
  const bob = irc.connect();
  bob.send('CAP REQ :draft/extended-isupport batch labeled-response');
  bob.received();
  for (const line of ['ISUPPORT', '@label=x ISUPPORT']) {
    const lines = bob.send(line);
    const begin = lines.findIndex((one) => one.includes(' draft/isupport'));
    const reference = /BATCH \+(\S+) draft\/isupport$/.exec(lines[begin]!)![1];
    const end = lines.findIndex((one) => one.endsWith(`BATCH -${reference}`));
    const inside = lines.slice(begin + 1, end);
    expect(inside.length).toBeGreaterThan(0);
    for (const one of inside) expect(one).toMatch(new RegExp(`^@batch=${reference} :irc.test 005 \\* `));
    if (line !== 'ISUPPORT') {
      const outer = /^@label=x :irc.test BATCH \+(\S+) labeled-response$/.exec(lines[0]!)![1];
      expect(lines[begin]).toMatch(new RegExp(`^@batch=${outer} `));
      expect(lines[end]).toMatch(new RegExp(`^@batch=${outer} `));
      expect(lines.at(-1)).toBe(`:irc.test BATCH -${outer}`);
    }
  }
  bob.send('NICK bob', 'USER bob 0 * :Bob');
  const welcome = bob.send('CAP END');
  expect(welcome.filter((line) => line.startsWith(':irc.test 005'))).toEqual([]);
  expect(welcome.filter((line) => line.includes(' 005 bob ')).length).toBeGreaterThan(0);
  expect(
    irc
      .join('cat')
      .send('ISUPPORT')
      .every((line) => line.startsWith(':irc.test 005 cat ')),
  ).toBe(true);
});

it('tells who is on a channel with the JOIN, but those who asked for no-implicit-names only by NAMES', () => {
  const bob = irc.join('bob', 'no-implicit-names');
  expect(bob.send('JOIN #c')).toEqual([':bob!~bob@192.0.2.1 JOIN #c']);
  expect(bob.send('NAMES #c').map(code)).toEqual(['353', '366']);
  expect(irc.join('cat').send('JOIN #c').map(code)).toEqual(['JOIN', '353', '366']);
});
