/** How far accounts have read is there again after a restart, and is answered when it is on the disk. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { setAccount } from '../actions/account.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import { type MarkerRecord, ReadMarkers } from '../state/read-markers.ts';
import { FaultyDisk } from './faulty-disk-fixture.ts';
import { JournalFile, markerPath } from './journal-file.ts';
import { keepMarkers, markerSchema } from './keep-records.ts';
import { RecordJournal } from './record-journal.ts';

const at = (ms: number) => `timestamp=${new Date(ms).toISOString()}`;

let dataDir: string;
let disk: FaultyDisk;
let irc: MemoryServer;
let journal: RecordJournal<MarkerRecord> | null;
let logged: string[];

async function begin(): Promise<void> {
  irc = new MemoryServer();
  disk = new FaultyDisk();
  logged = [];
  const note = (event: string, text: string) => void logged.push(`${event}: ${text}`);
  const log = { info: note, error: note } as never;
  journal = await keepMarkers({ dataDir, server: irc.server, log, disk });
}
async function end(): Promise<void> {
  await journal?.close();
  irc.close();
}

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'markers-'));
  await begin();
});
afterEach(async () => {
  await end();
  rmSync(dataDir, { recursive: true });
});

const loggedIn = (nick: string, account = nick) => {
  const client = irc.join(nick, 'draft/read-marker');
  setAccount(irc.server, client.user!, account);
  client.received();
  return client;
};
const markOf = (client: MemoryClient, target: string) =>
  client.send(`MARKREAD ${target}`).at(-1)!.split(' ').at(-1);
const hears = async (client: MemoryClient, words: string) =>
  expect.poll(() => client.received().join()).toContain(words);

it('is known after a restart, of accounts alone, under the new name of a channel, and no more of one that was dropped', async () => {
  const [ann, bob, cat] = [loggedIn('ann'), loggedIn('bob'), irc.join('cat', 'draft/read-marker')];
  ann.send('JOIN #c');
  for (const client of [ann, bob]) {
    client.send(`MARKREAD #c ${at(1_000)}`);
    await hears(client, ` MARKREAD #c ${at(1_000)}`);
  }
  expect(cat.send(`MARKREAD #c ${at(5_000)}`).at(-1)).toContain(at(5_000));
  ann.send('RENAME #c #d', `MARKREAD bob ${at(2_000)}`);
  await hears(ann, ` MARKREAD bob ${at(2_000)}`);
  irc.server.markers.forgetAccount('BOB');
  await journal!.written();
  // As after a crash: nothing is written any more.
  irc.close();
  await begin();
  const back = loggedIn('a', 'ANN');
  expect([markOf(back, '#d'), markOf(back, '#c'), markOf(back, 'bob')]).toEqual([at(1_000), '*', at(2_000)]);
  expect(markOf(loggedIn('bob'), '#c')).toBe('*');
  expect(logged).toEqual([]);
});

it('is answered, and told to others of the account, when it is on the disk', async () => {
  const [ann, other] = [loggedIn('ann'), loggedIn('a', 'ann')];
  other.send('MARKREAD #c');
  other.received();
  ann.send(`MARKREAD #c ${at(500)}`);
  await hears(ann, at(500));
  await hears(other, at(500));
  let release = () => {};
  disk.hold = new Promise((resolve) => {
    release = resolve;
  });
  ann.send(`MARKREAD #c ${at(1_000)}`);
  await expect.poll(() => disk.done.filter((one) => one === 'datasync').length).toBe(1);
  expect([...ann.received(), ...other.received()]).toEqual([]);
  release();
  await hears(ann, at(1_000));
  await hears(other, at(1_000));
  expect(journal!.counts).toEqual({ depth: 0, submitted: 2, completed: 2, batches: 2 });
  // What was so before waits for nothing.
  expect(ann.send(`MARKREAD #c ${at(1_000)}`)).toHaveLength(1);
});

it('is answered while the disk is full, which is said once, and is written anew when there is room', async () => {
  const ann = loggedIn('ann');
  ann.send(`MARKREAD #a ${at(1_000)}`);
  await hears(ann, at(1_000));
  disk.room = 0;
  ann.send(`MARKREAD #b ${at(2_000)}`);
  await hears(ann, at(2_000));
  expect(ann.send(`MARKREAD #c ${at(3_000)}`).at(-1) ?? (await hears(ann, at(3_000)))).toBeTruthy();
  expect(logged).toEqual([expect.stringMatching(/^markers_not_saved: .*ENOSPC/)]);
  disk.room = Number.POSITIVE_INFINITY;
  await expect.poll(() => logged.length).toBe(2);
  expect(logged[1]).toMatch(/^markers_saved: /);
  irc.close();
  await begin();
  const back = loggedIn('ann');
  expect(['#a', '#b', '#c'].map((name) => markOf(back, name))).toEqual([at(1_000), at(2_000), at(3_000)]);
});

it('passes over what is damaged or means nothing, and says so; a file that cannot be read keeps nobody out', async () => {
  const ann = loggedIn('ann');
  ann.send(`MARKREAD #a ${at(1_000)}`);
  await hears(ann, at(1_000));
  await end();
  appendFileSync(markerPath(dataDir), 'damaged\n');
  await begin();
  expect(logged).toEqual([expect.stringMatching(/^markers_damaged: 1 line of .* the file was kept as /)]);
  expect(markOf(loggedIn('ann'), '#a')).toBe(at(1_000));
  await end();
  rmSync(markerPath(dataDir));
  mkdirSync(markerPath(dataDir));
  await begin();
  expect([journal, logged]).toEqual([null, [expect.stringMatching(/^markers_not_read: /)]]);
  const back = loggedIn('ann');
  expect(back.send(`MARKREAD #a ${at(1_000)}`).at(-1)).toContain(at(1_000));
  rmSync(markerPath(dataDir), { recursive: true });
  writeFileSync(markerPath(dataDir), '');
});

it('is as it was in memory, whatever was read, renamed and dropped in whichever order', async () => {
  const name = fc.constantFrom('#a', '#b', '#c', 'x');
  const account = fc.constantFrom('ann', 'bob', 'cat');
  const deed = fc.oneof(
    fc.record({
      do: fc.constant('read' as const),
      account,
      target: name,
      ms: fc.integer({ min: 1, max: 99 }),
    }),
    fc.record({ do: fc.constant('rename' as const), from: name, to: name }),
    fc.record({ do: fc.constant('end' as const), account }),
    fc.record({ do: fc.constant('write' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 40 }), async (deeds) => {
      const folder = mkdtempSync(join(dataDir, 'm'));
      const open = async () => {
        // Few accounts and marks have room.
        const markers = new ReadMarkers(2, 5);
        const file = new JournalFile(markerPath(folder));
        return {
          markers,
          ...(await RecordJournal.open({ kept: markers, schema: markerSchema, file, onProblem: () => {} })),
        };
      };
      const first = await open();
      const clients = new Map(['ann', 'bob', 'cat'].map((one) => [one, { user: { account: one } } as never]));
      for (const one of deeds) {
        if (one.do === 'read') first.markers.advance(clients.get(one.account)!, one.target, one.ms);
        else if (one.do === 'rename') first.markers.renamed(one.from, one.to, []);
        else if (one.do === 'end') first.markers.forgetAccount(one.account);
        else await first.journal.written();
      }
      await first.journal.close();
      const again = await open();
      const all = ({ markers }: typeof first) =>
        [...markers.all()].map((mark) => JSON.stringify(mark)).sort();
      expect(all(again)).toEqual(all(first));
      await again.journal.close();
    }),
    { numRuns: 40 },
  );
});
