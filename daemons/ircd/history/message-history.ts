/**
 * What is kept of what was said on this server (IRCv3 chathistory), for as long and as much as the settings and the limits say: of
 * channels with the mode H, and of private messages of accounts. The latest of it is in memory, all of it on disk where the settings say
 * so. Services are never listened to: they are told passwords.
 */
import type { StoreChange } from '../../../contract/messages.ts';
import { fold } from '../../irc/casemapping.ts';
import { CMODE } from '../../irc/modes.ts';
import type { WorkGate } from '../../runtime/async/work-gate.ts';
import type { Delivery } from '../client/delivery.ts';
import type { IrcdConfig } from '../config.ts';
import { limits } from '../limits.ts';
import type { Channel } from '../state/channel.ts';
import { ChannelHistory, type HistoryRecords, scopeOf } from '../state/channel-history.ts';
import type { User } from '../state/user.ts';
import { AccountHistories, accountScope } from './account-histories.ts';
import { AS_SERVER, type HistoryPolicy, shortTime } from './channel-policy.ts';
import {
  type HistoryBuffer,
  type HistoryEntry,
  HistoryTotals,
  type Kept,
  type Remembered,
} from './history-buffer.ts';
import type { DiskWait, HistoryDisk } from './history-disk.ts';
import { readersText } from './history-policy.ts';
import { facts, remember, type Said } from './remembered.ts';
import type { ReaderRows } from './stored-readers.ts';

/** What the settings say of it. */
type Settings = IrcdConfig['history'];

/** All that is kept. There is none while `keep_minutes` is 0. */
export class MessageHistory implements HistoryRecords {
  readonly totals: HistoryTotals;
  /** Where it outlives the process; null where it does not. */
  disk: HistoryDisk | null = null;
  #settings: Settings;
  readonly #accounts: AccountHistories;
  /** Ids that were taken back since each of those began to read who reads now. */
  readonly #reading = new Set<Set<string>>();
  /** Channels that keep what is said for a time of their own. */
  readonly #timed = new Set<Channel>();

  constructor(settings: Settings, totals = new HistoryTotals()) {
    this.#settings = settings;
    this.totals = totals;
    this.#accounts = new AccountHistories(totals, (buffer, said) => this.#keep(buffer, said));
  }

  configure(settings: Settings): void {
    const before = this.#settings;
    this.#settings = settings;
    if (before.direct_messages && !settings.direct_messages) this.#forgetAccounts();
    this.expire();
  }

  change(change: StoreChange): void {
    this.disk?.change(change);
  }

  /** Who may read channels, as it was on disk when this process was started. */
  restoreReaders(rows: ReaderRows, find: (key: string) => Channel | undefined): void {
    for (const { scope, account, since } of rows) {
      const channel = find(scope.slice(1));
      if (channel === undefined || historyOf(this, channel) === null) this.change({ do: 'drop', scope });
      else if (account !== '') this.#of(channel).mayRead(account, since);
    }
  }

  /** Whether channels that are made here get the mode H. */
  get ofNewChannels(): boolean {
    return this.#settings.new_channels;
  }

  /** The number of the last entry that a member of a channel may not read. */
  readableAfter(channel: Channel, user: User): number {
    const { historyPolicy: policy } = channel;
    if (this.#settings.readers === 'members' && policy?.readers !== 'present') return 0;
    return channel.history?.readableBy(user) ?? this.totals.lastOrder;
  }

  /** Who reads what is said on a channel, to follow "for". */
  readersText({ historyPolicy: policy }: Channel): string {
    const { readers, operators_read } = this.#settings;
    return readersText({ readers: policy?.readers ?? readers, operators_read });
  }

  /** How much is kept of a channel: messages, null for as many as there is room for, and minutes. */
  amountOf({ historyPolicy: policy }: Channel): { messages: number | null; minutes: number } {
    const { keep_minutes: most } = this.#settings;
    return { messages: policy?.messages ?? null, minutes: Math.min(policy?.minutes ?? most, most) };
  }

  /** Why a channel cannot have a policy; null where it can. */
  whyNot({ messages, minutes }: HistoryPolicy): string | null {
    const { keep_minutes: most, on_disk: isOnDisk } = this.#settings;
    if (minutes !== null && minutes > most) return `This server keeps what is said for ${shortTime(most)}`;
    const room = isOnDisk ? limits.historyDiskMessages.default : limits.historyMessages.default;
    return messages === null || messages <= room ? null : `This server keeps ${room} messages of a channel`;
  }

  /**
   * A channel keeps more or less, or for others.
   * @param isNew whether nothing of it was kept before
   */
  policyChanged(channel: Channel, isNew: boolean): void {
    const { minutes, messages } = channel.historyPolicy ?? { minutes: null, messages: null };
    this.#of(channel).policyChanged();
    if (minutes === null) this.#timed.delete(channel);
    else this.#timed.add(channel);
    const keepMs = minutes === null ? null : minutes * 60_000;
    if (!isNew || messages !== null || keepMs !== null)
      this.change({ do: 'amount', scope: scopeOf(channel), messages, keepMs });
    this.#expireOf(channel, Date.now());
  }

  /** The disk is told how much is kept of channels that keep another amount than the server. */
  tellPolicies(channels: Iterable<Channel>): void {
    for (const channel of channels)
      if (channel.historyPolicy !== null && channel.historyPolicy.text !== AS_SERVER)
        this.policyChanged(channel, false);
  }

  /** Since when what was said on a channel is kept, Unix milliseconds. */
  keptSinceMs(channel: Channel, nowMs = Date.now()): number {
    return nowMs - this.amountOf(channel).minutes * 60_000;
  }

  get keepMinutes(): number {
    return this.#settings.keep_minutes;
  }

  get keepsDirect(): boolean {
    return this.#settings.direct_messages;
  }

  /** Lets go what is kept for too long; to be called now and then. */
  expire(nowMs = Date.now()): void {
    this.totals.expire(nowMs - this.#settings.keep_minutes * 60_000);
    for (const channel of this.#timed) this.#expireOf(channel, nowMs);
    if (this.totals.messages === 0) this.#accounts.clear();
  }

  /** Something was said to everybody on a channel that has the mode H. */
  said(channel: Channel, said: Said): void {
    const remembered = remember(said, null);
    if (remembered !== null) this.#keep(this.#of(channel).buffer, remembered);
  }

  /** Something else happened there. */
  happened(channel: Channel, message: Delivery): void {
    this.#keep(this.#of(channel).buffer, facts(message, 'event', null));
  }

  /**
   * Somebody has said something to somebody in private. Of the two whoever is here with an account can read it later.
   * @param heard whether it has reached the receiver.
   */
  direct(source: User, to: User, said: Said, heard: boolean): void {
    if (this.keepsDirect) this.#accounts.said(source, to, said, heard);
  }

  /** What an account has said and heard in private; null for nothing. */
  ofAccount(account: string): HistoryBuffer | null {
    return this.#accounts.of(account);
  }

  /** Whoever takes the name of an account later is another. */
  forgetAccount(account: string): void {
    this.#accounts.forget(account);
    this.change({ do: 'end account', account: fold(account) });
  }

  /**
   * Has the disk delete a message, before {@link redacted}. Answers what is to be waited for, `none` where the disk has none of it, and
   * `impossible` where it cannot be written now: then it is asked for only if it must be.
   */
  deletes(source: User, to: User | Channel, msgid: string, must: boolean): DiskWait | 'none' | 'impossible' {
    const { disk } = this;
    const entries = this.totals.ofId(msgid, limits.recentMessages.default);
    const scopes = this.#scopesWith(source, to, entries);
    if (disk === null || scopes.length === 0) return 'none';
    const isInMemoryAlone = scopes.every((scope) =>
      entries.some(({ buffer, isSent }) => buffer.scope === scope && !isSent),
    );
    if (!isInMemoryAlone && !must && disk.problem !== null) return 'impossible';
    // Also where it waits to be written.
    for (const scope of scopes) disk.change({ do: 'forget', scope, id: msgid });
    return disk.wait() ?? (isInMemoryAlone ? 'none' : 'impossible');
  }

  /** A message was taken back: nobody reads it any more. */
  redacted(to: User | Channel, msgid: string): void {
    for (const gone of this.#reading) gone.add(msgid);
    if ('members' in to) to.history?.buffer.forget(msgid);
    else
      for (const entry of this.totals.ofId(msgid, limits.recentMessages.default))
        if (entry.said.peer !== null) entry.buffer.drop(entry);
  }

  /**
   * Does something with what is read from the disk once it is there; null where it could not be read. What was taken back meanwhile is
   * gone, wherever it was read.
   */
  async whileReading<Answer, Result>(
    asked: Promise<Answer>,
    then: (answer: Answer | null, isGone: (entry: Kept) => boolean) => Result,
  ): Promise<Result> {
    const gone = new Set<string>();
    this.#reading.add(gone);
    try {
      const answer = await asked.catch(() => null);
      return then(answer, ({ said }) => said.msgid !== '' && gone.has(said.msgid));
    } finally {
      this.#reading.delete(gone);
    }
  }

  /** What is said on a channel is kept from now on. */
  begun(channel: Channel): void {
    this.disk?.begins(scopeOf(channel));
    channel.historyAnew = this.isDropping(channel);
  }

  /** What was kept before the modes H of channels were set is deleted, which the process before this one could not do. */
  dropFormer(channels: Iterable<Channel>): void {
    for (const channel of channels)
      if (channel.historyAnew) this.change({ do: 'drop', scope: scopeOf(channel) });
  }

  /** A channel is to be called otherwise: what is on disk of it, known or not, goes along. */
  willRename(channel: Channel): void {
    if (historyOf(this, channel) !== null) this.#of(channel);
  }

  /** Whether the disk may have what was kept of a channel before it was forgotten: a crash would bring it back with what is kept now. */
  isDropping(channel: Channel): boolean {
    return this.disk?.isDropping(scopeOf(channel)) === true;
  }

  /** Closed until the disk has no more of what was forgotten of a channel, within bounds; null where nobody has to wait. */
  whileDropping(channel: Channel): WorkGate | null {
    return this.isDropping(channel) ? (this.disk?.wait()?.gate ?? null) : null;
  }

  /** Whatever was kept of a channel is forgotten. */
  drop(channel: Channel): void {
    this.#timed.delete(channel);
    channel.historyAnew = false;
    channel.history?.buffer.clear();
    channel.history = null;
    this.change({ do: 'drop', scope: scopeOf(channel) });
  }

  /** Forgets everything: history is switched off. */
  clear(channels: Iterable<Channel>): void {
    this.#forgetAccounts();
    this.#timed.clear();
    for (const channel of channels) {
      channel.history?.buffer.clear();
      channel.history = null;
    }
    this.change({ do: 'clear', kind: 'channels' });
  }

  /** Where the disk may have a message. */
  #scopesWith(source: User, to: User | Channel, entries: readonly HistoryEntry[]): readonly string[] {
    if ('members' in to) return historyOf(this, to) === null ? [] : [scopeOf(to)];
    if (!this.keepsDirect) return [];
    const accounts = [source, to].map(({ account }) => account).filter((account) => account !== null);
    // Whoever had an account when it was said may have logged out since.
    const others = entries.filter(({ said }) => said.peer !== null).map(({ buffer }) => buffer.scope);
    return [...new Set([...accounts.map(accountScope), ...others])];
  }

  #forgetAccounts(): void {
    this.#accounts.clear();
    this.change({ do: 'clear', kind: 'accounts' });
  }

  #expireOf(channel: Channel, nowMs: number): void {
    channel.history?.buffer.expire(this.keptSinceMs(channel, nowMs));
  }

  #keep(buffer: HistoryBuffer, said: Remembered): void {
    const entry = buffer.keep(said);
    this.disk?.keep(entry);
  }

  #of(channel: Channel): ChannelHistory {
    if (channel.history === null) {
      channel.history = new ChannelHistory(this.totals, channel, this);
      if (channel.historyPolicy?.minutes != null) this.#timed.add(channel);
    }
    return channel.history;
  }
}

/** The history where what happens on a channel is kept, null else. */
export function historyOf(history: MessageHistory | null, channel: Channel): MessageHistory | null {
  return history !== null && (channel.modes & CMODE.history) !== 0 ? history : null;
}
