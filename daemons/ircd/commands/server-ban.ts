/** KLINE, DLINE, UNKLINE and UNDLINE: who may not use this server. `duration` is in minutes, none means for ever. */
import { noticeOpers } from '../broadcast.ts';
import { N } from '../protocol/numerics.ts';
import type { IrcServer } from '../server.ts';
import type { BanKind, ServerBan } from '../server-bans.ts';
import type { User } from '../state/user.ts';
import type { Command } from './command.ts';

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
    run(server, user, params) {
      const minutes = parseMinutes(params[0] ?? '');
      const [mask = '', reason = 'No reason given'] = minutes === null ? params : params.slice(1);
      if (mask === '') {
        user.reply(N.ERR_NEEDMOREPARAMS, name);
        return;
      }
      const now = Date.now();
      const expiresMs = minutes === null || minutes === 0 ? null : now + minutes * 60_000;
      const outcome = addServerBan(server, { kind, mask, reason, by: user.prefix, setMs: now, expiresMs });
      if (typeof outcome === 'string') user.notice(`*** ${name} failed: ${outcome}`);
      else
        server.host.audit(
          user.prefix,
          name,
          { mask, reason, minutes },
          true,
          `disconnected ${outcome.dropped} clients`,
        );
    },
  };
}

function unbanCommand(name: string, kind: BanKind, what: string): Command {
  return {
    name,
    minParams: 1,
    oper: kind,
    help: [`${name} ${what}`, 'Lifts a server ban. Operators only.'],
    run(server, user, params) {
      const mask = params[0] ?? '';
      const removed = removeServerBan(server, kind, mask, user.prefix);
      if (!removed) user.notice(`*** ${name} failed: no ban for ${mask}`);
      else server.host.audit(user.prefix, name, { mask }, true, 'lifted');
    },
  };
}

function parseMinutes(text: string): number | null {
  const value = Number(text);
  return text !== '' && Number.isInteger(value) && value >= 0 && value <= MAX_BAN_MINUTES ? value : null;
}

/** Adds a ban, drops whom it matches, and has the list saved. Returns why it could not be added as text. */
export function addServerBan(server: IrcServer, ban: ServerBan): string | { dropped: number } {
  const problem = server.bans.add(ban);
  if (problem !== null) return problem;
  server.host.saveBans();
  const label = ban.kind === 'kline' ? 'K-line' : 'D-line';
  const until = ban.expiresMs === null ? '' : ` until ${new Date(ban.expiresMs).toUTCString()}`;
  noticeOpers(server, `${ban.by} added ${label} for ${ban.mask}${until}: ${ban.reason}`);
  server.host.log('info', 'server_ban_added', `${ban.by} added ${label} for ${ban.mask}: ${ban.reason}`, {
    kind: ban.kind,
    mask: ban.mask,
    by: ban.by,
  });
  const victims = usersMatching(server, ban);
  for (const victim of victims) {
    server.counters.serverBanMatches++;
    server.exit(victim, `${label}d: ${ban.reason}`);
  }
  return { dropped: victims.length };
}

/** Removes a ban and has the list saved; false when there was none. */
export function removeServerBan(server: IrcServer, kind: BanKind, mask: string, by: string): boolean {
  const removed = server.bans.remove(kind, mask);
  if (removed === null) return false;
  server.host.saveBans();
  noticeOpers(server, `${by} removed the ${kind === 'kline' ? 'K-line' : 'D-line'} for ${removed.mask}`);
  server.host.log('info', 'server_ban_removed', `${by} removed the ban for ${removed.mask}`, { kind, by });
  return true;
}

/** Connected users that one ban matches; operators are never dropped by a K-line. */
export function usersMatching(server: IrcServer, ban: Pick<ServerBan, 'kind' | 'mask'>): User[] {
  const matches = server.bans.matcher(ban.kind, ban.mask);
  const found: User[] = [];
  for (const user of server.state.users) {
    if (user.isOper && ban.kind === 'kline') continue;
    if ((user.registered || ban.kind === 'dline') && matches(user)) found.push(user);
  }
  return found;
}
