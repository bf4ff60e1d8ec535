import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { limits } from '../limits.ts';
import { KeycloakClient } from './keycloak-client.ts';
import { TestKeycloak } from './test-keycloak.ts';
import { UserDirectory } from './user-directory.ts';

let keycloak: TestKeycloak;
let clock: FakeClock;
let client: KeycloakClient;
let directory: UserDirectory;

beforeEach(async () => {
  keycloak = await TestKeycloak.start();
  clock = new FakeClock();
  client = new KeycloakClient({ settings: keycloak.settings, clock, random: () => 1, onState: () => {} });
  directory = new UserDirectory(client, clock);
  await client.token.get();
  keycloak.asked.length = 0;
});
afterEach(async () => {
  await client.close();
  await keycloak.close();
});

it('remembers for five minutes who has a name, and that nobody has', async () => {
  const { id } = keycloak.named('alice')!;
  const found = await Promise.all([
    directory.named('Alice'),
    directory.named('alice'),
    directory.named('nobody'),
  ]);
  expect(found.map((user) => user?.id)).toEqual([id, id, undefined]);
  expect((await directory.withId(id))?.username).toBe('alice');
  expect(await directory.named('nobody')).toBeNull();
  // Who was found by name is known.
  expect(keycloak.asked).toHaveLength(2);
  keycloak.users.get(id)!.email = 'new@example.net';
  await clock.advance(limits.keycloakUserMs.default + 1);
  expect((await directory.named('alice'))?.email).toBe('new@example.net');
});

it('asks again once somebody may be another, and does not know who is gone', async () => {
  const { id } = keycloak.named('alice')!;
  await directory.named('alice');
  keycloak.users.delete(id);
  directory.forget(id);
  expect([await directory.named('alice'), await directory.withId(id)]).toEqual([null, null]);
  directory.clear();
  await directory.named('alice');
  expect(keycloak.count('username=alice')).toBe(3);
});

it('remembers for months whose a certificate is, as long as the user says so', async () => {
  const alice = keycloak.named('alice')!;
  alice.attributes = { x509_fingerprints: ['AA'] };
  expect((await directory.withCertificate('aa'))?.id).toBe(alice.id);
  await clock.advance(limits.keycloakUserMs.default * 3);
  expect((await directory.withCertificate('aa'))?.id).toBe(alice.id);
  expect(keycloak.count('q=x509')).toBe(1);
  alice.attributes = { x509_fingerprints: ['bb'] };
  directory.forget(alice.id);
  expect(await directory.withCertificate('aa')).toBeNull();
  expect((await directory.withCertificate('bb'))?.id).toBe(alice.id);
  // Nobody's today may be somebody's in a minute.
  expect(await directory.withCertificate('cc')).toBeNull();
  alice.attributes = { x509_fingerprints: ['bb', 'cc'] };
  directory.forget(alice.id);
  await clock.advance(limits.keycloakFailedLoginMs.default + 1);
  expect((await directory.withCertificate('cc'))?.id).toBe(alice.id);
});

it('gives a certificate to nobody that two users have', async () => {
  keycloak.named('alice')!.attributes = { x509_fingerprints: ['aa'] };
  const twin = keycloak.addUser('twin', 'x', { attributes: { x509_fingerprints: ['aa'] } });
  await expect(directory.withCertificate('aa')).rejects.toMatchObject({ code: 'conflict' });
  keycloak.users.delete(twin.id);
  expect((await directory.withCertificate('aa'))?.username).toBe('alice');
});
