/**
 * All daemons of this host: start with their dependencies, stop in reverse order, suspend across machine sleep. Holds
 * no state of its own beside the daemons'; the control plane makes one.
 */
import type { Outcome } from '../../../contract/errors.ts';
import type { Manifest } from '../../../contract/manifest.ts';
import type { DaemonSnapshot } from '../../../contract/states.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { DaemonLauncher } from '../daemon-launcher.ts';
import type { ControlLimits } from '../limits.ts';
import type { LaunchPlan } from './daemon-session.ts';
import { ManagedDaemon, type ManagedDaemonEvents } from './managed-daemon.ts';
import { Peers } from './peers.ts';
import { startLayers } from './start-order.ts';

/** What a supervisor is made of. */
export interface SupervisorOptions {
  readonly registry: readonly Manifest[];
  readonly launcher: DaemonLauncher;
  readonly plan: (id: string) => Outcome<LaunchPlan>;
  /** Daemons that `id` asks with the configuration in force; none where absent. */
  readonly helpersOf?: (id: string) => readonly string[];
  readonly clock: Clock;
  readonly limits: ControlLimits;
  /** Numbers from 0 up to 1, for jitter. */
  readonly random: () => number;
  readonly events: ManagedDaemonEvents;
}

/** Does `work`, which starts or stops `id`, and whatever goes with it, such as writing it down. */
export type Attended = (id: string, work: () => Promise<Outcome<DaemonSnapshot>>) => Promise<unknown>;

/** All daemons of the registry. */
export class Supervisor {
  readonly #daemons = new Map<string, ManagedDaemon>();
  readonly #dependencies = new Map<string, readonly string[]>();
  readonly #peers = new Peers(this.#daemons);
  readonly #helpersOf: (id: string) => readonly string[];
  /** Whom each daemon was given to ask when that was looked at last. */
  readonly #helped = new Map<string, readonly string[]>();
  readonly #layers: readonly (readonly string[])[];
  #closing = false;

  constructor(options: SupervisorOptions) {
    const { registry, launcher, plan, clock, limits, random, events } = options;
    this.#layers = startLayers(registry);
    this.#helpersOf = options.helpersOf ?? (() => []);
    const telling: ManagedDaemonEvents = {
      ...events,
      onSnapshot: (snapshot, previous) => {
        events.onSnapshot(snapshot, previous);
        this.#peers.daemonChanged(snapshot);
      },
    };
    for (const manifest of registry) {
      const { id } = manifest;
      this.#dependencies.set(id, manifest.dependsOn ?? []);
      const daemon = new ManagedDaemon({
        id,
        launcher,
        plan: () => plan(id),
        introduction: () => this.#peers.introductionOf(id),
        clock,
        limits,
        random,
        events: telling,
      });
      this.#daemons.set(id, daemon);
    }
  }

  find(id: string): ManagedDaemon | null {
    return this.#daemons.get(id) ?? null;
  }

  /** In the order of the registry. */
  snapshots(): readonly DaemonSnapshot[] {
    return [...this.#daemons.values()].map((daemon) => daemon.snapshot());
  }

  /** Starts what `id` depends on, then `id`; resolves when it runs or with the reason why it does not. */
  async start(id: string): Promise<Outcome<DaemonSnapshot>> {
    const daemon = this.#daemons.get(id);
    if (daemon === undefined) return this.#unknown(id);
    if (this.#closing) return { ok: false, error: { code: 'busy', message: 'Signalbox is closing.' } };
    if (daemon.state === 'running' || daemon.state === 'starting') return await daemon.start();
    for (const other of this.#dependencies.get(id) ?? []) {
      const started = await this.#ensureRunning(other);
      if (started.ok) continue;
      const message = `${id} needs ${other}, which does not run: ${started.error.message}`;
      return { ok: false, error: { ...started.error, message } };
    }
    this.#startHelpers(id);
    return await daemon.start();
  }

  /** The configuration is another one: who runs may ask others now. Whom it asked before and somebody has stopped stays so. */
  helpRunning(): void {
    for (const { id, state } of this.snapshots())
      if (state === 'running' || state === 'starting') this.#startHelpers(id, this.#helped.get(id));
  }

  async stop(id: string): Promise<Outcome<DaemonSnapshot>> {
    const daemon = this.#daemons.get(id);
    if (daemon === undefined) return this.#unknown(id);
    return { ok: true, result: await daemon.stop() };
  }

  async restart(id: string): Promise<Outcome<DaemonSnapshot>> {
    const daemon = this.#daemons.get(id);
    if (daemon === undefined) return this.#unknown(id);
    await daemon.stop();
    return await this.start(id);
  }

  /**
   * Starts the named daemons layer by layer, each by `attend`; one that fails keeps nobody from starting who does not
   * need it.
   */
  async startAll(ids: readonly string[], attend: Attended): Promise<void> {
    for (const layer of this.#layers) {
      const wanted = layer.filter((id) => ids.includes(id));
      await Promise.all(wanted.map((id) => attend(id, () => this.#ensureRunning(id))));
    }
  }

  /**
   * Drains everything in reverse order, asking `before` ahead of each layer; what has a process is stopped by `attend`.
   * No start is possible any more.
   */
  async stopAll(before: (layer: readonly string[]) => Promise<void>, attend: Attended): Promise<void> {
    this.#closing = true;
    for (const layer of [...this.#layers].reverse()) {
      await before(layer);
      await Promise.all(
        layer.map((id) => {
          const stop = () => this.stop(id);
          return this.find(id)?.session === null ? stop() : attend(id, stop);
        }),
      );
    }
  }

  /** Ends every process at once. */
  killAll(reason: string): void {
    this.#closing = true;
    for (const daemon of this.#daemons.values()) daemon.kill(reason);
  }

  /** The machine is about to sleep: deadlines and heartbeats pause. */
  suspend(): void {
    for (const daemon of this.#daemons.values()) daemon.suspend();
  }

  resume(): void {
    for (const daemon of this.#daemons.values()) daemon.resume();
  }

  /** Nobody waits for them: whoever asks them does without while they are away, and why they do not start is in their state. */
  #startHelpers(id: string, before: readonly string[] = []): void {
    const helpers = this.#helpersOf(id);
    this.#helped.set(id, helpers);
    for (const helper of helpers) {
      const stopped = before.includes(helper) && this.find(helper)?.state === 'stopped';
      if (!stopped && !this.#closing) void this.#ensureRunning(helper);
    }
  }

  async #ensureRunning(id: string): Promise<Outcome<DaemonSnapshot>> {
    const daemon = this.#daemons.get(id);
    if (daemon === undefined) return this.#unknown(id);
    if (daemon.state === 'running') return { ok: true, result: daemon.snapshot() };
    if (daemon.state === 'starting') return await daemon.settled();
    return await this.start(id);
  }

  #unknown(id: string): Outcome<never> {
    const known = [...this.#daemons.keys()].join(', ');
    const message = `No daemon is called "${id}". There are: ${known}.`;
    return { ok: false, error: { code: 'unknown_daemon', message } };
  }
}
