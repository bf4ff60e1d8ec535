/** Accounts in real processes: the IRC server and the keeper of its accounts, and what is left when that is killed. */
import { readFileSync, statSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { portOf } from '../../contract/listen-place.ts';
import { registry as shipped } from '../../daemons/registry.ts';
import { IrcClient } from './test-fixtures/irc-client.ts';
import { Talker } from './test-fixtures/talker.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';

const DAEMONS = resolve(import.meta.dirname, '../../daemons');
const TOML = '[ircd]\nlisten = [{ host = "127.0.0.1", port = 0 }]\ndns = false\n';

let host: TestHost | null = null;
let sockets: IrcClient[] = [];

afterEach(async () => {
  for (const { socket } of sockets) socket.destroy();
  sockets = [];
  await host?.close();
  host = null;
});

async function begin(toml = TOML): Promise<{ host: TestHost; port: number }> {
  const registry = shipped.filter(({ id }) => id === 'ircd' || id === 'accounts');
  const started = await startTestHost(toml, {}, registry, (id) => join(DAEMONS, id, 'main.ts'));
  host = started;
  await started.ask('daemon.start', { id: 'ircd' });
  return { host: started, port: portOf(started.snapshot('ircd').listeners[0]) };
}

/** A client that knows of capabilities that come and go, once accounts can be logged in to. */
async function enter(port: number, nick: string): Promise<Talker> {
  const talker = new Talker(await IrcClient.join(port, nick), sockets);
  talker.send('CAP LS 302');
  let offered = '';
  while (!/ LS :/.test(offered)) offered += await talker.until(/ LS (\* )?:/);
  if (!/[ :]sasl=/.test(offered)) await talker.until(/ NEW :.*sasl=/);
  return talker;
}

const plain = (account: string, password: string) =>
  Buffer.from(`\0${account}\0${password}`).toString('base64');

async function logIn(client: Talker, account: string, password: string): Promise<string> {
  client.send('AUTHENTICATE PLAIN');
  await client.until(/^AUTHENTICATE \+$/);
  client.send(`AUTHENTICATE ${plain(account, password)}`);
  return await client.until(/ 90[34] /);
}

test('an account that was registered is there after the keeper of accounts was killed, and clients are told of both', async () => {
  const { host, port } = await begin();
  const ann = await enter(port, 'ann');
  ann.send('REGISTER * * correct-horse');
  expect(await ann.until(/ REGISTER /)).toContain('REGISTER SUCCESS ann :');
  expect(await ann.until(/ 900 /)).toContain('You are now logged in as ann');
  const before = host.snapshot('accounts').pid;
  process.kill(before!, 'SIGKILL');
  expect(await ann.until(/ DEL :/)).toContain('sasl');
  expect(await ann.until(/ NEW :/)).toContain('sasl=PLAIN,EXTERNAL,SCRAM-SHA-256');
  expect(host.snapshot('accounts').pid).not.toBe(before);
  const bob = await enter(port, 'bob');
  expect(await logIn(bob, 'ann', 'wrong-horse')).toContain(' 904 ');
  expect(await logIn(bob, 'ann', 'correct-horse')).toContain(' 903 ');
  ann.send('WHOIS bob');
  expect(await ann.until(/ 330 /)).toContain(' 330 ann bob ann :');
});

test('what was answered is there however often the keeper of accounts is killed in between, and no password is written', async () => {
  const { host, port } = await begin();
  const registered: string[] = [];
  const password = 'correct-horse-battery';
  let killed = 0;
  for (let round = 0; round < 2; round++) {
    const writers = await Promise.all(Array.from({ length: 4 }, (_, i) => enter(port, `w${round}x${i}`)));
    const { pid } = host.snapshot('accounts');
    const answers = writers.map(async (writer, i) => {
      writer.send(`REGISTER * * ${password}`);
      const answer = await writer.until(/ (REGISTER SUCCESS|FAIL REGISTER) /);
      if (answer.includes(' SUCCESS ')) registered.push(`w${round}x${i}`);
      // Whoever is answered first has the process killed while it works for the others.
      if (killed === round) {
        killed++;
        process.kill(pid!, 'SIGKILL');
      }
    });
    await Promise.all(answers);
  }
  await enter(port, 'asker');
  const shown = async (command: string, args: object) => {
    const outcome = await host.ask('command.run', { daemon: 'ircd', command, args, confirmed: true });
    if (!outcome.ok) throw new Error(outcome.error.message);
    return (outcome.result as { result: Record<string, unknown> }).result;
  };
  // It may have been killed a moment ago.
  await expect.poll(() => shown('accounts', {}).then(Boolean, () => false)).toBe(true);
  const { rows } = (await shown('accounts', {})) as { rows: { account: string }[] };
  const there = rows.map(({ account }) => account);
  for (const account of registered) expect(there).toContain(account);
  expect(registered.length).toBeGreaterThan(0);
  const { password: fresh } = await shown('reset-password', { account: registered[0]! });
  for (const { parentPath, name } of await readdir(host.dataDir, { recursive: true, withFileTypes: true })) {
    const file = join(parentPath, name);
    if (!statSync(file).isFile()) continue;
    const text = readFileSync(file).toString('latin1');
    for (const secret of [password, String(fresh), Buffer.from(password).toString('base64')])
      expect(text.includes(secret), file).toBe(false);
  }
});

test('what an account says of itself is there after the IRC server was killed, and what a client without one said is not', async () => {
  const { host, port } = await begin();
  const comes = async (at: number, nick: string) => {
    const client = await enter(at, nick);
    client.send('CAP REQ :sasl batch draft/metadata-3');
    await client.until(/ ACK :/);
    return client;
  };
  const ann = await comes(port, 'ann');
  const bob = await comes(port, 'bob');
  bob.send('METADATA * SET url :of bob');
  await bob.until(/ 761 bob bob url /);
  ann.send('REGISTER * * correct-horse');
  await ann.until(/ 900 /);
  ann.send('METADATA * SET url :https://ann.example');
  await ann.until(/ 761 ann ann url \* :https:\/\/ann\.example/);
  // It was answered: that is all that is waited for.
  const { pid } = host.snapshot('ircd');
  process.kill(pid!, 'SIGKILL');
  const started = () => {
    const { state, pid: now, listeners } = host.snapshot('ircd');
    return state === 'running' && now !== pid && listeners.length > 0;
  };
  await expect.poll(started).toBe(true);
  const at = portOf(host.snapshot('ircd').listeners[0]);
  const back = await comes(at, 'back');
  expect(await logIn(back, 'ann', 'correct-horse')).toContain(' 903 ');
  back.send('METADATA * GET url');
  expect(await back.until(/ 76[16] back back url/)).toContain('https://ann.example');
  const other = await comes(at, 'bob');
  other.send('METADATA * GET url');
  expect(await other.until(/ 76[16] bob bob url/)).toContain(' 766 ');
});

test('the keeper of accounts runs where the configuration asks for it, and a reload that asks for it starts it', async () => {
  const { host, port } = await begin(`${TOML}[ircd.accounts]\nauthority = "none"\n`);
  expect(host.snapshot('accounts').state).toBe('stopped');
  const client = new Talker(await IrcClient.join(port, 'ann'), sockets);
  client.send('CAP LS 302');
  expect(await client.until(/ LS :/)).not.toContain('sasl');
  await writeFile(host.configFile, TOML);
  expect(await host.ask('config.reload')).toMatchObject({ ok: true });
  expect(await client.until(/ NEW :/)).toContain('account-notify account-tag');
  expect(await client.until(/ NEW :/)).toContain('sasl=');
  expect(host.snapshot('accounts').state).toBe('running');
  await writeFile(host.configFile, `${TOML}[ircd.accounts]\nauthority = "services"\n`);
  await host.ask('config.reload');
  expect(await client.until(/ DEL :/)).toContain('sasl');
  client.send('AUTHENTICATE PLAIN');
  expect(await client.until(/ 904 /)).toContain('accounts cannot be asked now');
});
