/** The code of the admin commands about bans of the network, trusts and clones. An administrator is above all levels. */
import { SignalboxError } from '../../../contract/errors.ts';
import { type Actor as Caller, describeActor } from '../../../contract/link/actor.ts';
import type { CommandHandlers } from '../../runtime/host/daemon-definition.ts';
import { counted } from '../../runtime/host/impact-text.ts';
import { fill, type Message, type Reply } from '../bots/reply.ts';
import type { ViewUser } from '../network/view-parts.ts';
import { type Actor, NO_ABUSE, sparedAddress } from './actor.ts';
import type { banAdminCommands } from './ban-admin.ts';
import { coverOf } from './ban-commands.ts';
import { type NetworkBanKind, networkBanProblem } from './network-bans.ts';
import { spelledNetwork } from './network-index.ts';
import type { OpServ } from './opserv.ts';
import { isUser, sparedText, userNamed } from './opserv-row.ts';
import type { Listed } from './stored-list.ts';

/** An administrator, who is above everybody. */
export function administrator(caller: Caller): Actor {
  return { name: describeActor(caller).slice(0, 128), level: Number.POSITIVE_INFINITY };
}

/** Nobody in particular who is above everybody: for what is only counted. */
export const ANYBODY: Actor = { name: '', level: Number.POSITIVE_INFINITY };

/** What a bot would say, in English. */
export function plain(reply: Reply): string {
  if (typeof reply === 'string') return reply;
  if ('rows' in reply) return '';
  return fill(
    reply.text,
    reply.values.map((value) => (typeof value === 'string' ? value : plain(value))),
  );
}

/** @throws SignalboxError with what a bot would say */
export function refuse(code: 'bad_request' | 'not_found' | 'conflict' | 'refused', why: Reply): never {
  throw new SignalboxError(code, plain(why));
}

/** An entry of a list, as tables show it. */
export function shown<Entry extends Listed>({ setMs, expiresMs, ...rest }: Entry) {
  return { ...rest, setAt: setMs, expiresAt: expiresMs };
}

export function impactOn(users: number, does: string): string | null {
  return users === 0 ? null : `${does} ${counted(users, 'user')}`;
}

/** @throws SignalboxError `not_found` */
export function foundUser(found: ViewUser | Message): ViewUser {
  return isUser(found) ? found : refuse('not_found', found);
}

export function banHandlers(opserv: OpServ): CommandHandlers<typeof banAdminCommands> {
  const { bans, lists, clones } = opserv;
  const ban = (kind: NetworkBanKind, does: string) => ({
    check: ({ mask }: { mask: string }) => {
      const problem = networkBanProblem(kind, mask);
      if (problem !== null) throw new SignalboxError('bad_request', `mask: ${problem}`);
      if (kind !== 'jupe') return;
      const server = opserv.view?.serverByName(mask);
      if (server !== undefined && (server === opserv.view!.me || server === opserv.options.uplink()?.peer))
        throw new SignalboxError('refused', 'Services would lose the network by that.');
    },
    impact: async ({ mask }: { mask: string }) => {
      if (kind === 'jupe') return impactOn(opserv.view?.serverByName(mask)?.users ?? 0, does);
      return impactOn((await coverOf(opserv, mask, ANYBODY)).users, does);
    },
    run: async (
      { mask, reason, minutes }: { mask: string; reason: string; minutes: number },
      { actor }: { actor: Caller },
    ) => {
      const { users } = kind === 'jupe' ? { users: 0 } : await coverOf(opserv, mask, ANYBODY);
      const by = administrator(actor).name;
      const set = await bans.set(kind, mask, { seconds: minutes * 60, reason, by });
      return { mask: set.mask, users, expiresAt: set.expiresMs };
    },
  });
  const lift = (kind: NetworkBanKind, noun: string) => ({
    check: ({ mask }: { mask: string }) => {
      if (bans.holding(kind, mask) === undefined)
        throw new SignalboxError('not_found', `There is no ${noun} for ${mask}.`);
    },
    run: async ({ mask }: { mask: string }, { actor }: { actor: Caller }) => ({
      mask: (await bans.lift(kind, mask, administrator(actor).name))?.mask ?? mask,
    }),
  });
  const rows = (kind: NetworkBanKind) => ({
    run: ({ limit }: { limit: number }) => ({
      rows: bans
        .inForce(kind)
        .toReversed()
        .slice(0, limit)
        .map(({ mask, reason, by, setMs, expiresMs }) => ({
          ...{ mask, reason, by },
          setAt: setMs,
          expiresAt: expiresMs,
        })),
    }),
  });
  return {
    glines: rows('gline'),
    'set-gline': ban('gline', 'bans'),
    'lift-gline': lift('gline', 'G-line'),
    shuns: rows('shun'),
    'set-shun': ban('shun', 'shuns'),
    'lift-shun': lift('shun', 'shun'),
    jupes: rows('jupe'),
    'set-jupe': ban('jupe', 'disconnects'),
    'lift-jupe': lift('jupe', 'jupe'),
    'refresh-glines': {
      run: async (_args, { actor }) => ({ told: await opserv.refresh(['gline'], administrator(actor).name) }),
    },
    block: {
      check: ({ nick }) => {
        const user = foundUser(userNamed(opserv.view, nick));
        const spared = sparedAddress(opserv.ranks, ANYBODY, user, NO_ABUSE);
        if (spared !== null) refuse('refused', sparedText(user, spared));
      },
      impact: ({ nick }) => impactOn(clones.count(foundUser(userNamed(opserv.view, nick))), 'bans'),
      run: async ({ nick, reason, minutes }, { actor }) => {
        const user = foundUser(userNamed(opserv.view, nick));
        const users = clones.count(user);
        const by = administrator(actor).name;
        const { mask } = await opserv.acts.banAddress(user, { seconds: minutes * 60, reason, by });
        return { mask, users };
      },
    },
    trusts: {
      run: ({ limit }) => ({ rows: lists.trusts.all().slice(0, limit).map(shown) }),
    },
    'set-trust': {
      check: ({ network }) => {
        networkNamed(network);
      },
      run: async ({ network, clients, reason, minutes }, { actor }) => {
        const setMs = opserv.options.clock.now();
        const trust = {
          network: networkNamed(network),
          most: clients,
          reason,
          by: administrator(actor).name,
          setMs,
          expiresMs: minutes === 0 ? null : setMs + minutes * 60_000,
        };
        await lists.trusts.put(trust);
        return { network: trust.network, most: clients };
      },
    },
    'drop-trust': {
      check: ({ network }) => {
        if (lists.trusts.get(networkNamed(network)) === undefined)
          throw new SignalboxError('not_found', `${network} is not trusted.`);
      },
      run: async ({ network }) => {
        await lists.trusts.drop(networkNamed(network));
        return { network: networkNamed(network) };
      },
    },
    clones: {
      run: ({ least, limit }) => ({
        rows: clones.crowded(least, limit).map(({ user, clones: clients }) => ({
          address: user.address,
          clients,
          most: clones.mostOf(user),
          trust: opserv.trusts.of(user.addressGroups)?.network ?? '',
          nicks: [...clones.at(user)]
            .slice(0, SOME)
            .map(({ nick }) => nick)
            .join(' '),
        })),
      }),
    },
  };
}

/** Nicks that stand beside an address. */
const SOME = 5;

/** The one spelling of a network. @throws SignalboxError `bad_request` for what is none */
export function networkNamed(typed: string): string {
  const network = spelledNetwork(typed);
  if (network !== null) return network;
  throw new SignalboxError(
    'bad_request',
    `network: expected an address or a network such as 10.0.0.0/8, not ${typed}`,
  );
}
