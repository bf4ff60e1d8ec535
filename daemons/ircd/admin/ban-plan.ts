/**
 * Bans from a file: all of it holds or none. What is wrong is said by line before anything is changed; what is right is set in one
 * turn, and then everybody is compared once with all of it. The codes of the commands are in ban-handlers.ts.
 */
import { z } from 'zod';
import { SignalboxError } from '../../../contract/errors.ts';
import { addressWord, lineText, lineWord } from '../../../contract/line-texts.ts';
import { canonicalNetworkMask, networkBanKey } from '../../irc/network-ban.ts';
import { counted } from '../../runtime/host/impact-text.ts';
import { type CsvProblem, type CsvRow, readCsv } from '../../runtime/net/ban-csv.ts';
import { isSpared, SPARED } from '../ban-exceptions.ts';
import type { CommandServer } from '../command-server.ts';
import { problemWith } from '../commands/network-ban.ts';
import { limits } from '../limits.ts';
import type { NetworkBan } from '../network-bans/network-ban.ts';
import { NetworkBans } from '../network-bans/network-bans.ts';
import { banKey, checkSpares, type ServerBan, ServerBans } from '../server-bans.ts';
import type { LocalClient } from '../state/local-client.ts';
import { ADMIN_BAN_KINDS, type AdminBanKind, isOfNetwork } from './ban-kinds.ts';
import { banColumns } from './columns.ts';

/** Lines that a refusal names; the others are counted. */
const SHOWN_PROBLEMS = 20;
const MINUTE_MS = 60_000;
const NO_REASON = 'Banned by an administrator';

/** One line as it is set. */
export interface ImportedBan {
  readonly kind: AdminBanKind;
  readonly mask: string;
  readonly spares?: string;
  readonly reason: string;
  /** Unix milliseconds; null for never. */
  readonly expiresMs: number | null;
}

/** What a file asks for. */
export interface BanImport {
  readonly bans: readonly ImportedBan[];
  /** Lines that were over already. */
  readonly over: number;
  /** The bans alone, to be compared with whoever is here. */
  readonly trial: TrialBans;
}

/** Bans that are set nowhere. */
export interface TrialBans {
  readonly bans: ServerBans;
  readonly networkBans: NetworkBans;
}

const rowSchema = z.object({
  kind: z.enum(ADMIN_BAN_KINDS),
  mask: addressWord({ max: limits.maskBytes.default }),
  spares: lineWord({ min: 0, max: Object.keys(SPARED).length }).default(''),
  reason: lineText({ min: 0, max: 300 }).default(''),
  expiresAt: z.string().default(''),
});

/** Reads a file and finds out whether all of it can be set. Throws `refused` with what is wrong, by line, and has changed nothing. */
export function planImport(server: CommandServer, text: string): BanImport {
  const nowMs = Date.now();
  const { rows, problems: broken } = readCsv(
    text,
    banColumns.map(({ key }) => key),
    ['kind', 'mask'],
  );
  const problems: CsvProblem[] = [...broken];
  const most = limits.importedBans.default;
  if (rows.length > most)
    problems.push({ line: rows[most]!.line, problem: `more than ${most} bans; import the file in parts` });
  const plan = new Plan(server, nowMs);
  for (const row of rows.slice(0, most)) {
    const problem = plan.take(row);
    if (problem !== null) problems.push({ line: row.line, problem });
  }
  if (problems.length > 0) throw new SignalboxError('refused', refusalText(problems));
  if (plan.bans.length === 0)
    throw new SignalboxError(
      'refused',
      plan.over === 0
        ? 'The file has no bans.'
        : `Nothing is left to import: all ${plan.over} bans are over.`,
    );
  return plan;
}

function refusalText(problems: readonly CsvProblem[]): string {
  const sorted = problems.toSorted((a, b) => a.line - b.line);
  const shown = sorted.slice(0, SHOWN_PROBLEMS).map(({ line, problem }) => `line ${line}: ${problem}`);
  const more = sorted.length - shown.length;
  const rest = more === 0 ? '' : `; and ${counted(more, 'line')} more`;
  return `Nothing was imported. ${shown.join('; ')}${rest}`;
}

/** A file while it is read line by line. */
class Plan implements BanImport {
  readonly bans: ImportedBan[] = [];
  readonly trial: TrialBans = { bans: new ServerBans(), networkBans: new NetworkBans() };
  over = 0;
  readonly #server: CommandServer;
  readonly #nowMs: number;
  /** Lines, by what they ban. */
  readonly #lines = new Map<string, number>();
  /** How many new bans take room of each list so far. */
  readonly #taken = new Map<string, number>();

  constructor(server: CommandServer, nowMs: number) {
    this.#server = server;
    this.#nowMs = nowMs;
  }

  /** Takes a line. Returns why it cannot be set. */
  take({ line, cells }: CsvRow): string | null {
    const read = rowSchema.safeParse(cells);
    if (!read.success) {
      const [issue] = read.error.issues;
      return `${String(issue?.path[0])}: ${issue?.message}`;
    }
    const { kind, mask, spares, reason, expiresAt } = read.data;
    const expiresMs = expiresAt === '' ? null : Date.parse(expiresAt);
    if (Number.isNaN(expiresMs)) return `expiresAt: expected a time such as 2030-01-31T12:00:00Z, or nothing`;
    if (expiresMs !== null && expiresMs <= this.#nowMs) {
      this.over++;
      return null;
    }
    const ban = {
      kind,
      mask,
      reason: reason === '' ? NO_REASON : reason,
      expiresMs,
      ...(spares === '' ? {} : { spares }),
    };
    const problem = this.#problemWith(ban);
    if (problem !== null) return problem;
    const key = isOfNetwork(kind) ? networkBanKey(kind, mask) : banKey(kind, mask);
    const first = this.#lines.get(key);
    if (first !== undefined) return `the same ban as on line ${first}`;
    this.#lines.set(key, line);
    const full = this.#fullList(ban);
    if (full !== null) return full;
    this.bans.push(ban);
    this.#try(ban);
    return null;
  }

  #problemWith(ban: ImportedBan): string | null {
    const { kind, mask, spares } = ban;
    const { bans } = this.#server;
    if (!isOfNetwork(kind))
      return bans.problemWith(kind, mask, this.#nowMs) ?? checkSpares(kind, mask, spares);
    if (spares !== undefined) return `only an exception spares something, and no ${kind}`;
    return problemWith(this.#server, kind, mask, minutesOf(ban, this.#nowMs));
  }

  /** Why there is no room for it beside those of the lines above, or null. */
  #fullList({ kind, mask }: ImportedBan): string | null {
    const { bans, networkBans } = this.#server;
    const rooms = isOfNetwork(kind)
      ? networkBans.rooms(kind, mask, this.#nowMs)
      : bans.rooms(kind, mask, this.#nowMs);
    for (const { list, left } of rooms) {
      const taken = (this.#taken.get(list) ?? 0) + 1;
      this.#taken.set(list, taken);
      if (taken > left) return `the list of ${list} has no room for it: ${left} are left of it`;
    }
    return null;
  }

  #try(ban: ImportedBan): void {
    const { kind, mask, reason, expiresMs } = ban;
    const common = { mask, reason, by: '', setMs: this.#nowMs };
    if (isOfNetwork(kind)) {
      const endMs = expiresMs ?? this.#nowMs + limits.networkBanMinutes.default * MINUTE_MS;
      const times = { active: true, changedSeconds: 0, expiresMs: endMs, keptMs: endMs };
      const given: NetworkBan = { ...common, mask: canonicalNetworkMask(kind, mask), kind, ...times };
      this.trial.networkBans.set(given, this.#nowMs);
    } else {
      const given: ServerBan = { ...common, kind, expiresMs };
      this.trial.bans.add(ban.spares === undefined ? given : { ...given, spares: ban.spares });
    }
  }
}

/** Minutes that a ban of the network lasts; 0, which is as long as by default, where the file does not say. */
export function minutesOf({ expiresMs }: ImportedBan, nowMs: number): number {
  return expiresMs === null ? 0 : Math.ceil((expiresMs - nowMs) / MINUTE_MS);
}

/** Whom those bans are against, as one ban after another would be: the text with which a client is let go, null for none. */
export function letGoBy(
  { bans, networkBans }: TrialBans,
  server: CommandServer,
  { user }: LocalClient,
): string | null {
  const spared = server.bans.sparedOf(user) + bans.sparedOf(user);
  const atAccept = isSpared(spared, 'd') ? null : bans.refusalForAddress(user.address);
  if (atAccept !== null || !user.registered || user.isOper) return atAccept;
  const byServer = bans.refusalForUser(user, Date.now(), spared);
  if (byServer !== null || isSpared(spared, 'g')) return byServer;
  return networkBans.refusalForUser(user);
}

/** Whether those bans silence a client. */
export function isSilencedBy(
  { bans, networkBans }: TrialBans,
  server: CommandServer,
  { user }: LocalClient,
): boolean {
  if (!user.registered || user.isOper || networkBans.shunOf(user) === null) return false;
  return !isSpared(server.bans.sparedOf(user) + bans.sparedOf(user), 's');
}
