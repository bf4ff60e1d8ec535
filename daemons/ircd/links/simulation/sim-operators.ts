/** For the simulated network: what operators do to users and to the whole network. */
import { STATUS_LETTERS, UMODE } from '../../../irc/modes.ts';
import { setUserModes } from '../../actions/user-modes.ts';
import { liftNetworkBan } from '../../commands/network-ban.ts';
import type { MemoryClient } from '../../memory-server.ts';
import type { User } from '../../state/user.ts';
import { burstsOf, type Concerns } from './deed-flights.ts';
import type { SimNode } from './sim-node.ts';
import type { Doer } from './sim-people.ts';
import type { SimWorld } from './sim-world.ts';

const GLINES = ['~v@198.51.100.2', '*@2001:db8::5', '~u@198.51.100.0/24'];
const NEW_NAMES = ['#a', '#A', '#b', '#c', '#d', '#e', '#E', '#f'];
const REASONS = ['spam', 'no', 'why not'];

/** Does a deed of a server, unless it would cross with another. */
export type Do = (node: SimNode, concerns: Concerns, said: string, deed: () => void) => void;

/** Each with how often it is done. */
export function operatorDeeds(world: SimWorld, act: Do): readonly (readonly [number, Doer])[] {
  const { random } = world;
  const send = (
    node: SimNode,
    client: MemoryClient,
    user: User,
    said: string,
    line: string,
    concerns: Concerns = {},
  ) =>
    act(node, concerns, `${user.nick} at ${node.name} ${said}`, () => {
      client.client!.oper = {
        name: 'test',
        flags: new Set(['kill', 'gline', 'jupe', 'override', 'shun']),
        title: 'is an operator',
        notices: 0,
      };
      setUserModes(node.irc.server, user, [{ on: true, letter: 'o', bit: UMODE.oper }]);
      client.send(line);
    });
  const kill: Doer = (node, client, user) => {
    const target = random.pick([...node.state.users]);
    if (target !== user) send(node, client, user, `kills ${target.nick}`, `KILL ${target.nick} :no more`);
  };
  const ban =
    (kind: 'GLINE' | 'JUPE' | 'SHUN', masks: readonly string[]): Doer =>
    (node, client, user) => {
      const mask = random.pick(masks);
      const held = node.bans.inForce().some((one) => one.mask === mask);
      const line =
        held && random.chance(0.6) ? `UN${kind} ${mask}` : `${kind} 500 ${mask} :${random.pick(REASONS)}`;
      send(node, client, user, line, line);
    };
  /** Also what nobody on the channel could: to make an owner where there is none, and to keep it for ever. */
  const rule: Doer = (node, client, user) => {
    const channels = [...node.state.channels.values()].filter(({ members }) => members.length > 0);
    if (channels.length === 0) return;
    const channel = random.pick(channels);
    if (random.chance(0.3)) {
      const sign = random.pick(['+', '-']);
      const line = `SAMODE ${channel.name} ${sign}P`;
      const taken = sign === '+' ? [] : [`${channel.key} P taken`];
      send(node, client, user, line, line, {
        sets: [`${channel.key} P`],
        relies: sign === '-' ? burstsOf(channel.key) : [],
        changes: taken,
      });
      return;
    }
    const target = random.pick(channel.members).user;
    const [sign, letter] = [random.pick(['+', '+', '-']), random.pick([...STATUS_LETTERS.keys()])];
    const place = `${channel.key} ${node.state.numericOf(target)}`;
    const line = `SAMODE ${channel.name} ${sign}${letter} ${target.nick}`;
    const relies = sign === '-' ? [...burstsOf(channel.key), place] : [place];
    send(node, client, user, line, line, { sets: [`${place} ${letter}`], relies });
  };
  /** To a name that may be taken elsewhere meanwhile, whatever else is on its way to the channel. */
  const rename: Doer = (node, client, user) => {
    const channels = [...node.state.channels.values()].filter(({ members }) => members.length > 0);
    if (channels.length === 0) return;
    const { name, key } = random.pick(channels);
    const free = NEW_NAMES.filter((one) => node.state.findChannel(one) === undefined);
    const wanted = random.pick(random.chance(0.7) && free.length > 0 ? free : NEW_NAMES);
    world.flights.same(key, wanted.toLowerCase());
    send(node, client, user, `RENAME ${name} ${wanted}`, `RENAME ${name} ${wanted} :so`);
  };
  const names = () => [...world.nodes.map(({ name }) => name), 'other.test'];
  return [
    [2, kill],
    [2, ban('GLINE', GLINES)],
    [1, ban('SHUN', GLINES)],
    [4, rule],
    [8, rename],
    [1, (...who) => ban('JUPE', names())(...who)],
  ];
}

/** No server is kept off the network any more. */
export function liftJupes({ irc: { server } }: SimNode): void {
  for (const { kind, mask } of server.networkBans.inForce())
    if (kind === 'jupe') liftNetworkBan(server, kind, mask, 'the simulation');
}
