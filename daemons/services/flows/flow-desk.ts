/**
 * What is done in Keycloak and here together: the flows, the comparison of channels with their groups, and what the webhook has looked
 * at. Made by daemon.ts; the keeper of accounts asks it before it changes one.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { Verifiers } from '../../identity/credential-tasks.ts';
import type { AccountsElsewhere } from '../../identity/elsewhere.ts';
import type { AccountStore, NewAccount } from '../../identity/store/account-store.ts';
import type { ChannelStore } from '../../identity/store/channel-store.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import type { MetricRegistry } from '../../runtime/telemetry/metric-registry.ts';
import { ChannelRows } from '../chanserv/channel-store.ts';
import type { KeycloakDesk } from '../keycloak/keycloak-desk.ts';
import type { KeycloakLinks } from '../store/keycloak-links.ts';
import { BatchSync } from '../sync/batch-sync.ts';
import { channelFlow, goneFlow, subjectOf } from '../sync/channel-flow.ts';
import { ChannelLevels } from '../sync/channel-levels.ts';
import { SyncStore } from '../sync/sync-store.ts';
import type { Look } from '../webhook/account-changes.ts';
import { accessFlow } from './access-flow.ts';
import {
  type AccountFlowOptions,
  accountSubject,
  certificateFlow,
  dropFlow,
  emailFlow,
  passwordFlow,
  registerFlow,
} from './account-flows.ts';
import { CHANNEL_GROUPS, directoryOf, type HashedPassword } from './directory.ts';
import { FlowEngine } from './flow-engine.ts';
import type { FlowAnswer, FlowKind } from './flow-kind.ts';
import { FlowStore } from './flow-store.ts';
import { userFlow } from './user-flow.ts';

export interface FlowDeskOptions {
  readonly database: Sqlite;
  readonly writes: WriteTurn;
  readonly clock: Clock;
  readonly random: () => number;
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
    readonly suspend: (account: string, by: string, reason: string | null) => Promise<unknown>;
    readonly channelChanged: (channel: string) => void;
  };
  readonly logOut: (account: string) => void;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, message: string) => void;
}

export class FlowDesk implements AccountsElsewhere {
  readonly engine: FlowEngine;
  readonly sync: SyncStore;
  readonly batch: BatchSync;
  readonly #options: FlowDeskOptions;
  readonly #kinds;

  constructor(options: FlowDeskOptions) {
    const { database, writes, clock, random, keycloak, store, channels, links, keeper, logOut, log } =
      options;
    this.#options = options;
    this.sync = new SyncStore(database);
    const { sync } = this;
    const now = () => clock.now();
    const directory = directoryOf(keycloak);
    const shared: AccountFlowOptions = {
      directory,
      store,
      links,
      drop: (account, by) => {
        const told = keeper.drop(account, by);
        return () => void told();
      },
      registered: keeper.registered,
      forget: ({ userId, username }) => keycloak.forget(userId, username),
    };
    const idOf = (account: string) => {
      const stored = store.find(account);
      return stored === undefined ? null : (links.of(stored)?.user ?? null);
    };
    const access = accessFlow(directory, idOf, (channel, account, level) =>
      sync.confirm(channel, account, level, now()),
    );
    const changed = keeper.channelChanged;
    const levels = new ChannelLevels(channels, new ChannelRows(database, now), now);
    const ofChannels = { directory, store, channels, levels, links, sync, access, now, changed };
    this.#kinds = {
      register: registerFlow(shared),
      password: passwordFlow(shared),
      drop: dropFlow(shared),
      email: emailFlow(shared),
      certificate: certificateFlow(shared),
      user: userFlow({ directory, store, links, suspend: keeper.suspend, logOut }),
      access,
      channel: channelFlow(ofChannels),
      gone: goneFlow(ofChannels),
    };
    const kinds = Object.values(this.#kinds);
    this.engine = new FlowEngine({ store: new FlowStore(database), writes, clock, random, kinds, log });
    this.batch = new BatchSync({
      channels,
      clock,
      compare: (channel) => this.compare(channel),
      roundBegins: () => this.#forgetChannels(),
    });
  }

  /** Goes on with what was under way, and compares channels from now on. Called once. */
  start(): void {
    this.engine.resume();
    this.batch.start();
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

  close(): void {
    this.batch.close();
    this.engine.close();
  }

  async register(account: NewAccount, password: string, network: string) {
    this.#assertAsked();
    const hashed = await this.#options.hash(password, network);
    const data = { account, password: hashed, mark: this.#options.mark() };
    return outcomeOf(await this.engine.begin(this.#kinds.register, accountSubject(account.name), data));
  }

  async changePassword(
    account: string,
    password: string,
    verifiers: Verifiers,
    network: string,
    allowed: () => boolean,
  ) {
    this.#assertAsked();
    const hashed = await this.#options.hash(password, network);
    const data = { account, verifiers, password: hashed };
    const { password: kind } = this.#kinds;
    const subject = accountSubject(account);
    let may = true;
    const answer = await this.engine
      .begin(kind, subject, data, () => {
        may = allowed();
        if (!may) throw new SignalboxError('refused', `The password of ${account} has changed meanwhile.`);
      })
      .catch((error) => {
        if (may) throw error;
        return null;
      });
    return answer === null ? 'gone' : outcomeOf(answer);
  }

  async drop(account: string, by: string) {
    this.#assertAsked();
    return outcomeOf(await this.engine.begin(this.#kinds.drop, accountSubject(account), { account, by }));
  }

  async certificate(account: string, fingerprint: string, add: boolean) {
    this.#assertAsked();
    const data = { account, fingerprint, add };
    return outcomeOf(await this.engine.begin(this.#kinds.certificate, accountSubject(account), data));
  }

  async setEmail(account: string, email: string | null) {
    this.#assertAsked();
    return outcomeOf(await this.engine.begin(this.#kinds.email, accountSubject(account), { account, email }));
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
      await this.#start(this.#kinds.user, `user ${at.userId}`, { userId: at.userId });
      return 'looks at the user';
    }
    const parent = `/${CHANNEL_GROUPS}/`;
    const channel = at.path.startsWith(parent) ? at.path.slice(parent.length) : at.path;
    if (this.#options.channels.find(channel) === undefined)
      return `nothing: ${channel} belongs to nobody here`;
    await this.#start(this.#kinds.channel, subjectOf(channel), { channel });
    return `compares ${channel}`;
  }

  /** Nobody waits for a Keycloak that is known not to answer. */
  #assertAsked(): void {
    this.#options.keycloak.current?.client.calls.breaker.assertClosed();
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

function outcomeOf<Answer>(answer: FlowAnswer<Answer>): Answer | 'delayed' {
  return answer.kind === 'done' ? answer.answer : 'delayed';
}
