/** The configuration of Undernet's ircu 2.10.12 and later (doc/readme.features, doc/example.conf): blocks with `=`. */
import type { Block } from './block.ts';
import { setStatuses } from './extra-statuses.ts';
import type { OperFlag, Translation } from './translation.ts';
import { listenHostOf, networkOf, numberOf, portsOf, secondsOf, userMaskOf } from './words.ts';

/** Privileges that operators of ircu have unless their block or class says otherwise; those of a local one are fewer. */
const LOCAL: readonly OperFlag[] = ['auspex', 'kill', 'kline', 'rehash'];
const GLOBAL: readonly OperFlag[] = [...LOCAL, 'connect', 'dline', 'gline', 'globops', 'squit', 'wallops'];
const PRIVILEGES: Readonly<Record<string, OperFlag>> = {
  die: 'die',
  gline: 'gline',
  kill: 'kill',
  local_jupe: 'jupe',
  jupe: 'jupe',
  mode_lchan: 'override',
  rehash: 'rehash',
  restart: 'restart',
  set: 'set',
};

const BANS = 'bans are set while the server runs, and kept: KLINE, DLINE, GLINE';
const REASONS: Readonly<Record<string, string>> = {
  kill: BANS,
  jupe: 'nicks are not reserved by the configuration',
  quarantine: BANS,
  crule: 'a link is tried whenever it is not there',
  uworld: 'services are told by their links',
  pseudo: 'services have their own commands',
  ipcheck: 'connections of an address are limited by classes: throttle, max_per_address',
  include: 'only this file was read: import that one as well',
  iauth: 'no program outside decides who comes in',
};

export function fromIrcu(root: Block, into: Translation): void {
  const general = root.one('general');
  into.set('server_name', general?.text('name'), general?.line);
  into.set('description', general?.text('description'), general?.line);
  into.set('numeric', numberOf(general?.text('numeric')), general?.line);
  const admin = root.one('admin');
  into.set('admin.location', admin?.texts('location').join(', '), admin?.line);
  into.set('admin.email', admin?.texts('contact').join(', '), admin?.line);
  for (const port of root.all('port')) listener(port, into);
  classes(root, into);
  const named = classesOf(root);
  for (const oper of root.all('operator')) operator(oper, named.get(oper.text('class')?.toLowerCase()), into);
  for (const link of root.all('connect')) server(link, into);
  for (const gateway of root.all('webirc')) {
    const match = networkOf(gateway.text('ip') ?? '');
    into.add(
      'webirc',
      { match: match === null ? [] : [match], password: gateway.text('password') },
      gateway.line,
    );
  }
  for (const motd of root.all('motd')) {
    if (motd.text('host') === '*') into.set('motd_file', motd.text('file'), motd.line);
    else
      into.leaveBlock(motd, `motd of ${motd.text('host') ?? ''}`, 'there is one message of the day for all');
  }
  for (const features of root.all('features')) featured(features, into);
  into.leaveUnasked(root, REASONS);
}

const FEATURES: Readonly<Record<string, string>> = {
  hidden_host: 'hidden_host',
  network: 'network',
  nicklen: 'nick_length',
  mpath: 'motd_file',
};

function featured(features: Block, into: Translation): void {
  for (const [feature, key] of Object.entries(FEATURES)) {
    const text = features.text(feature);
    into.set(key, feature === 'nicklen' ? numberOf(text) : text, features.line);
  }
  if (features.flag('halfops') === true) setStatuses(into, 'h', features.line);
  const nodns = features.flag('nodns');
  if (nodns !== undefined) into.set('dns', !nodns, features.line);
  const noident = features.flag('noident');
  if (noident !== undefined) into.set('ident', !noident, features.line);
}

function listener(port: Block, into: Translation): void {
  const isServer = port.flag('server') === true;
  const protocol = isServer
    ? { protocol: 'p10' }
    : port.flag('websocket') === true
      ? { protocol: 'websocket' }
      : {};
  const tls = port.flag('tls') === true;
  const words = port.texts('port').filter((word) => !/^ipv[46]$/.test(word));
  const hosts = port.all('vhost').map(({ words: [host = '*', at] }) => ({ host, at }));
  const places = hosts.length > 0 ? hosts : [{ host: '*', at: undefined }];
  for (const { host, at } of places) {
    const ports = portsOf(at ?? words.join(','));
    for (const one of ports)
      into.add('listen', { host: listenHostOf(host), port: one, tls, ...protocol }, port.line);
    if (ports.length === 0) into.leave(port.line, `port ${words.join(' ')}`, 'it is no port of an address');
  }
  const mask = port.text('mask');
  if (mask !== undefined)
    into.leave(
      port.line,
      `mask ${mask} of port ${words.join(' ')}`,
      'a listener takes whoever comes; classes tell addresses apart',
    );
}

function classesOf(root: Block): Map<string | undefined, Block> {
  return new Map(root.all('class').map((block) => [block.text('name')?.toLowerCase(), block]));
}

/** A class is who is let into it, with what the class says. ircu looks from the last Client block to the first. */
function classes(root: Block, into: Translation): void {
  const named = classesOf(root);
  const taken = new Set<string>();
  for (const client of root.all('client').toReversed()) {
    const name = client.text('class') ?? 'default';
    const [ip, host] = [client.text('ip'), client.text('host')];
    const match = networkOf(ip ?? host ?? '');
    if (client.text('password') !== undefined)
      into.leave(
        client.line,
        `the password of client ${ip ?? host ?? ''}`,
        'one password, password_hash, is asked of all clients or of none',
      );
    if (match === null || (client.text('tls fingerprint') ?? client.text('username')) !== undefined) {
      into.leaveBlock(client, `client ${ip ?? host ?? ''}`, 'classes go by addresses');
      continue;
    }
    const key = `${name} ${match}`;
    if (taken.has(key)) {
      into.leaveBlock(client, `client ${ip ?? host ?? ''}`, 'a later block is for the same addresses');
      continue;
    }
    taken.add(key);
    const block = named.get(name.toLowerCase());
    const titles = [...taken].filter((one) => one.startsWith(`${name} `)).length;
    into.add(
      'class',
      {
        name: titles === 1 ? name : `${name} ${titles}`,
        match: [match],
        max_connections: positive(block?.text('maxlinks')),
        max_per_address: positive(client.text('maxlinks')),
        send_queue_bytes: numberOf(block?.text('sendq')),
        receive_queue_bytes: numberOf(block?.text('maxflood')),
        ping_seconds: secondsOf(block?.text('pingfreq') ?? ''),
      },
      client.line,
    );
  }
}

function operator(oper: Block, named: Block | undefined, into: Translation): void {
  const local = oper.flag('local') ?? named?.flag('local') ?? true;
  const flags = new Set<OperFlag>(local ? LOCAL : GLOBAL);
  for (const block of [named, oper])
    for (const [privilege, flag] of Object.entries(PRIVILEGES)) {
      const may = block?.flag(privilege);
      if (may === true) flags.add(flag);
      if (may === false) flags.delete(flag);
    }
  const password = oper.text('password') ?? '';
  into.oper({
    name: oper.text('name') ?? '',
    hosts: oper.texts('host').map(userMaskOf),
    flags: [...flags].sort(),
    password: password.startsWith('$PLAIN$')
      ? { clear: password.slice('$PLAIN$'.length) }
      : { hash: password },
    line: oper.line,
  });
}

/** What ircu links with by P10 links here too. */
function server(link: Block, into: Translation): void {
  const port = numberOf(link.text('port'));
  const host = link.text('host');
  const hub = link.one('hub');
  const calls = host !== undefined && port !== undefined && port > 0;
  into.add(
    'link',
    {
      name: link.text('name'),
      ...(calls ? { host, port } : {}),
      password: link.text('password'),
      // ircu calls whoever it may call unless it is told not to.
      ...(calls ? { autoconnect: link.flag('autoconnect') ?? true } : {}),
      hub: hub === undefined ? undefined : hub.words.length === 0 ? ['*'] : hub.words,
      tls: link.flag('tls'),
      fingerprint: link.text('tls fingerprint'),
      kind: 'ircu',
    },
    link.line,
  );
}

/** ircu says 0 where there is no limit. */
function positive(text: string | undefined): number | undefined {
  return numberOf(text) || undefined;
}
