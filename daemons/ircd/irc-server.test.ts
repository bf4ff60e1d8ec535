import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MemoryServer, waitFor } from './memory-server.ts';
import { hashPassword } from './passwords.ts';

let irc: MemoryServer;

beforeEach(() => {
  irc = new MemoryServer({}, ['Welcome home']);
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

const codes = (lines: readonly string[]) => lines.map((line) => line.split(' ')[1]);

it('welcomes a client once it gave nick and user', () => {
  const client = irc.connect();
  expect(client.send('NICK alice')).toEqual([]);
  const welcome = client.send('USER a 0 * :Alice A');
  expect(codes(welcome)).toEqual([
    ...['001', '002', '003', '004', '005', '005', '005'],
    ...['251', '255', '265', '266', '375', '372', '376'],
  ]);
  expect(welcome[0]).toContain('alice!~a@192.0.2.1');
  expect(welcome.at(-2)).toBe(':irc.test 372 alice :- Welcome home');
});

it('waits for capability negotiation to end', () => {
  const client = irc.connect();
  client.send('CAP LS 302', 'NICK alice', 'USER a 0 * :Alice');
  client.received();
  expect(client.send('CAP REQ :multi-prefix nonsense')).toEqual([
    ':irc.test CAP alice NAK :multi-prefix nonsense',
  ]);
  expect(client.send('CAP REQ :multi-prefix')).toEqual([':irc.test CAP alice ACK :multi-prefix']);
  expect(codes(client.send('CAP END'))[0]).toBe('001');
});

it('waits for the host name, and shows the ident user without a tilde', async () => {
  let found: (names: { host: string; ident: string }) => void = () => {};
  irc.host.names = new Promise((resolve) => {
    found = resolve;
  });
  const client = irc.connect();
  expect(client.send('NICK alice', 'USER a 0 * :Alice')).toEqual([]);
  found({ host: 'home.example.org', ident: 'real' });
  const welcome = await waitFor(client, (line) => line.includes(' 376 '));
  expect(welcome[0]).toContain('alice!real@home.example.org');
});

it('refuses a nick that is taken, also by somebody who is still connecting', () => {
  irc.connect().send('NICK [alice]');
  expect(irc.connect().send('NICK {ALICE}')).toEqual([':irc.test 433 * {ALICE} :Nickname is already in use']);
});

it('drops a client that does not finish registration', () => {
  vi.useFakeTimers();
  const client = irc.connect();
  client.send('NICK alice');
  vi.advanceTimersByTime(31_000);
  expect(client.closedWith).toBe('Registration timed out');
  expect(client.received().at(-1)).toContain('ERROR :Closing Link: 192.0.2.1 (Registration timed out)');
});

it('pings a silent client and drops it when no answer comes', () => {
  vi.useFakeTimers();
  const silent = irc.join('silent');
  const alive = irc.join('alive');
  vi.advanceTimersByTime(121_000);
  expect(silent.received()).toEqual(['PING :irc.test']);
  expect(alive.received()).toEqual(['PING :irc.test']);
  alive.send('PONG irc.test');
  vi.advanceTimersByTime(121_000);
  expect(silent.closedWith).toMatch(/^Ping timeout: /);
  expect(alive.closedWith).toBeNull();
});

it('carries a channel message to the others and not back', () => {
  const [a, b, c] = [irc.join('a'), irc.join('b'), irc.join('c')];
  for (const client of [a, b, c]) client.send('JOIN #room');
  for (const client of [a, b, c]) client.received();
  expect(a.send('PRIVMSG #room :hello  there')).toEqual([]);
  for (const client of [b, c])
    expect(client.received()).toEqual([':a!~a@192.0.2.1 PRIVMSG #room :hello  there']);
});

it('tells everybody who shares a channel about a quit, once', () => {
  const [a, b] = [irc.join('a'), irc.join('b')];
  for (const client of [a, b]) client.send('JOIN #x,#y');
  b.received();
  a.drop();
  expect(b.received()).toEqual([':a!~a@192.0.2.1 QUIT :Connection closed']);
  expect(irc.server.state.findUser('a')).toBeUndefined();
  expect(irc.server.state.findChannel('#x')?.members).toHaveLength(1);
});

it('ends a channel with its last member', () => {
  const client = irc.join('a');
  client.send('JOIN #x', 'MODE #x +s', 'PART #x');
  expect(irc.server.state.channels.size).toBe(0);
});

it('answers an unknown command, and anything before registration, with the right numeric', () => {
  expect(codes(irc.join('a').send('FROBNICATE'))).toEqual(['421']);
  expect(codes(irc.connect().send('JOIN #x'))).toEqual(['451']);
});

it('labels one line, batches several, acknowledges none', () => {
  const client = irc.join('a', 'batch labeled-response');
  expect(client.send('@label=one PING x')).toEqual(['@label=one :irc.test PONG irc.test :x']);
  expect(client.send('@label=none PONG x')).toEqual(['@label=none :irc.test ACK']);
  const lines = client.send('@label=many JOIN #x');
  expect(lines[0]).toMatch(/^@label=many :irc\.test BATCH \+(\w+) labeled-response$/);
  const id = lines[0]?.split('+')[1]?.split(' ')[0];
  expect(lines.slice(1, -1).every((line) => line.startsWith(`@batch=${id} `))).toBe(true);
  expect(lines.at(-1)).toBe(`:irc.test BATCH -${id}`);
});

it('contains a handler that throws: 400 for its caller, nothing for others', () => {
  const [a, b] = [irc.join('a'), irc.join('b')];
  vi.spyOn(irc.server.state, 'findChannel').mockImplementationOnce(() => {
    throw new Error('defect');
  });
  expect(codes(a.send('TOPIC #x'))).toEqual(['400']);
  expect(codes(a.send('PING 1'))).toEqual(['PONG']);
  expect(b.received()).toEqual([]);
  expect(irc.host.logs.some((log) => log.event === 'handler_failed')).toBe(true);
});

it('lets only the right server password in, in the order in which lines came', async () => {
  irc.close();
  irc = new MemoryServer({ password_hash: await hashPassword('sesame') });
  const wrong = irc.connect();
  wrong.send('PASS guess', 'NICK a', 'USER a 0 * :A');
  const right = irc.connect();
  right.send('PASS sesame', 'NICK b', 'USER b 0 * :B', 'JOIN #early');
  const lines = await waitFor(right, (line) => line.includes(' 366 '));
  expect(codes(lines)[0]).toBe('001');
  const refused = await waitFor(wrong, (line) => line.startsWith('ERROR'));
  expect(codes(refused)[0]).toBe('464');
  expect(wrong.closedWith).toBe('Bad password');
});

it('drops nobody on a rehash, takes new operator blocks and revokes old ones', () => {
  const [a, b] = [irc.join('a'), irc.join('b')];
  irc.promote(a, ['kill']);
  const { config } = irc.server;
  irc.server.configure({ ...config, network: 'Renamed' }, ['New day']);
  expect(b.closedWith).toBeNull();
  expect(codes(b.send('MOTD'))).toEqual(['375', '372', '376']);
  expect(a.received()[0]).toBe(':a!~a@192.0.2.1 MODE a :-os');
  expect(codes(a.send('KILL b'))).toEqual(['481']);
});

it('names the command and the client that block the loop', () => {
  const client = irc.join('a');
  for (const line of ['LUSERS', 'TOPIC #x']) {
    let now = 1000;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    const answer = vi.spyOn(client, 'push').mockImplementation(() => {
      now += 60;
    });
    client.send(line);
    clock.mockRestore();
    answer.mockRestore();
    expect(irc.host.logs.at(-1)).toMatchObject({
      event: 'slow_irc_command',
      fields: { command: line.split(' ')[0], nick: 'a' },
    });
  }
});

it('says which live tables change', () => {
  const client = irc.join('a');
  expect([...irc.host.touched]).toEqual(['connections']);
  irc.host.touched.clear();
  client.send('JOIN #x');
  expect([...irc.host.touched]).toEqual(['channels']);
  for (const line of ['TOPIC #x :t', 'MODE #x +s', 'PART #x']) {
    irc.host.touched.clear();
    client.send(line);
    expect([...irc.host.touched], line).toEqual(['channels']);
  }
});
