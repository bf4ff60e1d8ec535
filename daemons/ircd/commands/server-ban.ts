/** KLINE, XLINE, DLINE, RESV, ELINE and their removals: who may not use this server, which names nobody may take, and whom bans do not hit. `duration` is in minutes, none means for ever. */

import { dropMatching, type Matches } from '../actions/ban-walk.ts';
import { noticeOpers } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import { NOTICE } from '../notice-kinds.ts';
import { REALNAME_MASK } from '../realname-bans.ts';
import { type BanKind, canonicalBanMask, checkSpares, type ServerBan } from '../server-bans.ts';
import { type BanWay, banCommand, type Saving, unbanCommand } from './ban-command.ts';
import type { Command } from './command.ts';

/** What operators read. */
const LABELS: Readonly<Record<BanKind, string>> = {
  kline: 'K-line',
  dline: 'D-line',
  resv: 'reservation',
  except: 'ban exception',
};

const klines = way('kline', '<user@host>');
const dlines = way('dline', '<address>');
const exceptions: BanWay = {
  ...way('except', '<user@host>', 'eline'),
  spares: true,
  problemWith: ({ bans }, mask, _minutes, spares) =>
    bans.problemWith('except', mask, Date.now()) ?? checkSpares('except', mask, spares),
};
const reservations = way('resv', '<nick or #channel>', 'kline');
/** A real name is a K-line of its own sort; other servers are told of none. */
const xlines = realnameWay(klines);

export const kline: Command = banCommand('KLINE', klines, 'Bans a user@host mask from the server.');
export const dline: Command = banCommand('DLINE', dlines, 'Bans an address or network from the server.');
export const xline: Command = banCommand(
  'XLINE',
  xlines,
  'Bans real names from the server (* and ?; ? for a space).',
);
export const unkline: Command = unbanCommand('UNKLINE', klines, 'Lifts a server ban.');
export const unxline: Command = unbanCommand('UNXLINE', xlines, 'Lifts a ban of real names.');
export const resv: Command = banCommand(
  'RESV',
  reservations,
  'Keeps nicks or channels from being taken (* and ?), but by operators.',
);
export const unresv: Command = unbanCommand('UNRESV', reservations, 'Lets names be taken again.');
export const eline: Command = banCommand(
  'ELINE',
  exceptions,
  'Keeps bans of some kinds (k d g, s for shuns, t for the throttle; all without) from whom a mask names.',
);
export const uneline: Command = unbanCommand(
  'UNELINE',
  exceptions,
  'Lets bans hit again whom an exception named.',
);
export const undline: Command = unbanCommand('UNDLINE', dlines, 'Lifts a server ban.');

function way(kind: BanKind, what: string, flag: string = kind): BanWay {
  return {
    kind,
    flag,
    what,
    problemWith: ({ bans }, mask) => bans.problemWith(kind, mask, Date.now()),
    canonical: (mask) => canonicalBanMask(kind, mask),
    set(server, given, minutes) {
      const setMs = Date.now();
      const expiresMs = minutes === null || minutes === 0 ? null : setMs + minutes * 60_000;
      return addServerBan(server, { ...given, kind, setMs, expiresMs });
    },
    has: ({ bans }, mask) => bans.has(kind, mask),
    missing: (mask) => `no ban for ${mask}`,
    lifted: (mask) => mask,
    lift: (server, mask, by) => removeServerBan(server, kind, mask, by),
  };
}

function realnameWay(users: BanWay): BanWay {
  const maskOf = (glob: string) => (glob.startsWith(REALNAME_MASK) ? glob : REALNAME_MASK + glob);
  return {
    ...users,
    what: '<realname>',
    problemWith: (server, glob, minutes) => users.problemWith(server, maskOf(glob), minutes),
    canonical: (glob) => users.canonical(maskOf(glob)),
    set: (server, given, minutes) => users.set(server, { ...given, mask: maskOf(given.mask) }, minutes),
    has: (server, glob) => users.has(server, maskOf(glob)),
    missing: (glob) => users.missing(maskOf(glob)),
    lifted: (glob) => users.lifted(maskOf(glob)),
    lift: (server, glob, by) => users.lift(server, maskOf(glob), by),
  };
}

/**
 * Adds a ban, drops whom it matches, and has the list saved, which `saving` waits for; operators are told when it is on disk or
 * cannot be. `mask` is its canonical spelling.
 * Returns why it could not be added as text.
 */
export function addServerBan(
  server: CommandServer,
  given: ServerBan,
): string | { readonly mask: string; readonly dropped: Promise<number>; readonly saving: Saving } {
  const ban = { ...given, mask: canonicalBanMask(given.kind, given.mask) };
  const problem = server.bans.add(ban);
  if (problem !== null) return problem;
  const saving = server.host.saveBans();
  const label = LABELS[ban.kind];
  const until = ban.expiresMs === null ? '' : ` until ${new Date(ban.expiresMs).toUTCString()}`;
  afterwards(saving, () =>
    noticeOpers(server, NOTICE.bans, `${ban.by} added ${label} for ${ban.mask}${until}: ${ban.reason}`),
  );
  server.host.log('info', 'server_ban_added', `${ban.by} added ${label} for ${ban.mask}: ${ban.reason}`, {
    kind: ban.kind,
    mask: ban.mask,
    by: ban.by,
  });
  const { kind, mask } = ban;
  const dropped = dropMatching(server, banMatcher(server, ban), `${label}d: ${ban.reason}`, () =>
    server.bans.has(kind, mask),
  );
  return { mask, dropped, saving };
}

function afterwards(saving: Saving, step: () => void): void {
  if (saving instanceof Promise) void saving.then(step);
  else step();
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
  const label = LABELS[kind];
  afterwards(saving, () =>
    noticeOpers(server, NOTICE.bans, `${by} removed the ${label} for ${removed.mask}`),
  );
  server.host.log('info', 'server_ban_removed', `${by} removed the ban for ${removed.mask}`, { kind, by });
  return saving;
}

/** Tells clients that a ban is against; operators are never dropped by a K-line. */
export function banMatcher(
  { bans }: CommandServer,
  { kind, mask }: Pick<ServerBan, 'kind' | 'mask'>,
): Matches {
  const matches = bans.matcher(kind, mask);
  return ({ user }) =>
    !(user.isOper && kind === 'kline') && (user.registered || kind === 'dline') && matches(user);
}
