/**
 * What of the product is a queue, pool, slab, cache, batcher, breaker, limiter, correlation table or connection pool, and as which
 * instrument operators see it. The test beside this finds the classes by their names and the parts of the library by where they are
 * made, so that a new one has to be shown, or to say why not.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Instruments as `kind name`, or why nobody needs to see it. */
type Shown = readonly string[] | string;

const ONE_EACH = 'one a client: its part of a total is shown';
const INSIDE = 'a piece of a part that is shown';
const LIBRARY = 'of the library: shown where one is made';

/** By class, with the folder where two have the same name. */
export const SHOWN_CLASSES: Readonly<Record<string, Shown>> = {
  // The library, and what every daemon has.
  AsyncCache: LIBRARY,
  AsyncQueue: LIBRARY,
  Batcher: LIBRARY,
  BoundedFifo: INSIDE,
  CompletionLoop: LIBRARY,
  ConnectionPool: LIBRARY,
  DuplexChannel: LIBRARY,
  KeyedRateLimiter: LIBRARY,
  PendingRequests: LIBRARY,
  PoolCrew: INSIDE,
  PoolJob: INSIDE,
  PoolThreadHandle: INSIDE,
  PriorityLanes: INSIDE,
  QueueMemory: INSIDE,
  QueueTally: 'counts for a queue that is shown',
  SavedFile: LIBRARY,
  SlabPool: LIBRARY,
  ThreadPool: LIBRARY,
  TokenBucket: LIBRARY,
  WorkTurns: LIBRARY,
  AccountQueue: INSIDE,
  NetworkQueue: INSIDE,
  WorkGate: 'one a channel or room: the clients that wait at it are among the work of clients',
  TurnBudget: LIBRARY,
  LogFile: ['queue log file bytes'],
  StreamHub: ['limiter windows', 'queue bytes to windows'],
  DeedLedger: ['correlation deeds'],
  TaskBoard: ['limiter tasks'],
  Admission: ['limiter client connections'],
  ConnectThrottle: ['limiter connects'],
  RefusedCounts: INSIDE,
  RefusedSockets: ['limiter refused clients'],
  ReadRounds: ['queue read rounds'],
  BanSaver: ['batcher bans'],
  Bucket: 'bans under one text: they wait for nothing',
  SlotMemory: 'memory of metrics, which grows with them and refuses nothing',
  ByteChannel: 'one a stream that somebody opened: what it carries waits at its end',
  // ircd
  ReadTurns: 'who asks waits for the answer: clients that do are among the work of clients',
  Channel: 'of IRC: a place to talk',
  ViewChannel: 'the same, as services see it',
  RegisteredChannel: 'the same, as ChanServ keeps it',
  Arena: ['slab lines of a tick'],
  ClientBatch:
    'lines of one client that it says as one message: they wait for nobody but itself, and limits bound them',
  TextChannel: 'one a server that asks or is asked: what waits there are its questions, which it shows',
  Resilience: ['breaker keycloak'],
  CircuitBreaker: INSIDE,
  CountedCache: ['cache keycloak good logins', 'cache keycloak failed logins'],
  OperationPool: ['limiter commands of users'],
  LineWriter: 'one a link: what waits there is in the table of links',
  MailQueue: ['queue mail'],
  MailRefusedError: 'an error',
  RefusedReply: 'an error',
  NetBatch: 'of IRC: messages of one split, which go out as they are made',
  Slab: INSIDE,
  ChannelJournal: ['batcher channels'],
  RecordJournal: ['batcher markers', 'batcher metadata'],
  DiskQueue: ['batcher messages'],
  JournalFile: INSIDE,
  JournalWrites: INSIDE,
  KeptChannels: INSIDE,
  Backlog: ONE_EACH,
  ReceiveQueue: ONE_EACH,
  RangeWriter: 'what it writes waits in the queues to socket threads',
  RecordWriter: ['queue to socket thread 1', 'queue from socket thread 1'],
  FloodQueue: ['queue flood control'],
  Gateways: 'of the configuration: who may say for whom a connection is',
  ReplyBudget: 'one an answer: it bounds what one command puts into one send queue',
  TickWriter: ['queue writes'],
  PasswordChecker: ['pool passwords'],
  PasswordQueueFull: 'an error',
  // relay
  'daemons/relay/net Batcher': 'joins the frames of one write: who waits for it is in the queue of writes',
  Batch: INSIDE,
  RelayRefusedError: 'an error',
  Room: 'of the relay: a place to talk',
  Outbox: ONE_EACH,
  ReceiveRate: ONE_EACH,
  SendQueue: ONE_EACH,
  TickFlusher: ['queue writes'],
  FrameWriter: 'encodes frames and keeps none',
  // objects
  CopyBuffers: ['slab copy buffers'],
  DescriptorBatch: INSIDE,
  DescriptorCache: ['cache open objects'],
  FactsBoard: 'a row for each connection, which are bounded',
  ObjectsRefusedError: 'an error',
  PoolTuner: 'decides how many threads there are, and says so in the log',
  SplicePool: ['pool splice'],
  OutputArena: 'one a thread: what does not fit in it is written first',
  // recorder
  BitWriter: 'encodes and keeps nothing',
  ByteWriter: 'encodes and keeps nothing',
  ChunkCloser: ['queue full chunks'],
  WebhookQueue: ['queue webhook'],
  QueryQueue: ['queue queries'],
  // main
  JournalReader: 'reads the journal of main, which waits there',
  JournalSegment: INSIDE,
  AuditJournal: ['queue audit journal', 'queue audit in memory'],
  BacklogTotal: ['queue bytes to local clients', 'queue bytes to browsers'],
  ConnectionRoom: ['limiter http connections'],
  EventHub: 'tells at once: what is not read waits as bytes to local clients and to browsers',
  HistoryBuffer: ['queue history'],
  KeptFiles: ['cache window files'],
  LoginThrottle: ['limiter wrong logins'],
  LogStore: ['batcher log followers'],
  OutputGate: ['limiter daemon output'],
  RequestRounds: ['queue http rounds'],
  Requesters: INSIDE,
  SessionStore: ['limiter logins'],
  AccessGate: 'compares roles: nothing waits and nothing is counted',
  'main/fork Outbox': 'one a process: counts for the queue link to ircd, and so on',
};

/** By file and class: where parts of the library are made outside of it. */
export const SHOWN_PARTS: Readonly<Record<string, Shown>> = {
  'daemons/runtime/host/run-daemon.ts PendingRequests': ['correlation wishes'],
  'daemons/runtime/host/run-daemon.ts Batcher': ['batcher logs'],
  'daemons/runtime/host/deed-ledger.ts PendingRequests': ['correlation deeds'],
  'daemons/runtime/net/tls-acceptor.ts TurnBudget': ['queue tls handshakes'],
  'daemons/runtime/net/ban-file.ts SavedFile': ['batcher bans'],
  'daemons/runtime/net/connect-throttle.ts TokenBucket': ['limiter connects'],
  'daemons/runtime/telemetry/loop-watch.ts TokenBucket':
    'which blocks of the loop are told one by one: `loop_blocks_total` counts all of them',
  'daemons/runtime/net/peer-door.ts DuplexChannel':
    'one a daemon that asks: what waits there are its questions, which it shows',
  'daemons/runtime/net/peer-link.ts DuplexChannel': 'the other end of that',
  'daemons/runtime/net/peer-questions.ts PendingRequests': ['correlation accounts', 'correlation messages'],
  'daemons/identity/credentials.ts ThreadPool': ['pool passwords'],
  'daemons/services/daemon.ts ThreadPool': ['pool account files'],
  'daemons/accounts/daemon.ts ThreadPool': ['pool account files'],
  'daemons/services/bots/bot-roster.ts TokenBucket':
    'how often a bot comes back at once: the metric counts its returns',
  'daemons/services/bots/command-desk.ts TokenBucket': 'one a user: the metric counts what is passed over',
  'daemons/services/keycloak/keycloak-calls.ts ConnectionPool': ['connections keycloak'],
  'daemons/services/keycloak/token-verifier.ts AsyncCache': ['cache keycloak keys'],
  'daemons/services/keycloak/user-directory.ts AsyncCache': [
    'cache keycloak ids',
    'cache keycloak users',
    'cache keycloak fingerprints',
  ],
  'daemons/ircd/daemon.ts ThreadPool': ['pool certificates'],
  'daemons/ircd/irc-server.ts TurnBudget': ['queue registrations'],
  'daemons/services/services.ts TurnBudget': ['queue commands to begin'],
  'daemons/ircd/passwords.ts ThreadPool': ['pool passwords'],
  'daemons/ircd/net/dnsbl.ts AsyncCache': ['cache dnsbl'],
  'daemons/ircd/net/lookup.ts AsyncCache': ['cache dns'],
  'daemons/ircd/net/net-server.ts WorkTurns': ['queue work of clients'],
  'daemons/ircd/commands/metadata.ts TokenBucket': 'one a client: who changes too fast is told so',
  'daemons/ircd/net/flood-control.ts TokenBucket': ['queue flood control'],
  'main/core/listeners/marks-listener.ts TokenBucket': 'marks on charts: the log has all that is not marked',
  'daemons/ircd/daemon.ts TokenBucket': 'lines of the log about refused proxies: the metric counts all',
  'daemons/relay/net/relay-turns.ts WorkTurns': ['queue work of clients'],
  'daemons/relay/net/receive-rate.ts TokenBucket': ['queue flood control'],
  'daemons/relay/secure/known-peers.ts SavedFile': ['batcher known peers'],
  'daemons/relay/stun/stun-server.ts KeyedRateLimiter': ['limiter stun'],
  'daemons/relay/stun/stun-server.ts TokenBucket': ['limiter stun'],
  'daemons/relay/rooms/relayed-quota.ts KeyedRateLimiter': ['limiter relayed bytes'],
  'daemons/relay/net/tick-flusher.ts Batcher': 'see the class',
  'daemons/objects/daemon.ts ThreadPool': ['pool disk'],
  'daemons/objects/net/copy-buffers.ts SlabPool': ['slab copy buffers'],
  'daemons/objects/net/splice-pool.ts ThreadPool': ['pool splice'],
  'daemons/objects/net/serving-thread.ts WorkTurns': ['queue work of clients'],
  'daemons/recorder/daemon.ts ThreadPool': ['pool chunks'],
  'kit/keyed-rate-limiter.ts TokenBucket': INSIDE,
  'main/headless/login-throttle.ts KeyedRateLimiter': ['limiter wrong logins'],
  'main/headless/login-throttle.ts TokenBucket': ['limiter wrong logins'],
  'main/headless/session-store.ts SavedFile': ['batcher logins'],
  'main/core/output-gate.ts TokenBucket': ['limiter daemon output'],
  'main/core/supervision/daemon-session.ts PendingRequests': [
    'correlation ircd',
    'correlation relay',
    'correlation objects',
    'correlation accounts',
    'correlation messages',
    'correlation services',
  ],
  'main/cli/socket-client.ts PendingRequests': 'a command line: it ends with its answer and shows nothing',
  'main/electron/tray-notice.ts SavedFile': 'written once',
  'main/electron/window-state.ts SavedFile': 'where windows are: nobody waits for it',
};

/** Instruments that are no class of their own: they are counted where something else is done. */
export const SHOWN_BESIDES: readonly string[] = [
  'queue unheard at socket thread 1',
  'connections socket thread 1',
  'queue link to main',
  'queue link to ircd',
  'queue link to relay',
  'queue link to objects',
  'queue link to accounts',
  'queue link to messages',
  'queue link to services',
  'queue link to recorder',
  'limiter handshakes',
  'limiter stun',
  'limiter relayed bytes',
  'cache known peers',
  'queue send queue bytes',
  'queue receive queue bytes',
  'queue logins to keep',
  'queue pushes',
  'queue addresses to scan',
  'cache scanned addresses',
  'pool passwords checked',
  'pool passwords made',
  'pool fdpass',
  'pool requests',
  'correlation ident',
  'correlation control requests',
  'correlation recorder',
  'operation commands of bots',
  'operation questions of servers',
  'limiter local clients',
];

/** Words of the kinds, and of what stands for them here. */
const KIND_WORDS =
  /Queue|Pool|Slab|Arena|Cache|Kept|Batch(er)?$|Breaker|Resilience|Limiter|Throttle|Gate|Budget|Bucket|Room$|Refused|Admission|Buffer|Backlog|Outbox|Fifo|Lanes|Rounds|Turns|Flusher|Writer|Channel$|Correlation|Requests$|Requesters|Ledger|Board|Journal|Hub$|LogFile|SavedFile|Saver|LogStore|SessionStore|Closer|CompletionLoop|Receive(Rate)|PasswordChecker|SlotMemory|OutputGate/;

const LIBRARY_PARTS = Object.entries(SHOWN_CLASSES)
  .filter(([, shown]) => shown === LIBRARY)
  .map(([name]) => name);
const MADE = new RegExp(`new (${LIBRARY_PARTS.join('|')})\\b`, 'g');

/** Of the product: what runs with an instance, not tests, their helpers and the programs that the docs quote. */
const NO_PRODUCT =
  /\.test\.ts$|\/test-|\/fake-|\/memory-server|-fixture\.ts$|\/(test-fixtures|test-model|patterns|permissions)\//;

/**
 * The sources of the product, by their path from the root.
 * @param daemons ids of those that it has: what is being built in another folder shows nothing yet
 */
export function productSources(root: string, daemons: readonly string[]): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  const isBuilt = (file: string) => {
    const [folder, daemon, inside] = file.split('/');
    return (
      folder !== 'daemons' || inside === undefined || ['runtime', 'identity', ...daemons].includes(daemon!)
    );
  };
  for (const folder of ['daemons', 'kit', 'main']) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      const file = relative(root, join(root, folder, name))
        .split(sep)
        .join('/');
      if (file.endsWith('.ts') && isBuilt(file) && !NO_PRODUCT.test(file))
        sources.set(file, readFileSync(join(root, file), 'utf8'));
    }
  }
  return sources;
}

/** The classes of these kinds in a source, as {@link SHOWN_CLASSES} names them. */
export function classesIn(file: string, text: string): string[] {
  return [...text.matchAll(/^(?:export )?(?:abstract )?class (\w+)/gm)]
    .map(([, name]) => name!)
    .filter((name) => KIND_WORDS.test(name))
    .map((name) => {
      const inFolder = `${file.slice(0, file.lastIndexOf('/'))} ${name}`;
      return Object.hasOwn(SHOWN_CLASSES, inFolder) ? inFolder : name;
    });
}

/** The parts of the library that a source makes, as {@link SHOWN_PARTS} names them; the library itself makes what it consists of. */
export function partsMadeIn(file: string, text: string): string[] {
  if (file.startsWith('daemons/runtime/async/')) return [];
  return [...new Set([...text.matchAll(MADE)].map(([, name]) => `${file} ${name}`))];
}

/** The instruments that docs/pools.md says there are, as `kind name`, with the processes that have them. */
export function documentedInstruments(page: string): ReadonlyMap<string, string> {
  const table = page.slice(page.indexOf('| process | name | kind | it is |'));
  const found = new Map<string, string>();
  for (const line of table.split('\n').slice(2)) {
    const [, process, names, kind] = line.split('|').map((cell) => cell.trim());
    if (kind === undefined) break;
    for (const name of names!.split(', ')) {
      const key = `${kind} ${name}`;
      found.set(key, [found.get(key), process].filter(Boolean).join('; '));
    }
  }
  return found;
}
