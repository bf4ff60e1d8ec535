/** Configurations of other servers become settings that hold, and of what cannot be taken over the line and the reason are told. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifySync } from '@node-rs/argon2';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMPORT_KINDS } from '../verb-specs.ts';
import { importConfig } from './import-verb.ts';
import { importedFrom, type Kind } from './imported-fixture.ts';
import { bytesOf, networkOf, portsOf, secondsOf } from './words.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-import-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const imported = (kind: Kind, text: string) => importedFrom(folder, kind, text);

const NOTHING_LIKE_IT = 'there is nothing like it here';
const P10 = (who: string) => `servers link by P10 here, which ${who} does not speak: see docs/links.md`;

describe('InspIRCd', () => {
  it('tags are read with what they define', async () => {
    const { ircd, told } = await imported(
      'inspircd',
      `# a comment
<define name="domain" value="example.org">
<server name="irc.&domain;" description="A &quot;server&quot;" network=Example id="1AB">
<admin name="Ann" description="Here" email="ann@&domain;">
<sslprofile name="Clients" provider="gnutls" certfile="cert.pem" keyfile="key.pem">
<bind address="" port="6697,7000-7001" type="clients" sslprofile="Clients">
<bind address="192.0.2.1" port="8097" type="clients" hook="websocket">
<bind address="*" port="7005" type="servers">
<connect deny="198.51.100.0/24" reason="no">
<connect name="few" parent="main" allow="203.0.113.* *.example.net" password="secret" localmax="2">
<connect name="main" allow="*" limit="500" localmax="3" globalmax="9" usednsbl="no" hardsendq="1M" recvq="10K" pingfreq="2m" resolvehostnames="yes" useident="no">
<files motd="motd.txt">
<limits maxnick="20" maxtopic="300">
<cloak mode="half" key="very secret">
<sts host="x" port="6697" duration="60d" preload="yes">
<cgihost type="webirc" mask="192.0.2.7" password="web">
<cgihost type="ident" mask="*">
<link name="hub.example.org" sendpass="a" recvpass="b">
<badhost host="root@*" reason="no">
<dnsbl name="Bad" domain="bl.example.org" type="record" records="3,5-7" action="ZLINE" reason="Listed">
<dnsbl domain="bits.example.org" type="bitmask" bitmask="2">
<penalty name="list" value="2000">
<filteropts engine="glob">
`,
    );
    expect(ircd).toEqual({
      server_name: 'irc.example.org',
      description: 'A "server"',
      network: 'Example',
      admin: { organisation: 'Ann', location: 'Here', email: 'ann@example.org' },
      listen: [
        { host: '::', port: 6697, tls: true },
        { host: '::', port: 7000, tls: true },
        { host: '::', port: 7001, tls: true },
        { host: '192.0.2.1', port: 8097, tls: false, protocol: 'websocket' },
      ],
      tls: { certificate: 'cert.pem', key: 'key.pem' },
      dns: true,
      ident: false,
      class: [
        {
          name: 'few',
          match: ['203.0.113.0/24'],
          max_connections: 500,
          max_per_address: 2,
          max_per_address_network: 9,
          dnsbl: false,
          send_queue_bytes: 1_048_576,
          receive_queue_bytes: 10_240,
          ping_seconds: 120,
        },
        {
          name: 'main',
          match: ['::/0'],
          max_connections: 500,
          max_per_address: 3,
          max_per_address_network: 9,
          dnsbl: false,
          send_queue_bytes: 1_048_576,
          receive_queue_bytes: 10_240,
          ping_seconds: 120,
        },
      ],
      motd_file: 'motd.txt',
      nick_length: 20,
      cloak: { enabled: true },
      sts: { port: 6697, duration_seconds: 5_184_000, preload: true },
      webirc: [{ match: ['192.0.2.7'], password: 'web' }],
      dnsbl: [{ zone: 'bl.example.org', replies: [3, 5, 6, 7], action: 'refuse', reason: 'Listed' }],
      penalty: [{ command: 'LIST', lines: 8 }],
    });
    expect(told).toEqual([
      `3 server irc.example.org: id: ${NOTHING_LIKE_IT}`,
      `5 sslprofile Clients: provider: ${NOTHING_LIKE_IT}`,
      `8 bind * 7005: ${P10('InspIRCd')}`,
      '9 connect 198.51.100.0/24: bans are set while the server runs, and kept: ZLINE',
      '10 masks of hosts of connect few: classes go by addresses',
      '10 the password of connect few: one password, password_hash, is asked of all clients or of none',
      `13 limits: maxtopic: ${NOTHING_LIKE_IT}`,
      '14 the key of cloak: the server makes one of its own, so hidden hosts become others',
      `14 cloak: mode: ${NOTHING_LIKE_IT}`,
      `15 sts: host: ${NOTHING_LIKE_IT}`,
      '17 cgihost *: only gateways that say WEBIRC from known addresses are let in',
      `18 link hub.example.org: ${P10('InspIRCd')}`,
      '19 badhost: bans are set while the server runs, and kept: KLINE or GLINE',
      '21 dnsbl bits.example.org: replies are told apart by their last numbers alone',
      '23 filteropts: spam filters are set while the server runs, and kept: add-filter, or SPAMFILTER',
    ]);
  });

  it('operators may what the commands of their type allow; a password that is hashed in another way has to be made anew', async () => {
    const { ircd, toml, told } = await imported(
      'inspircd',
      `<class name="bans" commands="KILL GLINE KLINE ZLINE FILTER SHUN ELINE" privs="users/auspex">
<class name="all" commands="DIE">
<type name="Net" classes="bans all">
<oper name="ann" password="in clear" host="ann@192.0.2.* example.org" type="Net">
<oper name="bob" hash="bcrypt" password="$2a$10$x" host="*" type="None">
<oper name="cat" type="Net">
`,
    );
    const [ann, ...more] = ircd.oper as { password_hash: string }[];
    expect({ ...ann, password_hash: null }).toEqual({
      name: 'ann',
      hosts: ['ann@192.0.2.*', '*@example.org'],
      flags: ['auspex', 'die', 'dline', 'eline', 'gline', 'kill', 'kline', 'shun', 'spamfilter'],
      password_hash: null,
    });
    expect(more).toEqual([]);
    expect(verifySync(ann!.password_hash, 'in clear')).toBe(true);
    expect(toml).toContain('# [[ircd.oper]]\n# name = "bob"\n# hosts = [ "*@*" ]\n# flags = []\n');
    expect(toml).not.toMatch(/\$2a\$10|in clear/);
    expect(told).toEqual([
      '5 the password of the operator bob: it is hashed in another way than argon2: make a new hash with npm run -s hash-password',
      '6 oper cat: it has no password; a certificate or an account alone makes nobody operator here',
    ]);
  });
});

it('UnrealIRCd: blocks are read, with lists in braces and lines that are text', async () => {
  const hash = '$argon2id$v=19$m=6144,t=2,p=2$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  const { ircd, told } = await imported(
    'unrealircd',
    `/* a comment
over two lines */
include "modules.default.conf";
me { name "irc.example.org"; info "A server"; sid 001; }
admin { "Ann Example"; 'ann'; ann@example.org; }
class clients { pingfreq 90; maxclients 1000; sendq 200k; recvq 8000; }
allow { mask { 192.0.2.0/24; 198.51.100.7; *.example.net; } class clients; maxperip 5; password "x"; }
allow { mask *; class clients; maxperip 3; global-maxperip 4; }
listen { ip *; port 6667; }
listen { ip 192.0.2.1; port 6697-6698; options { tls; clientsonly; websocket { type text; } } }
listen { ip *; port 6900; options { tls; serversonly; } }
listen { file "/tmp/socket"; }
oper ann { class opers; mask { 192.0.2.*; ann@*; } password "${hash}"; operclass netadmin-with-override; swhois "is Ann"; }
oper bob { mask *@*; password "clear" { plain; } operclass my-own; }
oper cat { mask *@*; password "aa:bb" { certfp; } operclass locop; }
files { motd ircd.motd; }
webirc { mask 192.0.2.9; password "web"; }
link hub.example.org { class servers; password "x"; }
set { network-name "Example"; nick-length 20; cloak-method ip; modes-on-join "+nt";
  tls { certificate "c.pem"; key "k.pem"; sts-policy { port 6697; duration 180d; } } }
blacklist bad { dns { name bl.example.org; type record; reply { 2; 5; } } action gline; ban-time 1d; reason "Listed"; }
blacklist dyn { dns { name bl.example.org; type record; reply { 9; } } action soft-kill; reason "Log in"; }
blacklist bits { dns { name bits.example.org; type bitmask; reply { 2; } } action mark; }
spamfilter { match-type simple; match "*it's bad*"; target { private; channel; user; } action gline; ban-time 1h; reason "no ads"; }
spamfilter { match-type regex; match ".*"; target { private; } action gline; reason "x"; }
`,
  );
  const opers = ircd.oper as { name: string; flags: string[]; password_hash: string }[];
  expect(opers.map(({ name, flags }) => [name, flags.join(' ')])).toEqual([
    [
      'ann',
      'auspex chghost connect die dline eline gline globops jupe kill kline override rehash restart set shun spamfilter squit wallops',
    ],
    ['bob', 'globops kill kline wallops'],
  ]);
  expect(opers[0]).toMatchObject({ hosts: ['*@192.0.2.*', 'ann@*'], title: 'is Ann', password_hash: hash });
  expect(verifySync(opers[1]!.password_hash, 'clear')).toBe(true);
  expect({ ...ircd, oper: null }).toEqual({
    server_name: 'irc.example.org',
    description: 'A server',
    channel_status: ['owner', 'protected', 'halfop'],
    network: 'Example',
    nick_length: 20,
    admin: { organisation: 'Ann Example, ann', email: 'ann@example.org' },
    cloak: { enabled: true },
    tls: { certificate: 'c.pem', key: 'k.pem' },
    sts: { port: 6697, duration_seconds: 15_552_000 },
    motd_file: 'ircd.motd',
    listen: [
      { host: '::', port: 6667, tls: false },
      { host: '192.0.2.1', port: 6697, tls: true, protocol: 'websocket' },
      { host: '192.0.2.1', port: 6698, tls: true, protocol: 'websocket' },
    ],
    class: [
      {
        name: 'clients',
        match: ['192.0.2.0/24', '198.51.100.7'],
        max_connections: 1_000,
        max_per_address: 5,
        send_queue_bytes: 204_800,
        receive_queue_bytes: 8_000,
        ping_seconds: 90,
      },
      {
        name: 'clients 2',
        match: ['::/0'],
        max_connections: 1_000,
        max_per_address: 3,
        max_per_address_network: 4,
        send_queue_bytes: 204_800,
        receive_queue_bytes: 8_000,
        ping_seconds: 90,
      },
    ],
    webirc: [{ match: ['192.0.2.9'], password: 'web' }],
    dnsbl: [
      { zone: 'bl.example.org', replies: [2, 5], action: 'refuse', reason: 'Listed' },
      { zone: 'bl.example.org', replies: [9], action: 'require-sasl', reason: 'Log in' },
    ],
    oper: null,
  });
  expect(told).toEqual([
    '3 include: only this file was read: import that one as well',
    `4 me irc.example.org: sid: ${NOTHING_LIKE_IT}`,
    '7 masks of allow clients: classes go by addresses',
    '7 the password of allow clients: one password, password_hash, is asked of all clients or of none',
    `10 listen: options: websocket: type: ${NOTHING_LIKE_IT}`,
    `11 listen * 6900: ${P10('UnrealIRCd')}`,
    '12 listen /tmp/socket: it is no port of an address',
    `13 oper ann: class: ${NOTHING_LIKE_IT}`,
    '14 operclass my-own of oper bob: only the classes that come with UnrealIRCd are known; the flags of a local operator were given',
    '15 oper cat: it has no password; a certificate or an account alone makes nobody operator here',
    `18 link hub.example.org: ${P10('UnrealIRCd')}`,
    `19 set: modes-on-join: ${NOTHING_LIKE_IT}`,
    '23 blacklist bits.example.org: replies are told apart by their last numbers alone',
    `24 spamfilter *it's bad*: it is set while the server runs: signalbox run ircd add-filter --pattern '*it'\\''s bad*' --targets private,channel --action gline --minutes 60 --reason 'no ads'`,
    '25 spamfilter .*: filters have texts and masks, and block, warn, kill or ban: see docs/ircd.md',
  ]);
});

it('ircu: links go on by P10, and the last Client block that fits comes first', async () => {
  const { ircd, told } = await imported(
    'ircu',
    `General { name = "irc.example.org"; description = "A server"; numeric = 7; };
Admin { Location = "Somewhere"; Location = "Else"; Contact = "ann@example.org"; };
Class { name = "Other"; pingfreq = 1 minutes 30 seconds; sendq = 160000; maxlinks = 400; };
Class { name = "Opers"; local = no; die = yes; gline = no; };
Client { class = "Other"; ip = "*@*"; maxlinks = 2; };
Client { class = "Other"; ip = "192.0.2.0/24"; maxlinks = 9; };
Client { class = "Other"; host = "*@*.example.net"; };
Operator { name = "ann"; host = "*@192.0.2.*"; password = "$PLAIN$clear"; class = "Opers"; };
Operator { name = "bob"; host = "*@*"; password = "VRKLKuGKn0jLt"; class = "Other"; };
Connect { name = "hub.example.org"; host = "192.0.2.8"; password = "link"; port = 4400; class = "Server"; hub; };
Connect { name = "leaf.example.org"; host = "192.0.2.9"; password = "link"; port = 0; };
Port { server = yes; port = ipv4 4400; };
Port { vhost = "192.0.2.1" 6667; vhost = "192.0.2.2" 6668; tls = yes; };
Port { port = 8080; websocket = yes; mask = "192.0.*"; };
Motd { host = "*"; file = "all.motd"; };
Motd { host = "*.com"; file = "com.motd"; };
WebIRC { ip = "192.0.2.5"; password = "web"; };
Jupe { nick = "X,Y"; };
features { "NETWORK" = "Example"; "HIDDEN_HOST" = "users.example.org"; "NICKLEN" = "12"; "NODNS" = "TRUE"; "LOG" = "SYSTEM" "FILE" "ircd.log"; };
`,
  );
  const [ann] = ircd.oper as { password_hash: string }[];
  expect(verifySync(ann!.password_hash, 'clear')).toBe(true);
  const common = { max_connections: 400, send_queue_bytes: 160_000, ping_seconds: 90 };
  expect({ ...ircd, oper: [{ ...ann, password_hash: null }] }).toEqual({
    server_name: 'irc.example.org',
    description: 'A server',
    numeric: 7,
    network: 'Example',
    hidden_host: 'users.example.org',
    nick_length: 12,
    dns: false,
    admin: { location: 'Somewhere, Else', email: 'ann@example.org' },
    listen: [
      { host: '::', port: 4400, tls: false, protocol: 'p10' },
      { host: '192.0.2.1', port: 6667, tls: true },
      { host: '192.0.2.2', port: 6668, tls: true },
      { host: '::', port: 8080, tls: false, protocol: 'websocket' },
    ],
    class: [
      { name: 'Other', match: ['192.0.2.0/24'], max_per_address: 9, ...common },
      { name: 'Other 2', match: ['::/0'], max_per_address: 2, ...common },
    ],
    oper: [
      {
        name: 'ann',
        hosts: ['*@192.0.2.*'],
        flags: [
          'auspex',
          'connect',
          'die',
          'dline',
          'globops',
          'kill',
          'kline',
          'rehash',
          'squit',
          'wallops',
        ],
        password_hash: null,
      },
    ],
    link: [
      {
        name: 'hub.example.org',
        host: '192.0.2.8',
        port: 4400,
        password: 'link',
        autoconnect: true,
        hub: ['*'],
        kind: 'ircu',
      },
      { name: 'leaf.example.org', password: 'link', kind: 'ircu' },
    ],
    motd_file: 'all.motd',
    webirc: [{ match: ['192.0.2.5'], password: 'web' }],
  });
  expect(told).toEqual([
    '7 client *@*.example.net: classes go by addresses',
    '9 the password of the operator bob: it is hashed in another way than argon2: make a new hash with npm run -s hash-password',
    `10 Connect hub.example.org: class: ${NOTHING_LIKE_IT}`,
    '14 mask 192.0.* of port 8080: a listener takes whoever comes; classes tell addresses apart',
    '16 motd of *.com: there is one message of the day for all',
    '18 Jupe: nicks are not reserved by the configuration',
    `19 features: LOG: ${NOTHING_LIKE_IT}`,
  ]);
});

it('Ergo: what is in its file by name is told by name', async () => {
  const { ircd, toml, told } = await imported(
    'ergo',
    `network:
    name: Example
server:
    name: irc.example.org
    listeners:
        "127.0.0.1:6667":
        "[::1]:6668": {}
        ":6697":
            tls: { cert: c.pem, key: k.pem }
            proxy: true
        "/run/ergo.sock": {}
    sts: { enabled: true, port: 6697, duration: 1mo2d5m }
    websockets:
        allowed-origins: ["https://chat.example.org"]
    lookup-hostnames: true
    check-ident: true
    motd: ergo.motd
    idle-timeouts: { ping: 1m30s, disconnect: 2m }
    proxy-allowed-from: [localhost, 192.0.2.0/24]
    webirc: [{ password: "$2a$04$x", hosts: [192.0.2.5] }]
    max-sendq: 96k
    ip-limits: { count: true, max-concurrent-connections: 16, exempted: [localhost] }
    ip-cloaking: { enabled: true, netname: irc }
accounts:
    registration: { enabled: false, allow-before-connect: false, email-verification: { enabled: true } }
    nick-reservation: { enabled: true, method: strict }
oper-classes:
    chat: { title: Chat, capabilities: [kill, ban, samode] }
    all: { title: All, extends: chat, capabilities: [rehash, history] }
opers:
    ann: { class: all, whois-line: is Ann, password: "$2a$04$x", hidden: true }
    bob: { class: chat, certfp: abc }
limits: { nicklen: 24 }
history: { enabled: true }
metadata: { enabled: true }
`,
  );
  expect(ircd).toEqual({
    network: 'Example',
    server_name: 'irc.example.org',
    listen: [
      { host: '127.0.0.1', port: 6667, tls: false },
      { host: '::1', port: 6668, tls: false },
      { host: '::', port: 6697, tls: true, proxy: true },
    ],
    tls: { certificate: 'c.pem', key: 'k.pem' },
    sts: { port: 6697, duration_seconds: 2_765_100 },
    websocket_origins: ['https://chat.example.org'],
    dns: true,
    ident: true,
    motd_file: 'ergo.motd',
    trusted_proxies: ['127.0.0.0/8', '192.0.2.0/24'],
    cloak: { enabled: true },
    class: [
      { name: 'exempted', match: ['127.0.0.0/8'], throttle: false },
      { name: 'default', max_per_address: 16, send_queue_bytes: 98_304, ping_seconds: 90 },
    ],
    accounts: {
      registration: 'closed',
      before_connect: false,
      email_required: true,
      nick_protection: 'refuse',
    },
    nick_length: 24,
    channel_status: ['owner', 'protected', 'halfop'],
  });
  expect(toml).toContain('# flags = [ "auspex", "dline", "gline", "kill", "kline", "override", "rehash" ]\n');
  expect(told).toEqual([
    '11 listener /run/ergo.sock: it is no port of an address',
    `18 server irc.example.org: idle-timeouts: disconnect: ${NOTHING_LIKE_IT}`,
    '20 webirc of 192.0.2.5: its password is known by a hash alone: give it a new one in [[ircd.webirc]]',
    `23 server irc.example.org: ip-cloaking: netname: ${NOTHING_LIKE_IT}`,
    '25 email-verification: mail is sent by services: [services.mail], and verify = "email" in [services]',
    `31 opers: ann: hidden: ${NOTHING_LIKE_IT}`,
    '31 the password of the operator ann: it is hashed in another way than argon2: make a new hash with npm run -s hash-password',
    '32 oper bob: it has no password; a certificate alone makes nobody operator here',
    '34 history: what was said is kept in memory, where [ircd.history] says so: see docs/ircd.md',
    '35 metadata: users and channels always have metadata, within limits of their own: see docs/limits.md',
  ]);
});

it.each<[kind: Kind, file: string, names: string[] | undefined]>([
  [
    'inspircd',
    '<customprefix name="halfop" letter="h" prefix="%" rank="20000" ranktoset="30000">\n<customprefix letter="q">',
    ['owner', 'halfop'],
  ],
  ['inspircd', '<module name="m_halfop.so">\n<module name="x">', ['halfop']],
  ['inspircd', '<customprefix letter="Y" prefix="!">', undefined],
  [
    'unrealircd',
    'include "modules.default.conf";\nblacklist-module "chanmodes/chanadmin";',
    ['owner', 'halfop'],
  ],
  [
    'unrealircd',
    'loadmodule "chanmodes/chanadmin";\nloadmodule "chanmodes/halfop";',
    ['protected', 'halfop'],
  ],
  ['unrealircd', 'loadmodule "x";', undefined],
  ['ircu', 'features { "HALFOPS" = "TRUE"; };', ['halfop']],
  ['ircu', 'features { "HALFOPS" = "FALSE"; };', undefined],
])('%s: members may be what they could be there: %s', async (kind, file, names) => {
  const { ircd } = await imported(kind, file);
  expect(ircd.channel_status).toEqual(names);
});

it('what the server would not take is told, and everything else holds', async () => {
  const { ircd, told } = await imported(
    'ircu',
    `General { name = "nodots"; numeric = 5000; description = "fine"; };
Port { port = 6667; };
Port { port = 6667; };
Operator { name = "two words"; host = "*@*"; password = "$PLAIN$x"; };
`,
  );
  expect(ircd).toEqual({ description: 'fine', listen: [{ host: '::', port: 6667, tls: false }] });
  expect(told).toEqual([
    '1 server_name: expected a server name with a dot, such as irc.example.net',
    '1 numeric: expected a number of at most 4095',
    '3 listen :: 6667: expected a place of its own; listen[0] has it already',
    expect.stringMatching(/^4 oper two words: name: expected /),
  ]);
});

it.each<[Kind, string, RegExp]>([
  ['inspircd', '<server name="x"', /line 1: <server> does not end/],
  ['inspircd', 'server { }', /line 1: has "s" where "<" is expected/],
  ['inspircd', '\n<server name="x>', /line 2: has a quote that nothing closes/],
  ['unrealircd', 'me {\n name "x";', /line 1: has a "\{" that nothing closes/],
  ['unrealircd', 'me { }\n}', /line 2: has a "\}" that closes nothing/],
  ['ircu', '/* x', /line 1: has a comment that does not end/],
  ['ircu', 'a {'.repeat(40), /has too many blocks in each other/],
  ['ergo', 'a: 1\na: 2', /line 2: Map keys must be unique/],
])('of %s, %j is told with its line', async (kind, text, message) => {
  await expect(imported(kind, text)).rejects.toMatchObject({
    code: 'bad_request',
    message: expect.stringMatching(message),
  });
});

it('a file that is not there is told as such', async () => {
  const nothing = importConfig({ kind: 'ircu', file: join(folder, 'nothing') });
  await expect(nothing).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('nothing'),
  });
});

it('whatever a file holds, there is a mistake with its line or there are settings that hold', async () => {
  const word = fc.constantFrom(
    ...[
      'me',
      'General',
      'server',
      'name',
      '"irc.example.org"',
      'listen',
      'port',
      '6667',
      '99999',
      'oper',
      'Operator',
      'mask',
      'x',
      'password',
    ],
    ...[
      '{',
      '}',
      ';',
      '=',
      '<',
      '>',
      '"',
      '#',
      '\n',
      ' ',
      ':',
      '- ',
      '&',
      ',',
      '"\u0000"',
      'class',
      'Client',
      'ip',
      '"*@*"',
      '<oper',
      '<bind',
      'numeric',
    ],
  );
  const text = fc.array(word, { maxLength: 40 }).map((words) => words.join(' '));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...IMPORT_KINDS), text, async (kind, said) => {
      await imported(kind, said).catch((error: { code?: string; message: string }) => {
        expect([error.code, error.message]).toEqual(['bad_request', expect.stringMatching(/, line \d+: /)]);
      });
    }),
    { numRuns: 300 },
  );
});

it('times, sizes, ports and networks are read as others write them', () => {
  expect(['90', '1m30s', '1 minutes 30 seconds', '1mo2d', '2 months', '1x', '', 'm'].map(secondsOf)).toEqual([
    90,
    90,
    90,
    2_764_800,
    5_184_000,
    null,
    null,
    null,
  ]);
  expect(['512', '10K', '1M', '2g', '1kb', '-1', 'k'].map(bytesOf)).toEqual([
    512,
    10_240,
    1_048_576,
    2_147_483_648,
    1_024,
    null,
    null,
  ]);
  expect(['6667', '+6697', '1-3,7', '0', '65536', '3-1', '1-500', ''].map(portsOf)).toEqual([
    [6_667],
    [6_697],
    [1, 2, 3, 7],
    [],
    [],
    [],
    [],
    [],
  ]);
  expect(
    [
      '*',
      '*@*',
      '192.0.2.*',
      '10.*.*',
      '192.0.2.1',
      'u@192.0.2.0/24',
      '2001:db8::/32',
      '192.0.2.0/33',
      '*.net',
      '300.*',
    ].map(networkOf),
  ).toEqual([
    '::/0',
    '::/0',
    '192.0.2.0/24',
    '10.0.0.0/8',
    '192.0.2.1',
    '192.0.2.0/24',
    '2001:db8::/32',
    null,
    null,
    null,
  ]);
});
