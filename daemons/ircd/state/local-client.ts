/**
 * A client of this server, from accept to quit: its connection, what was negotiated with it, and how lines reach it. Who it
 * is to others stands in user.ts.
 */
import type { TokenBucket } from '../../../kit/token-bucket.ts';
import { serverTime } from '../../irc/clock.ts';
import { fitLine, MAX_LINE_BYTES, splitText } from '../../irc/line-text.ts';
import type { KeptBan } from '../../irc/network-ban.ts';
import type { Numeric } from '../../irc/numerics.ts';
import { WordLines } from '../../irc/word-lines.ts';
import { CAP, FRAMING_SHIFT } from '../client/capabilities.ts';
import type { ClientBatch } from '../client/client-batch.ts';
import type { LabelCapture } from '../client/label-capture.ts';
import type { Connection } from '../net/connection.ts';
import type { Asker } from './asker.ts';
import { Guard } from './guard.ts';
import type { PendingRegistration } from './pending-registration.ts';
import type { Server } from './server.ts';
import { User } from './user.ts';

/** What an operator may do, from the oper block that let them in. */
export interface OperSession {
  readonly name: string;
  readonly flags: ReadonlySet<string>;
  readonly title: string;
  /** The kinds of notices that they get who have not chosen, `NOTICE` bits. */
  readonly notices: number;
}

/** One client, registered or not. */
export class LocalClient implements Asker {
  readonly connection: Connection<LocalClient>;
  /** Who this is to everybody else. */
  readonly user: User;
  /** Name of this server, the prefix of everything it says itself. */
  readonly serverName: string;
  /** Capability bits in force, and how lines for this client are framed. */
  caps: number;
  /** Whether the client speaks CAP version 302 or later. */
  cap302 = false;
  oper: OperSession | null = null;
  /** Of what kinds of notices it is told, `NOTICE` bits; none but of an operator. */
  notices = 0;
  /** The list of bad addresses that has this one; null for none. */
  listed: string | null = null;
  /** State of an unfinished registration; null once registered. */
  pending: PendingRegistration | null;
  signonMs: number;
  /** Last PRIVMSG or NOTICE, for WHOIS idle time. */
  lastMessageMs: number;
  /** Last line of any kind, for PING. */
  lastLineMs: number;
  pingSent = false;
  timer: NodeJS.Timeout | null = null;
  failedOpers = 0;
  lastKnockMs = 0;
  /** Whom it does not hear, and whom it accepts; null where it never said so. */
  guard: Guard | null = null;
  /** Nicks on its MONITOR list as it wrote them, by folded nick; null for none. Changed by monitor-lists.ts. */
  monitored: Map<string, string> | null = null;
  /** Mark of the walk over neighbours that saw this client last. */
  mark = 0;
  /** Collects the response to a labeled command while its handler runs. */
  capture: LabelCapture | null = null;
  /** A message of several lines that it is sending; null for none. */
  batch: ClientBatch | null = null;
  /** Lines that wait while an asynchronous command of this client is unfinished; null when none is. */
  /** The shun that was found to be against them; null for none. Whether it holds still is asked with each line. */
  shun: KeptBan<string> | null = null;
  /** Keys of METADATA of which the client is told; null for none. */
  subscriptions: Set<string> | null = null;
  /** How fast it may change values; null until it changes the first. */
  metadataChanges: TokenBucket | null = null;
  /** Keys of METADATA whose values are those of its account; what else the client said is its own. */
  accountKeys: Set<string> | null = null;
  waiting: Uint8Array[] | null = null;
  waitingBytes = 0;

  constructor(connection: Connection<LocalClient>, server: Server, pending: PendingRegistration) {
    this.connection = connection;
    this.user = new User(server, this, connection.remoteAddress);
    this.serverName = server.name;
    this.caps = connection.framing << FRAMING_SHIFT;
    this.pending = pending;
    this.signonMs = connection.connectedAtMs;
    this.lastMessageMs = connection.connectedAtMs;
    this.lastLineMs = connection.connectedAtMs;
  }

  /** First parameter of numerics: the nick, or `*` before registration. */
  get target(): string {
    const { nick } = this.user;
    return nick === '' ? '*' : nick;
  }

  /** Half of the send queue, but what waits there already: a client is not dropped for asking. */
  get answerBytes(): number {
    const { connectionClass, sendQueueBytes } = this.connection;
    return connectionClass.sendQueueBytes / 2 - sendQueueBytes;
  }

  /** The same, made where there was none. */
  madeGuard(): Guard {
    this.guard ??= new Guard();
    return this.guard;
  }

  has(cap: number): boolean {
    return (this.caps & cap) !== 0;
  }

  /** Whether an operator session has a flag. */
  can(flag: string): boolean {
    return this.oper?.flags.has(flag) ?? false;
  }

  /**
   * Sends one line to this client alone; `body` carries its own prefix.
   * @param batch the reference of the batch that it is part of, empty for none.
   */
  send(body: string, batch = ''): void {
    const line = fitLine(body);
    let tags = (this.caps & CAP.serverTime) === 0 ? '' : `time=${serverTime()}`;
    if (batch !== '') tags = tags === '' ? `batch=${batch}` : `batch=${batch};${tags}`;
    if (this.capture !== null) this.capture.add(tags, line);
    else this.connection.sendLine(tags === '' ? line : `@${tags} ${line}`);
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

  /** Sends an IRCv3 standard reply that tells, and refuses nothing. */
  note(command: string, code: string, context: string, text: string): void {
    this.send(`:${this.serverName} NOTE ${command} ${code}${context === '' ? '' : ` ${context}`} :${text}`);
  }

  /** Sends an IRCv3 standard reply. */
  fail(command: string, code: string, context: string, text: string): void {
    this.send(`:${this.serverName} FAIL ${command} ${code}${context === '' ? '' : ` ${context}`} :${text}`);
  }
}
