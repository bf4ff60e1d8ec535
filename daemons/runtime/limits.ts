/** Every limit that each daemon process and main have in common, in one table with its reason. Read by the runtime. */
import type { Limit } from '../../contract/limit.ts';

export const limits = {
  importedEntries: {
    default: 1_000,
    unit: 'count',
    reason:
      'Entries of one file of a list, such as bans: all of them are set in one turn, of about 25 ms where that takes longest, so that all hold or none. A longer list is imported in parts.',
  },
  importedFileChars: {
    default: 500_000,
    unit: 'characters',
    reason:
      'Characters of such a file: as many bans with the longest mask and a reason of usual length. Main takes requests of four times that.',
  },
  logRingRecords: {
    default: 2_000,
    unit: 'count',
    reason: 'Log records that a process keeps for windows that come later: some minutes of a busy daemon.',
  },
  logMessageCharacters: {
    default: 2_000,
    unit: 'characters',
    reason: 'Longest log message that is kept; a stack trace fits, and the rest is cut off and marked.',
  },
  logBatchRecords: {
    default: 500,
    unit: 'count',
    reason:
      'Log records in one message to main or a window; a process that logs faster has them dropped and counted.',
  },
  logFileBytes: {
    default: 10_000_000,
    unit: 'bytes',
    reason: 'Size at which a log file is set aside: opens in any editor.',
  },
  logFilesKept: {
    default: 3,
    unit: 'count',
    reason: 'Log files kept beside the current one; with it some 40 MB of disk for each process.',
  },
  logRetryMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason:
      'A log file that could not be opened, for want of descriptors or room, is tried again at the first record after this.',
  },
  logPendingBytes: {
    default: 1_000_000,
    unit: 'bytes',
    reason:
      'Records that wait for a log file; past this, on a full or stalled disk, new ones are dropped and counted.',
  },
  logCloseMs: {
    default: 1_000,
    unit: 'milliseconds',
    reason:
      'How long the last records may take to be written when a process ends; a full disk must not keep it.',
  },
  loopBlockMs: {
    default: 50,
    unit: 'milliseconds',
    reason:
      'How long the event loop stands still before it is told what kept it: people notice it, and heartbeats do not.',
  },
  loopBlockAskMs: {
    default: 40,
    unit: 'milliseconds',
    reason:
      'Age of a turn at which it is asked where it is: some time before it counts as a block, because the answer has to come first.',
  },
  loopStuckMs: {
    default: 5_000,
    unit: 'milliseconds',
    reason:
      'Age of a turn at which a thread beside it writes to standard error where it is: the process may be killed before it can.',
  },
  loopWatchStartMs: {
    default: 1_000,
    unit: 'milliseconds',
    reason:
      'How long after a process is ready the thread starts that asks where its loop stands: starting has enough to do.',
  },
  loopWatchTickMs: {
    default: 25,
    unit: 'milliseconds',
    reason: 'How often the thread looks while the loop works; it sleeps while that is idle.',
  },
  loopBlockFrames: {
    default: 8,
    unit: 'count',
    reason:
      'Places of a stack that are told of a block: from the function that took the time to the command.',
  },
  loopBlocksTold: {
    default: 10,
    unit: 'count',
    reason:
      'Blocks in a row that are told one by one; after that they are counted, and the log stays readable.',
  },
  loopBlockToldMs: {
    default: 6_000,
    unit: 'milliseconds',
    reason: 'After those, one block in this time is told, with how many were only counted.',
  },
  streamSubscribers: {
    default: 64,
    unit: 'count',
    reason: 'Windows that one process serves at once; each costs a frame ten times a second.',
  },
  streamTables: {
    default: 64,
    unit: 'count',
    reason:
      'Live tables, and tables about one row of another, that a window follows at once: all there are, a palette and some pages; those beyond are not sent.',
  },
  streamUnreadBytes: {
    default: 262_144,
    unit: 'bytes',
    reason:
      'Logs and table rows that a window has not acknowledged beyond which it gets no more: two batches of logs; a window that reads is never near it.',
  },
  streamUnreadTotalBytes: {
    default: 67_108_864,
    unit: 'bytes',
    reason:
      'What all windows of one process have not acknowledged together; beyond it the one with most is closed, and opens its stream again.',
  },
  streamStalledMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason:
      'A window that has acknowledged nothing for this long gives its place to a new one when `streamSubscribers` are there.',
  },
  streamPingMs: {
    default: 15_000,
    unit: 'milliseconds',
    reason:
      'Time between pings of a stream WebSocket; one that misses two is dead, and its place is free within 45 s.',
  },
  streamBacklogBytes: {
    default: 8_000_000,
    unit: 'bytes',
    reason:
      'Unsent bytes of one stream WebSocket beyond which it is closed: four of the largest tables, and only a client that acknowledges without reading gets there.',
  },
  streamCloseMs: {
    default: 2_000,
    unit: 'milliseconds',
    reason: 'How long the other end of a stream WebSocket may take to confirm its close; then it is cut.',
  },
  instruments: {
    default: 128,
    unit: 'count',
    reason:
      'Queues, pools, caches and the like of one process with metrics of their own: a network of a hundred links; whoever can make more must not fill frames and history.',
  },
  slabPoolBytes: {
    default: 1_073_741_824,
    unit: 'bytes',
    reason: 'Memory of all buffers of one slab pool at most: a larger one is a mistake in a size.',
  },
  instrumentMetrics: {
    default: 16,
    unit: 'count',
    reason: 'Metrics of one instrument; the largest, a pool, has fourteen.',
  },
  instrumentSeries: {
    default: 768,
    unit: 'count',
    reason:
      'Series of all instruments of one process: with its own metrics they stay below the thousand that history keeps of a source.',
  },
  instrumentLabels: {
    default: 4,
    unit: 'count',
    reason: 'Labels of one instrument; most have its name alone.',
  },
  instrumentLabelCharacters: {
    default: 64,
    unit: 'characters',
    reason:
      'Longest name or value of a label: a host name of usual length fits, and four of them fit a key of history.',
  },
  metricThreads: {
    default: 96,
    unit: 'count',
    reason:
      'Threads of one process that have slots for metrics, each summed ten times a second: the 32 of a pool, thrice while it is changed.',
  },
  descriptorReserve: {
    default: 128,
    unit: 'count',
    reason:
      'File descriptors that connections never take, half of them at most: listeners, logs, the database, windows and lookups of names.',
  },
  tasksRunning: {
    default: 64,
    unit: 'count',
    reason:
      'Long work that one process does at once; more would be a mistake, or somebody who asks again and again.',
  },
  taskReportMs: {
    default: 250,
    unit: 'milliseconds',
    reason:
      'Least time between two reports of one phase of a task: nobody reads faster, and every client is told.',
  },
  socketProbeMs: {
    default: 1_000,
    unit: 'milliseconds',
    reason:
      'Time that whoever listens on a Unix socket has to be found there; past it the socket counts as in use and is left as it is.',
  },
  listenBacklog: {
    default: 4_096,
    unit: 'count',
    reason:
      'Connections that the kernel holds while the loop is busy, for bursts of reconnects; the system may cap it lower.',
  },
  throttleBurst: {
    default: 30,
    unit: 'count',
    reason:
      'A household or office behind one address reconnects after a network outage within a few seconds.',
  },
  throttleRefillSeconds: {
    default: 2,
    unit: 'seconds',
    reason: 'After the burst an address may open one connection each time this passes.',
  },
  maxConnections: {
    default: 10_000,
    unit: 'count',
    reason: 'The size the server is built and measured for; a class may say otherwise.',
  },
  maxPerAddress: {
    default: 256,
    unit: 'count',
    reason:
      'Many people share the address of a campus or of a mobile network, and one host must not take every place; a gateway gets a class of its own.',
  },
  tlsHandshakeMs: {
    default: 15_000,
    unit: 'milliseconds',
    reason: 'A handshake takes a few round trips; a peer that stalls in it only holds a descriptor.',
  },
  proxyHeaderMs: {
    default: 5_000,
    unit: 'milliseconds',
    reason:
      'A trusted proxy sends its header with the first packet; one that does not only holds a descriptor. A client at its address that says nothing first is let in after this.',
  },
  proxyHeaderBytes: {
    default: 2_048,
    unit: 'bytes',
    reason:
      'Longest header of a proxy: addresses take 52 bytes, and what else one tells, such as the name in a certificate, some hundreds.',
  },
  webSocketRequestBytes: {
    default: 8_192,
    unit: 'bytes',
    reason:
      'Longest HTTP request that asks for a WebSocket; browsers send one of half a kilobyte, and cookies of the same host may be with it.',
  },
  webSocketMessageBytes: {
    default: 16_384,
    unit: 'bytes',
    reason:
      'Longest message of a client over a WebSocket: a line with tags is 4,606 bytes, and one that is somewhat too long is told so; beyond this the connection ends (1009).',
  },
  webSocketFragments: {
    default: 16,
    unit: 'count',
    reason: 'Pieces of one message; a line is one, and each piece costs memory of its own.',
  },
  webSocketChunks: {
    default: 256,
    unit: 'count',
    reason:
      'Reads in which one frame may arrive: a line of 256 bytes from somebody who types its bytes one by one; each costs memory of its own.',
  },
  lingeringRefusals: {
    default: 256,
    unit: 'count',
    reason: 'Refused clients that may linger to read why; beyond these they are just closed.',
  },
  linkBatchMs: {
    default: 2,
    unit: 'milliseconds',
    reason:
      'A line to another server may wait so long for further ones, which then share its write; only while more keep coming does it.',
  },
  linkBatchBytes: {
    default: 65_536,
    unit: 'bytes',
    reason:
      'Lines to another server that are written without waiting for more: about what one read of it takes.',
  },
  linkBatchLines: {
    default: 1_024,
    unit: 'count',
    reason:
      'Lines to another server that are written without waiting for more, so that it can begin with a burst.',
  },
  closeFlushMs: {
    default: 2_000,
    unit: 'milliseconds',
    reason: 'How long a closed connection may take to read its last lines before the socket is destroyed.',
  },
  throttleAddresses: {
    default: 65_536,
    unit: 'count',
    reason:
      'Addresses remembered by the throttle; the least recent is forgotten first, so memory is bounded.',
  },
  refusalsInWords: {
    default: 8,
    unit: 'count',
    reason:
      'Times that an address which connects too fast is told so before it is let in again; then it is closed without a word, which is half the work: whoever comes on and on would keep others waiting in the kernel.',
  },
  tlsHandshakesPerTurn: {
    default: 4,
    unit: 'count',
    reason:
      'TLS handshakes begun in one turn of the loop, about 2.5 ms with what they read: a crowd that connects at once delays nobody else. Eight take twice as long and are through no sooner, two are no better.',
  },
  burstClosed: {
    default: 500,
    unit: 'count',
    reason: 'Disconnects that leave enough garbage, some 4 MB, for a collection to be worth its pause.',
  },
  burstQuietMs: {
    default: 500,
    unit: 'milliseconds',
    reason: 'A burst of disconnects is over when none came for this long.',
  },
  burstMaxOpen: {
    default: 2_000,
    unit: 'count',
    reason: 'With more clients than this the pause of a full collection would be longer than 20 ms.',
  },
  banRetryBaseMs: {
    default: 1_000,
    unit: 'milliseconds',
    reason: 'Wait before bans that could not be written are written again: a full disk often has room soon.',
  },
  banRetryMaxMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason:
      'Longest wait between attempts to write bans: an operator who has made room sees them saved within it.',
  },
  deedAnswerMs: {
    default: 2_000,
    unit: 'milliseconds',
    reason:
      "How long main may take to write down what a daemon's own operator is about to do: it answers within a millisecond, and a main that hangs must not keep who does harm connected.",
  },
  wishesWaiting: {
    default: 64,
    unit: 'count',
    reason:
      'What a daemon asks main to do (stop, restart, reload) and main has not answered: operators ask by hand.',
  },
  wishAnswerMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason:
      'An answer of main to such a wish that is later is given up: longer than any stop or reload takes.',
  },
  deedsWaiting: {
    default: 128,
    unit: 'count',
    reason:
      "Deeds of a daemon's own operators that wait for main at once, one for each operator; a further one is as if it could not be written down.",
  },
  configFileBytes: {
    default: 1_000_000,
    unit: 'bytes',
    reason: 'Largest configuration file that is read; a real one has a few kilobytes.',
  },
  certificateWarningDays: {
    default: 14,
    unit: 'days',
    reason:
      'How long before its end the log and the window speak of a certificate: those that are renewed by themselves every 90 days have been by then.',
  },
  pemFileBytes: {
    default: 262_144,
    unit: 'bytes',
    reason: 'Largest certificate or key file that is read; a chain of ten has some 20 kB.',
  },
  tableRows: {
    default: 20_000,
    unit: 'count',
    reason: 'Rows of a live table that are sent; a larger table is cut and says so.',
  },
  workTurnMs: {
    default: 20,
    unit: 'milliseconds',
    reason:
      'Work done in one turn of the event loop; then other sockets, timers and the heartbeat have theirs, whatever anybody sends.',
  },
  workSliceMs: {
    default: 2,
    unit: 'milliseconds',
    reason: 'Work done for one client before it is the turn of the next that waits.',
  },
  workClientShare: {
    default: 0.1,
    unit: 'ratio',
    reason: 'Share of one core that a client may use for long; who uses more waits, as for too many lines.',
  },
  workClientBurstMs: {
    default: 500,
    unit: 'milliseconds',
    reason: 'Work that a client may cause at once: joining its channels, a message to ten thousand.',
  },
  workClientLightMs: {
    default: 10,
    unit: 'milliseconds',
    reason: 'Who caused less than this of late comes before everybody who caused more.',
  },
  workNetworkShare: {
    default: 0.25,
    unit: 'ratio',
    reason: 'Share of one core for all clients of one address (IPv6: /64): many connections are one client.',
  },
  workNetworkBurstMs: {
    default: 1_000,
    unit: 'milliseconds',
    reason: 'Work that the clients of one address may cause at once: an office that reconnects.',
  },
  workNetworkLightMs: {
    default: 50,
    unit: 'milliseconds',
    reason: 'Clients of an address that caused less than this of late come before those of others.',
  },
  workMaxWaitMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason: 'Longest time that work already done makes a client wait.',
  },
  readLateMs: {
    default: 10,
    unit: 'milliseconds',
    reason:
      'For so long a poll goes on reading when the turn is used up: a thousand clients that send a line or two each need less, and what they sent is delivered together.',
  },
  readLateBytes: {
    default: 262_144,
    unit: 'bytes',
    reason:
      'What is read in that time at most, because a crowd may send much: to read and keep this takes some milliseconds.',
  },
  readRoundClients: {
    default: 64,
    unit: 'count',
    reason:
      'Clients that are at least read again in one turn, where all of their address wait because a turn was used up: some milliseconds; more go on while turns have room.',
  },
  workerStackMs: {
    default: 500,
    unit: 'milliseconds',
    reason:
      'How long a thread that does not stop may take to say where it is, once it is asked: it answers in some 10 ms, unless it is in native code.',
  },
  completionsWaiting: {
    default: 4_096,
    unit: 'count',
    reason:
      'Completions of threads that wait for a loop where it says nothing else; a thread that posts more waits, so that none is lost.',
  },
  completionBurst: {
    default: 256,
    unit: 'count',
    reason:
      'Completions after which sockets and timers have their turn: with handlers of some microseconds that is a millisecond.',
  },
  threadPoolWaiting: {
    default: 10_000,
    unit: 'count',
    reason:
      'Tasks that wait in a thread pool where it says nothing else; more are refused, so that a daemon learns that it asks for too much.',
  },
  threadPoolHandedMs: {
    default: 2,
    unit: 'milliseconds',
    reason:
      'Work that a thread of a pool is handed at once: it has something to do until the next message, and whatever is urgent waits no longer.',
  },
  threadPoolGrowMs: {
    default: 25,
    unit: 'milliseconds',
    reason:
      'Work that waits, or time that it has waited, for which a pool starts another thread: what a start takes.',
  },
  threadPoolStuckMs: {
    default: 10,
    unit: 'milliseconds',
    reason:
      'A thread that has not answered for this long is at a longer task than expected: what it has not begun goes to others.',
  },
  threadPoolIdleMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason: 'How long a thread of a pool has nothing to do before it ends and gives its 12 MB back.',
  },
  threadPoolRunMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason:
      'How long a task may run where it does not say otherwise; then it hangs, and its thread is ended and replaced.',
  },
  threadPoolNice: {
    default: 10,
    unit: 'count',
    reason: 'Niceness of threads that compute, on Linux: the loop that serves people comes first.',
  },
  collectorNice: {
    default: 10,
    unit: 'count',
    reason:
      'Niceness of the threads on which V8 collects garbage and compiles, on Linux: where they share a core with the loop, it comes first.',
  },
  threadPoolStopMs: {
    default: 1_000,
    unit: 'milliseconds',
    reason: 'How long a thread without a task may take to end before it is ended.',
  },
  workNetworks: {
    default: 65_536,
    unit: 'count',
    reason: 'Addresses whose recent work is remembered; those without clients are forgotten first.',
  },
  channelMessages: {
    default: 256,
    unit: 'count',
    reason:
      'Messages that each way of a channel holds: enough for a burst, few enough that a slow end is felt soon.',
  },
  channelBytes: {
    default: 1_048_576,
    unit: 'bytes',
    reason: 'Bytes from which on each way of a channel takes no further message; the last may go beyond it.',
  },
  channelLineChars: {
    default: 1_048_576,
    unit: 'characters',
    reason: 'Longest line on a channel of lines: a page of a table or of logs as JSON fits.',
  },
  channelWaiting: {
    default: 256,
    unit: 'count',
    reason: 'Writes that wait for room at once; more are of a caller that does not await them.',
  },
  callMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason:
      'A call of something elsewhere that has not answered by then is given up; a busy server answers within a few seconds.',
  },
  poolConnections: {
    default: 8,
    unit: 'count',
    reason:
      'Connections to one target: a few are enough for many short requests, and a server allows some to each client.',
  },
  poolWaiting: {
    default: 256,
    unit: 'count',
    reason:
      'Requests that wait for a connection to one target; more would not be answered before their deadline.',
  },
  poolConnectMs: {
    default: 5_000,
    unit: 'milliseconds',
    reason:
      'Time to connect in, TLS included: one lost packet is made good, an address that swallows them is given up.',
  },
  poolIdleMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason: 'A connection that nobody uses is closed after this; servers keep theirs for about a minute.',
  },
  paceMs: {
    default: 300_000,
    unit: 'milliseconds',
    reason:
      'How long it is remembered at least how fast a target has answered at best; what has become slower for good is not waited for any longer.',
  },
  poolAnswerBytes: {
    default: 4_194_304,
    unit: 'bytes',
    reason: 'Largest answer that is read: a long list as JSON; more would be held in memory whole.',
  },
  peerProofMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason:
      'How long another daemon of the instance may take to prove that it is one; it needs a millisecond.',
  },
  peerConnections: {
    default: 64,
    unit: 'count',
    reason:
      'Connections of other daemons to one, and of strangers who found its port and have not been shown out yet.',
  },
  peerQuestions: {
    default: 4_096,
    unit: 'count',
    reason:
      'Questions of one daemon to another that wait for an answer: a login storm of a whole network; further ones are refused at once.',
  },
  peerAnswerMs: {
    default: 15_000,
    unit: 'milliseconds',
    reason:
      'A question to another daemon is given up after this: longer than a full queue of password checks takes.',
  },
  peerRetryMs: {
    default: 100,
    unit: 'milliseconds',
    reason: 'First wait before a broken link to another daemon is made again; it doubles with each failure.',
  },
  peerRetryMostMs: {
    default: 5_000,
    unit: 'milliseconds',
    reason:
      'Longest such wait, and how long a link has to last before the next wait is the first again; where the other one listens elsewhere it is over at once.',
  },
} as const satisfies Record<string, Limit>;
