import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ACCOUNT_QUESTIONS, ACCOUNTS_LINE_CHARS, ACCOUNTS_PROTOCOL } from '../../contract/accounts.ts';
import { endpointOf } from '../../contract/link/endpoint.ts';
import { portOf } from '../../contract/listen-place.ts';
import { changedSettings } from '../runtime/host/changed-settings.ts';
import type { DaemonContext } from '../runtime/host/daemon-definition.ts';
import { PeerDirectory } from '../runtime/host/peer-directory.ts';
import { TaskBoard } from '../runtime/host/task-board.ts';
import { createSelfSigned } from '../runtime/net/certificate-tasks.ts';
import { carryOut } from '../runtime/net/listener-change.ts';
import { PeerDoor } from '../runtime/net/peer-door.ts';
import { answerQuestions } from '../runtime/net/peer-questions.ts';
import { MetricRegistry } from '../runtime/telemetry/metric-registry.ts';
import { type IrcdConfig, ircdConfigSchema } from './config.ts';
import { startIrcd } from './daemon.ts';
import { limits } from './limits.ts';
import { manifest } from './manifest.ts';
import { DnsFixture } from './net/dns-fixture.ts';
import { type IrcdPrepared, prepareIrcd } from './prepare.ts';

let dataDir: string;
let sockets: Socket[];
let started: Awaited<ReturnType<typeof startIrcd>>[];
const call = {
  signal: new AbortController().signal,
  actor: { name: 'tester', from: 'cli', role: 'admin' },
} as const;
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'signalbox-ircd-'));
  sockets = [];
  started = [];
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  for (const daemon of started) await daemon.drain(AbortSignal.abort());
  await rm(dataDir, { recursive: true });
});

function configure(more: object = {}): IrcdConfig {
  const listen = [{ host: '127.0.0.1', port: 0 }];
  return ircdConfigSchema.parse({ server_name: 'irc.test', listen, dns: false, ...more });
}

async function start(config: IrcdConfig, peers = new PeerDirectory()) {
  const metrics = new MetricRegistry('ircd', manifest.metrics);
  const lifecycle: string[] = [];
  const warnings: string[] = [];
  const place = { dataDir, warn: (_event: string, message: string) => warnings.push(message) };
  const context: DaemonContext<IrcdConfig, IrcdPrepared> = {
    config,
    prepared: await prepareIrcd(config, place),
    dataDir,
    metrics,
    peers,
    tasks: new TaskBoard(),
    log: () => silent,
    touchTable: () => {},
    requestLifecycle: ({ action }) => {
      lifecycle.push(action);
      return Promise.resolve({ ok: true, result: null });
    },
    beginDeed: () => ({ mayRun: true, deed: { unwritten: null, end: () => {} } }),
  };
  const daemon = await startIrcd(context);
  started.push(daemon);
  const metric = (name: string) => {
    metrics.sample();
    return metrics.values[metrics.layout.slot(`signalbox_ircd_${name}`)];
  };
  let inForce = config;
  /** As the runtime does it for a server that stands alone. */
  const reload = async (next: IrcdConfig) => {
    warnings.length = 0;
    const pending = await daemon.reload?.(next, await prepareIrcd(next, place));
    if (pending?.listeners === undefined) throw new Error('no listeners');
    const facts = await carryOut(pending.listeners, () => pending.commit());
    const outcome = changedSettings(inForce, next, facts ?? {});
    inForce = next;
    return outcome;
  };
  return { daemon, metric, reload, warnings, port: portOf(daemon.listeners()[0]) };
}

/** A client that collects what it reads and can wait for a text. */
async function dial(port: number, nick: string, header = '') {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  let wake = () => {};
  socket.on('data', (bytes) => {
    text += bytes.toString();
    wake();
  });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  const until = async (wanted: string) => {
    while (!text.includes(wanted)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return text;
  };
  socket.write(`${header}NICK ${nick}\r\nUSER ${nick} 0 * :${nick}\r\n`);
  await until(' 422 ');
  return { socket, until, closed };
}

it('lets no web page speak through a browser, on a plain or a TLS port', async () => {
  const tls = { host: '127.0.0.1', port: 0, tls: true };
  const { daemon, metric, port } = await start(configure({ listen: [{ host: '127.0.0.1', port: 0 }, tls] }));
  const seen = await dial(port, 'witness');
  seen.socket.write('JOIN #room\r\n');
  await seen.until(' 366 ');
  const body = 'NICK page\r\nUSER page 0 * :x\r\nJOIN #room\r\nPRIVMSG #room :spam\r\n';
  await expect(fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body })).rejects.toThrow('fetch failed');
  const long = `http://127.0.0.1:${port}/${'long'.repeat(300)}`;
  await expect(fetch(long, { method: 'POST', body })).rejects.toThrow('fetch failed');
  const secure = request({
    host: '127.0.0.1',
    port: portOf(daemon.listeners()[1]),
    method: 'POST',
    rejectUnauthorized: false,
  });
  secure.end(body);
  await once(secure, 'error');
  seen.socket.write('PING done\r\n');
  const heard = await seen.until('PONG irc.test :done');
  expect(heard).not.toContain('page');
  expect(metric('connections')).toBe(1);
  expect(metric('registered_users')).toBe(1);
});

it('shows its cache of host names as an instrument, and no metric twice', async () => {
  const { metric } = await start(configure());
  const figures = ['depth', 'hits_total', 'misses_total', 'failed_total', 'evicted_total', 'expired_total'];
  expect(figures.map((name) => metric(`cache_${name}{cache="dns"}`))).toEqual(figures.map(() => 0));
  expect(metric('cache_capacity{cache="dns"}')).toBe(limits.lookupCacheEntries.default);
  const before = Object.entries(manifest.renamed?.metrics ?? {}).filter(([name]) =>
    name.includes('dns_cache'),
  );
  expect(before).toHaveLength(3);
  for (const [old, now] of before) {
    expect(metric(old.replace('signalbox_ircd_', ''))).toBeUndefined();
    expect(metric(now.replace('signalbox_ircd_', ''))).toBe(0);
  }
});

it('serves real clients and counts them', async () => {
  const { daemon, metric, port } = await start(configure());
  const [a, b] = [await dial(port, 'a'), await dial(port, 'b')];
  for (const { socket, until } of [a, b]) {
    socket.write('JOIN #x\r\n');
    await until(' 366 ');
  }
  a.socket.write('PRIVMSG #x :hello\r\n');
  await b.until('PRIVMSG #x :hello');
  expect(metric('connections')).toBe(2);
  expect(metric('registered_users')).toBe(2);
  expect(metric('channels')).toBe(1);
  expect(metric('registrations_total')).toBe(2);
  expect(metric('accept_failures_total')).toBe(0);
  expect(metric('messages_in_total')).toBe(7);
  expect(metric('bytes_out_total')).toBeGreaterThan(1000);
  expect(metric('command_latency_seconds')).toBe(7);
  expect(daemon.stopImpact?.()).toBe('disconnects 2 clients');
  const rows = [...(daemon.tables?.connections?.rows() ?? [])];
  expect(rows.map((row) => row[0])).toEqual(['a', 'b']);
  expect(rows[0]).toHaveLength(manifest.tables?.connections?.columns.length ?? 0);
});

it.each([
  ['text.ircv3.net', false],
  ['binary.ircv3.net', true],
])('lets browsers chat with everybody else over WebSocket, by %s', async (protocol, binary) => {
  const listen = [
    { host: '127.0.0.1', port: 0 },
    { host: '127.0.0.1', port: 0, tls: true, protocol: 'websocket' },
  ];
  const { daemon, metric, port } = await start(configure({ listen }));
  expect(daemon.listeners()[1]).toMatchObject({ protocol: 'websocket', tls: true });
  const plain = await dial(port, 'ann');
  plain.socket.write('JOIN #x\r\n');
  await plain.until(' 366 ');
  const url = `wss://127.0.0.1:${portOf(daemon.listeners()[1])}`;
  const browser = new WebSocket(url, [protocol], { rejectUnauthorized: false });
  const messages: string[] = [];
  const heard = async (wanted: string) => {
    while (!messages.some((message) => message.includes(wanted))) await once(browser, 'message');
  };
  browser.on('message', (data, isBinary) => {
    expect(isBinary).toBe(binary);
    messages.push(String(data));
  });
  const closed = once(browser, 'close');
  await once(browser, 'open');
  for (const line of ['NICK bob', 'USER bob 0 * :Bob', 'JOIN #x', 'PRIVMSG #x :żółw 🐢']) browser.send(line);
  await plain.until(':bob!~bob@localhost PRIVMSG #x :żółw 🐢');
  plain.socket.write('PRIVMSG #x :hello 🐢\r\n');
  await heard(':ann!~ann@localhost PRIVMSG #x :hello 🐢');
  expect(messages.filter((message) => /[\r\n]/.test(message))).toEqual([]);
  expect(messages[0]).toMatch(/^:irc\.test 001 bob :Welcome/);
  browser.send('QUIT :bye');
  const [code, reason] = await closed;
  expect([code, String(reason)]).toEqual([1000, 'Quit: bye']);
  await plain.until(':bob!~bob@localhost QUIT :Quit: bye');
  expect(messages.at(-1)).toMatch(/^ERROR :Closing Link: localhost \(Quit: bye\)$/);
  expect(metric('websocket_handshake_failures_total')).toBe(0);
});

it('takes the word of trusted proxies for where clients are, in bans, limits, WHOIS and the table', async () => {
  const place = { host: '127.0.0.1', port: 0 };
  const listen = [place, { ...place, proxy: true }, { ...place, proxy: true, tls: true }];
  const own = { trusted_proxies: ['127.0.0.0/8'], ident: true };
  const few = { class: [{ name: 'few', match: ['192.0.2.0/24'], max_per_address: 1 }] };
  const { daemon, metric } = await start(configure({ listen, ...own, ...few }));
  const [plain = 0, proxy = 0, proxyTls = 0] = daemon.listeners().map(portOf);
  const header = (address: string) => `PROXY TCP4 ${address} 203.0.113.1 50001 6667\r\n`;
  const ann = await dial(proxy, 'ann', header('192.0.2.7'));
  ann.socket.write('WHOIS ann\r\n');
  await ann.until(' 311 ann ann ~ann 192.0.2.7 * ');
  await ann.until(' 378 ann ann :is connecting from ~ann@192.0.2.7 192.0.2.7');
  // One of the same address is one too many; one of another, and one of the proxy itself, are not.
  const many = connect(proxy, '127.0.0.1');
  many.write(header('192.0.2.7'));
  expect(await text(many)).toContain('192.0.2.7 (Too many connections from your address');
  await dial(plain, 'bob', header('192.0.2.8'));
  await dial(plain, 'self');
  await dial(proxy, 'check', 'PROXY UNKNOWN\r\n');
  const socket = connect(proxyTls, '127.0.0.1');
  sockets.push(socket);
  socket.write(header('192.0.2.9'));
  const secure = connectTls({ socket, rejectUnauthorized: false });
  secure.write('NICK eve\r\nUSER eve 0 * :Eve\r\n');
  let heard = '';
  for await (const bytes of secure) {
    heard += bytes;
    if (heard.includes(' 422 ')) break;
  }
  const rows = [...(daemon.tables?.connections?.rows() ?? [])].map((row) => row.slice(0, 4).join(' '));
  expect(rows.filter((row) => /192\.0\.2\.[789]/.test(row))).toHaveLength(3);
  const bare = connect(proxy, '127.0.0.1');
  bare.write('NICK mallory\r\n');
  expect(await text(bare)).toBe('');
  expect(metric('refused_proxy_total')).toBe(1);
  await daemon.commands['add-ban'].run({ kind: 'dline', mask: '192.0.2.7', reason: 'r', minutes: 0 }, call);
  await ann.until('(D-lined: r)');
});

it('asks lists of bad addresses about newcomers at the name servers of the configuration, also after a reload', async () => {
  const dns = await DnsFixture.open();
  try {
    dns.names.set('7.2.0.192.bl.test', ['127.0.0.2']);
    dns.names.set('8.2.0.192.bl.test', ['127.0.0.2']);
    const own = { trusted_proxies: ['127.0.0.0/8'], dns_servers: [dns.place] };
    const lists = (action: string) => ({ dnsbl: [{ zone: 'bl.test', action, reason: 'Listed' }] });
    const { metric, port, reload } = await start(configure({ ...own, ...lists('refuse') }));
    const header = (address: string) => `PROXY TCP4 ${address} 203.0.113.1 50001 6667\r\n`;
    const refused = connect(port, '127.0.0.1');
    refused.write(`${header('192.0.2.7')}NICK bob\r\nUSER bob 0 * :bob\r\n`);
    expect(await text(refused)).toContain(' 465 bob :Listed (bl.test)\r\n');
    await dial(port, 'cat', header('192.0.2.9'));
    expect(dns.asked).toEqual(['7.2.0.192.bl.test', '9.2.0.192.bl.test']);
    await reload(configure({ ...own, ...lists('mark') }));
    await dial(port, 'dan', header('192.0.2.8'));
    expect(['lookups', 'hits', 'failures'].map((name) => metric(`dnsbl_${name}_total`))).toEqual([3, 2, 0]);
    expect(metric('refused_listed_total')).toBe(1);
  } finally {
    await dns.close();
  }
});

it('takes the word of gateways for where clients are, with the password of a file', async () => {
  await writeFile(join(dataDir, 'gateway.password'), 'sesame\n');
  const webirc = [{ match: ['127.0.0.1'], password_file: 'gateway.password' }];
  const few = { class: [{ name: 'few', match: ['192.0.2.0/24'], max_per_address: 1 }] };
  const { daemon, reload, port } = await start(configure({ webirc, ...few }));
  const say = (address: string, password = 'sesame') => `WEBIRC ${password} kiwi h ${address}\r\n`;
  const ann = await dial(port, 'ann', say('192.0.2.7'));
  ann.socket.write('WHOIS ann\r\n');
  await ann.until(' 378 ann ann :is connecting from ~ann@192.0.2.7 192.0.2.7');
  const many = connect(port, '127.0.0.1');
  many.write(say('192.0.2.7'));
  expect(await text(many)).toBe(
    'ERROR :Closing Link: localhost (Too many connections from your address: class few allows 1 at once; close one first)\r\n',
  );
  // Far more than an address may open at once.
  for (let i = 0; i < 40; i++)
    connect(port, '127.0.0.1')
      .on('error', () => {})
      .destroy();
  const bob = await dial(port, 'bob', say('192.0.2.8'));
  await daemon.commands['add-ban'].run({ kind: 'dline', mask: '192.0.2.7', reason: 'r', minutes: 0 }, call);
  await ann.until('(D-lined: r)');
  const back = connect(port, '127.0.0.1');
  back.write(say('192.0.2.7'));
  expect(await text(back)).toContain('(D-lined: r)');
  await reload(configure({ webirc: [{ match: ['127.0.0.1'], password: 'other' }], ...few }));
  const old = connect(port, '127.0.0.1');
  old.write(say('192.0.2.9'));
  expect(await text(old)).toContain('its password is wrong');
  await dial(port, 'eve', say('192.0.2.9', 'other'));
  bob.socket.write('PING on\r\n');
  await bob.until('PONG irc.test :on');
});

it.each([
  ['is not there', null, 'does not exist'],
  ['is empty', '', 'holds no password'],
  ['has spaces', 'two words', 'holds no password'],
])(
  'refuses a password file of a gateway that %s, and does not show what is in it',
  async (_what, content, problem) => {
    if (content !== null) await writeFile(join(dataDir, 'p'), content);
    const error = await start(configure({ webirc: [{ match: ['127.0.0.1'], password_file: 'p' }] })).catch(
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ code: 'config_invalid', detail: { key: 'ircd.webirc[0].password_file' } });
    expect(error.message).toContain(problem);
    expect(error.message).not.toContain('two words');
  },
);

it('makes the key of cloaked hosts once, and knows hosts of the key before after a rotation', async () => {
  const cloak = { enabled: true, key_file: 'keys', suffix: 'users.test' };
  const first = await start(configure({ cloak }));
  const path = join(dataDir, 'keys');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const ann = await dial(first.port, 'ann');
  const [, host = ''] = /396 ann (\S+) /.exec(await ann.until(' 396 ann ')) ?? [];
  expect(host).toMatch(/^[a-z2-7]{8}(?:\.[a-z2-7]{8}){2}\.users\.test$/);
  ann.socket.write(`JOIN #x\r\nMODE #x +b *!*@${host}\r\n`);
  await ann.until(' MODE #x +b ');
  await writeFile(path, `${Buffer.alloc(32, 7).toString('base64')}\n${await readFile(path, 'utf8')}`);
  await first.reload(configure({ cloak }));
  const bob = await dial(first.port, 'bob');
  const heard = await bob.until(' 396 bob ');
  expect(heard).not.toContain(host);
  bob.socket.write('JOIN #x\r\n');
  await bob.until(' 474 bob #x ');
  await writeFile(path, 'sesame\n');
  const error = await first.reload(configure({ cloak })).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: 'config_invalid', detail: { key: 'ircd.cloak.key_file' } });
  expect(error.message).toContain(`${path}:1 has a line that is no key`);
  expect(error.message).not.toContain('sesame');
});

it('has its channels again after a stop, gives nobody op for coming first, and forgets them with restore_minutes = 0', async () => {
  const first = await start(configure());
  const ann = await dial(first.port, 'ann');
  ann.socket.write('JOIN #x\r\nTOPIC #x :what we talk about\r\n');
  await ann.until(' TOPIC ');
  await first.daemon.drain(AbortSignal.timeout(60_000));
  await ann.closed;

  const second = await start(configure());
  const eve = await dial(second.port, 'eve');
  eve.socket.write('JOIN #x\r\n');
  const joined = await eve.until('NOTICE eve');
  expect(joined).toContain(':what we talk about');
  expect(joined).toContain(' 353 eve = #x :eve');
  const off = configure({ restore_minutes: 0 });
  expect(await second.reload(off)).toMatchObject({ restartRequired: ['restore_minutes'] });
  await second.daemon.drain(AbortSignal.timeout(60_000));

  const third = await start(off);
  const bob = await dial(third.port, 'bob');
  bob.socket.write('JOIN #x\r\n');
  expect(await bob.until(' 366 ')).toContain(' 353 bob = #x :@bob');
});

it('does not start without channels that it cannot read, and says so beforehand', async () => {
  const path = join(dataDir, 'channels.journal');
  await mkdir(path);
  await expect(start(configure())).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringMatching(
      /^ircd\.restore_minutes: .*channels\.journal cannot be read and written \(EISDIR.*; mend it, move it away/,
    ),
    detail: { key: 'ircd.restore_minutes' },
  });
  await rm(path, { recursive: true });
  await writeFile(path, '');
  await truncate(path, 268_435_457);
  await expect(start(configure())).rejects.toThrow('the limit is 268435456');
  await start(configure({ restore_minutes: 0 }));
  await expect(stat(path)).rejects.toThrow('ENOENT');
});

it('warns of a policy that sends clients where nobody takes TLS', async () => {
  const sts = { port: 6697 };
  const { warnings } = await start(configure({ sts }));
  expect(warnings).toEqual([
    expect.stringContaining('ircd.sts.port: no listener takes IRC over TLS on port 6697'),
  ]);
  const place = { listen: [{ host: '127.0.0.1', port: 6697, tls: true }], sts };
  const quiet: string[] = [];
  await prepareIrcd(configure(place), { dataDir, warn: (_event, text) => quiet.push(text) });
  expect(quiet).toEqual([]);
});

it('refuses a listener for proxies that nobody could connect to, and names it', async () => {
  const place = { host: '127.0.0.1', port: 0 };
  await expect(start(configure({ listen: [place, { ...place, proxy: true }] }))).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining(
      'ircd.listen[1].proxy: nobody could connect, because trusted_proxies is empty',
    ),
    detail: { key: 'ircd.listen[1].proxy' },
  });
});

it('remembers server bans across a restart', async () => {
  const first = await start(configure());
  await first.daemon.commands['add-ban'].run(
    { kind: 'kline', mask: '*@192.0.2.9', reason: 'r', minutes: 0 },
    call,
  );
  await first.daemon.drain(AbortSignal.timeout(1000));
  const second = await start(configure());
  expect(second.metric('server_bans')).toBe(1);
});

it('says of a ban that cannot be written that it holds only until the restart, and saves it with the next that can', async () => {
  const first = await start(configure());
  await rm(dataDir, { recursive: true });
  const ban = { kind: 'dline', reason: 'r', minutes: 0 } as const;
  expect(await first.daemon.commands['add-ban'].run({ ...ban, mask: '127.0.0.1' }, call)).toMatchObject({
    saved: false,
    warning: { code: 'not_saved' },
  });
  expect(await text(connect(first.port, '127.0.0.1'))).toContain('(D-lined: r)');
  await mkdir(dataDir);
  expect(await first.daemon.commands['add-ban'].run({ ...ban, mask: '192.0.2.1' }, call)).toMatchObject({
    saved: true,
  });
  await first.daemon.drain(AbortSignal.timeout(1000));
  expect((await start(configure())).metric('server_bans')).toBe(2);
});

it('starts with the last good bans when their file is damaged, and without a good copy not at all', async () => {
  const first = await start(configure());
  await first.daemon.commands['add-ban'].run(
    { kind: 'dline', mask: '127.0.0.1', reason: 'shut out', minutes: 0 },
    call,
  );
  await first.daemon.drain(AbortSignal.timeout(1000));
  const file = join(dataDir, 'bans.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace('127.0.0.1', '0.0.0.0/0'));
  const second = await start(configure());
  expect(await text(connect(second.port, '127.0.0.1'))).toContain('(D-lined: shut out)');
  await second.daemon.drain(AbortSignal.timeout(1000));
  for (const name of ['bans.json', 'bans.last-good.json']) await writeFile(join(dataDir, name), '{');
  await expect(start(configure())).rejects.toMatchObject({ code: 'init_failed' });
});

it('takes a new configuration over without dropping anybody', async () => {
  const { daemon, port, reload } = await start(configure());
  const client = await dial(port, 'a');
  await writeFile(join(dataDir, 'motd.txt'), 'Good news\n');
  const next = configure({
    listen: [
      { host: '127.0.0.1', port: 0 },
      { host: '127.0.0.2', port: 0 },
    ],
    motd_file: 'motd.txt',
    server_name: 'other.test',
  });
  expect(await reload(next)).toEqual({
    applied: ['listen', 'motd_file'],
    restartRequired: ['server_name'],
  });
  expect(daemon.listeners()).toHaveLength(2);
  client.socket.write('MOTD\r\n');
  expect(await client.until(' 376 ')).toContain(':irc.test 372 a :- Good news');
});

it('takes a renewed certificate and message of the day over although no setting has changed', async () => {
  const files = {
    motd: join(dataDir, 'motd'),
    cert: join(dataDir, 'tls.crt'),
    key: join(dataDir, 'tls.key'),
  };
  const renew = async (text: string) => {
    const pair = await createSelfSigned('irc.test');
    await Promise.all([
      writeFile(files.motd, text),
      writeFile(files.cert, pair.cert),
      writeFile(files.key, pair.key),
    ]);
    return new X509Certificate(pair.cert).fingerprint256;
  };
  const first = await renew('old');
  const config = configure({
    listen: [{ host: '127.0.0.1', port: 0, tls: true }],
    tls: { certificate: files.cert, key: files.key },
    motd_file: files.motd,
  });
  const { port, reload } = await start(config);
  const shown = async () => {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    sockets.push(socket);
    await once(socket, 'secureConnect');
    return socket.getPeerX509Certificate()?.fingerprint256;
  };
  expect(await shown()).toBe(first);
  expect(await reload(config)).toEqual({ applied: [], restartRequired: [] });
  const second = await renew('new');
  expect(await reload(config)).toEqual({ applied: ['motd_file', 'tls'], restartRequired: [] });
  expect(await shown()).toBe(second);
});

it('has a thread make the certificate of a TLS listener that has none, so that nobody waits for it', async () => {
  const { metric, reload } = await start(configure());
  expect(metric('pool_submitted_total{pool="certificates"}')).toBe(0);
  const listen = [{ host: '127.0.0.1', port: 0, tls: true }];
  expect(await reload(configure({ listen }))).toMatchObject({ applied: ['listen'] });
  expect(metric('pool_completed_total{pool="certificates"}')).toBe(1);
  const made = await readFile(join(dataDir, 'ircd-self-signed.crt'), 'utf8');
  expect(new X509Certificate(made).subject).toBe('CN=irc.test');
});

it('keeps its certificate when a reload brings a broken pair, or fails for another reason', async () => {
  const tls = { certificate: join(dataDir, 'tls.crt'), key: join(dataDir, 'tls.key') };
  const write = async (pair: { cert: string; key: string }) => {
    await Promise.all([writeFile(tls.certificate, pair.cert), writeFile(tls.key, pair.key)]);
  };
  const [good, other] = [await createSelfSigned('irc.test'), await createSelfSigned('irc.test')];
  const listen = [{ host: '127.0.0.1', port: 0, tls: true }];
  await write({ cert: good.cert, key: other.key });
  await expect(start(configure({ listen, tls }))).rejects.toThrow(
    `ircd.tls.key: ${tls.key} does not belong to`,
  );
  await write(good);
  const { port, reload } = await start(configure({ listen, tls }));
  const shown = async () => {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    sockets.push(socket);
    await once(socket, 'secureConnect');
    return socket.getPeerX509Certificate()?.toString();
  };
  await write({ cert: other.cert, key: good.key });
  await expect(reload(configure({ listen, tls }))).rejects.toMatchObject({
    code: 'config_invalid',
    detail: { key: 'ircd.tls.key' },
  });
  expect(await shown()).toBe(good.cert);
  await write(other);
  // 192.0.2.0/24 is on nobody's machine.
  const elsewhere = [...listen, { host: '192.0.2.1', port: 0 }];
  await expect(reload(configure({ listen: elsewhere, tls }))).rejects.toThrow('192.0.2.1');
  expect(await shown()).toBe(good.cert);
  expect(await reload(configure({ listen, tls }))).toMatchObject({ applied: ['tls'] });
  expect(await shown()).toBe(other.cert);
});

it('tells clients why it goes down', async () => {
  const { daemon, port } = await start(configure());
  const client = await dial(port, 'a');
  await daemon.drain(AbortSignal.timeout(5000));
  await client.until('ERROR :Closing Link: localhost (Server is shutting down)');
  await client.closed;
});

it('asks before a stop that brings back a ban whose removal is not on disk', async () => {
  const { daemon } = await start(configure());
  const ban = { kind: 'dline', mask: '192.0.2.1', reason: 'x', minutes: 0 } as const;
  await daemon.commands['add-ban'].run(ban, call);
  await rename(dataDir, `${dataDir}-away`);
  await daemon.commands['remove-ban'].run({ kind: 'dline', mask: '192.0.2.1/32' }, call);
  expect(daemon.stopImpact?.()).toBe('brings back 1 removed ban still on disk');
  await rename(`${dataDir}-away`, dataDir);
  await daemon.commands['add-ban'].run({ ...ban, mask: '192.0.2.2' }, call);
  expect(daemon.stopImpact?.()).toBeNull();
});

it('refuses a configuration with a mistake and names the key', () => {
  const broken = { oper: [{ name: 'x', password_hash: 'plain' }], server_name: 'nodot' };
  const paths = ircdConfigSchema.safeParse(broken).error?.issues.map((issue) => issue.path.join('.'));
  expect(paths).toEqual(['server_name', 'oper.0.password_hash']);
});

it('lets garbage, half lines and megabyte lines cost their sender only', async () => {
  const { metric, port } = await start(
    configure({ class: [{ name: 'all', throttle: false, flood: false }] }),
  );
  const [witness, speaker] = [await dial(port, 'witness'), await dial(port, 'speaker')];
  for (const { socket, until } of [witness, speaker]) {
    socket.write('JOIN #x\r\n');
    await until(' 366 ');
  }
  const long = await dial(port, 'long');
  long.socket.write(`PRIVMSG #x :${'a'.repeat(1 << 20)}`);
  long.socket.write('\r\nPING after\r\n');
  await long.until(' 417 long ');
  await long.until('PONG irc.test :after');
  const bytes = Buffer.alloc(65_536, 0x80);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 197 + (i >> 3)) & 0xff;
  const noise = await dial(port, 'noise');
  noise.socket.write(bytes);
  noise.socket.write('\r\nPING noise\r\n');
  await noise.until('PONG irc.test :noise');
  const half = await dial(port, 'half');
  half.socket.end('PRIVMSG #x :never finis');
  await half.closed;
  speaker.socket.write('PRIVMSG #x :still fine\r\n');
  const seen = await witness.until('still fine');
  expect(seen).not.toContain('never finis');
  expect(seen).not.toContain('aaaa');
  expect(metric('handler_errors_total')).toBe(0);
  expect(metric('oversized_lines_total')).toBeGreaterThan(0);
});

it('offers a login to whoever connects first: its listeners open when accounts can be asked', async () => {
  const secret = new Uint8Array(32);
  let answer = () => {};
  const mayAnswer = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let asked = () => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const door = new PeerDoor({
    protocol: ACCOUNTS_PROTOCOL,
    secret,
    lineChars: ACCOUNTS_LINE_CHARS,
    onRefused: () => {},
    onPeer: (channel) =>
      answerQuestions(
        channel,
        { channels: ACCOUNT_QUESTIONS.channels },
        {
          channels: async () => {
            asked();
            await mayAnswer;
            return { rows: [], next: null };
          },
        },
      ),
  });
  await door.open();
  try {
    const peers = new PeerDirectory();
    peers.introduce([], secret);
    let open = false;
    const starting = start(configure(), peers).then((running) => {
      open = true;
      return running;
    });
    // It comes later than the server.
    peers.update([{ id: 'accounts', endpoints: door.infos.map(endpointOf) }]);
    await isAsked;
    expect(open).toBe(false);
    answer();
    const { port } = await starting;
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.write('CAP LS 302\r\n');
    const [bytes] = await once(socket, 'data');
    expect(String(bytes)).toMatch(/[ :]sasl=PLAIN,EXTERNAL,SCRAM-SHA-256/);
  } finally {
    door.close();
  }
});

it('deletes at a start what was kept on disk and is not to be any more, but nothing that is beside it or of others', async () => {
  const parent = dataDir;
  try {
    dataDir = join(parent, 'ircd');
    await mkdir(dataDir);
    await mkdir(join(parent, 'messages'));
    const names = ['messages.db', 'messages.db-wal', 'messages.db-shm', 'messages.db.old'];
    const fill = async () => {
      for (const name of names) await writeFile(join(parent, 'messages', name), 'psst');
    };
    const left = () => readdir(join(parent, 'messages')).then((found) => found.sort());
    const nothing = configure({ accounts: { authority: 'none' }, history: { keep_minutes: 0 } });
    await fill();
    // One that stands alone has never kept anything there.
    await start(nothing);
    expect(await left()).toEqual(names.toSorted());
    const introduced = () => {
      const peers = new PeerDirectory();
      peers.introduce([], new Uint8Array(32));
      return peers;
    };
    await start(nothing, introduced());
    expect(await left()).toEqual(['messages.db.old']);
    await fill();
    const memory = { keep_minutes: 60, on_disk: false };
    await start(configure({ accounts: { authority: 'none' }, history: memory }), introduced());
    expect(await left()).toEqual(['messages.db.old']);
    await start(nothing, introduced());
    expect(await left()).toEqual(['messages.db.old']);
  } finally {
    for (const daemon of started.splice(0)) await daemon.drain(AbortSignal.abort());
    dataDir = parent;
  }
});
