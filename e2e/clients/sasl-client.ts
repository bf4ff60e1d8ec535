/** A client of IRC on a bare socket that logs in by SASL, whichever mechanism: what irc-framework cannot, such as SCRAM, goes here. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { connect as connectTls } from 'node:tls';
import type { TcpListenerInfo } from '../../contract/link/endpoint.ts';

/** A certificate and its key, as PEM. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

export class SaslClient {
  readonly nick: string;
  /** Lines from the server, oldest first. */
  readonly lines: string[] = [];
  readonly #socket: Socket;
  #read = 0;
  #wake: () => void = () => {};

  private constructor(socket: Socket, nick: string) {
    this.#socket = socket;
    this.nick = nick;
    createInterface({ input: socket }).on('line', (line) => {
      if (line.startsWith('PING ')) this.send(line.replace('PING', 'PONG'));
      this.lines.push(line);
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => this.#wake());
  }

  /** Connects and asks for SASL, but registers only in {@link register}. @param certificate shown over TLS */
  static async connect(
    { host, port }: TcpListenerInfo,
    nick: string,
    certificate?: ClientCertificate,
  ): Promise<SaslClient> {
    const socket =
      certificate === undefined
        ? connectTcp(port, host)
        : connectTls({ host, port, rejectUnauthorized: false, ...certificate });
    await once(socket, certificate === undefined ? 'connect' : 'secureConnect');
    const client = new SaslClient(socket, nick);
    client.send('CAP LS 302', `NICK ${nick}`, `USER ${nick} 0 * :${nick}`);
    // Services that have only just been started may not be linked yet: it is told when they are.
    await client.hears(/ CAP \S+ (LS|NEW) (\* )?:(.* )?sasl/);
    client.send('CAP REQ sasl');
    await client.hears(/ CAP \S+ ACK /);
    return client;
  }

  /** Connects by way of a gateway, whose line comes first. Registers in {@link register}. */
  static async from({ host, port }: TcpListenerInfo, nick: string, gateway: string): Promise<SaslClient> {
    const socket = connectTcp(port, host);
    await once(socket, 'connect');
    const client = new SaslClient(socket, nick);
    client.send(gateway, 'CAP LS 302', `NICK ${nick}`, `USER ${nick} 0 * :${nick}`);
    return client;
  }

  send(...lines: string[]): void {
    for (const line of lines) this.#socket.write(`${line}\r\n`);
  }

  /** The next line that fits, of those that were not looked at yet. */
  async hears(pattern: RegExp): Promise<string> {
    for (;;) {
      while (this.#read < this.lines.length) {
        const line = this.lines[this.#read++]!;
        if (pattern.test(line)) return line;
      }
      if (this.#socket.destroyed)
        throw new Error(`${this.nick} heard no ${pattern}: ${this.lines.join('\n')}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The numeric that ends the attempt: 903 for a success, 904 for a refusal, 902 for an account that is suspended. */
  async plain(account: string, password: string): Promise<string> {
    await this.#begin('PLAIN');
    return await this.#finish(`\0${account}\0${password}`);
  }

  async external(): Promise<string> {
    await this.#begin('EXTERNAL');
    return await this.#finish('');
  }

  /** RFC 7677, without channel binding; the server proves that it knows the password too. */
  async scram(account: string, password: string): Promise<string> {
    await this.#begin('SCRAM-SHA-256');
    const bare = `n=${account},r=${randomBytes(12).toString('hex')}`;
    this.#message(`n,,${bare}`);
    const first = await this.#challenge();
    const [, nonce = '', salt = '', rounds = ''] = /^r=(.*),s=(.*),i=(\d+)$/.exec(first) ?? [];
    const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(rounds), 32, 'sha256');
    const mac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
    const clientKey = mac(salted, 'Client Key');
    const last = `c=${Buffer.from('n,,').toString('base64')},r=${nonce}`;
    const signed = `${bare},${first},${last}`;
    const signature = mac(createHash('sha256').update(clientKey).digest(), signed);
    const proof = Buffer.from(clientKey.map((byte, at) => byte ^ signature[at]!)).toString('base64');
    this.#message(`${last},p=${proof}`);
    const answer = await this.hears(/^AUTHENTICATE | 904 /);
    if (/ 904 /.test(answer)) return '904';
    const verifier = `v=${mac(mac(salted, 'Server Key'), signed).toString('base64')}`;
    if (decoded(answer) !== verifier) throw new Error('the server does not know the password');
    return await this.#finish('');
  }

  /** Registers, and resolves when the server has welcomed the client. */
  async register(): Promise<void> {
    this.send('CAP END');
    await this.hears(/ 001 /);
  }

  quit(): void {
    this.#socket.end('QUIT\r\n');
  }

  async #begin(mechanism: string): Promise<void> {
    this.send(`AUTHENTICATE ${mechanism}`);
    await this.hears(/^AUTHENTICATE \+/);
  }

  #message(text: string): void {
    this.send(`AUTHENTICATE ${text === '' ? '+' : Buffer.from(text).toString('base64')}`);
  }

  async #challenge(): Promise<string> {
    return decoded(await this.hears(/^AUTHENTICATE /));
  }

  async #finish(text: string): Promise<string> {
    this.#message(text);
    const [, numeric = ''] = / (90[234]) /.exec(await this.hears(/ 90[234] /)) ?? [];
    return numeric;
  }
}

function decoded(line: string): string {
  return Buffer.from(line.slice('AUTHENTICATE '.length), 'base64').toString();
}
