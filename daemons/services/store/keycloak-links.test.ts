import { expect, it } from 'vitest';
import { AccountStore } from '../../identity/store/account-store.ts';
import { accountsInMemory } from '../../identity/store/test-databases.ts';
import { KeycloakLinks } from './keycloak-links.ts';
import { SERVICES_SCHEMA } from './services-schema.ts';

it('knows whose account is whose user, and forgets it with the account', () => {
  const database = accountsInMemory(SERVICES_SCHEMA);
  const store = new AccountStore(database, () => 1_000);
  const links = new KeycloakLinks(database, () => 2_000);
  for (const name of ['ann', 'bob'])
    store.create({ name, email: null, verifiers: { argon2id: '', scram: '' }, network: null });
  const [ann, bob] = [store.get('ann'), store.get('bob')];
  expect([links.of(ann), links.accountOf('id-1'), links.unlink(ann)]).toEqual([null, null, false]);
  links.link(ann, 'id-1', 'anna');
  expect(links.of(ann)).toEqual({ user: 'id-1', username: 'anna', level: null, passwordAt: null });
  expect(links.accountOf('id-1')).toBe('ann');
  expect(() => links.link(bob, 'id-1', 'anna')).toThrow(/UNIQUE/);
  links.setLevel(ann, 500);
  links.setPasswordAt(ann, 7);
  links.rename(ann, 'annie');
  expect(links.of(ann)).toEqual({ user: 'id-1', username: 'annie', level: 500, passwordAt: 7 });
  expect([links.operators(9), links.operators(0)]).toEqual([['id-1'], []]);
  links.link(ann, 'id-2', 'anna');
  expect(links.of(ann)).toEqual({ user: 'id-2', username: 'anna', level: null, passwordAt: null });
  store.drop(ann);
  expect(links.accountOf('id-2')).toBeNull();
  links.link(bob, 'id-2', 'bob');
  expect(links.unlink(bob)).toBe(true);
  database.close();
});
