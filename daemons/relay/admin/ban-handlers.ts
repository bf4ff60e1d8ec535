/** The code of the admin commands about bans. */
import { SignalboxError } from '../../../contract/errors.ts';
import { describeActor } from '../../../contract/link/actor.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { CommandHandlers } from '../../runtime/host/daemon-definition.ts';
import { counted, disconnects } from '../../runtime/host/impact-text.ts';
import { writeList } from '../../runtime/list-files/list-format.ts';
import { planWords } from '../../runtime/list-files/list-plan.ts';
import { canonicalRange } from '../../runtime/net/canonical-address.ts';
import { AddressRanges, parseCidr } from '../../runtime/net/ip-address.ts';
import type { BanKind, BanList } from '../net/ban-list.ts';
import type { Steps } from '../net/relay-turns.ts';
import type { RelayServer } from '../relay-server.ts';
import type { Peer } from '../rooms/peer.ts';
import type { Relay } from '../rooms/relay.ts';
import { type banCommands, banFile } from './ban-commands.ts';
import { bannedBy, type FileBan, maskProblem, NO_REASON, planImport } from './ban-plan.ts';
import { banRows } from './tables.ts';

export function banHandlers(server: RelayServer, bans: BanList): CommandHandlers<typeof banCommands> {
  const { relay } = server;
  return {
    'add-ban': {
      check({ kind, mask }) {
        banValue(server, kind, mask);
        if (bans.isFull(server.limits.max_bans, Date.now()))
          throw new SignalboxError(
            'limit_reached',
            `The list holds its limit of ${counted(server.limits.max_bans, 'ban')}.`,
          );
      },
      impact: ({ kind, mask }) => disconnects(coveredBy(server, kind, mask).length),
      async run({ kind, mask, minutes, reason }, { actor }) {
        const value = banValue(server, kind, mask);
        const now = Date.now();
        const why = reason === '' ? NO_REASON : reason;
        const saving = bans.add({
          kind,
          value,
          reason: why,
          by: describeActor(actor),
          createdAt: now,
          expiresAt: minutes === 0 ? null : now + minutes * 60_000,
        });
        const covered = coveredBy(server, kind, mask).map((peer) => [peer, why] as const);
        const disconnected = await server.inTurns(disconnect(relay, covered));
        return { kind, mask: value, disconnected, ...(await saving) };
      },
    },
    'remove-ban': {
      async run({ kind, mask }) {
        const saving = bans.remove(kind, kind === 'cidr' ? canonicalRange(mask) : mask);
        if (saving === null)
          throw new SignalboxError('not_found', `There is no ${kind} ban on ${mask}; list them with bans.`);
        return { kind, mask, ...(await saving) };
      },
    },
    bans: { run: () => ({ rows: [...banRows(bans)] }) },
    'export-bans': { run: () => ({ text: writeList(banFile, banRows(bans)) }) },
    'import-bans': {
      check: ({ bans: text }) => void planImport(server, bans, text),
      async impact({ bans: text }) {
        const plan = planImport(server, bans, text);
        const { length } = await server.inTurns(covered(relay, plan.entries));
        return [...planWords(banFile, plan), disconnects(length)].filter((part) => part !== null).join(', ');
      },
      async run({ bans: text }, { actor }) {
        const { entries, already, over } = planImport(server, bans, text);
        const common = { by: describeActor(actor), createdAt: Date.now() };
        const saving = bans.addAll(entries.map((ban) => ({ ...ban, ...common })));
        const hit = await server.inTurns(covered(relay, entries));
        const disconnected = await server.inTurns(disconnect(relay, hit));
        return { imported: entries.length, already, over, disconnected, ...(await saving) };
      },
    },
  };
}

/** Whom bans of a file cover, with the reason; everybody is compared once with all of them. */
function* covered(relay: Relay, entries: readonly FileBan[]): Steps<(readonly [Peer, string])[]> {
  const reasonFor = bannedBy(entries);
  const hit: (readonly [Peer, string])[] = [];
  for (const peer of [...relay.peers()]) {
    if (relay.turns.spend(workPrices.mask.ns)) yield null;
    const reason = reasonFor(peer);
    if (reason !== null) hit.push([peer, reason]);
  }
  return hit;
}

/** Ends clients because of a ban; gives how many they were. */
function* disconnect(relay: Relay, peers: readonly (readonly [Peer, string])[]): Steps<number> {
  for (const [peer, reason] of peers) {
    if (relay.turns.spend(workPrices.departure.ns)) yield null;
    relay.endWithError(peer, 'banned', `You are banned: ${reason}`);
  }
  return peers.length;
}

/** The clients that a ban would cover; none where it is no ban. */
function coveredBy(server: RelayServer, kind: BanKind, mask: string): readonly Peer[] {
  if (kind === 'peer') {
    const found = server.relay.peer(mask);
    return found === undefined ? [] : [found];
  }
  if (kind === 'identity') return [...server.relay.peers()].filter(({ identity }) => identity === mask);
  const range = parseCidr(mask);
  if (range === null) return [];
  const ranges = new AddressRanges([range]);
  return [...server.relay.peers()].filter((one) => ranges.has(one.connection.address));
}

function banValue(server: RelayServer, kind: BanKind, mask: string): string {
  const problem = maskProblem(server, kind, mask);
  if (problem !== null) throw new SignalboxError('bad_request', problem);
  return kind === 'cidr' ? canonicalRange(mask) : mask;
}
