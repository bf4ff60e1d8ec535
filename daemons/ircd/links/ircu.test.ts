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
import { OPER_FLAGS } from '../config.ts';
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

  /** An operator of ircu. */
  const oper = async (nick: string) => {
    const client = await IrcuClient.join(ports.client, nick);
    client.send('OPER oper operpw');
    await client.hears(' 381 ');
    return client;
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

  it('asks it and answers it, in the words of each', async () => {
    const amy = await oper('amy');
    const bob = ours.irc.join('bob', '', '198.51.100.7');
    // Its LINKS and TRACE are for operators.
    ours.irc.promote(bob, OPER_FLAGS);
    await called();
    await amy.hears('acknowledged end of net.burst');

    for (const [line, ...answers] of [
      [`VERSION ${IRCU}`, ' 351 bob u2.10.12'],
      [`TIME *.a.test`, ` 391 bob ${IRCU} `],
      ['ADMIN amy', ' 256 bob :Administrative info', ' 259 bob :y@z'],
      [`MOTD ${IRCU}`, ' 422 bob :MOTD File is missing'],
      [`STATS u ${IRCU}`, ' 242 bob :Server Up', ' 219 bob u :'],
      [`LUSERS * ${IRCU}`, ' 251 bob :There are ', 'NOTICE bob :Highest connection count'],
      [`LINKS ${IRCU} *`, ` 364 bob sb.test ${IRCU} :1 P10`, ' 365 bob * :'],
      [`TRACE ${IRCU}`, ` 200 bob Link `, ' 204 bob Oper Opers amy', ' 262 bob '],
      [`INFO ${IRCU}`, ' 371 bob :', ' 374 bob :'],
      ['WHOIS amy amy', ' 311 bob amy ~amy', ' 313 bob amy :', ' 317 bob amy ', ' 318 bob amy :'],
    ] as const) {
      const read = bob.send(line);
      const missing = () => answers.filter((answer) => !read.some((text) => text.includes(answer)));
      await until(() => {
        read.push(...bob.received());
        return missing().length === 0;
      });
    }

    const questions = [
      ['VERSION sb.test', 'sb.test 351 me signalbox-'],
      ['TIME sb.test', ' 391 me sb.test '],
      ['ADMIN sb.test', ' 423 me sb.test '],
      ['MOTD sb.test', ' 422 me :'],
      ['STATS u sb.test', ' 242 me :Server Up', ' 219 me u :'],
      ['STATS v sb.test', ' 236 me v :hub.a.test (AB) behind sb.test', ' 219 me v :'],
      ['LUSERS * sb.test', ' 251 me :There are ', ' 266 me '],
      ['LINKS sb.test *', ' 364 me hub.a.test sb.test :1 ircu A', ' 365 me * :'],
      ['TRACE bob', ' 200 me Link ', ' 204 me Oper default bob[~bob@198.51.100.7]', ' 262 me sb.test'],
      ['INFO sb.test', ' 374 me :'],
      ['WHOIS bob bob', ' 311 me bob ~bob 198.51.100.7', ' 317 me bob ', ' 318 me bob :'],
      ['RPING sb.test', `RPONG me sb.test `],
      ['UPING sb.test 7 sb.test 1', 'NOTICE me :UPING: this server sends no pings by UDP'],
      ['CONNECT far.test 0 sb.test', 'NOTICE me :*** No [[ircd.link]] names far.test'],
      ['SETTIME 1700000000 sb.test', 'NOTICE me :SETTIME: the clock of this server'],
    ] as const;
    // ircu lets a client send some lines at once, and makes it wait two seconds for each after that.
    for (let i = 0; i < questions.length; i += 3) {
      const asker = await oper(`asker${i}`);
      for (const [line, ...answers] of questions.slice(i, i + 3)) {
        asker.send(line);
        for (const answer of answers) await asker.hears(answer.replace('me', `asker${i}`));
      }
      asker.close();
    }
    amy.close();
  });

  it('bans with it from the whole network, and hears what its operators do', async () => {
    const { server } = ours.irc;
    const [alice, carol, dora, zoe] = await Promise.all(['alice', 'carol', 'dora', 'zoe'].map(oper));
    alice!.send('JOIN #both');
    await alice!.hears(' 366 ');
    const bob = ours.irc.join('bob', '', '198.51.100.7');
    const eve = ours.irc.join('eve', '', '203.0.113.9');
    ours.irc.promote(bob, OPER_FLAGS);
    await called();
    await alice!.hears('acknowledged end of net.burst');
    bob.send('MODE bob +w', 'JOIN #both');
    eve.send('JOIN #both');
    await alice!.hears('eve!~eve@203.0.113.9 JOIN #both');

    alice!.send('PRIVMSG $*.test :to servers', 'WALLOPS :to opers', 'WALLUSERS :to users', 'OPMODE #both +m');
    const words = ['PRIVMSG $*.test :to servers', 'WALLOPS :to opers', 'WALLOPS :to users', '#both +m'];
    const read: string[] = [];
    await until(() => {
      read.push(...bob.received());
      return words.every((text) => read.some((line) => line.includes(text)));
    });
    carol!.send('CLEARMODE #both m', 'SILENCE +*!*@spam.example');
    await hears(bob, 'MODE #both -m');
    bob.send('PRIVMSG alice@hub.a.test :and back');
    await alice!.hears('PRIVMSG alice :and back');

    dora!.send('GLINE +*@10.9.8.7 * 600 :test gline', 'JUPE +jupe.test * 600 :juped');
    const held = () => server.networkBans.inForce().map(({ mask, reason }) => `${mask} ${reason}`);
    await until(() => held().length === 2);
    expect(held()).toEqual(['*@10.9.8.7 test gline', 'jupe.test juped']);
    bob.send('GLINE 5 *@10.1.2.3 :spam', 'JUPE 5 other.test :no');
    await alice!.hears('adding global GLINE for *@10.1.2.3');
    await alice!.hears('adding JUPE for other.test');
    zoe!.send('GLINE +*@203.0.113.9 * 600 :out');
    await until(() => eve.closedWith !== null);
    expect(eve.closedWith).toBe('G-lined: out');
    bob.send('UNGLINE *@203.0.113.9');
    await alice!.hears('modifying global GLINE for *@203.0.113.9');

    // What was changed here while both were parted is so there afterwards.
    ours.links.desk.squit(IRCU, server.state.me, 'split');
    await until(() => ours.links.desk.standing === 0);
    await alice!.hears('Net break');
    bob.send('UNGLINE *@10.1.2.3');
    await called();
    await alice!.hears('modifying global GLINE for *@10.1.2.3');
    expect(held()).toEqual(['*@10.9.8.7 test gline', 'jupe.test juped', 'other.test no']);
    carol!.send('KILL bob :local reason text');
    await until(() => bob.closedWith !== null);
    expect(bob.closedWith).toContain('local reason text');
    for (const client of [alice, carol, dora, zoe]) client!.close();
  });
});
