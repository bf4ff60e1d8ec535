/**
 * For the simulated network: what its users do, one deed after the other, by chance. They have few names and few places, so
 * that they collide. What P10 cannot put in order where it crosses on the wire is not done while it would.
 */
import { STATUS_LETTERS } from '../../../irc/modes.ts';
import { setAccount } from '../../actions/account.ts';
import type { MemoryClient } from '../../memory-server.ts';
import type { Channel, Membership } from '../../state/channel.ts';
import type { User } from '../../state/user.ts';
import { burstsOf, type Concerns } from './deed-flights.ts';
import type { SimNode } from './sim-node.ts';
import { operatorDeeds } from './sim-operators.ts';
import type { SimWorld } from './sim-world.ts';

const NICKS = ['ann', 'bob', 'cat', 'dan', 'eve', 'fay', 'gus', 'Ann', 'ida', 'jon'];
const USERNAMES = ['u', 'v'];
const ADDRESSES = ['198.51.100.1', '198.51.100.2', '2001:db8::5'];
const CHANNELS = ['#a', '#b', '#c', '#D'];
const KEYS = ['key', 'sesam'];
const MASKS = ['*!*@a.test', 'bob!*@*', '*!~u@198.51.100.2'];
const ACCOUNTS = ['acc', 'other', null];
/** All but those that only operators of the network set, and Z, with which nobody here could enter. */
const FLAGS = 'imnpstCDKMNQSTcr';
const FORWARDS = ['#b', '#away'];
const FLOODS = ['[90m]:10', '[80j,90m]:20'];
const MOST_USERS = 16;

/** What one user does. */
export type Doer = (node: SimNode, client: MemoryClient, user: User) => void;

export class SimPeople {
  readonly #world: SimWorld;
  /** Each as often as it stands here. */
  readonly #doers: readonly Doer[];
  /** How many deeds were done. */
  count = 0;

  constructor(world: SimWorld) {
    this.#world = world;
    const weighed: readonly (readonly [number, Doer])[] = [
      [14, (...who) => this.#join(...who)],
      [6, (...who) => this.#part(...who)],
      [2, (...who) => this.#leaveAll(...who)],
      [8, (...who) => this.#nick(...who)],
      [3, (...who) => this.#quit(...who)],
      [20, (...who) => this.#mode(...who)],
      [10, (...who) => this.#status(...who)],
      [6, (...who) => this.#kick(...who)],
      ...operatorDeeds(world, (...deed) => this.#do(...deed)),
      [5, (...who) => this.#topic(...who)],
      [5, (...who) => this.#invite(...who)],
      [4, (...who) => this.#away(...who)],
      [4, (...who) => this.#account(...who)],
      [4, (...who) => this.#userMode(...who)],
      [6, (...who) => this.#say(...who)],
    ];
    this.#doers = weighed.flatMap(([weight, doer]) => Array.from({ length: weight }, () => doer));
  }

  /** Somebody does something. */
  act(): void {
    const { random, nodes } = this.#world;
    const up = nodes.filter((node) => node.up);
    if (up.length === 0) return;
    const node = random.pick(up);
    node.clients = node.clients.filter(({ user, closedWith }) => closedWith === null && user?.gone === false);
    const users = up.reduce((sum, one) => sum + one.clients.length, 0);
    if (users < MOST_USERS && random.chance(0.25)) {
      this.#arrive(node);
      return;
    }
    if (node.clients.length === 0) return;
    const client = random.pick(node.clients);
    const { user } = client;
    if (user?.registered === true) random.pick(this.#doers)(node, client, user);
  }

  #arrive(node: SimNode): void {
    const { random } = this.#world;
    const nick = random.pick(NICKS);
    if (node.state.nickHolder(nick) !== undefined) return;
    const [address, username] = [random.pick(ADDRESSES), random.pick(USERNAMES)];
    this.#do(node, {}, `${nick} arrives, ~${username}@${address}`, () => {
      const client = node.irc.connect(address);
      node.clients.push(client);
      client.send(`NICK ${nick}`, `USER ${username} 0 * :Real ${nick}`);
    });
  }

  #join: Doer = (node, client, user) => {
    const { random } = this.#world;
    const name = random.pick(CHANNELS);
    const key = random.chance(0.5) ? ` ${random.pick(KEYS)}` : '';
    if (user.memberships.has(node.state.findChannel(name)!)) return;
    const folded = name.toLowerCase();
    const place = `${folded} ${node.state.numericOf(user)}`;
    // One that is made has modes of its own.
    const makes = (node.state.findChannel(name)?.members.length ?? 0) === 0;
    this.#send(
      node,
      client,
      {
        changes: makes ? [place, `${folded} burst`] : [place],
        relies: makes ? [`${folded} n taken`, `${folded} t taken`] : [],
        sets: this.#due(node, user, [name]),
        long: makes,
      },
      `JOIN ${name}${key}`,
    );
  };

  #part: Doer = (node, client, user) => {
    const membership = this.#one([...user.memberships.values()]);
    if (membership !== null) this.#send(node, client, {}, `PART ${membership.channel.name} :bye`);
  };

  #leaveAll: Doer = (node, client) => this.#send(node, client, {}, 'JOIN 0');

  #nick: Doer = (node, client) => this.#send(node, client, {}, `NICK ${this.#world.random.pick(NICKS)}`);

  #quit: Doer = (node, client) => this.#send(node, client, {}, 'QUIT :end');

  #mode: Doer = (node, client, user) => {
    const channel = this.#ruled(user)?.channel;
    if (channel === undefined) return;
    const { random } = this.#world;
    const on = random.chance(0.6);
    const sign = on ? '+' : '-';
    const letter = random.pick(['flag', 'flag', 'flag', 'k', 'l', 'L', 'f', 'b', 'b', 'e', 'I']);
    if (letter === 'flag') {
      const flag = random.pick([...FLAGS]);
      const taken = on ? [] : [`${channel.key} ${flag} taken`];
      this.#change(node, client, channel, flag, `${sign}${flag}`, !on, taken);
    } else if (letter === 'k') {
      const word = on ? `+k ${random.pick(KEYS)}` : '-k *';
      this.#change(node, client, channel, 'k', word, true);
    } else if (letter === 'l') {
      this.#change(node, client, channel, 'l', on ? `+l ${random.between(3, 9)}` : '-l', true);
    } else if (letter === 'L' || letter === 'f') {
      const text = random.pick(letter === 'L' ? FORWARDS : FLOODS);
      this.#change(node, client, channel, letter, on ? `+${letter} ${text}` : `-${letter}`, true);
    } else {
      const mask = random.pick(MASKS);
      this.#change(node, client, channel, `${letter} ${mask}`, `${sign}${letter} ${mask}`, !on);
    }
  };

  /** @param takes whether something is taken away or replaced, which a burst would bring back. */
  #change(
    node: SimNode,
    client: MemoryClient,
    channel: Channel,
    what: string,
    words: string,
    takes: boolean,
    changes: readonly string[] = [],
  ): void {
    const concerns: Concerns = {
      sets: [`${channel.key} ${what}`],
      relies: takes ? burstsOf(channel.key) : [],
      changes,
    };
    this.#send(node, client, concerns, `MODE ${channel.name} ${words}`);
  }

  #status: Doer = (node, client, user) => {
    const channel = this.#ruled(user)?.channel;
    const target = channel === undefined ? null : this.#one(channel.members);
    if (channel === undefined || target === null) return;
    const { random } = this.#world;
    const [sign, letter] = [
      random.pick(['+', '-']),
      random.pick(['o', 'o', 'v', 'v', ...STATUS_LETTERS.keys()]),
    ];
    const place = `${channel.key} ${node.state.numericOf(target.user)}`;
    this.#send(
      node,
      client,
      { sets: [`${place} ${letter}`], relies: sign === '-' ? [...burstsOf(channel.key), place] : [place] },
      `MODE ${channel.name} ${sign}${letter} ${target.user.nick}`,
    );
  };

  #kick: Doer = (node, client, user) => {
    const channel = this.#ruled(user)?.channel;
    const target = channel === undefined ? null : this.#one(channel.members);
    if (channel !== undefined && target !== null)
      this.#send(node, client, {}, `KICK ${channel.name} ${target.user.nick} :out`);
  };

  #topic: Doer = (node, client, user) => {
    const channel = this.#ruled(user)?.channel;
    if (channel === undefined) return;
    const { random } = this.#world;
    const text = random.chance(0.2) ? '' : `topic ${random.below(100)}`;
    this.#send(node, client, {}, `TOPIC ${channel.name} :${text}`);
  };

  #invite: Doer = (node, client, user) => {
    const channel = this.#ruled(user)?.channel;
    const guest = this.#one([...node.state.users]);
    if (channel !== undefined && guest !== null)
      this.#send(node, client, {}, `INVITE ${guest.nick} ${channel.name}`);
  };

  #away: Doer = (node, client, user) =>
    this.#send(node, client, {}, user.away === null ? `AWAY :gone ${this.count}` : 'AWAY');

  #account: Doer = (node, client, user) => {
    const account = this.#world.random.pick(ACCOUNTS);
    if (account === user.account) return;
    const { server } = node.irc;
    const channels = [...user.memberships.keys()].map(({ key }) => key);
    const sets = this.#due(node, user, channels);
    this.#do(node, { sets }, `${user.nick} at ${node.name} has the account ${account}`, () => {
      const steps = setAccount(server, user, account);
      if (steps !== null) server.host.work.runSteps(client.work, steps);
    });
  };

  #userMode: Doer = (node, client, user) =>
    this.#send(
      node,
      client,
      {},
      `MODE ${user.nick} ${this.#world.random.pick(['+i', '-i', '+w', '-w', '+B', '-o'])}`,
    );

  #say: Doer = (node, client, user) => {
    const { random } = this.#world;
    const membership = this.#one([...user.memberships.values()]);
    const other = this.#one([...node.state.users]);
    const target = random.chance(0.7) ? membership?.channel.name : other?.nick;
    if (target !== undefined) this.#send(node, client, {}, `PRIVMSG ${target} :words`);
  };

  /** What somebody may be given by a server where channels were restored, whichever that is. */
  #due(node: SimNode, user: User, names: readonly string[]): string[] {
    const { nodes } = this.#world;
    const isRestored = (name: string) =>
      nodes.some(({ state }) => (state.findChannel(name)?.restored ?? null) !== null);
    const restored = names.filter(isRestored);
    const numeric = node.state.numericOf(user);
    return restored.flatMap((name) =>
      Array.from(STATUS_LETTERS.keys(), (letter) => `${name.toLowerCase()} ${numeric} ${letter}`),
    );
  }

  /** A channel on which somebody is operator, or above one; null for none. */
  #ruled(user: User): Membership | null {
    return this.#one([...user.memberships.values()].filter(({ isOp }) => isOp));
  }

  #one<T>(list: readonly T[]): T | null {
    return list.length === 0 ? null : this.#world.random.pick(list);
  }

  #send(node: SimNode, client: MemoryClient, concerns: Concerns, line: string): void {
    this.#do(node, concerns, `${client.user!.nick} at ${node.name}: ${line}`, () => client.send(line));
  }

  #do(node: SimNode, concerns: Concerns, said: string, deed: () => void): void {
    const { flights } = this.#world;
    if (flights.crosses(node.name, concerns)) return;
    // Nobody knows yet what a server with work will still say.
    if ((concerns.sets?.length ?? 0) > 0 && node.busy) return;
    this.count++;
    this.#world.say(said);
    const id = flights.begin(node.name, concerns);
    flights.carry([id]);
    this.#world.run(node, [id], deed);
    flights.drop([id]);
  }
}
