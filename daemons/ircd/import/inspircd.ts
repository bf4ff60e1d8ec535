/** The configuration of InspIRCd 3 and 4 (docs.inspircd.org): tags. */
import { limits } from '../limits.ts';
import type { Block } from './block.ts';
import { setStatuses } from './extra-statuses.ts';
import { inspircdHistory } from './history.ts';
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

/** What a command of an operator is here. */
const FLAG_OF: Readonly<Record<string, OperFlag>> = {
  CHGHOST: 'chghost',
  CONNECT: 'connect',
  DIE: 'die',
  FILTER: 'spamfilter',
  ELINE: 'eline',
  GLINE: 'gline',
  GLOBOPS: 'globops',
  KILL: 'kill',
  KLINE: 'kline',
  REHASH: 'rehash',
  RESTART: 'restart',
  SAMODE: 'override',
  SHUN: 'shun',
  SQUIT: 'squit',
  WALLOPS: 'wallops',
  ZLINE: 'dline',
};

const LINKS = 'servers link by P10 here, which InspIRCd does not speak: see docs/links.md';
const BANS = 'bans are set while the server runs, and kept';
const FILTERS = 'spam filters are set while the server runs, and kept: add-filter, or SPAMFILTER';
const REASONS: Readonly<Record<string, string>> = {
  include: 'only this file was read: import that one as well',
  module: 'what is here needs no module',
  link: LINKS,
  autoconnect: LINKS,
  services: LINKS,
  uline: LINKS,
  badip: `${BANS}: ZLINE`,
  badhost: `${BANS}: KLINE or GLINE`,
  badnick: `${BANS}: RESV`,
  exception: `${BANS}: ELINE`,
  log: 'logs are kept by Signalbox itself: signalbox logs ircd',
  die: 'it keeps InspIRCd from starting with an example',
  filteropts: FILTERS,
  keyword: FILTERS,
  exec: 'nothing is run to read a configuration',
};

export function fromInspircd(root: Block, into: Translation): void {
  const server = root.one('server');
  into.set('server_name', server?.text('name'), server?.line);
  into.set('description', server?.text('description'), server?.line);
  into.set('network', server?.text('network'), server?.line);
  const admin = root.one('admin');
  into.set('admin.organisation', admin?.text('name') ?? admin?.text('nick'), admin?.line);
  into.set('admin.location', admin?.text('description'), admin?.line);
  into.set('admin.email', admin?.text('email'), admin?.line);
  listeners(root, into);
  classes(root, into);
  operators(root, into);
  const files = root.one('files');
  const motd = files?.text('motd');
  if (motd?.startsWith('&') === true)
    into.leave(
      files!.line,
      'motd',
      'its folder is one of InspIRCd: put the file where it is to be, and set motd_file',
    );
  else into.set('motd_file', motd, files?.line);
  const maxNick = root.one('limits');
  into.set('nick_length', numberOf(maxNick?.text('maxnick')), maxNick?.line);
  const hides = root.one('cloak');
  if (hides !== undefined) {
    into.set('cloak.enabled', true, hides.line);
    if (hides.text('key') !== undefined)
      into.leave(
        hides.line,
        'the key of cloak',
        'the server makes one of its own, so hidden hosts become others',
      );
    into.set('cloak.suffix', hides.text('suffix')?.replace(/^\./, ''), hides.line);
  }
  const prefixes = root.all('customprefix');
  // What each is over and by whom it is given is the same on every server here.
  for (const prefix of prefixes)
    for (const name of ['name', 'prefix', 'rank', 'ranktoset', 'ranktounset', 'depriv']) prefix.all(name);
  for (const prefix of prefixes)
    if (!/^[qaohv]$/.test(prefix.text('letter') ?? ''))
      into.leaveBlock(
        prefix,
        `customprefix ${prefix.text('letter') ?? ''}`,
        'members are owner (q), protected (a), halfop (h), operator or voiced',
      );
  const old = root.children.filter(
    ({ name, children }) =>
      name === 'module' && children.some(({ words }) => /^(m_)?halfop(\.so)?$/.test(words[0] ?? '')),
  );
  const letters = [...prefixes.map((prefix) => prefix.text('letter') ?? ''), ...old.map(() => 'h')];
  setStatuses(into, letters, prefixes[0]?.line ?? old[0]?.line ?? 0);
  const sts = root.one('sts');
  if (sts !== undefined) {
    into.set('sts.port', numberOf(sts.text('port')), sts.line);
    into.set('sts.duration_seconds', secondsOf(sts.text('duration') ?? ''), sts.line);
    into.set('sts.preload', sts.flag('preload'), sts.line);
  }
  inspircdHistory(root, into);
  for (const list of root.all('dnsbl')) badAddresses(list, into);
  for (const { text, line } of root
    .all('penalty')
    .map((block) => ({ text: (key: string) => block.text(key), line: block.line })))
    into.add('penalty', { command: text('name')?.toUpperCase(), lines: linesOf(text('value')) }, line);
  for (const gateway of [...root.all('cgihost'), ...root.all('gateway')]) {
    const [match, password] = [gateway.text('mask') ?? '', gateway.text('password')];
    const networks = match.split(/[\s,]+/).map(networkOf);
    if (gateway.text('type') !== 'webirc' || password === undefined || networks.includes(null))
      into.leaveBlock(
        gateway,
        `${gateway.name} ${match}`,
        'only gateways that say WEBIRC from known addresses are let in',
      );
    else into.add('webirc', { match: networks, password }, gateway.line);
  }
  into.leaveUnasked(root, REASONS, new Set(['define', 'performance']));
}

function listeners(root: Block, into: Translation): void {
  const profiles = new Map(
    root.all('sslprofile').map((profile) => [profile.text('name')?.toLowerCase(), profile]),
  );
  for (const bind of root.all('bind')) {
    const [type, ports] = [bind.text('type') ?? 'clients', portsOf(bind.text('port') ?? '')];
    const profile = bind.text('sslprofile') ?? bind.text('ssl');
    const host = bind.text('address') ?? '';
    if (type !== 'clients' || ports.length === 0) {
      into.leaveBlock(
        bind,
        `bind ${host} ${bind.text('port') ?? bind.text('path') ?? ''}`,
        type === 'servers' ? LINKS : 'it is no port for clients',
      );
      continue;
    }
    const tls = profile !== undefined && profile !== '';
    for (const port of ports) {
      const listener = {
        host: listenHostOf(host),
        port,
        tls,
        ...(bind.text('hook') === 'websocket' ? { protocol: 'websocket' } : {}),
      };
      into.add('listen', listener, bind.line);
    }
    const keys = profiles.get(profile?.toLowerCase());
    const [certificate, key] = [keys?.text('certfile'), keys?.text('keyfile')];
    if (certificate !== undefined && key !== undefined) into.set('tls', { certificate, key }, keys!.line);
  }
}

/** A list of bad addresses. */
function badAddresses(list: Block, into: Translation): void {
  const zone = list.text('domain') ?? '';
  const replies = numbersOf(list.text('records') ?? '');
  if ((list.text('type') ?? 'record') !== 'record' || replies === null) {
    into.leaveBlock(list, `dnsbl ${zone}`, 'replies are told apart by their last numbers alone');
    return;
  }
  const action = list.text('action')?.toLowerCase() === 'mark' ? 'mark' : 'refuse';
  list.all('name');
  into.add('dnsbl', { zone, replies, action, reason: list.text('reason') }, list.line);
}

/** Milliseconds of waiting as lines, of which four are let through in a second. */
function linesOf(text: string | undefined): number | undefined {
  const ms = numberOf(text);
  return ms === undefined
    ? undefined
    : Math.min(limits.penaltyLines.default, Math.round((ms * limits.floodLinesPerSecond.default) / 1_000));
}

function classes(root: Block, into: Translation): void {
  const blocks = root.all('connect');
  const named = new Map(blocks.map((block) => [block.text('name'), block]));
  let dns: boolean | undefined;
  let ident: boolean | undefined;
  for (const [index, block] of blocks.entries()) {
    const parent = named.get(block.text('parent') ?? '');
    const of = (key: string) => block.text(key) ?? (parent === block ? undefined : parent?.text(key));
    const name = block.text('name') ?? `class ${index + 1}`;
    const [allow, denied] = [block.text('allow'), block.text('deny')];
    if (allow === undefined) {
      into.leaveBlock(
        block,
        `connect ${denied ?? name}`,
        denied === undefined ? 'it allows nobody' : `${BANS}: ZLINE`,
      );
      continue;
    }
    const networks = allow.split(/[\s,]+/).map(networkOf);
    const match = networks.filter((one) => one !== null);
    if (match.length < networks.length)
      into.leave(block.line, `masks of hosts of connect ${name}`, 'classes go by addresses');
    if (block.text('password') !== undefined)
      into.leave(
        block.line,
        `the password of connect ${name}`,
        'one password, password_hash, is asked of all clients or of none',
      );
    if (match.length === 0) continue;
    dns ??= block.flag('resolvehostnames');
    ident ??= block.flag('useident');
    into.add(
      'class',
      {
        name,
        match,
        max_connections: numberOf(of('limit')),
        max_per_address: numberOf(of('localmax')),
        max_per_address_network: numberOf(of('globalmax')),
        dnsbl: block.flag('usednsbl') ?? parent?.flag('usednsbl'),
        send_queue_bytes: bytesOf(of('hardsendq') ?? ''),
        receive_queue_bytes: bytesOf(of('recvq') ?? ''),
        ping_seconds: secondsOf(of('pingfreq') ?? ''),
      },
      block.line,
    );
  }
  into.set('dns', dns);
  into.set('ident', ident);
}

function operators(root: Block, into: Translation): void {
  const commands = new Map(root.all('class').map((block) => [block.text('name')?.toLowerCase(), block]));
  const types = new Map(root.all('type').map((block) => [block.text('name')?.toLowerCase(), block]));
  for (const oper of root.all('oper')) {
    const [name, password] = [oper.text('name') ?? '', oper.text('password')];
    const type = types.get(oper.text('type')?.toLowerCase());
    const flags = new Set<OperFlag>();
    for (const one of (type?.text('classes') ?? '').split(/\s+/)) {
      const block = commands.get(one.toLowerCase());
      for (const word of (block?.text('commands') ?? '').toUpperCase().split(/\s+/)) {
        if (word === '*') for (const flag of Object.values(FLAG_OF)) flags.add(flag);
        const flag = FLAG_OF[word];
        if (flag !== undefined) flags.add(flag);
      }
      if (/users\/auspex|\*/.test(block?.text('privs') ?? '')) flags.add('auspex');
    }
    if (password === undefined) {
      into.leaveBlock(
        oper,
        `oper ${name}`,
        'it has no password; a certificate or an account alone makes nobody operator here',
      );
      continue;
    }
    const hashed = oper.text('hash');
    into.oper({
      name,
      hosts: (oper.text('host') ?? '*@*').split(/\s+/).map(userMaskOf),
      flags: [...flags].sort(),
      password: hashed === undefined || hashed === 'plaintext' ? { clear: password } : { hash: password },
      line: oper.line,
    });
  }
}
