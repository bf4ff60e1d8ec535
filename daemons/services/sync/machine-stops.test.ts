/** After a machine has stopped under services, and then only, every user of Keycloak is looked at, however often that is interrupted. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { AccountStore } from '../../identity/store/account-store.ts';
import { accountsInMemory } from '../../identity/store/test-databases.ts';
import { WriteTurn } from '../../identity/store/write-turn.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';
import { KeycloakLinks } from '../store/keycloak-links.ts';
import { SERVICES_SCHEMA } from '../store/services-schema.ts';
import { MachineStops } from './machine-stops.ts';

const USERS = Array.from({ length: 250 }, (_, number) => `user-${String(number).padStart(3, '0')}`);

let database: Sqlite;
let clock: FakeClock;
let looked: string[];
let logged: string[];
/** What becomes of who is looked at. */
let look: (user: string) => boolean;

beforeEach(() => {
  database = accountsInMemory(SERVICES_SCHEMA);
  clock = new FakeClock();
  [looked, logged, look] = [[], [], () => true];
  const store = new AccountStore(database, () => 1);
  const links = new KeycloakLinks(database, () => 1);
  for (const user of USERS) {
    store.create({ name: user, email: null, verifiers: null, network: null });
    links.link(store.get(user), user, user);
  }
  store.create({ name: 'local', email: null, verifiers: null, network: null });
});
afterEach(() => void database.close());

/** A run of services on a run of the machine. */
async function run(boot: string | null): Promise<{ stops: MachineStops; end: () => Promise<void> }> {
  const writes = new WriteTurn(database);
  const stops = new MachineStops({
    ...{ database, writes, clock, boot },
    look: async (user) => {
      if (!look(user)) return false;
      looked.push(user);
      return true;
    },
    log: (level, event) => logged.push(`${level} ${event}`),
  });
  await stops.start();
  return {
    stops,
    end: async () => {
      await stops.close();
      await writes.close();
    },
  };
}

async function passes(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += limits.syncPauseMs.default)
    await clock.advance(limits.syncPauseMs.default);
}
const WHOLE = (USERS.length + 5) * limits.syncPauseMs.default;

it('looks at nobody after an end by wish, after kill -9, and at the first start', async () => {
  const first = await run('one');
  await first.end();
  await run('two');
  await run('two');
  await passes(WHOLE);
  expect([looked, logged]).toEqual([[], []]);
});

it('looks at each user once where the machine stopped, one after the other', async () => {
  await run('one');
  const second = await run('two');
  await passes(WHOLE);
  expect(looked).toEqual(USERS);
  expect(logged).toEqual(['info users_looked_at', 'info users_looked_at']);
  await second.end();
  await run('two');
  await passes(WHOLE);
  expect(looked).toHaveLength(USERS.length);
});

it('goes on where it was interrupted, by whatever', async () => {
  await run('one');
  const second = await run('two');
  await passes(130 * limits.syncPauseMs.default);
  const half = looked.length;
  expect(half).toBeGreaterThan(100);
  await second.end();
  await passes(WHOLE);
  expect(looked).toHaveLength(half);
  const third = await run('three');
  await passes(WHOLE);
  expect(looked.slice(half)).toEqual(USERS.slice(100));
  await third.end();
  looked = [];
  await run('four');
  await run('five');
  await passes(WHOLE);
  expect(looked).toEqual(USERS);
});

it('waits while nobody can be looked at, and leaves nobody out', async () => {
  await run('one');
  await run('two');
  look = (user) => user < 'user-010';
  await passes(WHOLE);
  expect(looked).toEqual(USERS.slice(0, 10));
  look = (user) => {
    if (user === 'user-020' && !logged.includes('failed')) {
      logged.push('failed');
      throw new Error('too many flows');
    }
    return true;
  };
  await passes(WHOLE + 2 * limits.syncAgainMs.default);
  expect(looked).toEqual(USERS);
});

it('takes each end that was none by wish for one of the machine where that cannot be told', async () => {
  const first = await run(null);
  await first.end();
  await run(null);
  await passes(WHOLE);
  expect(looked).toEqual([]);
  await run('two');
  await passes(WHOLE);
  expect(looked).toEqual(USERS);
});
