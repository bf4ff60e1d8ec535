/** For tests: Undernet's ircu as a process, its clients, other servers that are only lines, and what goes over a link to it. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { vi } from 'vitest';
import { until } from '../../runtime/test-fixtures/until.ts';
import { Link } from './link.ts';

const ENSURE = resolve(import.meta.dirname, '../../../../shared/p10/ircu-ensure.sh');

/** A package server that does not answer keeps the other tests waiting no longer. */
const MOST_MS = 120_000;

/** The command that starts ircu; null where it cannot be had. */
export function ircuCommand(): string | null {
  if (process.platform !== 'linux' || !existsSync(ENSURE)) return null;
  const made = spawnSync('bash', [ENSURE], { encoding: 'utf8', timeout: MOST_MS });
  if (made.status === 0) return made.stdout.trim();
  process.stderr.write(`ircu cannot be run here: ${made.error?.message ?? made.stderr}\n`);
  return null;
}

/** Its name. */
export const IRCU = 'hub.a.test';

/** Services that both ircu and our server know. */
export const SERVICES = 'services.test';

/** Its configuration: an operator `oper`, a block for our server and one for services. */
export function configuration(ports: { server: number; client: number; ours: number }): string {
  return `
General { name = "${IRCU}"; description = "ircu A"; vhost = "127.0.0.1"; numeric = 1; };
Admin { Location = "x"; Contact = "y@z"; };
Class { name = "Server"; pingfreq = 1 minutes 30 seconds; connectfreq = 5 minutes; maxlinks = 10; sendq = 9000000; };
Class { name = "Local"; pingfreq = 1 minutes 30 seconds; sendq = 160000; maxlinks = 2000; };
Class { name = "Opers"; pingfreq = 1 minutes 30 seconds; sendq = 160000; maxlinks = 100; local = no; };
Client { class = "Local"; ip = "*@*"; maxlinks = 200; };
Operator { local = no; host = "*@*"; password = "$PLAIN$operpw"; name = "oper"; class = "Opers"; };
Connect { name = "sb.test"; host = "127.0.0.1"; password = "linkpw"; class = "Server"; port = ${ports.ours}; hub; autoconnect = no; };
Connect { name = "${SERVICES}"; host = "127.0.0.1"; password = "linkpw"; class = "Server"; hub; autoconnect = no; };
UWorld { name = "${SERVICES}"; };
Port { server = yes; port = ${ports.server}; vhost = "127.0.0.1"; };
Port { port = ${ports.client}; vhost = "127.0.0.1"; };
Features { "HUB" = "TRUE"; "NODNS" = "TRUE"; "OPLEVELS" = "FALSE"; "CONFIG_OPERCMDS" = "TRUE"; "IPCHECK" = "FALSE"; "HIS_REMOTE" = "FALSE"; "HIS_SERVERNAME" = "test.undernet.org"; "HIS_WHOIS_SERVERNAME" = "FALSE"; "HIS_BANWHO" = "FALSE"; "HIS_REWRITE" = "FALSE"; "PPATH" = "a.pid"; };
`;
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** A client of ircu. */
export class IrcuClient {
  readonly lines: string[] = [];
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    let rest = '';
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      const lines = (rest + text).split('\r\n');
      rest = lines.pop()!;
      for (const line of lines) {
        if (line.startsWith('PING')) this.send(line.replace('PING', 'PONG'));
        else this.lines.push(line);
      }
    });
  }

  static async join(port: number, nick: string): Promise<IrcuClient> {
    const client = new IrcuClient(connect(port, '127.0.0.1'));
    client.send(`NICK ${nick}`, `USER ${nick} 0 * :Real ${nick}`);
    await client.hears(' 001 ');
    return client;
  }

  send(...lines: string[]): void {
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(''));
  }

  /** Waits for a line with a text, and answers it; it and what came before are read then. */
  async hears(text: string): Promise<string> {
    await until(() => this.lines.some((line) => line.includes(text)));
    const at = this.lines.findIndex((line) => line.includes(text));
    return this.lines.splice(0, at + 1).at(-1)!;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Services, or any server, that say and hear only what a test has them say. */
export class RawServer {
  readonly lines: string[] = [];
  readonly #socket: Socket;

  private constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    let rest = '';
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text: string) => {
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop()!;
      for (const line of lines) {
        const [source, token] = line.split(' ');
        if (token === 'G') this.say(`AF Z AF ${line.slice(`${source} G `.length)}`);
        this.lines.push(line);
      }
    });
  }

  /** Links {@link SERVICES}, with the numeric `AF`, to whoever listens there, and says `burst` first. */
  static async link(port: number, ...burst: string[]): Promise<RawServer> {
    const server = new RawServer(port);
    const seconds = Math.floor(Date.now() / 1000);
    server.say(
      'PASS :linkpw',
      `SERVER ${SERVICES} 1 ${seconds} ${seconds} J10 AF]]] +s6 :Services of the tests`,
    );
    await server.hears(/^SERVER /);
    server.say(...burst, 'AF EB');
    await server.hears(/^\S+ EB/);
    server.say('AF EA');
    await server.hears(/^\S+ EA/);
    return server;
  }

  say(...lines: string[]): void {
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(''), 'latin1');
  }

  async hears(pattern: RegExp): Promise<string> {
    await until(() => this.lines.some((line) => pattern.test(line)));
    return this.lines.find((line) => pattern.test(line))!;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Which tokens went over the link to ircu. */
export interface TokensSeen {
  readonly in: Set<string>;
  readonly out: Set<string>;
}

/** Writes down the tokens of all lines of links to ircu from here on. */
export function watchTokens(): TokensSeen {
  const seen: TokensSeen = { in: new Set(), out: new Set() };
  const { take, send } = Link.prototype;
  vi.spyOn(Link.prototype, 'take').mockImplementation(function (this: Link, line: string) {
    if (line.startsWith('SERVER ') || this.peerName === IRCU) seen.in.add(tokenOf(line));
    take.call(this, line);
  });
  vi.spyOn(Link.prototype, 'send').mockImplementation(function (this: Link, line: string) {
    if (this.peerName === IRCU) seen.out.add(tokenOf(line));
    send.call(this, line);
  });
  return seen;
}

function tokenOf(line: string): string {
  const [first = '', second = ''] = line.split(' ');
  return first === 'PASS' || first === 'SERVER' ? first : second;
}

/** Every token that stands in the transcripts of two real ircus and of services, beside this project. */
export function transcriptTokens(): ReadonlySet<string> {
  const tokens = new Set<string>();
  const folder = dirname(ENSURE);
  for (const name of readdirSync(folder).filter((file) => file.startsWith('transcript-')))
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
      const said =
        /^ +[\d.]+ [AB]>[AB] (?!\*)(.*)$/.exec(line) ?? /^# services\.test sends: (.*)$/.exec(line);
      if (said !== null) tokens.add(tokenOf(said[1]!));
    }
  return tokens;
}
