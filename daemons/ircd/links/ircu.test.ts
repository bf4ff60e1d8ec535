/**
 * A real server of another make, Undernet's ircu, linked to this one as its leaf and as its hub, and what users of both see.
 * Skipped where it cannot be run: `../shared/p10/ircu-ensure.sh` puts it there.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../runtime/test-fixtures/until.ts';
import { hears, SocketServer } from './socket-fixture.ts';

const ENSURE = resolve(import.meta.dirname, '../../../../shared/p10/ircu-ensure.sh');

/** A package server that does not answer keeps the other tests waiting no longer. */
const MOST_MS = 120_000;

/** The command that starts ircu; null where it cannot be had. */
function ircuCommand(): string | null {
  if (process.platform !== 'linux' || !existsSync(ENSURE)) return null;
  const made = spawnSync('bash', [ENSURE], { encoding: 'utf8', timeout: MOST_MS });
  if (made.status === 0) return made.stdout.trim();
  process.stderr.write(`ircu cannot be run here: ${made.error?.message ?? made.stderr}\n`);
  return null;
}

const command = ircuCommand();
if (command === null) process.stderr.write('Links to ircu are NOT TESTED: it is not there.\n');

const IRCU = 'hub.a.test';

function configuration(ports: { server: number; client: number; ours: number }): string {
  return `
General { name = "${IRCU}"; description = "ircu A"; vhost = "127.0.0.1"; numeric = 1; };
Admin { Location = "x"; Contact = "y@z"; };
Class { name = "Server"; pingfreq = 1 minutes 30 seconds; connectfreq = 5 minutes; maxlinks = 10; sendq = 9000000; };
Class { name = "Local"; pingfreq = 1 minutes 30 seconds; sendq = 160000; maxlinks = 2000; };
Class { name = "Opers"; pingfreq = 1 minutes 30 seconds; sendq = 160000; maxlinks = 100; local = no; };
Client { class = "Local"; ip = "*@*"; maxlinks = 200; };
Operator { local = no; host = "*@*"; password = "$PLAIN$operpw"; name = "oper"; class = "Opers"; };
Connect { name = "sb.test"; host = "127.0.0.1"; password = "linkpw"; class = "Server"; port = ${ports.ours}; hub; autoconnect = no; };
Port { server = yes; port = ${ports.server}; vhost = "127.0.0.1"; };
Port { port = ${ports.client}; vhost = "127.0.0.1"; };
Features { "HUB" = "TRUE"; "NODNS" = "TRUE"; "OPLEVELS" = "FALSE"; "CONFIG_OPERCMDS" = "TRUE"; "IPCHECK" = "FALSE"; "HIS_REMOTE" = "FALSE"; "HIS_SERVERNAME" = "test.undernet.org"; "HIS_WHOIS_SERVERNAME" = "FALSE"; "HIS_BANWHO" = "FALSE"; "HIS_REWRITE" = "FALSE"; "PPATH" = "a.pid"; };
`;
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** A client of ircu. */
class IrcuClient {
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

describe.runIf(command !== null)('linked to ircu', () => {
  let ircu: ChildProcess;
  let folder: string;
  let ours: SocketServer;
  const ports = { server: 0, client: 0, ours: 0 };

  beforeAll(async () => {
    ours = await SocketServer.start('sb.test', 7);
    Object.assign(ports, { server: await freePort(), client: await freePort(), ours: ours.port });
    folder = mkdtempSync(join(tmpdir(), 'signalbox-ircu-'));
    chmodSync(folder, 0o777);
    writeFileSync(join(folder, 'ircd.conf'), configuration(ports));
    const [program, ...words] = command!.split(' ');
    ircu = spawn(program!, [...words, '-n', '-d', folder, '-f', 'ircd.conf'], { stdio: 'ignore' });
    await until(() => existsSync(join(folder, 'a.pid')) || ircu.exitCode !== null);
    expect(ircu.exitCode).toBeNull();
    ours.links.desk.configure([
      {
        ...ours.block(),
        name: IRCU,
        address: { host: '127.0.0.1', port: ports.server },
        hub: ['*.a.test'],
      },
    ]);
  });
  afterEach(async () => {
    if (ours.links.desk.standing > 0) {
      ours.links.desk.squit(IRCU, ours.irc.server.state.me, 'next test');
      await until(() => ours.links.desk.standing === 0);
    }
    for (const client of [...ours.irc.server.state.localClients]) ours.irc.server.exit(client, 'test over');
  });
  afterAll(async () => {
    await ours.close();
    const gone = new Promise((done) => ircu.once('exit', done));
    ircu.kill('SIGKILL');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  });

  const linked = () => until(() => ours.row(IRCU)?.state === 'linked');
  const called = async () => {
    ours.links.desk.connect(IRCU);
    await linked();
  };

  it('tells and is told who is there, and carries what users say and do, until a split and after it', async () => {
    const alice = await IrcuClient.join(ports.client, 'alice');
    alice.send('JOIN #both');
    await alice.hears(' 366 ');
    const bob = ours.irc.join('bob', '', '198.51.100.7');
    bob.send('JOIN #both', 'MODE #both +l 9', 'JOIN #ours');
    await called();
    expect(ours.row(IRCU)).toMatchObject({
      kind: 'ircu',
      numeric: 1,
      users: 1,
      direction: 'out',
      reason: null,
    });
    expect(bob.send('WHOIS alice').join('\n')).toContain(` 312 bob alice ${IRCU} :ircu A`);
    await alice.hears('bob!~bob@198.51.100.7 JOIN #both');
    bob.send('PRIVMSG alice :hi you', 'NICK bobby', 'PRIVMSG #both :all');
    await alice.hears('PRIVMSG alice :hi you');
    await alice.hears('bob!~bob@198.51.100.7 NICK :bobby');
    await alice.hears('bobby!~bob@198.51.100.7 PRIVMSG #both :all');
    // Of a channel of the same second bob is an operator already.
    alice.send('MODE #both +ov bobby bobby');
    await hears(bob, 'alice!~alice@127.0.0.1 MODE #both +');
    bob.send('TOPIC #both :of both', 'MODE #both +v alice');
    await alice.hears('TOPIC #both :of both');
    await alice.hears('MODE #both +v alice');
    alice.send('KICK #both bobby :out');
    await hears(bob, 'KICK #both bobby :out');

    ours.links.desk.squit(IRCU, ours.irc.server.state.me, 'split');
    await until(() => ours.links.desk.standing === 0);
    expect(ours.irc.server.state.findUser('alice')).toBeUndefined();
    await called();
    expect(ours.irc.server.state.findUser('alice')?.server.name).toBe(IRCU);
    alice.close();
    await until(() => ours.irc.server.state.findUser('alice') === undefined);
  });

  it('is called by it as well', async () => {
    const oper = await IrcuClient.join(ports.client, 'boss');
    oper.send('OPER oper operpw', 'CONNECT sb.test');
    await linked();
    expect(ours.row(IRCU)).toMatchObject({ direction: 'in', users: 1 });
    oper.send('SQUIT sb.test :enough');
    await until(() => ours.row(IRCU)?.state === 'failed');
    expect(ours.row(IRCU)?.reason).toBe('enough');
    oper.close();
  });
});
