// The tools as they are called: processes of their own (child_process), each against our own server.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { TCP } from '../ircd/servers.ts';
import type { Measured } from './figures.ts';
import { counts, load, loadTests, MAIN } from './load-tests.ts';

const { file, loaded, ourServer, running } = loadTests();
const areOrdered = ({ p50, p95, p99, max }: Measured) => p50 > 0 && p50 <= p95 && p95 <= p99 && p99 <= max;

test('connect times every client to its 001, over TLS as well', async () => {
  for (const more of [[], ['--tls']]) {
    const result = await loaded('connect', '--clients', '12', '--concurrency', '5', ...more);
    expect(counts(result)).toEqual({ 'time to 001, ms': 12 });
    expect(result.measured.every(areOrdered)).toBe(true);
    expect(result.facts['clients/s']).toBeGreaterThan(0);
  }
});

test('throughput tells deliveries a second, of one sender as well', async () => {
  for (const senders of ['0', '1']) {
    const words = [
      '--clients',
      '6',
      '--channels',
      '2',
      '--seconds',
      '1',
      '--warmup',
      '0',
      '--senders',
      senders,
    ];
    const { measured, facts } = await loaded('throughput', ...words);
    expect(measured[0]?.count).toBeGreaterThan(0);
    expect(facts['deliveries/s, whole time']).toBeGreaterThan(0);
  }
});

test('mixed tells latencies by kind of command, and everything is answered', async () => {
  const words = ['--clients', '6', '--channels', '2', '--rate', '60', '--seconds', '1'];
  const result = await loaded('mixed', ...words);
  expect(result.measured.filter(({ count }) => count > 0).every(areOrdered)).toBe(true);
  const kinds = counts(result);
  expect(kinds['PRIVMSG, ms']).toBe(30);
  for (const kind of ['PING', 'JOIN/PART', 'NICK', 'AWAY', 'WHO', 'WHOIS', 'NAMES', 'MODE', 'TOPIC', 'ISON'])
    expect([kind, kinds[`${kind}, ms`]]).toEqual([kind, 3]);
  expect(result.facts).toMatchObject({ refused: 0, unanswered: 0, 'due and never sent': 0 });
});

test('channel tells when each member and the last has seen what happened', async () => {
  const result = await loaded('channel', '--members', '5', '--rate', '10', '--seconds', '1');
  expect(counts(result)).toEqual({
    ...{ 'message, ms': 8, 'join, ms': 10, 'mode, ms': 10, 'topic, ms': 10, 'part, ms': 10 },
    ...{ 'message, the last, ms': 2, 'join, the last, ms': 2, 'mode, the last, ms': 2 },
    ...{ 'topic, the last, ms': 2, 'part, the last, ms': 2 },
  });
  expect(result.facts).toMatchObject({ 'not seen by all': 0, 'declined by the server': 0 });
});

test('netsplit tells how long splits and their healing take, on our own server and on a named one', async () => {
  const size = ['--servers', '2', '--users', '20', '--channels', '4', '--watchers', '3', '--rounds', '2'];
  const own = await loaded('netsplit', ...size);
  expect(counts(own)).toEqual({ 'healed, ms': 2, 'burst acknowledged, ms': 4, 'split, ms': 2 });
  expect(own.measured.every(areOrdered)).toBe(true);

  const blocks = [1, 2]
    .map((i) => `[[ircd.link]]\nname = "load${i}.load.test"\npassword = "right"\n`)
    .join('');
  const { port, morePorts } = await ourServer(
    [TCP, '{ host = "127.0.0.1", port = 0, protocol = "p10" }'],
    'server_name = "hub.load.test"\nnumeric = 1\n',
    blocks,
  );
  const password = file('password');
  const named = ['--against', `127.0.0.1:${port}`, '--link-port', String(morePorts?.[0])];
  const words = ['netsplit', ...size, ...named, '--link-password-file', password];
  await writeFile(password, 'right\nwhatever follows\n');
  expect(counts(await loaded(...words))).toEqual(counts(own));
  await writeFile(password, 'wrong\n');
  expect(await load(...words)).toMatchObject({ code: 1, err: expect.stringContaining('load: refused: ') });
  await writeFile(password, 'two words\n');
  expect(await load(...words)).toMatchObject({
    code: 2,
    err: expect.stringContaining('load: bad_request: '),
  });
  expect(await load(...words.slice(0, -1), file('nothing'))).toMatchObject({
    code: 2,
    err: expect.stringContaining('cannot be read'),
  });
});

test('a named server is loaded, and nothing else is started', async () => {
  const { port } = await ourServer([TCP, '{ host = "127.0.0.1", port = 0, tls = true }']);
  const said = await load('connect', '--clients', '3', '--against', `localhost:${port}`);
  expect(said).toMatchObject({ code: 0, err: '' });
  expect(said.out).toContain(`to localhost:${port}`);
});

test('TLS is verified unless that is given up', async () => {
  const { port, morePorts } = await ourServer([TCP, '{ host = "127.0.0.1", port = 0, tls = true }']);
  const secure = ['connect', '--clients', '3', '--tls', '--against', `127.0.0.1:${morePorts?.[0]}`];
  expect(await load(...secure)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/refused: .*--insecure/),
  });
  expect(await load(...secure, '--insecure')).toMatchObject({ code: 0, err: '' });
  const plain = await load('connect', '--tls', '--insecure', '--against', `127.0.0.1:${port}`);
  expect(plain).toMatchObject({ code: 1, err: expect.stringContaining('load: ') });
});

test('where nobody listens that is said, and where clients are not let in as well', async () => {
  expect(await load('mixed', '--against', '127.0.0.1:1')).toMatchObject({
    code: 1,
    err: expect.stringContaining('load: unavailable: 127.0.0.1:1 cannot be reached'),
  });
  const server = await running(`[ircd]
listen = [${TCP}]
dns = false
ident = false
[[ircd.class]]
name = "few"
match = ["127.0.0.0/8"]
throttle = false
max_connections = 4
`);
  for (const tool of ['connect', 'mixed'])
    expect(await load(tool, '--clients', '30', '--against', `127.0.0.1:${server.port}`)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/load: refused: .*--concurrency/),
    });
});

test('help says what there is, and what cannot be ends with 2', async () => {
  expect((await load('--help')).out).toContain('npm run load -- TOOL');
  expect((await load('netsplit', '--help')).out).toContain('load1.load.test');
  expect(await load('mixed', '--clients', 'many')).toMatchObject({
    code: 2,
    out: '',
    err: 'load: bad_request: --clients is "many". Expected a whole number from 2 to 5000.\n',
  });
});

/** The servers that a process has started and that run. It also asks other programs for their version, before it heeds signals. */
function serversOf(pid: number): string[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return children.filter((child) => {
    const file = `/proc/${child}/cmdline`;
    return existsSync(file) && readFileSync(file, 'utf8').includes('--standalone');
  });
}

test.skipIf(!existsSync(`/proc/self/task/${process.pid}/children`))(
  'a signal ends the load, and our server with it',
  async () => {
    const child: ChildProcess = spawn(
      process.execPath,
      [MAIN, 'channel', '--members', '3', '--seconds', '600'],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let err = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    const started = await vi.waitFor(() => {
      const found = serversOf(child.pid!);
      expect(found.length).toBeGreaterThan(0);
      return found;
    });
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    expect([code, err]).toEqual([143, expect.stringContaining('load: cancelled: ')]);
    for (const pid of started) expect(existsSync(`/proc/${pid}`)).toBe(false);
  },
);
