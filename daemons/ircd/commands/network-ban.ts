/**
 * GLINE, JUPE and their removals: who may not use any server of the network, and which server may not be on it. `duration` is in
 * minutes; none means a week.
 */
import { N } from '../../irc/numerics.ts';
import { takeNetworkBan } from '../actions/network-ban.ts';
import type { CommandServer } from '../command-server.ts';
import {
  canonicalNetworkMask,
  checkNetworkMask,
  DEFAULT_MINUTES,
  isInForce,
  MAX_MINUTES,
  type NetworkBan,
  type NetworkBanKind,
} from '../network-bans/network-ban.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';
import { type DeedOutcome, describeOper, perform, tell } from './deed.ts';
import { parseMinutes, savedOutcome } from './server-ban.ts';

export const gline: Command = banCommand('GLINE', 'gline', '<user@host>', 'a user@host mask');
export const jupe: Command = banCommand('JUPE', 'jupe', '<server>', 'a server');
export const ungline: Command = unbanCommand('UNGLINE', 'gline', '<user@host>');
export const unjupe: Command = unbanCommand('UNJUPE', 'jupe', '<server>');

function banCommand(name: string, kind: NetworkBanKind, what: string, whom: string): Command {
  return {
    name,
    minParams: 1,
    oper: kind,
    help: [
      `${name} [<minutes>] ${what} [:<reason>]`,
      `Bans ${whom} from the whole network, for a week unless you say how long. Operators only.`,
    ],
    run(server, client, params) {
      const minutes = parseMinutes(params[0] ?? '');
      const [mask = '', reason = 'No reason given'] = minutes === null ? params : params.slice(1);
      if (mask === '') {
        client.reply(N.ERR_NEEDMOREPARAMS, name);
        return;
      }
      const problem = problemWith(server, kind, mask, minutes ?? 0);
      if (problem !== null) {
        tell(client, `${name} failed: ${problem}`);
        return;
      }
      const by = describeOper(client);
      perform(server, client, {
        command: name,
        args: { mask: canonicalNetworkMask(kind, mask), reason, minutes },
        flag: kind,
        unrecorded: 'run',
        carryOut: () => {
          const outcome = setNetworkBan(server, { kind, mask, reason, by }, minutes ?? 0);
          if (typeof outcome === 'string') return failed(client, name, outcome);
          return savedOutcome(client, name, `disconnected ${outcome.dropped} clients`, outcome.saving);
        },
      });
    },
  };
}

function failed(client: LocalClient, name: string, problem: string): DeedOutcome {
  tell(client, `${name} failed: ${problem}`);
  return { ok: false, outcome: `refused: ${problem}` };
}

function unbanCommand(name: string, kind: NetworkBanKind, what: string): Command {
  return {
    name,
    minParams: 1,
    oper: kind,
    help: [`${name} ${what}`, 'Lifts a ban of the network. Operators only.'],
    run(server, client, params) {
      const mask = params[0] ?? '';
      const missing = `no ban of the network for ${mask}`;
      if (!holds(server, kind, mask)) {
        tell(client, `${name} failed: ${missing}`);
        return;
      }
      const by = describeOper(client);
      perform(server, client, {
        command: name,
        args: { mask: canonicalNetworkMask(kind, mask) },
        flag: kind,
        unrecorded: 'refuse',
        carryOut() {
          const taken = liftNetworkBan(server, kind, mask, by);
          if (taken !== null) return savedOutcome(client, name, 'lifted', taken.saving);
          tell(client, `${name} failed: ${missing}`);
          return { ok: false, outcome: `not_found: ${missing}` };
        },
      });
    },
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
  return networkBans.hasRoom(kind, mask)
    ? null
    : 'the list of bans of the network is full; it has room when some are over';
}

/**
 * Sets a ban of the network in the name of this server, newer than what is known of its mask. Returns why not as text.
 * @param minutes 0 for as long as by default.
 */
export function setNetworkBan(
  server: CommandServer,
  given: Pick<NetworkBan, 'kind' | 'mask' | 'reason' | 'by'>,
  minutes: number,
): string | (ReturnType<typeof takeNetworkBan> & { readonly mask: string }) {
  const problem = problemWith(server, given.kind, given.mask, minutes);
  if (problem !== null) return problem;
  const known = server.networkBans.get(given.kind, given.mask);
  const setMs = Date.now();
  const mask = canonicalNetworkMask(given.kind, given.mask);
  const expiresMs = setMs + (minutes === 0 ? DEFAULT_MINUTES : minutes) * 60_000;
  const keptMs = Math.max(expiresMs, known?.keptMs ?? 0);
  const ban = { ...given, mask, setMs, active: true, changedSeconds: nextChange(known), expiresMs, keptMs };
  return { mask, ...takeNetworkBan(server, server.state.me, ban) };
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
