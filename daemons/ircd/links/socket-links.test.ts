/** Links over real sockets, with and without TLS. */
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { createSelfSigned } from '../../runtime/net/certificate-tasks.ts';
import type { TlsCredentials } from '../../runtime/net/tls-credentials.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import type { LinkBlock } from './link-block.ts';
import { SocketServer } from './socket-fixture.ts';

const servers: SocketServer[] = [];
const ports: Server[] = [];
afterEach(async () => {
  for (const port of ports.splice(0)) port.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(name: string, numeric: number, credentials: TlsCredentials | null = null) {
  const server = await SocketServer.start(name, numeric, credentials);
  servers.push(server);
  return server;
}

/** A port of its own. */
async function listen(take: (socket: Socket) => void): Promise<number> {
  const port = createServer({ allowHalfOpen: true }, take);
  ports.push(port);
  await once(port.listen(0, '127.0.0.1'), 'listening');
  return (port.address() as AddressInfo).port;
}

/** Each knows the other; nobody calls yet. */
function introduce(a: SocketServer, b: SocketServer, ofB: Partial<LinkBlock> = {}, ofA = ofB): void {
  a.links.desk.configure([b.block(ofB)]);
  b.links.desk.configure([a.block(ofA)]);
}

const fingerprint = ({ cert }: TlsCredentials) =>
  createHash('sha256').update(new X509Certificate(cert).raw).digest('hex');

it('carries what users of two servers say, and tells how far away the other is', async () => {
  const [here, there] = [await start('here.test', 1), await start('there.test', 2)];
  const [ann, bob] = [here.irc.join('ann'), there.irc.join('bob')];
  introduce(here, there);
  here.links.desk.connect('there.test');
  await until(() => here.row('there.test')?.lagSeconds != null && there.row('here.test')?.lagSeconds != null);
  expect(here.row('there.test')).toMatchObject({
    numeric: 2,
    kind: 'signalbox',
    state: 'linked',
    direction: 'out',
    users: 1,
    reason: null,
  });
  expect(there.row('here.test')).toMatchObject({ numeric: 1, direction: 'in' });
  ann.send('PRIVMSG bob :grüß dich');
  const heard: string[] = [];
  await until(() => heard.push(...bob.received()) > 0);
  expect(heard).toEqual([':ann!~ann@192.0.2.1 PRIVMSG bob :grüß dich']);

  here.links.desk.squit('there.test', here.irc.server.state.me, 'enough');
  await until(() => there.links.desk.standing === 0);
  expect([here.row('there.test')?.reason, there.row('here.test')?.reason]).toEqual(['enough', 'enough']);
  expect(here.row('there.test')?.state).toBe('failed');
});

it('says so where nobody answers, and on both sides where a password is wrong', async () => {
  const [here, there] = [await start('here.test', 1), await start('there.test', 2)];
  introduce(here, there, { password: 'mine' }, { password: 'yours' });
  here.links.desk.connect('there.test');
  await until(() => here.row('there.test')?.state === 'failed');
  expect(here.row('there.test')?.reason).toBe('the peer says: Closing Link: the password is wrong');
  expect(there.row('here.test')?.reason).toBe('the password is wrong');
  const { port } = there;
  servers.splice(servers.indexOf(there), 1);
  await there.close();
  here.links.desk.connect('there.test');
  await until(() => here.row('there.test')?.reason?.includes('ECONNREFUSED') === true);
  expect(here.row('there.test')?.reason).toContain(`cannot connect to 127.0.0.1:${port}`);
});

it('a stranger reads why before the connection ends', async () => {
  const there = await start('there.test', 2);
  const socket = connect(there.port, '127.0.0.1');
  socket.write('NICK ann\r\nUSER ann 0 * :Ann\r\n');
  expect(await text(socket)).toBe('ERROR :Closing Link: NICK came before SERVER\r\n');
  expect(there.links.desk.rows()).toEqual([]);
});

it('knows a peer over TLS by its certificate, whoever calls', async () => {
  const [mine, yours] = [await createSelfSigned('here.test'), await createSelfSigned('there.test')];
  const [here, there] = [await start('here.test', 1, mine), await start('there.test', 2, yours)];
  const of = (credentials: TlsCredentials) => ({ tls: true, fingerprint: fingerprint(credentials) });
  introduce(here, there, of(yours), of(mine));
  here.links.desk.connect('there.test');
  await until(() => here.row('there.test')?.state === 'linked' && there.row('here.test')?.state === 'linked');

  here.links.desk.squit('there.test', here.irc.server.state.me, 'enough');
  await until(() => there.links.desk.standing === 0);
  introduce(here, there, of(mine), of(mine));
  here.links.desk.connect('there.test');
  await until(() => here.row('there.test')?.reason?.includes('fingerprint') === true);
  // Nothing was said to one that is another: it has not seen the password.
  expect(there.row('here.test')?.reason).not.toContain('password');

  introduce(here, there, of(yours), of(yours));
  here.links.desk.connect('there.test');
  await until(() => here.row('there.test')?.reason?.startsWith('the peer says') === true);
  expect(there.row('here.test')?.reason).toContain('another SHA-256 fingerprint than expected');
});

it('counts why lines to other servers were written', async () => {
  const [here, there] = [await start('here.test', 1), await start('there.test', 2)];
  introduce(here, there);
  here.links.desk.connect('there.test');
  await until(() => here.row('there.test')?.state === 'linked');
  const { linkFlushes } = here.irc.server.counters;
  expect(Object.values(linkFlushes).reduce((sum, count) => sum + count)).toBeGreaterThan(0);
});

it('without a fingerprint a peer that is called over TLS needs a certificate that the system trusts', async () => {
  const yours = await createSelfSigned('there.test');
  const [here, there] = [await start('here.test', 1), await start('there.test', 2, yours)];
  introduce(here, there, { tls: true });
  here.links.desk.connect('there.test');
  await until(() => here.row('there.test')?.state === 'failed');
  expect(here.row('there.test')?.reason).toContain('self-signed');
});

it('ends the connections that are left at the deadline, also of who says nothing and does not go', async () => {
  const there = await start('there.test', 2);
  const taken: Socket[] = [];
  const port = await listen((socket) => {
    taken.push(socket);
    there.links.accept(socket, undefined);
  });
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.write('PASS :linkpw\r\n');
  await until(() => there.irc.server.counters.linkLinesIn === 1);
  await there.links.drain('over', AbortSignal.abort());
  expect(taken.map(({ destroyed }) => destroyed)).toEqual([true]);
  socket.destroy();
});

it('knows services of the instance by their password alone, whatever they are called', async () => {
  const here = await start('here.test', 1);
  const port = await listen((socket) => here.links.acceptServices(socket, 'proof'));
  const says = (password: string) => {
    const socket = connect(port, '127.0.0.1');
    const now = Math.floor(Date.now() / 1000);
    socket.write(`PASS :${password}\r\nSERVER services.any 1 1 ${now} J10 AC]]] +s6Bt :x\r\n`);
    return socket;
  };
  expect(await text(says('guess'))).toBe('ERROR :Closing Link: the password is wrong\r\n');
  const services = says('proof');
  await until(() => here.row('services.any') !== undefined);
  expect(here.row('services.any')).toMatchObject({ kind: 'signalbox', direction: 'in', state: 'bursting' });
  services.write(`AC EB\r\nAC S behind.any 2 1 1 J10 AD]]] +6 :x\r\n`);
  await until(() => here.irc.host.logs.some(({ message }) => message.includes('hub masks')));
  expect(here.row('services.any')).toBeUndefined();
  services.destroy();
});
