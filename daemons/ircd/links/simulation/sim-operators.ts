/** For the simulated network: what operators do to users and to the whole network. */
import { UMODE } from '../../../irc/modes.ts';
import { setUserModes } from '../../actions/user-modes.ts';
import { liftNetworkBan } from '../../commands/network-ban.ts';
import type { MemoryClient } from '../../memory-server.ts';
import type { User } from '../../state/user.ts';
import type { Concerns } from './deed-flights.ts';
import type { SimNode } from './sim-node.ts';
import type { Doer } from './sim-people.ts';
import type { SimWorld } from './sim-world.ts';

const GLINES = ['~v@198.51.100.2', '*@2001:db8::5', '~u@198.51.100.0/24'];
const REASONS = ['spam', 'no', 'why not'];

/** Does a deed of a server, unless it would cross with another. */
export type Do = (node: SimNode, concerns: Concerns, said: string, deed: () => void) => void;

/** Each with how often it is done. */
export function operatorDeeds(world: SimWorld, act: Do): readonly (readonly [number, Doer])[] {
  const { random } = world;
  const send = (node: SimNode, client: MemoryClient, user: User, said: string, line: string) =>
    act(node, {}, `${user.nick} at ${node.name} ${said}`, () => {
      client.client!.oper = {
        name: 'test',
        flags: new Set(['kill', 'gline', 'jupe']),
        title: 'is an operator',
      };
      setUserModes(node.irc.server, user, [{ on: true, letter: 'o', bit: UMODE.oper }]);
      client.send(line);
    });
  const kill: Doer = (node, client, user) => {
    const target = random.pick([...node.state.users]);
    if (target !== user) send(node, client, user, `kills ${target.nick}`, `KILL ${target.nick} :no more`);
  };
  const ban =
    (kind: 'GLINE' | 'JUPE', masks: readonly string[]): Doer =>
    (node, client, user) => {
      const mask = random.pick(masks);
      const held = node.bans.inForce().some((one) => one.mask === mask);
      const line =
        held && random.chance(0.6) ? `UN${kind} ${mask}` : `${kind} 500 ${mask} :${random.pick(REASONS)}`;
      send(node, client, user, line, line);
    };
  const names = () => [...world.nodes.map(({ name }) => name), 'other.test'];
  return [
    [2, kill],
    [2, ban('GLINE', GLINES)],
    [1, (...who) => ban('JUPE', names())(...who)],
  ];
}

/** No server is kept off the network any more. */
export function liftJupes({ irc: { server } }: SimNode): void {
  for (const { kind, mask } of server.networkBans.inForce())
    if (kind === 'jupe') liftNetworkBan(server, kind, mask, 'the simulation');
}
