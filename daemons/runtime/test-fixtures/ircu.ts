/** For tests: a real server of another make, Undernet's ircu. `../shared/p10/ircu-ensure.sh` puts it there, where it can be run. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { until } from './until.ts';

const ENSURE = resolve(import.meta.dirname, '../../../../shared/p10/ircu-ensure.sh');

/** Where transcripts of real servers lie, beside this project. */
export const TRANSCRIPTS = dirname(ENSURE);

/** Its name. */
export const IRCU = 'hub.a.test';

/** Whom it lets link, with the password `linkpw`. */
export interface IrcuNeighbours {
  /** Services, which may change everything. */
  readonly services: string;
  /** The port of `sb.test`, a hub that its operators may call; none where it knows none. */
  readonly hubPort?: number;
}

/** A package server that does not answer keeps the other tests waiting no longer. */
const MOST_MS = 120_000;

/** The command that starts ircu; null where it cannot be had, which is said. */
export function ircuCommand(untested: string): string | null {
  if (process.platform === 'linux' && existsSync(ENSURE)) {
    const made = spawnSync('bash', [ENSURE], { encoding: 'utf8', timeout: MOST_MS });
    if (made.status === 0) return made.stdout.trim();
    process.stderr.write(`ircu cannot be run here: ${made.error?.message ?? made.stderr}\n`);
  }
  process.stderr.write(`${untested} NOT TESTED: ircu is not there.\n`);
  return null;
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** Its configuration: an operator `oper`, and blocks for its neighbours. */
function configuration(
  { serverPort, clientPort }: { readonly serverPort: number; readonly clientPort: number },
  { services, hubPort }: IrcuNeighbours,
): string {
  const connect = (name: string, more = '') =>
    `Connect { name = "${name}"; host = "127.0.0.1"; password = "linkpw"; class = "Server";${more} hub; autoconnect = no; };`;
  return `
General { name = "${IRCU}"; description = "ircu A"; vhost = "127.0.0.1"; numeric = 1; };
Admin { Location = "x"; Contact = "y@z"; };
Class { name = "Server"; pingfreq = 1 minutes 30 seconds; connectfreq = 5 minutes; maxlinks = 10; sendq = 9000000; };
Class { name = "Local"; pingfreq = 1 minutes 30 seconds; sendq = 160000; maxlinks = 2000; };
Class { name = "Opers"; pingfreq = 1 minutes 30 seconds; sendq = 160000; maxlinks = 100; local = no; };
Client { class = "Local"; ip = "*@*"; maxlinks = 200; };
Operator { local = no; host = "*@*"; password = "$PLAIN$operpw"; name = "oper"; class = "Opers"; };
${hubPort === undefined ? '' : connect('sb.test', ` port = ${hubPort};`)}
${connect(services)}
UWorld { name = "${services}"; };
Port { server = yes; port = ${serverPort}; vhost = "127.0.0.1"; };
Port { port = ${clientPort}; vhost = "127.0.0.1"; };
Features { "HUB" = "TRUE"; "NODNS" = "TRUE"; "OPLEVELS" = "FALSE"; "CONFIG_OPERCMDS" = "TRUE"; "IPCHECK" = "FALSE"; "HIS_REMOTE" = "FALSE"; "HIS_SERVERNAME" = "test.undernet.org"; "HIS_WHOIS_SERVERNAME" = "FALSE"; "HIS_BANWHO" = "FALSE"; "HIS_REWRITE" = "FALSE"; "PPATH" = "a.pid"; };
`;
}

/** A hub of ircu. */
export class Ircu {
  readonly serverPort: number;
  readonly clientPort: number;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(process: ChildProcess, folder: string, serverPort: number, clientPort: number) {
    this.#process = process;
    this.#folder = folder;
    this.serverPort = serverPort;
    this.clientPort = clientPort;
  }

  static async start(command: string, neighbours: IrcuNeighbours): Promise<Ircu> {
    const [serverPort, clientPort] = [await freePort(), await freePort()];
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-ircu-'));
    chmodSync(folder, 0o777);
    writeFileSync(join(folder, 'ircd.conf'), configuration({ serverPort, clientPort }, neighbours));
    const [program, ...words] = command.split(' ');
    const child = spawn(program!, [...words, '-n', '-d', folder, '-f', 'ircd.conf'], { stdio: 'ignore' });
    await until(() => existsSync(join(folder, 'a.pid')) || child.exitCode !== null);
    if (child.exitCode !== null) throw new Error(`ircu ended with status ${child.exitCode}`);
    return new Ircu(child, folder, serverPort, clientPort);
  }

  async close(): Promise<void> {
    const gone = new Promise((done) => this.#process.once('exit', done));
    this.#process.kill('SIGKILL');
    await gone;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A client of ircu. */
export class IrcuClient {
  readonly lines: string[] = [];
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    let rest = '';
    socket.setEncoding('utf8');
    // A server that is killed resets them; what they have not heard then says so.
    socket.on('error', () => {});
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

  /** Asks until the answer, which ends with a line that fits `end`, has a text: what is asked about may be on its way there yet. */
  async asksUntil(question: string, end: RegExp, text: string): Promise<void> {
    let answer: string[] = [];
    do {
      this.send(question);
      await until(() => this.lines.some((line) => end.test(line)));
      answer = this.lines.splice(0, this.lines.findIndex((line) => end.test(line)) + 1);
    } while (!answer.some((line) => line.includes(text)));
  }

  close(): void {
    this.#socket.destroy();
  }
}
