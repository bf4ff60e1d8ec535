/** Whatever is done in whichever order, members of channels have the status that a slow model of ownership says. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ChannelLevel } from '../../../contract/accounts.ts';
import { ircdConfigSchema } from '../config.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import { MemoryAuthority } from './memory-authority.ts';

const ACCOUNTS = ['ann', 'bob', 'cat'] as const;
const CLIENTS = ['a', 'b', 'c'] as const;
const who = fc.constantFrom(...CLIENTS);
const where = fc.constantFrom('#x', '#y');
const account = fc.constantFrom(...ACCOUNTS);
const level = fc.constantFrom<ChannelLevel | null>('op', 'voice', null);

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('join' as const), who, where }) },
  fc.record({ kind: fc.constant('part' as const), who, where }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('login' as const), who, account }) },
  fc.record({ kind: fc.constant('logout' as const), who }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('register' as const), who, where }) },
  fc.record({ kind: fc.constant('drop' as const), who, where }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('give' as const), who, where, account, level }) },
  fc.record({ kind: fc.constant('transfer' as const), who, where, account }),
  fc.record({ kind: fc.constant('mode' as const), who, where, other: who, on: fc.boolean() }),
  fc.record({ kind: fc.constant('dropAccount' as const), account }),
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

interface Owner {
  founder: string;
  readonly access: Map<string, ChannelLevel>;
}

/** Letters of status by account. */
type Due = ReadonlyMap<string, string>;

/** Ownership, as one would write it without thinking of speed. */
class Model {
  readonly loggedIn = new Map<string, string>();
  readonly channels = new Map<string, Map<string, Set<string>>>();
  readonly owners = new Map<string, Owner>();
  readonly accounts = new Set<string>(ACCOUNTS);

  play(one: Step): void {
    if (one.kind === 'dropAccount') {
      this.#dropAccount(one.account);
      return;
    }
    const own = this.loggedIn.get(one.who);
    if (one.kind === 'login') {
      if (this.accounts.has(one.account)) this.#login(one.who, one.account);
      return;
    }
    if (one.kind === 'logout') {
      this.loggedIn.delete(one.who);
      return;
    }
    const owner = this.owners.get(one.where);
    const members = this.channels.get(one.where);
    const mine = members?.get(one.who);
    switch (one.kind) {
      case 'join':
        if (mine === undefined) this.#join(one.who, one.where);
        return;
      case 'part':
        members?.delete(one.who);
        this.#endIfEmpty(one.where);
        return;
      case 'mode': {
        const other = members?.get(one.other);
        if (mine?.has('o') !== true || other === undefined) return;
        if (one.on) other.add('o');
        else other.delete('o');
        return;
      }
      case 'register':
        if (own !== undefined && mine?.has('o') === true && owner === undefined)
          this.#change(one.where, () => this.owners.set(one.where, { founder: own, access: new Map() }));
        return;
      case 'drop':
        if (owner === undefined || own !== owner.founder) return;
        this.owners.delete(one.where);
        this.#endIfEmpty(one.where);
        return;
      case 'give': {
        const may =
          own !== undefined && (own === owner?.founder || (one.level === null && own === one.account));
        if (owner === undefined || !may || owner.founder === one.account || !this.accounts.has(one.account))
          return;
        const { level } = one;
        this.#change(one.where, () =>
          level === null ? owner.access.delete(one.account) : owner.access.set(one.account, level),
        );
        return;
      }
      default:
        if (
          owner === undefined ||
          own !== owner.founder ||
          own === one.account ||
          !this.accounts.has(one.account)
        )
          return;
        this.#change(one.where, () => {
          owner.access.delete(one.account);
          owner.access.set(own, 'op');
          owner.founder = one.account;
        });
    }
  }

  shown(): Record<string, string[]> {
    const channels = [...this.channels].map(([name, members]) => [
      name,
      [...members].map(([nick, status]) => shownMember(nick, status.has('o'), status.has('v'))).sort(),
    ]);
    return Object.fromEntries(channels);
  }

  #due(channel: string): Due {
    const owner = this.owners.get(channel);
    if (owner === undefined) return new Map();
    const due = [...owner.access].map(([name, level]) => [name, level === 'op' ? 'o' : 'v'] as const);
    return new Map([...due, [owner.founder, 'o']]);
  }

  #login(nick: string, name: string): void {
    this.loggedIn.set(nick, name);
    for (const [channel, members] of this.channels) {
      const due = this.#due(channel).get(name);
      if (due !== undefined) members.get(nick)?.add(due);
    }
  }

  #join(nick: string, channel: string): void {
    const name = this.loggedIn.get(nick);
    const status = new Set<string>();
    if (this.owners.has(channel)) {
      const due = name === undefined ? undefined : this.#due(channel).get(name);
      if (due !== undefined) status.add(due);
    } else if (!this.channels.has(channel)) status.add('o');
    const members = this.channels.get(channel) ?? new Map();
    this.channels.set(channel, members.set(nick, status));
  }

  #change(channel: string, step: () => unknown): void {
    const before = this.#due(channel);
    step();
    const after = this.#due(channel);
    for (const [nick, status] of this.channels.get(channel) ?? []) {
      const name = this.loggedIn.get(nick);
      if (name === undefined) continue;
      const had = before.get(name);
      if (had !== undefined && had !== after.get(name)) status.delete(had);
      if (after.has(name)) status.add(after.get(name)!);
    }
  }

  #endIfEmpty(channel: string): void {
    if (this.channels.get(channel)?.size === 0 && !this.owners.has(channel)) this.channels.delete(channel);
  }

  #dropAccount(name: string): void {
    if (!this.accounts.delete(name)) return;
    for (const [channel, owner] of [...this.owners]) {
      if (owner.founder === name) {
        this.owners.delete(channel);
        this.#endIfEmpty(channel);
      } else this.#change(channel, () => owner.access.delete(name));
    }
    for (const [nick, own] of [...this.loggedIn]) if (own === name) this.loggedIn.delete(nick);
  }
}

function shownMember(nick: string, op: boolean, voice: boolean): string {
  return `${op ? '@' : ''}${voice ? '+' : ''}${nick}`;
}

/** The same on a server. */
class Real {
  readonly authority = new MemoryAuthority(Object.fromEntries(ACCOUNTS.map((name) => [name, 'secret'])));
  readonly irc: MemoryServer;
  readonly clients = new Map<string, MemoryClient>();

  constructor() {
    this.authority.mostChannels = 100;
    const config = ircdConfigSchema.parse({ server_name: 'irc.test', accounts: { nick_protection: 'off' } });
    this.irc = new MemoryServer(config, null, undefined, this.authority);
  }

  async start(): Promise<void> {
    await settled();
    for (const nick of CLIENTS) this.clients.set(nick, this.irc.join(nick));
  }

  async play(one: Step): Promise<void> {
    const { server, host } = this.irc;
    if (one.kind === 'dropAccount') {
      if (this.authority.accounts.has(one.account))
        await this.authority.ask('drop', { account: one.account });
    } else if (one.kind === 'login' || one.kind === 'logout') {
      const client = this.clients.get(one.who)!.client!;
      const known = one.kind === 'login' && this.authority.accounts.has(one.account);
      const steps = known
        ? server.accounts.logIn(client, { account: one.account, failures: null })
        : one.kind === 'logout'
          ? server.accounts.logOut(client)
          : null;
      if (steps !== null) host.work.runSteps(server.house, steps);
    } else this.clients.get(one.who)!.send(lineOf(one));
    await settled();
    for (const client of this.clients.values()) client.received();
  }

  shown(): Record<string, string[]> {
    const channels = [...this.irc.server.state.channels.values()].map(({ name, members }) => [
      name,
      members.map((member) => member.prefix(true) + member.user.nick).sort(),
    ]);
    return Object.fromEntries(channels);
  }
}

function lineOf(one: Exclude<Step, { readonly kind: 'login' | 'logout' | 'dropAccount' }>): string {
  switch (one.kind) {
    case 'join':
      return `JOIN ${one.where}`;
    case 'part':
      return `PART ${one.where}`;
    case 'mode':
      return `MODE ${one.where} ${one.on ? '+' : '-'}o ${one.other}`;
    case 'give':
      return one.level === null
        ? `CHANNEL ACCESS ${one.where} DEL ${one.account}`
        : `CHANNEL ACCESS ${one.where} ADD ${one.account} ${one.level}`;
    case 'transfer':
      return `CHANNEL TRANSFER ${one.where} ${one.account}`;
    default:
      return `CHANNEL ${one.kind.toUpperCase()} ${one.where}`;
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

it('gives and takes status as a slow model of ownership says, and keeps what belongs to somebody', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const real = new Real();
      const model = new Model();
      try {
        await real.start();
        for (const [at, one] of steps.entries()) {
          await real.play(one);
          model.play(one);
          expect({ at, one, channels: real.shown() }).toEqual({ at, one, channels: model.shown() });
        }
        const known = [...real.irc.server.accounts.channels.all()].map(({ channel, founder }) => [
          channel,
          founder,
        ]);
        expect(Object.fromEntries(known)).toEqual(
          Object.fromEntries([...model.owners].map(([name, { founder }]) => [name, founder])),
        );
      } finally {
        real.irc.close();
      }
    }),
    { numRuns: 100, seed: 20_260_101 },
  );
});
