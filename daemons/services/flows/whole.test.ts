/**
 * Accounts and channels are the same here and in Keycloak once everything is at its end, wherever the process was killed (before and after
 * each transaction, before and after each answer), whatever failed, and in whatever order it was asked for.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SignalboxError } from '../../../contract/errors.ts';
import { AccountStore } from '../../identity/store/account-store.ts';
import { ChannelStore } from '../../identity/store/channel-store.ts';
import { ChannelRows } from '../chanserv/channel-store.ts';
import { KeycloakLinks } from '../store/keycloak-links.ts';
import { channelFlow, subjectOf } from '../sync/channel-flow.ts';
import { ChannelLevels } from '../sync/channel-levels.ts';
import { SyncStore } from '../sync/sync-store.ts';
import { accessFlow } from './access-flow.ts';
import {
  accountSubject,
  certificateFlow,
  dropFlow,
  emailFlow,
  passwordFlow,
  registerFlow,
} from './account-flows.ts';
import type { HashedPassword } from './directory.ts';
import type { FlowKind } from './flow-kind.ts';
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
  readonly channels: ChannelStore;
  readonly sync: SyncStore;
  readonly links: KeycloakLinks;
  readonly kinds;
  readonly answers: string[] = [];
  #marks = 0;

  constructor() {
    const { database, clock } = this.lives;
    const now = () => clock.now();
    this.store = new AccountStore(database, now);
    this.channels = new ChannelStore(database, this.store, now);
    this.sync = new SyncStore(database);
    this.links = new KeycloakLinks(database, now);
    const { directory, store, channels, sync, links } = this;
    const options = {
      directory,
      store,
      links,
      drop: (account: string) => {
        store.drop(store.get(account));
        return () => {};
      },
      registered: () => {},
      forget: () => {},
    };
    const idOf = (account: string) => {
      const stored = store.find(account);
      return stored === undefined ? null : (links.of(stored)?.user ?? null);
    };
    const access = accessFlow(directory, idOf, (channel, account, level) =>
      sync.confirm(channel, account, level, now()),
    );
    const levels = new ChannelLevels(channels, new ChannelRows(database, now), now);
    this.kinds = {
      register: registerFlow(options),
      password: passwordFlow(options),
      drop: dropFlow(options),
      email: emailFlow(options),
      certificate: certificateFlow(options),
      access,
      channel: channelFlow({
        directory,
        store,
        channels,
        levels,
        links,
        sync,
        access,
        now,
        changed: () => {},
      }),
    };
    this.lives.begin(Object.values(this.kinds));
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
    this.ask(this.kinds.password, accountSubject(account), { account, verifiers, password: hashed(next) });
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
    return { email, fingerprints, password: this.store.credential(account, 'argon2id') };
  }

  there(name: string) {
    const user = this.directory.user(name);
    if (user === undefined) return null;
    const { email, attributes, password } = user;
    return { email, fingerprints: attributes.x509_fingerprints ?? [], password: password?.hash ?? null };
  }
}

it('does what it is asked for on both sides, and answers', async () => {
  const world = new World();
  const { kinds, lives, directory, store, channels } = world;
  world.register('Ann', 'ann@example.net', 'first');
  await lives.untilWhole();
  expect(world.there('ann')).toEqual({ email: 'ann@example.net', fingerprints: [], password: 'first' });
  expect(world.here('ann')).toEqual(world.there('ann'));
  world.register('ann', null, 'other');
  world.register('bob', 'ann@example.net', 'other');
  world.register('b[b', null, 'other');
  await lives.untilWhole();
  world.change('ann', 'second');
  world.ask(kinds.email, accountSubject('ann'), { account: 'ann', email: null });
  world.ask(kinds.certificate, accountSubject('ann'), { account: 'ann', fingerprint: PRINT, add: true });
  await lives.untilWhole();
  expect(directory.user('ann')!.sessions).toBe(0);
  expect(world.here('ann')).toEqual({ email: null, fingerprints: [PRINT], password: 'second' });
  expect(world.here('ann')).toEqual(world.there('ann'));
  directory.add('eve', { attributes: { x509_fingerprints: ['b'.repeat(64)] } });
  const theirs = { account: 'ann', fingerprint: 'b'.repeat(64), add: true };
  world.ask(kinds.certificate, accountSubject('ann'), theirs);
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
  world.ask(kinds.drop, accountSubject('ann'), { account: 'ann', by: 'ann' });
  await lives.untilWhole();
  expect([world.here('ann'), world.there('ann'), store.count]).toEqual([null, null, 1]);
  expect(world.answers.sort()).toEqual(
    [
      'register "done"',
      'register "exists"',
      'register "email"',
      'register "refused"',
      'password "done"',
      'email "done"',
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
  world.ask(kinds.email, accountSubject('local'), { account: 'local', email: 'l@example.net' });
  await lives.untilWhole();
  expect(world.here('local')).toMatchObject({ password: 'changed', email: 'l@example.net' });
  world.ask(kinds.drop, accountSubject('local'), { account: 'local', by: 'local' });
  await lives.untilWhole();
  expect(store.find('local')).toBeUndefined();
  expect(directory.user('local')).toEqual(namesake);
  expect(namesake).toMatchObject({ password: hashed('theirs'), email: null, attributes: {} });
});

type Ask = (world: World) => void;
const NAMES = ['ann', 'bob'];
const name = fc.constantFrom(...NAMES);
const ask: fc.Arbitrary<Ask> = fc.oneof(
  fc.tuple(name, fc.constantFrom('1', '2', '3')).map(
    ([who, password]) =>
      (world: World) =>
        world.register(who, null, password),
  ),
  fc.tuple(name, fc.constantFrom('4', '5')).map(
    ([who, next]) =>
      (world: World) =>
        world.change(who, next),
  ),
  fc.tuple(name, fc.constantFrom('x@example.net', 'y@example.net', null)).map(
    ([account, email]) =>
      (world: World) =>
        world.ask(world.kinds.email, accountSubject(account), { account, email }),
  ),
  fc.tuple(name, fc.boolean()).map(
    ([account, add]) =>
      (world: World) =>
        world.ask(world.kinds.certificate, accountSubject(account), { account, fingerprint: PRINT, add }),
  ),
  name.map(
    (account) => (world: World) =>
      world.ask(world.kinds.drop, accountSubject(account), { account, by: account }),
  ),
  name.map((account) => (world: World) => {
    if (world.store.find(account) !== undefined) world.channels.register('#tea', account, 1);
    world.compare('#tea');
  }),
  fc
    .tuple(name, fc.constantFrom('op' as const, 'voice' as const, null))
    .map(([account, level]) => (world: World) => {
      if (world.channels.find('#tea') !== undefined) world.channels.setAccess('#tea', null, account, level);
      world.compare('#tea');
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
      world.compare('#tea');
      await lives.untilWhole();
      expect(lives.rows()).toEqual([]);
      for (const one of NAMES) expect(world.here(one)).toEqual(world.there(one));
      const tea = world.channels.find('#tea');
      const here = tea === undefined ? [] : [tea.founder, ...tea.access.map(({ account }) => account)];
      if (tea !== undefined) expect(directory.membersOf('irc-channels', '#tea')).toEqual(here.sort());
    }),
    { numRuns: 80 },
  );
});
