/**
 * A client of this server as the protocol knows it, from accept to quit, and how lines reach it. Fields that other
 * users can see are changed by state/network.ts only.
 */

import { fold } from '../../irc/casemapping.ts';
import { serverTime } from '../../irc/clock.ts';
import { fitLine, MAX_LINE_BYTES, splitText } from '../../irc/line-text.ts';
import { UMODE, UMODE_LETTERS } from '../../irc/modes.ts';
import type { Numeric } from '../../irc/numerics.ts';
import { WordLines } from '../../irc/word-lines.ts';
import { type AddressGroups, parseAddress } from '../../runtime/net/ip-address.ts';
import { CAP } from '../client/capabilities.ts';
import type { LabelCapture } from '../client/label-capture.ts';
import type { Connection } from '../net/connection.ts';
import type { Channel, Membership } from './channel.ts';
import type { PendingRegistration } from './pending-registration.ts';

/** What an operator may do, from the oper block that let them in. */
export interface OperSession {
  readonly name: string;
  readonly flags: ReadonlySet<string>;
  readonly title: string;
}

/** `::`, which no client has. */
const NO_ADDRESS: AddressGroups = new Uint16Array(8);

/** One client, registered or not. */
export class User {
  readonly connection: Connection<User>;
  /** Name of this server, the prefix of everything it says itself. */
  readonly serverName: string;
  /** Empty until NICK. */
  nick = '';
  username = '';
  realname = '';
  /** What others see: the resolved name, or the address. */
  host: string;
  /** {@link UMODE} bits. */
  modes = 0;
  /** Capability bits in force. */
  caps = 0;
  /** Whether the client speaks CAP version 302 or later. */
  cap302 = false;
  account: string | null = null;
  away: string | null = null;
  oper: OperSession | null = null;
  readonly memberships = new Map<Channel, Membership>();
  /** Unused invitations; true when a channel operator gave it, so that it overrides modes. */
  invites: Map<Channel, boolean> | null = null;
  /** State of an unfinished registration; null once registered. */
  pending: PendingRegistration | null;
  /** Set once the user left; nothing is processed for it any more. */
  gone = false;
  signonMs: number;
  /** Last PRIVMSG or NOTICE, for WHOIS idle time. */
  lastMessageMs: number;
  /** Last line of any kind, for PING. */
  lastLineMs: number;
  pingSent = false;
  timer: NodeJS.Timeout | null = null;
  failedOpers = 0;
  lastKnockMs = 0;
  /** Mark of the walk over neighbours that saw this user last. */
  mark = 0;
  /** Collects the response to a labeled command while its handler runs. */
  capture: LabelCapture | null = null;
  /** Lines that wait while an asynchronous command of this user is unfinished; null when none is. */
  waiting: Uint8Array[] | null = null;
  waitingBytes = 0;

  /** `nick!user@host`, kept up to date by {@link updatePrefix}. */
  prefix = '';
  foldedPrefix = '';
  foldedAddressPrefix = '';
  #groups: AddressGroups | null = null;

  constructor(connection: Connection<User>, serverName: string, pending: PendingRegistration) {
    this.connection = connection;
    this.serverName = serverName;
    this.host = connection.remoteAddress;
    this.pending = pending;
    this.signonMs = connection.connectedAtMs;
    this.lastMessageMs = connection.connectedAtMs;
    this.lastLineMs = connection.connectedAtMs;
  }

  get registered(): boolean {
    return this.pending === null;
  }

  get isOper(): boolean {
    return (this.modes & UMODE.oper) !== 0;
  }

  /** First parameter of numerics: the nick, or `*` before registration. */
  get target(): string {
    return this.nick === '' ? '*' : this.nick;
  }

  /** `nick!user`, folded. */
  get foldedWho(): string {
    return this.foldedPrefix.slice(0, this.foldedPrefix.length - this.host.length - 1);
  }

  /** The address as numbers, for masks that name a network. */
  get address(): AddressGroups {
    this.#groups ??= parseAddress(this.connection.remoteAddress) ?? NO_ADDRESS;
    return this.#groups;
  }

  has(cap: number): boolean {
    return (this.caps & cap) !== 0;
  }

  /** Recomputes the prefix after nick, username or host changed; cached ban verdicts become stale. */
  updatePrefix(): void {
    this.prefix = `${this.nick}!${this.username}@${this.host}`;
    this.foldedPrefix = fold(this.prefix);
    this.foldedAddressPrefix = fold(`${this.nick}!${this.username}@${this.connection.remoteAddress}`);
    for (const membership of this.memberships.values()) membership.banRevision = -1;
  }

  /** Whether an operator session has a flag. */
  can(flag: string): boolean {
    return this.oper?.flags.has(flag) ?? false;
  }

  /** Sends one line to this user alone; `body` carries its own prefix. */
  send(body: string): void {
    const line = fitLine(body);
    const timed = (this.caps & CAP.serverTime) !== 0;
    if (this.capture !== null) this.capture.add(timed ? `time=${serverTime()}` : '', line);
    else this.connection.sendLine(timed ? `@time=${serverTime()} ${line}` : line);
  }

  /**
   * Sends a numeric whose last parameter is text: `:server CODE nick middle :text`.
   * @param middle parameters between nick and text, separated by spaces; may be empty.
   */
  reply(numeric: Numeric, middle = '', text: string = numeric.text): void {
    const gap = middle === '' ? '' : ' ';
    this.send(`:${this.serverName} ${numeric.code} ${this.target}${gap}${middle} :${text}`);
  }

  /** Sends a numeric whose parameters hold no text: `:server CODE nick params`. */
  replyRaw(numeric: Numeric, params: string): void {
    this.send(`:${this.serverName} ${numeric.code} ${this.target} ${params}`);
  }

  /**
   * A numeric whose text is a list of words: as many lines as they need. The caller adds the words, then calls `end`.
   * @param middle as in {@link reply}.
   */
  replyWords(numeric: Numeric, middle = ''): WordLines {
    return new WordLines(this.textRoom(numeric, middle), (words) => this.reply(numeric, middle, words));
  }

  /** Bytes for the text of {@link reply}. */
  textRoom(numeric: Numeric, middle = ''): number {
    const gap = middle === '' ? '' : ' ';
    const head = `:${this.serverName} ${numeric.code} ${this.target}${gap}${middle} :`;
    return MAX_LINE_BYTES - Buffer.byteLength(head);
  }

  /** Sends a notice from the server, in several lines when it is long. */
  notice(text: string): void {
    const head = `:${this.serverName} NOTICE ${this.target} :`;
    const room = MAX_LINE_BYTES - Buffer.byteLength(head);
    for (const piece of splitText(text, room)) this.send(head + piece);
  }

  /** Sends an IRCv3 standard reply. */
  fail(command: string, code: string, context: string, text: string): void {
    this.send(`:${this.serverName} FAIL ${command} ${code}${context === '' ? '' : ` ${context}`} :${text}`);
  }

  modeLetters(): string {
    let letters = '+';
    for (const [letter, bit] of UMODE_LETTERS) if ((this.modes & bit) !== 0) letters += letter;
    return letters;
  }
}
