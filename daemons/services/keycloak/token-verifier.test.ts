import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { limits } from '../limits.ts';
import { KeycloakClient } from './keycloak-client.ts';
import { TestKeycloak, type TestUser } from './test-keycloak.ts';
import { TokenVerifier } from './token-verifier.ts';

let keycloak: TestKeycloak;
let clock: FakeClock;
let client: KeycloakClient;
let verifier: TokenVerifier;
let alice: TestUser;

beforeEach(async () => {
  keycloak = await TestKeycloak.start();
  clock = new FakeClock();
  client = new KeycloakClient({ settings: keycloak.settings, clock, random: () => 1, onState: () => {} });
  verifier = new TokenVerifier(client.signIn, keycloak.settings, clock);
  alice = keycloak.named('alice')!;
});
afterEach(async () => {
  await client.close();
  await keycloak.close();
});

const seconds = () => Math.floor(clock.now() / 1_000);
const token = (more: object = {}, keys?: Parameters<TestKeycloak['tokenOf']>[2]) =>
  keycloak.tokenOf(alice, { exp: seconds() + 300, iat: seconds(), ...more }, keys);

it('says whose a token is, and remembers with which keys', async () => {
  const whose = { user: alice.id, username: 'alice' };
  expect(await verifier.look(token())).toEqual(whose);
  expect(await verifier.look(token({ aud: 'signalbox', typ: 'Bearer', nbf: seconds() }))).toEqual(whose);
  expect(keycloak.asked).toHaveLength(2);
  await clock.advance(limits.keycloakKeysMs.default + 1);
  expect(await verifier.look(token())).toEqual(whose);
  expect(keycloak.asked).toHaveLength(4);
});

describe('a token is none', () => {
  it.each<[string, () => string, RegExp]>([
    ['of another realm', () => token({ iss: 'https://elsewhere.example.net/realms/irc' }), /"iss"/],
    ['for another client', () => token({ aud: ['account'] }), /"aud"/],
    ['without an audience', () => token({ aud: undefined }), /"aud"/],
    ['that has expired', () => token({ exp: seconds() - 6 }), /"exp"/],
    ['that never expires', () => token({ exp: undefined }), /"exp"/],
    ['that does not hold yet', () => token({ nbf: seconds() + 60 }), /"nbf"/],
    ['of nobody', () => token({ sub: undefined }), /"sub"/],
    ['without a name', () => token({ preferred_username: undefined }), /whose it is/],
    ['that only says who somebody is', () => token({ typ: 'ID' }), /no access token/],
    ['changed by whoever has it', () => tampered(token()), /signature verification failed/],
    ['without a signature', () => unsigned('none'), /./],
    ['signed with a public key as the secret', () => unsigned('HS256'), /./],
    ['that is no token at all', () => 'abc', /./],
  ])('%s', async (_name, make, why) => {
    expect(await verifier.look(make())).toEqual({ wrong: expect.stringMatching(why) });
    expect(keycloak.count('introspect')).toBe(0);
  });

  function tampered(text: string): string {
    const [head, , signature] = text.split('.');
    const claims = { iss: keycloak.issuer, aud: 'signalbox', sub: 'other', preferred_username: 'bob' };
    const body = Buffer.from(JSON.stringify({ ...claims, exp: seconds() + 300 })).toString('base64url');
    return `${head}.${body}.${signature}`;
  }

  function unsigned(alg: string): string {
    const [, body] = token().split('.');
    const head = Buffer.from(JSON.stringify({ alg, typ: 'JWT', kid: 'key 1' })).toString('base64url');
    const signature =
      alg === 'none' ? '' : createHmac('sha256', 'key').update(`${head}.${body}`).digest('base64url');
    return `${head}.${body}.${signature}`;
  }
});

describe('a key that is not known', () => {
  it('has the keys asked for once more, and not by every token that somebody makes up', async () => {
    await verifier.look(token());
    keycloak.turnKeys();
    expect(await verifier.look(token())).toMatchObject({ username: 'alice' });
    expect(keycloak.count('certs')).toBe(2);
    const old = keycloak.turnKeys();
    await verifier.look(token());
    await verifier.look(token());
    expect(keycloak.count('certs')).toBe(2);
    await clock.advance(limits.keycloakKeysAgainMs.default);
    expect(await verifier.look(token())).toMatchObject({ username: 'alice' });
    expect([keycloak.count('certs'), old.kid]).toEqual([3, expect.stringContaining('key')]);
  });

  it('has Keycloak look at the token, which has to be as any other', async () => {
    await verifier.look(token());
    const old = keycloak.turnKeys();
    keycloak.turnKeys();
    await verifier.look(token());
    // The test server holds tokens against the time of the machine.
    const exp = Math.floor(Date.now() / 1_000) + 300;
    const made = (more: object) =>
      verifier.look(keycloak.tokenOf(alice, { exp, ...more }, { ...old, kid: 'lost' }));
    expect(await made({})).toEqual({ user: alice.id, username: 'alice' });
    expect(keycloak.count('introspect')).toBe(1);
    for (const [more, why] of [
      [{ iss: 'https://elsewhere.example.net' }, /"iss"/],
      [{ aud: 'account' }, /"aud"/],
      [{ nbf: exp }, /"nbf"/],
      [{ typ: 'ID' }, /no access token/],
    ] as const)
      expect(await made(more)).toEqual({ wrong: expect.stringMatching(why) });
    alice.enabled = false;
    expect(await made({})).toEqual({ wrong: expect.stringMatching(/not active/) });
  });
});

it('cannot be looked at where Keycloak tells no keys', async () => {
  keycloak.always = 'garbage';
  await expect(verifier.look(token())).rejects.toMatchObject({ code: 'unavailable' });
});
