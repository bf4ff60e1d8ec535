/**
 * What an attack of `npm run bench -- hostile` is, and what its processes say to each other. Scenarios are in
 * ircd-scenarios.ts, link-scenarios.ts, relay-scenarios.ts, relay-sealed.ts, tls-storm.ts, object-scenarios.ts and main-scenarios.ts.
 */

/** What an attack is aimed at. */
export interface Target {
  readonly port: number;
  /** Where other servers connect; null where the scenario has no such listener. */
  readonly p10Port: number | null;
  /** When an attack that has not ended by itself is ended, by `performance.now()`. */
  readonly deadlineMs: number;
  /** Tells a figure of the attack itself, such as how many registrations a second it reached. */
  note(name: string, value: number): void;
}

/** An attack that was set up and waits for its start. */
export interface Attack {
  /** Attacks until it is answered or the deadline has passed. */
  run(): Promise<void>;
  /** Closes every connection. */
  close(): void;
}

/** One attack. It uses addresses of 127.1.0.0/16 and above; the innocent client has 127.0.0.2. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** What is attacked; `main` is the headless host's HTTP server. */
  readonly daemon: 'ircd' | 'relay' | 'objects' | 'main';
  /** The table of the daemon in the configuration; one listener on port 0 of 0.0.0.0 is added. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Settings of that listener, beside its address. */
  readonly listener?: Readonly<Record<string, unknown>>;
  /** Whether the IRC server has a second listener, for other servers. */
  readonly p10?: boolean;
  /** Files that the daemon's data folder has at the start, by name. */
  readonly files?: () => Readonly<Record<string, string>>;
  /** Longest time of the attack in milliseconds (20,000). */
  readonly limitMs?: number;
  /** Whether the innocent client of a daemon connects anew for each ping; that of main always does both. */
  readonly anew?: boolean;
  /** Whether the innocent client of the IRC server connects with TLS, as its listener has it. */
  readonly secure?: boolean;
  /** Whether memory is what it is about: the daemon's is read at its peak and after the end. */
  readonly memory?: boolean;
  /** Builds up what is attacked: channels, bans, users. Not measured. */
  prepare(target: Target): Promise<Attack>;
}

/** The process that is attacked. */
export interface Prey {
  readonly port: number;
  /** Where other servers connect; null where none can. */
  readonly p10Port: number | null;
  /** What the innocent client logs in with; empty where there is no login. */
  readonly secret: string;
  /** Longest time from a heartbeat to its answer, in milliseconds; null where there is none. */
  readonly heartbeatMs: number | null;
  readonly peakRssBytes: number;
  readonly rssBytes: number;
  /** What it has open; null where that is not looked at. Files that were asked for lately may stay open for a while. */
  readonly open: { readonly files: number; readonly others: number } | null;
  /** Whether it has ended by itself. */
  readonly ended: boolean;
  /** Handlers that failed by a defect so far, by its log; null where it has none of that kind. */
  handlersFailed(): Promise<number | null>;
  /** Begins to measure. */
  watch(): void;
  /** Forgets the heartbeats so far. */
  resetHeartbeat(): void;
  /** Ends the process and removes its folder. */
  stop(): Promise<void>;
}

/** A client that only asks for signs of life. */
export interface Innocent {
  ping(number: number): void;
  close(): void;
}

/** Connects an innocent client from an address and resolves when it may ping. */
export type ConnectInnocent = (
  port: number,
  address: string,
  onPong: (number: number) => void,
  onLost: (why: string) => void,
  secret: string,
) => Promise<Innocent>;

/** What the innocent client saw, in milliseconds. */
export interface InnocentReport {
  readonly pings: number;
  /** Pings without an answer at the end. */
  readonly unanswered: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Why its connection ended; null when it did not. */
  readonly lost: string | null;
}

/** What the attacker's process says. */
export type AttackerMessage =
  | { readonly type: 'prepared' }
  | { readonly type: 'note'; readonly name: string; readonly value: number }
  | { readonly type: 'ended'; readonly seconds: number }
  | { readonly type: 'failed'; readonly message: string };

/** What the innocent client's process says. */
export type InnocentMessage =
  | { readonly type: 'connected' }
  | { readonly type: 'report'; readonly report: InnocentReport };
