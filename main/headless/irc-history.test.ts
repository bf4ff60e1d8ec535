/** History in real processes: the IRC server and the keeper of its messages, and what is there after either was killed. */
import { join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { portOf } from '../../contract/listen-place.ts';
import { registry as shipped } from '../../daemons/registry.ts';
import { IrcClient } from './test-fixtures/irc-client.ts';
import { Talker } from './test-fixtures/talker.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';

const DAEMONS = resolve(import.meta.dirname, '../../daemons');
const TOML = `[ircd]
listen = [{ host = "127.0.0.1", port = 0 }]
dns = false
[ircd.history]
keep_minutes = 60
new_channels = true
direct_messages = true
`;
const CAPS =
  'batch message-tags server-time draft/chathistory draft/message-redaction draft/read-marker echo-message';

let host: TestHost | null = null;
let sockets: IrcClient[] = [];

afterEach(async () => {
  for (const { socket } of sockets) socket.destroy();
  sockets = [];
  await host?.close();
  host = null;
});

async function begin(): Promise<TestHost> {
  const registry = shipped.filter(({ id }) => ['ircd', 'accounts', 'messages'].includes(id));
  host = await startTestHost(TOML, {}, registry, (id) => join(DAEMONS, id, 'main.ts'));
  await host.ask('daemon.start', { id: 'ircd' });
  return host;
}

/** Somebody who reads what was said. */
class Reader extends Talker {
  /** Texts of what is played back. */
  async history(asked: string): Promise<string[]> {
    this.send(`CHATHISTORY ${asked}`);
    await this.until(/ BATCH \+\w+ chathistory /);
    const texts: string[] = [];
    for (;;) {
      const line = await this.until(/ (PRIVMSG|BATCH) /);
      if (/ BATCH -/.test(line)) return texts;
      texts.push(/ PRIVMSG \S+ :(.*)$/.exec(line)![1]!);
    }
  }
}

/** Somebody with an account of that name, which is made where there is none. */
async function enter(running: TestHost, nick: string, isNew: boolean): Promise<Reader> {
  const port = portOf(running.snapshot('ircd').listeners[0]);
  const talker = new Reader(await IrcClient.join(port, nick), sockets);
  talker.send('CAP LS 302');
  let offered = '';
  while (!/ LS :/.test(offered)) offered += await talker.until(/ LS (\* )?:/);
  if (!/[ :]sasl=/.test(offered)) await talker.until(/ NEW :.*sasl=/);
  talker.send(`CAP REQ :${CAPS}`);
  await talker.until(/ ACK :/);
  if (isNew) talker.send('REGISTER * * correct-horse');
  else {
    const secret = Buffer.from(`\0${nick}\0correct-horse`).toString('base64');
    talker.send('AUTHENTICATE PLAIN');
    await talker.until(/AUTHENTICATE \+$/);
    talker.send(`AUTHENTICATE ${secret}`);
  }
  await talker.until(/ 900 /);
  return talker;
}

/** Kills a daemon and waits for its next life. */
async function killed(running: TestHost, id: string): Promise<void> {
  const before = running.snapshot(id).pid!;
  process.kill(before, 'SIGKILL');
  await expect
    .poll(() => running.snapshot(id).state === 'running' && running.snapshot(id).pid !== before)
    .toBe(true);
}

test('what was said is read after the IRC server was killed, by who was there and nobody else, and what was taken back is not', async () => {
  const running = await begin();
  const [ann, bob] = [await enter(running, 'ann', true), await enter(running, 'bob', true)];
  ann.send('JOIN #c');
  await ann.until(/ 366 /);
  bob.send('JOIN #c');
  await bob.until(/ 366 /);
  ann.send('PRIVMSG #c :first', 'PRIVMSG #c :wrong', 'PRIVMSG #c :second', 'PRIVMSG bob :in private');
  const id = /msgid=([^;\s]+)/.exec(await ann.until(/ PRIVMSG #c :wrong$/))![1]!;
  await ann.until(/ PRIVMSG bob /);
  // Answered when what it was about is gone from the disk.
  ann.send(`REDACT #c ${id}`);
  await ann.until(/ REDACT #c /);
  await killed(running, 'ircd');
  const back = await enter(running, 'ann', false);
  back.send('JOIN #c');
  await back.until(/ 366 /);
  expect(await back.history('LATEST #c * 50')).toEqual(['first', 'second']);
  expect(await back.history('LATEST bob * 50')).toEqual(['in private']);
  const eve = await enter(running, 'eve', true);
  eve.send('JOIN #c');
  await eve.until(/ 366 /);
  expect(await eve.history('LATEST #c * 50')).toEqual([]);
  await killed(running, 'messages');
  back.send('PRIVMSG #c :third');
  await back.until(/ PRIVMSG #c :third$/);
  // The process runs a moment before it is reached.
  await expect.poll(() => back.history('LATEST #c * 2')).toEqual(['second', 'third']);
});

test('what operators of a channel chose to keep, and for whom, and how far somebody has read, is so after the IRC server was killed', async () => {
  const running = await begin();
  const ann = await enter(running, 'ann', true);
  ann.send('JOIN #c');
  await ann.until(/ 366 /);
  ann.send('PRIVMSG #c :before', 'MODE #c +H 3:30m:members');
  await ann.until(/ MODE #c \+H 3:30m:members$/);
  ann.send('PRIVMSG #c :one', 'PRIVMSG #c :two', 'PRIVMSG #c :three', 'PRIVMSG #c :wrong');
  const id = /msgid=([^;\s]+)/.exec(await ann.until(/ PRIVMSG #c :wrong$/))![1]!;
  // Answered when all before is on the disk.
  ann.send(`REDACT #c ${id}`);
  await ann.until(/ REDACT #c /);
  const bob = await enter(running, 'bob', true);
  bob.send('JOIN #c');
  await bob.until(/ kept for 30 minutes, 3 messages at most, for everybody who is on it/);
  await bob.until(/ 366 /);
  expect(await bob.history('LATEST #c * 2')).toEqual(['two', 'three']);
  expect(await bob.history('LATEST #c * 50')).not.toContain('before');
  ann.send('MARKREAD #c timestamp=2026-01-01T00:00:00.000Z');
  await ann.until(/ MARKREAD #c timestamp=2026-01-01T00:00:00\.000Z$/);
  await killed(running, 'ircd');
  const back = await enter(running, 'ann', false);
  back.send('JOIN #c');
  await back.until(/ MARKREAD #c timestamp=2026-01-01T00:00:00\.000Z$/);
  back.send('MODE #c');
  await back.until(/ 324 ann #c \+ntH 3:30m:members$/);
  expect(await back.history('LATEST #c * 2')).toEqual(['two', 'three']);
  const eve = await enter(running, 'eve', true);
  eve.send('JOIN #c');
  await eve.until(/ 366 /);
  expect(await eve.history('LATEST #c * 2')).toEqual(['two', 'three']);
});
