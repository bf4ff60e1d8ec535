/**
 * Bans of the whole network as services keep them: G-lines and shuns against users, jupes against servers. They are told to the network
 * when services come, and whatever it says of one is kept where it is newer. Looked up by the index that the IRC server uses.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import { userMaskProblem } from '../../irc/ban-mask.ts';
import { fold } from '../../irc/casemapping.ts';
import {
  type BanChange,
  canonicalNetworkMask,
  changed,
  isInForce,
  type KeptBan,
  networkBanKey,
} from '../../irc/network-ban.ts';
import { isServerName } from '../../irc/p10/server-line.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { BanIndex, type BanTarget } from '../../runtime/net/ban-index.ts';
import { notDone } from '../bots/refused-reply.ts';
import { said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import type { ViewUser } from '../network/view-parts.ts';
import { eachRow } from './arrived-rows.ts';

export const NETWORK_BAN_KINDS = ['gline', 'shun', 'jupe'] as const;
/** One of {@link NETWORK_BAN_KINDS}. */
export type NetworkBanKind = (typeof NETWORK_BAN_KINDS)[number];
export type NetworkBan = KeptBan<NetworkBanKind>;

/** Why one cannot be set, in words; null where it can. */
export function networkBanProblem(kind: NetworkBanKind, mask: string): string | null {
  if (kind !== 'jupe') return userMaskProblem(canonicalNetworkMask(kind, mask), limits.maskBytes.default);
  return isServerName(mask) ? null : `${mask.slice(0, 64)} is no name of a server`;
}

/** Remembered, and against nobody. */
const KEPT: BanTarget = { kind: 'key' };

interface Row {
  readonly kind: NetworkBanKind;
  readonly mask: string;
  readonly reason: string;
  readonly reasonBytes: string | null;
  readonly by: string;
  readonly setMs: number;
  readonly active: number;
  readonly changedSeconds: number;
  readonly expiresMs: number;
  readonly keptMs: number;
}

const COLUMNS = `kind, mask, reason, reason_bytes AS "reasonBytes", set_by AS "by", set_at AS "setMs", active,
  changed AS "changedSeconds", expires AS "expiresMs", kept AS "keptMs"`;

function banOf({ reasonBytes, active, ...rest }: Row): NetworkBan {
  return { ...rest, active: active === 1, reasonBytes: reasonBytes ?? undefined };
}

/** The statement that keeps one; {@link networkBanRow} is what it takes. */
export function putNetworkBan(database: Sqlite) {
  return database.prepare(
    `INSERT OR REPLACE INTO network_bans
      (key, kind, mask, reason, reason_bytes, set_by, set_at, active, changed, expires, kept)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
}

/** A ban as a row. */
export function networkBanRow(ban: NetworkBan): (string | number | null)[] {
  const { kind, mask, reason, reasonBytes = null, by, setMs, changedSeconds, expiresMs, keptMs } = ban;
  const values = [reasonBytes, by, setMs, ban.active ? 1 : 0, changedSeconds, expiresMs, keptMs];
  return [networkBanKey(kind, mask), kind, mask, reason, ...values];
}

export interface NetworkBansOptions {
  readonly database: Sqlite;
  readonly writes: WriteTurn;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Has the network know of one that was changed here. */
  readonly tell: (ban: NetworkBan) => void;
  readonly log: (level: 'info' | 'warn', event: string, message: string) => void;
}

export class NetworkBans {
  readonly #options: NetworkBansOptions;
  /** Against users by kind: whoever has one may have the other. */
  readonly #indexes = new Map(NETWORK_BAN_KINDS.map((kind) => [kind, new BanIndex<NetworkBan>(fold)]));
  readonly #put;
  readonly #forget;
  #full = false;

  constructor(options: NetworkBansOptions) {
    this.#options = options;
    const { database } = options;
    this.#put = putNetworkBan(database);
    this.#forget = database.prepare('DELETE FROM network_bans WHERE kept <= ?');
    const rows = database
      .prepare(`SELECT ${COLUMNS} FROM network_bans WHERE kept > ? ORDER BY rowid`)
      .all(options.now()) as Row[];
    for (const row of rows) this.#keep(banOf(row));
  }

  /** Those that are kept, lifted ones included. */
  get size(): number {
    let size = 0;
    for (const index of this.#indexes.values()) size += index.size;
    return size;
  }

  /** All that are remembered, the oldest first: what the network is told. */
  *kept(): Generator<NetworkBan> {
    const now = this.#options.now();
    for (const index of this.#indexes.values())
      for (const ban of index.values()) if (ban.keptMs > now) yield ban;
  }

  /** Those of a kind that hold. */
  inForce(kind: NetworkBanKind): NetworkBan[] {
    const now = this.#options.now();
    return [...this.#indexes.get(kind)!.values()].filter((ban) => isInForce(ban, now));
  }

  /** The one of a mask, however it is spelled, lifted or not. */
  get(kind: NetworkBanKind, mask: string): NetworkBan | undefined {
    const ban = this.#indexes.get(kind)!.get(networkBanKey(kind, mask));
    return ban === undefined || ban.keptMs <= this.#options.now() ? undefined : ban;
  }

  /** The one of a mask while it holds. */
  holding(kind: NetworkBanKind, mask: string): NetworkBan | undefined {
    const ban = this.get(kind, mask);
    return ban !== undefined && isInForce(ban, this.#options.now()) ? ban : undefined;
  }

  /** The oldest of a kind that is against a user; null for none. */
  against(kind: NetworkBanKind, { address, host, username }: ViewUser): NetworkBan | null {
    const bare = username.startsWith('~') ? [username, username.slice(1)] : username;
    return this.#indexes.get(kind)!.match(address, host, bare, this.#options.now());
  }

  /**
   * Sets one, or changes how long it lasts and why, and has the network know.
   * @throws SignalboxError `bad_request` for a mask that cannot be, `limit_reached` where there are as many as may be
   */
  async set(
    kind: NetworkBanKind,
    mask: string,
    { seconds, reason, by }: { readonly seconds: number; readonly reason: string; readonly by: string },
  ): Promise<NetworkBan> {
    const problem = networkBanProblem(kind, mask);
    if (problem !== null) throw notDone('bad_request', said`${problem}.`);
    const expiresMs = this.#options.now() + seconds * 1_000;
    return await this.#change(kind, mask, { active: true, expiresMs, reason, by });
  }

  /** Lifts one; null where none held. */
  async lift(kind: NetworkBanKind, mask: string, by: string): Promise<NetworkBan | null> {
    const known = this.holding(kind, mask);
    if (known === undefined) return null;
    const { expiresMs, reason } = known;
    return await this.#change(kind, mask, { active: false, expiresMs, reason, by });
  }

  /** Takes what the network says of one; answers the one that is newer here, which it lacks, or null. */
  hear(said: BanChange<NetworkBanKind>): NetworkBan | null {
    const { log } = this.#options;
    const known = this.get(said.kind, said.mask);
    const now = changed(known, said, this.#options.now());
    if (now === 'older') return known ?? null;
    if (now === 'same' || now === 'unknown') return null;
    if (said.mask.length > limits.maskBytes.default || !this.#hasRoom(now)) {
      if (!this.#full) log('warn', 'network_bans_full', `A ban of the network is not kept: ${now.mask}`);
      this.#full = true;
      return null;
    }
    this.#full = false;
    this.#keep(now);
    this.#write(now).catch((error: unknown) =>
      log('warn', 'network_ban_unwritten', `The ban of ${now.mask} is not on the disk: ${String(error)}`),
    );
    return null;
  }

  /** Takes up what has come into the table by another way, and has the network know; what is known here stays. */
  async takeUp(): Promise<void> {
    const { database, now, tell } = this.#options;
    await eachRow<Row>(database, COLUMNS, 'network_bans', (row) => {
      const ban = banOf(row);
      if (ban.keptMs <= now() || this.get(ban.kind, ban.mask) !== undefined) return;
      this.#keep(ban);
      tell(ban);
    });
  }

  /** Forgets what nobody could bring back any more. */
  async sweep(): Promise<void> {
    const now = this.#options.now();
    for (const index of this.#indexes.values()) {
      for (const ban of [...index.values()])
        if (ban.keptMs <= now) index.delete(networkBanKey(ban.kind, ban.mask));
        else if (ban.active && ban.expiresMs <= now) this.#keep(ban);
    }
    await this.#options.writes.write(() => this.#forget.run(now));
  }

  async #change(
    kind: NetworkBanKind,
    mask: string,
    change: Pick<BanChange<NetworkBanKind>, 'active' | 'expiresMs' | 'reason' | 'by'>,
  ): Promise<NetworkBan> {
    const known = this.get(kind, mask);
    const now = this.#options.now();
    // Two changes in one second: the later one wins everywhere.
    const changedSeconds = Math.max(Math.floor(now / 1_000), (known?.changedSeconds ?? 0) + 1);
    const ban = changed(known, { kind, mask, changedSeconds, keptMs: null, ...change }, now);
    if (typeof ban === 'string') throw new SignalboxError('internal', `A ban of the network became ${ban}.`);
    if (!this.#hasRoom(ban))
      throw notDone(
        'limit_reached',
        said`There are ${limits.networkBans.default} bans of the network already.`,
      );
    await this.#write(ban);
    // Meanwhile the network may have said something newer.
    const latest = this.get(kind, mask);
    if (latest === undefined || latest.changedSeconds <= ban.changedSeconds) this.#keep(ban);
    this.#options.tell(ban);
    return ban;
  }

  #hasRoom(ban: NetworkBan): boolean {
    if (this.size < limits.networkBans.default || this.get(ban.kind, ban.mask) !== undefined) return true;
    const now = this.#options.now();
    for (const index of this.#indexes.values()) index.forgetExpired(now);
    return this.size < limits.networkBans.default;
  }

  #keep(ban: NetworkBan): void {
    const holds = isInForce(ban, this.#options.now()) && ban.kind !== 'jupe';
    // What other servers ban that cannot be banned here is remembered and told on, and against nobody.
    const target: BanTarget =
      holds && networkBanProblem(ban.kind, ban.mask) === null ? { kind: 'user', mask: ban.mask } : KEPT;
    this.#indexes
      .get(ban.kind)!
      .set(networkBanKey(ban.kind, ban.mask), ban, target, target === KEPT ? ban.keptMs : ban.expiresMs);
  }

  async #write(ban: NetworkBan): Promise<void> {
    await this.#options.writes.write(() => this.#put.run(...networkBanRow(ban)));
  }
}
