/** Services in real processes: linked to the IRC server of their instance, which they start, and asked by it who may log in. */
import { join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { portOf } from '../../contract/listen-place.ts';
import { registry as shipped } from '../../daemons/registry.ts';
import { until } from '../../daemons/runtime/test-fixtures/until.ts';
import { IrcClient } from './test-fixtures/irc-client.ts';
import { Talker } from './test-fixtures/talker.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';

const DAEMONS = resolve(import.meta.dirname, '../../daemons');
const IRCD = '[ircd]\nlisten = [{ host = "127.0.0.1", port = 0 }]\ndns = false\n';
const BY_SERVICES = `${IRCD}[ircd.accounts]\nauthority = "services"\n`;

let host: TestHost | null = null;
let sockets: IrcClient[] = [];

afterEach(async () => {
  for (const { socket } of sockets) socket.destroy();
  sockets = [];
  await host?.close();
  host = null;
});

/** Starts services alone, which start the IRC server. */
async function begin(toml: string): Promise<TestHost> {
  const registry = shipped.filter(({ id }) => ['ircd', 'services', 'accounts'].includes(id));
  const started = await startTestHost(toml, {}, registry, (id) => join(DAEMONS, id, 'main.ts'));
  host = started;
  await started.ask('daemon.start', { id: 'services' });
  await started.reached('running', 'ircd');
  return started;
}

/** Somebody on the server of the instance, who asks its services. */
class Guest extends Talker {
  static async enter(nick: string): Promise<Guest> {
    const port = portOf(host!.snapshot('ircd').listeners[0]);
    return new Guest(await IrcClient.join(port, nick), sockets);
  }

  /** Asks AuthServ again and again for as long as services are on their way; answers its first word. */
  async asks(text: string): Promise<string> {
    for (;;) {
      this.send(`PRIVMSG AuthServ :${text}`);
      const line = await this.until(/ 401 | NOTICE \S+ :/);
      if (line.startsWith(':AuthServ!')) return line;
    }
  }

  /** Resolves when logins are offered. */
  async offeredSasl(): Promise<void> {
    this.send('CAP LS 302');
    let offered = '';
    while (!/ LS :/.test(offered)) offered += await this.until(/ LS (\* )?:/);
    if (!/[ :]sasl=/.test(offered)) await this.until(/ NEW :.*sasl=/);
  }

  async logIn(account: string, password: string): Promise<string> {
    this.send('AUTHENTICATE PLAIN');
    await this.until(/^AUTHENTICATE \+$/);
    this.send(`AUTHENTICATE ${Buffer.from(`\0${account}\0${password}`).toString('base64')}`);
    return await this.until(/ 90[34] /);
  }
}

test('somebody registers with AuthServ, and after both were killed logs in by SASL', async () => {
  const { snapshot, ask } = await begin(BY_SERVICES);
  const ann = await Guest.enter('ann');
  expect(await ann.asks('REGISTER ann correct-horse')).toContain('The account ann is yours.');
  ann.send('WHOIS ann');
  expect(await ann.until(/ 330 | 318 /)).toContain(' 330 ann ann ann :');
  await ann.offeredSasl();
  const both = ['services', 'ircd'].map((id) => ({ id, pid: snapshot(id).pid! }));
  for (const { pid } of both) process.kill(pid, 'SIGKILL');
  await until(() =>
    both.every(({ id, pid }) => snapshot(id).state === 'running' && snapshot(id).pid !== pid),
  );
  const again = await Guest.enter('ann2');
  await again.offeredSasl();
  expect(await again.logIn('ann', 'wrong-horse')).toContain(' 904 ');
  expect(await again.logIn('ann', 'correct-horse')).toContain(' 903 ');
  // The stamp of the account is on its way to services.
  await expect
    .poll(() => ask('command.run', { daemon: 'services', command: 'accounts', args: {} }))
    .toMatchObject({ ok: true, result: { result: { rows: [{ account: 'ann', online: 1 }] } } });
  again.send('REGISTER other * battery-staple');
  expect(await again.until(/ REGISTER /)).toContain('FAIL REGISTER');
});

test('what was registered with the IRC server itself is there when services take over', async () => {
  const { ask, snapshot } = await (async () => {
    const registry = shipped.filter(({ id }) => ['ircd', 'services', 'accounts'].includes(id));
    host = await startTestHost(IRCD, {}, registry, (id) => join(DAEMONS, id, 'main.ts'));
    await host.ask('daemon.start', { id: 'ircd' });
    return host;
  })();
  const ann = await Guest.enter('ann');
  await ann.offeredSasl();
  ann.send('REGISTER * * correct-horse');
  expect(await ann.until(/ REGISTER /)).toContain('REGISTER SUCCESS ann :');
  await ask('daemon.start', { id: 'services' });
  expect(snapshot('services').state).toBe('running');
  const bob = await Guest.enter('bob');
  expect(await bob.asks('AUTH ann correct-horse')).toContain('You are logged in to the account ann.');
  ann.send('WHOIS bob');
  expect(await ann.until(/ 330 | 318 /)).toContain(' 330 ann bob ann :');
});
