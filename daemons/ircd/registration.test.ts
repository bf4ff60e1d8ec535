import { afterEach, beforeEach, expect, it } from 'vitest';
import { type MemoryClient, MemoryServer, waitFor } from './memory-server.ts';

let irc: MemoryServer;

beforeEach(() => {
  irc = new MemoryServer();
});
afterEach(() => irc.close());

const codes = (lines: readonly string[]) => lines.map((line) => line.split(' ')[1]);

it('says what is wrong with NICK and USER', () => {
  const client = irc.connect();
  expect(codes(client.send('NICK'))).toEqual(['431']);
  for (const nick of ['*', '9lives', 'a b', '-dash', 'Işıl', 'x'.repeat(31), 'a!b', 'a@b', '#a']) {
    if (!nick.includes(' ')) expect(codes(client.send(`NICK ${nick}`)), nick).toEqual(['432']);
  }
  expect(codes(client.send('USER a 0 *'))).toEqual(['461']);
  expect(codes(client.send('USER a 0 * :'))).toEqual(['461']);
  expect(codes(client.send('USER 😊 0 * :x'))).toEqual(['468']);
  expect(client.send('USER a@b 0 * :x')[0]).toContain(' 468 ');
  client.send('NICK fine', 'USER a 0 * :x');
  expect(codes(client.send('USER a 0 * :x'))).toEqual(['462']);
  expect(codes(client.send('PASS x'))).toEqual(['462']);
});

it('shortens long usernames and realnames', () => {
  const client = irc.connect();
  client.send('NICK a', `USER ${'u'.repeat(40)} 0 * :${'é'.repeat(200)}`);
  expect(client.user?.username).toBe(`~${'u'.repeat(15)}`);
  expect(Buffer.byteLength(client.user?.realname ?? '')).toBe(150);
});

it('keeps replies to an IPv6 client that starts with a colon parsable', () => {
  const client = irc.join('a', '', '::1');
  expect(client.send('WHO a')[0]).toBe(':irc.test 352 a * ~a 0::1 irc.test a H :0 Real a');
});

it('lists, sets and clears capabilities', () => {
  const client = irc.connect();
  expect(client.send('CAP LS')[0]).toMatch(/^:irc\.test CAP \* LS :away-notify .* userhost-in-names$/);
  expect(client.send('CAP LIST')).toEqual([':irc.test CAP * LIST :']);
  expect(client.send('CAP REQ :server-time -batch')[0]).toMatch(/ CAP \* ACK :server-time -batch$/);
  expect(client.send('CAP LIST')[0]).toMatch(/^@time=\S+ :irc\.test CAP \* LIST :server-time$/);
  client.send('CAP REQ :-server-time', 'CAP LS 302');
  client.received();
  expect(client.send('CAP LIST')).toEqual([':irc.test CAP * LIST :cap-notify']);
  expect(client.send('CAP REQ :-cap-notify')).toEqual([':irc.test CAP * NAK :-cap-notify']);
  expect(codes(client.send('CAP WHAT'))).toEqual(['410']);
});

it('offers nothing that needs accounts while there are none', () => {
  const client = irc.connect();
  const offered = client.send('CAP LS 302').join(' ');
  expect(offered).not.toContain('account');
  expect(client.send('CAP REQ :account-tag')).toEqual([':irc.test CAP * NAK :account-tag']);
});

it('registers a client that says NICK, USER and CAP LS in one packet also while its name is looked up', async () => {
  let found: (names: { host: null; ident: null }) => void = () => {};
  irc.host.names = new Promise((resolve) => {
    found = resolve;
  });
  for (const negotiation of ['CAP LS', 'CAP LS 302', 'CAP REQ :server-time']) {
    const client = irc.connect();
    client.send('NICK a', 'USER a 0 * :A', negotiation);
    found({ host: null, ident: null });
    const lines = await waitFor(client, (line) => line.includes(' 422 '));
    expect(
      lines.some((line) => line.includes(' 001 a ')),
      negotiation,
    ).toBe(true);
    client.drop();
  }
  const waits = irc.connect();
  waits.send('CAP LS', 'NICK b', 'USER b 0 * :B');
  await new Promise((resolve) => setImmediate(resolve));
  expect(waits.user?.registered).toBe(false);
  expect(codes(waits.send('CAP END'))).toContain('001');
});

it('welcomes a crowd in turns, each client with its lines in order, while others are served', async () => {
  const bystander = irc.join('bystander');
  await new Promise((resolve) => setImmediate(resolve));
  const perTurn = 16;
  const crowd = Array.from({ length: 2 * perTurn + 2 }, () => irc.connect());
  for (const [i, client] of crowd.entries()) client.send(`NICK n${i}`, 'USER a 0 * :A', 'JOIN #x');
  expect(irc.server.state.localUserCount).toBe(1 + perTurn);
  expect(bystander.send('PING x')).toEqual([':irc.test PONG irc.test :x']);
  const [waits, leaves] = crowd.slice(-2);
  expect(waits?.received()).toEqual([]);
  leaves?.drop();
  await new Promise((resolve) => setImmediate(resolve));
  expect(irc.server.state.localUserCount).toBe(1 + 2 * perTurn);
  const lines = await waitFor(waits as MemoryClient, (line) => line.includes(' 366 '));
  expect(codes(lines)[0]).toBe('001');
  expect(irc.server.state.localUserCount).toBe(2 + 2 * perTurn);
});

it('announces JOIN in the form each member asked for, and AWAY to those who want it', () => {
  const plain = irc.join('plain');
  const extended = irc.join('ext', 'extended-join away-notify');
  for (const client of [plain, extended]) client.send('JOIN #x');
  for (const client of [plain, extended]) client.received();
  irc.join('new').send('AWAY :lunch', 'JOIN #x');
  expect(plain.received()).toEqual([':new!~new@192.0.2.1 JOIN #x']);
  expect(extended.received()).toEqual([
    ':new!~new@192.0.2.1 JOIN #x * :Real new',
    ':new!~new@192.0.2.1 AWAY :lunch',
  ]);
});

it('tells invitations and new real names to those who want to know', () => {
  const op = irc.join('op');
  const watcher = irc.join('watcher', 'invite-notify setname');
  for (const client of [op, watcher]) client.send('JOIN #x');
  for (const client of [op, watcher]) client.received();
  irc.join('guest');
  op.send('INVITE guest #x', 'SETNAME :New Name');
  expect(watcher.received()).toEqual([
    ':op!~op@192.0.2.1 INVITE guest #x',
    ':op!~op@192.0.2.1 SETNAME :New Name',
  ]);
  expect(op.send(`SETNAME :${'x'.repeat(151)}`)[0]).toContain('FAIL SETNAME INVALID_REALNAME');
});
