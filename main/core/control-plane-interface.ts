/**
 * What a host gives the control plane, and what it gets: the only part of main/core that windows, servers and sockets
 * need to know. Implemented in control-plane.ts.
 */

import type { HostKind } from '../../contract/control/host.ts';
import type { ControlEvent, ControlOutcome } from '../../contract/control/messages.ts';
import type { Outcome, WireError } from '../../contract/errors.ts';
import type { Actor } from '../../contract/link/actor.ts';
import type { MetricSummary } from '../../contract/link/metric-summary.ts';
import type { ListenPlace } from '../../contract/listen-place.ts';
import type { Manifest } from '../../contract/manifest.ts';
import type { FrameLayout } from '../../contract/metric-frame.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';
import type { MetricRegistry } from '../../daemons/runtime/telemetry/metric-registry.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Caller } from './caller.ts';
import type { OnClose } from './config/config-document.ts';
import type { DaemonLauncher, DaemonRuntime } from './daemon-launcher.ts';
import type { ControlLimits } from './limits.ts';
import type { SessionRegistry } from './sessions/session-registry.ts';
import type { OpenedStream, StreamRequest } from './stream-broker.ts';

/** What a host gives the control plane. */
export interface ControlPlaneOptions {
  readonly host: HostKind;
  readonly version: string;
  /** What main runs on, such as `node 24.21.0`. */
  readonly runtime: string;
  readonly registry: readonly Manifest[];
  readonly launcher: DaemonLauncher;
  /** Settles on what a daemon's process runs; `configured` is its table's wish. */
  readonly daemonRuntime: (id: string, configured?: DaemonRuntime) => DaemonRuntime;
  readonly dataDir: string;
  /** Null: built-in defaults. */
  readonly configFile: string | null;
  /** Daemons to start at once; null: those that the configuration names. Internal ones always start. */
  readonly autostart: readonly string[] | null;
  /** Told why the start takes long: another instance of this data folder is ending. */
  readonly onWaiting?: (text: string) => void;
  /** For tests. */
  readonly limits?: ControlLimits;
  readonly clock?: Clock;
}

/** What a host can do with it. */
export interface ControlPlane {
  /** The mistake in the configuration file; null when it is good. */
  readonly configError: WireError | null;
  /** Host names beside loopback that the configuration allows for the headless dashboard. */
  readonly allowedHosts: readonly string[];
  /** What closing the last window of the desktop app does, as the configuration in force says. */
  readonly onClose: OnClose;
  /** Daemons that should run by themselves, internal ones included. */
  readonly autostart: readonly string[];
  /** The limits in force: lower than those of the table where the system has fewer descriptors. */
  readonly limits: ControlLimits;
  /** What the operator should know about descriptors that do not suffice; null when they do. */
  readonly descriptorNotice: string | null;
  /** Whether this host keeps history and audit, and cannot at the moment. */
  readonly historyPaused: boolean;
  /** Resolves when each of them runs or has failed to; never rejects. */
  readonly started: Promise<void>;
  /** Everybody who is connected; hosts open a session for whoever comes. */
  readonly sessions: SessionRegistry;
  /** Main's own metrics: hosts register what they have of queues and limiters. */
  readonly metrics: MetricRegistry;
  /** Says where the dashboard is served, so that a daemon that wants the same address is told who has it. */
  serves(place: ListenPlace): void;
  handle(name: string, args: unknown, caller: Caller): Promise<ControlOutcome<unknown>>;
  /** Calls back on every broadcast event that `actor` may hear; returns the function that ends it. */
  subscribe(actor: Actor, listener: (event: ControlEvent) => void): () => void;
  /** Hands a stream to its process; it ends with the session that asked for it. */
  openStream(
    source: string,
    request: StreamRequest,
    caller: Pick<Caller, 'actor' | 'session'>,
  ): Outcome<OpenedStream>;
  snapshots(): readonly DaemonSnapshot[];
  /** The last values of every process that has reported, with their layout. */
  latestMetrics(): readonly { source: string; layout: FrameLayout; summary: MetricSummary }[];
  /** Writes a record to main's own log. */
  log(level: 'info' | 'warn' | 'error', subsystem: string, event: string, message: string): void;
  /** The machine is about to sleep: deadlines and heartbeats pause. */
  suspend(): void;
  resume(): void;
  /**
   * Drains all daemons in reverse order, the recorder last. `beforeRelease` gives back what the next instance needs (a
   * port), before that may begin. Closing twice is fine.
   */
  close(reason: string, beforeRelease?: () => Promise<void>): Promise<void>;
  /** Ends every daemon at once, for an operator who does not wait; `close` then returns soon. */
  forceClose(): void;
}
