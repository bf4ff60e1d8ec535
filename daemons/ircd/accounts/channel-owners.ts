/**
 * Which channels belong to accounts. Whoever knows the accounts knows it; here is a copy of all of it, so that JOIN waits for nobody:
 * read when that one comes, kept true by what it tells, and good while it is away, because nobody else changes it.
 */
import type { AccountNews, AccountResult, ChannelRegistration } from '../../../contract/accounts.ts';
import { fold } from '../../irc/casemapping.ts';
import { STATUS, STATUS_LETTERS } from '../../irc/modes.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { ChannelModeChanges } from '../actions/channel-modes.ts';
import type { CommandServer } from '../command-server.ts';
import type { Channel, Membership } from '../state/channel.ts';
import { rest } from '../work-steps.ts';
import type { ChannelOwnership } from './accounts.ts';
import type { AccountAuthority } from './authority.ts';

interface Owned {
  readonly registration: ChannelRegistration;
  /** `STATUS` bits by folded account. */
  readonly bits: ReadonlyMap<string, number>;
}

type ChannelNews = Extract<AccountNews, { readonly kind: 'channel' | 'channelGone' }>;

const NOTHING: ReadonlyMap<string, number> = new Map();

/** The copy. */
export class ChannelOwners implements ChannelOwnership {
  readonly #server: CommandServer;
  readonly #authority: () => AccountAuthority;
  #owned = new Map<string, Owned>();
  /** Being read anew; null where nothing is. */
  #fresh: Map<string, Owned> | null = null;
  /** Rises with every reading that begins, so that one that was overtaken is known. */
  #reading = 0;
  #known = false;
  readonly #awaited = new Set<() => void>();
  /** Channels that were made before it was known whose they are: whoever came first became operator. */
  #unproven = new WeakSet<Channel>();

  /** @param authority who is asked now */
  constructor(server: CommandServer, authority: () => AccountAuthority) {
    this.#server = server;
    this.#authority = authority;
  }

  /** Whether all of them are known: whoever knows the accounts has been asked since the start. */
  get known(): boolean {
    return this.#known;
  }

  /** Resolves when all of them are known, with false where that takes too long. */
  whenKnown(mostMs: number): Promise<boolean> {
    if (this.#known) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#awaited.delete(known);
        resolve(false);
      }, mostMs);
      const known = () => {
        clearTimeout(timer);
        resolve(true);
      };
      this.#awaited.add(known);
    });
  }

  get size(): number {
    return this.#owned.size;
  }

  of(channel: string): ChannelRegistration | null {
    return this.#owned.get(fold(channel))?.registration ?? null;
  }

  all(): Iterable<ChannelRegistration> {
    return [...this.#owned.values()].map(({ registration }) => registration);
  }

  statusOf(channel: string, account: string | null): number | null {
    const owned = this.#owned.get(fold(channel));
    if (owned === undefined) return null;
    return account === null ? 0 : (owned.bits.get(fold(account)) ?? 0) & this.#server.statuses;
  }

  made(channel: Channel): void {
    if (!this.#known && this.#authority().configured) this.#unproven.add(channel);
  }

  /** Somebody else is asked from here on: what was known is forgotten. */
  forget(): void {
    this.#reading++;
    this.#fresh = null;
    this.#known = false;
    const before = this.#owned;
    this.#owned = new Map();
    this.#server.host.work.runSteps(this.#server.house, this.#release(before.keys()));
  }

  /** Whoever knows it can be asked: reads all of it. What cannot be read now is read when they are there again. */
  read(): void {
    this.#readAll(++this.#reading).catch((error) =>
      this.#server.host.log('warn', 'channels_unread', `Who owns channels is not known: ${String(error)}`),
    );
  }

  hear(news: ChannelNews): void {
    const { host, house } = this.#server;
    if (news.kind === 'channelGone') {
      const key = fold(news.channel);
      this.#fresh?.delete(key);
      this.#owned.delete(key);
      host.work.runSteps(house, this.#release([key]));
      return;
    }
    const owned = ownedOf(news.registration);
    const key = fold(news.registration.channel);
    const before = this.#owned.get(key)?.bits ?? NOTHING;
    this.#fresh?.set(key, owned);
    this.#owned.set(key, owned);
    host.work.runSteps(house, this.#settle(key, owned, before));
  }

  async #readAll(reading: number): Promise<void> {
    const fresh = new Map<string, Owned>();
    this.#fresh = fresh;
    let after: string | null = '';
    while (after !== null) {
      const page: AccountResult<'channels'> = await this.#authority().ask('channels', { after });
      if (reading !== this.#reading) return;
      for (const row of page.rows) fresh.set(fold(row.channel), ownedOf(row));
      after = page.next;
    }
    const before = this.#owned;
    this.#owned = fresh;
    this.#fresh = null;
    this.#known = true;
    for (const known of this.#awaited) known();
    this.#awaited.clear();
    this.#server.host.work.runSteps(this.#server.house, this.#compare(before, fresh));
  }

  /** What is otherwise than before; nothing has to be done for channels that are not there now. */
  *#compare(before: ReadonlyMap<string, Owned>, now: ReadonlyMap<string, Owned>): WorkSteps {
    const { host } = this.#server;
    for (const [key, owned] of now) {
      yield* this.#settle(key, owned, before.get(key)?.bits ?? NOTHING);
      if (host.work.spend(workPrices.skipped.ns)) yield null;
    }
    yield* this.#release([...before.keys()].filter((key) => !now.has(key)));
    this.#unproven = new WeakSet();
  }

  /** Channels that belong to nobody end when nobody is on them. */
  *#release(keys: Iterable<string>): WorkSteps {
    const { host, state, keeper } = this.#server;
    for (const key of keys) {
      const channel = state.findChannel(key);
      if (channel !== undefined && channel.members.length === 0) {
        keeper?.changed(channel);
        state.endIfEmpty(channel);
      }
      if (host.work.spend(workPrices.skipped.ns)) yield null;
    }
  }

  /** Gives the members of a channel what is due to them, and takes what was and is no more. */
  *#settle(key: string, { bits }: Owned, before: ReadonlyMap<string, number>): WorkSteps {
    const { host, state } = this.#server;
    const channel = state.findChannel(key);
    if (channel === undefined) return;
    for (const [account, had] of before)
      if (channel.restored?.revoke(account, had & ~(bits.get(account) ?? 0)) === true)
        this.#server.keeper?.changed(channel);
    while (host.work.mustWait(channel.gate)) yield channel.gate;
    try {
      const changes = new ChannelModeChanges(this.#server, state.me, channel);
      const unproven = this.#unproven.delete(channel);
      host.work.spend(channel.members.length * workPrices.skipped.ns);
      for (const membership of channel.members)
        settleOne(changes, membership, bits, before, unproven, this.#server.statuses);
      yield* rest(changes.announce());
    } finally {
      host.work.leave(channel.gate);
    }
  }
}

function settleOne(
  changes: ChannelModeChanges,
  membership: Membership,
  bits: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
  unproven: boolean,
  statuses: number,
): void {
  const account = membership.user.account === null ? null : fold(membership.user.account);
  const due = account === null ? 0 : (bits.get(account) ?? 0);
  const had = unproven ? STATUS.op : account === null ? 0 : (before.get(account) ?? 0);
  for (const [letter, bit] of STATUS_LETTERS) {
    if ((due & bit & statuses) !== 0) changes.status(true, letter, bit, membership);
    else if ((had & bit) !== 0) changes.status(false, letter, bit, membership);
  }
}

function ownedOf(registration: ChannelRegistration): Owned {
  const bits = new Map<string, number>();
  for (const { account, level } of registration.access)
    bits.set(fold(account), level === 'op' ? STATUS.op : STATUS.voice);
  bits.set(fold(registration.founder), registration.founderIsQuiet === true ? 0 : STATUS.owner | STATUS.op);
  return { registration, bits };
}
