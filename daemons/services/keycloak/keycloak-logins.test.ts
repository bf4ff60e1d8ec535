/** Logins by way of Keycloak as users see them: by AuthServ and by SASL, while it answers, is slow or away, and when something changes there. */
import { pbkdf2Sync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatVerifier, keysOf, parseVerifier } from '../../identity/sasl/scram.ts';
import { base64 } from '../../identity/test-keeper.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import { limits } from '../limits.ts';
import { TestNetwork } from '../test-network.ts';
import { KeycloakDesk } from './keycloak-desk.ts';
import { SCRAM_ATTRIBUTES } from './scram-attributes.ts';
import { TestKeycloak } from './test-keycloak.ts';
import { scramLogin } from './test-scram.ts';

const UNAVAILABLE = 'The login service is unavailable. Try again later.';
const WRONG = 'The account or the password is wrong.';
const HOME = { address: '192.0.2.1', fingerprint: null };

let keycloak: TestKeycloak;
let desk: KeycloakDesk;
let test: TestNetwork;
let answers: ReturnType<typeof test.services.keeper.answerers>;

beforeEach(async () => {
  keycloak = await TestKeycloak.start();
  test = await TestNetwork.start();
  desk = new KeycloakDesk({
    clock: test.clock,
    random: () => 1,
    count: test.services.operations.count,
    metrics: null,
    log: (level, event, message) => test.logged.push(`${level} ${event} ${message}`),
  });
  desk.configure(keycloak.settings);
  test.keycloak = desk.current;
  answers = test.services.keeper.answerers();
  for (const [numeric, nick] of [
    ['ABAAA', 'alice'],
    ['ABAAB', 'bob'],
  ])
    test.join(numeric!, nick!);
  await until(() => desk.status().inFlight === 0);
});
afterEach(async () => {
  desk.close();
  test.close();
  await keycloak.close();
});

const alice = (text: string) => test.ask('ABAAA', text);
const bob = (text: string) => test.ask('ABAAB', text);
const grants = () => keycloak.bodies.filter((body) => body.includes('grant_type=password')).length;
const account = (name: string) => test.services.keeper.store.get(name);
const linkOf = (name: string) => test.services.accounts.links.of(test.services.keeper.store.get(name));
const hashOf = (name: string) =>
  test.services.keeper.store.credential(test.services.keeper.store.get(name), 'argon2id');

let session = 0;
async function sasl(
  mechanism: string,
  message: string,
  origin: { address: string; fingerprint: string | null } = HOME,
) {
  const args = { session: String(++session), mechanism, origin };
  await answers.saslStart(args);
  const answer = await answers.saslData({ session: args.session, data: base64(message) });
  await test.quiet();
  return answer;
}
const plain = (account: string, password: string, as = '') => sasl('PLAIN', `${as}\0${account}\0${password}`);

/** Keycloak fails until it is not asked any more. */
async function breakKeycloak(): Promise<void> {
  keycloak.always = 'status 503';
  for (let i = 0; i < limits.keycloakFailures.default; i++) await plain(`nobody${i}`, 'x');
  expect(desk.status().breaker).toBe('open');
  keycloak.asked.length = 0;
}

describe('with Keycloak', () => {
  it('a user who has no account gets one with the first login, by AuthServ or SASL, and it is theirs', async () => {
    expect(await alice('AUTH Alice alice-pw')).toEqual(['You are logged in to the account alice.']);
    const user = keycloak.named('alice')!;
    expect(linkOf('alice')).toMatchObject({ user: user.id, username: 'alice' });
    expect(test.services.keeper.store.get('alice').email).toBe('alice@example.net');
    expect(await plain('ALICE', 'alice-pw')).toMatchObject({ kind: 'success', login: { account: 'alice' } });
    expect(test.services.keeper.registered).toBe(1);
    // The second one did not have to be asked for, and something is kept of the first.
    expect(grants()).toBe(1);
    expect(hashOf('alice')).toBe('alice-pw');
    expect(linkOf('alice')!.passwordAt).toBe(user.passwordAt);
  });

  it('a first login asks for the user only where the token does not say their address', async () => {
    const users = () => keycloak.asked.filter((one) => /GET \S+\/users\/(?!profile)[^/]+$/.test(one)).length;
    keycloak.addUser('carol', 'carol-pw');
    for (const name of ['alice', 'carol']) await plain(name, `${name}-pw`);
    const emails = () =>
      ['alice', 'carol', 'dave'].map((name) => test.services.keeper.store.find(name)?.email);
    expect([users(), emails()]).toEqual([0, ['alice@example.net', null, undefined]]);
    keycloak.tellsEmail = false;
    keycloak.addUser('dave', 'dave-pw', { email: 'dave@example.net' });
    await plain('dave', 'dave-pw');
    expect([users(), emails()[2]]).toEqual([1, 'dave@example.net']);
  });

  it('what is done behind a login waits while others log in, and not for ever', async () => {
    keycloak.addUser('carol', 'carol-pw');
    keycloak.always = 'hold';
    const first = plain('carol', 'carol-pw');
    await until(() => keycloak.held.length === 1);
    keycloak.always = null;
    const { verifiers } = test.services.accounts;
    const second = plain('alice', 'alice-pw');
    await until(() => verifiers.waiting === 1 && test.services.keeper.store.find('alice') !== undefined);
    expect(hashOf('alice')).toBeNull();
    await test.clock.advance(limits.keycloakVerifiersPatienceMs.default);
    await until(() => hashOf('alice') === 'alice-pw');
    await second;
    keycloak.held[0]!.destroy();
    await first;
  });

  it('two first logins at once make one account', async () => {
    const both = await Promise.all([plain('alice', 'alice-pw'), plain('Alice', 'alice-pw')]);
    expect(both.map(({ kind }) => kind)).toEqual(['success', 'success']);
    expect(test.services.keeper.store.count).toBe(1);
  });

  it('a wrong password counts as a guess, is told to the owner, and is not asked about again for a while', async () => {
    await alice('AUTH alice alice-pw');
    test.take();
    expect(await bob('AUTH alice wrong-pw')).toEqual([WRONG]);
    expect(await bob('AUTH alice wrong-pw')).toEqual([WRONG]);
    expect(grants()).toBe(2);
    expect(await plain('alice', 'wrong-pw')).toMatchObject({ kind: 'refused', why: 'credentials' });
    expect(test.services.keeper.logins.counts.failed).toBe(3);
    await test.clock.advance(limits.keycloakFailedLoginMs.default + 1);
    await plain('alice', 'wrong-pw');
    expect(grants()).toBe(3);
    for (let i = 0; i < 4; i++) await bob(`AUTH alice guess${i}`);
    expect(await bob('AUTH alice alice-pw')).toEqual([expect.stringMatching(/^Too many attempts failed/)]);
  });

  it('suspension, host masks, most logins and acting as another hold on every way in', async () => {
    await alice('AUTH alice alice-pw');
    const store = test.services.keeper.store;
    expect(await plain('alice', 'alice-pw', 'bob')).toMatchObject({ why: 'credentials' });
    await alice('SET MAXLOGINS 1');
    // Remembered as it is, it is not let in past the rules.
    expect(await plain('alice', 'alice-pw')).toMatchObject({ why: 'max_logins' });
    await alice('SET MAXLOGINS 9');
    await alice('ADDMASK *@alice.example.net');
    expect(await plain('alice', 'alice-pw')).toMatchObject({ why: 'host' });
    await alice('DELMASK *@alice.example.net');
    await test.writes.write(() => store.suspend(store.get('alice'), 'spam', 'oper'));
    expect(await plain('alice', 'alice-pw')).toMatchObject({ why: 'suspended' });
    desk.current!.logins.clear();
    expect(await plain('alice', 'alice-pw')).toMatchObject({ why: 'suspended' });
    await breakKeycloak();
    desk.current!.logins.clear();
    expect(await plain('alice', 'alice-pw')).toMatchObject({ why: 'suspended' });
  });

  it('an account that was registered here is its owner’s, whatever a user of its name knows', async () => {
    await bob('REGISTER bob local-horse');
    keycloak.addUser('bob', 'bob-pw');
    expect(await plain('bob', 'bob-pw')).toMatchObject({ why: 'credentials' });
    expect(await plain('bob', 'local-horse')).toMatchObject({ kind: 'success' });
    expect(grants()).toBe(0);
  });

  it('an account is not that of a user who came later under the same name', async () => {
    await plain('alice', 'alice-pw');
    keycloak.users.clear();
    keycloak.addUser('alice', 'other-pw');
    desk.current!.logins.clear();
    desk.current!.directory.clear();
    expect(await plain('alice', 'other-pw')).toMatchObject({ why: 'credentials' });
    expect(test.logged.join()).toContain('it belongs to a user of that name who was there before');
  });

  it('nobody is let in as somebody else, nor under a name that no account can have', async () => {
    const user = keycloak.addUser('carol', 'carol-pw');
    keycloak.named = () => user;
    expect(await plain('mallory', 'carol-pw')).toMatchObject({ why: 'unavailable' });
    expect(test.logged.join()).toContain('keycloak_other_user');
    const before = grants();
    expect(await plain('a@example.net', 'carol-pw')).toMatchObject({ why: 'credentials' });
    expect(grants()).toBe(before);
    expect(test.services.keeper.store.count).toBe(0);
  });

  it('who has something to do in Keycloak first is told so, and who is disabled there is so here', async () => {
    const user = keycloak.named('alice')!;
    user.incomplete = true;
    expect(await alice('AUTH alice alice-pw')).toEqual([expect.stringMatching(/^The account is not ready/)]);
    user.incomplete = false;
    await alice('AUTH alice alice-pw');
    desk.current!.logins.forget(user.id);
    user.enabled = false;
    expect(await bob('AUTH alice alice-pw')).toEqual(['The account is suspended.']);
    // Who does not prove that it is theirs does not hear of it.
    expect(await bob('AUTH alice wrong-pw')).toContain(WRONG);
    expect(account('alice')).toMatchObject({ suspended_by: 'Keycloak' });
    await breakKeycloak();
    expect(await plain('alice', 'alice-pw')).toMatchObject({ why: 'suspended' });
    keycloak.always = null;
    desk.current!.client.calls.breaker.reset();
    user.enabled = true;
    expect(await plain('alice', 'alice-pw')).toMatchObject({ kind: 'success' });
    expect(account('alice').suspended_reason).toBeNull();
  });
});

it('who is disabled in Keycloak before anything is kept of their first login is told so, and nobody else', async () => {
  let kept = () => {};
  const { make } = test.passwords;
  test.passwords.make = async (password) => {
    await new Promise<void>((resolve) => {
      kept = resolve;
    });
    return await make.call(test.passwords, password);
  };
  const data = base64('\0alice\0alice-pw');
  await answers.saslStart({ session: 'first', mechanism: 'PLAIN', origin: HOME });
  expect(await answers.saslData({ session: 'first', data })).toMatchObject({ kind: 'success' });
  const user = keycloak.named('alice')!;
  user.enabled = false;
  desk.current!.logins.forget(user.id);
  const again = async (password: string) => {
    await answers.saslStart({ session: password, mechanism: 'PLAIN', origin: HOME });
    return await answers.saslData({ session: password, data: base64(`\0alice\0${password}`) });
  };
  expect(await again('alice-pw')).toMatchObject({ why: 'suspended' });
  expect(await again('wrong-pw')).toMatchObject({ why: 'credentials' });
  expect(hashOf('alice')).toBeNull();
  kept();
  await test.quiet();
  expect(hashOf('alice')).toBe('alice-pw');
  expect(await again('alice-pw')).toMatchObject({ why: 'suspended' });
});

describe('a password that is changed in Keycloak', () => {
  it('is taken at once, and what was kept of the old one ends when it is tried', async () => {
    await plain('alice', 'alice-pw');
    const user = keycloak.named('alice')!;
    user.password = 'newer-pw';
    // Until Keycloak is asked again, which an event has done at once.
    expect(await plain('alice', 'alice-pw')).toMatchObject({ kind: 'success' });
    desk.current!.logins.forget(user.id);
    expect(await plain('alice', 'alice-pw')).toMatchObject({ why: 'credentials' });
    expect(hashOf('alice')).toBeNull();
    expect(await plain('alice', 'newer-pw')).toMatchObject({ kind: 'success' });
    expect(hashOf('alice')).toBe('newer-pw');
  });
});

describe('without Keycloak', () => {
  it('those log in who have logged in before, and others are told at once that they cannot', async () => {
    await plain('alice', 'alice-pw');
    keycloak.addUser('carol', 'carol-pw');
    await breakKeycloak();
    desk.current!.logins.clear();
    expect(await plain('alice', 'alice-pw')).toMatchObject({ kind: 'success' });
    expect(await plain('alice', 'wrong-pw')).toMatchObject({ why: 'credentials' });
    expect(await bob('AUTH carol carol-pw')).toEqual([UNAVAILABLE]);
    expect(await plain('carol', 'carol-pw')).toMatchObject({ why: 'unavailable' });
    expect(keycloak.asked).toEqual([]);
    // What could not be looked at is no guess.
    expect(test.services.keeper.logins.accounts.waitSeconds('carol')).toBe(0);
    keycloak.always = null;
    await test.clock.advance(limits.keycloakProbeMs.default * 2);
    await until(() => desk.status().breaker === 'closed');
    expect(await plain('carol', 'carol-pw')).toMatchObject({ kind: 'success' });
  });

  it('while it is slow, those do who have logged in before, and others are told in time', async () => {
    await plain('alice', 'alice-pw');
    desk.current!.logins.clear();
    keycloak.always = 'hold';
    const known = plain('alice', 'alice-pw');
    const unknown = plain('carol', 'carol-pw');
    await until(() => keycloak.held.length === 2);
    await test.clock.advance(limits.keycloakPatienceMs.default);
    expect(await known).toMatchObject({ kind: 'success' });
    await test.clock.advance(limits.keycloakLoginMs.default);
    expect(await unknown).toMatchObject({ why: 'unavailable' });
    expect(desk.status()).toMatchObject({ inFlight: 0, failures: 2 });
  });

  it.each(['garbage', 'wrong shape', 'hang up', 'status 429'] as const)(
    'an answer that is none lets nobody in: %s',
    async (fault) => {
      keycloak.always = fault;
      expect(await bob('AUTH carol carol-pw')).toEqual([UNAVAILABLE]);
      expect(test.services.keeper.store.count).toBe(0);
    },
  );
});

describe('a certificate', () => {
  const PRINT = 'ab'.repeat(32);
  const from = { address: '192.0.2.1', fingerprint: PRINT };

  it('of a user of Keycloak logs them in, as themselves, and not once they are disabled', async () => {
    const user = keycloak.named('alice')!;
    user.attributes = { x509_fingerprints: [PRINT.toUpperCase()] };
    expect(await sasl('EXTERNAL', 'bob', from)).toMatchObject({ why: 'credentials' });
    expect(await sasl('EXTERNAL', '', from)).toMatchObject({ kind: 'success', login: { account: 'alice' } });
    expect(await sasl('EXTERNAL', 'Alice', from)).toMatchObject({ kind: 'success' });
    expect(keycloak.count('q=x509')).toBe(1);
    user.enabled = false;
    desk.current!.directory.forget(user.id);
    expect(await sasl('EXTERNAL', '', from)).toMatchObject({ why: 'suspended' });
  });

  it('of nobody, or of two users, logs nobody in, and of an account here it is not asked about', async () => {
    expect(await sasl('EXTERNAL', '', from)).toMatchObject({ why: 'credentials' });
    await test.clock.advance(limits.keycloakFailedLoginMs.default + 1);
    keycloak.named('alice')!.attributes = { x509_fingerprints: [PRINT] };
    keycloak.addUser('twin', 'x', { attributes: { x509_fingerprints: [PRINT] } });
    expect(await sasl('EXTERNAL', '', from)).toMatchObject({ why: 'unavailable' });
    expect(test.logged.join()).toContain('More than one user of Keycloak has the certificate');
    await bob('REGISTER bob local-horse');
    await bob(`ADDCERTFP ${PRINT}`);
    const before = keycloak.asked.length;
    expect(await sasl('EXTERNAL', '', from)).toMatchObject({ kind: 'success', login: { account: 'bob' } });
    expect(keycloak.asked).toHaveLength(before);
    expect(await sasl('EXTERNAL', '', HOME)).toMatchObject({ why: 'credentials' });
  });
});

describe('SCRAM', () => {
  async function scram(name: string, password: string) {
    const outcome = await scramLogin(answers, String(++session), name, password);
    await test.quiet();
    return outcome;
  }

  it('is done with what was kept of the last login, until the password is another one in Keycloak', async () => {
    expect(await scram('alice', 'alice-pw')).toMatchObject({ why: 'credentials' });
    await plain('alice', 'alice-pw');
    expect(await scram('alice', 'alice-pw')).toMatchObject({ kind: 'success' });
    const user = keycloak.named('alice')!;
    user.password = 'newer-pw';
    user.passwordAt += 5_000;
    expect(await scram('alice', 'alice-pw')).toMatchObject({ why: 'credentials' });
    expect(hashOf('alice')).toBeNull();
    desk.current!.logins.forget(user.id);
    await plain('alice', 'newer-pw');
    expect(hashOf('alice')).toBe('newer-pw');
    await breakKeycloak();
    expect(await scram('alice', 'newer-pw')).toMatchObject({ kind: 'success' });
  });

  it('is done with what Keycloak has for a user who was never here, who has an account once it is proved', async () => {
    const salt = Buffer.from('0123456789abcdef');
    const salted = pbkdf2Sync('alice-pw', salt, 4_096, 32, 'sha256');
    const { storedKey, serverKey } = parseVerifier(
      formatVerifier({ iterations: 4_096, salt, ...keysOf(salted) }),
    )!;
    keycloak.named('alice')!.attributes = {
      [SCRAM_ATTRIBUTES.salt]: [salt.toString('base64')],
      [SCRAM_ATTRIBUTES.iterations]: ['4096'],
      [SCRAM_ATTRIBUTES.storedKey]: [storedKey.toString('base64')],
      [SCRAM_ATTRIBUTES.serverKey]: [serverKey.toString('base64')],
    };
    expect(await scram('alice', 'wrong-pw')).toMatchObject({ why: 'credentials' });
    expect(test.services.keeper.store.count).toBe(0);
    expect(await scram('alice', 'alice-pw')).toMatchObject({ kind: 'success', login: { account: 'alice' } });
    expect(linkOf('alice')).toMatchObject({ username: 'alice' });
  });
});

it('whoever has left meanwhile is logged in to nothing, and takes no place of somebody else', async () => {
  keycloak.always = 'hold';
  const start = { session: 'gone', mechanism: 'PLAIN', origin: HOME };
  await answers.saslStart(start);
  const answer = answers.saslData({ session: 'gone', data: base64('\0alice\0alice-pw') });
  await until(() => keycloak.held.length === 1);
  await answers.saslAbort({ session: 'gone' });
  keycloak.always = null;
  keycloak.held[0]!.end(
    JSON.stringify({ access_token: keycloak.tokenOf(keycloak.named('alice')!), expires_in: 300 }),
  );
  expect(await answer).toMatchObject({ kind: 'refused', why: 'malformed' });
  expect(test.services.keeper.logins.counts.succeeded).toBe(0);
  await test.quiet();
});

describe('a bearer token', () => {
  const bearer = (token: string, as = '') =>
    sasl('OAUTHBEARER', `n,${as === '' ? '' : `a=${as}`},\x01auth=Bearer ${token}\x01\x01`);
  // Tokens of a clock that stands still.
  const tokenOf = (name: string, more: object = {}) =>
    keycloak.tokenOf(keycloak.named(name)!, { exp: Math.floor(test.clock.now() / 1_000) + 300, ...more });

  it('logs its user in, as themselves alone, by the rules of every way in', async () => {
    expect(await bearer(tokenOf('alice'), 'bob')).toMatchObject({ why: 'credentials' });
    expect(await bearer(tokenOf('alice'), 'Alice')).toMatchObject({
      kind: 'success',
      login: { account: 'alice' },
    });
    expect(await bearer(tokenOf('alice'))).toMatchObject({ kind: 'success' });
    const store = test.services.keeper.store;
    await test.writes.write(() => store.suspend(store.get('alice'), 'spam', 'oper'));
    expect(await bearer(tokenOf('alice'))).toMatchObject({ why: 'suspended' });
    await test.writes.write(() => store.suspend(store.get('alice'), null, 'oper'));
    const user = keycloak.named('alice')!;
    user.enabled = false;
    desk.current!.directory.forget(user.id);
    expect(await bearer(tokenOf('alice'))).toMatchObject({ why: 'suspended' });
    keycloak.users.delete(user.id);
    desk.current!.directory.forget(user.id);
    expect(
      await bearer(keycloak.tokenOf(user, { exp: Math.floor(test.clock.now() / 1_000) + 300 })),
    ).toMatchObject({
      kind: 'challenge',
    });
  });

  it('that is none is explained before it is refused, and counts for the address', async () => {
    const args = { session: 'x', mechanism: 'OAUTHBEARER', origin: HOME };
    await answers.saslStart(args);
    const why = await answers.saslData({ session: 'x', data: base64('n,,\x01auth=Bearer abc\x01\x01') });
    expect(why).toEqual({ kind: 'challenge', data: base64('{"status":"invalid_token"}') });
    expect(await answers.saslData({ session: 'x', data: base64('\x01') })).toMatchObject({
      why: 'credentials',
    });
    expect(test.services.keeper.logins.counts.failed).toBe(1);
    for (let i = 0; i < 4; i++) await bearer('abc');
    expect(await bearer(tokenOf('alice'))).toMatchObject({ why: 'throttled' });
    expect(test.logged.join()).not.toContain('abc');
  });

  it('is not looked at while Keycloak is away, nor by a server without one', async () => {
    await breakKeycloak();
    expect(await bearer(tokenOf('alice'))).toMatchObject({ why: 'unavailable' });
    expect(test.services.keeper.moreMechanisms).toEqual(['OAUTHBEARER']);
    test.keycloak = null;
    expect(test.services.keeper.moreMechanisms).toEqual([]);
    const start = { session: 'x', mechanism: 'OAUTHBEARER', origin: HOME };
    expect(await answers.saslStart(start)).toMatchObject({ why: 'mechanism' });
  });
});

it('servers that ask are told which mechanisms there are, and when that changes', async () => {
  const told = () =>
    test
      .take()
      .filter((line) => line.includes(' XR '))
      .map((line) => /\{"news":.*\}/.exec(line)?.[0])
      .filter((news) => news !== undefined);
  test.take();
  test.say('AB XQ AF sb :{"id":1,"ask":"nickOwners","args":{"nicks":[]}}');
  await until(() => test.end.sent.some((line) => line.includes('mechanisms')));
  expect(told()).toEqual(['{"news":{"kind":"mechanisms","more":["OAUTHBEARER"]}}']);
  test.keycloak = null;
  test.services.keeper.mechanismsChanged();
  await until(() => test.end.sent.some((line) => line.includes('mechanisms')));
  expect(told()).toEqual(['{"news":{"kind":"mechanisms","more":[]}}']);
});
