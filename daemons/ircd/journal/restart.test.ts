/** What people find when they come back after the server was killed. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STATUS } from '../../irc/modes.ts';
import { clearChannel } from '../admin/walks.ts';
import { inTurns } from '../work-steps.ts';
import { ask, JournalScene, loggedIn } from './journal-fixture.ts';
import { journalPath } from './keep-channels.ts';

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
