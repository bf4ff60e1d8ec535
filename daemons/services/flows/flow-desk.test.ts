/** What people and Keycloak do to accounts and channels holds on both sides, by way of a server that answers as Keycloak does. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../../runtime/test-fixtures/until.ts';
import { KeycloakDesk } from '../keycloak/keycloak-desk.ts';
import { TestKeycloak } from '../keycloak/test-keycloak.ts';
import { limits } from '../limits.ts';
import { KeycloakLinks } from '../store/keycloak-links.ts';
import { TestNetwork } from '../test-network.ts';
import { FlowDesk } from './flow-desk.ts';
import { hashForKeycloak } from './hash-tasks.ts';

const PRINT = 'a'.repeat(64);

let keycloak: TestKeycloak;
let desk: KeycloakDesk;
let test: TestNetwork;
let flows: FlowDesk;
let links: KeycloakLinks;

beforeEach(async () => {
  keycloak = await TestKeycloak.start();
  test = await TestNetwork.start('h6B', { elsewhere: () => (desk.current === null ? null : flows) });
  const { clock, database, writes, logged, services } = test;
  const log = (level: string, event: string, message: string) => logged.push(`${level} ${event} ${message}`);
  desk = new KeycloakDesk({
    clock,
    random: () => 0,
    metrics: null,
    log,
    onUp: () => flows.engine.retry(null),
  });
  links = new KeycloakLinks(database, () => clock.now());
  const { keeper } = services;
  const { suspend } = keeper.answerers();
  let marks = 0;
  flows = new FlowDesk({
    database,
    writes,
    clock,
    random: () => 0,
    keycloak: desk,
    store: keeper.store,
    channels: keeper.channels.store,
    links,
    hash: async (password) => hashForKeycloak({ password, iterations: 1 }),
    mark: () => `mark ${++marks}`,
    keeper: {
      drop: (account, by) => keeper.dropWithin(account, by),
      registered: (account) => keeper.hasRegistered(account),
      suspend: async (account, by, reason) => await suspend({ account, by, reason }),
      channelChanged: (channel) => keeper.channels.hasChanged(channel),
    },
    logOut: (account) => services.logOut(account),
    log,
  });
  desk.configure(keycloak.settings);
  test.join('ABAAA', 'ann');
});
afterEach(async () => {
  flows.close();
  desk.close();
  test.close();
  await keycloak.close();
});

const account = (name = 'ann') => test.services.keeper.store.find(name);
const ended = () => until(() => flows.engine.size === 0);
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
  expect(await test.services.keeper.setEmail('ann', 'new@example.net')).toBe(true);
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
    'The account could not be written. Nothing was registered; try again later.',
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
  await test.ask('ABAAA', 'AUTH ann correct-horse');
  test.take();
  await look();
  expect(test.take()).toContain('AF AC ABAAA U');
  expect(links.of(account()!)).toMatchObject({ username: 'anna' });
  keycloak.users.delete(user.id);
  await look();
  expect(account()).toMatchObject({ suspended_reason: 'The account is deleted in Keycloak.' });
  expect(await flows.look({ kind: 'user', userId: 'nobody' })).toBe('looks at the user');
  await ended();
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
  flows.batch.start();
  await until(() => keeper.channels.store.find('#tea')!.access.length === 0);
  await ended();
  expect(await flows.look({ kind: 'group', path: '/opers', userId: bob.id })).toContain('nothing: /opers');
  await ask.dropChannel({ channel: '#tea', by: 'ann' });
  await until(() => group() === undefined && flows.engine.size === 0);
  expect(flows.sync.orphans(9)).toEqual([]);
});
