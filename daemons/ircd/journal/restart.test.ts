/** What people find when they come back after the server was killed. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { STATUS } from '../../irc/modes.ts';
import { encodeCheckedLine } from '../../runtime/files/checked-lines.ts';
import { MemoryAuthority } from '../accounts/memory-authority.ts';
import { clearChannel } from '../admin/walks.ts';
import { type MemoryClient, waitFor } from '../memory-server.ts';
import { inTurns } from '../work-steps.ts';
import { journalPath } from './journal-file.ts';
import { ask, JournalScene, loggedIn, logIn } from './journal-fixture.ts';
import { endWaiting, RestoredChannels } from './restored-channels.ts';

let scene: JournalScene;
beforeEach(() => {
  scene = new JournalScene();
});
afterEach(() => scene.close());

const names = (lines: readonly string[]) => lines.find((line) => line.includes(' 353 '));

describe('after a crash', () => {
  it('a channel is as it was: topic, modes, lists with who set them and when, and its age', async () => {
    const before = await scene.start();
    const ann = loggedIn(before, 'ann', 'Ann');
    await ask(ann, 'JOIN #X', ' 366 ');
    await ask(ann, 'TOPIC #x :what we talk about', ' TOPIC ');
    await ask(ann, 'MODE #x +imkl-t sesame 7', ' MODE ');
    await ask(ann, 'MODE #x +beI bad!*@* good!*@* ~a:guest', ' MODE ');
    const shown = ['MODE #x', 'MODE #x b', 'MODE #x e', 'MODE #x I', 'TOPIC #x'];
    const was = shown.map((line) => ann.send(line));
    const channel = before.irc.server.state.findChannel('#x')!;
    await scene.crash(before);

    const after = await scene.start();
    expect(after.irc.server.state.findChannel('#x')).toMatchObject({
      name: '#X',
      createdMs: channel.createdMs,
      topicAtMs: channel.topicAtMs,
    });
    const again = loggedIn(after, 'ann', 'ann');
    expect(names(await ask(again, 'JOIN #x sesame', ' 366 '))).toBe(':irc.test 353 ann = #X :@ann');
    expect(shown.map((line) => again.send(line))).toEqual(was);
    expect(after.logged[0]).toMatch(/^channels_restored: 1 channel /);
  });

  it('a channel that was renamed is there under its new name alone, and its old one is free', async () => {
    const before = await scene.start();
    const ann = loggedIn(before, 'ann', 'ann');
    await ask(ann, 'JOIN #x', ' 366 ');
    await ask(ann, 'TOPIC #x :what we talk about', ' TOPIC ');
    await before.kept!.journal.settled();
    await ask(ann, 'RENAME #x #y', ' JOIN #y');
    await before.kept!.journal.settled();
    await scene.crash(before);
    const after = await scene.start();
    const { state } = after.irc.server;
    expect([...state.channels.values()].map(({ name, topic }) => `${name} ${topic}`)).toEqual([
      '#y what we talk about',
    ]);
    // Whoever makes another of the old name is its operator.
    expect(names(await ask(loggedIn(after, 'eve', null), 'JOIN #x', ' 366 '))).toContain('@eve');
    expect(names(await ask(loggedIn(after, 'ann', 'ann'), 'JOIN #y', ' 366 '))).toContain('@ann');
  });

  it('whoever comes first is not operator; who was it with an account is it again, and with voice likewise', async () => {
    const before = await scene.start();
    const ann = loggedIn(before, 'ann', 'ann');
    const bob = loggedIn(before, 'bob', 'bob');
    await ask(ann, 'JOIN #x', ' 366 ');
    bob.send('JOIN #x');
    await ask(ann, 'MODE #x +v bob', ' MODE ');
    await scene.crash(before);

    const after = await scene.start();
    const eve = loggedIn(after, 'ann', null);
    const joined = await ask(eve, 'JOIN #x', 'NOTICE');
    expect(names(joined)).toBe(':irc.test 353 ann = #x :ann');
    expect(joined.at(-1)).toMatch(
      /^:irc\.test NOTICE ann :\*\*\* #x was restored after a restart\. Who was its operator with an account is that again by joining; until \d\d:\d\d UTC nobody else becomes operator\.$/,
    );
    expect(eve.send('MODE #x +o ann')[0]).toContain(' 482 ');
    const owner = loggedIn(after, 'owner', 'ANN');
    const back = await ask(owner, 'JOIN #x', ' 366 ');
    expect(names(back)).toContain('@owner');
    expect(back.some((line) => line.includes('NOTICE'))).toBe(false);
    expect(eve.received()).toEqual([':owner!~owner@192.0.2.1 JOIN #x', ':irc.test MODE #x +o owner']);
    const voiced = loggedIn(after, 'bobby', 'bob');
    await ask(voiced, 'JOIN #x', ' 366 ');
    expect(eve.received()[1]).toBe(':irc.test MODE #x +v bobby');
  });

  it('a channel of which no operator had an account gives op to nobody', async () => {
    const before = await scene.start();
    await ask(loggedIn(before, 'ann', null), 'JOIN #x', ' 366 ');
    await scene.crash(before);
    const after = await scene.start();
    for (const nick of ['ann', 'eve']) {
      const client = loggedIn(after, nick, nick);
      expect(names(await ask(client, 'JOIN #x', ' 366 '))).not.toContain('@');
      client.send('PART #x');
    }
    expect(after.irc.server.state.findChannel('#x')).toMatchObject({ members: [] });
  });

  it('who lost the right to it is not operator again: by MODE, by KICK, by leaving', async () => {
    const before = await scene.start();
    const ann = loggedIn(before, 'ann', 'ann');
    await ask(ann, 'JOIN #x', ' 366 ');
    const others = ['bob', 'cid', 'dan'].map((nick) => loggedIn(before, nick, nick));
    for (const other of others) await ask(other, 'JOIN #x', ' 366 ');
    await ask(ann, 'MODE #x +ooo bob cid dan', ' MODE ');
    await ask(ann, 'MODE #x -o bob', ' MODE #x -o');
    await ask(ann, 'KICK #x cid', ' KICK ');
    await ask(others[2]!, 'PART #x', ' PART ');
    await before.kept!.journal.settled();
    await scene.crash(before);
    const after = await scene.start();
    const { restored } = after.irc.server.state.findChannel('#x')!;
    expect([...restored!.holders(STATUS.op)]).toEqual(['ann']);
  });

  it('the modes of a channel hold for who joins, and let its operators in', async () => {
    const before = await scene.start();
    const ann = loggedIn(before, 'ann', 'ann');
    await ask(ann, 'JOIN #x', ' 366 ');
    await ask(ann, 'MODE #x +ib *!*@192.0.2.1', ' MODE ');
    await scene.crash(before);
    const after = await scene.start();
    expect(loggedIn(after, 'eve', 'eve').send('JOIN #x')[0]).toContain(' 474 ');
    expect(loggedIn(after, 'bob', null).send('JOIN #x')[0]).toContain(' 474 ');
    await ask(loggedIn(after, 'ann', 'ann'), 'JOIN #x', ' 366 ');
  });

  it('a channel that had ended is not there, and the next who joins is its operator', async () => {
    const before = await scene.start();
    const ann = loggedIn(before, 'ann', 'ann');
    await ask(ann, 'JOIN #x', ' 366 ');
    await ask(ann, 'PART #x', ' PART ');
    await before.kept!.journal.settled();
    await scene.crash(before);
    const after = await scene.start();
    expect(names(await ask(loggedIn(after, 'eve', null), 'JOIN #x', ' 366 '))).toContain('@eve');
  });

  it('a record that was cut off is none, and the file is for its owner alone', async () => {
    const before = await scene.start();
    const ann = loggedIn(before, 'ann', 'ann');
    await ask(ann, 'JOIN #x', ' 366 ');
    const path = journalPath(scene.folder);
    const whole = readFileSync(path);
    await ask(ann, 'TOPIC #x :news', ' TOPIC ');
    await scene.crash(before);
    writeFileSync(path, readFileSync(path).subarray(0, -2));
    const after = await scene.start();
    expect(after.irc.server.state.findChannel('#x')?.topic).toBe('');
    expect(readFileSync(path)).toEqual(whole);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(after.logged).toHaveLength(1);
  });
});

describe('while a channel is restored', () => {
  const restored = async (others: readonly string[] = []) => {
    const before = await scene.start();
    const ann = loggedIn(before, 'ann', 'ann');
    await ask(ann, 'JOIN #x', ' 366 ');
    for (const nick of others) {
      await ask(loggedIn(before, nick, nick), 'JOIN #x', ' 366 ');
      await ask(ann, `MODE #x +ov ${nick} ${nick}`, ' MODE ');
    }
    await scene.crash(before);
    return scene.start();
  };

  it('its operator has it back also by logging in after joining, once', async () => {
    const server = await restored();
    const ann = loggedIn(server, 'ann', null);
    const eve = loggedIn(server, 'eve', 'eve');
    for (const client of [eve, ann]) await ask(client, 'JOIN #x', 'NOTICE');
    eve.received();
    logIn(server, ann, 'Ann');
    expect(await waitFor(ann, (line) => line.includes(' MODE '))).toEqual([':irc.test MODE #x +o ann']);
    expect(eve.received()).toEqual([':irc.test MODE #x +o ann']);
    logIn(server, ann, null);
    logIn(server, ann, 'ann');
    await server.kept!.journal.settled();
    expect(ann.received()).toEqual([]);
  });

  it('whoever is deprived of it does not have it again by joining or logging in', async () => {
    const server = await restored(['bob', 'cid']);
    const [ann, bob, cid] = ['ann', 'bob', 'cid'].map((nick) => loggedIn(server, nick, nick)) as [
      MemoryClient,
      MemoryClient,
      MemoryClient,
    ];
    for (const client of [ann, bob, cid]) await ask(client, 'JOIN #x', ' 366 ');
    await ask(ann, 'MODE #x -o bob', ' MODE #x -o');
    await ask(ann, 'KICK #x cid', ' KICK ');
    for (const client of [bob, cid]) {
      client.send('PART #x');
      client.received();
    }
    expect(names(await ask(bob, 'JOIN #x', ' 366 '))).toContain('+bob');
    expect(names(await ask(cid, 'JOIN #x', ' 366 '))).toMatch(/ (\S+ )?cid/);
    await server.kept!.journal.settled();
    await scene.crash(server);
    const third = (await scene.start()).irc.server.state.findChannel('#x')!.restored!;
    expect([[...third.holders(STATUS.op)], [...third.holders(STATUS.voice)]]).toEqual([['ann'], ['bob']]);
  });

  it('whoever takes the name of a dropped account has nothing that it had', async () => {
    const before = await scene.start();
    await ask(loggedIn(before, 'ann', 'ann'), 'JOIN #x', ' 366 ');
    await scene.crash(before);
    const after = await scene.start();
    const authority = new MemoryAuthority({ ann: 'secret-of-ann' });
    after.irc.server.accounts.use(authority);
    await authority.ask('drop', { account: 'ann' });
    const other = loggedIn(after, 'other', 'ann');
    expect(names(await ask(other, 'JOIN #x', ' 366 '))).toBe(':irc.test 353 other = #x :other');
    await scene.crash(after);
    const later = await scene.start();
    expect(later.irc.server.state.findChannel('#x')!.restored!.of('ann')).toBe(0);
  });

  it('on a channel that belongs to an account nobody else becomes operator, however long one waits', async () => {
    const server = await restored();
    const authority = new MemoryAuthority({ ann: 'secret-of-ann' });
    server.irc.server.accounts.use(authority);
    authority.own({ channel: '#x', founder: 'ann', createdAt: 1, registeredAt: 1, access: [] });
    await vi.waitUntil(() => server.irc.server.accounts.channels.of('#x') !== null);
    const joined = await ask(loggedIn(server, 'eve', null), 'JOIN #x', 'NOTICE');
    expect(joined.at(-1)).toMatch(/ is that again by joining; nobody else becomes operator\.$/);
  });

  it('a second crash loses nobody who is not back yet', async () => {
    const server = await restored();
    const eve = loggedIn(server, 'eve', 'eve');
    await ask(eve, 'JOIN #x', ' 366 ');
    await scene.crash(server);
    const third = await scene.start();
    expect(names(await ask(loggedIn(third, 'ann', 'ann'), 'JOIN #x', ' 366 '))).toContain('@ann');
  });

  it('it ends when its time is over and nobody is on it, and the next start does not know it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_000_000 });
    try {
      const server = await restored();
      const { state } = server.irc.server;
      const eve = loggedIn(server, 'eve', 'eve');
      await ask(eve, 'JOIN #x', ' 366 ');
      eve.send('PART #x');
      vi.setSystemTime(1_000_000 + 30 * 60_000);
      await vi.advanceTimersByTimeAsync(30 * 60_000 - 1);
      expect(state.channels.size).toBe(1);
      await vi.advanceTimersByTimeAsync(1);
      await server.kept!.journal.settled();
      expect(state.channels.size).toBe(0);
      await scene.crash(server);
      expect((await scene.start()).irc.server.state.channels.size).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('it goes on as any other when its time is over and somebody is on it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_000_000 });
    try {
      const server = await restored();
      const eve = loggedIn(server, 'eve', 'eve');
      expect((await ask(eve, 'JOIN #x', 'NOTICE')).at(-1)).toContain('until 00:46 UTC');
      // Nobody is asked whether they are still there.
      clearTimeout(eve.client!.timer!);
      await vi.advanceTimersByTimeAsync(30 * 60_000);
      const ann = loggedIn(server, 'ann', 'ann');
      const joined = await ask(ann, 'JOIN #x', ' 366 ');
      expect(names(joined)).not.toContain('@');
      expect(joined.some((line) => line.includes('NOTICE'))).toBe(false);
      for (const client of [eve, ann]) client.send('PART #x');
      expect(names(await ask(eve, 'JOIN #x', ' 366 '))).toContain('@eve');
    } finally {
      vi.useRealTimers();
    }
  });

  it('one that waited in vain before a second crash waits no longer than it would have', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_000_000 });
    try {
      const server = await restored();
      const eve = loggedIn(server, 'eve', 'eve');
      await ask(eve, 'JOIN #x', ' 366 ');
      eve.send('PART #x');
      await server.kept!.journal.settled();
      await scene.crash(server);
      await vi.advanceTimersByTimeAsync(29 * 60_000);
      const third = await scene.start();
      expect(third.irc.server.state.findChannel('#x')?.restored?.untilMs).toBe(1_000_000 + 30 * 60_000);
      await scene.crash(third);
      await vi.advanceTimersByTimeAsync(60_000);
      expect((await scene.start()).irc.server.state.channels.size).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

it('each ends in its own time, and none after the server has stopped', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_000 });
  try {
    const { irc } = await scene.start(0);
    const restored = new RestoredChannels(irc.server);
    const record = (name: string, untilMs: number | null) => ({
      kind: 'channel',
      name,
      createdMs: 1,
      topic: null,
      modes: '',
      key: null,
      limit: null,
      b: [],
      e: [],
      I: [],
      operators: [],
      voices: [],
      untilMs,
    });
    const records = [
      record('#b', 3_000),
      record('#gone', 1_000),
      record('#a', 2_000),
      record('#d', null),
      { kind: 'other' },
    ];
    expect(restored.restore([...records, record('#c', 4_000)], 1_000, 9_000)).toEqual({
      channels: 4,
      unreadable: 1,
    });
    const there = () => [...irc.server.state.channels.keys()].sort().join(' ');
    const seen: string[] = [];
    for (let n = 0; n < 4; n++) {
      seen.push(there());
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(seen).toEqual(['#a #b #c #d', '#b #c #d', '#c #d', '#d']);
    restored.close();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(there()).toBe('#d');
  } finally {
    vi.useRealTimers();
  }
});

it('a channel that was not restored is not ended', async () => {
  const { irc } = await scene.start(0);
  irc.join('ann').send('JOIN #x');
  const told: string[] = [];
  irc.server.keeper = {
    problem: null,
    changed: ({ name }) => {
      told.push(name);
      return null;
    },
    ended: () => {},
  };
  endWaiting(irc.server, irc.server.state.findChannel('#x')!);
  expect(told).toEqual([]);
});

it('a journal that cannot be read stops the start, and says what to do', async () => {
  mkdirSync(journalPath(scene.folder));
  await expect(scene.start()).rejects.toMatchObject({
    code: 'init_failed',
    message: expect.stringMatching(
      /^The channels in .*channels\.journal cannot be read \(EISDIR.*\)\. Mend it, move it away to start without them, or set restore_minutes = 0\.$/,
    ),
  });
});

it('damage is said, with the place of the damaged file', async () => {
  const before = await scene.start();
  const ann = loggedIn(before, 'ann', 'ann');
  for (const name of ['#x', '#y']) await ask(ann, `JOIN ${name}`, ' 366 ');
  await scene.crash(before);
  const path = journalPath(scene.folder);
  writeFileSync(path, readFileSync(path, 'utf8').replace('"#x"', '"#z"'));
  const after = await scene.start();
  expect([...after.irc.server.state.channels.keys()]).toEqual(['#y']);
  expect(after.logged[1]).toMatch(/^channels_damaged: 1 line of .* kept as .*channels\.journal\.damaged-/);
  writeFileSync(path, encodeCheckedLine({ kind: 'of a later version' }));
  const later = await scene.start();
  expect(later.logged).toEqual([expect.stringMatching(/^channels_damaged: 1 record /)]);
});

it('clear-channel ends a channel that waits, also for a later start', async () => {
  const before = await scene.start();
  await ask(loggedIn(before, 'ann', 'ann'), 'JOIN #x', ' 366 ');
  await scene.crash(before);
  const after = await scene.start();
  const { server, host } = after.irc;
  const channel = server.state.findChannel('#x')!;
  expect(await inTurns(host, server.house, clearChannel(server, channel, 'over'))).toMatchObject({
    removed: 0,
  });
  expect(names(await ask(loggedIn(after, 'eve', null), 'JOIN #x', ' 366 '))).toContain('@eve');
  await scene.crash(after);
  const { restored } = (await scene.start()).irc.server.state.findChannel('#x')!;
  expect([...restored!.holders(STATUS.op)]).toEqual([]);
});

it('restore_minutes = 0 keeps nothing and forgets what was kept', async () => {
  const before = await scene.start();
  await ask(loggedIn(before, 'ann', 'ann'), 'JOIN #x', ' 366 ');
  await scene.crash(before);
  const off = await scene.start(0);
  expect(off.irc.server.state.channels.size).toBe(0);
  expect(names(loggedIn(off, 'eve', null).send('JOIN #x'))).toContain('@eve');
  await scene.crash(off);
  const on = await scene.start();
  expect(on.irc.server.state.channels.size).toBe(0);
});
