/** What is done to many users and channels stops where it is when the network is gone meanwhile, and counts what it did. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { throwAllOut } from './channel-commands.ts';
import { type Operators, startOperators } from './test-operators.ts';
import { strike } from './trace.ts';

/** More than are looked at between two looks at the clock, twice. */
const MANY = 150;
const BY = { name: 'top', level: 1_001 };

let net: Operators;
beforeEach(async () => {
  net = await startOperators();
  const { test } = net;
  test.operatorRules = { ...test.operatorRules, defcon: { sessions: 999, minutes: 15, modes: 'm' } };
  for (let at = 0; at < MANY; at++) {
    const own = `${'CDEFGH'[Math.floor(at / 26)]}${String.fromCharCode(65 + (at % 26))}A`;
    net.connect(`AB${own}`, `user${at}`, { address: `AKA${own}` });
  }
  const strangers = [...test.uplink.view.users.values()].filter(({ nick }) => nick.startsWith('user'));
  for (const [at, { numeric }] of strangers.entries())
    test.say(`${numeric} C #tea${at} 960`, `${numeric} ${at === 0 ? 'C' : 'J'} #all 960`);
  await test.quiet();
  expect(strangers).toHaveLength(MANY);
  // Each look at the clock finds that the slice is over.
  let looks = 0;
  const now = test.clock.monotonic();
  vi.spyOn(test.clock, 'monotonic').mockImplementation(() => now + ++looks * 100);
});
afterEach(() => {
  vi.restoreAllMocks();
  net.test.close();
});

const opserv = () => net.test.services.opserv;
const strangers = () => [...opserv().view!.users.values()].filter(({ nick }) => nick.startsWith('user'));
const aimed = () => ({
  met: MANY,
  hit: strangers(),
  spared: { service: 0, operator: 0, above: 0, trusted: 0 },
});
const how = { reason: 'x', seconds: null, abuse: { opers: false, trusted: false } };

/** What it counts that was done to all of them. */
const WORKS: Readonly<Record<string, () => Promise<number>>> = {
  'channels whose name has a bad word': async () => {
    await opserv().lists.badWords.put({ word: 'tea', by: 'x', setMs: 1, expiresMs: null });
    return await opserv().badChannels.lockAll();
  },
  'channels that Global speaks on': async () => (await opserv().messages.say('channels', 'x')) - 1,
  'users whom Global speaks to': async () => {
    for (const user of strangers()) opserv().view!.setAccount(user, 'ann', 0);
    return (await opserv().messages.say('authed', 'x')) - 7;
  },
  'members who are thrown out': async () =>
    await throwAllOut(opserv(), opserv().view!.findChannel('#all')!, BY, null, 'x'),
  'users whom TRACE finds': async () => await strike(opserv(), 'NOTICE', aimed(), how as never, BY),
  'channels that have other modes at DEFCON 3': async () => {
    await opserv().defcon.set(3, 'x');
    return (JSON.parse(opserv().defcon.state!.channels) as string[]).length - 1;
  },
};

it.each(Object.entries(WORKS))('%s: all of them, or those up to then', async (_of, work) => {
  expect(await work()).toBe(MANY);
});

it.each(Object.entries(WORKS))('%s: no more once the network is lost', async (_of, work) => {
  const done = work();
  await Promise.resolve();
  net.test.uplink.fail('lost');
  expect(await done).toBeLessThan(MANY);
});
