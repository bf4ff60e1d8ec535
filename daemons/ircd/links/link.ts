/**
 * One link to another server: its introduction, its burst in both directions, and the lines after that. It knows no socket;
 * whoever has one hands it lines and takes what it sends. Made by link-network.ts.
 */
import { fold } from '../../irc/casemapping.ts';
import { STATUS } from '../../irc/modes.ts';
import { limitsOf, SHORT_NICK } from '../../irc/p10/kinds.ts';
import { type P10Line, readLine, writeLine } from '../../irc/p10/line.ts';
import { MAX_USERS } from '../../irc/p10/numeric.ts';
import {
  HALFOPS_FLAG,
  OWN_KIND_FLAG,
  OWN_TOKENS_FLAG,
  RENAMES_FLAG,
  readServer,
  type ServerLine,
  SHORT_NICKS_FLAG,
  writeServer,
} from '../../irc/p10/server-line.ts';
import { bytesOf, oddBytes, textOf } from '../../irc/p10/text.ts';
import { firstWords, shortToken, TOKEN, tokenName } from '../../irc/p10/tokens.ts';
import type { WorkAccount } from '../../runtime/async/work-account.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { noticeOpers } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import { holdsShortNicks } from '../nick-length.ts';
import { NOTICE } from '../notice-kinds.ts';
import { Server } from '../state/server.ts';
import { burstLines } from './burst-lines.ts';
import { kindOf, refusalOf, skewOf } from './handshake.ts';
import { handle } from './incoming/handle.ts';
import type { LinkContext } from './incoming/link-line.ts';
import type { LinkBlock, LinkSecurity } from './link-block.ts';
import { LinkNames } from './link-names.ts';
import type { LinkNetwork } from './link-network.ts';
import { LinkPulse } from './link-pulse.ts';
import { LinkTraffic } from './link-traffic.ts';
import { knowsBan, networkBanLine } from './network-ban-lines.ts';
import { type LinkEnd, type Peer, toSeconds } from './peer.ts';

/** How often it is looked whether what a peer brings fills the memory: a thousand lines are not much of it. */
const LINES_BETWEEN_LOOKS = 1_000;

/** What a link is carried by. Lines have one character for each byte and no end. */
export interface LinkTransport extends LinkSecurity {
  /** What the work of the peer is charged to. */
  readonly work: WorkAccount;
  /** Address of the other end. */
  readonly address: string;
  /** Bytes that the other end has not taken. */
  readonly sendQueueBytes: number;
  /** Longest that a line waits for further ones while more keep coming, in milliseconds. */
  batchMs: number;
  /** The block of whoever is let in by what they have proved before, by the name that they say; absent for others. */
  readonly blockFor?: ((name: string) => LinkBlock) | undefined;
  send(line: string): void;
  /** Sends what was sent so far, then ends the connection. {@link Link.gone} is called. Calling it twice is fine. */
  close(): void;
}

/** Where a link stands. `failed` and `split` are ends. */
export type LinkState = 'introducing' | 'bursting' | 'linked' | 'failed' | 'split';

/** One connection to a peer. */
export class Link implements LinkEnd {
  readonly direction: 'in' | 'out';
  readonly transport: LinkTransport;
  readonly #network: LinkNetwork;
  readonly #server: CommandServer;
  /** Of the server that was called; null for one that has connected. */
  readonly #block: LinkBlock | null;
  #state: LinkState = 'introducing';
  #password: string | null = null;
  #peer: Peer | null = null;
  /** What the code of a token is given; null before the peer is known. */
  #context: LinkContext | null = null;
  /** Who the peer says it is. */
  #saidName: string | null = null;
  readonly #pulse: LinkPulse;
  #metAtMs = 0;
  /** Why it ended, in words; null while it stands. */
  reason: string | null = null;
  /** When the peer introduced itself, Unix milliseconds. */
  sinceMs = 0;
  /** From then until both had told all they know, in milliseconds; null before that. */
  burstMs: number | null = null;
  readonly traffic = new LinkTraffic();
  readonly names = new LinkNames();

  /** @param block of the server that is called; null for one that has connected, until it says who it is. */
  constructor(network: LinkNetwork, transport: LinkTransport, block: LinkBlock | null) {
    this.#network = network;
    this.#server = network.server;
    this.transport = transport;
    this.#block = block;
    this.direction = block === null ? 'in' : 'out';
    this.#pulse = new LinkPulse(network.clock, {
      ask: (stamp) => this.#ping(stamp),
      silent: (reason) => this.fail(reason),
    });
    if (block !== null) this.#introduce(block);
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Who it is; null until they are introduced. */
  get peer(): Peer | null {
    return this.#peer;
  }

  /** Name of the server at the other end, or what it said its name was; null before that. */
  get peerName(): string | null {
    return this.#peer?.server.name ?? this.#block?.name ?? this.#saidName;
  }

  /** The same in words. */
  get name(): string {
    return this.peerName ?? `a server at ${this.transport.address}`;
  }

  /** How long the peer took to answer the last ping, in milliseconds; null before it has. */
  get lagMs(): number | null {
    return this.#pulse.lagMs;
  }

  get bursting(): boolean {
    return this.#state === 'bursting' && this.#peer?.server.bursting === true;
  }

  get sendQueueBytes(): number {
    return this.transport.sendQueueBytes;
  }

  /** The peer has answered a ping. */
  pong(stamp: string): void {
    this.#pulse.answered(stamp);
  }

  #ping(stamp: string): void {
    const { numeric } = this.#server.state.me;
    this.send(writeLine(numeric, TOKEN.PING, [`!${stamp}`, this.#peer!.server.name, stamp]));
  }

  send(line: string): void {
    if (this.reason !== null) return;
    this.#server.counters.linkLinesOut++;
    this.traffic.sent(line);
    this.transport.send(line);
  }

  /** Takes a line. What it asks for is done in its turn, one line after the other. */
  take(line: string): void {
    if (this.reason !== null) return;
    if (line.includes('\0') || line.includes('\r')) {
      this.fail('a line has a NUL or CR in it');
      return;
    }
    const { work } = this.#server.host;
    this.#server.counters.linkLinesIn++;
    this.traffic.took(line);
    this.#pulse.heard();
    const { work: account } = this.transport;
    // Without an object for each: a burst is tens of thousands of lines.
    const steps = work.mayCall(account) ? this.#work(line) : undefined;
    if (steps === undefined) work.runCall(account, () => this.#work(line));
    else if (steps !== null) work.runSteps(account, steps);
  }

  /** @returns what is left of it for later turns. */
  #work(text: string): WorkSteps | null {
    if (this.traffic.linesIn % LINES_BETWEEN_LOOKS === 0) this.#network.lookAtMemory();
    if (this.reason !== null) return null;
    this.#server.host.work.spend(workPrices.line.ns + text.length * workPrices.inputByte.ns);
    // Whoever refuses to be linked says so without a source, when the other has begun to tell all it knows.
    const sourced = this.#state !== 'introducing' && !text.startsWith('ERROR :');
    const line = readLine(text, sourced);
    if (line === null) return null;
    const token = shortToken(line.token);
    try {
      const steps = this.#state === 'introducing' ? this.#introduced(line) : this.#handle(token, line);
      return steps === null ? null : this.#guarded(token, steps);
    } catch (error) {
      this.#failed(token, error);
      return null;
    }
  }

  #handle(token: string, line: P10Line): WorkSteps | null {
    if (token === TOKEN.END_OF_BURST) this.#onBurstEnd(line);
    else if (token === TOKEN.EOB_ACK) this.#onAcknowledged(line);
    else if (token === TOKEN.ERROR) this.fail(`the peer says: ${textOf(line.params.at(-1) ?? '')}`);
    else return handle(this.#context!, token, line);
    return null;
  }

  *#guarded(token: string, steps: WorkSteps): WorkSteps {
    try {
      yield* steps;
    } catch (error) {
      this.#failed(token, error);
    }
  }

  /** The code of a token threw: the link goes on without what it said. */
  #failed(command: string, error: unknown): void {
    this.#server.counters.handlerErrors++;
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#server.host.log('error', 'handler_failed', message, {
      command: tokenName(command),
      nick: this.name,
    });
  }

  #introduced(line: P10Line): WorkSteps | null {
    if (line.token === 'SERVER') return this.#meet(line);
    if (line.token === 'PASS') this.#password = line.params[0] ?? '';
    else if (line.token === 'ERROR') this.fail(`the peer says: ${textOf(line.params.at(-1) ?? '')}`);
    else this.fail(`${firstWords(line)} came before SERVER`);
    return null;
  }

  /** The peer has said who it is. */
  *#meet(line: P10Line): WorkSteps {
    const said = readServer(line);
    if (typeof said === 'string') {
      this.fail(said);
      return;
    }
    yield* this.#network.settled();
    if (this.reason !== null) return;
    this.#saidName = said.name;
    const block = this.#block ?? this.transport.blockFor?.(said.name) ?? this.#network.blockOf(said.name);
    const { state, networkBans } = this.#server;
    const refusal =
      refusalOf(state, block, this.#password, said, this.transport) ??
      networkBans.refusalForServer(said.name) ??
      this.#lengthRefusal(block!, said) ??
      this.#rivalRefusal(said.name);
    if (refusal !== null) {
      this.fail(refusal);
      return;
    }
    if (this.#block === null) this.#introduce(block!);
    const peer = this.#accept(block!, said);
    yield* this.#sendBurst(peer);
  }

  /** Nobody is linked who would kill users here for the length of their nicks. */
  #lengthRefusal(block: LinkBlock, said: ServerLine): string | null {
    const foreign = kindOf(block, said) !== 'signalbox';
    const short = foreign
      ? holdsShortNicks({ foreign, flags: said.flags })
      : said.flags.includes(SHORT_NICKS_FLAG);
    const who = short ? this.#server.nickLength.tooLong(SHORT_NICK) : null;
    return who === null
      ? null
      : `${foreign ? 'it' : 'a server on its side'} holds only short nicks, and ${who}`;
  }

  /**
   * Two servers that call each other at once would refuse each other's call: of the two that one holds whose caller's name
   * sorts first, as each of them knows.
   */
  #rivalRefusal(name: string): string | null {
    const rival = this.direction === 'in' ? this.#network.callTo(name) : undefined;
    if (rival === undefined) return null;
    const { me } = this.#server.state;
    if (fold(me.name) < fold(name)) return `both have called each other, and the call of ${me.name} holds`;
    rival.fail(`both have called each other, and the call of ${name} holds`);
    return null;
  }

  #accept(block: LinkBlock, said: ServerLine): Peer {
    const { state } = this.#server;
    const kind = kindOf(block, said);
    const foreign = kind !== 'signalbox';
    const traits = { flags: said.flags, foreign };
    const server = new Server(said.name, textOf(said.description), said.numeric, state.me, traits);
    const ownTokens = !foreign && said.flags.includes(OWN_TOKENS_FLAG);
    const renames = ownTokens && said.flags.includes(RENAMES_FLAG);
    const limits = limitsOf(kind, block.halfops);
    const peer: Peer = { kind, limits, ownTokens, renames, untold: new Set(), server };
    this.#peer = peer;
    this.#context = { server: this.#server, network: this.#network, link: this, peer };
    this.#state = 'bursting';
    this.sinceMs = Date.now();
    this.#metAtMs = this.#network.clock.monotonic();
    server.descriptionBytes = oddBytes(said.description);
    server.bootMs = said.bootSeconds === 0 ? null : said.bootSeconds * 1000;
    server.linkedMs = this.sinceMs;
    this.#pulse.begin();
    state.addServer(server);
    this.#network.linked(this);
    const skew = skewOf(said, this.sinceMs);
    noticeOpers(this.#server, NOTICE.links, `Link with ${server.name} (${kind}) established`);
    this.#server.host.log('info', 'link_established', `Linked with ${server.name}, a server of kind ${kind}`);
    if (skew !== null) {
      const said = `Careful with ${server.name}: ${skew}`;
      noticeOpers(this.#server, NOTICE.links, said);
      this.#server.host.log('warn', 'link_clock', said);
    }
    return peer;
  }

  /** What is said before the peer has said who it is. */
  #introduce(block: LinkBlock): void {
    const { state, counters, nickLength, statuses } = this.#server;
    this.transport.batchMs = block.batchMs;
    const shortNicks = nickLength.held <= SHORT_NICK ? SHORT_NICKS_FLAG : '';
    const halfops = (statuses & STATUS.halfop) === 0 ? '' : HALFOPS_FLAG;
    const flags = `h6${OWN_KIND_FLAG}${OWN_TOKENS_FLAG}${RENAMES_FLAG}${halfops}${shortNicks}`;
    this.send(writeLine('', 'PASS', [], bytesOf(block.password)));
    this.send(
      writeServer('', {
        name: state.me.name,
        hops: 1,
        bootSeconds: toSeconds(counters.startedMs),
        linkSeconds: toSeconds(Date.now()),
        bursting: true,
        numeric: state.me.numeric,
        maxUser: MAX_USERS - 1,
        flags,
        description: bytesOf(state.me.description),
      }),
    );
  }

  *#sendBurst(peer: Peer): WorkSteps {
    const { state, host, networkBans } = this.#server;
    for (const ban of networkBans.list()) {
      if (knowsBan(peer.kind, ban)) this.send(networkBanLine(state.me.numeric, ban));
      if (host.work.spend(workPrices.row.ns)) yield null;
    }
    for (const lines of burstLines(state, state, peer)) {
      if (this.reason !== null) return;
      for (const line of lines) this.send(line);
      if (host.work.spend(lines.length * workPrices.row.ns)) yield null;
    }
    this.send(writeLine(state.me.numeric, TOKEN.END_OF_BURST, []));
  }

  /** Lines wait for their turn: by then the peer has been told all. */
  #onBurstEnd({ source }: P10Line): void {
    const server = this.#server.state.serverByNumeric(source);
    if (server?.via !== this.#peer!.server) return;
    this.#network.told(server);
    this.#network.forward(writeLine(source, TOKEN.END_OF_BURST, []), this);
    if (server === this.#peer!.server) this.#acknowledge();
  }

  #acknowledge(): void {
    this.send(writeLine(this.#server.state.me.numeric, TOKEN.EOB_ACK, []));
    this.#state = 'linked';
    this.burstMs = this.#network.clock.monotonic() - this.#metAtMs;
    this.#pulse.measure();
    this.#network.changed(this);
    noticeOpers(this.#server, NOTICE.links, `${this.name} has told all it knows`);
  }

  #onAcknowledged({ source }: P10Line): void {
    if (this.#server.state.serverByNumeric(source)?.via !== this.#peer!.server) return;
    this.#network.forward(writeLine(source, TOKEN.EOB_ACK, []), this);
  }

  /** Ends it: the peer and the operators here read why. Everything behind it leaves the network. */
  fail(reason: string): void {
    if (this.reason !== null) return;
    const { me } = this.#server.state;
    if (this.#peer === null) this.send(`ERROR :Closing Link: ${bytesOf(reason)}`);
    else this.send(writeLine(me.numeric, TOKEN.SQUIT, [me.name, 0], bytesOf(reason)));
    this.#end(reason);
    this.transport.close();
  }

  /** The peer ends it. */
  leave(reason: string): void {
    if (this.reason !== null) return;
    this.#end(reason);
    this.transport.close();
  }

  /** The connection is gone. */
  gone(reason: string): void {
    if (this.reason === null) this.#end(reason);
  }

  #end(reason: string): void {
    this.reason = reason;
    this.#pulse.close();
    this.#state = this.#peer === null ? 'failed' : 'split';
    const { address } = this.transport;
    const isStranger = this.#block === null && this.#network.blockOf(this.peerName ?? '') === null;
    const [event, said] =
      this.#peer === null
        ? ([isStranger ? 'link_refused' : 'link_failed', `No link with ${this.name}: ${reason}`] as const)
        : (['link_ended', `The link with ${this.name} ended: ${reason}`] as const);
    noticeOpers(this.#server, NOTICE.links, said);
    this.#server.host.log('warn', event, said, { address });
    this.#network.ended(this, reason);
  }
}
