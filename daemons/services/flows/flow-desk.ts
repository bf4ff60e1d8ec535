/**
 * What is done in Keycloak and here together: the flows, the comparison of channels with their groups, and what the webhook has looked
 * at. Made by daemon.ts; the keeper of accounts asks it before it changes one.
 */
import type { Clock } from '../../../kit/clock.ts';
import type { HashedPassword } from '../../identity/elsewhere.ts';
import type { AccountStore } from '../../identity/store/account-store.ts';
import type { ChannelStore } from '../../identity/store/channel-store.ts';
import { SETTLED_ELSEWHERE, SharedFacts } from '../../identity/store/shared-facts.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import type { MetricRegistry } from '../../runtime/telemetry/metric-registry.ts';
import { ChannelRows } from '../chanserv/channel-store.ts';
import type { KeycloakDesk } from '../keycloak/keycloak-desk.ts';
import type { KeycloakUser } from '../keycloak/keycloak-shapes.ts';
import type { CountWork } from '../operations/operation-pool.ts';
import { sliced } from '../opserv/sliced.ts';
import type { KeycloakLinks } from '../store/keycloak-links.ts';
import { ProfileStore } from '../store/profile-store.ts';
import { BatchSync } from '../sync/batch-sync.ts';
import { subjectOf } from '../sync/channel-flow.ts';
import { ChannelLevels } from '../sync/channel-levels.ts';
import { SyncStore } from '../sync/sync-store.ts';
import type { Look } from '../webhook/account-changes.ts';
import { CHANNEL_GROUPS, directoryOf, OPER_GROUP } from './directory.ts';
import { FlowEngine } from './flow-engine.ts';
import type { FlowKind } from './flow-kind.ts';
import { type FlowKinds, flowKinds } from './flow-kinds.ts';
import { FlowStore } from './flow-store.ts';
import { differs } from './glance.ts';
import { KeycloakAccounts } from './keycloak-accounts.ts';
import { userSubject } from './linked-account.ts';
import { OPERATORS } from './operators-flow.ts';

export interface FlowDeskOptions {
  readonly database: Sqlite;
  readonly writes: WriteTurn;
  readonly clock: Clock;
  readonly random: () => number;
  readonly count: CountWork;
  readonly keycloak: Pick<KeycloakDesk, 'current' | 'forget'>;
  readonly store: AccountStore;
  readonly channels: ChannelStore;
  readonly links: KeycloakLinks;
  /** Hashes a prepared password for Keycloak. @param network whose turn it takes */
  readonly hash: (password: string, network: string) => Promise<HashedPassword>;
  /** A mark that nobody else has. */
  readonly mark: () => string;
  /** What the keeper of accounts does, beside what is in the store. */
  readonly keeper: {
    readonly drop: (account: string, by: string) => () => Promise<void>;
    readonly registered: (account: string) => void;
    readonly renamed: (before: string, next: string) => () => void;
    readonly keepOut: (account: string, by: string, reason: string) => Promise<unknown>;
    readonly channelChanged: (channel: string) => void;
  };
  readonly logOut: (account: string) => void;
  /** Whether an account can be called so now, on the network too. */
  readonly mayRename: (account: string, next: string) => boolean;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, message: string) => void;
}

/** How far channels and their groups in Keycloak are the same. Moments are Unix milliseconds. */
export interface SyncState {
  readonly configured: boolean;
  /** Registered ones, and those of them that were compared at least once. */
  readonly channels: number;
  readonly compared: number;
  /** When one was the same on both sides at last. */
  readonly latest: number | null;
  /** Rounds over all channels that were begun since the start. */
  readonly rounds: number;
  /** When the next channel is compared, whatever changes. */
  readonly nextAt: number | null;
  /** Comparisons under way, and those that failed and are tried again. */
  readonly underWay: number;
  readonly failing: number;
  /** When the first of them is tried again. */
  readonly retryAt: number | null;
}

export class FlowDesk {
  readonly engine: FlowEngine;
  /** What the keeper of accounts asks before it changes one. */
  readonly accounts: KeycloakAccounts;
  readonly sync: SyncStore;
  readonly batch: BatchSync;
  readonly #options: FlowDeskOptions;
  readonly #kinds: FlowKinds;
  readonly #profiles: ProfileStore;
  readonly #levels: ChannelLevels;
  #closed = false;

  constructor(options: FlowDeskOptions) {
    const { database, writes, clock, random, keycloak, store, channels, links, keeper, log } = options;
    const { count } = options;
    this.#options = options;
    this.sync = new SyncStore(database);
    const now = () => clock.now();
    this.#profiles = new ProfileStore(database, now, SETTLED_ELSEWHERE);
    this.#levels = new ChannelLevels(channels, new ChannelRows(database, now), now);
    this.#kinds = flowKinds({
      directory: directoryOf(keycloak),
      facts: new SharedFacts(database, now, store, SETTLED_ELSEWHERE),
      profiles: this.#profiles,
      sync: this.sync,
      ...{ store, channels, links, now, log },
      drop: (account, by) => {
        const told = keeper.drop(account, by);
        return () => void told();
      },
      ...{ registered: keeper.registered, renamed: keeper.renamed, keepOut: keeper.keepOut },
      ...{ logOut: options.logOut, mayRename: options.mayRename },
      forget: ({ userId, username }) => keycloak.forget(userId, username),
      levels: this.#levels,
      changed: keeper.channelChanged,
    });
    const kinds = Object.values(this.#kinds);
    const flows = new FlowStore(database);
    this.engine = new FlowEngine({ store: flows, writes, clock, random, kinds, count, log });
    this.accounts = new KeycloakAccounts({
      ...options,
      engine: this.engine,
      kinds: this.#kinds,
      profiles: this.#profiles,
    });
    this.batch = new BatchSync({
      channels,
      clock,
      compare: (channel) => this.compare(channel),
      roundBegins: () => {
        this.#forgetChannels();
        void this.#begin(this.#kinds.operators, OPERATORS, {});
      },
    });
  }

  /** Goes on with what was under way, and compares channels from now on. Called once. */
  start(): void {
    this.engine.resume();
    this.batch.start();
    const goesOn = () => !this.#closed;
    void sliced(this.#options.clock, this.#compareChanged(), () => true, goesOn);
  }

  /**
   * A change of access is on the disk a moment before it is begun to tell Keycloak of it, and whoever made it has been answered. What was
   * ended in between is found by what both sides last had; no question is asked for that. Each channel is a step.
   */
  *#compareChanged(): Generator<void> {
    if (this.#options.keycloak.current === null) return;
    for (let after: string | null = ''; after !== null; ) {
      const { rows, next } = this.#options.channels.page(after);
      for (const { channel } of rows) {
        if (this.#hasChanged(channel)) this.compare(channel);
        yield;
      }
      after = next;
    }
  }

  /** Whether somebody whom Keycloak knows has other access than both sides had. */
  #hasChanged(channel: string): boolean {
    const { store, links } = this.#options;
    const [here, base] = [this.#levels.of(channel), this.sync.base(channel)];
    for (const account of new Set([...here.keys(), ...base.keys()])) {
      if (here.get(account) === base.get(account)) continue;
      const found = store.find(account);
      if (found === undefined || links.of(found) !== null) return true;
    }
    return false;
  }

  /** Copies what is counted into the metrics, just before each sample. */
  publish(metrics: MetricRegistry): void {
    const gauge = (suffix: string) => metrics.gauge(`signalbox_services_${suffix}`);
    const counter = (suffix: string) => metrics.counter(`signalbox_services_${suffix}_total`);
    const [open, waiting] = [gauge('flows'), gauge('flows_waiting')];
    const [begun, done, retries] = [counter('flows_begun'), counter('flows_done'), counter('flow_retries')];
    metrics.onSample(() => {
      open.set(this.engine.size);
      waiting.set(this.engine.waiting);
      const counts = [...this.engine.counts.values()];
      begun.setTotal(counts.reduce((sum, one) => sum + one.begun, 0));
      done.setTotal(counts.reduce((sum, one) => sum + one.done, 0));
      retries.setTotal(counts.reduce((sum, one) => sum + one.retries, 0));
    });
  }

  /** How far channels and their groups are the same, for operators. */
  syncState(): SyncState {
    const { compared, latest } = this.sync.state;
    const { channels, keycloak } = this.#options;
    const isOn = keycloak.current !== null;
    const { rounds, nextAt } = this.batch;
    const rows = this.engine.rows().filter(({ kind }) => kind === this.#kinds.channel.name);
    const failing = rows.filter(({ attempts }) => attempts > 0);
    const retries = failing.flatMap(({ retryAt }) => (retryAt === null ? [] : [retryAt]));
    return {
      ...{ configured: isOn, channels: channels.count, compared, latest, rounds },
      nextAt: isOn ? nextAt : null,
      underWay: rows.length - failing.length,
      failing: failing.length,
      retryAt: retries.length === 0 ? null : Math.min(...retries),
    };
  }

  close(): void {
    this.#closed = true;
    this.batch.close();
    this.engine.close();
  }

  /** Keycloak has shown a user, who may have changed; has them looked at where that is so. Never throws. */
  seen(user: KeycloakUser): void {
    const { store, links } = this.#options;
    const account = store.find(links.accountOf(user.id) ?? '');
    if (
      account === undefined ||
      !differs(user, account, links.of(account)!, this.#profiles.of(account).level)
    )
      return;
    void this.#begin(this.#kinds.user, userSubject(user.id), { userId: user.id });
  }

  /** Brings a channel and its group to the same, unless that is about to be done. Never throws. */
  compare(channel: string): void {
    void this.#begin(this.#kinds.channel, subjectOf(channel), { channel });
  }

  /** A channel belongs to nobody any more. */
  channelGone(channel: string): void {
    void this.#begin(this.#kinds.gone, subjectOf(channel), { channel });
  }

  /** What Keycloak has told has changed; resolves when it is sure to be looked at. */
  async look(at: Look): Promise<string> {
    if (this.#options.keycloak.current === null) return 'nothing more: no Keycloak is set';
    if (at.kind === 'user') {
      await this.#start(this.#kinds.user, userSubject(at.userId), { userId: at.userId });
      return 'looks at the user';
    }
    if (at.path === `/${OPER_GROUP}` || at.path === OPER_GROUP) return await this.#lookAtOperators(at.userId);
    const parent = `/${CHANNEL_GROUPS}/`;
    const channel = at.path.startsWith(parent) ? at.path.slice(parent.length) : at.path;
    if (this.#options.channels.find(channel) === undefined)
      return `nothing: ${channel} belongs to nobody here`;
    await this.#start(this.#kinds.channel, subjectOf(channel), { channel });
    return `compares ${channel}`;
  }

  /** Sees to it that a user is looked at; false while no Keycloak is set. @throws SignalboxError where that cannot be begun now */
  async lookAtUser(userId: string): Promise<boolean> {
    if (this.#options.keycloak.current === null) return false;
    await this.#start(this.#kinds.user, userSubject(userId), { userId });
    return true;
  }

  async #lookAtOperators(userId: string | null): Promise<string> {
    if (userId === null) {
      await this.#start(this.#kinds.operators, OPERATORS, {});
      return 'compares the operators';
    }
    await this.#start(this.#kinds.user, userSubject(userId), { userId });
    return 'looks at the user';
  }

  /** Channels that were dropped while nobody could be told. */
  #forgetChannels(): void {
    for (const channel of this.sync.orphans(MOST_ORPHANS)) this.channelGone(channel);
  }

  async #begin<Data extends object>(
    kind: FlowKind<Data, unknown>,
    subject: string,
    data: Data,
  ): Promise<void> {
    if (this.#options.keycloak.current === null) return;
    try {
      await this.#start(kind, subject, data);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#options.log(
        'warn',
        'flow_not_begun',
        `${kind.name} of ${subject} waits for its next turn: ${why}`,
      );
    }
  }

  async #start<Data extends object>(
    kind: FlowKind<Data, unknown>,
    subject: string,
    data: Data,
  ): Promise<void> {
    if (!this.engine.isAhead(kind, subject)) await this.engine.start(kind, subject, data);
  }
}

/** Channels that are forgotten in one round. */
const MOST_ORPHANS = 1_000;
