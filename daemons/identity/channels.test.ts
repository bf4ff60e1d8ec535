/** Channels that belong to accounts, as whoever keeps them knows it. */
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChannelLevel, ChannelRegistration } from '../../contract/accounts.ts';
import { fold } from '../irc/casemapping.ts';
import { limits } from './limits.ts';
import { AWAY, TestKeeper } from './test-keeper.ts';

let test: TestKeeper;
beforeEach(async () => {
  test = await TestKeeper.open();
  for (const account of ['Ann', 'bob', 'cat']) await test.register(account);
  test.news.length = 0;
});
afterEach(() => test.close());

const register = async (channel: string, account: string) =>
  (await test.ask('registerChannel', { channel, account, createdAt: 1_000 })).outcome;
const drop = async (channel: string, by: string | null) =>
  (await test.ask('dropChannel', { channel, by })).outcome;
const give = async (channel: string, by: string | null, account: string, level: ChannelLevel | null) =>
  (await test.ask('setChannelAccess', { channel, by, account, level })).outcome;
const transfer = async (channel: string, by: string | null, account: string) =>
  (await test.ask('transferChannel', { channel, by, account })).outcome;
const all = async () => (await test.ask('channels', { after: '' })).rows;

describe('a channel', () => {
  it('belongs to who registered it, whatever the letters, and whoever asks is told', async () => {
    expect(await register('#Tea', 'ann')).toBe('done');
    const registration = {
      channel: '#Tea',
      founder: 'Ann',
      createdAt: 1_000,
      registeredAt: test.clock.now(),
      access: [],
    };
    expect(await all()).toEqual([registration]);
    expect(test.news).toEqual([{ kind: 'channel', registration }]);
    expect(await register('#TEA', 'bob')).toBe('taken');
    expect(await register('tea', 'bob')).toBe('not_found');
    await expect(register('#other', 'nobody')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is changed by its founder and by administrators, and by nobody else', async () => {
    await register('#tea', 'ann');
    expect(await give('#tea', 'bob', 'cat', 'op')).toBe('not_founder');
    expect(await transfer('#tea', 'bob', 'bob')).toBe('not_founder');
    expect(await drop('#tea', 'bob')).toBe('not_founder');
    expect(await give('#tea', 'ANN', 'Bob', 'voice')).toBe('done');
    expect(await give('#tea', 'ann', 'bob', 'op')).toBe('done');
    expect(await give('#tea', null, 'cat', 'voice')).toBe('done');
    expect((await all())[0]?.access).toEqual([
      { account: 'bob', level: 'op' },
      { account: 'cat', level: 'voice' },
    ]);
    expect(test.news.at(-1)).toEqual({ kind: 'channel', registration: (await all())[0] });
    // Having access is no right to give it.
    expect(await give('#tea', 'bob', 'cat', null)).toBe('not_founder');
    expect(await give('#tea', 'cat', 'cat', null)).toBe('done');
    expect(await drop('#TEA', 'ann')).toBe('done');
    expect(test.news.at(-1)).toEqual({ kind: 'channelGone', channel: '#tea' });
    expect(await drop('#tea', null)).toBe('not_found');
    expect(test.database.prepare('SELECT count(*) FROM channel_access').pluck().get()).toBe(0);
  });

  it('is given away with the former founder as operator, to an account that has room', async () => {
    await register('#tea', 'ann');
    await give('#tea', 'ann', 'bob', 'voice');
    expect(await transfer('#tea', 'ann', 'nobody')).toBe('no_account');
    expect(await transfer('#tea', 'ann', 'ANN')).toBe('founder');
    expect(await transfer('#tea', 'ann', 'bob')).toBe('done');
    expect(await all()).toMatchObject([{ founder: 'bob', access: [{ account: 'Ann', level: 'op' }] }]);
    expect(await give('#tea', 'bob', 'bob', 'op')).toBe('founder');
    expect(await give('#tea', 'bob', 'cat', null)).toBe('no_access');
    expect(await give('#tea', 'bob', 'nobody', 'op')).toBe('no_account');
    for (let i = 0; i < limits.channelsPerAccount.default; i++) await register(`#${i}`, 'ann');
    expect(await register('#more', 'ann')).toBe('full');
    expect(await transfer('#tea', 'bob', 'ann')).toBe('full');
  });

  it('has a bounded access list', async () => {
    await register('#tea', 'ann');
    await test.ask('resetGuessing', { who: '' });
    const insert = test.database.prepare('INSERT INTO accounts (key, name, created) VALUES (?, ?, 0)');
    for (let i = 0; i < limits.channelAccess.default; i++) {
      insert.run(`u${i}`, `u${i}`);
      expect(await give('#tea', 'ann', `u${i}`, 'voice')).toBe('done');
    }
    expect(await give('#tea', 'ann', 'bob', 'op')).toBe('full');
    expect(await give('#tea', 'ann', 'u0', 'op')).toBe('done');
    // A full list keeps no channel from being given away.
    expect(await transfer('#tea', 'ann', 'bob')).toBe('done');
    expect((await all())[0]?.access).toHaveLength(limits.channelAccess.default);
  });

  it('is nobody’s once its account is dropped, and access goes with an account too', async () => {
    await register('#tea', 'ann');
    await register('#pub', 'bob');
    await give('#pub', 'bob', 'ann', 'op');
    test.news.length = 0;
    await test.ask('drop', { account: 'ann' });
    expect(
      test.news.map((news) =>
        news.kind === 'channel' ? [news.registration.channel, news.registration.access] : news.kind,
      ),
    ).toEqual(['channelGone', ['#pub', []], 'ended']);
    expect(await all()).toMatchObject([{ channel: '#pub', access: [] }]);
  });

  it('stays its founder’s while the account is suspended', async () => {
    await register('#tea', 'ann');
    await test.ask('suspend', { account: 'ann', by: 'eve', reason: 'spam' });
    expect(await all()).toMatchObject([{ channel: '#tea', founder: 'Ann' }]);
  });

  it('is not registered where that cannot be written, and nobody is told of it', async () => {
    test.database.pragma('query_only = ON');
    await expect(register('#tea', 'ann')).rejects.toMatchObject({ code: 'unavailable' });
    test.database.pragma('query_only = OFF');
    expect([await all(), test.news]).toEqual([[], []]);
  });
});

it('tells of all channels in pages', async () => {
  await test.ask('resetGuessing', { who: '' });
  const account = test.store.get('ann');
  const insert = test.database.prepare(
    'INSERT INTO channels (key, name, founder, created, registered) VALUES (?, ?, ?, 0, 0)',
  );
  for (let i = 0; i < 1_001; i++) insert.run(`#${i}`, `#${i}`, account.id);
  const found: string[] = [];
  const sizes: number[] = [];
  for (let after: string | null = ''; after !== null; ) {
    const page: { rows: ChannelRegistration[]; next: string | null } = await test.ask('channels', { after });
    found.push(...page.rows.map(({ channel }) => channel));
    sizes.push(page.rows.length);
    after = page.next;
  }
  expect(sizes).toEqual([500, 500, 1]);
  expect(new Set(found).size).toBe(1_001);
  // A page ends with the channel that brings it to two thousand entries.
  test.database.pragma('foreign_keys = OFF');
  const give = test.database.prepare("INSERT INTO channel_access VALUES (?, ?, 'op', 0)");
  test.database.exec(
    `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 2000)
      INSERT INTO accounts (id, key, name, created) SELECT n + 1000, 'n' || n, 'n' || n, 0 FROM numbers`,
  );
  const keys = [...found].sort();
  for (let i = 0; i < 1_999; i++) give.run(keys[0], i + 1_001);
  const page = async () => (await test.ask('channels', { after: '' })).rows.length;
  expect(await page()).toBe(500);
  give.run(keys[2], 1_001);
  expect(await page()).toBe(3);
});

it('gives access to as many as may be on all channels together', async () => {
  await register('#tea', 'ann');
  await register('#pub', 'bob');
  await give('#tea', 'ann', 'bob', 'op');
  test.database.pragma('foreign_keys = OFF');
  test.database.exec(
    `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT ${
      limits.channelAccessTotal.default - 1
    }) INSERT INTO channel_access SELECT '#other', n + 1000, 'op', 0 FROM numbers`,
  );
  expect(await give('#pub', 'bob', 'ann', 'op')).toBe('full');
  expect(await give('#tea', 'ann', 'bob', 'voice')).toBe('done');
  await give('#tea', 'ann', 'bob', null);
  expect(await give('#pub', 'bob', 'ann', 'op')).toBe('done');
});

it('has as many channels as may be, and no more', async () => {
  const account = test.store.get('ann');
  const insert = test.database.prepare(
    'INSERT INTO channels (key, name, founder, created, registered) VALUES (?, ?, ?, 0, 0)',
  );
  test.database.transaction(() => {
    for (let i = 0; i < limits.channels.default; i++) insert.run(`#${i}`, `#${i}`, account.id);
  })();
  expect(await register('#more', 'bob')).toBe('full');
});

/** What a slow model says. */
class Model {
  readonly accounts = new Set(['ann', 'bob', 'cat']);
  readonly channels = new Map<string, { founder: string; access: Map<string, ChannelLevel> }>();

  drop(account: string): void {
    this.accounts.delete(account);
    for (const [name, { founder, access }] of this.channels) {
      access.delete(account);
      if (founder === account) this.channels.delete(name);
    }
  }
}

const who = fc.constantFrom('ann', 'bob', 'cat');
const where = fc.constantFrom('#a', '#A', '#b');
const level = fc.constantFrom<ChannelLevel | null>('op', 'voice', null);
const step = fc.oneof(
  fc.record({ kind: fc.constant('register' as const), where, who }),
  fc.record({ kind: fc.constant('give' as const), where, by: fc.option(who), who, level }),
  fc.record({ kind: fc.constant('transfer' as const), where, by: fc.option(who), who }),
  fc.record({ kind: fc.constant('drop' as const), where, by: fc.option(who) }),
  fc.record({ kind: fc.constant('dropAccount' as const), who }),
);

it('whatever is asked in whichever order, channels have the owners that a model says, and news tell all of it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const keeper = await TestKeeper.open();
      const model = new Model();
      /** What somebody knows who hears the news alone. */
      const heard = new Map<string, ChannelRegistration>();
      keeper.keeper.onNews((news) => {
        if (news.kind === 'channel') heard.set(fold(news.registration.channel), news.registration);
        if (news.kind === 'channelGone') heard.delete(fold(news.channel));
      });
      try {
        for (const account of model.accounts) await keeper.register(account, AWAY);
        for (const one of steps) await play(keeper, model, one);
        const { rows } = await keeper.ask('channels', { after: '' });
        expect([...heard.values()].sort((a, b) => (a.channel < b.channel ? -1 : 1))).toEqual(
          rows.sort((a, b) => (a.channel < b.channel ? -1 : 1)),
        );
        expect(
          new Map(
            rows.map(({ channel, founder, access }) => [
              fold(channel),
              { founder, access: new Map(access.map((entry) => [entry.account, entry.level])) },
            ]),
          ),
        ).toEqual(model.channels);
      } finally {
        keeper.close();
      }
    }),
    { numRuns: 60, seed: 20_260_101 },
  );
});

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

async function play(keeper: TestKeeper, model: Model, one: Step): Promise<void> {
  if (one.kind === 'dropAccount') {
    if (model.accounts.has(one.who)) await keeper.ask('drop', { account: one.who });
    model.drop(one.who);
    return;
  }
  const key = fold(one.where);
  const found = model.channels.get(key);
  if (one.kind === 'register') {
    if (!model.accounts.has(one.who)) return;
    await keeper.ask('registerChannel', { channel: one.where, account: one.who, createdAt: 0 });
    if (found === undefined) model.channels.set(key, { founder: one.who, access: new Map() });
    return;
  }
  const own = one.kind === 'give' && one.level === null && one.by === one.who;
  const may = found !== undefined && (one.by === null || one.by === found.founder || own);
  if (one.kind === 'drop') {
    await keeper.ask('dropChannel', { channel: one.where, by: one.by });
    if (may) model.channels.delete(key);
    return;
  }
  const fits = may && model.accounts.has(one.who) && found.founder !== one.who;
  if (one.kind === 'give') {
    await keeper.ask('setChannelAccess', {
      channel: one.where,
      by: one.by,
      account: one.who,
      level: one.level,
    });
    if (fits && one.level === null) found.access.delete(one.who);
    else if (fits && one.level !== null) found.access.set(one.who, one.level);
    return;
  }
  await keeper.ask('transferChannel', { channel: one.where, by: one.by, account: one.who });
  if (!fits) return;
  found.access.delete(one.who);
  found.access.set(found.founder, 'op');
  found.founder = one.who;
}
