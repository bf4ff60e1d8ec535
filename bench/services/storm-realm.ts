/** A realm of Keycloak with as many users as a storm of logins needs. */
import { readFile, writeFile } from 'node:fs/promises';
import { REALM_FILE } from '../../daemons/runtime/test-fixtures/keycloak.ts';

/** Everybody's password. */
export const STORM_PASSWORD = 'correct-horse';

/** How a user is called, by number. */
export const stormUser = (number: number) => `storm${number}`;

/** Writes the realm of tests with so many more users to a file. */
export async function writeStormRealm(file: string, users: number): Promise<void> {
  const realm = JSON.parse(await readFile(REALM_FILE, 'utf8')) as { users: unknown[] };
  for (let number = 0; number < users; number++)
    realm.users.push({
      username: stormUser(number),
      enabled: true,
      email: `${stormUser(number)}@example.net`,
      credentials: [{ type: 'password', value: STORM_PASSWORD, temporary: false }],
    });
  await writeFile(file, JSON.stringify(realm));
}
