/**
 * What is kept of what was said on this server (IRCv3 chathistory), in memory, for as long and as much as the settings and the limits
 * say: of channels with the mode H, and of private messages of accounts. Services are never listened to: they are told passwords.
 */
import { fold } from '../../irc/casemapping.ts';
import { CMODE } from '../../irc/modes.ts';
import { SERVICES_FLAG } from '../../irc/p10/server-line.ts';
import type { Delivery } from '../client/delivery.ts';
import type { IrcdConfig } from '../config.ts';
import type { Channel } from '../state/channel.ts';
import { ChannelHistory } from '../state/channel-history.ts';
import type { User } from '../state/user.ts';
import {
  HistoryBuffer,
  type HistoryLine,
  HistoryTotals,
  type Peer,
  type Remembered,
} from './history-buffer.ts';

/** What the settings say of it. */
type Settings = IrcdConfig['history'];

/** A message as it is kept. */
export interface Said {
  readonly verb: 'PRIVMSG' | 'NOTICE' | 'TAGMSG';
  readonly message: Delivery;
  /** Of a message of several. */
  readonly lines?: readonly HistoryLine[];
}

/** All that is kept. There is none while `keep_minutes` is 0. */
export class MessageHistory {
  readonly totals: HistoryTotals;
  #settings: Settings;
  /** By folded account. */
  readonly #accounts = new Map<string, HistoryBuffer>();

  constructor(settings: Settings, totals = new HistoryTotals()) {
    this.#settings = settings;
    this.totals = totals;
  }

  configure(settings: Settings): void {
    this.#settings = settings;
    if (!settings.direct_messages) this.#forgetAccounts();
    this.expire();
  }

  /** Whether channels that are made here get the mode H. */
  get ofNewChannels(): boolean {
    return this.#settings.new_channels;
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
    if (this.totals.messages === 0) this.#accounts.clear();
  }

  /** Something was said to everybody on a channel that has the mode H. */
  said(channel: Channel, said: Said): void {
    const remembered = remember(said, null);
    if (remembered !== null) this.#of(channel).buffer.keep(remembered);
  }

  /** Something else happened there. */
  happened(channel: Channel, message: Delivery): void {
    this.#of(channel).buffer.keep(facts(message, 'event', null));
  }

  /**
   * Somebody has said something to somebody in private. Of the two whoever is here with an account can read it later.
   * @param heard whether it has reached the receiver.
   */
  direct(source: User, to: User, said: Said, heard: boolean): void {
    if (!this.keepsDirect || isService(source) || isService(to)) return;
    this.#keepFor(source, to, said);
    const own = to.account !== null && source.account !== null && fold(to.account) === fold(source.account);
    if (heard && !(own && source.local !== null)) this.#keepFor(to, source, said);
  }

  /** What an account has said and heard in private; null for nothing. */
  ofAccount(account: string): HistoryBuffer | null {
    return this.#accounts.get(fold(account)) ?? null;
  }

  /** Whoever takes the name of an account later is another. */
  forgetAccount(account: string): void {
    this.ofAccount(account)?.clear();
    this.#accounts.delete(fold(account));
  }

  /** A message was taken back. */
  redacted(source: User, to: User | Channel, msgid: string): void {
    if ('members' in to) {
      to.history?.buffer.forget(msgid);
      return;
    }
    for (const { account } of [source, to]) if (account !== null) this.ofAccount(account)?.forget(msgid);
  }

  /** Forgets everything: history is switched off. */
  clear(channels: Iterable<Channel>): void {
    this.#forgetAccounts();
    for (const channel of channels) dropHistory(channel);
  }

  #forgetAccounts(): void {
    for (const buffer of this.#accounts.values()) buffer.clear();
    this.#accounts.clear();
  }

  #of(channel: Channel): ChannelHistory {
    channel.history ??= new ChannelHistory(this.totals);
    return channel.history;
  }

  #keepFor({ local, account }: User, other: User, said: Said): void {
    if (local === null || account === null) return;
    const peer: Peer = {
      nick: other.nick,
      nickKey: fold(other.nick),
      account: other.account === null ? null : fold(other.account),
    };
    const remembered = remember(said, peer);
    if (remembered === null) return;
    const key = fold(account);
    let buffer = this.#accounts.get(key);
    if (buffer === undefined) {
      buffer = new HistoryBuffer(this.totals);
      this.#accounts.set(key, buffer);
    }
    buffer.keep(remembered);
  }
}

/** The history where what happens on a channel is kept, null else. */
export function historyOf(history: MessageHistory | null, channel: Channel): MessageHistory | null {
  return history !== null && (channel.modes & CMODE.history) !== 0 ? history : null;
}

/** Whatever was kept of a channel is forgotten. */
export function dropHistory(channel: Channel): void {
  channel.history?.buffer.clear();
  channel.history = null;
}

export function isService({ server }: User): boolean {
  return server.flags.includes(SERVICES_FLAG);
}

/** Null for what is over when it was seen: that somebody is typing. */
function remember({ verb, message, lines }: Said, peer: Peer | null): Remembered | null {
  if (verb !== 'TAGMSG') return facts(message, 'message', peer, lines);
  return isTyping(message.tags.clientTags) ? null : facts(message, 'event', peer);
}

function facts(
  message: Delivery,
  kind: Remembered['kind'],
  peer: Peer | null,
  lines: readonly HistoryLine[] | null = null,
): Remembered {
  const { account, msgid, clientTags, bot } = message.tags;
  const { time } = message.messageTags;
  return { body: message.body, lines, kind, msgid, time, account, clientTags, bot, peer };
}

/** IRCv3 typing: nothing but that. */
function isTyping(clientTags: string): boolean {
  return clientTags.split(';').every((tag) => /^\+(?:draft\/)?typing(?:=|$)/.test(tag));
}
