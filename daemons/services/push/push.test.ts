/** Web push against a server that takes it as those of browsers do: it decrypts what it gets, and checks who has signed it. */
import { createDecipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { importJWK, jwtVerify } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createSelfSigned } from '../../runtime/net/certificate-tasks.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import { HelpServ } from '../helpserv/help-serv.ts';
import { limits } from '../limits.ts';
import { TestNetwork } from '../test-network.ts';

/** What the server of pushes got. */
interface Got {
  readonly path: string;
  readonly message: { readonly topic: string; readonly title: string; readonly body: string };
  readonly ttl: string | undefined;
  readonly urgency: string | undefined;
  readonly audience: string | undefined;
  readonly subject: string | undefined;
}

/** A browser with a subscription. */
class Device {
  readonly keys: ECDH = createECDH('prime256v1');
  readonly auth = randomBytes(16);
  readonly path: string;

  constructor(path: string) {
    this.keys.generateKeys();
    this.path = path;
  }

  get words(): string {
    return `https://localhost:${port}${this.path} ${this.keys.getPublicKey('base64url')} ${this.auth.toString('base64url')}`;
  }

  /** RFC 8291 section 3.4 and RFC 8188: one record. */
  opened(body: Buffer): string {
    const salt = body.subarray(0, 16);
    const length = body[20]!;
    const theirs = body.subarray(21, 21 + length);
    const secret = this.keys.computeSecret(theirs);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.keys.getPublicKey(), theirs]);
    const ikm = Buffer.from(hkdfSync('sha256', secret, this.auth, info, 32));
    const key = Buffer.from(hkdfSync('sha256', ikm, salt, 'Content-Encoding: aes128gcm\0', 16));
    const nonce = Buffer.from(hkdfSync('sha256', ikm, salt, 'Content-Encoding: nonce\0', 12));
    const sealed = body.subarray(21 + length);
    const decipher = createDecipheriv('aes-128-gcm', key, nonce);
    decipher.setAuthTag(sealed.subarray(-16));
    const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    // The last record ends with 2 and zeros.
    return plain.subarray(0, plain.lastIndexOf(2)).toString('utf8');
  }
}

let server: Server;
let port: number;
let ca: string;
let devices: Device[];
let got: Got[];
/** What the server answers, in turn; 201 when there is nothing left. */
let answers: { readonly status: number; readonly headers?: Record<string, string> }[];
let net: TestNetwork;

beforeAll(async () => {
  const credentials = await createSelfSigned('localhost');
  ca = credentials.cert;
  server = createServer(credentials, (request, response) => {
    void buffer(request).then(async (body) => {
      const device = devices.find(({ path }) => path === request.url)!;
      const authorization = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(request.headers.authorization ?? '')!;
      const raw = Buffer.from(authorization[2]!, 'base64url');
      const [x, y] = [raw.subarray(1, 33), raw.subarray(33)].map((part) => part.toString('base64url'));
      const key = await importJWK({ kty: 'EC', crv: 'P-256', x: x!, y: y! }, 'ES256');
      const { payload } = await jwtVerify(authorization[1]!, key);
      got.push({
        path: request.url!,
        message: JSON.parse(device.opened(body)) as Got['message'],
        ttl: request.headers.ttl as string | undefined,
        urgency: request.headers.urgency as string | undefined,
        audience: payload.aud as string,
        subject: payload.sub,
      });
      keysSeen.add(authorization[2]!);
      const { status, headers = {} } = answers.shift() ?? { status: 201 };
      response.writeHead(status, headers).end('x'.repeat(100_000));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
const keysSeen = new Set<string>();
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(async () => {
  [devices, got, answers] = [[], [], []];
  keysSeen.clear();
  net = await TestNetwork.start();
  await configure();
  net.join('ABAAA', 'ann');
  await net.ask('ABAAA', 'REGISTER ann correct-horse');
  net.join('ABAAB', 'bob');
  await net.ask('ABAAB', 'REGISTER bob correct-horse');
  await net.level('ann', 800);
  net.say('ABAAA C #tea 960', 'ABAAB J #tea 960');
});
afterEach(() => net.close());

const push = () => net.services.accounts.push;
const configure = () =>
  push().configure({ subject: 'mailto:ops@example.net', hosts: ['localhost', '*.example.net'], ca });

/** Somebody subscribes a device of theirs. */
async function subscribe(numeric: string, path: string, topics = ''): Promise<string[]> {
  const device = new Device(path);
  devices.push(device);
  return await net.ask(numeric, `ADDPUSH ${device.words} ${topics}`.trim());
}

const settled = () => until(() => push().waiting === 0);

it('tells who is away of their name where they have access, encrypted and signed, and whom it does not concern of nothing', async () => {
  const chanServ = net.services.bots.byNick('ChanServ')!.numeric;
  await net.ask('ABAAA', 'REGISTER #tea *ann', chanServ);
  expect(await subscribe('ABAAA', '/ann')).toEqual([
    'You are told of highlight, help, login by a device at localhost.',
  ]);
  await subscribe('ABAAB', '/bob');
  // On the network nobody is told.
  net.say('ABAAB P #tea :ann: tea?');
  net.say('ABAAA Q :bye');
  net.say('ABAAB P #tea :\x02Ann\x02: tea, ann?', 'ABAAB P #tea :anna, not annie', 'ABAAB O #tea :ann?');
  net.say('ABAAB P #tea :ann again');
  await until(() => got.length > 0);
  await settled();
  expect(got).toEqual([
    {
      path: '/ann',
      message: { topic: 'highlight', title: 'bob on #tea', body: 'Ann: tea, ann?', at: net.clock.now() },
      ...{ ttl: String(limits.pushKeptSeconds.default), urgency: 'normal' },
      ...{ audience: `https://localhost:${port}`, subject: 'mailto:ops@example.net' },
    },
  ]);
  expect([...keysSeen]).toEqual([push().publicKey]);
  expect([push().sent, push().failed]).toEqual([1, 0]);
  // After a while they are told again; not of whom they ignore, nor of who has no access.
  await net.pass(limits.pushPauseMs.default);
  const account = net.services.keeper.store.get('ann');
  net.services.profiles.addMask(account, 'bob!*@*', 'ignores');
  net.join('ABAAC', 'cat');
  net.say('ABAAC J #tea 960', 'ABAAB P #tea :ann!', 'ABAAC P #tea :bob and ann');
  await until(() => got.length > 1);
  await settled();
  expect(got.slice(1).map(({ path, message }) => [path, message.title])).toEqual([['/ann', 'cat on #tea']]);
});

it('tells of failed logins and of answers to requests for help, and of what was asked for alone', async () => {
  const help = net.services.serviceBots.find((one) => one instanceof HelpServ)!;
  const helpServ = net.services.bots.byNick('HelpServ')!.numeric;
  await net.ask('ABAAA', 'REGISTER Aid #aid *ann', helpServ);
  const aid = net.services.bots.byNick('Aid')!.numeric;
  await subscribe('ABAAB', '/login', 'login');
  await subscribe('ABAAB', '/help', 'HELP');
  await net.ask('ABAAB', 'how do I make tea?', aid);
  net.say('ABAAB Q :bye');
  await help.desk.answer(help.world.bots.get('aid')!, 1, 'ann', 'With water.');
  net.join('ABAAD', 'dan');
  await net.ask('ABAAD', 'AUTH bob wrong-horse');
  await until(() => got.length > 1);
  await settled();
  const told = got.map(({ path, message, urgency }) => [path, message.title, message.body, urgency]);
  expect(told.sort()).toEqual([
    ['/help', 'Aid on request 1', 'ann answers: With water.', 'high'],
    [
      ...['/login', 'Login failed'],
      expect.stringMatching(/^Somebody at \S+ failed to log in to your account bob \(1 failed so far\)\.$/),
      'high',
    ],
  ]);
});

it('tries again what could not be sent, gives up what is refused or too late, and forgets devices that are gone', async () => {
  await subscribe('ABAAA', '/ann');
  net.say('ABAAA Q :bye');
  const tell = (about: string) => push().tell('ann', 'login', about, ['Title', 'Body'] as never);
  answers = [{ status: 503 }, { status: 429, headers: { 'retry-after': '7200' } }];
  tell('1');
  await until(() => got.length === 1);
  await until(() => push().devices.list(9)[0]!.problem !== null);
  expect(push().devices.list(9)).toMatchObject([
    { account: 'ann', waiting: 1, problem: 'the server answered 503' },
  ]);
  await net.clock.advance(limits.mailRetryMs.default);
  await until(() => got.length === 2);
  await until(() => push().devices.list(9)[0]!.problem === 'the server answered 429');
  // It is tried when the server has said, and not before.
  await net.clock.advance(7_199_000);
  expect(got).toHaveLength(2);
  await net.clock.advance(1_000);
  await until(() => got.length === 3);
  await settled();
  expect(push().devices.list(9)).toMatchObject([{ waiting: 0, problem: null, sentAt: expect.any(Number) }]);
  answers = [{ status: 403 }];
  tell('2');
  await until(() => push().failed === 1);
  expect(push().devices.list(9)).toMatchObject([{ waiting: 0, problem: 'the server answered 403' }]);
  answers = [{ status: 410 }];
  tell('3');
  await until(() => push().gone === 1);
  expect(push().devices.list(9)).toEqual([]);
  tell('4');
  await net.quiet();
  expect([push().waiting, got.length]).toEqual([0, 5]);
  // Nothing that is logged gives a device away.
  expect(net.logged.join('\n')).toMatch(/device 1 at localhost/);
  for (const secret of [
    '/ann',
    devices[0]!.auth.toString('base64url'),
    devices[0]!.keys.getPublicKey('base64url'),
  ])
    expect(net.logged.join('\n')).not.toContain(secret);
});

it('keeps what waits, and its keys, through a restart, and sends it when it may', async () => {
  await subscribe('ABAAA', '/ann');
  const { publicKey } = push();
  net.say('ABAAA Q :bye');
  await push().configure(null);
  expect(await net.ask('ABAAB', 'PUSH')).toEqual(['Nothing is pushed on this network.']);
  await configure();
  answers = [{ status: 500 }];
  push().tell('ann', 'help', '', ['Title', 'Body'] as never);
  await until(() => push().devices.list(9)[0]!.problem !== null);
  await net.services.close();
  await net.reopen();
  await configure();
  expect(push().publicKey).toBe(publicKey);
  expect(push().waiting).toBe(1);
  await net.clock.advance(limits.mailRetryMs.default);
  await until(() => got.length === 2);
  await settled();
  // A day later nobody wants it any more.
  answers = [{ status: 500 }];
  await push().configure(null);
  net.services.accounts.push.devices.queue(1, { topic: 'help', title: 'x', body: 'y', at: 1 });
  await net.clock.advance(limits.pushKeptSeconds.default * 1_000 + limits.housekeepingMs.default);
  await net.quiet();
  expect(push().waiting).toBe(0);
});

it('takes no device but one that a browser gives, of servers that are allowed, and as many as may be', async () => {
  const { words } = new Device('/x');
  const [, p256dh, auth] = words.split(' ');
  const point = Buffer.from(p256dh!, 'base64url');
  point[64]! ^= 1;
  for (const [typed, why] of [
    [`http://localhost/x ${p256dh} ${auth}`, 'the endpoint is not an https URL as browsers give it'],
    [`https://u:p@localhost/x ${p256dh} ${auth}`, 'the endpoint is not an https URL as browsers give it'],
    [
      `https://169.254.169.254/x ${p256dh} ${auth}`,
      '169.254.169.254 is no server of pushes that is allowed here',
    ],
    [`https://example.net/x ${p256dh} ${auth}`, 'example.net is no server of pushes that is allowed here'],
    [
      `https://localhost.evil.net/x ${p256dh} ${auth}`,
      'localhost.evil.net is no server of pushes that is allowed here',
    ],
    [`nowhere ${p256dh} ${auth}`, 'the endpoint is no URL'],
    [`https://a.example.net/x ${p256dh!.slice(2)} ${auth}`, 'p256dh is no public key of P-256 in base64url'],
    [
      `https://a.example.net/x ${point.toString('base64url')} ${auth}`,
      'p256dh is no public key of P-256 in base64url',
    ],
    [`https://a.example.net/x ${p256dh} ${auth!.slice(4)}`, 'auth is no secret of 16 bytes in base64url'],
  ])
    expect(await net.ask('ABAAA', `ADDPUSH ${typed}`)).toEqual([`That is no device: ${why}.`]);
  expect(await net.ask('ABAAA', `ADDPUSH ${words} noise`)).toEqual([
    'Topics are highlight, help, login, with commas between.',
  ]);
  expect(push().devices.list(9)).toEqual([]);
  for (let number = 0; number < limits.pushDevicesPerAccount.default; number++)
    await subscribe('ABAAA', `/${number}`);
  expect(await subscribe('ABAAA', '/more')).toEqual([expect.stringContaining('up to 5 devices')]);
  // One that is known gets other topics, and is nobody else's.
  const [first] = devices;
  expect(await net.ask('ABAAA', `ADDPUSH ${first!.words} login`)).toEqual([
    'You are told of login by a device at localhost.',
  ]);
  expect(await net.ask('ABAAB', `ADDPUSH ${first!.words}`)).toEqual([
    expect.stringContaining('Another account is told by that device'),
  ]);
  expect(await net.ask('ABAAB', 'DELPUSH 1')).toEqual(['You have no device 1.']);
  const shown = await net.ask('ABAAA', 'PUSH');
  expect(shown[0]).toBe(`The key of this network (applicationServerKey) is ${push().publicKey}`);
  expect(shown.join('\n')).toMatch(/1 +localhost +login/);
  expect(shown.join('\n')).not.toContain('/0');
  expect(await net.ask('ABAAA', 'DELPUSH 1')).toEqual(['Device 1 is told nothing more.']);
  expect(
    push()
      .devices.list(9)
      .map(({ id }) => id),
  ).toEqual([2, 3, 4, 5]);
  // They go with their account, and nobody is shown them.
  const record = net.services.accounts.records.shown(net.services.keeper.store.get('ann'));
  expect(Object.keys(record)).not.toContain('push_devices');
  await net.services.keeper.changes.drop('ann', 'test');
  expect(push().devices.list(9)).toEqual([]);
});

it('waits with no more than may wait', async () => {
  await subscribe('ABAAA', '/ann');
  net.say('ABAAA Q :bye');
  await push().configure(null);
  net.database
    .prepare(
      `INSERT INTO push_queue (device, topic, message, queued, due) SELECT 1, 'help', '{}', 1, 9e15 FROM
        (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n)`,
    )
    .run(limits.pushesWaiting.default);
  await configure();
  push().tell('ann', 'help', '', ['Title', 'Body'] as never);
  await until(() => push().failed === 1);
  expect([push().waiting, got.length]).toEqual([limits.pushesWaiting.default, 0]);
});
