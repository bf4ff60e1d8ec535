/** For tests: the whole of Signalbox without a window, as an operator starts it, and clients of its IRC server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { vi } from 'vitest';
import type { Outcome } from '../../contract/errors.ts';

const PROGRAM = resolve(import.meta.dirname, '../../main/headless/test-fixtures/serve-patient.ts');
const WEBHOOK_SECRET = 'hush';
const CONFIG = `
[ircd]
listen = [{ host = "127.0.0.1", port = 0 }, { host = "127.0.0.1", port = 0, tls = true }]
dns = false
[ircd.accounts]
authority = "services"
[services.webhook]
listen = [{ host = "127.0.0.1", port = 0 }]
secret = "${WEBHOOK_SECRET}"
`;

interface Listener {
  readonly host: string;
  readonly port: number;
  readonly protocol: string;
  readonly tls?: boolean;
}

/** An admin event of Keycloak, as its extension sends it. */
export interface AdminEvent {
  readonly resourceType: string;
  readonly operationType: string;
  readonly resourcePath: string;
  readonly representation?: object;
}

export class TestSignalbox {
  readonly #child: ChildProcess;
  readonly #dataDir: string;
  readonly #url: string;
  readonly #token: string;
  readonly #clients: TestClient[] = [];

  private constructor(child: ChildProcess, dataDir: string, url: string, token: string) {
    this.#child = child;
    this.#dataDir = dataDir;
    this.#url = url;
    this.#token = token;
  }

  /** Starts it, and in it services, which start the IRC server. @param toml what is configured beside listeners and the webhook */
  static async start(toml: string): Promise<TestSignalbox> {
    const dataDir = mkdtempSync(join(tmpdir(), 'signalbox-whole-'));
    const config = join(dataDir, 'signalbox.toml');
    writeFileSync(config, CONFIG + toml);
    const argv = [PROGRAM, '--headless', '--port', '0', '--json', '--data', dataDir, '--config', config];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`Signalbox ended with ${code} before it was ready`);
    });
    const first = once(createInterface({ input: child.stdout! }), 'line');
    const [line] = (await Promise.race([first, ended])) as [string];
    ended.catch(() => {});
    const { url, token } = JSON.parse(line) as { url: string; token: string };
    const started = new TestSignalbox(child, dataDir, url, token);
    try {
      await started.ask('daemon.start', { id: 'services' });
    } catch (error) {
      await started.close();
      throw error;
    }
    return started;
  }

  /** A request of the control API; what it answers. Throws where it was refused. */
  async ask<Result = unknown>(name: string, args: object): Promise<Result> {
    const answer = await fetch(`${this.#url}api/${name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      body: JSON.stringify(args),
    });
    const outcome = (await answer.json()) as Outcome<Result>;
    if (!outcome.ok) throw new Error(`${name}: ${outcome.error.message}`);
    return outcome.result;
  }

  /** Runs a command of a daemon, which may disturb users. */
  async run<Result = unknown>(daemon: string, command: string, args: object = {}): Promise<Result> {
    const asked = { daemon, command, args, confirmed: true };
    return (await this.ask<{ result: Result }>('command.run', asked)).result;
  }

  /** Says what was done in Keycloak; resolves when services have taken it up. */
  async tell({ representation, ...event }: AdminEvent): Promise<void> {
    const { host, port } = await this.#listener('services', 'http');
    const told = representation === undefined ? {} : { representation: JSON.stringify(representation) };
    const { status } = await fetch(`http://${host}:${port}/keycloak-webhook`, {
      method: 'POST',
      headers: { 'X-Webhook-Secret': WEBHOOK_SECRET, 'content-type': 'application/json' },
      body: JSON.stringify({ id: randomUUID(), time: Date.now(), ...event, ...told }),
    });
    if (status !== 204) throw new Error(`the webhook answers ${status}`);
  }

  /** A client that has asked for SASL and is not registered yet; it waits until logins are offered. */
  async connect(nick: string): Promise<TestClient> {
    const { host, port } = await this.#listener('ircd', 'irc');
    const socket = connect(port, host);
    await once(socket, 'connect');
    const client = new TestClient(socket);
    this.#clients.push(client);
    client.send('CAP LS 302', `NICK ${nick}`, `USER ${nick} 0 * :${nick}`);
    let offered = '';
    while (!/ LS :/.test(offered)) offered += await client.hears(/ CAP \S+ LS (\* )?:/);
    if (!/[ :]sasl=/.test(offered)) await client.offeredSasl();
    client.send('CAP REQ :sasl account-notify');
    await client.hears(/ CAP \S+ ACK /);
    return client;
  }

  /** The same, registered. */
  async enter(nick: string): Promise<TestClient> {
    const client = await this.connect(nick);
    client.send('CAP END');
    await client.hears(/ 001 /);
    return client;
  }

  /** Where the IRC server listens. */
  async ircPort(tls = false): Promise<number> {
    return (await this.#listener('ircd', 'irc', tls)).port;
  }

  /** A file with the certificate that the IRC server has made for itself, and its key. */
  certificateFile(): string {
    const parts = ['crt', 'key'].map((end) =>
      readFileSync(join(this.#dataDir, 'ircd', `ircd-self-signed.${end}`), 'utf8'),
    );
    const file = join(this.#dataDir, 'certificate.pem');
    writeFileSync(file, parts.join(''), { mode: 0o600 });
    return file;
  }

  /** Ends it with all that it has started. */
  async close(): Promise<void> {
    for (const { socket } of this.#clients) socket.destroy();
    if (this.#child.exitCode === null) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await gone;
    }
    rmSync(this.#dataDir, { recursive: true, force: true });
  }

  /** Services run before the IRC server does that they have started. */
  async #listener(id: string, protocol: string, tls = false): Promise<Listener> {
    return await vi.waitFor(async () => {
      const { daemons } = await this.ask<{ daemons: { id: string; listeners: Listener[] }[] }>('status', {});
      const listeners = daemons.find((daemon) => daemon.id === id)?.listeners;
      const found = listeners?.find((one) => one.protocol === protocol && (one.tls === true) === tls);
      if (found === undefined) throw new Error(`${id} listens for no ${protocol}`);
      return found;
    });
  }
}

/** A client whose lines are taken one after the other. */
export class TestClient {
  readonly socket: Socket;
  readonly #lines: string[] = [];
  #wake = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    createInterface({ input: socket }).on('line', (line) => {
      if (line.startsWith('PING ')) this.send(line.replace('PING', 'PONG'));
      this.#lines.push(line);
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => this.#wake());
  }

  send(...lines: string[]): void {
    for (const line of lines) this.socket.write(`${line}\r\n`);
  }

  /** The next line that fits, past all before it. */
  async hears(pattern: RegExp): Promise<string> {
    for (;;) {
      for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift())
        if (pattern.test(line)) return line;
      if (this.socket.destroyed) throw new Error(`the connection ended before ${pattern}`);
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }

  /** Resolves when logins are offered, which they were not. */
  async offeredSasl(): Promise<void> {
    await this.hears(/ CAP \S+ NEW :.*sasl=/);
  }

  /** Logs in by SASL PLAIN; the numeric that ends it. */
  async plain(account: string, password: string): Promise<string> {
    this.send('AUTHENTICATE PLAIN');
    await this.hears(/^AUTHENTICATE \+/);
    this.send(`AUTHENTICATE ${Buffer.from(`\0${account}\0${password}`).toString('base64')}`);
    return / (90[234]) /.exec(await this.hears(/ 90[234] /))![1]!;
  }

  /** Asks a bot of services; the first line of its answer. */
  async asks(bot: string, text: string): Promise<string> {
    this.send(`PRIVMSG ${bot}@services.signalbox.local :${text}`);
    return /NOTICE \S+ :(.*)$/.exec(await this.hears(new RegExp(`^:${bot}!\\S+ NOTICE `)))![1]!;
  }
}
