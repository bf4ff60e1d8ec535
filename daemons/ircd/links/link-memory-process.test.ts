/** A server in a process of its own that another one would fill with users. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { userNumeric } from '../../irc/p10/numeric.ts';
import { until } from '../../runtime/test-fixtures/until.ts';

const MAIN = join(import.meta.dirname, '../main.ts');
/** Memory for objects that the process has, in MB, of which new ones have little: what the server itself takes is half of it. */
const HEAP = ['--max-old-space-size=48', '--max-semi-space-size=1'];
/** Far more than that holds. */
const MOST_USERS = 200_000;
/** Users in one piece of the burst. */
const PIECE = 2_000;

let directory: string;
let child: ChildProcess;
let sockets: Socket[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-full-'));
  sockets = [];
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  await rm(directory, { recursive: true, force: true });
});

/** Starts the server; answers the ports of clients and of servers. */
async function start(): Promise<readonly number[]> {
  const config = join(directory, 'signalbox.toml');
  await writeFile(
    config,
    `[ircd]
server_name = "hub.test"
dns = false
listen = [{ host = "127.0.0.1", port = 0 }, { host = "127.0.0.1", port = 0, protocol = "p10" }]
accounts = { authority = "none" }
[[ircd.link]]
name = "quiet.test"
password = "linkpw"
[[ircd.link]]
name = "loud.test"
password = "linkpw"
`,
  );
  child = spawn(process.execPath, [...HEAP, MAIN, '--standalone', '--config', config, '--data', directory], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [line] = (await once(lines, 'line')) as [string];
  return (JSON.parse(line) as { listeners: { port: number }[] }).listeners.map(({ port }) => port);
}

/** A connection with the lines that came over it. */
function dial(port: number, ...greeting: string[]) {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  const lines: string[] = [];
  socket.on('error', () => {});
  let rest = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    const parts = (rest + text).split('\r\n');
    rest = parts.pop()!;
    lines.push(...parts);
  });
  const say = (...said: string[]) => socket.write(said.map((text) => `${text}\r\n`).join(''), 'latin1');
  say(...greeting);
  const hears = (pattern: RegExp) => until(() => lines.some((line) => pattern.test(line)));
  return { socket, lines, say, hears };
}

/** A server that has told all it knows: nothing. */
async function link(port: number, name: string, numeric: string) {
  const now = Math.floor(Date.now() / 1000);
  const server = dial(
    port,
    'PASS :linkpw',
    `SERVER ${name} 1 ${now} ${now} J10 ${numeric}]]] +h6 :Of the test`,
  );
  await server.hears(/^SERVER /);
  server.say(`${numeric} EB`);
  await server.hears(/ EA ?$/);
  return server;
}

it('the link of a server that fills the memory ends, and nothing else does', async () => {
  const [clientPort = 0, linkPort = 0] = await start();
  const ann = dial(clientPort, 'NICK ann', 'USER ann 0 * :Ann');
  await ann.hears(/ 422 /);
  const quiet = await link(linkPort, 'quiet.test', 'AC');
  quiet.say('AC N bob 1 5 ~bob bob.test +i AAAAAB ACAAA :Bob');
  const loud = await link(linkPort, 'loud.test', 'AD');
  const ended = once(loud.socket, 'close');
  const realname = 'x'.repeat(50);
  for (let told = 0; told < MOST_USERS && !loud.socket.closed; told += PIECE) {
    const lines = Array.from(
      { length: PIECE },
      (_, i) =>
        `AD N n${told + i} 1 5 ~u host.example.net +i AAAAAB ${userNumeric('AD', told + i)} :${realname}`,
    );
    if (!loud.say(...lines)) await Promise.race([once(loud.socket, 'drain'), ended]);
  }
  // Whoever reads too late what it was told last hears of a reset alone; others are told as well.
  await quiet.hears(/ SQ loud\.test 0 :the memory here for what servers bring is used up/);
  await ended;
  ann.say('WHOIS bob', 'LUSERS', 'PING still');
  await ann.hears(/ PONG /);
  expect(ann.lines.some((line) => line.includes(' 311 ann bob '))).toBe(true);
  expect([child.exitCode, quiet.socket.closed]).toEqual([null, false]);
});
