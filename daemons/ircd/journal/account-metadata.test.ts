/** What accounts say of themselves is there again after a login and after a restart, and is answered when it is on the disk. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { encodeCheckedLine } from '../../runtime/files/checked-lines.ts';
import { setAccount } from '../actions/account.ts';
import { limits } from '../limits.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import { AccountMetadata, type MetadataRecord } from '../state/account-metadata.ts';
import { FaultyDisk } from './faulty-disk-fixture.ts';
import { JournalFile, metadataPath } from './journal-file.ts';
import { keepMetadata, metadataSchema } from './keep-records.ts';
import { RecordJournal } from './record-journal.ts';

let dataDir: string;
let disk: FaultyDisk;
let irc: MemoryServer;
let journal: RecordJournal<MetadataRecord> | null;
let logged: string[];

async function begin(): Promise<void> {
  irc = new MemoryServer();
  disk = new FaultyDisk();
  logged = [];
  const note = (event: string, text: string) => void logged.push(`${event}: ${text}`);
  journal = await keepMetadata({
    dataDir,
    server: irc.server,
    log: { info: note, error: note } as never,
    disk,
  });
}
async function end(): Promise<void> {
  await journal?.close();
  irc.close();
}
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'metadata-'));
  await begin();
});
afterEach(async () => {
  await end();
  rmSync(dataDir, { recursive: true });
});

const comes = (nick: string) => irc.join(nick, 'draft/metadata-3 batch');
const logs = (client: MemoryClient, account: string | null) => {
  const steps = setAccount(irc.server, client.user!, account);
  if (steps !== null) irc.host.work.runSteps(irc.server.house, steps as WorkSteps);
};
const loggedIn = (nick: string, account = nick) => {
  const client = comes(nick);
  logs(client, account);
  client.received();
  return client;
};
const hears = async (client: MemoryClient, words: string) =>
  expect.poll(() => client.received().join()).toContain(words);
const saysOf = (client: MemoryClient) => Object.fromEntries(irc.server.metadata.of(client.user!));

it('is said again by whoever logs in, after a crash too, and no more of what was taken away or of an account that was dropped', async () => {
  const [ann, bob] = [loggedIn('ann'), loggedIn('bob')];
  for (const line of ['url :http://a b', 'avatar :x', 'color :red']) {
    ann.send(`METADATA * SET ${line}`);
    await hears(ann, ` 761 ann ann ${line.replace(' ', ' * ')}`);
  }
  ann.send('METADATA * SET avatar');
  await hears(ann, ' 766 ann ann avatar ');
  bob.send('METADATA * SET url :bob');
  await hears(bob, ' 761 ');
  irc.server.accountMetadata.forgetAccount('BOB');
  await journal!.written();
  // As after a crash: nothing is written any more.
  irc.close();
  await begin();
  expect(saysOf(loggedIn('a', 'ANN'))).toEqual({ url: 'http://a b', color: 'red' });
  expect(saysOf(loggedIn('bob'))).toEqual({});
  const back = loggedIn('b', 'ann');
  back.send('METADATA * CLEAR');
  await hears(back, ' 766 b b color ');
  irc.close();
  await begin();
  expect(saysOf(loggedIn('ann'))).toEqual({});
  expect(logged).toEqual([]);
});

it('leaves what a client said before it logged in, keeps that with no account, and ends with the logout', async () => {
  const ann = loggedIn('ann');
  ann.send('METADATA * SET url :kept', 'METADATA * SET color :red');
  await hears(ann, ' color ');
  const [cat, eve] = [comes('cat'), comes('eve')];
  for (const client of [cat, eve]) client.send('JOIN #c', 'METADATA * SUB color url');
  expect(cat.send('METADATA * SET url :own').join()).toContain(' 761 ');
  for (const client of [cat, eve]) client.received();
  logs(cat, 'ann');
  expect(saysOf(cat)).toEqual({ url: 'own', color: 'red' });
  for (const client of [cat, eve]) {
    const heard = client.received().join();
    expect(heard).toContain(' 761 * cat color * :red');
    expect(heard).not.toContain(' url ');
  }
  logs(cat, 'other');
  expect(saysOf(cat)).toEqual({ url: 'own' });
  expect(eve.received().join()).toContain(' 766 * cat color ');
  cat.send('METADATA * SET url :of other');
  await hears(cat, 'of other');
  logs(cat, null);
  expect(saysOf(cat)).toEqual({});
  expect(Object.fromEntries(irc.server.accountMetadata.of('ann'))).toEqual({ url: 'kept', color: 'red' });
  expect(cat.send('METADATA * SET url :mine').join()).toContain(' 761 ');
  expect([...irc.server.accountMetadata.names]).toEqual(['ann', 'other']);
});

it('is answered, and told to others, when it is on the disk', async () => {
  const [ann, eve] = [loggedIn('ann'), comes('eve')];
  for (const client of [ann, eve]) client.send('JOIN #c', 'METADATA * SUB url');
  ann.send('METADATA * SET url :1');
  await hears(ann, ' 761 ');
  await hears(eve, ' 761 ');
  let release = () => {};
  disk.hold = new Promise((resolve) => {
    release = resolve;
  });
  ann.send('METADATA * SET url :2');
  await expect.poll(() => disk.done.filter((one) => one === 'datasync').length).toBe(1);
  expect([...ann.received(), ...eve.received()]).toEqual([]);
  release();
  await hears(ann, ' 761 ann ann url * :2');
  await hears(eve, ' 761 * ann url * :2');
});

it('is answered while the disk is full, which is said once, and is written anew when there is room', async () => {
  const ann = loggedIn('ann');
  ann.send('METADATA * SET a :1');
  await hears(ann, ' 761 ');
  disk.room = 0;
  ann.send('METADATA * SET b :2');
  await hears(ann, ' 761 ');
  expect(logged).toEqual([expect.stringMatching(/^metadata_not_saved: What accounts say .*ENOSPC/)]);
  disk.room = Number.POSITIVE_INFINITY;
  await expect.poll(() => logged.length).toBe(2);
  expect(logged[1]).toMatch(/^metadata_saved: /);
  irc.close();
  await begin();
  expect(saysOf(loggedIn('ann'))).toEqual({ a: '1', b: '2' });
});

it('passes over what is damaged or would break a line, and says so; a file that cannot be read keeps nobody out', async () => {
  const ann = loggedIn('ann');
  ann.send('METADATA * SET a :1');
  await hears(ann, ' 761 ');
  await end();
  for (const bad of [
    { account: 'ann', key: 'B', value: 'x' },
    { account: 'ann', key: 'b', value: 'x\r\nQUIT' },
    { account: 'ann', key: 'b', value: 'x'.repeat(limits.metadataValueBytes.default + 1) },
  ])
    appendFileSync(metadataPath(dataDir), encodeCheckedLine(bad));
  await begin();
  expect(logged).toEqual([expect.stringMatching(/^metadata_damaged: 3 lines of /)]);
  expect(saysOf(loggedIn('ann'))).toEqual({ a: '1' });
  await end();
  rmSync(metadataPath(dataDir));
  mkdirSync(metadataPath(dataDir));
  await begin();
  expect([journal, logged]).toEqual([null, [expect.stringMatching(/^metadata_not_read: /)]]);
  expect(loggedIn('ann').send('METADATA * SET a :1').at(-1)).toContain(' 761 ');
  rmSync(metadataPath(dataDir), { recursive: true });
});

it('has limits: of keys, of accounts and of all together, and a value that is refused leaves the one before', () => {
  const few = new AccountMetadata(2, 20);
  expect([few.set('a', 'k', '12345'), few.set('b', 'k', '1'), few.set('c', 'k', '1')]).toEqual([
    true,
    true,
    false,
  ]);
  expect([few.set('A', 'k', 'x'.repeat(17)), few.set('a', 'k', 'x'.repeat(18))]).toEqual([true, false]);
  expect([few.of('a').get('k'), few.bytes]).toEqual(['x'.repeat(17), 20]);
  few.delete('b', 'k');
  expect([few.names, few.bytes]).toEqual([['a'], 18]);
  const many = new AccountMetadata();
  const set = Array.from({ length: limits.metadataKeys.default + 1 }, (_, i) => many.set('a', `k${i}`, ''));
  expect(set.lastIndexOf(true)).toBe(limits.metadataKeys.default - 1);
  const ann = loggedIn('ann');
  irc.server.metadata.set(ann.user!, 'own', 'before');
  for (let i = 0; i < limits.metadataKeys.default; i++) irc.server.accountMetadata.set('ann', `k${i}`, '');
  expect(ann.send('METADATA * SET own :after').join()).toContain('FAIL METADATA LIMIT_REACHED ann ');
  expect(ann.send('METADATA * SET other :x').join()).toContain('FAIL METADATA LIMIT_REACHED ann ');
  expect(saysOf(ann)).toEqual({ own: 'before' });
});

it('is as it was in memory, whatever was set, taken away and dropped in whichever order', async () => {
  const account = fc.constantFrom('ann', 'bob', 'cat');
  const key = fc.constantFrom('a', 'b', 'c');
  const deed = fc.oneof(
    fc.record({
      do: fc.constant('set' as const),
      account,
      key,
      value: fc.string({ maxLength: 6 }).filter((text) => !/[\r\n\0]/.test(text)),
    }),
    fc.record({ do: fc.constant('delete' as const), account, key }),
    fc.record({ do: fc.constant('end' as const), account }),
    fc.record({ do: fc.constant('write' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 40 }), async (deeds) => {
      const folder = mkdtempSync(join(dataDir, 'm'));
      const open = async () => {
        // Few accounts and bytes have room.
        const kept = new AccountMetadata(2, 20);
        const file = new JournalFile(metadataPath(folder));
        return {
          kept,
          ...(await RecordJournal.open({ kept, schema: metadataSchema, file, onProblem: () => {} })),
        };
      };
      const first = await open();
      for (const one of deeds) {
        if (one.do === 'set') first.kept.set(one.account, one.key, one.value);
        else if (one.do === 'delete') first.kept.delete(one.account, one.key);
        else if (one.do === 'end') first.kept.forgetAccount(one.account);
        else await first.journal.written();
        const held = [...first.kept.all()].map(({ key: k, value }) => k!.length + Buffer.byteLength(value!));
        expect(first.kept.bytes).toBe(held.reduce((sum, bytes) => sum + bytes, 0));
        expect(first.kept.bytes).toBeLessThanOrEqual(20);
      }
      await first.journal.close();
      const again = await open();
      const all = ({ kept }: typeof first) => [...kept.all()].map((one) => JSON.stringify(one)).sort();
      expect(all(again)).toEqual(all(first));
      expect(again.kept.bytes).toBe(first.kept.bytes);
      await again.journal.close();
    }),
    { numRuns: 15 },
  );
});
