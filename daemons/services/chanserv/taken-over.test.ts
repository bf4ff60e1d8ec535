/** Channels that the IRC server's own keeper gave to accounts are ChanServ's after services take them over, with whoever has access. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AccountStore } from '../../identity/store/account-store.ts';
import { ChannelStore } from '../../identity/store/channel-store.ts';
import { openAccounts } from '../../identity/store/database.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { takeOverAccounts } from '../store/take-over.ts';
import { TestNetwork } from '../test-network.ts';
import { CHANSERV_NUMERIC as CS } from './test-channels.ts';

const ROOM = '#Tea{}';
const VERIFIERS = { argon2id: '$argon2id$x', scram: 'SCRAM-SHA-256$1:x$y:z' };

let folder: string;
let old: Sqlite;
let net: TestNetwork;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-taken-over-'));
  old = openAccounts(SqliteDatabase, join(folder, 'accounts.db'));
  net = await TestNetwork.start();
});
afterEach(() => {
  net.close();
  old.close();
  rmSync(folder, { recursive: true });
});

/** A channel as the IRC server keeps it: a founder, an operator, somebody with voice. */
function embed(): { readonly channels: ChannelStore } {
  const store = new AccountStore(old, () => 1_000);
  const channels = new ChannelStore(old, store, () => 2_000);
  for (const name of ['ann', 'bob', 'cat'])
    store.create({ name, email: null, verifiers: VERIFIERS, network: '192.0.2.1' });
  channels.register(ROOM, 'ann', 900_000);
  channels.setAccess(ROOM, 'ann', 'bob', 'op');
  channels.setAccess(ROOM, 'ann', 'cat', 'voice');
  return { channels };
}

async function takeOver(): Promise<readonly string[]> {
  const { channels } = takeOverAccounts(net.database, join(folder, 'accounts.db'), net.clock.now());
  await net.services.takeUp(channels);
  await net.quiet();
  return channels;
}

it('has its founder as owner, at once and after a restart, and gives everybody what they had', async () => {
  const { channels: embedded } = embed();
  const told: unknown[] = [];
  net.services.keeper.onNews((news) => told.push(news));
  expect(await takeOver()).toEqual([ROOM]);
  const before = embedded.find(ROOM);
  // IRC servers that ask services are told what the keeper knew.
  expect(told).toEqual([{ kind: 'channel', registration: before }]);
  expect(net.services.keeper.channels.store.find(ROOM)).toEqual(before);
  for (const start of [() => {}, () => net.reopen()]) {
    await start();
    const { registry } = net.services.chanServ;
    const levels = [...registry.get('#tea[]')!.users.values()].map(({ account, level }) => [account, level]);
    expect(Object.fromEntries(levels)).toEqual({ ann: 500, bob: 200, cat: 1 });
    expect(registry.get(ROOM)).toMatchObject({
      name: ROOM,
      founder: 'ann',
      created: 900_000,
      registered: 2_000,
    });
    // Of an account that came along, an owner has more than what the keeper knew.
    expect([...registry.of('ANN')].map(({ name }) => name)).toEqual([ROOM]);
  }
  net.link();
  for (const [numeric, nick, letter] of [
    ['ABAAA', 'ann', 'o'],
    ['ABAAB', 'bob', 'o'],
    ['ABAAC', 'cat', 'v'],
  ] as const) {
    net.join(numeric, nick, `r ${nick}:1`);
    net.take();
    net.say(`${numeric} J ${ROOM} 900`);
    await net.quiet();
    expect(net.take()).toContain(`${CS} M ${ROOM} +${letter} ${numeric} 900`);
  }
  // And has the say there.
  await net.ask('ABAAA', `CLVL ${ROOM} *cat 100`, CS);
  expect(net.services.chanServ.registry.get(ROOM)!.user('cat')!.level).toBe(100);
});

it('stays as it is where somebody has it here already', async () => {
  net.join('ABAAA', 'eve');
  await net.ask('ABAAA', 'REGISTER eve correct-horse');
  net.say(`ABAAA C ${ROOM} 960`);
  await net.ask('ABAAA', `REGISTER ${ROOM}`, CS);
  embed();
  expect(await takeOver()).toEqual([]);
  expect(net.services.keeper.store.find('ann')?.name).toBe('ann');
  const { founder, users } = net.services.chanServ.registry.get(ROOM)!;
  expect([founder, [...users.keys()]]).toEqual(['eve', ['eve']]);
});
