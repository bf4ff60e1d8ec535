/**
 * For tests: the protocol with connections in memory. Lines go in as strings and come out as strings, in order and at
 * once, so that a test reads like a conversation.
 */

import type { Outcome } from '../../contract/errors.ts';
import type { OperatorDeed } from '../../contract/link/deeds.ts';
import type { Unrecorded } from '../../contract/manifest.ts';
import { UMODE } from '../irc/modes.ts';
import { WorkAccount, WorkGroup } from '../runtime/async/work-account.ts';
import {
  type StepResult,
  type WorkJob,
  WorkTurns,
  type WorkTurnsOptions,
} from '../runtime/async/work-turns.ts';
import type { BegunDeed, DeedAnswer } from '../runtime/host/deed-ledger.ts';
import type { BanSaved } from '../runtime/net/ban-saver.ts';
import type { AccountAuthority } from './accounts/authority.ts';
import { COMMANDS } from './commands/registry.ts';
import { type IrcdConfig, ircdConfigSchema } from './config.ts';
import type { MessageKeeper } from './history/message-keeper.ts';
import { IrcServer } from './irc-server.ts';
import { Arena } from './net/arena.ts';
import {
  type Chunk,
  type Connection,
  type ConnectionClass,
  FRAMING,
  type TlsDetails,
  tlsBehindGateway,
} from './net/connection.ts';
import type { DnsblList } from './net/dnsbl.ts';
import { USUAL_NOTICES } from './notice-kinds.ts';
import { ServerBans } from './server-bans.ts';
import type { Fields, LookupResult, ServerHost } from './server-host.ts';
import type { LocalClient } from './state/local-client.ts';
import type { User } from './state/user.ts';

const CLASS: ConnectionClass = {
  name: 'default',
  match: [],
  throttle: true,
  flood: true,
  maxConnections: 100,
  maxPerAddress: 100,
  connectBurst: 100,
  connectsPerSecond: 100,
  sendQueueBytes: 1 << 20,
  receiveQueueBytes: 1 << 14,
  pingSeconds: 120,
  batchMs: 2,
  maxPerAddressNetwork: null,
  dnsbl: true,
};

/** A process in memory that remembers what it was asked. */
export class MemoryHost implements ServerHost {
  readonly arena = new Arena();
  readonly outbox = this.arena;
  readonly pendingWrites = 0;
  readonly writeNs = 0;
  readonly work: WorkTurns;
  readonly logs: { event: string; message: string; fields: Fields | undefined }[] = [];
  /** Deeds whose writing was asked for, and what was said afterwards to have come of them. */
  readonly begun: (OperatorDeed & { readonly unrecorded: Unrecorded })[] = [];
  readonly audits: (OperatorDeed & { readonly ok: boolean; readonly outcome: string })[] = [];
  /** How deeds are written down; at once while it is null. */
  writeDeed: ((may: DeedAnswer, end: BegunDeed['end']) => DeedAnswer | Promise<DeedAnswer>) | null = null;
  readonly lifecycle: string[] = [];
  lifecycleOutcome: Outcome<unknown> = { ok: true, result: null };
  readonly touched = new Set<string>();
  saves = 0;
  saved: BanSaved | Promise<BanSaved> = { saved: true };
  /** Who is on a list of bad addresses. */
  readonly lists = new Map<string, DnsblList | Promise<DnsblList | null>>();
  names: LookupResult | Promise<LookupResult> = { host: null, ident: null };

  constructor(work: WorkTurnsOptions) {
    this.work = new WorkTurns(work);
  }

  lookup(): LookupResult | Promise<LookupResult> {
    return this.names;
  }
  listed(address: string): DnsblList | null | Promise<DnsblList | null> {
    return this.lists.get(address) ?? null;
  }
  requestLifecycle(action: 'stop' | 'restart' | 'reload'): Promise<Outcome<unknown>> {
    this.lifecycle.push(action);
    return Promise.resolve(this.lifecycleOutcome);
  }
  networkStats(section: string): readonly string[] {
    return [`${section} report`];
  }
  listeners() {
    return [{ host: '127.0.0.1', port: 6667, tls: false }];
  }
  traffic(): readonly string[] {
    return ['traffic report'];
  }
  tableChanged(name: string): void {
    this.touched.add(name);
  }
  saveBans(): BanSaved | Promise<BanSaved> {
    this.saves++;
    return this.saved;
  }
  log(_level: string, event: string, message: string, fields?: Fields): void {
    this.logs.push({ event, message, fields });
  }
  beginDeed(deed: OperatorDeed, unrecorded: Unrecorded): DeedAnswer | Promise<DeedAnswer> {
    this.begun.push({ ...deed, unrecorded });
    const end = (ok: boolean, outcome: string) => void this.audits.push({ ...deed, ok, outcome });
    const may: DeedAnswer = { mayRun: true, deed: { unwritten: null, end } };
    return this.writeDeed === null ? may : this.writeDeed(may, end);
  }
  commandTime(_ms: number): void {}
}

/** One client in memory. */
export class MemoryClient implements Connection<LocalClient>, WorkJob {
  readonly remotePort = 50_000;
  readonly localPort = 6667;
  tls: TlsDetails | null = null;
  readonly framing = FRAMING.line;
  connectionClass: ConnectionClass;
  readonly connectedAtMs = Date.now();
  readonly sendQueueBytes = 0;
  readonly bytesIn = 0;
  readonly bytesOut = 0;
  client: LocalClient | undefined;
  closedWith: string | null = null;
  readonly work = new WorkAccount(new WorkGroup());
  readonly #inbox: Uint8Array[] = [];
  penalty = 0;
  readonly id: number;
  remoteAddress: string;
  /** Where one may not come from. */
  static readonly UNWELCOME = '192.0.2.66';
  readonly #owner: MemoryServer;
  #lines: string[] = [];

  constructor(owner: MemoryServer, id: number, remoteAddress: string) {
    this.#owner = owner;
    this.id = id;
    this.connectionClass = owner.connectionClass;
    this.remoteAddress = remoteAddress;
  }

  get user(): User | undefined {
    return this.client?.user;
  }

  push(chunk: Chunk): void {
    const text = chunk.slab.bytes.toString('utf8', chunk.start, chunk.end);
    this.#lines.push(text.slice(0, -2));
  }

  sendLine(line: string): void {
    this.push(this.#owner.host.arena.encode(line));
  }

  close(reason: string): void {
    if (this.closedWith !== null) return;
    this.closedWith = reason;
    this.#owner.server.onClose(this, reason);
  }

  readdress(address: string, secure: boolean): string | null {
    if (address === MemoryClient.UNWELCOME) return 'Not from there';
    this.remoteAddress = address;
    this.tls = tlsBehindGateway(this.tls, secure);
    return null;
  }

  /** What the network path does with an address that may not connect. */
  refuse(why: string): void {
    this.sendLine(`ERROR :Closing Link: ${this.remoteAddress} (${why})`);
    this.closedWith = why;
  }

  deferInput(_bytes: number): void {}

  penalize(lines: number): void {
    this.penalty += lines;
  }

  /** Sends lines to the server and answers what this client received since it was last asked. */
  send(...lines: (string | Uint8Array)[]): string[] {
    const waits = this.#inbox.length > 0;
    for (const line of lines) this.#inbox.push(typeof line === 'string' ? Buffer.from(line) : line);
    if (!waits) this.#owner.host.work.run(this.work, this);
    return this.received();
  }

  /** Takes the lines that wait, as far as the slice goes. */
  step(): StepResult {
    const { work } = this.#owner.host;
    for (let bytes = this.#inbox.shift(); bytes !== undefined; bytes = this.#inbox.shift()) {
      if (this.closedWith === null) this.#owner.server.onLine(this, bytes, 0, bytes.length);
      if (this.#inbox.length > 0 && !work.mayGoOn(this.work)) return 'later';
    }
    return 'done';
  }

  /** What arrived since the last call. */
  received(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  /** The client goes away without a word. */
  drop(): void {
    this.close('Connection closed');
  }
}

export class MemoryServer {
  readonly host: MemoryHost;
  readonly server: IrcServer;
  /** Of those that connect from now on. */
  connectionClass = CLASS;
  #nextId = 1;

  /** @param work how turns and slices are bounded: by default not at all, so that every line is answered at once. */
  constructor(
    config: Partial<IrcdConfig> = {},
    motd: readonly string[] | null = null,
    work: WorkTurnsOptions = { turnMs: Number.POSITIVE_INFINITY, sliceMs: Number.POSITIVE_INFINITY },
    accounts?: AccountAuthority,
    messages?: () => MessageKeeper | null,
  ) {
    this.host = new MemoryHost(work);
    this.server = new IrcServer({
      config: { ...ircdConfigSchema.parse({ server_name: 'irc.test' }), ...config },
      host: this.host,
      bans: new ServerBans(),
      motd,
      commands: COMMANDS,
      ...(accounts === undefined ? {} : { accounts }),
      ...(messages === undefined ? {} : { messages }),
    });
  }

  /** An accepted connection that has said nothing. */
  connect(address = '192.0.2.1'): MemoryClient {
    const client = new MemoryClient(this, this.#nextId++, address);
    const refusal = this.server.refusal(address);
    if (refusal === null) this.server.onOpen(client);
    else client.refuse(refusal);
    return client;
  }

  /** A registered client whose welcome was read already. */
  join(nick: string, caps = '', address = '192.0.2.1'): MemoryClient {
    const client = this.connect(address);
    if (caps !== '') client.send(`CAP REQ :${caps}`);
    client.send(`NICK ${nick}`, `USER ${nick} 0 * :Real ${nick}`);
    if (caps !== '') client.send('CAP END');
    client.received();
    return client;
  }

  /** Makes a client an operator with every flag, without a password. */
  promote(client: MemoryClient, flags: readonly string[]): void {
    const local = client.client!;
    local.oper = { name: 'test', flags: new Set(flags), title: 'is an operator', notices: USUAL_NOTICES };
    local.notices = USUAL_NOTICES;
    this.server.state.setUserMode(local.user, UMODE.oper, true);
    this.server.state.setUserMode(local.user, UMODE.notices, true);
  }

  /** Ends every client, so that no timer is left. */
  close(): void {
    for (const client of [...this.server.state.localClients]) this.server.exit(client, 'test over');
    this.server.clientLog.close();
    this.server.spamRecords.close();
  }
}

/** Waits until `client` has received something that `found` accepts. */
export async function waitFor(client: MemoryClient, found: (line: string) => boolean): Promise<string[]> {
  const lines: string[] = [];
  for (;;) {
    lines.push(...client.received());
    if (lines.some(found)) return lines;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
