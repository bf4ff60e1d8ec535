/**
 * GLINE, ZLINE, SHUN, JUPE and their removals: who may not use any server of the network, who may do nothing there but leave, and which server may not be on it. `duration` is in
 * minutes; none means a week.
 */
import { networkProblem } from '../../irc/ban-mask.ts';
import { canonicalNetworkMask, isInForce } from '../../irc/network-ban.ts';
import { takeNetworkBan } from '../actions/network-ban.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import {
  checkNetworkMask,
  DEFAULT_MINUTES,
  MAX_MINUTES,
  type NetworkBan,
  type NetworkBanKind,
} from '../network-bans/network-ban.ts';
import { type BanWay, banCommand, unbanCommand } from './ban-command.ts';
import type { Command } from './command.ts';

const glines = way('gline', '<user@host, $Rrealname, #channel or $Nnick>');
const shuns = way('shun', '<user@host>');
const jupes = way('jupe', '<server>');
/** An address is `*@address` for every server: ircu has no other word, and knows it by its numbers. */
const zlines = addressWay(glines);

const BANNED = 'from the whole network, for a week unless you say how long.';
const LIFTED = 'Lifts a ban of the network.';

export const gline: Command = banCommand(
  'GLINE',
  glines,
  `Bans a user@host mask, a real name ($R*spam*; ? for a space), a channel (#warez*) or a nick ($Nbad*) ${BANNED}`,
);
export const zline: Command = banCommand('ZLINE', zlines, `Bans an address or network ${BANNED}`);
export const shun: Command = banCommand(
  'SHUN',
  shuns,
  'Lets whom a mask names do nothing but leave, on the whole network, for a week unless you say how long.',
);
export const jupe: Command = banCommand('JUPE', jupes, `Bans a server ${BANNED}`);
export const ungline: Command = unbanCommand('UNGLINE', glines, LIFTED);
export const unzline: Command = unbanCommand('UNZLINE', zlines, LIFTED);
export const unshun: Command = unbanCommand('UNSHUN', shuns, 'Lets them speak again.');
export const unjupe: Command = unbanCommand('UNJUPE', jupes, LIFTED);

function way(kind: NetworkBanKind, what: string): BanWay {
  const canonical = (mask: string) => canonicalNetworkMask(kind, mask);
  return {
    kind,
    flag: kind,
    what,
    problemWith: (server, mask, minutes) => problemWith(server, kind, mask, minutes ?? 0),
    canonical,
    set: (server, given, minutes) => setNetworkBan(server, { ...given, kind }, minutes ?? 0),
    has: (server, mask) => holds(server, kind, mask),
    missing: (mask) => `no ban of the network for ${mask}`,
    lifted: canonical,
    lift: (server, mask, by) => liftNetworkBan(server, kind, mask, by)?.saving ?? null,
  };
}

function addressWay(users: BanWay): BanWay {
  const maskOf = (address: string) =>
    networkProblem(address, limits.maskBytes.default) === null ? `*@${address}` : address;
  return {
    ...users,
    what: '<address>',
    problemWith: (server, address, minutes) =>
      networkProblem(address, limits.maskBytes.default) ??
      users.problemWith(server, maskOf(address), minutes),
    canonical: (address) => users.canonical(maskOf(address)),
    set: (server, given, minutes) => users.set(server, { ...given, mask: maskOf(given.mask) }, minutes),
    has: (server, address) => users.has(server, maskOf(address)),
    missing: users.missing,
    lifted: (address) => users.lifted(maskOf(address)),
    lift: (server, address, by) => users.lift(server, maskOf(address), by),
  };
}

/** Whether a ban of the network is in force. */
function holds({ networkBans }: CommandServer, kind: NetworkBanKind, mask: string): boolean {
  const known = networkBans.get(kind, mask);
  return known !== undefined && isInForce(known, Date.now());
}

/**
 * Why a ban of the network cannot be set, as text; null when it can.
 * @param minutes 0 for as long as by default.
 */
export function problemWith(
  { state, networkBans }: CommandServer,
  kind: NetworkBanKind,
  mask: string,
  minutes: number,
): string | null {
  const problem = checkNetworkMask(kind, mask);
  if (problem !== null) return problem;
  if (kind === 'jupe' && state.findServer(mask) === state.me) return `${state.me.name} is this server itself`;
  const most = MAX_MINUTES[kind];
  if (minutes > most) return `${minutes} minutes are too long, expected at most ${most}`;
  if (networkBans.globsFull(kind, mask))
    return 'there are as many bans of that sort as everybody can be compared with; lift some first';
  return networkBans.hasRoom(kind, mask)
    ? null
    : 'the list of bans of the network is full; it has room when some are over';
}

/**
 * Sets a ban of the network in the name of this server, newer than what is known of its mask. Returns why not as text.
 * @param minutes 0 for as long as by default.
 * @param asOneOfMany as {@link takeNetworkBan} has it
 */
export function setNetworkBan(
  server: CommandServer,
  given: Pick<NetworkBan, 'kind' | 'mask' | 'reason' | 'by'>,
  minutes: number,
  asOneOfMany: { readonly quiet?: boolean; readonly walk?: boolean } = {},
): string | (ReturnType<typeof takeNetworkBan> & { readonly mask: string }) {
  const problem = problemWith(server, given.kind, given.mask, minutes);
  if (problem !== null) return problem;
  const known = server.networkBans.get(given.kind, given.mask);
  const setMs = Date.now();
  const mask = canonicalNetworkMask(given.kind, given.mask);
  const expiresMs = setMs + (minutes === 0 ? DEFAULT_MINUTES : minutes) * 60_000;
  const keptMs = Math.max(expiresMs, known?.keptMs ?? 0);
  const ban = { ...given, mask, setMs, active: true, changedSeconds: nextChange(known), expiresMs, keptMs };
  return { mask, ...takeNetworkBan(server, server.state.me, ban, asOneOfMany) };
}

/** Lifts a ban of the network everywhere; null where none is in force. */
export function liftNetworkBan(
  server: CommandServer,
  kind: NetworkBanKind,
  mask: string,
  by: string,
): ReturnType<typeof takeNetworkBan> | null {
  const known = server.networkBans.get(kind, mask);
  if (known === undefined || !isInForce(known, Date.now())) return null;
  const ban = { ...known, by, active: false, changedSeconds: nextChange(known) };
  return takeNetworkBan(server, server.state.me, ban);
}

/** Of two changes in one second the later one wins as well. */
function nextChange(known: NetworkBan | undefined): number {
  return Math.max(Math.floor(Date.now() / 1000), (known?.changedSeconds ?? 0) + 1);
}
