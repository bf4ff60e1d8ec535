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
import { Catalogues } from '../bots/catalogues.ts';
import { HelpServ } from '../helpserv/help-serv.ts';
import { limits } from '../limits.ts';
import { TestNetwork } from '../test-network.ts';
import { endpointProblem, keysProblem, readTopics, serverOf } from './push-device.ts';
import { makeVapidKeys, webPushTransport } from './push-transport.ts';

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
  const dueIn = () => push().devices.next()! - net.clock.now();
  answers = [{ status: 503 }, { status: 500 }, { status: 429, headers: { 'retry-after': '7200' } }];
  tell('1');
  await until(() => got.length === 1);
  await until(() => push().devices.list(9)[0]!.problem !== null);
  expect(push().devices.list(9)).toMatchObject([
    { account: 'ann', waiting: 1, problem: 'the server answered 503' },
  ]);
  // It waits longer each time, and as long as the server has said.
  for (const [problem, wait] of [
    ['the server answered 503', limits.mailRetryMs.default],
    ['the server answered 500', 2 * limits.mailRetryMs.default],
    ['the server answered 429', 7_200_000],
  ] as const) {
    await until(() => push().devices.list(9)[0]!.problem === problem);
    expect(dueIn()).toBe(wait);
    await net.clock.advance(wait);
  }
  await until(() => got.length === 4);
  await settled();
  expect(push().devices.list(9)).toMatchObject([{ waiting: 0, problem: null, sentAt: expect.any(Number) }]);
  answers = [{ status: 403 }];
  tell('2');
  await until(() => push().failed === 1);
  expect(push().devices.list(9)).toMatchObject([{ waiting: 0, problem: 'the server answered 403' }]);
  // What would come later than anybody wants it is given up at once.
  const day = limits.pushKeptSeconds.default;
  answers = [{ status: 429, headers: { 'retry-after': String(day + 1) } }];
  tell('late');
  await until(() => push().failed === 2);
  expect(push().waiting).toBe(0);
  answers = [{ status: 429, headers: { 'retry-after': String(day) } }];
  tell('in time');
  await until(() => got.length === 7);
  await until(() => push().waiting === 1 && dueIn() === day * 1_000);
  expect(push().failed).toBe(2);
  answers = [{ status: 410 }];
  tell('3');
  await until(() => push().gone === 1);
  expect(push().devices.list(9)).toEqual([]);
  tell('4');
  await net.quiet();
  expect([push().waiting, got.length]).toEqual([0, 8]);
  // It is logged, and nothing that is logged gives a device away.
  expect(net.logged.filter((line) => line.includes('push'))).toEqual([
    'warn push_delayed A push to device 1 at localhost waits for 60 s: the server answered 503',
    'warn push_delayed A push to device 1 at localhost waits for 120 s: the server answered 500',
    'warn push_delayed A push to device 1 at localhost waits for 7200 s: the server answered 429',
    'warn push_given_up A push to device 1 at localhost was given up: the server answered 403',
    'warn push_given_up A push to device 1 at localhost was given up: the server answered 429',
    'warn push_delayed A push to device 1 at localhost waits for 86400 s: the server answered 429',
    'info push_device_gone The device 1 at localhost is there no more, and is forgotten',
  ]);
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
  // Whatever runs here next finds the keys that devices are bound to.
  expect(net.database.prepare('SELECT name FROM secrets').pluck().all()).toContain('push-vapid');
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
  expect(net.logged.at(-1)).toBe('warn push_queue_full A push was given up: 10000 wait already');
});

it('is given up where it cannot be written, and not for devices that are no more', async () => {
  const tell = (about: string) => push().tell('ann', 'login', about, ['Title', about] as never);
  net.say('ABAAA Q :bye');
  // Of what nobody was told, they are told once they have a device.
  tell('1');
  net.join('ABAAA', 'ann');
  await net.ask('ABAAA', 'AUTH ann correct-horse');
  await subscribe('ABAAA', '/ann');
  net.say('ABAAA Q :bye');
  tell('1');
  await until(() => push().sent === 1);
  await settled();
  net.database.exec(
    "CREATE TRIGGER full BEFORE DELETE ON push_queue BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
  );
  tell('2');
  await until(() => net.logged.some((line) => line.includes('push_unwritten')));
  expect(net.logged.at(-1)).toMatch(
    /^warn push_unwritten What became of a push to device 1 at localhost could not be written: .*the disk is full/,
  );
  // What a server has taken it is not given again once that can be written.
  net.database.exec('DROP TRIGGER full');
  await net.clock.advance(limits.mailRetryMs.default);
  await settled();
  await until(() => push().sent === 2);
  expect(got).toHaveLength(2);
  net.database.exec(
    "CREATE TRIGGER full BEFORE INSERT ON push_queue BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
  );
  tell('3');
  await until(() => push().failed === 1);
  expect(net.logged.at(-1)).toMatch(/^warn push_unwritten A push could not be written: .*the disk is full/);
  net.database.exec('DROP TRIGGER full');
  const logged = net.logged.length;
  const dropped = push().drop(1);
  tell('4');
  await dropped;
  await net.quiet();
  expect([push().waiting, push().failed, net.logged.length]).toEqual([0, 1, logged]);
});

it('an endpoint is what browsers give, of servers that are named, with keys of the right size', () => {
  const hosts = ['Push.example.net', '*.example.org'];
  const NO_URL = 'the endpoint is not an https URL as browsers give it';
  for (const [endpoint, why] of [
    ['https://push.example.net/a', null],
    ['https://PUSH.example.net/a?b=c', null],
    ['https://a.example.org/a', null],
    ['https://a.b.example.org/a', null],
    ['https://example.org/a', 'example.org is no server of pushes that is allowed here'],
    ['https://notexample.org/a', 'notexample.org is no server of pushes that is allowed here'],
    ['https://ush.example.net/a', 'ush.example.net is no server of pushes that is allowed here'],
    ['https://user@push.example.net/a', NO_URL],
    ['https://:word@push.example.net/a', NO_URL],
    ['https://push.example.net/a#b', NO_URL],
    ['ftp://push.example.net/a', NO_URL],
    ['push', 'the endpoint is no URL'],
    [`https://push.example.net/${'x'.repeat(limits.pushEndpointBytes.default - 25)}`, null],
    [
      `https://push.example.net/${'x'.repeat(limits.pushEndpointBytes.default - 24)}`,
      `an endpoint has up to ${limits.pushEndpointBytes.default} characters`,
    ],
  ] as const)
    expect(endpointProblem(endpoint, hosts), endpoint).toBe(why);
  const { keys, auth } = new Device('/x');
  const [point, secret] = [keys.getPublicKey('base64url'), auth.toString('base64url')];
  const small = keys.getPublicKey('base64url', 'compressed');
  for (const [p256dh, word, wrong] of [
    [point, secret, null],
    [`${point}=`, `${secret}==`, null],
    [small, secret, 'p256dh'],
    [`${point}+`, secret, 'p256dh'],
    [point, `${secret}=x`, 'auth'],
    [point, `${secret}AA`, 'auth'],
    [point, '', 'auth'],
  ] as const) {
    const problem = keysProblem(p256dh, word);
    if (wrong === null) expect(problem).toBeNull();
    else expect(problem).toMatch(new RegExp(`^${wrong} is no `));
  }
  expect([readTopics('help,LOGIN,help'), readTopics('help, login'), readTopics('')]).toEqual([
    ['help', 'login'],
    null,
    null,
  ]);
  expect(serverOf('https://push.example.net:8443/secret')).toBe('push.example.net');
});

it('what a server answers is done, gone, refused or for later, and how much later where it says so', async () => {
  const device = new Device('/told');
  devices.push(device);
  const [endpoint = '', p256dh = '', auth = ''] = device.words.split(' ');
  const transport = (trusted: string | null) =>
    webPushTransport(
      { subject: 'mailto:ops@example.net', hosts: ['localhost'], ca: trusted },
      makeVapidKeys(),
    );
  const push = {
    id: 1,
    device: 1,
    endpoint,
    p256dh,
    auth,
    topic: 'help',
    message: '{}',
    queued: 1,
    tries: 0,
  } as const;
  const one = transport(ca);
  for (const [status, headers, outcome] of [
    [200, {}, { kind: 'sent' }],
    [299, {}, { kind: 'sent' }],
    [300, {}, { kind: 'refused', why: 'the server answered 300' }],
    [404, {}, { kind: 'gone' }],
    [410, {}, { kind: 'gone' }],
    [413, {}, { kind: 'refused', why: 'the server answered 413' }],
    [408, {}, { kind: 'later', why: 'the server answered 408', wait: null }],
    [429, { 'retry-after': '120' }, { kind: 'later', why: 'the server answered 429', wait: 120_000 }],
    [500, { 'retry-after': 'tomorrow' }, { kind: 'later', why: 'the server answered 500', wait: null }],
    [503, { 'retry-after': '1234567' }, { kind: 'later', why: 'the server answered 503', wait: null }],
  ] as const) {
    answers = [{ status, headers }];
    expect(await one.send(push), String(status)).toEqual(outcome);
  }
  one.close();
  expect(await one.send(push)).toEqual({
    kind: 'later',
    why: expect.stringMatching(/^UND_ERR_/),
    wait: null,
  });
  expect(await one.send({ ...push, p256dh: 'x' })).toEqual({ kind: 'later', why: 'Error', wait: null });
  const other = transport(null);
  expect(await other.send(push)).toMatchObject({
    kind: 'later',
    why: expect.stringMatching(/CERT|SELF_SIGNED|VERIFY/),
  });
  other.close();
  expect(got.every(({ urgency }) => urgency === 'high')).toBe(true);
});

it('names are those of today, in the language of whoever reads, and no longer than may be', async () => {
  await net.ask('ABAAA', 'REGISTER #tea *ann', net.services.bots.byNick('ChanServ')!.numeric);
  await subscribe('ABAAA', '/ann');
  net.catalogues = new Catalogues([
    { code: 'de', name: 'Deutsch', texts: new Map([['{0} on {1}', '{0} auf {1}']]) },
  ]);
  await net.ask('ABAAA', 'SET LANGUAGE de');
  net.say('ABAAA Q :bye', `ABAAB P #tea :ann ${'x'.repeat(480)}`);
  await until(() => got.length === 1);
  await settled();
  expect(got[0]!.message.title).toBe('bob auf #tea');
  expect(got[0]!.message.body.length).toBeLessThanOrEqual(limits.pushCharacters.default);
  // Behind so many words nobody says a name.
  await net.pass(limits.pushPauseMs.default);
  const words = (count: number) => Array.from({ length: count }, () => 'tea').join(' ');
  net.say(`ABAAB P #tea :${words(100)} ann`);
  await net.quiet();
  expect(push().waiting).toBe(0);
  net.say(`ABAAB P #tea :${words(99)} ann`);
  await until(() => got.length === 2);
  await settled();
  expect(got).toHaveLength(2);
  // A nick that has become theirs is known, and one that is theirs no more is nobody's.
  await net.pass(limits.pushPauseMs.default);
  net.database
    .prepare("INSERT INTO nicks SELECT 'anna', 'anna', account, added FROM nicks WHERE key = 'ann'")
    .run();
  push().hear({ kind: 'nick', account: 'ann' } as never);
  net.say('ABAAB P #tea :anna?');
  await until(() => got.length === 3);
  await settled();
  await net.pass(limits.pushPauseMs.default);
  push().hear({ kind: 'nick', account: 'ann' } as never);
  net.services.keeper.changes.drop('ann', 'test').catch(() => {});
  await net.quiet();
  net.say('ABAAB P #tea :ann?');
  await net.quiet();
  expect([got.length, push().waiting, push().devices.list(9)]).toEqual([3, 0, []]);
  await expect(push().drop(9)).rejects.toMatchObject({ code: 'not_found' });
});

it('of the same they are told once a while, and of many things each', async () => {
  await subscribe('ABAAA', '/ann');
  net.say('ABAAA Q :bye');
  const tell = (about: string) => push().tell('ann', 'login', about, ['Title', about] as never);
  for (const about of ['1', '2', '1', '2', '3']) tell(about);
  await until(() => got.length === 3);
  await settled();
  expect(got.map(({ message }) => message.body).sort()).toEqual(['1', '2', '3']);
  await net.pass(limits.pushPauseMs.default - 1);
  tell('1');
  await net.quiet();
  expect(push().waiting).toBe(0);
  await net.pass(1);
  tell('1');
  await until(() => got.length === 4);
  // Who may not log in is told nothing, nor who has asked for something else.
  await settled();
  push().tell('nobody', 'login', 'x', ['Title', 'Body'] as never);
  net.database.prepare("UPDATE accounts SET suspended_reason = 'x' WHERE name = 'ann'").run();
  tell('5');
  await net.quiet();
  expect([push().waiting, got.length]).toEqual([0, 4]);
});
