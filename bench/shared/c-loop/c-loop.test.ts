// The loop is a process of its own (child_process).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { LoadClient as IrcClient } from '../../ircd/load-client.ts';
import { LoadClient as RelayClient } from '../../relay/load-client.ts';
import { WIRES } from '../../relay/wires.ts';
import type { RunningServer } from '../server-process.ts';
import { compileCLoop, LINE_BY_LINE, likeTheFirst, type StartCLoop, writeShapeOf } from './c-loop.ts';

const folder = mkdtempSync(join(tmpdir(), 'bench-c-loop-test-'));
const compiled = compileCLoop(folder);
const missing = typeof compiled === 'string';
const start = compiled as StartCLoop;
const closing: { close(): void }[] = [];
const running: RunningServer[] = [];

afterAll(() => rmSync(folder, { recursive: true, force: true }));

afterEach(async () => {
  for (const client of closing.splice(0)) client.close();
  for (const server of running.splice(0)) await server.stop();
});

/** Waits for as many whole lines as are wanted and answers all that was read. */
function lines(client: IrcClient, wanted: number): Promise<string[]> {
  let text = '';
  return new Promise((resolve) => {
    client.onBytes = (bytes, length) => {
      text += bytes.toString('latin1', 0, length);
      const whole = text.split('\r\n');
      if (whole.length > wanted) resolve(whole.slice(0, -1));
    };
  });
}

test.skipIf(missing)(
  'everybody else of a channel gets each line, as long as it was asked for, and nobody of another',
  async () => {
    const server = await start('irc', { linesAWrite: 2.5, lineBytes: 90 });
    running.push(server);
    const clients: IrcClient[] = [];
    for (const nick of ['alice', 'bob', 'carol', 'dave']) {
      const client = new IrcClient(server.port, nick);
      closing.push(client);
      clients.push(client);
      await client.register();
      await client.join(nick === 'dave' ? '#other' : '#here');
    }
    const [alice, bob, carol, dave] = clients as [IrcClient, IrcClient, IrcClient, IrcClient];
    let strange = 0;
    dave.onBytes = () => {
      strange++;
    };
    const [toAlice, toBob, toCarol] = [lines(alice, 1), lines(bob, 3), lines(carol, 4)];
    for (const text of ['one', 'two', 'three']) alice.say(`PRIVMSG #here :${text}`);
    bob.say('PRIVMSG #here :four');
    const said = /^:(\w+)!~\1@h+ PRIVMSG #here :(\w+)$/;
    const texts = async (got: Promise<string[]>) => (await got).map((line) => said.exec(line)?.[2]);
    expect(await texts(toAlice)).toEqual(['four']);
    expect(await texts(toBob)).toEqual(['one', 'two', 'three']);
    const all = await toCarol;
    expect(all.map((line) => said.exec(line)?.[2]).toSorted()).toEqual(['four', 'one', 'three', 'two']);
    for (const line of all) expect(line.length + 2).toBe(90);
    expect(strange).toBe(0);
  },
);

test.skipIf(missing)('the clients of the relay get what is said in their room', async () => {
  const server = await start('relay', LINE_BY_LINE);
  running.push(server);
  const room = 'r000001';
  const clients = ['c000001', 'c000002'].map(
    (peer) =>
      new RelayClient(WIRES.signalbox, { port: server.port, peer, room, alone: false, payloadBytes: 64 }),
  );
  closing.push(...clients);
  for (const client of clients) await client.enter(room, false);
  const delivered = new Promise<number>((resolve) => {
    clients[1]!.onDelivered = resolve;
  });
  clients[0]!.send(1);
  expect(await delivered).toBe(1);
});

test('where there is no compiler, it is said what brings one', () => {
  expect(compileCLoop(folder, 'no-such-compiler')).toMatch(/no-such-compiler.*apt install/);
});

test('the loop is told how the first server wrote, in each round anew', async () => {
  const told: number[] = [];
  const rates = [8, 0, 4, 0];
  const run = likeTheFirst(async (_scenario, { name }: { name: string }, like) => {
    told.push(like.linesAWrite);
    return name === 'ours' ? { 'lines/write': rates[told.length - 1]!, 'bytes/delivery': 78 } : {};
  });
  for (const name of ['ours', 'loop', 'ours', 'loop']) await run({ id: 'a' }, { name });
  expect([told[1], told[3]]).toEqual([8, 4]);
  expect(writeShapeOf({ 'frames/write': 3 })).toEqual({ linesAWrite: 3, lineBytes: 0 });
  expect(writeShapeOf({ 'lines/write': Number.NaN })).toEqual(LINE_BY_LINE);
});
