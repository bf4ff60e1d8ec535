/**
 * Accounts and channels are the same here and in Keycloak once everything is at its end, wherever the process was killed (before and after
 * each transaction, before and after each answer), whatever failed, and in whatever order it was asked for.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SignalboxError } from '../../../contract/errors.ts';
import { hashed, MemoryWorld as World } from './test-world.ts';

const PRINT = 'a'.repeat(64);

it('does what it is asked for on both sides, and answers', async () => {
  const world = new World();
  const { kinds, lives, directory, store, channels } = world;
  world.register('Ann', 'ann@example.net', 'first');
  await lives.untilWhole();
  expect(await world.there('ann')).toEqual({
    ...{ email: 'ann@example.net', fingerprints: [], level: 0, password: 'first' },
  });
  expect(world.here('ann')).toEqual(await world.there('ann'));
  world.register('ann', null, 'other');
  world.register('bob', 'ann@example.net', 'other');
  world.register('b[b', null, 'other');
  await lives.untilWhole();
  world.change('ann', 'second');
  world.alter(kinds.email, 'ann', { email: null });
  world.alter(kinds.certificate, 'ann', { fingerprint: PRINT, add: true });
  world.alter(kinds.level, 'ann', { level: 500 });
  await lives.untilWhole();
  expect(directory.user('ann')!.sessions).toBe(0);
  expect(world.here('ann')).toEqual({ email: null, fingerprints: [PRINT], level: 500, password: 'second' });
  expect(world.here('ann')).toEqual(await world.there('ann'));
  expect(directory.membersOf('opers')).toEqual(['ann']);
  world.alter(kinds.level, 'ann', { level: 0 });
  await lives.untilWhole();
  expect([directory.membersOf('opers'), await world.there('ann')]).toMatchObject([[], { level: 0 }]);
  directory.add('eve', { attributes: { x509_fingerprints: ['b'.repeat(64)] } });
  world.alter(kinds.certificate, 'ann', { fingerprint: 'b'.repeat(64), add: true });
  world.register('cat', null, 'third');
  await lives.untilWhole();
  channels.register('#Tea', 'ann', 1);
  channels.setAccess('#tea', null, 'cat', 'op');
  world.compare('#tea');
  await lives.untilWhole();
  expect(directory.membersOf('irc-channels', '#Tea')).toEqual(['ann', 'cat']);
  expect(directory.user('cat')!.attributes['x3.channel.#Tea']).toEqual(['200']);
  expect(directory.user('ann')!.attributes['x3.channel.#Tea']).toEqual(['500']);
  channels.setAccess('#tea', null, 'cat', null);
  world.compare('#tea');
  await lives.untilWhole();
  expect(directory.membersOf('irc-channels', '#Tea')).toEqual(['ann']);
  expect(directory.user('cat')!.attributes['x3.channel.#Tea']).toBeUndefined();
  world.alter(kinds.drop, 'ann', { by: 'ann' });
  await lives.untilWhole();
  expect([world.here('ann'), await world.there('ann'), store.count]).toEqual([null, null, 1]);
  expect(world.answers.sort()).toEqual(
    [
      'register "done"',
      'register "exists"',
      'register "email"',
      'register "refused"',
      'password "done"',
      'email "done"',
      'level "done"',
      'level "done"',
      'certificate "done"',
      'certificate "taken"',
      'register "done"',
      'channel {"pushed":2,"pulled":0,"skipped":false}',
      'channel {"pushed":1,"pulled":0,"skipped":false}',
      'unregister "done"',
    ].sort(),
  );
  expect(lives.rows()).toEqual([]);
});

it('leaves who is in Keycloak alone out of it, and who is here alone as they are', async () => {
  const world = new World();
  const { lives, store, channels, directory, kinds } = world;
  const verifiers = { argon2id: 'x', scram: 'x' };
  for (const name of ['ann', 'local']) store.create({ name, email: null, verifiers, network: null });
  world.links.link(store.get('ann'), directory.add('ann').id, 'ann');
  // Of the same name as an account here, and somebody else.
  const namesake = directory.add('local', { password: hashed('theirs') });
  directory.add('stranger');
  channels.register('#tea', 'ann', 1);
  channels.setAccess('#tea', null, 'local', 'voice');
  for (let round = 0; round < 3; round++) {
    world.compare('#tea');
    await lives.untilWhole();
  }
  expect(channels.find('#tea')!.access).toEqual([{ account: 'local', level: 'voice' }]);
  const stranger = directory.user('stranger')!;
  const group = [...directory.all.values()].find(({ name }) => name === '#tea')!;
  stranger.groups.add(group.id);
  world.compare('#tea');
  await lives.untilWhole();
  expect(channels.find('#tea')!.access.length).toBe(1);
  store.create({ name: 'stranger', email: null, verifiers, network: null });
  world.compare('#tea');
  await lives.untilWhole();
  expect(channels.find('#tea')!.access.length).toBe(1);
  world.links.link(store.get('stranger'), stranger.id, 'stranger');
  world.compare('#tea');
  await lives.untilWhole();
  expect(channels.find('#tea')!.access).toContainEqual({ account: 'stranger', level: 'voice' });
  stranger.groups.clear();
  world.compare('#tea');
  await lives.untilWhole();
  expect(channels.find('#tea')!.access).toEqual([{ account: 'local', level: 'voice' }]);
  world.change('local', 'changed');
  world.alter(kinds.email, 'local', { email: 'l@example.net' });
  world.alter(kinds.rename, 'local', { next: 'Loc' });
  await lives.untilWhole();
  expect(world.here('loc')).toMatchObject({ password: 'changed', email: 'l@example.net' });
  world.alter(kinds.drop, 'loc', { by: 'loc' });
  await lives.untilWhole();
  expect(store.find('loc')).toBeUndefined();
  expect(directory.user('local')).toEqual(namesake);
  expect(namesake).toMatchObject({ password: hashed('theirs'), email: null, attributes: {} });
});

type Ask = (world: World) => void;
const NAMES = ['ann', 'bob', 'cat'];
const name = fc.constantFrom(...NAMES);
const email = fc.constantFrom('x@example.net', 'y@example.net', null);
const level = fc.constantFrom(0, 200, 900);
const ask: fc.Arbitrary<Ask> = fc.oneof(
  fc.tuple(name, fc.constantFrom('1', '2', '3'), fc.boolean()).map(
    ([who, password, confirmed]) =>
      (world: World) =>
        confirmed ? world.confirm(who, password) : world.register(who, null, password),
  ),
  fc.tuple(name, fc.constantFrom('4', '5')).map(
    ([who, next]) =>
      (world: World) =>
        world.change(who, next),
  ),
  fc.tuple(name, email).map(
    ([who, address]) =>
      (world: World) =>
        world.alter(world.kinds.email, who, { email: address }),
  ),
  fc.tuple(name, fc.boolean()).map(
    ([who, add]) =>
      (world: World) =>
        world.alter(world.kinds.certificate, who, { fingerprint: PRINT, add }),
  ),
  fc.tuple(name, level).map(
    ([who, next]) =>
      (world: World) =>
        world.alter(world.kinds.level, who, { level: next }),
  ),
  fc.tuple(name, name).map(
    ([who, next]) =>
      (world: World) =>
        world.alter(world.kinds.rename, who, { next }),
  ),
  name.map((who) => (world: World) => world.alter(world.kinds.drop, who, { by: who })),
  name.map((account) => (world: World) => {
    if (world.store.find(account) !== undefined) world.channels.register('#tea', account, 1);
    world.compare('#tea');
  }),
  fc
    .tuple(name, fc.constantFrom('op' as const, 'voice' as const, null))
    .map(([account, standing]) => (world: World) => {
      if (world.channels.find('#tea') !== undefined)
        world.channels.setAccess('#tea', null, account, standing);
      world.compare('#tea');
    }),
  // An administrator of Keycloak changes somebody, and the webhook tells.
  fc.record({ who: name, email, level, next: name, member: fc.boolean() }).map((change) => (world: World) => {
    const { directory } = world;
    const user = directory.user(change.who);
    // Whoever is there without an account yet is looked for by name.
    if (user === undefined || world.links.accountOf(user.id) === null) return;
    const others = [...directory.everybody.values()].filter((one) => one !== user);
    if (!others.some((one) => one.email !== null && one.email === change.email)) user.email = change.email;
    if (!others.some((one) => one.username === change.next)) user.username = change.next;
    user.attributes = { ...user.attributes, x3_opserv_level: [String(change.level)] };
    const group = [...directory.all.values()].find(({ name: called }) => called === 'opers');
    if (group !== undefined && change.member) user.groups.add(group.id);
    world.look(user.id);
  }),
);

it('is whole after kills and failures anywhere', async () => {
  const moment = fc.record({ at: fc.integer({ min: 1, max: 40 }), after: fc.boolean() });
  const trial = fc.record({
    asks: fc.array(fc.tuple(ask, fc.boolean()), { minLength: 1, maxLength: 8 }),
    killedAtCalls: fc.array(moment, { maxLength: 4 }),
    killedAtWrites: fc.array(moment, { maxLength: 4 }),
    failing: fc.array(moment, { maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(trial, async ({ asks, killedAtCalls, killedAtWrites, failing }) => {
      const world = new World();
      const { lives, directory } = world;
      const is = (moments: readonly { at: number; after: boolean }[], at: number, when: string) =>
        moments.some((one) => one.at === at && one.after === (when === 'after'));
      let calls = 0;
      let writes = 0;
      directory.meddle = async (_call, when) => {
        if (when === 'before') calls++;
        if (is(failing, calls, when)) throw new SignalboxError('unavailable', 'It is down.');
        if (!is(killedAtCalls, calls, when)) return;
        lives.die();
        await new Promise(() => {});
      };
      lives.around = (when) => {
        if (when === 'before') writes++;
        return is(killedAtWrites, writes, when);
      };
      for (const [one, waits] of asks) {
        if (lives.dead) lives.live();
        one(world);
        if (waits) await lives.settle();
      }
      await lives.untilWhole();
      // Nothing is in its way any more.
      directory.meddle = async () => {};
      lives.around = () => false;
      // What one look has begun is done before the next.
      for (let round = 0; round < 2; round++) await world.lookAtAll();
      world.compare('#tea');
      await lives.untilWhole();
      expect(lives.rows()).toEqual([]);
      const accounts = world.store.page('', 100);
      // No user is without an account; who waits to be confirmed, or was given a password before that, is here alone.
      const confirmed = accounts.filter((one) => world.links.of(one) !== null);
      const users = [...directory.everybody.keys()];
      expect(confirmed.map((one) => world.links.of(one)!.user).sort()).toEqual(users.sort());
      for (const one of confirmed) {
        const { user, username } = world.links.of(one)!;
        expect(username.toLowerCase()).toBe(directory.everybody.get(user)!.username);
        expect(world.here(one.name)).toEqual(await world.there(username));
      }
      const tea = world.channels.find('#tea');
      const here = tea === undefined ? [] : [tea.founder, ...tea.access.map(({ account }) => account)];
      const linked = here.flatMap((account) => world.links.of(world.store.get(account))?.username ?? []);
      if (tea !== undefined)
        expect(directory.membersOf('irc-channels', '#tea')).toEqual(
          linked.map((one) => one.toLowerCase()).sort(),
        );
    }),
    { numRuns: 80 },
  );
});
