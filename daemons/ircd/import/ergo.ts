/** The configuration of Ergo 2 (ircd.yaml; its default.yaml tells each setting). */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { Block, ImportMistake } from './block.ts';
import { setStatuses } from './extra-statuses.ts';
import type { OperFlag, Translation } from './translation.ts';
import { bytesOf, listenHostOf, networkOf, numberOf, secondsOf } from './words.ts';

const FLAG_OF: Readonly<Record<string, readonly OperFlag[]>> = {
  kill: ['kill'],
  ban: ['dline', 'gline', 'kline'],
  rehash: ['rehash'],
  massmessage: ['globops', 'wallops'],
  samode: ['override'],
  sajoin: ['override'],
  vhosts: ['chghost'],
};

const REASONS: Readonly<Record<string, string>> = {
  datastore: 'accounts and channels are kept in databases of their own: docs/accounts.md',
  logging: 'logs are kept by Signalbox itself: signalbox logs ircd',
  multiclient:
    'several sessions on one nick, and nicks that stay while nobody is there, are out of what the server does',
  history: 'what was said is kept in memory, where [ircd.history] says so: see docs/ircd.md',
  metadata: 'users and channels always have metadata, within limits of their own: see docs/limits.md',
  'tor-listeners': 'there is no listener of that kind',
  'auth-script': 'no program outside decides who logs in; services ask Keycloak',
  oauth2: 'services ask Keycloak: docs/keycloak.md',
  'jwt-auth': 'services ask Keycloak: docs/keycloak.md',
};

/**
 * Reads a whole file. Keys that are given twice, and aliases that would become very much, are refused by the library.
 * @throws ImportMistake
 */
export function readErgoFile(text: string): Block {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  const [mistake] = document.errors;
  if (mistake !== undefined)
    throw new ImportMistake(lines.linePos(mistake.pos[0]).line, mistake.message.split('\n')[0]!);
  const block = (name: string, node: Node | null, line: number): Block => {
    if (isMap(node))
      return new Block(
        name,
        [],
        line,
        node.items.map(({ key, value }) => {
          const at = lines.linePos((key as Node).range?.[0] ?? 0).line;
          return block(String(isScalar(key) ? key.value : key), value as Node | null, at);
        }),
      );
    if (!isSeq(node))
      return new Block(name, isScalar(node) && node.value !== null ? [String(node.value)] : [], line);
    const items = node.items.map((item) =>
      block('-', item as Node, lines.linePos((item as Node).range?.[0] ?? 0).line),
    );
    return items.every(({ children }) => children.length === 0)
      ? new Block(
          name,
          items.flatMap(({ words }) => words),
          line,
        )
      : new Block(name, [], line, items);
  };
  return block('', document.contents as Node | null, 0);
}

export function fromErgo(root: Block, into: Translation): void {
  into.set('network', root.one('network')?.text('name'), root.one('network')?.line);
  const server = root.one('server');
  if (server !== undefined) fromServer(server, into);
  const accounts = root.one('accounts');
  const registration = accounts?.one('registration');
  if (registration !== undefined) {
    into.set(
      'accounts.registration',
      registration.flag('enabled') === false ? 'closed' : 'open',
      registration.line,
    );
    into.set('accounts.before_connect', registration.flag('allow-before-connect'), registration.line);
    const mail = registration.one('email-verification');
    if (mail?.flag('enabled') === true) {
      into.set('accounts.email_required', true, mail.line);
      into.leave(
        mail.line,
        'email-verification',
        'mail is sent by services: [services.mail], and verify = "email" in [services]',
      );
    }
  }
  const nicks = accounts?.one('nick-reservation');
  const method = nicks?.text('method');
  if (nicks !== undefined) {
    const strict = method === 'strict' ? 'refuse' : 'rename';
    into.set('accounts.nick_protection', nicks.flag('enabled') === false ? 'off' : strict, nicks.line);
  }
  into.set('nick_length', numberOf(root.one('limits')?.text('nicklen')), root.one('limits')?.line);
  // It has them all, always.
  setStatuses(into, 'qah', 0);
  operators(root, into);
  into.leaveUnasked(root, REASONS);
}

function fromServer(server: Block, into: Translation): void {
  into.set('server_name', server.text('name'), server.line);
  for (const listener of server.one('listeners')?.children ?? []) {
    server.one('listeners')!.all(listener.name.toLowerCase());
    const found = /^(.*):(\d{1,5})$/.exec(listener.name);
    if (found === null) {
      into.leaveBlock(listener, `listener ${listener.name}`, 'it is no port of an address');
      continue;
    }
    const tls = listener.one('tls');
    const [certificate, key] = [tls?.text('cert'), tls?.text('key')];
    if (certificate !== undefined && key !== undefined) into.set('tls', { certificate, key }, tls!.line);
    const protocol = listener.flag('websocket') === true ? { protocol: 'websocket' } : {};
    const place = { host: listenHostOf(found[1]!), port: Number(found[2]), tls: tls !== undefined };
    into.add('listen', { ...place, ...protocol, proxy: listener.flag('proxy') }, listener.line);
  }
  const sts = server.one('sts');
  if (sts?.flag('enabled') === true) {
    into.set('sts.port', numberOf(sts.text('port')), sts.line);
    into.set('sts.duration_seconds', secondsOf(sts.text('duration') ?? ''), sts.line);
    into.set('sts.preload', sts.flag('preload'), sts.line);
  } else for (const name of ['port', 'duration', 'preload']) sts?.all(name);
  const origins = server.one('websockets')?.texts('allowed-origins') ?? [];
  if (origins.length > 0) into.set('websocket_origins', origins, server.line);
  into.set('dns', server.flag('lookup-hostnames'), server.line);
  into.set('ident', server.flag('check-ident'), server.line);
  into.set('motd_file', server.text('motd'), server.line);
  const proxies = server.texts('proxy-allowed-from').map(networkOf);
  if (proxies.length > 0)
    into.set(
      'trusted_proxies',
      proxies.filter((one) => one !== null),
      server.line,
    );
  for (const gateway of server.one('webirc')?.all('-') ?? []) {
    const match = gateway
      .texts('hosts')
      .map(networkOf)
      .filter((one) => one !== null);
    into.leaveBlock(
      gateway,
      `webirc of ${match.join(' ')}`,
      'its password is known by a hash alone: give it a new one in [[ircd.webirc]]',
    );
    for (const name of ['password', 'certfp', 'fingerprint']) gateway.all(name);
  }
  const cloaks = server.one('ip-cloaking');
  into.set('cloak.enabled', cloaks?.flag('enabled'), cloaks?.line);
  const perAddress = server.one('ip-limits');
  const counts = perAddress?.flag('count') !== false;
  const ping = secondsOf(server.one('idle-timeouts')?.text('ping') ?? '');
  const values = {
    max_per_address: counts ? numberOf(perAddress?.text('max-concurrent-connections')) : undefined,
    send_queue_bytes: bytesOf(server.text('max-sendq') ?? ''),
    ping_seconds: ping,
  };
  const exempt = (perAddress?.texts('exempted') ?? []).map(networkOf).filter((one) => one !== null);
  if (exempt.length > 0)
    into.add('class', { name: 'exempted', match: exempt, throttle: false }, perAddress!.line);
  // The first class that fits holds.
  if (Object.values(values).some((value) => value !== undefined && value !== null))
    into.add('class', { name: 'default', ...values }, server.line);
}

function operators(root: Block, into: Translation): void {
  const classes = new Map(root.one('oper-classes')?.children.map((block) => [block.name, block]));
  for (const name of classes.keys()) root.one('oper-classes')!.all(name.toLowerCase());
  const flagsOf = (name: string | undefined, seen: ReadonlySet<string>): OperFlag[] => {
    const block = name === undefined || seen.has(name) ? undefined : classes.get(name);
    if (block === undefined) return [];
    block.all('title');
    const own = block.texts('capabilities').flatMap((capability) => FLAG_OF[capability] ?? []);
    return [...own, ...flagsOf(block.text('extends'), new Set([...seen, name!]))];
  };
  const opers = root.one('opers');
  for (const oper of opers?.children ?? []) {
    opers!.all(oper.name.toLowerCase());
    const password = oper.text('password');
    const flags = new Set<OperFlag>(['auspex', ...flagsOf(oper.text('class'), new Set())]);
    if (password === undefined)
      into.leaveBlock(
        oper,
        `oper ${oper.name}`,
        'it has no password; a certificate alone makes nobody operator here',
      );
    else
      into.oper({
        name: oper.name,
        hosts: ['*@*'],
        flags: [...flags].sort(),
        title: oper.text('whois-line'),
        password: { hash: password },
        line: oper.line,
      });
  }
}
