/** What people and Keycloak do to accounts and channels holds on both sides, by way of a server that answers as Keycloak does. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../../runtime/test-fixtures/until.ts';
import type { KeycloakDesk } from '../keycloak/keycloak-desk.ts';
import type { TestKeycloak } from '../keycloak/test-keycloak.ts';
import { limits } from '../limits.ts';
import type { KeycloakLinks } from '../store/keycloak-links.ts';
import type { TestNetwork } from '../test-network.ts';
import type { FlowDesk } from './flow-desk.ts';
import { TestLinked } from './test-linked.ts';

const PRINT = 'a'.repeat(64);

let linked: TestLinked;
let keycloak: TestKeycloak;
let desk: KeycloakDesk;
let test: TestNetwork;
let flows: FlowDesk;
let links: KeycloakLinks;

beforeEach(async () => {
  linked = await TestLinked.start();
  ({ keycloak, desk, network: test, flows, links } = linked);
  test.join('ABAAA', 'ann');
});
afterEach(() => linked.close());

const account = (name = 'ann') => linked.account(name);
const ended = () => linked.ended();
const register = () => test.ask('ABAAA', 'REGISTER ann correct-horse ann@example.net');

it('an account is made, changed and deleted in Keycloak and here', async () => {
  expect((await register())[0]).toBe('The account ann is yours.');
  const user = keycloak.named('ann')!;
  expect(user).toMatchObject({ email: 'ann@example.net', enabled: true });
  expect(JSON.parse(user.password)).toMatchObject({ value: expect.any(String), salt: expect.any(String) });
  expect(links.of(account()!)).toMatchObject({ user: user.id, username: 'ann' });
  const { password: first } = user;
  expect(await test.ask('ABAAA', 'PASS correct-horse better-horse')).toEqual([
    'The password of ann is changed.',
  ]);
  expect(user.password).not.toBe(first);
  expect(keycloak.count(`POST /admin/realms/irc/users/${user.id}/logout`)).toBe(1);
  await test.ask('ABAAA', `ADDCERTFP ${PRINT}`);
  expect(user.attributes.x509_fingerprints).toEqual([PRINT]);
  test.join('ABAAB', 'bob');
  await test.ask('ABAAB', 'REGISTER bob correct-horse');
  expect(await test.ask('ABAAB', `ADDCERTFP ${PRINT}`)).toEqual(['That certificate is of another account.']);
  await test.ask('ABAAA', `DELCERTFP ${PRINT}`);
  expect(user.attributes.x509_fingerprints).toBeUndefined();
  expect(await test.services.keeper.changes.setEmail('ann', 'new@example.net')).toBe(true);
  expect([user.email, account()!.email]).toEqual(['new@example.net', 'new@example.net']);
  expect(await test.ask('ABAAA', 'UNREGISTER better-horse')).toEqual(['The account ann is deleted.']);
  expect([keycloak.named('ann'), account()]).toEqual([undefined, undefined]);
});

it('a name that Keycloak has is nobody else’s, and one that it refuses is made nowhere', async () => {
  test.join('ABAAC', 'alice');
  expect(await test.ask('ABAAC', 'REGISTER alice correct-horse')).toEqual([
    'There is an account of that name already.',
  ]);
  expect(account('alice')).toBeUndefined();
});

it('who asks while Keycloak fails is told at once, and it is done when Keycloak is back', async () => {
  keycloak.always = 'wrong shape';
  expect(await register()).toEqual([
    'The login service does not answer now. The account is made by itself when it does: log in to it then.',
  ]);
  expect(flows.engine.rows()).toMatchObject([{ kind: 'register', step: 'create', state: 'waiting' }]);
  expect(account()).toBeUndefined();
  keycloak.always = null;
  await test.clock.advance(limits.flowRetryBaseMs.default);
  await ended();
  expect([keycloak.named('ann')?.email, account()?.email]).toEqual(['ann@example.net', 'ann@example.net']);
});

it('who asks while Keycloak is known not to answer is refused, and nothing is begun', async () => {
  keycloak.always = 'garbage';
  for (let failure = 0; failure < limits.keycloakFailures.default; failure++)
    await desk.current!.client.users.find('x').catch(() => {});
  expect(desk.status().breaker).toBe('open');
  expect(await register()).toEqual([
    'The account cannot be made now: the login service or the disk does not answer. Nothing was registered; try again later.',
  ]);
  expect([flows.engine.size, account()]).toEqual([0, undefined]);
});

it('what is changed of a user in Keycloak holds here once it is looked at', async () => {
  await register();
  const user = keycloak.named('ann')!;
  const look = async () => {
    expect(await flows.look({ kind: 'user', userId: user.id })).toBe('looks at the user');
    await ended();
  };
  Object.assign(user, { email: 'other@example.net', attributes: { x509_fingerprints: [PRINT, 'no print'] } });
  await look();
  expect(account()!.email).toBe('other@example.net');
  expect(test.services.keeper.store.details('ann').fingerprints).toEqual([PRINT]);
  user.enabled = false;
  user.attributes = {};
  test.take();
  await look();
  expect(account()).toMatchObject({ suspended_by: 'Keycloak' });
  expect(test.take()).toContain('AF AC ABAAA U');
  expect(test.services.keeper.store.details('ann').fingerprints).toEqual([]);
  user.enabled = true;
  await look();
  expect(account()!.suspended_reason).toBeNull();
  user.username = 'anna';
  test.say('AB AC ABAAA R ann 1700000000');
  test.take();
  await look();
  // Who is called otherwise there is so here, and on the network.
  expect(test.take()).toEqual(['AF AC ABAAA M anna 1700000000']);
  expect(account()).toBeUndefined();
  expect(links.of(account('anna')!)).toMatchObject({ username: 'anna' });
  test.join('ABAAF', 'zoe');
  await test.ask('ABAAF', 'REGISTER zoe correct-horse');
  keycloak.named('zoe')!.username = 'z';
  user.username = 'zoe';
  await look();
  // But not by the name of somebody else: then they are logged out, and the account keeps its name.
  expect(links.of(account('anna')!)).toMatchObject({ username: 'zoe' });
  expect(test.logged.join()).toContain('keycloak_name');
  expect(test.take()).toContain('AF AC ABAAA U');
  keycloak.users.delete(user.id);
  await look();
  expect(account('anna')).toMatchObject({ suspended_reason: 'The account is deleted in Keycloak.' });
  // Nothing of their password is kept any more.
  expect(test.services.keeper.store.passwordHash(account('anna')!)).toBeNull();
  expect(await flows.look({ kind: 'user', userId: 'nobody' })).toBe('looks at the user');
  await ended();
});

it('access that was changed before Keycloak could be told is told after a restart, and a group goes with its channel', async () => {
  await register();
  test.join('ABAAB', 'bob');
  await test.ask('ABAAB', 'REGISTER bob correct-horse');
  const { keeper } = test.services;
  const ask = keeper.answerers();
  // Nobody hears of it, as where services are killed right then. The first channel is compared once in a while, and at once.
  await ask.registerChannel({ channel: '#aaa', account: 'ann', createdAt: 1 });
  await ask.registerChannel({ channel: '#tea', account: 'ann', createdAt: 1 });
  await ask.setChannelAccess({ channel: '#tea', by: 'ann', account: 'bob', level: 'op' });
  const tea = () => [...keycloak.groups.values()].find(({ name }) => name === '#tea');
  expect([tea(), flows.engine.size]).toEqual([undefined, 0]);
  flows.start();
  await until(() => tea()?.members.size === 2 && flows.engine.size === 0);
  // Access is taken back while Keycloak is told of it, and the comparison that was begun for that is lost.
  await ask.setChannelAccess({ channel: '#tea', by: 'ann', account: 'bob', level: null });
  flows.compare('#tea');
  await until(() => flows.engine.rows().some(({ kind }) => kind === 'access'));
  await ask.setChannelAccess({ channel: '#tea', by: 'ann', account: 'bob', level: 'voice' });
  await ended();
  const { id } = keycloak.named('bob')!;
  expect(tea()!.members.has(id)).toBe(true);

  // The channel is given up while its group is made, and whoever was to be told of that is not.
  await ask.registerChannel({ channel: '#cup', account: 'ann', createdAt: 1 });
  flows.compare('#cup');
  await until(() => flows.engine.rows().some(({ kind }) => kind === 'access'));
  await ask.dropChannel({ channel: '#cup', by: 'ann' });
  await ended();
  expect([...keycloak.groups.values()].map(({ name }) => name)).not.toContain('#cup');
  expect(flows.sync.orphans(9)).toEqual([]);
});

it('access to channels is the same on both sides, and ends with the channel', async () => {
  await register();
  test.join('ABAAB', 'bob');
  await test.ask('ABAAB', 'REGISTER bob correct-horse');
  const { keeper } = test.services;
  keeper.onNews((news) => {
    if (news.kind === 'channel') flows.compare(news.registration.channel);
    if (news.kind === 'channelGone') flows.channelGone(news.channel);
  });
  const ask = keeper.answerers();
  await ask.registerChannel({ channel: '#tea', account: 'ann', createdAt: 1 });
  await ask.setChannelAccess({ channel: '#tea', by: 'ann', account: 'bob', level: 'op' });
  const [ann, bob] = [keycloak.named('ann')!, keycloak.named('bob')!];
  const group = () => [...keycloak.groups.values()].find(({ name }) => name === '#tea');
  await until(() => group()?.members.size === 2 && flows.engine.size === 0);
  expect([ann, bob].map(({ attributes }) => attributes['x3.channel.#tea'])).toEqual([['500'], ['200']]);
  bob.attributes = { 'x3.channel.#tea': ['1'] };
  expect(await flows.look({ kind: 'group', path: '/irc-channels/#tea', userId: bob.id })).toBe(
    'compares #tea',
  );
  await ended();
  expect(keeper.channels.store.find('#tea')!.access).toEqual([{ account: 'bob', level: 'voice' }]);
  // Levels between are the same on both sides too, whoever changes them.
  const level = () => test.services.chanServ.registry.get('#tea')?.user('bob')?.level;
  bob.attributes = { 'x3.channel.#tea': ['310'] };
  await flows.look({ kind: 'group', path: '/irc-channels/#tea', userId: bob.id });
  await ended();
  expect(level()).toBe(310);
  await test.ask('ABAAA', 'CLVL #tea *bob 250', 'AFAAC');
  await until(() => bob.attributes['x3.channel.#tea']?.[0] === '250');
  await ended();
  expect(level()).toBe(250);
  group()!.members.delete(bob.id);
  expect(flows.syncState()).toMatchObject({ channels: 1, compared: 1, rounds: 0, nextAt: null });
  flows.batch.start();
  await until(() => keeper.channels.store.find('#tea')!.access.length === 0);
  await ended();
  expect(flows.syncState()).toMatchObject({
    ...{ configured: true, rounds: 1, latest: expect.any(Number), nextAt: expect.any(Number) },
    ...{ underWay: 0, failing: 0, retryAt: null },
  });
  expect(await flows.look({ kind: 'group', path: '/opers', userId: bob.id })).toContain('looks at the user');
  await ask.dropChannel({ channel: '#tea', by: 'ann' });
  await until(() => group() === undefined && flows.engine.size === 0);
  expect(flows.sync.orphans(9)).toEqual([]);
});
