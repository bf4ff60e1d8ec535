/** What comes into the tables of OpServ by another way is taken up, slices end where they should, and what fails is told of. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import type { ViewUser } from '../network/view-parts.ts';
import { eachRow } from './arrived-rows.ts';
import { LIST_SHAPES } from './lists.ts';
import { type NetworkBan, networkBanRow, putNetworkBan } from './network-bans.ts';
import { sparedAddressText } from './opserv-row.ts';
import { sliced } from './sliced.ts';
import { listedRow, putListed } from './stored-list.ts';
import { type Operators, startOperators } from './test-operators.ts';
import { domainOf } from './trace.ts';
import { watchHandlers } from './watch-handlers.ts';

let net: Operators;
beforeEach(async () => {
  net = await startOperators();
});
afterEach(() => net.test.close());

it('lists and bans that were imported count, those that are known here stay as they are, and the network hears of bans', async () => {
  const { test } = net;
  const { opserv } = test.services;
  const { lists, bans } = opserv;
  await net.says('high', 'ADDTRUST 10.9.0.0/16 20 1h ours');
  await net.says('mid', 'GLINE *@known.test 1h ours');
  const now = test.clock.now();
  const by = { by: 'import', setMs: now, expiresMs: null };
  const changes: unknown[] = [];
  const { onChange } = lists.trusts;
  lists.trusts.onChange = (entry, before) => {
    changes.push([entry?.network, before]);
    onChange(entry, before);
  };
  const put = test.database.prepare(putListed(LIST_SHAPES.trusts));
  for (const network of [
    '10.9.0.0/16',
    ...Array.from({ length: 450 }, (_, at) => `10.8.${at >> 8}.${at & 255}`),
  ])
    put.run(...listedRow(LIST_SHAPES.trusts, { ...by, network, most: 7, reason: 'theirs' }));
  const ban = (mask: string, more: Partial<NetworkBan> = {}): NetworkBan => ({
    ...{ kind: 'gline', mask, reason: 'theirs', reasonBytes: undefined, by: 'import', setMs: now },
    ...{ active: true, changedSeconds: test.seconds, expiresMs: now + 60_000, keptMs: now + 120_000 },
    ...more,
  });
  for (const one of [
    ban('*@known.test'),
    ban('*@new.test'),
    ban('*@over.test', { keptMs: now }),
    ban('*@loud.test', { kind: 'shun' }),
  ])
    putNetworkBan(test.database).run(...networkBanRow(one));
  test.take();
  await opserv.takeUp();
  expect(changes).toHaveLength(450);
  expect(changes[0]).toEqual(['10.8.0.0', null]);
  expect(lists.trusts.get('10.8.1.193')).toMatchObject({ most: 7, reason: 'theirs' });
  expect(lists.trusts.get('10.9.0.0/16')).toMatchObject({ most: 20, reason: 'ours' });
  expect(bans.holding('gline', '*@known.test')?.reason).toBe('ours');
  expect(bans.holding('gline', '*@new.test')?.reason).toBe('theirs');
  expect(bans.get('gline', '*@over.test')).toBeUndefined();
  expect(test.take().map((line) => line.replace(/ \d+ \d+( \d+)? :/, ' T :'))).toEqual([
    expect.stringMatching(/^AF GL \* \+\*@new\.test .*:theirs$/),
    expect.stringMatching(/^AF SU \* \+\*@loud\.test .*:theirs$/),
  ]);
  expect(bans.holding('shun', '*@loud.test')?.reason).toBe('theirs');
  // Once more there is nothing that is new.
  await opserv.takeUp();
  expect([changes.length, test.take()]).toEqual([450, []]);
});

it('rows are read a page at a time, each once, in their order', async () => {
  const { database } = net.test;
  database.exec('CREATE TABLE many (value INTEGER NOT NULL)');
  const put = database.prepare('INSERT INTO many (value) VALUES (?)');
  for (const count of [0, 1, 199, 200, 201, 400]) {
    database.exec('DELETE FROM many');
    for (let value = 0; value < count; value++) put.run(value);
    const read: unknown[] = [];
    await eachRow<{ readonly value: number }>(database, 'value', 'many', (row) => read.push(row));
    expect(read, String(count)).toEqual(Array.from({ length: count }, (_, value) => ({ value })));
  }
});

it('slices give others their turn, and go no further once nobody wants that', async () => {
  const clock = new FakeClock();
  // Each look at the clock is later than a slice may last.
  let looks = 0;
  const slow = { monotonic: () => ++looks * 1_000 } as unknown as FakeClock;
  const items = Array.from({ length: 1_000 }, (_, at) => at);
  const run = async (on: FakeClock, most: number, slices: number) => {
    const seen: number[] = [];
    let asked = 0;
    const all = await sliced(
      on,
      items,
      (item) => seen.push(item) < most,
      () => ++asked <= slices,
    );
    return [all, seen.length, asked];
  };
  expect(await run(clock, 9_999, 0)).toEqual([true, 1_000, 0]);
  expect(await run(clock, 70, 0)).toEqual([true, 70, 0]);
  expect(await run(slow, 9_999, 99)).toEqual([true, 1_000, 15]);
  expect(await run(slow, 9_999, 0)).toEqual([false, 64, 1]);
  expect(await run(slow, 9_999, 2)).toEqual([false, 192, 3]);
  expect(await run(slow, 64, 0)).toEqual([true, 64, 0]);
  expect(await sliced(slow, items, () => true)).toBe(true);
});

it('where somebody is from is the last parts of a host, or the first of an address', async () => {
  const from = (host: string, address: string, depth: number) =>
    domainOf({ host, address } as ViewUser, depth);
  for (const [host, address, depth, domain] of [
    ['a.b.example.net', '10.1.2.3', 2, 'example.net'],
    ['a.b.example.net', '10.1.2.3', 3, 'b.example.net'],
    ['example', '10.1.2.3', 2, 'example'],
    ['10.1.2.3', '10.1.2.3', 2, '10.1.*'],
    ['10.1.2.3', '10.1.2.3', 4, '10.1.2.3'],
    ['10.9.9.9', '10.1.2.3', 1, '10.*'],
    ['2001:db8::7', '2001:db8::7', 2, '2001:db8:*'],
    ['2001:db8:0:0:1', '10.1.2.3', 3, '10.1.2.*'],
    ['cloak', 'cloak', 2, 'cloak'],
    ['10.web.example.net', '10.1.2.3', 2, 'example.net'],
  ] as const)
    expect(from(host, address, depth), `${host} ${depth}`).toBe(domain);
  for (const [numeric, nick, host] of [
    ['ABABA', 'a1', 'one.a.test'],
    ['ABABB', 'a2', 'two.a.test'],
    ['ABABC', 'b1', 'one.b.test'],
    ['ABABD', 'c1', 'one.c.test'],
    ['ABABE', 'c2', 'two.c.test'],
  ] as const)
    net.connect(numeric, nick, { host });
  const rows = async (text: string) =>
    (await net.says('mid', `TRACE DOMAINS ${text}`)).map((line) => line.split(/ {2,}/));
  expect(await rows('NICK ?? HOST *.test DEPTH 2')).toEqual([
    ['From', 'Users'],
    ['a.test', '2'],
    ['c.test', '2'],
    ['b.test', '1'],
  ]);
  expect(await rows('NICK ?? HOST *.test DEPTH 2 LIMIT 1')).toEqual([
    ['From', 'Users'],
    ['a.test', '2'],
  ]);
  expect(await rows('NICK nobody* DEPTH 2')).toEqual([['Nobody meets that.']]);
});

it('why an address is left alone is said in words', () => {
  expect((['service', 'above', 'trusted', 'operator'] as const).map(sparedAddressText)).toEqual([
    'a service of the network is there.',
    'somebody with a level is there.',
    'the address is trusted.',
    'an operator is there.',
  ]);
});

it('what could not be written is logged, and done with the next sweep', async () => {
  const { test } = net;
  const { opserv } = test.services;
  const of = (event: string) => test.logged.filter((line) => line.includes(` ${event} `));
  await net.says('high', 'ADDTRUST 10.9.0.1 9 1m school');
  await net.says('top', 'ADDALERT robots GAG NICK bot*');
  test.database.exec(
    `CREATE TRIGGER full1 BEFORE DELETE ON ${LIST_SHAPES.trusts.table} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END;
     CREATE TRIGGER full2 BEFORE INSERT ON ${LIST_SHAPES.gags.table} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END;
     CREATE TRIGGER full3 BEFORE INSERT ON network_bans BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`,
  );
  net.connect('ABABA', 'bot1');
  await test.quiet();
  expect(of('alert_failed')).toEqual([
    expect.stringMatching(/^warn alert_failed Alert robots could not be acted upon: .*the disk is full/),
  ]);
  test.say(`AB GL * +*@heard.test 60 ${test.seconds} :noise`);
  await test.quiet();
  expect(of('network_ban_unwritten')).toEqual([
    expect.stringMatching(
      /^warn network_ban_unwritten The ban of \*@heard\.test is not on the disk: .*the disk is full/,
    ),
  ]);
  await test.pass(61_000);
  await opserv.sweep();
  expect(of('opserv_sweep_failed').at(-1)).toMatch(
    /^warn opserv_sweep_failed Not all that is over could be taken away: .*the disk is full/,
  );
  expect([opserv.lists.trusts.all(), opserv.lists.trusts.stored('10.9.0.1')?.reason]).toEqual([[], 'school']);
  test.database.exec('DROP TRIGGER full1; DROP TRIGGER full2; DROP TRIGGER full3');
  await opserv.sweep();
  expect(opserv.lists.trusts.stored('10.9.0.1')).toBeUndefined();
});

it('messages of Global are set and taken away by administrators, with numbers that none has had', async () => {
  const { test } = net;
  const context = { actor: { name: 'admin', from: 'cli', role: 'admin' } } as never;
  const handlers = () => watchHandlers(test.services.opserv);
  const set = (minutes: number) =>
    handlers()['set-message'].run({ text: 'Tea', target: 'users', sender: 'Kitchen', minutes }, context);
  expect([await set(0), await set(10)]).toEqual([{ id: 1 }, { id: 2 }]);
  expect(test.services.opserv.lists.messages.all()).toMatchObject([
    { id: 1, by: 'admin', sender: 'Kitchen', text: 'Tea', target: 'users', expiresMs: null },
    { id: 2, expiresMs: test.clock.now() + 600_000 },
  ]);
  const drop = handlers()['drop-message'];
  expect(() => drop.check!({ id: 9 })).toThrow('There is no message 9.');
  expect(() => drop.check!({ id: 2 })).not.toThrow();
  expect(await drop.run({ id: 1 }, context)).toEqual({ id: 1 });
  expect(test.services.opserv.lists.messages.all().map(({ id }) => id)).toEqual([2]);
  await test.reopen();
  test.link();
  expect(await set(0)).toEqual({ id: 3 });
});
