/** When changes of channels are written, who waits for that, and what happens where they cannot be. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readCheckedLines } from '../../runtime/files/checked-lines.ts';
import { limits } from '../limits.ts';
import { type MemoryClient, waitFor } from '../memory-server.ts';
import { Channel } from '../state/channel.ts';
import type { ChannelRecord } from './channel-record.ts';
import { FaultyDisk } from './faulty-disk-fixture.ts';
import { journalPath } from './journal-file.ts';
import { ask, JournalScene, type KeepingServer, loggedIn } from './journal-fixture.ts';

let scene: JournalScene;
let disk: FaultyDisk;
let server: KeepingServer;
let ann: MemoryClient;
let bob: MemoryClient;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  scene = new JournalScene();
  disk = new FaultyDisk();
  server = await scene.start(30, disk);
  ann = loggedIn(server, 'ann', 'ann');
  bob = loggedIn(server, 'bob', 'bob');
  await ask(ann, 'JOIN #x', ' 366 ');
  await ask(ann, 'JOIN #y', ' 366 ');
  bob.send('JOIN #x', 'JOIN #y');
  for (const client of [ann, bob]) client.received();
  await settled();
  disk.done.length = 0;
});
afterEach(async () => {
  disk.failing.clear();
  disk.room = Number.POSITIVE_INFINITY;
  await scene.close();
  vi.useRealTimers();
});

const settled = () => server.kept!.journal.settled();
/** The records of the file, as name, topic and modes. */
const written = () =>
  readCheckedLines(readFileSync(journalPath(scene.folder))).records.map((record) => {
    const one = record as ChannelRecord;
    return one.kind === 'ended' ? `${one.name} ended` : `${one.name} ${one.topic?.text ?? '-'} +${one.modes}`;
  });

/** Holds the disk; answers what lets it go. */
function holdDisk(): () => void {
  let letGo = () => {};
  disk.hold = new Promise((resolve) => {
    letGo = resolve;
  });
  return () => {
    disk.hold = null;
    letGo();
  };
}

/** Resolves when the disk was asked to bring something to itself. */
async function untilSyncing(): Promise<void> {
  while (!disk.done.includes('datasync')) await new Promise((resolve) => setImmediate(resolve));
}

describe('a change', () => {
  it('is told to nobody before it is on disk, and what is said in that channel next waits behind it', async () => {
    const letGo = holdDisk();
    expect(ann.send('MODE #x +m')).toEqual([]);
    await untilSyncing();
    // The line is there, but not on the disk.
    expect(written().at(-1)).toBe('#x - +mnt');
    bob.send('PRIVMSG #x :after', 'PRIVMSG ann :whispered');
    expect([ann.received(), bob.received()]).toEqual([[], []]);
    letGo();
    await waitFor(bob, (line) => line.includes(' 404 '));
    expect(ann.received()).toEqual([
      ':ann!~ann@192.0.2.1 MODE #x +m',
      ':bob!~bob@192.0.2.1 PRIVMSG ann :whispered',
    ]);
  });

  it('delays nobody in another channel, nor those who join, speak and leave', async () => {
    const cid = loggedIn(server, 'cid', null);
    const letGo = holdDisk();
    ann.send('TOPIC #x :held');
    await untilSyncing();
    expect(bob.send('PRIVMSG #y :at once', 'PING 1')).toHaveLength(1);
    expect(cid.send('JOIN #y').at(-1)).toContain(' 366 ');
    expect(cid.send('PART #y')).toEqual([':cid!~cid@192.0.2.1 PART #y']);
    letGo();
    expect(await waitFor(bob, (line) => line.includes('TOPIC'))).toHaveLength(3);
  });

  it('comes in the order in which it was made, for whoever made it and for all', async () => {
    const lines = ['TOPIC #x :one', 'MODE #x +i', 'TOPIC #x :two', 'PRIVMSG #x :said', 'TOPIC #x :three'];
    for (const line of lines) ann.send(line);
    const heard = await waitFor(bob, (line) => line.includes('three'));
    expect(heard.map((line) => line.split(' ').slice(1).join(' '))).toEqual([
      'TOPIC #x :one',
      'MODE #x +i',
      'TOPIC #x :two',
      'PRIVMSG #x :said',
      'TOPIC #x :three',
    ]);
  });

  it('is written with all others of its turn, and once where there were many of a channel', async () => {
    const before = written().length;
    for (const nick of ['cid', 'dan', 'eve']) loggedIn(server, nick, nick).send(`JOIN #of-${nick}`);
    ann.send('TOPIC #x :one');
    bob.send('PART #y');
    await settled();
    expect(disk.done).toEqual(['datasync']);
    expect(written().slice(before)).toEqual([
      '#of-cid - +nt',
      '#of-dan - +nt',
      '#of-eve - +nt',
      '#x one +nt',
    ]);
    expect(server.kept!.journal.counts).toMatchObject({ depth: 0, batches: 3, submitted: 6, completed: 6 });
  });

  it('of one turn is told to each who made one', async () => {
    const cid = loggedIn(server, 'cid', 'cid');
    await ask(cid, 'JOIN #z', ' 366 ');
    await settled();
    const letGo = holdDisk();
    ann.send('TOPIC #x :one');
    cid.send('TOPIC #z :two');
    letGo();
    await waitFor(ann, (line) => line.includes('TOPIC #x :one'));
    await waitFor(cid, (line) => line.includes('TOPIC #z :two'));
  });

  it('is none where somebody speaks, joins what is there, or leaves without status', async () => {
    bob.send('PRIVMSG #x :hi', 'PART #x', 'JOIN #x', 'NICK bobby', 'AWAY :out');
    await settled();
    expect(disk.done).toEqual([]);
  });

  it('waits with those that come during a write for the next', async () => {
    const letGo = holdDisk();
    ann.send('TOPIC #x :one');
    await untilSyncing();
    const cid = loggedIn(server, 'cid', 'cid');
    cid.send('JOIN #z');
    expect(server.kept!.journal.counts.depth).toBe(2);
    letGo();
    await waitFor(cid, (line) => line.includes(' 366 '));
    expect(disk.done).toEqual(['datasync', 'datasync']);
  });

  it('is none that a crash would undo, as far as anybody can say, while the disk takes it', async () => {
    const letGo = holdDisk();
    ann.send('TOPIC #x :one', 'MODE #y +i');
    const { journal } = server.kept!;
    expect(journal.unsaved).toBe(0);
    expect(journal.counts.depth).toBeGreaterThan(0);
    letGo();
    await settled();
    expect([journal.unsaved, journal.counts.depth]).toEqual([0, 0]);
  });

  it('of the last who leaves is that the channel is no more', async () => {
    bob.send('PART #x', 'PART #y');
    ann.send('PART #x');
    await settled();
    expect(written().at(-1)).toBe('#x ended');
  });
});

describe('where the disk is full', () => {
  beforeEach(() => {
    const boss = irc().join('boss');
    irc().promote(boss, []);
    boss.received();
    told = boss;
    disk.room = 10;
  });
  const irc = () => server.irc;
  let told: MemoryClient;

  it('channels go on, log and operators are told once, and everything is written when there is room', async () => {
    expect((await ask(ann, 'TOPIC #x :one', 'TOPIC'))[0]).toContain('TOPIC #x :one');
    expect(ann.send('TOPIC #x :two').find((line) => line.includes(' TOPIC '))).toContain('TOPIC #x :two');
    expect(ann.send('MODE #y +i')[0]).toContain('MODE #y +i');
    await vi.advanceTimersByTimeAsync(limits.journalRetryBaseMs.default);
    await settled();
    expect(server.logged.filter((line) => line.startsWith('channels_not_saved'))).toHaveLength(1);
    expect(server.logged.at(-1)).toContain('(ENOSPC: no space left on device)');
    expect(told.received()).toEqual([
      expect.stringContaining('*** Changes of channels cannot be written to disk'),
    ]);
    expect(server.kept!.journal.unsaved).toBe(2);
    expect(written().filter((line) => line.includes('two'))).toEqual([]);

    disk.room = Number.POSITIVE_INFINITY;
    await vi.advanceTimersByTimeAsync(2 * limits.journalRetryBaseMs.default);
    await settled();
    expect(written().slice(-2)).toEqual(['#x two +nt', '#y - +int']);
    expect(server.logged.at(-1)).toMatch(/^channels_saved/);
    expect(told.received()).toHaveLength(1);
    expect(server.kept!.journal.unsaved).toBe(0);
    expect(server.kept!.journal.counts.depth).toBe(0);
    const letGo = holdDisk();
    expect(ann.send('TOPIC #x :three')).toEqual([]);
    letGo();
    await waitFor(ann, (line) => line.includes('three'));
  });

  it('whoever changes something is told that a crash undoes it, and nobody else, nor of what is no change', async () => {
    const note = (command: string, channel: string) =>
      `:irc.test NOTE ${command} NOT_ON_DISK ${channel} :It holds, but this server cannot write it to its disk yet: a crash before that undoes it. Its operators are told`;
    // Also of what has found out that the disk is full.
    const heard = await ask(ann, 'TOPIC #x :one', ' NOTE ');
    expect(heard.map((line) => line.replace(/^:ann!\S+ /, ''))).toEqual([
      'TOPIC #x :one',
      note('TOPIC', '#x'),
    ]);
    expect(ann.send('MODE #x +i').at(-1)).toBe(note('MODE', '#x'));
    expect(ann.send('MODE #x +i', 'MODE #x b', 'TOPIC #x').join()).not.toContain(' NOTE ');
    expect(ann.send('RENAME #y #z').at(-1)).toBe(note('RENAME', '#z'));
    expect(bob.received().join()).not.toContain(' NOTE ');
    disk.room = Number.POSITIVE_INFINITY;
    await vi.advanceTimersByTimeAsync(2 * limits.journalRetryBaseMs.default);
    await settled();
    expect(await ask(ann, 'TOPIC #x :two', ' TOPIC ')).toHaveLength(1);
  });

  it('waits longer between attempts, a minute at most', async () => {
    await ask(ann, 'TOPIC #x :one', 'TOPIC');
    await settled();
    const attempts: number[] = [];
    const append = vi.spyOn(disk, 'room', 'get').mockImplementation(() => 0);
    for (let waitMs = 1_000, n = 0; n < 9; n++) {
      append.mockClear();
      await vi.advanceTimersByTimeAsync(waitMs - 1);
      await settled();
      const early = append.mock.calls.length;
      await vi.advanceTimersByTimeAsync(1);
      await settled();
      attempts.push(early, append.mock.calls.length);
      waitMs = Math.min(2 * waitMs, limits.journalRetryMaxMs.default);
    }
    append.mockRestore();
    expect(attempts).toEqual(Array.from({ length: 9 }, () => [0, 1]).flat());
  });

  it('a stop writes what it can as it was before everybody left, and says where it cannot', async () => {
    await ask(ann, 'TOPIC #x :one', 'TOPIC');
    await settled();
    server.kept!.journal.freeze();
    irc().close();
    expect(server.logged).toHaveLength(1);
    await server.kept!.close();
    expect(server.logged).toHaveLength(2);
    expect(written().at(-1)).toBe('#y - +nt');
  });

  it('a stop that finds the file gone says so, and begins none that has not all channels', async () => {
    await ask(ann, 'TOPIC #x :one', 'TOPIC');
    await settled();
    disk.room = Number.POSITIVE_INFINITY;
    const path = journalPath(scene.folder);
    rmSync(path);
    await scene.crash(server);
    expect(server.logged.at(-1)).toContain(`(${path} is gone)`);
    expect(existsSync(path)).toBe(false);
  });

  it('an attempt that then hangs is told as well, and stops nobody', async () => {
    await ask(ann, 'TOPIC #x :one', 'TOPIC');
    await settled();
    disk.room = Number.POSITIVE_INFINITY;
    disk.done.length = 0;
    const letGo = holdDisk();
    await vi.advanceTimersByTimeAsync(limits.journalRetryBaseMs.default);
    await untilSyncing();
    await vi.advanceTimersByTimeAsync(limits.journalWaitMs.default);
    expect(server.logged.at(-1)).toContain('(the disk has not answered for 5 seconds)');
    expect(ann.send('TOPIC #x :two')[0]).toContain('two');
    letGo();
    await settled();
    expect(written().slice(-2)).toEqual(['#x one +nt', '#x two +nt']);
    expect(server.logged.at(-1)).toMatch(/^channels_saved/);
  });

  it('a stop in whose time there is room again loses nothing', async () => {
    await ask(ann, 'TOPIC #x :one', 'TOPIC');
    await settled();
    disk.room = Number.POSITIVE_INFINITY;
    await scene.crash(server);
    expect(written().at(-1)).toBe('#x one +nt');
  });
});

it('a disk that hangs stops a channel for no longer than five seconds', async () => {
  const letGo = holdDisk();
  ann.send('TOPIC #x :one');
  await untilSyncing();
  bob.send('MODE #y');
  ann.send('TOPIC #y :waits for the next write');
  await vi.advanceTimersByTimeAsync(limits.journalWaitMs.default - 1);
  expect(ann.received()).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  const heard = await waitFor(ann, (line) => line.includes('#y'));
  expect(heard.filter((line) => !line.includes(' NOTE '))).toHaveLength(2);
  expect(server.logged.at(-1)).toContain('(the disk has not answered for 5 seconds)');
  expect(ann.send('TOPIC #x :two')[0]).toContain('two');
  letGo();
  await settled();
  expect(written()).toContain('#x two +nt');
  expect(server.logged.at(-1)).toMatch(/^channels_saved/);
});

it('a disk that answered in time is not said to hang, nor is it once the file is closed', async () => {
  await ask(ann, 'TOPIC #x :one', 'TOPIC');
  await settled();
  await vi.advanceTimersByTimeAsync(limits.journalWaitMs.default);
  expect(server.logged.join()).not.toContain('not answered');
  disk.room = 0;
  await ask(ann, 'TOPIC #x :two', 'TOPIC');
  await settled();
  await server.kept!.journal.close();
  const { length } = server.logged;
  await vi.advanceTimersByTimeAsync(limits.journalRetryMaxMs.default);
  await settled();
  expect(server.logged.slice(length)).toEqual([]);
});

it('who changes something while the disk hangs waits for as long as those whose write it is', async () => {
  const cid = loggedIn(server, 'cid', 'cid');
  await ask(cid, 'JOIN #z', ' 366 ');
  await settled();
  disk.done.length = 0;
  const letGo = holdDisk();
  ann.send('TOPIC #x :one');
  await untilSyncing();
  expect(cid.send('TOPIC #z :two')).toEqual([]);
  await vi.advanceTimersByTimeAsync(limits.journalWaitMs.default);
  expect((await waitFor(cid, (line) => line.includes('TOPIC')))[0]).toContain('two');
  letGo();
  await settled();
  expect(written().slice(-2)).toEqual(['#x one +nt', '#z two +nt']);
});

it('what is being written when the server goes down, and what waits, is kept as it was before everybody left', async () => {
  const cid = loggedIn(server, 'cid', 'cid');
  await ask(cid, 'JOIN #z', ' 366 ');
  disk.done.length = 0;
  const letGo = holdDisk();
  ann.send('TOPIC #x :one');
  await untilSyncing();
  cid.send('TOPIC #z :two');
  server.kept!.journal.freeze();
  server.irc.close();
  letGo();
  await server.kept!.close();
  expect(written().slice(-3)).toEqual(['#x one +nt', '#x one +nt', '#z two +nt']);
});

it('a write that was not begun when the server goes down takes nothing from channels that everybody left', async () => {
  ann.send('TOPIC #x :one');
  server.kept!.journal.freeze();
  server.irc.close();
  await server.kept!.close();
  expect(written().at(-1)).toBe('#x one +nt');
  expect(written().some((line) => line.includes('ended'))).toBe(false);
});

it('a stop is told once, and closing a second time says nothing more', async () => {
  disk.room = 3;
  await ask(ann, 'TOPIC #x :one', 'TOPIC');
  await settled();
  const { logged, kept } = server;
  await kept!.close();
  expect(logged).toHaveLength(2);
  expect(new Set(disk.handles.map(({ fd }) => fd))).toEqual(new Set([-1]));
  await kept!.close();
  expect(logged).toHaveLength(2);
});

it('many channels are written in pieces, so that others have their turn between them', async () => {
  const { state } = server.irc.server;
  for (let n = 0; n < 300; n++) {
    const channel = new Channel(`#c${n}`, `#c${n}`, 1);
    channel.topic = 'x'.repeat(300);
    state.restore(channel);
  }
  rmSync(journalPath(scene.folder));
  disk.writes.length = 0;
  await ask(ann, 'TOPIC #x :one', 'TOPIC');
  expect(written()).toHaveLength(302);
  // The first is what was appended to the file that is gone.
  const pieces = disk.writes.slice(1);
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.length).toBeLessThan(5);
  expect(Math.max(...pieces)).toBeLessThan(70_000);
});

describe('a stop', () => {
  it('waits for what is on its way to the disk, and no longer than it may', async () => {
    const letGo = holdDisk();
    ann.send('TOPIC #x :one');
    await untilSyncing();
    const given = new AbortController();
    const order: string[] = [];
    const freezing = server.kept!.freeze(given.signal).then(() => order.push('frozen'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual([]);
    given.abort();
    await freezing;
    await server.kept!.freeze(given.signal);
    letGo();
  });

  it('goes on when everything is on disk', async () => {
    const letGo = holdDisk();
    ann.send('TOPIC #x :one');
    await untilSyncing();
    const freezing = server.kept!.freeze(new AbortController().signal);
    letGo();
    await freezing;
    expect(server.kept!.journal.counts.depth).toBe(0);
  });
});

it('a file that was deleted is written anew with all channels', async () => {
  rmSync(journalPath(scene.folder));
  await ask(ann, 'TOPIC #x :one', 'TOPIC');
  expect(written()).toEqual(['#x one +nt', '#y - +nt']);
});

it('a file that is history is written anew, and what changes meanwhile comes behind it', async () => {
  const growth = vi.spyOn(limits.journalGrowthBytes, 'default', 'get').mockReturnValue(2_000);
  for (let n = 0; n < 40; n++) await ask(ann, `TOPIC #x :${n}`, `:${n}`);
  growth.mockRestore();
  expect(written().length).toBeLessThan(20);
  expect(written().at(-1)).toBe('#x 39 +nt');
  expect(written()).toContain('#y - +nt');
});
