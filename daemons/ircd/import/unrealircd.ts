/** The configuration of UnrealIRCd 6 (www.unrealircd.org/docs/Configuration): blocks. */
import { SPAM_TARGETS } from '../spam-filters/spam-filter.ts';
import type { Block } from './block.ts';
import { setStatuses } from './extra-statuses.ts';
import { unrealircdHistory } from './history.ts';
import type { OperFlag, Translation } from './translation.ts';
import {
  bytesOf,
  listenHostOf,
  networkOf,
  numberOf,
  numbersOf,
  portsOf,
  secondsOf,
  userMaskOf,
} from './words.ts';

const LOCAL: readonly OperFlag[] = ['globops', 'kill', 'kline', 'wallops'];
const GLOBAL: readonly OperFlag[] = [...LOCAL, 'auspex', 'connect', 'dline', 'gline', 'shun', 'squit'];
const ADMIN: readonly OperFlag[] = [...GLOBAL, 'chghost', 'eline', 'rehash', 'spamfilter'];
const ALL: readonly OperFlag[] = [...ADMIN, 'die', 'jupe', 'override', 'restart', 'set'];
/** The classes that come with it; one with `-with-override` may do that as well. */
const OPER_CLASSES: Readonly<Record<string, readonly OperFlag[]>> = {
  locop: LOCAL,
  globop: GLOBAL,
  admin: ADMIN,
  'services-admin': ADMIN,
  netadmin: ALL,
};

const LINKS = 'servers link by P10 here, which UnrealIRCd does not speak: see docs/links.md';
const BANS = 'bans are set while the server runs, and kept';
const REASONS: Readonly<Record<string, string>> = {
  include: 'only this file was read: import that one as well',
  loadmodule: 'what is here needs no module',
  'blacklist-module': 'what is here needs no module',
  link: LINKS,
  ulines: LINKS,
  drpass: 'an operator needs a flag for it, and no password',
  ban: BANS,
  except: `${BANS}: ELINE`,
  log: 'logs are kept by Signalbox itself: signalbox logs ircd',
  'cloak-keys': 'the server makes a key of its own, so hidden hosts become others',
};

export function fromUnrealircd(root: Block, into: Translation): void {
  const me = root.one('me');
  into.set('server_name', me?.text('name'), me?.line);
  into.set('description', me?.text('info'), me?.line);
  const admin = root.one('admin');
  if (admin !== undefined) {
    // Lines of text, which are settings to whoever reads blocks.
    const said = admin.children.map((line) => [line.name, ...line.words].join(' '));
    for (const line of admin.children) admin.all(line.name.toLowerCase());
    const email = said.find((line) => line.includes('@'));
    into.set('admin.email', email, admin.line);
    into.set('admin.organisation', said.filter((line) => line !== email).join(', '), admin.line);
  }
  statuses(root, into);
  for (const set of root.all('set')) settings(set, into);
  const files = root.one('files');
  into.set('motd_file', files?.text('motd'), files?.line);
  listeners(root, into);
  classes(root, into);
  for (const oper of root.all('oper')) operator(oper, into);
  for (const block of [...root.all('webirc'), ...root.all('proxy')]) gateway(block, into);
  for (const list of root.all('blacklist')) badAddresses(list, into);
  for (const filter of root.all('spamfilter')) spamFilter(filter, into);
  into.leaveUnasked(root, REASONS);
}

/** Each is a module, and all of them come with `modules.default.conf`. */
const STATUS_MODULES: Readonly<Record<string, string>> = { chanowner: 'q', chanadmin: 'a', halfop: 'h' };

function statuses(root: Block, into: Translation): void {
  const named = (name: string) => root.children.filter((one) => one.name.toLowerCase() === name);
  const modules = (name: string) =>
    named(name).map(({ words }) => words[0]?.replace(/^chanmodes\//, '') ?? '');
  const included = named('include').find(({ words }) => words[0]?.endsWith('modules.default.conf') === true);
  const out = new Set(modules('blacklist-module'));
  const loaded = new Set(included === undefined ? modules('loadmodule') : Object.keys(STATUS_MODULES));
  const letters = Object.entries(STATUS_MODULES).flatMap(([name, letter]) =>
    loaded.has(name) && !out.has(name) ? [letter] : [],
  );
  setStatuses(into, letters, included?.line ?? 0);
}

function settings(set: Block, into: Translation): void {
  into.set('network', set.text('network-name'), set.line);
  into.set('nick_length', numberOf(set.text('nick-length')), set.line);
  const hides =
    set.text('cloak-method') !== undefined || set.children.some(({ name }) => name === 'cloak-keys');
  if (hides) into.set('cloak.enabled', true, set.line);
  unrealircdHistory(set, into);
  for (const tls of [...set.all('tls'), ...set.all('ssl')]) {
    const [certificate, key] = [tls.text('certificate'), tls.text('key')];
    if (certificate !== undefined && key !== undefined) into.set('tls', { certificate, key }, tls.line);
    const sts = tls.one('sts-policy');
    if (sts === undefined) continue;
    into.set('sts.port', numberOf(sts.text('port')), sts.line);
    into.set('sts.duration_seconds', secondsOf(sts.text('duration') ?? ''), sts.line);
    into.set('sts.preload', sts.flag('preload'), sts.line);
  }
}

function listeners(root: Block, into: Translation): void {
  for (const listen of root.all('listen')) {
    const [host, text] = [listen.text('ip') ?? '*', listen.text('port') ?? ''];
    const options = new Set(listen.list('options'));
    const ports = portsOf(text);
    if (options.has('serversonly') || ports.length === 0) {
      const why = options.has('serversonly') ? LINKS : 'it is no port of an address';
      into.leaveBlock(listen, `listen ${listen.text('file') ?? `${host} ${text}`}`, why);
      continue;
    }
    const socket = listen.children.find(({ name }) => name === 'options')?.one('websocket');
    const protocol = socket === undefined && !options.has('websocket') ? {} : { protocol: 'websocket' };
    for (const port of ports) {
      const tls = options.has('tls') || options.has('ssl');
      into.add('listen', { host: listenHostOf(host), port, tls, ...protocol }, listen.line);
    }
  }
}

/** A class is who is let into it, with what the class says. */
function classes(root: Block, into: Translation): void {
  const named = new Map(root.all('class').map((block) => [block.words[0]?.toLowerCase(), block]));
  const taken = new Set<string>();
  for (const allow of root.all('allow')) {
    const name = allow.text('class') ?? 'default';
    const masks = [...allow.list('mask'), ...allow.list('ip'), ...allow.list('hostname')];
    const match = masks.map(networkOf).filter((one) => one !== null);
    if (match.length < masks.length)
      into.leave(allow.line, `masks of allow ${name}`, 'classes go by addresses');
    if (allow.text('password') !== undefined)
      into.leave(
        allow.line,
        `the password of allow ${name}`,
        'one password, password_hash, is asked of all clients or of none',
      );
    if (match.length === 0) continue;
    const block = named.get(name.toLowerCase());
    // Several may let into one class, each with another number of connections of an address.
    let title = name;
    for (let again = 2; taken.has(title); again++) title = `${name} ${again}`;
    taken.add(title);
    into.add(
      'class',
      {
        name: title,
        match,
        max_connections: numberOf(block?.text('maxclients')),
        max_per_address: numberOf(allow.text('maxperip')),
        max_per_address_network: numberOf(allow.text('global-maxperip')),
        send_queue_bytes: bytesOf(block?.text('sendq') ?? ''),
        receive_queue_bytes: bytesOf(block?.text('recvq') ?? ''),
        ping_seconds: secondsOf(block?.text('pingfreq') ?? ''),
      },
      allow.line,
    );
  }
}

/** A list of bad addresses. Its soft actions are for those without an account. */
function badAddresses(list: Block, into: Translation): void {
  const dns = list.one('dns');
  const zone = dns?.text('name') ?? '';
  const replies = numbersOf(dns?.list('reply').join(',') ?? '');
  if ((dns?.text('type') ?? 'record') !== 'record' || replies === null) {
    into.leaveBlock(list, `blacklist ${zone}`, 'replies are told apart by their last numbers alone');
    return;
  }
  const given = list.text('action') ?? '';
  const action = given === 'mark' ? 'mark' : given.startsWith('soft-') ? 'require-sasl' : 'refuse';
  // Who is refused may come again once the list lets go: nothing is banned for it.
  list.all('ban-time');
  into.add('dnsbl', { zone, replies, action, reason: list.text('reason') }, list.line);
}

const ACTION_OF: Readonly<Record<string, string>> = {
  block: 'block',
  warn: 'warn',
  kill: 'kill',
  kline: 'kline',
  zline: 'kline',
  gline: 'gline',
  gzline: 'gline',
};

/** Filters are no settings; the command that sets the same is told. */
function spamFilter(filter: Block, into: Translation): void {
  const pattern = filter.text('match') ?? '';
  const targets = filter.list('target');
  const known = targets.filter((target) => Object.hasOwn(SPAM_TARGETS, target));
  const action = ACTION_OF[filter.text('action') ?? ''];
  const seconds = secondsOf(filter.text('ban-time') ?? '');
  const what = `spamfilter ${pattern}`;
  if (filter.text('match-type') !== 'simple' || action === undefined || known.length === 0) {
    into.leaveBlock(
      filter,
      what,
      'filters have texts and masks, and block, warn, kill or ban: see docs/ircd.md',
    );
    return;
  }
  const words = {
    pattern,
    targets: known.join(','),
    action,
    ...(seconds === null ? {} : { minutes: String(Math.max(1, Math.round(seconds / 60))) }),
    ...(filter.text('reason') === undefined ? {} : { reason: filter.text('reason')! }),
  };
  const options = Object.entries(words).map(([name, value]) => `--${name} ${quoted(value)}`);
  into.leaveBlock(
    filter,
    what,
    `it is set while the server runs: signalbox run ircd add-filter ${options.join(' ')}`,
  );
}

/** A word for a shell. */
function quoted(text: string): string {
  return /^[\w,.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function operator(oper: Block, into: Translation): void {
  const name = oper.words[0] ?? oper.text('name') ?? '';
  const secret = oper.one('password');
  // How it is compared: by itself, as a hash, or as the fingerprint of a certificate.
  const ways = secret?.children.map(({ name: way }) => secret.one(way.toLowerCase())!.name) ?? [];
  const password = ways.some((way) => /fp$|^sslclientcert/.test(way)) ? undefined : secret?.words[0];
  const named = oper.text('operclass') ?? '';
  const base = OPER_CLASSES[named.replace('-with-override', '')];
  if (base === undefined)
    into.leave(
      oper.line,
      `operclass ${named} of oper ${name}`,
      'only the classes that come with UnrealIRCd are known; the flags of a local operator were given',
    );
  if (password === undefined) {
    into.leaveBlock(
      oper,
      `oper ${name}`,
      'it has no password; a certificate or an account alone makes nobody operator here',
    );
    return;
  }
  const flags = new Set<OperFlag>(base ?? LOCAL);
  if (named.endsWith('-with-override')) flags.add('override');
  into.oper({
    name,
    hosts: oper.list('mask').map(userMaskOf),
    flags: [...flags].sort(),
    title: oper.text('swhois'),
    password: password.startsWith('$') ? { hash: password } : { clear: password },
    line: oper.line,
  });
}

function gateway(block: Block, into: Translation): void {
  const masks = [...block.list('mask'), ...block.list('match')];
  const networks = masks.map(networkOf);
  const [password] = block.one('password')?.words ?? [];
  const isWebirc = block.name === 'webirc' || block.text('type') === 'webirc';
  if (!isWebirc || password === undefined || masks.length === 0 || networks.includes(null))
    into.leaveBlock(
      block,
      `${block.name} ${masks.join(' ')}`,
      'only gateways that say WEBIRC from known addresses are let in',
    );
  else into.add('webirc', { match: networks, password }, block.line);
}
