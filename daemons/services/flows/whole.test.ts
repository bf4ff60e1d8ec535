/**
 * Accounts and channels are the same here and in Keycloak once everything is at its end, wherever the process was killed (before and after
 * each transaction, before and after each answer), whatever failed, and in whatever order it was asked for.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SignalboxError } from '../../../contract/errors.ts';
import type { HashedPassword } from '../../identity/elsewhere.ts';
import { AccountStore } from '../../identity/store/account-store.ts';
import { ChannelStore } from '../../identity/store/channel-store.ts';
import { SETTLED_ELSEWHERE, SharedFacts } from '../../identity/store/shared-facts.ts';
import { ChannelRows } from '../chanserv/channel-store.ts';
import { KeycloakLinks } from '../store/keycloak-links.ts';
import { linkedGuard } from '../store/linked-guard.ts';
import { ProfileStore } from '../store/profile-store.ts';
import { subjectOf } from '../sync/channel-flow.ts';
import { ChannelLevels } from '../sync/channel-levels.ts';
import { SyncStore } from '../sync/sync-store.ts';
import type { FlowKind } from './flow-kind.ts';
import { type FlowKinds, flowKinds } from './flow-kinds.ts';
import { levelThere } from './level-flow.ts';
import { type AboutAccount, accountSubject, subjectOfAccount, userSubject } from './linked-account.ts';
import { TestDirectory } from './test-directory.ts';
import { Lives } from './test-lives.ts';

const hashed = (hash: string): HashedPassword => ({
  algorithm: 'pbkdf2-sha256',
  iterations: 1,
  salt: '',
  hash,
});
const PRINT = 'a'.repeat(64);

/** Services with their Keycloak, without a network. */
class World {
  readonly lives = new Lives();
  readonly directory = new TestDirectory();
  readonly store: AccountStore;
  readonly facts: SharedFacts;
  readonly profiles: ProfileStore;
  readonly channels: ChannelStore;
  readonly sync: SyncStore;
  readonly links: KeycloakLinks;
  readonly kinds: FlowKinds;
  readonly answers: string[] = [];
  #marks = 0;

  constructor() {
    const { database, clock } = this.lives;
    const now = () => clock.now();
    this.links = new KeycloakLinks(database, now);
    this.store = new AccountStore(database, now, 100, linkedGuard(this.links));
    this.facts = new SharedFacts(database, now, this.store, SETTLED_ELSEWHERE);
    this.profiles = new ProfileStore(database, now, SETTLED_ELSEWHERE);
    this.channels = new ChannelStore(database, this.store, now);
    this.sync = new SyncStore(database);
    const { directory, store, facts, profiles, channels, sync, links } = this;
    this.kinds = flowKinds({
      ...{ directory, store, facts, profiles, channels, sync, links, now },
      drop: (account) => {
        store.drop(store.get(account));
        return () => {};
      },
      registered: () => {},
      renamed: () => () => {},
      forget: () => {},
      levels: new ChannelLevels(channels, new ChannelRows(database, now), now),
      keepOut: async (account, by, reason) =>
        await this.lives.writes.write(() => store.suspend(store.get(account), reason, by)),
      logOut: () => {},
      mayRename: () => true,
      changed: () => {},
      log: () => {},
    });
    this.lives.begin(Object.values(this.kinds));
  }

  /** What flows of an account are about, as the desk says it. */
  subject(account: string): string {
    return subjectOfAccount(account, this);
  }

  /** An account as the desk names it to a flow. */
  about(account: string) {
    const stored = this.store.find(account);
    const userId = stored === undefined ? undefined : this.links.of(stored)?.user;
    return userId === undefined ? { account } : { account, userId };
  }

  /** Something that changes an account. */
  alter<Data extends AboutAccount, Answer>(
    kind: FlowKind<Data, Answer>,
    account: string,
    data: Omit<NoInfer<Data>, 'account' | 'userId'>,
  ): void {
    this.ask(kind, this.subject(account), { ...data, ...this.about(account) } as Data);
  }

  /** The owner of an account that waits to be confirmed has shown their cookie. */
  confirm(name: string, password: string): void {
    const before = this.store.find(name);
    if (before !== undefined && this.links.of(before) !== null) return;
    if (before === undefined) {
      if (this.store.ownerOf(name) !== undefined) return;
      this.store.create({ name, email: null, verifiers: null, network: null });
    }
    const verifiers = { argon2id: password, scram: password };
    const account = { name, email: null, verifiers, network: null };
    const data = { account, password: hashed(password), mark: `m${++this.#marks}`, confirmed: true as const };
    this.ask(this.kinds.register, accountSubject(name), data);
  }

  look(userId: string): void {
    this.ask(this.kinds.user, userSubject(userId), { userId });
  }

  /** Begins a flow; whoever asked hears nothing where the process is killed before. */
  ask<Data extends object, Answer>(kind: FlowKind<Data, Answer>, subject: string, data: Data): void {
    this.lives.engine.begin(kind, subject, data).then(
      (answer) =>
        this.answers.push(
          `${kind.name} ${answer.kind === 'done' ? JSON.stringify(answer.answer) : 'delayed'}`,
        ),
      () => {},
    );
  }

  register(name: string, email: string | null, password: string): void {
    const verifiers = { argon2id: password, scram: password };
    const account = { name, email, verifiers, network: null };
    const mark = `m${++this.#marks}`;
    this.ask(this.kinds.register, accountSubject(name), { account, password: hashed(password), mark });
  }

  change(account: string, next: string): void {
    const verifiers = { argon2id: next, scram: next };
    this.alter(this.kinds.password, account, { verifiers, password: hashed(next) });
  }

  compare(channel: string): void {
    this.ask(this.kinds.channel, subjectOf(channel), { channel });
  }

  /** Everything of one account on either side, without what only one of them has. */
  here(name: string) {
    const account = this.store.find(name);
    if (account === undefined) return null;
    const { email } = account;
    const fingerprints = this.store.details(name).fingerprints;
    const { level } = this.profiles.of(account);
    return { email, fingerprints, level, password: this.store.credential(account, 'argon2id') };
  }

  async there(name: string) {
    const user = this.directory.user(name);
    if (user === undefined) return null;
    const { email, attributes, password } = user;
    const level = await levelThere(this.directory, user);
    return {
      email,
      fingerprints: attributes.x509_fingerprints ?? [],
      level,
      password: password?.hash ?? null,
    };
  }

  /** Has both sides be compared, as a webhook or the round of an hour does, until there is nothing to do. */
  async lookAtAll(): Promise<void> {
    for (const id of this.directory.everybody.keys()) this.look(id);
    this.ask(this.kinds.operators, 'operators', {});
    await this.lives.untilWhole();
  }
}

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
