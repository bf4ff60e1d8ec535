/**
 * Every limit and duration of the control plane and of both hosts, in one table with its reason. Tests pass their own
 * numbers; nothing else in main/core or main/headless holds a number of this kind.
 */
import { type Limit, limitDefaults } from '../../contract/limit.ts';

export const CONTROL_LIMIT_TABLE = {
  tasksOfDaemon: {
    default: 64,
    unit: 'count',
    reason: 'Tasks of one daemon that main keeps for clients that come later; a daemon has no more at once.',
  },
  slowRequestMs: {
    default: 200,
    unit: 'milliseconds',
    reason:
      'A request or command that takes longer is told with its time in queue and in work, and what was ahead of it: people notice it.',
  },
  loopBlocksKept: {
    default: 50,
    unit: 'count',
    reason: 'Newest blocks of the event loop of one process that main keeps: a page of them.',
  },
  catalogMetrics: {
    default: 1_000,
    unit: 'count',
    reason: 'Metrics of one process, those of its instruments too: as many as history keeps of a source.',
  },
  catalogTextChars: {
    default: 1_024,
    unit: 'characters',
    reason: 'Longest help of a metric, and longest name with its labels: every window gets them all.',
  },
  shownMistakes: {
    default: 20,
    unit: 'count',
    reason:
      'Mistakes of a configuration that are listed, then how many more: what somebody mends in one go, on one screen.',
  },
  helloMs: {
    default: 15_000,
    unit: 'milliseconds',
    reason: 'From launch to `hello`: a cold start on a slow disk takes 3 s, and this is five times that.',
  },
  initMs: {
    default: 15_000,
    unit: 'milliseconds',
    reason:
      'From `init` to `ready`: opening listeners and files and reading bans, which takes as long as a cold start.',
  },
  stopMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason:
      'What a daemon is given to drain: long enough for a last message to 10,000 clients, short enough to wait for.',
  },
  stopGraceMs: {
    default: 1_000,
    unit: 'milliseconds',
    reason: 'After `stopMs` the daemon should be gone by itself; this much later it is killed.',
  },
  failedExitMs: {
    default: 2_000,
    unit: 'milliseconds',
    reason: 'A daemon that said `failed` ends by itself within this, else it is killed.',
  },
  killConfirmMs: {
    default: 5_000,
    unit: 'milliseconds',
    reason: 'How long the system may take to report the end of a killed process before it is given up.',
  },
  orphanGraceSeconds: {
    default: 5,
    unit: 'seconds',
    reason:
      'After main was killed: a daemon drains for one second and ends; one that is still there after this hangs and is killed.',
  },
  backoffBaseMs: {
    default: 500,
    unit: 'milliseconds',
    reason:
      'Wait before the first restart: a crash is noticed by users anyway, a hot loop must not burn a core.',
  },
  backoffMaxMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason:
      'Longest wait before a restart: an operator who has mended the cause sees the daemon back within it.',
  },
  backoffJitter: {
    default: 0.3,
    unit: 'ratio',
    reason:
      'Share of the wait that is random, so that daemons which died together do not all return together.',
  },
  stableMs: {
    default: 60_000,
    unit: 'milliseconds',
    reason:
      'A daemon that ran this long was not part of a crash loop: it starts again with the shortest wait.',
  },
  crashLoopCount: {
    default: 3,
    unit: 'count',
    reason: 'This many crashes within `crashLoopWindowMs` mean `failed`: the operator decides.',
  },
  crashLoopWindowMs: {
    default: 5 * 60_000,
    unit: 'milliseconds',
    reason: 'Crashes further apart than this are no loop; each is followed by a restart.',
  },
  crashHistory: {
    default: 10,
    unit: 'count',
    reason:
      'Crash records that a snapshot carries: three loops of three, and it is sent with each change of state.',
  },
  stderrLines: {
    default: 20,
    unit: 'lines',
    reason: 'Lines of stderr that a crash record carries: a stack trace and what was said before it.',
  },
  outputPieceChars: {
    default: 8_192,
    unit: 'characters',
    reason: 'Longest line of daemon output that is held until its end comes; a longer one is told in pieces.',
  },
  outputLineChars: {
    default: 4_096,
    unit: 'characters',
    reason: 'Longest line of daemon output that is kept: a stack frame fits many times over.',
  },
  outputLinesPerSecond: {
    default: 200,
    unit: 'lines/second',
    reason: "Lines of a daemon's output that reach main's log each second; a person cannot read more.",
  },
  heartbeatMs: {
    default: 2_000,
    unit: 'milliseconds',
    reason:
      'Time between heartbeats: each costs one small message, and two may be missed before a person notices.',
  },
  unresponsiveMs: {
    default: 5_000,
    unit: 'milliseconds',
    reason: 'Silence after which a daemon is shown as unresponsive: two missed heartbeats and a margin.',
  },
  deadMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason:
      "Silence after which it is killed: longer than any pause of garbage collection or of a debugger's step.",
  },
  countdownStepMs: {
    default: 1_000,
    unit: 'milliseconds',
    reason:
      'Countdown step of deadlines. Time that passes unseen beyond two steps is machine sleep and does not count.',
  },
  requestSlackMs: {
    default: 500,
    unit: 'milliseconds',
    reason: "Added to a command's deadline, so that the daemon's own timeout answer arrives first.",
  },
  outstandingRequests: {
    default: 256,
    unit: 'count',
    reason: 'Commands outstanding at one daemon; a person does not get near it, a runaway script does.',
  },
  outstandingPerUser: {
    default: 128,
    unit: 'count',
    reason:
      'How many of these one user may have, by all windows and scripts: the other half is for everybody else.',
  },
  impactMs: {
    default: 3_000,
    unit: 'milliseconds',
    reason: 'Deadline of an impact question: it is asked while a person waits before a dialog.',
  },
  reloadMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason: 'Deadline of a reload: opening listeners and reading files, as at a start.',
  },
  logRing: {
    default: 5_000,
    unit: 'count',
    reason: 'Log records held for each source: about an hour of a busy daemon, at most some 2 MB.',
  },
  logBatch: {
    default: 5_000,
    unit: 'count',
    reason:
      'Records of one `logs` message that are taken over, which is all that the ring holds; more are counted as dropped.',
  },
  marksBurst: {
    default: 60,
    unit: 'count',
    reason:
      'Marks on charts that one daemon may leave at once by what it logs; further ones come back at one a minute. What is marked is kept among states for a month, and nobody outside shall push those out.',
  },
  logFlushMs: {
    default: 100,
    unit: 'milliseconds',
    reason: 'Time between flushes of log events to followers: looks immediate, and a burst is one message.',
  },
  historyFlushMs: {
    default: 1_000,
    unit: 'milliseconds',
    reason: 'Time between batches to the recorder: one for each sample of every source.',
  },
  historyAppendMs: {
    default: 15_000,
    unit: 'milliseconds',
    reason: "Deadline of one append: the recorder's disk may stall for seconds under load.",
  },
  historySamples: {
    default: 3_600,
    unit: 'count',
    reason: 'Samples held while the recorder is down: 10 minutes of 6 sources at 1 Hz, some 10 MB.',
  },
  journalBytes: {
    default: 64_000_000,
    unit: 'bytes',
    reason:
      'Audit journal that the recorder has not taken over: some 150,000 entries, days of a recorder that is down.',
  },
  journalSegmentBytes: {
    default: 1_000_000,
    unit: 'bytes',
    reason:
      'Length of one file of the audit journal; what the recorder has taken over is removed in such pieces.',
  },
  journalSyncMs: {
    default: 100,
    unit: 'milliseconds',
    reason:
      'Time between syncs of the audit journal: what a power failure may cost. The end of a process costs nothing.',
  },
  journalHeld: {
    default: 1_000,
    unit: 'count',
    reason:
      'Audit entries held in memory while the journal cannot be written; what may be done then is done by people.',
  },
  journalRetryBaseMs: {
    default: 1_000,
    unit: 'milliseconds',
    reason: 'Wait before held audit entries are written again: a full disk often has room soon.',
  },
  journalRetryMaxMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason: 'Longest wait between attempts to write held audit entries.',
  },
  auditArgsChars: {
    default: 20_000,
    unit: 'characters',
    reason: 'Arguments of one audit entry as JSON; longer ones are left out, their length is kept.',
  },
  deedsBegun: {
    default: 256,
    unit: 'count',
    reason:
      "Deeds of one daemon's own operators that were written down and whose end is not known yet: twice what waits for main at once.",
  },
  historyStates: {
    default: 10_000,
    unit: 'count',
    reason: 'State changes held while the recorder is down: a crash loop of every daemon for hours.',
  },
  historyBatch: {
    default: 600,
    unit: 'count',
    reason: 'Samples sent in one batch, so that a long pause does not come back as one huge message.',
  },
  auditOutcomeChars: {
    default: 500,
    unit: 'characters',
    reason: 'Text of an outcome in the audit trail: the first sentences name it.',
  },
  historyQueryMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason: 'Deadline of history and audit queries: a person waits for the answer.',
  },
  effectWaitMs: {
    default: 2_500,
    unit: 'milliseconds',
    reason: 'Wait for the summary that follows a command, to measure its effect: two sampling intervals.',
  },
  requestBytes: {
    default: 2_000_000,
    unit: 'bytes',
    reason:
      'Longest request line on the local socket and longest text message on a control WebSocket: the largest request writes a whole configuration file.',
  },
  requestFragments: {
    default: 4_096,
    unit: 'count',
    reason:
      'Pieces in which one message on a control WebSocket may arrive: the largest in pieces of 500 bytes. Each costs an object.',
  },
  localClients: {
    default: 64,
    unit: 'count',
    reason:
      'Clients of the local socket at once: CLI calls of one operator and their scripts. Beyond it a new one takes the place of an idle one.',
  },
  clientBacklogBytes: {
    default: 8_000_000,
    unit: 'bytes',
    reason: 'Unsent bytes to one control client beyond which it is closed: it does not read.',
  },
  clientBacklogTotalBytes: {
    default: 64_000_000,
    unit: 'bytes',
    reason:
      'Unsent bytes to all clients of the local socket together, and to all control WebSockets; beyond it those furthest behind are closed.',
  },
  silentGraceMs: {
    default: 1_000,
    unit: 'milliseconds',
    reason:
      'A client that connected so recently is about to ask: when all places are taken, others make room before it does.',
  },
  clientRequests: {
    default: 64,
    unit: 'count',
    reason: 'Requests of one client in progress at once; a window has a handful.',
  },
  readyWaitMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason:
      'How long the headless host waits for its daemons before it says that it is ready; a hanging one must not hide it.',
  },
  socketPingMs: {
    default: 20_000,
    unit: 'milliseconds',
    reason: 'Time between pings of a control WebSocket; a browser that misses two is gone.',
  },
  sessionSeconds: {
    default: 2_592_000,
    unit: 'seconds',
    reason: 'How long a login in a browser lasts: a month, after which the token is asked for again.',
  },
  sessions: {
    default: 1_000,
    unit: 'count',
    reason: 'Logins that are kept open at once; beyond it the oldest is ended.',
  },
  sessionNameChars: {
    default: 32,
    unit: 'characters',
    reason: 'Longest name that a person may give at login: it fits into a line of the audit trail.',
  },
  sessionFileBytes: {
    default: 1_000_000,
    unit: 'bytes',
    reason: 'Largest file of sessions that is read; a thousand of them have 300 kB.',
  },
  sessionDormantSeconds: {
    default: 86_400,
    unit: 'seconds',
    reason:
      'How long logins are kept that had expired at the start, should the clock of the start have been wrong; they open nothing meanwhile.',
  },
  sessionRetryMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason:
      'Wait before sessions that could not be written are tried again: a full disk gets room at some time.',
  },
  sessionNewsMs: {
    default: 500,
    unit: 'milliseconds',
    reason:
      'Shortest time between two announcements that sessions have begun or ended: a script opens one a request.',
  },
  sessionCheckMs: {
    default: 3_600_000,
    unit: 'milliseconds',
    reason: 'Longest time between looks for sessions that have expired, whatever the clock did.',
  },
  loginBurst: {
    default: 10,
    unit: 'count',
    reason:
      'Failed logins of one address that are answered at once; the token cannot be guessed, but trying must not cost the host either.',
  },
  loginAddresses: {
    default: 4_096,
    unit: 'count',
    reason: 'Addresses whose failed logins are remembered; the one that was quiet longest is forgotten.',
  },
  loginTotalBurst: {
    default: 100,
    unit: 'count',
    reason:
      'Failed logins of all addresses that are answered and logged at once; the right token is not among them and never waits.',
  },
  loginRefillMs: {
    default: 3_000,
    unit: 'milliseconds',
    reason: 'Time after which one more failed login is answered: a person who mistypes does not notice.',
  },
  httpConnections: {
    default: 512,
    unit: 'count',
    reason:
      'Connections of the HTTP server at once, beyond which a new one takes the place of an idle one; streams that were handed to a daemon no longer count.',
  },
  httpPipelined: {
    default: 8,
    unit: 'count',
    reason:
      'Requests of one HTTP connection that may wait for their answers, beyond which it is not read any more and closed: browsers send one at a time, and a read of 64 KiB holds two thousand.',
  },
  httpRefusedMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason:
      'After which such a connection is closed: one that is closed at once comes back at once, and an open one that is not read costs nothing.',
  },
  httpPieceBytes: {
    default: 512,
    unit: 'bytes',
    reason:
      "Handed to the HTTP parser at once: most of a browser's request. Twenty of the shortest requests, or eighty chunks of a byte, are some 0.3 ms of work.",
  },
  httpShareMs: {
    default: 1,
    unit: 'milliseconds',
    reason:
      'Work of one address without a login in a turn of the loop, beyond which its connections wait for each other: some ten requests.',
  },
  httpTurnMs: {
    default: 4,
    unit: 'milliseconds',
    reason:
      'Work in a turn of the loop for connections that wait: everybody else is looked after that often.',
  },
  httpAcceptTurns: {
    default: 8,
    unit: 'count',
    reason:
      'While connections come, each address without a login has one piece in so many turns of the loop: one connection is accepted in each, so that more come in than are answered and come back.',
  },
  httpHeadersMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason:
      'From the first byte of a connection or request to the end of its headers; a slow sender is cut off.',
  },
  httpRequestMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason: 'How long a request may take to arrive, its body included: 2 MB over a slow line.',
  },
  httpWriteMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason: 'How long a client may take no byte of its answer; then its connection is closed.',
  },
  httpDiscardBytes: {
    default: 16_000_000,
    unit: 'bytes',
    reason:
      'Read and forgotten of a body that is too long, so that its sender gets to read the answer; then it is cut off.',
  },
  httpFilesBytes: {
    default: 16_000_000,
    unit: 'bytes',
    reason:
      "Files of the window that are kept in memory to be sent to everybody, several times the window's size.",
  },
  loginBytes: {
    default: 4_096,
    unit: 'bytes',
    reason: 'Body of a login, which is one token of some 50 bytes; whoever sends it has proved nothing yet.',
  },
  httpCloseMs: {
    default: 250,
    unit: 'milliseconds',
    reason: 'How long answers under way may take when the HTTP server closes; then its connections are cut.',
  },
  interruptEchoMs: {
    default: 250,
    unit: 'milliseconds',
    reason:
      'A second SIGINT within this is the same Ctrl-C, passed on by a parent as well as by the terminal.',
  },
  quitMs: {
    default: 30_000,
    unit: 'milliseconds',
    reason:
      'Longest wait for all daemons to drain when the desktop app quits; their own deadlines come before it.',
  },
  quitEchoMs: {
    default: 1_000,
    unit: 'milliseconds',
    reason:
      'A further wish to quit within this of the one before is the same: a key that is held, a double click. A later one forces.',
  },
  questionShownMs: {
    default: 5_000,
    unit: 'milliseconds',
    reason:
      'How long a window may take to put a question on the screen; one that hangs or failed to load is replaced by a dialog of the system.',
  },
  busAnswerMs: {
    default: 3_000,
    unit: 'milliseconds',
    reason:
      'How long the session bus may take to answer at all when the desktop app starts; it takes milliseconds, and Electron would wait for one that hangs without end.',
  },
  trayAnswerMs: {
    default: 1_000,
    unit: 'milliseconds',
    reason:
      'How long the session bus may take to say whether there is a tray; it answers in milliseconds, and a person waits for the window to close.',
  },
  probeMs: {
    default: 1_000,
    unit: 'milliseconds',
    reason: "How long a probe of another instance's socket may take; a living one answers in milliseconds.",
  },
  backupManifestBytes: {
    default: 32 * 1024 * 1024,
    unit: 'bytes',
    reason: 'Longest list of files of a backup that is read: 100,000 files with long names fit into it.',
  },
  successorWaitMs: {
    default: 45_000,
    unit: 'milliseconds',
    reason:
      'How long a start waits for an instance of the same data folder that is draining: three layers of daemons, each with `stopMs` and its grace, and a margin.',
  },
  takeoverLockMs: {
    default: 5_000,
    unit: 'milliseconds',
    reason: 'A takeover lock older than this was left by a process that died in between.',
  },
} as const satisfies Record<string, Limit>;

/** A number for each limit of the table, so that tests can shorten a duration. */
export type ControlLimits = { readonly [Name in keyof typeof CONTROL_LIMIT_TABLE]: number };

/** The numbers in force: the table's defaults. */
export const CONTROL_LIMITS: ControlLimits = limitDefaults(CONTROL_LIMIT_TABLE);
