/** KLINE, DLINE, UNKLINE and UNDLINE: who may not use this server. `duration` is in minutes, none means for ever. */

import { N } from '../../irc/numerics.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import type { BanSaved } from '../../runtime/net/ban-saver.ts';
import { noticeOpers } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import { type BanKind, canonicalBanMask, type ServerBan } from '../server-bans.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';
import { type DeedOutcome, describeOper, perform, tell } from './deed.ts';

/** What comparing one user with one ban costs, in nanoseconds of work. */
const MATCH_NS = 10 * workPrices.mask.ns;
/** Longest duration, a year in minutes. */
const MAX_BAN_MINUTES = 525_600;

export const kline: Command = banCommand(
  'KLINE',
  'kline',
  '<user@host>',
  'Bans a user@host mask from the server.',
);
export const dline: Command = banCommand(
  'DLINE',
  'dline',
  '<address>',
  'Bans an address or network from the server.',
);
export const unkline: Command = unbanCommand('UNKLINE', 'kline', '<user@host>');
export const undline: Command = unbanCommand('UNDLINE', 'dline', '<address>');

function banCommand(name: string, kind: BanKind, what: string, summary: string): Command {
  return {
    name,
    minParams: 1,
    oper: kind,
    help: [`${name} [<minutes>] ${what} [:<reason>]`, `${summary} Operators only.`],
    run(server, client, params) {
      const minutes = parseMinutes(params[0] ?? '');
      const [mask = '', reason = 'No reason given'] = minutes === null ? params : params.slice(1);
      if (mask === '') {
        client.reply(N.ERR_NEEDMOREPARAMS, name);
        return;
      }
      const problem = server.bans.problemWith(kind, mask, Date.now());
      if (problem !== null) {
        tell(client, `${name} failed: ${problem}`);
        return;
      }
      const by = describeOper(client);
      perform(server, client, {
        command: name,
        args: { mask: canonicalBanMask(kind, mask), reason, minutes },
        flag: kind,
        unrecorded: 'run',
        carryOut: () => ban(server, client, name, { kind, mask, reason, by }, minutes),
      });
    },
  };
}

/** Sets a ban that was found right; the list may have become full since. */
function ban(
  server: CommandServer,
  client: LocalClient,
  name: string,
  given: Pick<ServerBan, 'kind' | 'mask' | 'reason' | 'by'>,
  minutes: number | null,
): DeedOutcome | Promise<DeedOutcome> {
  const setMs = Date.now();
  const expiresMs = minutes === null || minutes === 0 ? null : setMs + minutes * 60_000;
  const outcome = addServerBan(server, { ...given, setMs, expiresMs });
  if (typeof outcome !== 'string')
    return savedOutcome(client, name, `disconnected ${outcome.dropped} clients`, outcome.saving);
  tell(client, `${name} failed: ${outcome}`);
  return { ok: false, outcome: `refused: ${outcome}` };
}

function unbanCommand(name: string, kind: BanKind, what: string): Command {
  return {
    name,
    minParams: 1,
    oper: kind,
    help: [`${name} ${what}`, 'Lifts a server ban. Operators only.'],
    run(server, client, params) {
      const mask = params[0] ?? '';
      const missing = `no ban for ${mask}`;
      if (!server.bans.has(kind, mask)) {
        tell(client, `${name} failed: ${missing}`);
        return;
      }
      const by = describeOper(client);
      perform(server, client, {
        command: name,
        args: { mask },
        flag: kind,
        // As the commands of the window and of the command line: shutting out must work, letting in can wait.
        unrecorded: 'refuse',
        carryOut() {
          const saving = removeServerBan(server, kind, mask, by);
          if (saving !== null) return savedOutcome(client, name, 'lifted', saving);
          tell(client, `${name} failed: ${missing}`);
          return { ok: false, outcome: `not_found: ${missing}` };
        },
      });
    },
  };
}

/** The list on its way to the disk. */
type Saving = BanSaved | Promise<BanSaved>;

/** What came of a change of the list; its operator is told when it is not on disk. */
export async function savedOutcome(
  client: LocalClient,
  name: string,
  done: string,
  saving: Saving,
): Promise<DeedOutcome> {
  const outcome = await saving;
  if (outcome.saved) return { ok: true, outcome: done };
  const { code, message } = outcome.warning;
  tell(client, `${name}: ${message}`);
  return { ok: true, outcome: `${done}; ${code}: ${message}` };
}

/** Minutes that stand before a mask; null where no number does. */
export function parseMinutes(text: string): number | null {
  const value = Number(text);
  return text !== '' && Number.isInteger(value) && value >= 0 && value <= MAX_BAN_MINUTES ? value : null;
}

/**
 * Adds a ban, drops whom it matches, and has the list saved, which `saving` waits for; operators are told when it is on disk or
 * cannot be. `mask` is its canonical spelling.
 * Returns why it could not be added as text.
 */
export function addServerBan(
  server: CommandServer,
  given: ServerBan,
): string | { readonly mask: string; readonly dropped: number; readonly saving: Saving } {
  const ban = { ...given, mask: canonicalBanMask(given.kind, given.mask) };
  const problem = server.bans.add(ban);
  if (problem !== null) return problem;
  const saving = server.host.saveBans();
  const label = ban.kind === 'kline' ? 'K-line' : 'D-line';
  const until = ban.expiresMs === null ? '' : ` until ${new Date(ban.expiresMs).toUTCString()}`;
  afterwards(saving, () =>
    noticeOpers(server, `${ban.by} added ${label} for ${ban.mask}${until}: ${ban.reason}`),
  );
  server.host.log('info', 'server_ban_added', `${ban.by} added ${label} for ${ban.mask}: ${ban.reason}`, {
    kind: ban.kind,
    mask: ban.mask,
    by: ban.by,
  });
  const victims = clientsMatching(server, ban);
  server.host.work.runSteps(server.house, dropAll(server, victims, `${label}d: ${ban.reason}`));
  return { mask: ban.mask, dropped: victims.length, saving };
}

function afterwards(saving: Saving, step: () => void): void {
  if (saving instanceof Promise) void saving.then(step);
  else step();
}

function* dropAll(server: CommandServer, victims: readonly LocalClient[], reason: string): WorkSteps {
  for (const victim of victims) {
    server.counters.serverBanMatches++;
    server.exit(victim, reason);
    if (server.host.work.spend(workPrices.departure.ns)) yield null;
  }
}

/** Removes a ban and has the list saved; null when there was none. */
export function removeServerBan(
  server: CommandServer,
  kind: BanKind,
  mask: string,
  by: string,
): Saving | null {
  const removed = server.bans.remove(kind, mask);
  if (removed === null) return null;
  const saving = server.host.saveBans();
  const label = kind === 'kline' ? 'K-line' : 'D-line';
  afterwards(saving, () => noticeOpers(server, `${by} removed the ${label} for ${removed.mask}`));
  server.host.log('info', 'server_ban_removed', `${by} removed the ban for ${removed.mask}`, { kind, by });
  return saving;
}

/** Clients that one ban matches; operators are never dropped by a K-line. */
export function clientsMatching(server: CommandServer, ban: Pick<ServerBan, 'kind' | 'mask'>): LocalClient[] {
  const matches = server.bans.matcher(ban.kind, ban.mask);
  const found: LocalClient[] = [];
  server.host.work.spend(server.state.localClients.size * MATCH_NS);
  for (const client of server.state.localClients) {
    if (client.user.isOper && ban.kind === 'kline') continue;
    if ((client.user.registered || ban.kind === 'dline') && matches(client.user)) found.push(client);
  }
  return found;
}
