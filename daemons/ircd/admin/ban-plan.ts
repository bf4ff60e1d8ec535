/**
 * Bans from a file: all of it holds or none (list-plan.ts). What is right is set in one turn, and then everybody is compared once
 * with all of it. The codes of the commands are in ban-handlers.ts.
 */
import { z } from 'zod';
import { addressWord, lineText, lineWord } from '../../../contract/line-texts.ts';
import { canonicalNetworkMask, networkBanKey } from '../../irc/network-ban.ts';
import { endCell, type ListPlan, type ListReader, planList } from '../../runtime/list-files/list-plan.ts';
import { isSpared, SPARED } from '../ban-exceptions.ts';
import type { CommandServer } from '../command-server.ts';
import { problemWith } from '../commands/network-ban.ts';
import { limits } from '../limits.ts';
import type { NetworkBan } from '../network-bans/network-ban.ts';
import { NetworkBans } from '../network-bans/network-bans.ts';
import { banKey, checkSpares, type ServerBan, ServerBans } from '../server-bans.ts';
import type { LocalClient } from '../state/local-client.ts';
import { banFile } from './ban-file.ts';
import { ADMIN_BAN_KINDS, type AdminBanKind, isOfNetwork } from './ban-kinds.ts';

const MINUTE_MS = 60_000;
const NO_REASON = 'Banned by an administrator';

/** One line as it is set. */
export interface ImportedBan {
  readonly kind: AdminBanKind;
  readonly mask: string;
  readonly spares?: string | undefined;
  readonly reason: string;
  /** Unix milliseconds; null for never. */
  readonly expiresMs: number | null;
}

/** What a file asks for. */
export interface BanImport extends ListPlan<ImportedBan> {
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
  expiresAt: endCell,
});

/** Reads a file and finds out whether all of it can be set. Throws `refused` with what is wrong, by line, and has changed nothing. */
export function planImport(server: CommandServer, text: string): BanImport {
  const nowMs = Date.now();
  const plan = planList(banFile, new Reader(server, nowMs), text, nowMs);
  const trial: TrialBans = { bans: new ServerBans(), networkBans: new NetworkBans() };
  for (const ban of plan.entries) tryBan(trial, ban, nowMs);
  return { ...plan, trial };
}

function keyOf({ kind, mask }: ImportedBan): string {
  return isOfNetwork(kind) ? networkBanKey(kind, mask) : banKey(kind, mask);
}

/** Reads a file line by line. */
class Reader implements ListReader<z.output<typeof rowSchema>, ImportedBan> {
  readonly row = rowSchema;
  readonly keyOf = keyOf;
  readonly #server: CommandServer;
  readonly #nowMs: number;
  /** How many new bans take room of each list so far. */
  readonly #taken = new Map<string, number>();
  /** Those in force, by what they ban. */
  readonly #there: ReadonlyMap<string, ImportedBan>;

  constructor(server: CommandServer, nowMs: number) {
    this.#server = server;
    this.#nowMs = nowMs;
    const there = [...server.bans.list(), ...server.networkBans.inForce()];
    this.#there = new Map(there.map((ban) => [keyOf(ban), ban]));
  }

  read({ kind, mask, spares, reason, expiresAt }: z.output<typeof rowSchema>): ImportedBan {
    return {
      kind,
      mask,
      reason: reason === '' ? NO_REASON : reason,
      expiresMs: expiresAt,
      ...(spares === '' ? {} : { spares }),
    };
  }

  endMs({ expiresAt }: z.output<typeof rowSchema>): number | null {
    return expiresAt;
  }

  problemWith(ban: ImportedBan): string | null {
    const { kind, mask, spares } = ban;
    const { bans } = this.#server;
    if (!isOfNetwork(kind))
      return bans.problemWith(kind, mask, this.#nowMs) ?? checkSpares(kind, mask, spares);
    if (spares !== undefined) return `only an exception spares something, and no ${kind}`;
    return problemWith(this.#server, kind, mask, minutesOf(ban, this.#nowMs));
  }

  isThere(ban: ImportedBan): boolean {
    const there = this.#there.get(keyOf(ban));
    return (
      there !== undefined &&
      there.reason === ban.reason &&
      there.expiresMs === ban.expiresMs &&
      (there.spares ?? '') === (ban.spares ?? '')
    );
  }

  noRoom({ kind, mask }: ImportedBan): string | null {
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
}

function tryBan(trial: TrialBans, ban: ImportedBan, nowMs: number): void {
  const { kind, mask, reason, expiresMs } = ban;
  const common = { mask, reason, by: '', setMs: nowMs };
  if (isOfNetwork(kind)) {
    const endMs = expiresMs ?? nowMs + limits.networkBanMinutes.default * MINUTE_MS;
    const times = { active: true, changedSeconds: 0, expiresMs: endMs, keptMs: endMs };
    const given: NetworkBan = { ...common, mask: canonicalNetworkMask(kind, mask), kind, ...times };
    trial.networkBans.set(given, nowMs);
  } else {
    const given: ServerBan = { ...common, kind, expiresMs };
    trial.bans.add(ban.spares === undefined ? given : { ...given, spares: ban.spares });
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
