/**
 * What the window knows of one host: joins the control client, the state that pages render from, and the sources with
 * their streams. React reaches it by context.
 */

import { type HostInfo, MAIN_SOURCE } from '../../contract/control/host.ts';
import type { ControlEvent } from '../../contract/control/messages.ts';
import type { Catalog } from '../../contract/link/catalog.ts';
import type { MetricSpec } from '../../contract/manifest.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';
import { FRAME_RATES } from '../../contract/stream.ts';
import type { ConnectionState, ControlClient, HostAccess } from '../client/control-client.ts';
import type { HostSession } from '../client/host-session.ts';
import { noticing } from '../client/noticing-client.ts';
import { createHostStore, type Freshness, type HostStore, tasksAfter } from './host-state.ts';
import { messages } from './messages.ts';
import { offeredTo, withheldFrom } from './permissions.ts';
import type { Notice, SharedScreen } from './shared-screen.ts';
import { SourceModel } from './source-model.ts';

/** Figures older than this are stale, in milliseconds; a hidden window still gets one a second. */
export const STALE_AFTER_MS = 3_000;

const LIVE: Freshness = { state: 'live' };

/** Audit entries that arrived while the window was open, for pages that show them. */
type AuditListener = (entry: Extract<ControlEvent, { type: 'audit' }>['entry']) => void;

export class HostModel {
  /** What addresses and keys call it: see {@link HostAccess}. */
  readonly id: string;
  readonly name: string;
  readonly client: ControlClient;
  readonly session: HostSession | null;
  readonly store: HostStore = createHostStore();
  readonly #screen: SharedScreen;
  readonly #closing = new AbortController();
  readonly #sources = new Map<string, SourceModel>();
  readonly #auditListeners = new Set<AuditListener>();
  readonly #ends: (() => void)[];
  /** Host clock minus this machine's, in milliseconds. */
  #clockOffset = 0;

  constructor({ id, name, client, session }: HostAccess, screen: SharedScreen) {
    this.id = id;
    this.name = name;
    this.session = session;
    this.#screen = screen;
    this.client = noticing(client, {
      onNotAudited: () => this.notify('bad', messages.notAudited),
      onWarning: (message) => this.notify('bad', message),
    });
    const onVisibility = () => this.#setRates();
    document.addEventListener('visibilitychange', onVisibility);
    const freshness = setInterval(() => this.#judgeFreshness(), 1_000);
    this.#ends = [
      client.onEvent((event) => this.#onEvent(event)),
      client.onConnection((state) => this.#onConnection(state)),
      () => document.removeEventListener('visibilitychange', onVisibility),
      () => clearInterval(freshness),
      screen.onDrawn(() => this.#ackAll()),
    ];
  }

  /** The model of a source; undefined before the host has said hello, and for an unknown id. */
  source(id: string): SourceModel | undefined {
    return this.#sources.get(id);
  }

  /** The models of all sources. */
  sources(): Iterable<SourceModel> {
    return this.#sources.values();
  }

  /** The present time on the host's clock, Unix milliseconds: what its times are compared with. */
  hostNow(): number {
    return Date.now() + this.#clockOffset;
  }

  /** Shows a short message about this host for a while. A host that was closed has nothing more to say. */
  notify(tone: Notice['tone'], text: string): void {
    if (!this.closed.aborted) this.#screen.notify(this.id, tone, text);
  }

  /** Aborted once the model is closed: what was opened for this host goes with it. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  onAudit(listener: AuditListener): () => void {
    this.#auditListeners.add(listener);
    return () => this.#auditListeners.delete(listener);
  }

  /** Ends its client, streams, timers and followers, and takes back what was said of it. */
  close(): void {
    if (this.closed.aborted) return;
    this.#closing.abort();
    for (const end of this.#ends) end();
    for (const source of this.#sources.values()) source.close();
    this.#auditListeners.clear();
    this.client.close();
    this.#screen.forget(this.id);
  }

  #onConnection(connection: ConnectionState): void {
    this.store.setState({ connection });
    if (connection.phase === 'connected') {
      void this.#hello();
      return;
    }
    for (const source of this.#sources.values()) source.stream.expect(null);
  }

  async #hello(): Promise<void> {
    const outcome = await this.client.request('hello', {});
    if (this.closed.aborted) return;
    if (!outcome.ok) {
      this.notify('bad', outcome.error.message);
      return;
    }
    const host = offeredTo(outcome.result);
    this.#ensureSources(host);
    this.store.setState({
      host,
      withheld: withheldFrom(outcome.result),
      daemons: Object.fromEntries(host.daemons.map((daemon) => [daemon.id, daemon])),
      history: host.history,
      configError: host.configError,
      closing: null,
    });
    // Main has no instances: its process id tells one from the next.
    this.#sources.get(MAIN_SOURCE)?.stream.expect(host.pid);
    for (const daemon of host.daemons) this.#steer(daemon);
    this.#setRates();
    await this.#listTasks();
  }

  /** What went on before the window was there; what follows comes as events, in order with the answer. */
  async #listTasks(): Promise<void> {
    const outcome = await this.client.request('task.list', {});
    if (outcome.ok && !this.closed.aborted) this.store.setState({ tasks: outcome.result.tasks });
  }

  #ensureSources(host: HostInfo): void {
    for (const [id, catalog] of Object.entries(host.catalogs)) this.#measures(id, catalog);
  }

  /**
   * What a process says that it measures. Instruments come and go with its stream; where its fixed metrics are others than
   * before, as with a host of another version, what was drawn of it is gone.
   */
  #measures(id: string, catalog: Catalog): void {
    const known = this.#sources.get(id);
    if (known !== undefined && fixedIn(known.samples.layout.catalog) === fixedIn(catalog.metrics)) return;
    known?.close();
    this.#sources.set(
      id,
      new SourceModel(
        this.client,
        this.id,
        id,
        catalog,
        (changed) => this.#frameArrived(id, changed),
        // The next frame may be a second away, and a long range is drawn less often than that.
        () => this.#screen.draw.redrawAll(),
      ),
    );
  }

  #frameArrived(id: string, changed: boolean): void {
    const source = this.#sources.get(id);
    if (source === undefined) return;
    const { traffic } = this.#screen;
    traffic.frames++;
    traffic.bytes += source.samples.latest.byteLength;
    if (id === MAIN_SOURCE) this.#clockOffset = source.samples.lastTime * 1000 - Date.now();
    this.#setFreshness(id, LIVE);
    // A page that says what a daemon does draws it too. Of other daemons, such as the recorder, it says what they take.
    const news = changed && this.#screen.draw.draws(source);
    if (news) this.#screen.text.newsArrived();
    // What is not drawn now holds nobody up.
    if (!this.#screen.draw.frameArrived(source, news)) source.stream.ackAll();
  }

  #onEvent(event: ControlEvent): void {
    switch (event.type) {
      case 'daemon':
        this.#onDaemon(event.daemon);
        break;
      case 'catalog': {
        const before = this.#sources.get(event.source);
        this.#measures(event.source, event.catalog);
        const daemon = this.store.getState().daemons[event.source];
        if (this.#sources.get(event.source) === before || daemon === undefined) break;
        this.#steer(daemon);
        this.#setRates();
        break;
      }
      case 'task': {
        const task = { ...event.task, source: event.source };
        this.store.setState((state) => ({ tasks: tasksAfter(state.tasks, task) }));
        break;
      }
      case 'history':
        this.store.setState({ history: event.history });
        break;
      case 'config':
        this.store.setState((state) => ({ configError: event.error, configReads: state.configReads + 1 }));
        break;
      case 'closing':
        this.store.setState({ closing: event.reason });
        break;
      case 'audit':
        for (const listener of this.#auditListeners) listener(event.entry);
        break;
      case 'logs':
        for (const record of event.records) this.#sources.get(record.source)?.logs.add([record]);
        break;
    }
  }

  #onDaemon(daemon: DaemonSnapshot): void {
    const before = this.store.getState().daemons[daemon.id];
    this.store.setState((state) => ({ daemons: { ...state.daemons, [daemon.id]: daemon } }));
    if (before !== undefined && before.state !== daemon.state) {
      this.#screen.announce(this.id, messages.stateChanged(daemon));
    }
    this.#steer(daemon);
  }

  /** Opens or ends the stream of a daemon as its state asks. */
  #steer(daemon: DaemonSnapshot): void {
    const source = this.#sources.get(daemon.id);
    if (source === undefined) return;
    const up = daemon.state === 'running' || daemon.state === 'stopping';
    source.stream.expect(up ? daemon.instance : null);
    if (up) return;
    source.ended();
    this.#setFreshness(daemon.id, { state: 'none' });
  }

  #setRates(): void {
    const hz = document.hidden ? FRAME_RATES.hidden : FRAME_RATES.visible;
    for (const source of this.#sources.values()) source.stream.setRate(hz);
    this.#ackAll();
  }

  #ackAll(): void {
    for (const source of this.#sources.values()) source.stream.ackAll();
  }

  #judgeFreshness(): void {
    const { freshness } = this.store.getState();
    for (const [id, source] of this.#sources) {
      const late = source.arrivedAt > 0 && Date.now() - source.arrivedAt > STALE_AFTER_MS;
      // Of what does not run nothing is live.
      if (late && freshness[id]?.state === 'live')
        this.#setFreshness(id, { state: 'stale', since: source.arrivedAt });
    }
  }

  #setFreshness(id: string, freshness: Freshness): void {
    if (this.store.getState().freshness[id]?.state === freshness.state) return;
    this.store.setState((state) => ({ freshness: { ...state.freshness, [id]: freshness } }));
  }
}

/** The names of the metrics that a process has from its start. */
function fixedIn(metrics: readonly MetricSpec[]): string {
  return metrics.flatMap(({ name, labels }) => (labels === undefined ? [name] : [])).join();
}
