/** Operations of Keycloak against a small server that answers as one does: what is sent, what is believed, what is tried again. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SignalboxError } from '../../../contract/errors.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import { limits } from '../limits.ts';
import { KeycloakClient } from './keycloak-client.ts';
import type { KeycloakError } from './keycloak-error.ts';
import { TestKeycloak } from './test-keycloak.ts';
import { keepsAttributes, onlyByAdministrators, type UserProfile } from './user-operations.ts';

let keycloak: TestKeycloak;
let clock: FakeClock;
let client: KeycloakClient;
let states: string[];

function connect(more: object = {}): KeycloakClient {
  const settings = { ...keycloak.settings, ...more };
  return new KeycloakClient({ settings, clock, random: () => 1, onState: (state) => states.push(state) });
}

beforeEach(async () => {
  keycloak = await TestKeycloak.start();
  clock = new FakeClock();
  states = [];
  client = connect();
});
afterEach(async () => {
  await client.close();
  await keycloak.close();
});

const failureOf = (call: Promise<unknown>) =>
  call.then(
    (value) => expect.fail(`answered ${JSON.stringify(value)}`),
    (error: SignalboxError) => error as KeycloakError,
  );

/** Lets a call wait its turns of trying again. */
async function patiently<Result>(call: Promise<Result>): Promise<Result> {
  let over = false;
  const ended = () => {
    over = true;
  };
  call.then(ended, ended);
  while (!over) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(100);
  }
  return await call;
}

describe('a password', () => {
  it('is right, wrong, of somebody who is disabled, or of somebody who has something to do first', async () => {
    const alice = keycloak.named('alice')!;
    const grant = (name: string, password: string) => client.signIn.grant(name, password);
    expect(await grant('Alice', 'alice-pw')).toEqual({
      kind: 'granted',
      user: alice.id,
      username: 'alice',
      at: expect.any(Number),
      email: 'alice@example.net',
    });
    expect(await grant('alice', 'wrong')).toEqual({ kind: 'wrong' });
    expect(await grant('nobody', 'wrong')).toEqual({ kind: 'wrong' });
    alice.incomplete = true;
    expect(await grant('alice', 'alice-pw')).toEqual({ kind: 'incomplete' });
    alice.enabled = false;
    expect(await grant('alice', 'alice-pw')).toEqual({ kind: 'disabled' });
    expect(client.calls.breaker.failures).toBe(0);
  });

  it('travels in the body alone, and is in no error even where Keycloak repeats it', async () => {
    await client.signIn.grant('alice', 'p&s=w√rd?');
    expect(keycloak.asked).toEqual(['POST /realms/irc/protocol/openid-connect/token']);
    expect(new URLSearchParams(keycloak.bodies[0]).get('password')).toBe('p&s=w√rd?');
    keycloak.secret = 'another';
    const error = await failureOf(client.signIn.grant('alice', 'Invalid'));
    expect(error).toMatchObject({ code: 'unauthorized', status: 401, says: 'answer' });
    expect(error.message).toContain('… client or …');
    expect(error.message).not.toMatch(/signalbox-secret|Invalid/);
  });

  it('is never sent twice, and each failure is one', async () => {
    keycloak.always = 'status 503';
    const error = await failureOf(client.signIn.grant('alice', 'alice-pw'));
    expect(error).toMatchObject({ code: 'unavailable', status: 503, passes: true, says: 'fault' });
    expect([keycloak.asked.length, client.calls.breaker.failures]).toEqual([1, 1]);
    keycloak.always = 'hang up';
    expect((await failureOf(client.signIn.grant('alice', 'alice-pw'))).code).toBe('unavailable');
    keycloak.always = 'status 429';
    // Whoever says that it is too much is there.
    expect(await failureOf(client.signIn.grant('alice', 'alice-pw'))).toMatchObject({ code: 'unavailable' });
    expect([keycloak.asked.length, client.calls.breaker.failures]).toEqual([3, 0]);
  });

  it('is given up in time where Keycloak does not answer', async () => {
    keycloak.always = 'hold';
    const waiting = failureOf(client.signIn.grant('alice', 'alice-pw'));
    await until(() => keycloak.held.length === 1);
    await clock.advance(limits.keycloakLoginMs.default);
    expect(await waiting).toMatchObject({ code: 'timeout', says: 'fault' });
    expect(client.calls.breaker.failures).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('a server that lies', () => {
  it.each(['garbage', 'wrong shape'] as const)('is not believed: %s', async (fault) => {
    keycloak.always = fault;
    const calls = [
      client.signIn.grant('alice', 'alice-pw'),
      client.signIn.introspect('token'),
      client.signIn.keys(),
      client.signIn.clientToken(),
    ];
    for (const call of calls) {
      const error = await failureOf(call);
      expect(error).toMatchObject({ code: 'unavailable', says: 'fault', passes: false });
      expect(error.message).toMatch(/its answer cannot be used/);
    }
    expect(keycloak.asked).toHaveLength(4);
  });

  it('is not believed where it names somebody else', async () => {
    await client.users.find('alice');
    keycloak.always = { say: '[{"id":"1","username":"mallory","attributes":{"x509_fingerprints":["bb"]}}]' };
    expect((await failureOf(client.users.find('alice'))).message).toMatch(/names somebody else/);
    expect((await failureOf(client.users.byFingerprint('aa'))).message).toMatch(/without that certificate/);
    keycloak.always = { say: '{"id":"1","username":"mallory"}' };
    expect((await failureOf(client.users.get('2'))).message).toMatch(/shows somebody else/);
    // What would lead elsewhere in a path is no id.
    keycloak.always = { say: '[{"id":"..","username":"alice"}]' };
    expect((await failureOf(client.users.find('alice'))).message).toMatch(/0.id is not what it has to be/);
  });

  it('is read no further than an answer may be long', async () => {
    keycloak.named('alice')!.attributes = { x: ['y'.repeat(limits.keycloakAnswerBytes.default)] };
    const error = await failureOf(client.users.find('alice'));
    expect(error.code).toBe('limit_reached');
  });
});

describe('what may be tried again', () => {
  it('is, twice, after one second and two, where Keycloak fails or is overrun', async () => {
    keycloak.faults = ['status 503', 'hang up'];
    const call = client.signIn.keys();
    await until(() => clock.pendingTimers === 2);
    await clock.advance(999);
    expect(keycloak.asked).toHaveLength(1);
    await clock.advance(1);
    await until(() => keycloak.asked.length === 2 && clock.pendingTimers === 2);
    await clock.advance(1_999);
    expect(keycloak.asked).toHaveLength(2);
    await clock.advance(1);
    expect((await call).keys).toHaveLength(1);
    expect(client.calls.resilience.figures).toEqual({ calls: 1, answered: 1, faults: 2, retries: 2 });
    keycloak.faults = ['status 429', 'status 503', 'hang up'];
    expect(await patiently(failureOf(client.signIn.keys()))).toMatchObject({ code: 'unavailable' });
    expect(keycloak.asked).toHaveLength(6);
  });

  it('is not where Keycloak has refused it, nor a search for a certificate', async () => {
    expect(await failureOf(client.users.get('nobody'))).toMatchObject({ code: 'not_found', status: 404 });
    expect(keycloak.count('/users')).toBe(1);
    keycloak.faults = ['status 503'];
    expect((await failureOf(client.users.byFingerprint('aa'))).code).toBe('unavailable');
    expect(keycloak.count('q=x509')).toBe(1);
  });

  it('ends with its deadline, with whoever asks, and with the client', async () => {
    keycloak.always = 'hold';
    const leaving = new AbortController();
    const left = failureOf(client.users.find('alice', { signal: leaving.signal }));
    await until(() => keycloak.held.length === 1);
    leaving.abort();
    expect((await left).code).toBe('cancelled');
    expect(client.calls.breaker.failures).toBe(0);
    const late = failureOf(client.signIn.keys());
    await until(() => keycloak.held.length === 2);
    await clock.advance(limits.keycloakCallMs.default);
    expect((await late).code).toBe('timeout');
    const closed = failureOf(client.signIn.keys());
    await until(() => keycloak.held.length === 3);
    await client.close();
    expect((await closed).code).toBe('cancelled');
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('the breaker', () => {
  it('has nobody wait once Keycloak has failed again and again, also those who wait already, and finds that it is back', async () => {
    keycloak.faults = ['hold', ...Array(5).fill('status 503')];
    keycloak.always = 'hold';
    const waiting = failureOf(client.signIn.grant('alice', 'alice-pw'));
    await until(() => keycloak.held.length === 1);
    for (let i = 0; i < 5; i++) await failureOf(client.signIn.grant('bob', `guess${i}`));
    expect((await waiting).code).toBe('unavailable');
    expect(client.calls.breaker.state).toBe('open');
    const before = keycloak.asked.length;
    expect(await failureOf(client.signIn.grant('alice', 'alice-pw'))).toMatchObject({
      code: 'unavailable',
      detail: { retryAt: client.calls.breaker.nextProbeAt },
    });
    expect(await failureOf(client.users.find('alice'))).toMatchObject({ code: 'unavailable' });
    expect(keycloak.asked).toHaveLength(before);
    keycloak.always = null;
    await clock.advance(limits.keycloakProbeMs.default * 2);
    await until(() => client.calls.breaker.state === 'closed');
    expect(states).toEqual(['open', 'half-open', 'closed']);
    // What it looked with is used.
    expect(client.token.expiresAt).not.toBeNull();
    expect(await client.signIn.grant('alice', 'alice-pw')).toMatchObject({ kind: 'granted' });
  });

  it('closes where Keycloak is there and refuses the secret of services', async () => {
    keycloak.always = 'garbage';
    for (let i = 0; i < 5; i++) await failureOf(client.signIn.grant('alice', 'alice-pw'));
    keycloak.always = null;
    keycloak.secret = 'another';
    await clock.advance(limits.keycloakProbeMs.default * 2);
    await until(() => client.calls.breaker.state === 'closed');
    expect(await failureOf(client.users.find('alice'))).toMatchObject({ code: 'unauthorized' });
    expect(client.calls.breaker.failures).toBe(0);
  });
});

describe('users', () => {
  it('are found by name and certificate, made, changed without losing anything, and deleted', async () => {
    const alice = keycloak.named('alice')!;
    alice.attributes = { x509_fingerprints: ['AA11', 'bb22'], colour: ['red'] };
    expect(await client.users.find('ALICE')).toMatchObject({ id: alice.id, email: 'alice@example.net' });
    expect(await client.users.find('nobody')).toBeNull();
    expect((await client.users.byFingerprint('aa11')).map(({ id }) => id)).toEqual([alice.id]);
    keycloak.addUser('twin', 'x', { attributes: { x509_fingerprints: ['aa11'] } });
    expect(await client.users.byFingerprint('aa11')).toHaveLength(2);
    const changed = await client.users.update(alice.id, {
      emailVerified: true,
      attributes: { irc_level: ['200'], colour: null },
    });
    expect(changed.attributes).toEqual({ x509_fingerprints: ['AA11', 'bb22'], irc_level: ['200'] });
    expect(keycloak.users.get(alice.id)).toMatchObject({
      email: 'alice@example.net',
      attributes: changed.attributes,
    });
    const made = await client.users.create({
      username: 'bob',
      email: 'bob@example.net',
      password: { value: 'bob-pw' },
    });
    expect(keycloak.users.get(made)).toMatchObject({
      username: 'bob',
      email: 'bob@example.net',
      password: 'bob-pw',
    });
    expect((await failureOf(client.users.create({ username: 'Bob' }))).code).toBe('conflict');
    await client.users.endSessions(made);
    expect(await client.users.credentials(made)).toMatchObject([{ type: 'password' }]);
    expect([await client.users.delete(made), await client.users.delete(made)]).toEqual([true, false]);
  });

  it('are changed one after another, so that nobody undoes what another has done', async () => {
    const { id } = keycloak.named('alice')!;
    const names = Array.from({ length: 5 }, (_, i) => `irc_${i}`);
    await Promise.all(names.map((name) => client.users.update(id, { attributes: { [name]: ['1'] } })));
    expect(Object.keys(keycloak.users.get(id)!.attributes).sort()).toEqual(names);
  });

  it('have their password changed and nothing else, in clear or hashed', async () => {
    const alice = keycloak.named('alice')!;
    alice.attributes = { colour: ['red'] };
    await client.users.setPassword(alice.id, { value: 'better-pw' });
    expect(alice).toMatchObject({
      password: 'better-pw',
      email: 'alice@example.net',
      attributes: { colour: ['red'] },
    });
    const hashed = {
      algorithm: 'pbkdf2-sha256',
      iterations: 1_000,
      salt: 'c2FsdA==',
      hash: 'aGFzaA==',
    } as const;
    await client.users.setPassword(alice.id, hashed);
    expect(JSON.parse(keycloak.bodies.at(-1)!)).toEqual({
      credentials: [
        {
          type: 'password',
          credentialData: '{"hashIterations":1000,"algorithm":"pbkdf2-sha256","additionalParameters":{}}',
          secretData: '{"value":"aGFzaA==","salt":"c2FsdA=="}',
        },
      ],
    });
  });

  it('are not said to be changed where Keycloak drops what it was given', async () => {
    keycloak.keepsAttributes = false;
    const { id } = keycloak.named('alice')!;
    expect(keepsAttributes(await client.users.profile())).toBe(false);
    const error = await failureOf(client.users.update(id, { attributes: { irc_level: ['200'] } }));
    expect(error).toMatchObject({
      code: 'refused',
      message: expect.stringContaining('unmanagedAttributePolicy'),
    });
    keycloak.keepsAttributes = true;
    expect(keepsAttributes(await client.users.profile())).toBe(true);
    const level = 'x3_opserv_level';
    const by = (edit?: string[]) => ({
      name: level,
      ...(edit === undefined ? {} : { permissions: { edit } }),
    });
    const only = (policy: string | undefined, attributes: ReturnType<typeof by>[] = []) =>
      onlyByAdministrators({ unmanagedAttributePolicy: policy, attributes } as UserProfile, level);
    expect([only('ADMIN_EDIT'), only('ENABLED'), only(undefined)]).toEqual([true, false, true]);
    expect([only('ENABLED', [by(['admin'])]), only('ENABLED', [by()])]).toEqual([true, true]);
    expect(only('ADMIN_EDIT', [by(['admin', 'user'])])).toBe(false);
  });

  it('are administered with a token that is asked for again where it is refused', async () => {
    await client.users.find('alice');
    keycloak.tokens.clear();
    expect(await client.users.find('alice')).not.toBeNull();
    expect(keycloak.count('/token')).toBe(2);
  });
});

it('groups are made once, found by name and path, changed without losing anything, joined and left', async () => {
  const { groups, users } = client;
  const { id: alice } = keycloak.named('alice')!;
  const parent = await groups.create('irc-channels', null);
  const tea = await groups.create('#tea/pot', parent);
  expect((await failureOf(groups.create('#tea/pot', parent))).code).toBe('conflict');
  expect((await groups.top()).map(({ name }) => name)).toEqual(['irc-channels']);
  expect((await groups.findTop('irc-channels'))?.id).toBe(parent);
  expect(await groups.findTop('#tea/pot')).toBeNull();
  expect((await groups.findChild(parent, '#tea/pot'))?.id).toBe(tea);
  expect(await groups.findChild(parent, '#coffee')).toBeNull();
  expect((await groups.children(parent)).map(({ id }) => id)).toEqual([tea]);
  const lobby = await groups.create('#lobby', parent);
  expect((await groups.atPath(['irc-channels', '#lobby']))?.id).toBe(lobby);
  expect(keycloak.asked.at(-1)).toBe('GET /admin/realms/irc/group-by-path/irc-channels/%23lobby');
  expect(await groups.atPath(['irc-channels', '#nowhere'])).toBeNull();
  await groups.update(tea, { x3_access_level: ['200'] });
  await groups.update(tea, { note: ['hot'] });
  expect((await groups.get(tea)).attributes).toEqual({ x3_access_level: ['200'], note: ['hot'] });
  await users.join(alice, tea);
  await users.join(alice, tea);
  expect((await users.groups(alice)).map(({ id }) => id)).toEqual([tea]);
  expect((await groups.members(tea)).map(({ id }) => id)).toEqual([alice]);
  expect(await users.leave(alice, tea)).toBe(true);
  expect(await groups.members(tea)).toEqual([]);
  expect(await users.leave(alice, 'nowhere')).toBe(false);
  expect([await groups.delete(tea), await groups.delete(tea)]).toEqual([true, false]);
  for (let i = 0; i < 150; i++) keycloak.groups.get(lobby)!.members.add(keycloak.addUser(`user${i}`, 'x').id);
  expect(await groups.members(lobby)).toHaveLength(150);
});
