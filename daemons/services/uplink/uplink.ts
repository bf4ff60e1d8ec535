/**
 * The link to the network: introduction, bursts, lines. It knows no socket; whoever has one hands it lines and takes what it sends.
 * What a line changes in the view is in network/view-tokens.ts; what is answered is here and in remote-answers.ts.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Clock, Timer } from '../../../kit/clock.ts';
import { KIND_LIMITS, type KindLimits, type PeerKind } from '../../irc/p10/kinds.ts';
import { type P10Line, readLine, writeLine } from '../../irc/p10/line.ts';
import { MAX_USERS } from '../../irc/p10/numeric.ts';
import {
  HALFOPS_FLAG,
  OWN_KIND_FLAG,
  readServer,
  SERVICES_FLAG,
  type ServerLine,
  writeServer,
} from '../../irc/p10/server-line.ts';
import { bytesOf, textOf } from '../../irc/p10/text.ts';
import { firstWords, shortToken, TOKEN } from '../../irc/p10/tokens.ts';
import { limits } from '../limits.ts';
import { NetworkView } from '../network/network-view.ts';
import { ViewServer } from '../network/view-parts.ts';
import { applyLine, isViewsAlone } from '../network/view-tokens.ts';

/** What an uplink is carried by. Lines have one character for each byte and no end. */
export interface UplinkTransport {
  /** Where it leads, in words. */
  readonly place: string;
  send(line: string): void;
  /** Sends what was sent so far, then ends the connection. Calling it twice is fine. */
  close(): void;
}

/** Who services are on the network. */
export interface Identity {
  readonly name: string;
  /** Two characters. */
  readonly numeric: string;
  readonly description: string;
  /** When they were started, Unix seconds. */
  readonly bootSeconds: number;
}

/** How an uplink is spoken to. */
export interface UplinkSettings {
  /** What both ends say in `PASS`. */
  readonly password: string;
  readonly kind: 'auto' | PeerKind;
}

/** A line that the view does not need, for whoever answers it. */
export interface HeardLine {
  readonly token: string;
  readonly line: P10Line;
}

/** Told how an uplink fares. */
export interface UplinkEvents {
  /** Both ends are introduced: bots come now. What is told of the network here may take many turns of the loop, a step for each `next`. */
  onIntroduced(uplink: Uplink): Iterator<void>;
  /** The peer has told all it knows, and has been told all. */
  onLinked(uplink: Uplink): void;
  /** Each line once the view is up to date, but for those that only the view hears. */
  onLine(uplink: Uplink, heard: HeardLine): void;
  /** It is over. */
  onEnd(uplink: Uplink, reason: string): void;
}

export type UplinkState = 'introducing' | 'bursting' | 'linked' | 'ended';

/** One connection to the network. */
export class Uplink {
  readonly view: NetworkView;
  readonly identity: Identity;
  readonly transport: UplinkTransport;
  readonly #settings: UplinkSettings;
  readonly #events: UplinkEvents;
  readonly #clock: Clock;
  #state: UplinkState = 'introducing';
  #kind: PeerKind = 'ircu';
  #limits: KindLimits = KIND_LIMITS.ircu;
  #password: string | null = null;
  #peer: ViewServer | null = null;
  /** What is yet to be told in the burst; null where that is all. */
  #telling: Iterator<void> | null = null;
  #silence: Timer | null = null;
  #heardMs: number;
  #asked = false;
  /** Lines that came, and that were sent. */
  linesIn = 0;
  linesOut = 0;
  /** When the peer introduced itself, Unix milliseconds. */
  sinceMs = 0;

  constructor(
    transport: UplinkTransport,
    identity: Identity,
    settings: UplinkSettings,
    events: UplinkEvents,
    clock: Clock,
  ) {
    this.transport = transport;
    this.identity = identity;
    this.#settings = settings;
    this.#events = events;
    this.#clock = clock;
    this.#heardMs = clock.monotonic();
    this.view = new NetworkView(new ViewServer(identity.name, identity.numeric, null, FLAGS, false));
    this.#introduce();
    this.#watch(limits.introductionMs.default);
  }

  get state(): UplinkState {
    return this.#state;
  }

  /** What the peer is; `ircu`, which holds the least, before it has said so. */
  get kind(): PeerKind {
    return this.#kind;
  }

  /** Whether members of channels may be halfops there. */
  get hasHalfops(): boolean {
    if (this.#kind !== 'signalbox') return this.#kind === 'nefarious';
    return this.#peer?.flags.includes(HALFOPS_FLAG) ?? false;
  }

  /** The server at the other end; null before it has introduced itself. */
  get peer(): ViewServer | null {
    return this.#peer;
  }

  send(line: string): void {
    if (this.#state === 'ended') return;
    this.linesOut++;
    this.transport.send(line);
  }

  /** Says something in the name of services themselves. */
  say(token: string, words: readonly (string | number)[], last: string | null = null): void {
    this.send(writeLine(this.identity.numeric, token, words, last));
  }

  /** Whether it is still telling what there is here: whoever has lines lets it {@link tell} before the next of them. */
  get telling(): boolean {
    return this.#telling !== null;
  }

  /** Goes on telling. @param untilMs of the monotonic clock, when it pauses */
  tell(untilMs: number): void {
    while (this.#telling !== null) {
      if (this.#telling.next().done === true) {
        this.#telling = null;
        this.say(TOKEN.END_OF_BURST, []);
      } else if (this.#clock.monotonic() >= untilMs) return;
    }
  }

  /** Takes a line; what is yet to be told is told before. @param nowMs of the monotonic clock, looked at once for many lines */
  take(text: string, nowMs = this.#clock.monotonic()): void {
    this.tell(Number.POSITIVE_INFINITY);
    if (this.#state === 'ended') return;
    this.linesIn++;
    this.#heardMs = nowMs;
    this.#asked = false;
    const introducing = this.#state === 'introducing';
    const line = readLine(text, !introducing && !text.startsWith('ERROR :'));
    if (line === null) return;
    const token = shortToken(line.token);
    if (token === TOKEN.ERROR) this.#leave(`the peer says: ${textOf(line.params.at(-1) ?? '')}`);
    else if (introducing) this.#introduced(token, line);
    else this.#handle(token, line);
  }

  /** Ends it: the peer reads why. */
  fail(reason: string): void {
    if (this.#state === 'ended') return;
    if (this.#peer === null) this.send(`ERROR :Closing Link: ${bytesOf(reason)}`);
    else this.say(TOKEN.SQUIT, [this.identity.name, 0], bytesOf(reason));
    this.#leave(reason);
  }

  /** The connection is gone. */
  gone(reason: string): void {
    this.#leave(reason);
  }

  #introduce(): void {
    const { name, numeric, description, bootSeconds } = this.identity;
    this.send(writeLine('', 'PASS', [], bytesOf(this.#settings.password)));
    this.send(
      writeServer('', {
        name,
        hops: 1,
        bootSeconds,
        linkSeconds: Math.floor(this.#clock.now() / 1_000),
        bursting: true,
        numeric,
        maxUser: MAX_USERS - 1,
        flags: FLAGS,
        description: bytesOf(description),
      }),
    );
  }

  #introduced(token: string, line: P10Line): void {
    if (token === TOKEN.PASS) this.#password = line.params[0] ?? '';
    else if (token === 'SERVER' || token === TOKEN.SERVER) this.#meet(line);
    else this.fail(`${firstWords(line)} came before SERVER`);
  }

  #meet(line: P10Line): void {
    const said = readServer(line);
    const refusal = typeof said === 'string' ? said : this.#refusalOf(said);
    if (typeof said === 'string' || refusal !== null) {
      this.fail(refusal ?? 'it did not introduce itself');
      return;
    }
    const { kind } = this.#settings;
    this.#kind = kind !== 'auto' ? kind : said.flags.includes(OWN_KIND_FLAG) ? 'signalbox' : 'ircu';
    this.#limits = KIND_LIMITS[this.#kind];
    this.#peer = new ViewServer(said.name, said.numeric, this.view.me, said.flags, true);
    this.view.addServer(this.#peer);
    this.#state = 'bursting';
    this.sinceMs = this.#clock.now();
    this.#watch(limits.pingMs.default);
    this.#telling = this.#events.onIntroduced(this);
    this.tell(this.#clock.monotonic() + limits.turnMs.default);
  }

  #refusalOf({ name, numeric }: ServerLine): string | null {
    if (this.#password === null || !sameText(this.#password, bytesOf(this.#settings.password)))
      return 'the password is wrong';
    if (numeric === this.identity.numeric)
      return `the numeric of services is that of ${name}: set numeric in [services]`;
    return name.toLowerCase() === this.identity.name.toLowerCase()
      ? `services are called like the server ${name}: set server_name in [services]`
      : null;
  }

  #handle(token: string, line: P10Line): void {
    if (token === TOKEN.PING) this.#answerPing(line);
    else if (token === TOKEN.SQUIT && this.#isAboutLink(line.params[0] ?? '')) {
      this.#leave(`the peer ended the link: ${textOf(line.params.at(-1) ?? '')}`);
      return;
    }
    applyLine(this.view, this.#limits, token, line);
    if (isViewsAlone(token)) return;
    if (token === TOKEN.END_OF_BURST && line.source === this.#peer!.numeric) {
      this.say(TOKEN.EOB_ACK, []);
      this.#state = 'linked';
      this.#events.onLinked(this);
    }
    this.#events.onLine(this, { token, line });
  }

  #isAboutLink(name: string): boolean {
    const named = name.toLowerCase();
    return named === this.#peer!.name.toLowerCase() || named === this.identity.name.toLowerCase();
  }

  /** `G !stamp server stamp` is answered with both stamps and the time here, as ircu does. */
  #answerPing({ source, params }: P10Line): void {
    const stamp = params[0] ?? '';
    if (!stamp.startsWith('!')) {
      this.say(TOKEN.PONG, [this.identity.numeric, source]);
      return;
    }
    const now = (this.#clock.now() / 1_000).toFixed(6);
    const sent = params[2] ?? stamp.slice(1);
    const lag = Math.max(0, Math.round(this.#clock.now() - Number(sent) * 1_000));
    this.say(TOKEN.PONG, [this.identity.numeric, stamp, sent, Number.isFinite(lag) ? lag : 0, now]);
  }

  /** Looks again after `ms` whether anything was heard. */
  #watch(ms: number): void {
    this.#silence?.cancel();
    this.#silence = this.#clock.after(ms, () => this.#look(ms));
  }

  #look(ms: number): void {
    if (this.#peer === null) {
      this.fail('the peer did not introduce itself in time');
      return;
    }
    const silentMs = this.#clock.monotonic() - this.#heardMs;
    if (silentMs >= ms) {
      if (this.#asked) {
        this.fail(`nothing was heard for ${Math.round(silentMs / 1_000)} seconds`);
        return;
      }
      this.#asked = true;
      this.say(TOKEN.PING, [this.identity.numeric]);
    }
    this.#watch(ms);
  }

  #leave(reason: string): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#telling = null;
    this.#silence?.cancel();
    this.transport.close();
    this.#events.onEnd(this, reason);
    this.view.clear();
  }
}

/** Services of our own kind, with addresses of IPv6. */
const FLAGS = `${SERVICES_FLAG}6${OWN_KIND_FLAG}`;

function sameText(given: string, wanted: string): boolean {
  const one = Buffer.from(given, 'latin1');
  const other = Buffer.from(wanted, 'latin1');
  return one.length === other.length && timingSafeEqual(one, other);
}
