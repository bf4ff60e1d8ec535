/**
 * For tests: one client of each kind on a server in memory, and what one line of one of them does. The cast stands in
 * README.md beside this file; what is sent, heard and changed is told in its words.
 */

import { STATUS, UMODE } from '../../irc/modes.ts';
import { N } from '../../irc/numerics.ts';
import { AddressRanges, parseCidr } from '../../runtime/net/ip-address.ts';
import { MemoryAuthority } from '../accounts/memory-authority.ts';
import { capabilityNames } from '../client/capabilities.ts';
import { setNetworkBan } from '../commands/network-ban.ts';
import { ircdConfigSchema, OPER_FLAGS } from '../config.ts';
import { Gateways } from '../gateways.ts';
import { LinkDesk } from '../links/link-desk.ts';
import { blockFor, MemoryEnd, STILL_CLOCK } from '../links/memory-links.ts';
import { introduce, linkServer, recordLinks } from '../memory-network.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import { channelModeString } from '../modes/channel-modes.ts';
import type { TlsDetails } from '../net/connection.ts';
import { noticeLetters } from '../notice-kinds.ts';
import { Channel } from '../state/channel.ts';
import { RestoredStatus } from '../state/restored-status.ts';
import type { User } from '../state/user.ts';

/** Who asks, in the order of the cast. */
export const CAST = ['new', 'guest', 'member', 'voiced', 'op', 'bob', 'lesser', 'ircop'] as const;
/** One of the cast. */
export type Who = (typeof CAST)[number];

/** What one line did. */
export interface Outcome {
  /** What the asker was sent. */
  readonly answer: string;
  /** What everybody else was sent. */
  readonly heard: string;
  /** What is otherwise than before. */
  readonly changed: string;
}

/** Of "sesame", with the least that argon2 takes, so that a table of them is quick. */
const HASH = '$argon2id$v=19$m=8,t=1,p=1$/jBvp0FiPJYs/XycnR0fvw$QbHwNLRXLzKr+2j7dMj1LNm4ageFHuX26Rc6CJu/zTc';

/** Of every scene; what is so before a line may give its server another one. */
const CONFIG = (() => {
  const admin = { location: 'Here', organisation: 'Us', email: 'us@example.org' };
  const block = { password_hash: HASH, flags: ['kill'], title: 'is the boss' };
  const oper = [
    { ...block, name: 'boss' },
    { ...block, name: 'far', hosts: ['*@203.0.113.*'] },
  ];
  // bob is not logged in to the account that is called like him.
  const accounts = { nick_protection: 'off' };
  return ircdConfigSchema.parse({ server_name: 'irc.test', admin, oper, accounts });
})();

const TLS: TlsDetails = { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', fingerprint: 'c0ffee' };

/** What may be so beside what clients say, by its words in the table. */
const SITUATIONS: Readonly<Record<string, (scene: Scene, me: Who) => void>> = {
  'bob is on TLS': (scene) => connectByTls(scene, 'bob'),
  'me is on TLS': connectByTls,
  'the certificate is of bob': ({ accounts }) => void accounts.accounts.get('bob')!.prints.add('c0ffee'),
  'new comes from a gateway': ({ irc, clients }) => {
    const match = new AddressRanges([parseCidr(clients.new.remoteAddress)!]);
    irc.server.gateways = new Gateways([{ match, password: 'sesame' }]);
  },
  '#r was restored': ({ irc: { server } }) => {
    const channel = new Channel('#r', '#r', 1_000);
    channel.restored = new RestoredStatus(Date.now() + 60_000, [
      [STATUS.op, ['bob']],
      [STATUS.voice, ['guest']],
    ]);
    server.state.restore(channel);
  },
  'op is an IRC operator': ({ irc, clients }) => irc.promote(clients.op, []),
  'hosts are cloaked': ({ irc }) => void Object.assign(irc.server, { cloaks: { all: () => ['cloak.test'] } }),
  'accounts are away': ({ accounts }) => void Object.assign(accounts, { present: false }),
  'robert is a nick of bob': ({ accounts }) => void accounts.accounts.get('bob')!.nicks.add('robert'),
  'guest is logged in as bob': ({ clients }) => void Object.assign(clients.guest.user!, { account: 'bob' }),
  'far is logged in as bob': ({ irc }) => {
    Object.assign(irc.server.state.findUser('far')!, { account: 'bob' });
  },
  'op is logged in as bob': ({ clients }) => void Object.assign(clients.op.user!, { account: 'bob' }),
  'guest has an account': ({ accounts, clients }) => {
    accounts.add('guest', 'open-sesame');
    Object.assign(clients.guest.user!, { account: 'guest' });
  },
  '#c belongs to bob': ({ accounts }) => belongsToBob(accounts, '#c'),
  '#d belongs to bob': ({ accounts }) => belongsToBob(accounts, '#d'),
  'guest is operator of #c by account': ({ accounts }) => {
    const access = [{ account: 'guest', level: 'op' as const }];
    accounts.own({ ...accounts.channels.get('#c')!, access });
  },
  'there are as many channels of accounts as may be': ({ accounts }) => {
    Object.assign(accounts, { mostChannels: 0 });
  },
  'far is logged in as guest': ({ irc }) => {
    Object.assign(irc.server.state.findUser('far')!, { account: 'guest' });
  },
  'strangers are refused': ({ irc, accounts }) => {
    // Of all nicks this one alone, which nobody of the cast has.
    const { nicks } = accounts.accounts.get('bob')!;
    nicks.clear();
    nicks.add('robert');
    const { config } = irc.server;
    irc.server.configure({ ...config, accounts: { ...config.accounts, nick_protection: 'refuse' } }, null);
  },
  'nobody may register accounts': ({ irc }) => {
    const { config } = irc.server;
    irc.server.configure({ ...config, accounts: { ...config.accounts, registration: 'closed' } }, null);
  },
  'the account bob is suspended': ({ accounts }) => {
    accounts.accounts.get('bob')!.suspended = { reason: 'spam', by: 'eve' };
  },
  'bob is logged in': ({ clients }) => void Object.assign(clients.bob.user!, { account: 'bob' }),
  'bob has an account': ({ clients }) => void Object.assign(clients.bob.user!, { account: 'bobby' }),
  'nothing can be written down': ({ irc: { host } }) => {
    const refusal = { code: 'audit_unavailable', message: 'no room' } as const;
    host.writeDeed = () =>
      host.begun.at(-1)?.unrecorded === 'run'
        ? { mayRun: true, deed: { unwritten: refusal, end: () => {} } }
        : { mayRun: false, refusal };
  },
  'bob leaves while it is written down': ({ irc, clients }) => {
    irc.host.writeDeed = async (may) => {
      irc.server.exit(clients.bob.client!, 'left');
      return may;
    };
  },
  'ircop gives it up while it is written down': ({ irc, clients }) => {
    irc.host.writeDeed = async (may) => {
      clients.ircop.client!.oper = null;
      return may;
    };
  },
  'boss is given another password while it is written down': ({ irc }) => {
    irc.host.writeDeed = async (may) => {
      const oper = irc.server.config.oper.map((block) => ({ ...block, password_hash: `${HASH}x` }));
      irc.server.configure({ ...irc.server.config, oper }, null);
      return may;
    };
  },
  'fresh is banned': ({ irc }) => {
    const ban = {
      kind: 'kline',
      mask: 'fresh@*',
      reason: 'begone',
      by: 'admin',
      setMs: 0,
      expiresMs: null,
    } as const;
    irc.server.bans.add(ban);
  },
  'there are bans': ({ irc }) => {
    const ban = { reason: 'spam', by: 'admin', setMs: Date.now(), expiresMs: null };
    irc.server.bans.add({ ...ban, kind: 'kline', mask: '*@*.invalid' });
    irc.server.bans.add({ ...ban, kind: 'dline', mask: '198.51.100.1' });
  },
  'real names are banned from the network': ({ irc }) => {
    const end = Date.now() + 600_000;
    const ban = {
      reason: 'no',
      by: 'admin',
      setMs: 0,
      active: true,
      changedSeconds: 1,
      expiresMs: end,
      keptMs: end,
    } as const;
    for (const mask of ['$R*al?b?b', '$Nbob', '#b', '$R*other*'])
      irc.server.networkBans.set({ ...ban, kind: 'gline', mask });
  },
  'bob is shunned': ({ irc }) => {
    setNetworkBan(irc.server, { kind: 'shun', mask: '~bob@*', reason: 'spam', by: 'admin' }, 60);
  },
  'there is a ban exception': ({ irc }) => {
    const ban = { kind: 'except', reason: 'no', by: 'admin', setMs: Date.now(), expiresMs: null } as const;
    irc.server.bans.add({ ...ban, mask: '~bob@*' });
  },
  'bad* and #warez* are reserved': ({ irc }) => {
    const ban = { kind: 'resv', reason: 'no', by: 'admin', setMs: Date.now(), expiresMs: null } as const;
    for (const mask of ['bad*', '#warez*']) irc.server.bans.add({ ...ban, mask });
  },
  '*buy* is a spam filter': ({ irc }) => {
    const filter = {
      targets: ['private' as const, 'channel' as const],
      action: 'block' as const,
      minutes: 5,
    };
    irc.server.spamFilters.set({
      kind: 'spam',
      pattern: '*buy*',
      reason: 'no',
      by: 'admin',
      setMs: Date.now(),
      ...filter,
    });
  },
  'what is said is kept for filters': ({ irc, clients }) => {
    const spam = { recent_minutes: 60, recent_private: true };
    // Whoever is operator stays one: their blocks are not in the configuration.
    irc.server.config = { ...irc.server.config, spam };
    irc.server.recentTexts.configure(spam);
    clients.op.send('PRIVMSG #b :Buy this', 'PRIVMSG op :buy that', 'PRIVMSG #c :hello');
    for (const client of Object.values(clients)) client.received();
  },
  'there are bans of the network': ({ irc }) => {
    const now = Date.now();
    const ban = { reason: 'spam', by: 'admin', setMs: now, active: true, changedSeconds: now / 1000 };
    const end = { expiresMs: now + 3_600_000, keptMs: now + 3_600_000 };
    irc.server.networkBans.set({ ...ban, ...end, kind: 'gline', mask: '*@*.invalid' });
    irc.server.networkBans.set({ ...ban, ...end, kind: 'jupe', mask: 'bad.test' });
  },
  'the reload fails': ({ irc }) => {
    irc.host.lifecycleOutcome = { ok: false, error: { code: 'config_invalid', message: 'line 4' } };
  },
  'history is kept': ({ irc }) => {
    const history = { ...irc.server.config.history, keep_minutes: 60, direct_messages: true };
    irc.server.configure({ ...irc.server.config, history }, null);
  },
  'operators may read what is kept': ({ irc, clients }) => {
    const history = { ...irc.server.config.history, keep_minutes: 60, operators_read: true };
    irc.server.configure({ ...irc.server.config, history }, null);
    clients.op.send('MODE #c +H', 'PRIVMSG #c :hello');
    for (const client of Object.values(clients)) client.received();
  },
  'there is a message of the day': ({ irc }) => void irc.server.configure(irc.server.config, ['Hello']),
  'nobody runs it': ({ irc }) => {
    const admin = { location: '', organisation: '', email: '' };
    irc.server.configure({ ...irc.server.config, admin }, null);
  },
  'two channels are the most': ({ irc }) => void irc.server.tuning.set('channels_per_user', 2),
  'a list holds two': ({ irc }) => void irc.server.tuning.set('mask_list_entries', 2),
  'there.test may be linked': (scene) => void mayLink(scene),
  'there.test is linked': (scene) => {
    const end = new MemoryEnd();
    mayLink(scene).accept(end);
    for (const line of ['PASS :linkpw', 'SERVER there.test 1 1 1 J10 AC]]] +h6B :There', 'AC EB', 'AC EA'])
      end.link!.take(line);
    end.link!.take('AC N eve 1 1 ~eve eve.example AAAAAA ACAAA :Eve');
  },
  'far is on another server': (scene) => void meetFar(scene),
  'far is on #c': (scene) => void scene.irc.server.state.join(meetFar(scene), '#c', 0),
  'the server has a password': ({ irc }) =>
    irc.server.configure({ ...irc.server.config, password_hash: HASH }, null),
};

/** Somebody who is no client of this server; what links are told is noted from then on. */
function meetFar(scene: Scene): User {
  const { server } = scene.irc;
  scene.toldLinks = recordLinks(server);
  return introduce(server.state, linkServer(server.state, 'far.test'), 'far', { username: '~far' });
}

/** There is a server to link to, which does not answer. */
function mayLink({ irc: { server } }: Scene): LinkDesk {
  const desk = new LinkDesk(server, { clock: STILL_CLOCK, dial: () => new Promise(() => {}) });
  server.links = desk.network;
  server.linkControl = desk;
  desk.configure([blockFor('there.test')]);
  return desk;
}

function connectByTls({ irc, clients }: Scene, who: Who): void {
  const client = clients[who];
  Object.assign(client, { tls: TLS });
  if (client.user!.registered) irc.server.state.setUserMode(client.user!, UMODE.secure, true);
}

function belongsToBob(accounts: MemoryAuthority, channel: string): void {
  accounts.own({ channel, founder: 'bob', createdAt: 1_000, registeredAt: 4_000, access: [] });
}

/** The cast on a new server. */
export class Scene {
  readonly irc: MemoryServer;
  /** It knows one account, `bob`, whose password is `sesame`. */
  readonly accounts = new MemoryAuthority({ bob: 'sesame' });
  readonly clients = {} as Record<Who, MemoryClient>;
  /** What links were told since the line was sent. */
  toldLinks: string[] = [];

  /** @param flag of an operator, which `ircop` has alone and `lesser` has not. */
  constructor(flag: string) {
    this.irc = new MemoryServer(CONFIG, null, undefined, this.accounts);
    const { irc, clients } = this;
    // `new` says nothing, also on a machine that needs minutes for the rows that are asked in one scene.
    irc.server.tuning.set('registration_seconds', 100_000);
    for (const [at, who] of CAST.entries()) {
      irc.host.names = { host: `${who}.example`, ident: null };
      clients[who] = irc.connect(`192.0.2.${at + 1}`);
      if (who !== 'new') clients[who].send(`NICK ${who}`, `USER ${who} 0 * :Real ${who}`);
    }
    clients.op.send('JOIN #c');
    for (const who of ['voiced', 'member'] as const) clients[who].send('JOIN #c');
    clients.op.send('MODE #c +v voiced');
    clients.bob.send('JOIN #b');
    irc.promote(clients.ircop, [flag]);
    irc.promote(
      clients.lesser,
      OPER_FLAGS.filter((other) => other !== flag),
    );
  }

  /**
   * Brings about what a row says is so before: lines that somebody sent, modes of #c, or a situation.
   * @throws Error where a line was refused and the row does not say so, or says so and it was not
   */
  async prepare(given: string, me: Who): Promise<void> {
    // The server has read by then which channels belong to accounts.
    await new Promise((resolve) => setImmediate(resolve));
    for (const written of given.split('; ')) {
      if (written === '') continue;
      const [, part = '', expected] = REFUSED.exec(written) ?? [];
      const situation = SITUATIONS[part];
      const [, who = '', line = ''] = /^(\w+): (.*)$/.exec(part) ?? [];
      if (situation !== undefined) {
        situation(this, me);
        continue;
      }
      for (const client of Object.values(this.clients)) client.received();
      const answer = /^[+-]/.test(part)
        ? await this.#say('op', `MODE #c ${part}`)
        : await this.#say(who === 'me' ? me : (who as Who), spoken(line, me));
      const refusal = answer.map(codeOf).find((code) => REFUSAL.test(code));
      if (refusal !== expected)
        throw new Error(`"${written}" is not so before ${me} asks: it was answered ${answer.join('; ')}`);
    }
    for (const client of Object.values(this.clients)) client.received();
    this.irc.host.audits.length = 0;
    this.toldLinks.length = 0;
  }

  /** What happens when somebody sends a line. */
  send(me: Who, line: string): Promise<Outcome> {
    return this.during(async () => this.#told(me, await this.#say(me, spoken(line, me))), me);
  }

  /** What happens while something is done that ends with an answer; nothing is heard of `me`. */
  async during(work: () => Promise<string>, me: Who | null = null): Promise<Outcome> {
    const before = this.#facts();
    const others = CAST.filter((who) => who !== me);
    const onChannel = others.filter((who) => before.has(`${who} on #c`)).join(', ');
    const answer = await work();
    const heard = new Map<string, Who[]>();
    for (const who of others) {
      const lines = this.#told(who, this.clients[who].received());
      if (lines !== '') heard.set(lines, [...(heard.get(lines) ?? []), who]);
    }
    const told = [...heard].map(([lines, who]) => {
      const hearers = who.join(', ');
      return `${hearers === onChannel ? '#c' : hearers}: ${lines}`;
    });
    // Nicks of guests are made up.
    const changed = changesBetween(before, this.#facts()).replaceAll(/Guest\d{6}/g, 'GuestN');
    return { answer, heard: told.join(' / '), changed };
  }

  close(): void {
    this.irc.close();
  }

  async #say(who: Who, line: string): Promise<string[]> {
    const client = this.clients[who];
    const lines = client.send(line);
    do await new Promise((resolve) => setImmediate(resolve));
    while (client.client?.waiting != null && !client.client.user.gone);
    return [...lines, ...client.received()];
  }

  /** Lines in the words of the table: without what is the same in all of them. */
  #told(who: Who, lines: readonly string[]): string {
    const { nick } = this.clients[who].user as User;
    const told: string[] = [];
    for (let i = 0; i < lines.length; ) {
      const code = codeOf(lines[i]!);
      let end = i + 1;
      const more = code === '001' ? WELCOME : [code];
      while (end < lines.length && more.includes(codeOf(lines[end]!))) end++;
      // Many lines of one kind are told once, and so are those that tell what the server is.
      if (end - i > 3 || code === '005') told.push(`${code} …`);
      else told.push(...lines.slice(i, end).map((line) => inWords(line, nick)));
      i = end;
    }
    return told.join('; ');
  }

  /** The whole state, fact by fact. */
  #facts(): Map<string, string> {
    const { host, server } = this.irc;
    const facts = new Map<string, string>();
    for (const who of CAST) {
      const client = this.clients[who];
      const { user, caps, oper, notices, pending, guard, monitored, shun, subscriptions } = client.client!;
      if (client.closedWith !== null) {
        facts.set(`${who} closed`, inWords(client.closedWith, ''));
        continue;
      }
      facts.set(`${who} is`, user.registered ? inWords(`${user.prefix} ${user.realname}`, '') : user.nick);
      if (user.registered) facts.set(`${who} registered`, '');
      facts.set(`${who} modes`, user.modeLetters());
      if (caps !== 0) facts.set(`${who} caps`, capabilityNames(caps).join(' '));
      if (user.account !== null) facts.set(`${who} account`, user.account);
      if (user.away !== null) facts.set(`${who} away`, user.away);
      if (oper !== null) facts.set(`${who} operator`, `${oper.name} with ${[...oper.flags].join(' ')}`);
      if (notices !== 0) facts.set(`${who} notices`, noticeLetters(notices));
      if (pending?.password != null) facts.set(`${who} password`, 'given');
      if (shun !== null) facts.set(`${who} shunned`, shun.reason);
      for (const [key, value] of server.metadata.of(user)) facts.set(`${who} says ${key}`, value);
      for (const key of subscriptions ?? []) facts.set(`${who} hears ${key}`, '');
      for (const { mask } of guard?.silenced.entries ?? []) facts.set(`${who} silences ${mask.text}`, '');
      for (const { nick } of guard?.accepted ?? []) facts.set(`${who} accepts ${nick}`, '');
      for (const nick of monitored?.values() ?? []) facts.set(`${who} monitors ${nick}`, '');
      for (const [channel, byOp] of user.invites ?? [])
        facts.set(`${who} invited to ${channel.name}`, byOp ? 'by its operator' : 'by anybody');
    }
    for (const { nick, local, server: at } of server.state.users)
      if (local === null) facts.set(`${nick} is`, `on ${at.name}`);
    if (this.toldLinks.length > 0) facts.set('links are told', this.toldLinks.join(', '));
    for (const channel of server.state.channels.values()) {
      const { name } = channel;
      facts.set(name, '');
      facts.set(`${name} modes`, channelModeString(channel, true));
      const kept = [...(channel.restored?.holders(STATUS.op) ?? [])];
      if (kept.length > 0) facts.set(`${name} waits`, `for ${kept.join(', ')}`);
      for (const [key, value] of server.metadata.of(channel)) facts.set(`${name} says ${key}`, value);
      if (channel.topic !== '') facts.set(`${name} topic`, channel.topic);
      for (const member of channel.members) facts.set(`${member.user.nick} on ${name}`, member.prefix(true));
      const lists = { b: channel.bans, e: channel.exceptions, I: channel.inviteExceptions };
      for (const [letter, { entries }] of Object.entries(lists))
        for (const { mask } of entries) facts.set(`${name} +${letter} ${mask.text}`, '');
    }
    for (const { name, password, suspended } of this.accounts.accounts.values())
      facts.set(
        `account ${name}`,
        suspended === null ? password : `suspended by ${suspended.by}: ${suspended.reason}`,
      );
    for (const { channel, founder, access } of this.accounts.channels.values()) {
      const others = access.map(({ account, level }) => `, ${level} ${account}`);
      facts.set(`owner ${channel}`, founder + others.join(''));
    }
    for (const { name, prints } of this.accounts.accounts.values())
      for (const print of prints) facts.set(`certificate ${print}`, `of the account ${name}`);
    for (const { name, nicks } of this.accounts.accounts.values())
      for (const nick of nicks) if (nick !== name) facts.set(`nick ${nick}`, `of the account ${name}`);
    for (const { kind, mask, spares = '', reason, by, expiresMs } of server.bans.list()) {
      const until = expiresMs === null ? '' : `, ${Math.round((expiresMs - Date.now()) / 60_000)} minutes`;
      const kept = spares === '' ? '' : `, spares ${spares}`;
      facts.set(`${kind} ${mask}`, inWords(`${reason}, by ${by}${until}${kept}`, ''));
    }
    for (const { pattern, targets, action, reason, by } of server.spamFilters.list())
      facts.set(
        `spam filter ${pattern}`,
        inWords(`${action} in ${targets.join(' ')}, ${reason}, by ${by}`, ''),
      );
    for (const { kind, mask, reason, by, active, expiresMs } of server.networkBans.list()) {
      const until = active ? `, ${Math.round((expiresMs - Date.now()) / 60_000)} minutes` : ', lifted';
      facts.set(`${kind} ${mask}`, inWords(`${reason}, by ${by}${until}`, ''));
    }
    for (const who of CAST) if (server.state.whowas.find(who, 1).length > 0) facts.set(`was ${who}`, '');
    for (const { name, state, reason } of server.linkControl?.rows() ?? [])
      facts.set(`link ${name}`, reason === null ? state : `${state}: ${reason}`);
    if (host.lifecycle.length > 0) facts.set('asked for', host.lifecycle.join(' '));
    if (host.saves > 0) facts.set('bans saved', String(host.saves));
    for (const { actor, command, args, ok, outcome } of host.audits) {
      const given = Object.entries(args).map(([name, value]) => `${name} ${value}`);
      facts.set(
        `audit ${command}`,
        inWords(
          `by ${actor}: ${given.join(', ')}; ${ok ? 'done' : 'not done'}: ${outcome}`.replace(/: ;/, ';'),
          '',
        ),
      );
    }
    return facts;
  }
}

/**
 * What is otherwise after than before, fact by fact. A fact is named by whose it is, then by what it is; with a client or a
 * channel goes all that is theirs.
 */
export function changesBetween(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string {
  const changes: string[] = [];
  for (const [fact, value] of after)
    if (before.get(fact) !== value) changes.push(value === '' ? fact : `${fact} = ${value}`);
  for (const fact of before.keys()) {
    const [owner = '', second] = fact.split(' ');
    const withOwner = after.has(`${owner} closed`) || (before.has(owner) && !after.has(owner));
    if (!after.has(fact) && !(withOwner && second !== undefined && second !== 'on'))
      changes.push(`${fact} gone`);
  }
  return changes.join('; ');
}

/** A cell of the table as it is on the wire: with the nick of the asker, and control characters. */
export function spoken(line: string, me: Who): string {
  const text = line.replaceAll(/\bme\b/g, me);
  return text.replaceAll(/\\x([0-9a-f]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** A line of which a row says that it was refused: `op: INVITE me #c (443)`. */
const REFUSED = /^(.*?)(?: \((\w+)\))?$/;
/** What says that a line did nothing (RFC 2812 section 5.2, and those of 7xx that are refusals); 422 ends a welcome. */
const REFUSAL = /^(?:(?!422)[45]\d\d|71[2-4]|723|FAIL)$/;

/** What follows the welcome. */
const WELCOME = ['002', '003', '004', '005', '251', '252', '253', '254', '255', '265', '266', '422'];

function codeOf(line: string): string {
  return line.replace(/^@\S+ /, '').split(' ', 2)[1] ?? '';
}

/** The text that a numeric has of its own. */
const TEXTS = new Map(Object.values(N).map(({ code, text }) => [code, text]));

/** A line without server, addressee and standard text; clients by their names in the cast. */
function inWords(line: string, nick: string): string {
  let text = line
    .replace(/^@(?:msgid=[\w-]+;?)?(\S* ?)/, (_, tags) => (tags === ' ' ? '' : `@${tags}`))
    .replace(/^:irc\.test /, '')
    .replace(/^BATCH ([+-])r[0-9a-z]+/, 'BATCH $1r');
  const [code = '', addressee = ''] = text.split(' ', 2);
  if (/^\d{3}$/.test(code)) {
    if (addressee === (nick === '' ? '*' : nick))
      text = `${code}${text.slice(code.length + 1 + addressee.length)}`;
    const standard = TEXTS.get(code) ?? '';
    if (standard !== '' && text.endsWith(` :${standard}`)) text = text.slice(0, -standard.length - 2);
  }
  text = text.replace(/^(@\S+ )?:([^ !]+)!\S+@\S+ /, '$1$2 ').replaceAll(/(\w+)!~\w+@\w+\.example/g, '$1!');
  for (const [at, who] of CAST.entries()) text = text.replaceAll(`192.0.2.${at + 1}`, `address:${who}`);
  return text.replaceAll(/\d{6,}/g, 'N').replaceAll('|', '\\|');
}
