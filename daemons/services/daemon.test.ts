/** Services as the runtime starts them: with a real file, and linked to a real server of another make. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DaemonContext } from '../runtime/host/daemon-definition.ts';
import { PeerDirectory } from '../runtime/host/peer-directory.ts';
import { TaskBoard } from '../runtime/host/task-board.ts';
import { MetricRegistry } from '../runtime/telemetry/metric-registry.ts';
import { Ircu, IrcuClient, ircuCommand } from '../runtime/test-fixtures/ircu.ts';
import { until } from '../runtime/test-fixtures/until.ts';
import { BOT_SPECS } from './bots/service-bots.ts';
import { type ServicesConfig, servicesConfigSchema } from './config.ts';
import { startServices } from './daemon.ts';
import { manifest } from './manifest.ts';
import { prepareServices, type ServicesPrepared } from './prepare.ts';
import { Day, DayProxies } from './test-day.ts';
import { IrcClient, installed } from './test-irc-client.ts';
import { UplinkDesk } from './uplink/uplink-desk.ts';

let folder: string;
let running: Awaited<ReturnType<typeof startServices>> | null;
let metrics: MetricRegistry;
const call = { signal: new AbortController().signal, actor: {} as never };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-services-'));
  running = null;
});
afterEach(async () => {
  await running?.drain(AbortSignal.timeout(10_000));
  rmSync(folder, { recursive: true });
});

async function start(
  settings: object,
  secret: Uint8Array | null = null,
  requestLifecycle?: (request: unknown) => Promise<unknown>,
): Promise<void> {
  const config = servicesConfigSchema.parse(settings);
  metrics = new MetricRegistry('services', manifest.metrics);
  const peers = new PeerDirectory();
  if (secret !== null) peers.introduce([], secret);
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  running = await startServices({
    config,
    prepared: await prepareServices(config, { dataDir: folder, warn: () => {} }),
    dataDir: folder,
    metrics,
    peers,
    tasks: new TaskBoard(),
    requestLifecycle,
    log: () => silent,
    beginDeed: () => ({ mayRun: true, deed: { unwritten: null, end() {} } }),
  } as unknown as DaemonContext<ServicesConfig, ServicesPrepared>);
}

/** A server of mail that keeps what it takes. */
async function startSmtp() {
  const mails: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, _session, done) {
      void text(stream).then((mail) => {
        mails.push(mail);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return { mails, port, close: () => new Promise<void>((resolve) => server.close(() => resolve())) };
}

const figure = (suffix: string) => {
  metrics.sample();
  return metrics.values[metrics.layout.slot(`signalbox_services_${suffix}`)];
};

it('wait for the server of their instance where no uplink is named, keep a file, and copy it', async () => {
  await start({}, new Uint8Array(32).fill(7));
  expect(running!.listeners()).toMatchObject([{ protocol: 'services-link', host: '127.0.0.1' }]);
  expect(running!.commands.uplink.run({}, call)).toMatchObject({ state: 'none', users: 0 });
  expect([figure('linked'), figure('accounts')]).toEqual([0, 0]);
  expect(running!.stopImpact!()).toBeNull();
  await running!.commands.backup.run({ file: 'copy.db' }, call);
  expect([existsSync(join(folder, 'services.db')), existsSync(join(folder, 'copy.db'))]).toEqual([
    true,
    true,
  ]);
});

it('take nothing over and leave logins where they are while they are linked to no server', async () => {
  const asked: unknown[] = [];
  await start({}, new Uint8Array(32).fill(7), async (request) => {
    asked.push(request);
    return { ok: true, result: null };
  });
  vi.spyOn(UplinkDesk.prototype, 'whenLinked').mockResolvedValueOnce(false);
  const took = running!.commands['take-over'].run({}, call);
  await expect(took).rejects.toMatchObject({
    code: 'unavailable',
    message:
      'Nothing was changed: services are linked to no server now, and nobody could log in once the IRC server asks them. Start the IRC server, or mend the uplink; the command uplink says when they are linked.',
  });
  expect(asked).toEqual([]);
  vi.spyOn(UplinkDesk.prototype, 'whenLinked').mockResolvedValueOnce(true);
  await running!.commands['take-over'].run({}, { ...call, actor: { name: 'ann', from: 'system' } as never });
  expect(asked).toHaveLength(1);
  vi.restoreAllMocks();
});

it('wait for nobody with an uplink, without autolink, or where they stand alone', async () => {
  await start({ autolink: false }, new Uint8Array(32).fill(7));
  expect(running!.listeners()).toEqual([]);
  await running!.drain(AbortSignal.timeout(10_000));
  await start({});
  expect(running!.listeners()).toEqual([]);
});

it('listen for what Keycloak tells, elsewhere after a reload, and say where they cannot', async () => {
  const webhook = (port: number, secret: string) => ({ webhook: { listen: [{ port }], secret } });
  await start(webhook(0, 'first'));
  const place = () => running!.listeners()[0] as { host: string; port: number };
  const tell = async (secret: string) => {
    const { host, port } = place();
    const headers = { 'X-Webhook-Secret': secret };
    const sent = await fetch(`http://${host}:${port}/keycloak-webhook`, {
      method: 'POST',
      headers,
      body: '{}',
    });
    return sent.status;
  };
  expect(running!.listeners()).toMatchObject([{ protocol: 'http', host: '127.0.0.1' }]);
  expect([await tell('first'), await tell('second')]).toEqual([400, 401]);
  const before = place().port;
  const reload = async (settings: object) => {
    const config = servicesConfigSchema.parse(settings);
    const prepared = await prepareServices(config, { dataDir: folder, warn: () => {} });
    return await running!.reload!(config, prepared);
  };
  const same = await reload(webhook(0, 'second'));
  expect(same.commit()).toMatchObject({ renewed: ['webhook'] });
  expect([place().port, await tell('first'), await tell('second')]).toEqual([before, 401, 400]);
  await expect(
    reload({ webhook: { listen: [{ host: '192.0.2.1', port: 1 }], secret: 'x' } }),
  ).rejects.toMatchObject({ code: 'init_failed', message: expect.stringContaining('192.0.2.1:1') });
  expect(await tell('second')).toBe(400);
  (await reload({})).commit();
  expect(running!.listeners()).toEqual([]);
  expect([figure('webhook_refused_total'), figure('webhook_queue_depth')]).toEqual([5, 0]);
  for (const mistake of [{ port: 1 }, { port: 1, host: 'a b' }])
    expect(() => servicesConfigSchema.parse({ webhook: { listen: [mistake] } })).toThrow();
});

it('say which password file cannot be used', async () => {
  const config = servicesConfigSchema.parse({
    uplink: [{ host: '127.0.0.1', port: 4400, password_file: 'none' }],
  });
  await expect(prepareServices(config, { dataDir: folder, warn: () => {} })).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining('services.uplink[0].password_file'),
  });
  expect(() => servicesConfigSchema.parse({ uplink: [{ host: 'a', port: 1 }] })).toThrow(/password/);
});

it.each([
  ['verify = "email" without a server of mail', { verify: 'email' }, 'services.verify'],
  [
    'a password file of mail that is not there',
    { mail: { host: '127.0.0.1', from: 'services@example.net', user: 'services', password_file: 'none' } },
    'services.mail.password_file',
  ],
])('refuse %s', async (_what, settings, key) => {
  await expect(
    prepareServices(servicesConfigSchema.parse(settings), { dataDir: folder, warn: () => {} }),
  ).rejects.toMatchObject({ code: 'config_invalid', message: expect.stringContaining(key) });
});

it.each([
  [{ host: '127.0.0.1', from: 'nobody' }, /e-mail address/],
  [{ host: '127.0.0.1', from: 'a@b.org\nBcc: eve@example.net' }, /one line/],
  [{ host: '127.0.0.1', from: 'a@b.org', user: 'a' }, /user and its password/],
  [{ host: '127.0.0.1', from: 'a@b.org', password: 'a' }, /user and its password/],
  [{ host: '127.0.0.1', from: 'a@b.org', user: 'a', password: 'a', password_file: 'b' }, /not both/],
  [{ host: '127.0.0.1', from: 'a@b.org', tls: true }, /starttls/],
])('take no server of mail that is said as %j', (mail, why) => {
  expect(() => servicesConfigSchema.parse({ mail })).toThrow(why);
});

it('read the languages of their folder at the start and with a reload, and refuse what is wrong in them', async () => {
  mkdirSync(join(folder, 'languages'));
  const file = join(folder, 'languages', 'de.json');
  writeFileSync(file, '{"name":"Deutsch","texts":{}}');
  const prepare = () => prepareServices(servicesConfigSchema.parse({}), { dataDir: folder, warn: () => {} });
  expect((await prepare()).catalogues.all.map(({ name }) => name)).toEqual(['English', 'Deutsch']);
  writeFileSync(file, '{');
  await expect(prepare()).rejects.toMatchObject({ code: 'config_invalid' });
});

const CLIENTS = installed('Logins on ircu are');
const command = ircuCommand('Services on a network of ircu are');

describe.runIf(command !== null)('linked to ircu', () => {
  let ircu: Ircu;

  beforeAll(async () => {
    ircu = await Ircu.start(command!, { services: 'services.test' });
  });
  afterAll(() => ircu.close());

  it('people have channels, bans, help and peace of them', async () => {
    const proxies = await DayProxies.start();
    try {
      await start({
        server_name: 'services.test',
        numeric: 6,
        uplink: [{ host: '127.0.0.1', port: ircu.serverPort, password: 'linkpw' }],
        sockcheck: proxies.settings,
      });
      await until(() => figure('linked') === 1);
      const handlers = running!.commands as unknown as Record<
        string,
        { run(args: object, context: object): unknown }
      >;
      const day = new Day({
        port: ircu.clientPort,
        services: 'services.test',
        oper: 'OPER oper operpw',
        run: (name, args) => handlers[name]!.run(args, call),
      });
      await day.live(proxies);
      expect([figure('scans_open_total'), figure('scan_bans_total'), figure('scan_sockets')]).toEqual([
        1, 1, 0,
      ]);
      await running!.drain(AbortSignal.timeout(10_000));
      running = null;
    } finally {
      await proxies.close();
    }
  });

  it('register and log in its users, come back when they are killed, and are found there again', async () => {
    const smtp = await startSmtp();
    const clients: IrcuClient[] = [];
    const join_ = async (nick: string) => {
      const client = await IrcuClient.join(ircu.clientPort, nick);
      clients.push(client);
      return client;
    };
    try {
      writeFileSync(join(folder, 'hub.password'), 'linkpw\n');
      const early = await join_('early');
      early.send('JOIN #tea');
      await early.hears(' 366 ');
      const settings = {
        server_name: 'services.test',
        numeric: 5,
        uplink: [
          { host: '127.0.0.1', port: 1, password: 'nobody' },
          { host: '127.0.0.1', port: ircu.serverPort, password_file: 'hub.password' },
        ],
        mail: { host: '127.0.0.1', port: smtp.port, from: 'services@example.net', tls: 'none' },
      };
      await start(settings);
      await until(() => figure('linked') === 1);
      expect(running!.commands.uplink.run({}, call)).toMatchObject({
        server: 'hub.a.test',
        kind: 'ircu',
        users: BOT_SPECS.length + 1,
        channels: 1,
      });
      const ann = await join_('ann');
      ann.send('PRIVMSG AuthServ@services.test :REGISTER ann correct-horse ann@example.net');
      expect(await ann.hears('NOTICE ann :The account')).toContain(
        ':AuthServ!AuthServ@services.test NOTICE ann :The account ann is yours.',
      );
      ann.send('WHOIS ann');
      expect(await ann.hears(' 330 ')).toContain('ann ann :is logged in as');
      early.send('PRIVMSG NickServ :IDENTIFY ann correct-horse');
      expect(await early.hears('NOTICE early :You')).toContain('logged in to the account ann');
      // A stamp of ircu is for good, and nobody tries to change it.
      early.send('PRIVMSG AuthServ :REGISTER other correct-horse');
      expect(await early.hears('NOTICE early :You')).toContain('needs no other one');
      // A channel of an account: ChanServ comes, and whoever is logged in to it is operator of it.
      early.send('PRIVMSG ChanServ :REGISTER #tea');
      await early.hears('NOTICE early :#tea belongs to ann now.');
      ann.send('JOIN #tea');
      await ann.hears(' MODE #tea +o ann');
      early.send('MODE #tea -n');
      await ann.hears(' MODE #tea -n');
      ann.send('MODE #tea +k secret', 'PRIVMSG #tea :!mode -k');
      await early.hears(' MODE #tea -k ');
      // Clients as people have them, which log in by themselves: they are operators there as soon as they are let in.
      for (const make of CLIENTS) {
        const nick = `real${make}`;
        const message = { to: 'AuthServ@services.test', text: 'AUTH ann correct-horse' };
        const client = new IrcClient({ make, port: ircu.clientPort, nick, channel: '#tea', message });
        try {
          await early.hears(` MODE #tea +o ${nick}`);
        } finally {
          await client.close();
        }
        await early.hears(`:${nick}!`);
      }
      // Another password, by a mail that a real server took.
      const lost = await join_('lost');
      lost.send('PRIVMSG AuthServ@services.test :RESETPASS ann better-horse');
      await lost.hears('NOTICE lost :A mail is on its way');
      await until(() => smtp.mails.length === 1);
      const [, cookie] = /COOKIE ann (\w{10})/.exec(smtp.mails[0]!)!;
      lost.send(`PRIVMSG AuthServ@services.test :COOKIE ann ${cookie}`);
      await lost.hears('NOTICE lost :The password of ann is changed.');
      await lost.hears('NOTICE lost :You are logged in to the account ann.');
      // A network of operators that an administrator has begun.
      await running!.commands['set-level'].run({ account: 'ann', level: 1_000 }, call);
      lost.send('PRIVMSG AuthServ@services.test :OSET ann');
      await lost.hears('NOTICE lost :LEVEL: 1000');
      early.send('OPER oper operpw', 'WHOIS AuthServ AuthServ');
      expect(await early.hears(' 318 ')).toContain('AuthServ');
      expect(figure('bot_returns_total')).toBe(0);
      // Split off by an operator they are back by themselves, and know from the stamps who is logged in.
      early.send('SQUIT services.test :off');
      await until(() => figure('uplinks_established_total') === 2 && figure('linked') === 1);
      early.send('PRIVMSG AuthServ@services.test :STATUS');
      await early.hears('NOTICE early :You are logged in to ann.');
      early.send('PRIVMSG AuthServ@services.test :AUTH ann better-horse');
      await early.hears('NOTICE early :You are logged in to ann already.');
      await running!.drain(AbortSignal.timeout(10_000));
      running = null;
      early.send('PRIVMSG AuthServ :STATUS');
      await early.hears(' 401 ');
      // Whoever was stamped before they ended is whom they know after the next start, levels included.
      await start(settings);
      await until(() => figure('linked') === 1);
      lost.send('PRIVMSG AuthServ@services.test :OSET ann');
      await lost.hears('NOTICE lost :LEVEL: 1000');
      lost.send('PRIVMSG AuthServ@services.test :GHOST ann');
      await ann.hears('Ghost, by lost of the same account');
    } finally {
      for (const client of clients) client.close();
      await running?.drain(AbortSignal.timeout(10_000));
      running = null;
      await smtp.close();
    }
  });
});
