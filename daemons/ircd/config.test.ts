import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { expect, it } from 'vitest';
import { ircdConfigSchema } from './config.ts';

it('has a default for everything', () => {
  const config = ircdConfigSchema.parse({});
  expect(config.listen).toEqual([
    { host: '127.0.0.1', port: 6667, tls: false, protocol: 'irc', proxy: false },
  ]);
  expect(config.oper).toEqual([]);
});

const HASH = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

it('is the same, written out, as an empty one with an operator and a class that have but a name', () => {
  expect(
    ircdConfigSchema.parse({ class: [{ name: 'x' }], oper: [{ name: 'o', password_hash: HASH }] }),
  ).toEqual({
    server_name: 'irc.signalbox.local',
    numeric: 1,
    nick_length: 30,
    hidden_host: 'users.undernet.org',
    restore_minutes: 30,
    network: 'Signalbox',
    channel_status: [],
    denied_client_tags: [],
    shun_notice: false,
    description: 'Signalbox IRC server',
    listen: [{ host: '127.0.0.1', port: 6667, tls: false, protocol: 'irc', proxy: false }],
    io_threads: 0,
    trusted_proxies: [],
    class: [
      {
        name: 'x',
        match: ['::/0'],
        throttle: true,
        flood: true,
        max_connections: 10_000,
        max_per_address: 256,
        send_queue_bytes: 1_048_576,
        receive_queue_bytes: 16_384,
        ping_seconds: 120,
        batch_ms: 2,
        dnsbl: true,
      },
    ],
    dnsbl: [],
    dns_servers: [],
    penalty: [],
    spam: { recent_minutes: 0, recent_private: false },
    websocket_origins: ['*'],
    send_queue_total_bytes: 268_435_456,
    receive_queue_total_bytes: 67_108_864,
    dns: true,
    ident: false,
    password_hash: null,
    webirc: [],
    link: [],
    history: {
      keep_minutes: 0,
      on_disk: true,
      new_channels: false,
      readers: 'present',
      operators_read: false,
      direct_messages: false,
    },
    cloak: { enabled: false, key_file: 'cloak.keys', suffix: 'cloak' },
    motd_file: null,
    accounts: {
      authority: 'embedded',
      registration: 'open',
      nick_protection: 'rename',
      verify: 'none',
      services: null,
      before_connect: true,
      email_required: false,
      login_timelines: 256,
    },
    admin: { location: '', organisation: '', email: '' },
    oper: [
      {
        name: 'o',
        password_hash: HASH,
        hosts: ['*@*'],
        flags: ['auspex', 'dline', 'gline', 'globops', 'kill', 'kline', 'rehash', 'wallops'],
        title: 'is an IRC operator',
        notices: 'bdfgklos',
      },
    ],
  });
});

/** A value of a setting in its place in the whole. */
function placed(setting: string, value: unknown): unknown {
  if (setting.startsWith('class.')) return { class: [{ name: 'x', [setting.slice(6)]: value }] };
  if (setting.startsWith('oper.'))
    return { oper: [{ name: 'o', password_hash: HASH, [setting.slice(5)]: value }] };
  if (setting.startsWith('accounts.')) return { accounts: { [setting.slice(9)]: value } };
  if (setting.startsWith('admin.')) return { admin: { [setting.slice(6)]: value } };
  return { [setting]: value };
}

const long = (length: number) => 'x'.repeat(length);

it.each<[string, unknown[], unknown[]]>([
  ['server_name', ['a.b', `${long(61)}.b`], ['ab', `${long(62)}.b`, 'a b.c', '-a.b', '', 'a.b:c']],
  ['accounts.authority', ['embedded', 'services', 'none'], ['other', '']],
  ['accounts.registration', ['open', 'closed'], ['half']],
  ['accounts.verify', ['none'], ['mail']],
  ['accounts.before_connect', [true, false], ['yes']],
  ['accounts.email_required', [true, false], ['yes']],
  ['numeric', [1, 4095], [0, 4096, 1.5]],
  ['nick_length', [9, 30], [8, 31, 9.5]],
  ['restore_minutes', [0, 10_080], [-1, 10_081, 0.5]],
  ['hidden_host', ['a.b', long(32)], [long(33), 'a b', '']],
  ['motd_file', [null, 'motd'], ['']],
  ['dns', [true, false], ['yes']],
  ['ident', [true, false], ['yes']],
  ['accounts.services', [null, 'x3.test'], ['x3', 'a b.c']],
  ['accounts.nick_protection', ['off', 'rename', 'refuse'], ['on']],
  ['network', [long(32), 'a'], [long(33), '', 'a b', 'a=b', 'a\\b']],
  ['description', ['', long(200)], [long(201), 'a\nb']],
  ['admin.location', ['', long(200)], [long(201)]],
  ['admin.organisation', ['', long(200)], [long(201)]],
  ['admin.email', ['', long(200)], [long(201)]],
  ['oper.name', ['o', long(32)], ['', long(33), 'a b']],
  ['oper.notices', ['', 'c', 'bcdfgklos', 'kb'], ['x', 'bb', '+b', 'b k']],
  ['oper.title', ['t', 'two words', long(128)], ['', long(129)]],
  [
    'oper.hosts',
    [['*@x'], [long(200)], ['*@10.0.0.0/8', 'a@b']],
    [[], [long(201)], ['a b'], ['*@10.0.0.0/33']],
  ],
  [
    'oper.flags',
    [
      [],
      ['auspex', 'connect', 'die', 'dline', 'gline', 'globops', 'jupe', 'kill', 'kline'],
      ['rehash', 'restart', 'squit', 'wallops'],
    ],
    [['other']],
  ],
  ['class.name', [long(64), 'two words'], ['', long(65)]],
  ['class.match', [['10.0.0.0/8'], ['::1', '192.0.2.1']], [[], ['10.0.0.0/33'], ['host']]],
  ['trusted_proxies', [[], ['192.0.2.1', '2001:db8::/32']], [['proxy.example'], ['10.0.0.0/33'], '::1']],
  [
    'webirc',
    [
      [],
      [{ match: ['10.0.0.2'], password: 'x' }],
      [{ match: ['10.0.0.0/8', '::1'], password_file: 'gateway.password' }],
      [{ match: ['10.0.0.2'], password: long(256) }],
    ],
    [
      [{ match: ['10.0.0.2'] }],
      [{ match: ['10.0.0.2'], password: 'x', password_file: 'x' }],
      [{ match: [], password: 'x' }],
      [{ match: ['gateway.example'], password: 'x' }],
      [{ match: ['10.0.0.2'], password: '' }],
      [{ match: ['10.0.0.2'], password: 'two words' }],
      [{ match: ['10.0.0.2'], password: long(257) }],
    ],
  ],
  [
    'link',
    [
      [],
      [{ name: 'a.b', password: 'x' }],
      [{ name: 'a.b', password: long(64), host: 'a.b', port: 4400, autoconnect: true, hub: ['*.b'] }],
      [{ name: 'a.b', password_file: 'p', tls: true, fingerprint: 'aB'.repeat(32), kind: 'ircu' }],
      [{ name: 'a.b', password: 'x', tls: true, fingerprint: Array(32).fill('0F').join(':') }],
      ['a.b', 'c.b'].map((name) => ({ name, password: 'x' })),
      ['auto', 'signalbox', 'ircu', 'nefarious'].map((kind) => ({ name: `${kind}.b`, password: 'x', kind })),
      [1, 65_535].map((port) => ({ name: `a${port}.b`, password: 'x', host: '::1', port })),
      [0, 50].map((batch_ms) => ({ name: `b${batch_ms}.b`, password: 'x', batch_ms })),
      [{ name: `${long(61)}.b`, password: 'x', hub: [long(63), '*', 'A-z_0.?'] }],
    ],
    [
      [{ name: 'a.b' }],
      [{ name: 'a.b', password: 'x', host: 'a.b', port: 65_536 }],
      [{ name: 'a.b', password: 'x', password_file: '' }],
      ...[long(64), '!a', 'a!', ''].map((mask) => [{ name: 'a.b', password: 'x', hub: [mask] }]),
      [{ name: 'ab', password: 'x' }],
      [{ name: 'a.b', password: 'x', password_file: 'x' }],
      [{ name: 'a.b', password: long(65) }],
      [{ name: 'a.b', password: 'two words' }],
      [{ name: 'a.b', password: 'x', host: 'a.b' }],
      [{ name: 'a.b', password: 'x', port: 4400 }],
      [{ name: 'a.b', password: 'x', host: 'a.b', port: 0 }],
      [{ name: 'a.b', password: 'x', autoconnect: true }],
      [{ name: 'a.b', password: 'x', batch_ms: -1 }],
      [{ name: 'a.b', password: 'x', batch_ms: 51 }],
      [{ name: 'a.b', password: 'x', fingerprint: 'aB'.repeat(32) }],
      [{ name: 'a.b', password: 'x', tls: true, fingerprint: 'aB' }],
      [{ name: 'a.b', password: 'x', tls: true, fingerprint: `${'aB'.repeat(32)}f` }],
      [{ name: 'a.b', password: 'x', tls: true, fingerprint: `f${'aB'.repeat(32)}` }],
      [{ name: 'a.b', password: 'x', tls: true, fingerprint: 'xy'.repeat(32) }],
      [{ name: 'a.b', password: 'x', kind: 'inspircd' }],
      [{ name: 'a.b', password: 'x', hub: ['two words'] }],
      ['a.b', 'A.B'].map((name) => ({ name, password: 'x' })),
    ],
  ],
  [
    'cloak',
    [{}, { enabled: true, key_file: '/k', suffix: long(36) }],
    [{ suffix: '' }, { suffix: long(37) }, { suffix: 'a b' }, { suffix: '-a' }, { key_file: '' }],
  ],
  [
    'sts',
    [
      { port: 6697 },
      { port: 1, duration_seconds: 0, preload: true },
      { port: 65_535, duration_seconds: 31_536_000 },
    ],
    [
      {},
      { port: 0 },
      { port: 65_536 },
      { port: 1, duration_seconds: -1 },
      { port: 1, duration_seconds: 31_536_001 },
    ],
  ],
  ['class.max_connections', [1, 1_000_000], [0, 1.5]],
  ['class.max_per_address', [1, 1_000_000], [0, 1.5]],
  ['class.send_queue_bytes', [512, 2 ** 30], [511, 2 ** 30 + 1]],
  ['class.receive_queue_bytes', [512, 2 ** 24], [511, 2 ** 24 + 1]],
  ['class.ping_seconds', [5, 3600], [4, 3601]],
  ['send_queue_total_bytes', [512, 2 ** 36], [511, 2 ** 36 + 1]],
  ['receive_queue_total_bytes', [512, 2 ** 36], [511, 2 ** 36 + 1]],
  [
    'password_hash',
    [
      null,
      HASH,
      HASH.replace('argon2id', 'argon2i'),
      HASH.replace('argon2id', 'argon2d'),
      HASH.replace('$v=19', ''),
      `$argon2id$m=1,t=1,p=1$${'A'.repeat(11)}$${'A'.repeat(16)}`,
      `$argon2id$m=1234567,t=1234,p=123$${'A'.repeat(86)}$${'A'.repeat(172)}`,
    ],
    [
      `x${HASH}`,
      `${HASH}!`,
      `$argon2id$m=1,t=1,p=1$${'A'.repeat(10)}$${'A'.repeat(16)}`,
      `$argon2id$m=1,t=1,p=1$${'A'.repeat(11)}$${'A'.repeat(15)}`,
      '$argon2id$m=1,t=1,p=1$',
    ],
  ],
])('%s is taken within its bounds, and not beyond', (setting, good, bad) => {
  const taken = (value: unknown) => ircdConfigSchema.safeParse(placed(setting, value)).success;
  expect([good.filter((value) => !taken(value)), bad.filter(taken)]).toEqual([[], []]);
});

it('names what is wrong and what is expected', () => {
  const problem = (setting: string, value: unknown) =>
    ircdConfigSchema.safeParse(placed(setting, value)).error?.issues[0]?.message;
  expect([
    problem('server_name', 'localhost'),
    problem('network', 'a=b'),
    problem('password_hash', 'sesame'),
    problem('oper.hosts', ['*@10.0.0.0/33']),
    problem('class.match', ['x']),
    ircdConfigSchema.safeParse({ oper: [1, 2].map(() => ({ name: 'o', password_hash: HASH })) }).error
      ?.issues[0]?.message,
    ircdConfigSchema.safeParse({ class: [{ name: 'a' }, { name: 'a' }] }).error?.issues[0]?.message,
    problem(
      'link',
      ['a.b', 'A.B'].map((name) => ({ name, password: 'x' })),
    ),
    problem('hidden_host', 'a b'),
  ]).toEqual([
    'expected a server name with a dot, such as irc.example.net',
    'expected a name without "=" and "\\"',
    'expected an argon2id hash; make one with: npm run -s hash-password',
    'expected a network with a length that it can have, such as *@10.0.0.0/8',
    'expected an address or a CIDR block such as 192.0.2.0/24',
    'two operator blocks have the same name',
    'two classes have the same name',
    'two blocks name the same server',
    'expected the end of a host name, such as users.example.net',
  ]);
});

it('accepts the example of docs/configuration.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8');
  const example = page.split('```toml\n')[1]?.split('```')[0] as string;
  const config = ircdConfigSchema.parse(parse(example).ircd);
  expect(config.class.map((one) => one.name)).toEqual(['bouncers']);
});

it('refuses names that would break lines of the protocol, and duplicates', () => {
  for (const broken of [
    { server_name: 'localhost' },
    { server_name: 'a b.c' },
    { network: 'two words' },
    { network: 'a=b' },
    { oper: [1, 2].map(() => ({ name: 'x', password_hash: '$argon2id$x' })) },
    { listen: [{ port: 70_000 }] },
    { listen: [{ port: 6667 }, { port: 6667 }] },
    { listen: [{ port: 6667 }, { port: 6667, host: '0.0.0.0', tls: true }] },
    { listen: [{ port: 6667, host: '*' }] },
    { password_hash: 'correct-horse-battery' },
    { password_hash: '$argon2id$...' },
    { password_hash: '$argon2id$v=19$m=19456,t=2,p=1$...' },
    { unknown_key: 1 },
  ]) {
    expect(ircdConfigSchema.safeParse(broken).success, JSON.stringify(broken)).toBe(false);
  }
});

it('refuses an operator block from a network that cannot be, as it would let nobody in', () => {
  const password_hash = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;
  const accepts = (mask: string) =>
    ircdConfigSchema.safeParse({ oper: [{ name: 'x', password_hash, hosts: [mask] }] }).success;
  expect(accepts('*@10.0.0.0/8')).toBe(true);
  expect(accepts('*@10.0.0.0/33')).toBe(false);
});
