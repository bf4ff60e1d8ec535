/**
 * Every limit and duration of the control plane with its reason, in one table. Tests pass their own; nothing else in
 * main/core or main/headless holds a number of this kind.
 */
export const CONTROL_LIMITS = {
  /** From launch to `hello`. A cold start on a slow disk takes 3 s; 5 times that. */
  helloMs: 15_000,
  /** From `init` to `ready`: opening listeners and files, reading bans; the same. */
  initMs: 15_000,
  /** What a daemon is given to drain: long enough for a last message to 10,000 clients, short enough to wait for. */
  stopMs: 10_000,
  /** After `stopMs` the daemon should be gone by itself; this much later it is killed. */
  stopGraceMs: 1_000,
  /** A daemon that said `failed` ends by itself within this, else it is killed. */
  failedExitMs: 2_000,
  /** How long the system may take to report the end of a killed process before it is given up. */
  killConfirmMs: 5_000,
  /** Wait before the first restart: a crash is noticed by users anyway, a hot loop must not burn a core. */
  backoffBaseMs: 500,
  /** Longest wait before a restart. */
  backoffMaxMs: 30_000,
  /** Share of the wait that is random, so that daemons which died together do not all return together. */
  backoffJitter: 0.3,
  /** A daemon that ran this long starts again with the shortest wait. */
  stableMs: 60_000,
  /** This many crashes ... */
  crashLoopCount: 3,
  /** ... within this time mean `failed`: the operator decides. */
  crashLoopWindowMs: 5 * 60_000,
  /** Crash records that a snapshot carries. */
  crashHistory: 10,
  /** Lines of stderr that a crash record carries. */
  stderrLines: 20,
  /** Longest line of daemon output that is kept, in characters. */
  outputLineChars: 4_096,
  /** Lines of a daemon's output that reach main's log each second; a person cannot read more. */
  outputLinesPerSecond: 200,
  /** Time between heartbeats. */
  heartbeatMs: 2_000,
  /** Silence after which a daemon is shown as unresponsive: two missed heartbeats and a margin. */
  unresponsiveMs: 5_000,
  /** Silence after which it is killed: longer than any pause of garbage collection or of a debugger's step. */
  deadMs: 30_000,
  /** Countdown step of deadlines. Time that passes unseen beyond two steps is machine sleep and does not count. */
  countdownStepMs: 1_000,
  /** Added to a command's deadline, so that the daemon's own timeout answer arrives first. */
  requestSlackMs: 500,
  /** Commands outstanding at one daemon; a person does not get near it, a runaway script does. */
  outstandingRequests: 256,
  /** Deadline of an impact question: it is asked while a person waits before a dialog. */
  impactMs: 3_000,
  /** Deadline of a reload. */
  reloadMs: 10_000,
  /** Log records held for each source: about an hour of a busy daemon, at most some 2 MB. */
  logRing: 5_000,
  /** Records of one `logs` message that are taken over; more are counted as dropped. */
  logBatch: 5_000,
  /** Time between flushes of log events to followers. */
  logFlushMs: 100,
  /** Time between batches to the recorder. */
  historyFlushMs: 1_000,
  /** Deadline of one append: the recorder's disk may stall for seconds under load. */
  historyAppendMs: 15_000,
  /** Samples held while the recorder is down: 10 minutes of 6 sources at 1 Hz, some 10 MB. */
  historySamples: 3_600,
  /** Audit entries held while the recorder is down. They are small and matter most, hence far more than anyone makes. */
  historyAudit: 20_000,
  /** State changes held while the recorder is down. */
  historyStates: 10_000,
  /** Samples sent in one batch, so that a long pause does not come back as one huge message. */
  historyBatch: 600,
  /** Deadline of history and audit queries. */
  historyQueryMs: 10_000,
  /** Wait for the summary that follows a command, to measure its effect: two sampling intervals. */
  effectWaitMs: 2_500,
  /** Largest configuration file read, in bytes. */
  configBytes: 1_000_000,
  /** Longest request line on the local socket and longest text message on a control WebSocket, in bytes. */
  requestBytes: 2_000_000,
  /** Clients of the local socket at once. */
  localClients: 64,
  /** Unsent bytes to one control client beyond which it is closed: it does not read. */
  clientBacklogBytes: 8_000_000,
  /** Requests of one client in progress at once. */
  clientRequests: 64,
  /** How long the headless host waits for its daemons before it says that it is ready; a hanging one must not hide it. */
  readyWaitMs: 10_000,
  /** Connections of the HTTP server at once; streams that were handed to a daemon no longer count. */
  httpConnections: 512,
  /** A second SIGINT within this is the same Ctrl-C, passed on by a parent as well as by the terminal. */
  interruptEchoMs: 250,
  /** How long a probe of another instance's socket may take. */
  probeMs: 1_000,
  /** A takeover lock older than this was left by a process that died in between. */
  takeoverLockMs: 5_000,
} as const;

/** The table's shape, so that tests can shorten a duration. */
export type ControlLimits = { readonly [Name in keyof typeof CONTROL_LIMITS]: number };
