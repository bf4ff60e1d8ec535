/**
 * What the window knows of one host: joins the control client, the state that pages render from, and the sources with
 * their streams. React reaches it by context.
 */

import { type HostInfo, MAIN_SOURCE } from '../../contract/control/host.ts';
import type { ControlEvent } from '../../contract/control/messages.ts';
import type { Catalog } from '../../contract/link/catalog.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';
import { FRAME_RATES } from '../../contract/stream.ts';
import type { ConnectionState, ControlClient } from '../client/control-client.ts';
import { noticing } from '../client/noticing-client.ts';
import { DrawLoop } from '../samples/draw-loop.ts';
import { TextTicker } from '../samples/text-ticker.ts';
import { createHostStore, type Freshness, type HostStore, type Notice } from './host-state.ts';
import { messages } from './messages.ts';
import { SourceModel } from './source-model.ts';

/** Figures older than this are stale, in milliseconds; a hidden window still gets one a second. */
export const STALE_AFTER_MS = 3_000;

/** How long a notice stays, in milliseconds. */
const NOTICE_MS = 8_000;

/** Audit entries that arrived while the window was open, for pages that show them. */
type AuditListener = (entry: Extract<ControlEvent, { type: 'audit' }>['entry']) => void;

export class HostModel {
  readonly client: ControlClient;
  readonly store: HostStore = createHostStore();
  readonly text = new TextTicker(() => this.draw.drawDirty());
  readonly draw = new DrawLoop(() => {
    for (const source of this.#sources.values()) source.stream.ackAll();
  });
  readonly #sources = new Map<string, SourceModel>();
  readonly #auditListeners = new Set<AuditListener>();
  readonly #ends: (() => void)[];
  /** Host clock minus this machine's, in milliseconds. */
  #clockOffset = 0;
  #nextNotice = 1;

  constructor(client: ControlClient) {
    this.client = noticing(client, {
      onNotAudited: () => this.notify('bad', messages.notAudited),
      onWarning: (message) => this.notify('bad', message),
    });
    const onVisibility = () => {
      this.#setRates();
      this.text.newsArrived();
      this.draw.drawDirty();
    };
    document.addEventListener('visibilitychange', onVisibility);
    const freshness = setInterval(() => this.#judgeFreshness(), 1_000);
    this.#ends = [
      client.onEvent((event) => this.#onEvent(event)),
      client.onConnection((state) => this.#onConnection(state)),
      () => document.removeEventListener('visibilitychange', onVisibility),
      () => clearInterval(freshness),
    ];
  }

  /** The model of a source; undefined before the host has said hello, and for an unknown id. */
  source(id: string): SourceModel | undefined {
    return this.#sources.get(id);
  }

  /** The present time on the host's clock, Unix milliseconds: what its times are compared with. */
  hostNow(): number {
    return Date.now() + this.#clockOffset;
  }

  /** Shows a short message for a while. */
  notify(tone: Notice['tone'], text: string): void {
    const notice: Notice = { id: this.#nextNotice++, tone, text };
    this.store.setState((state) => ({ notices: [...state.notices.slice(-3), notice] }));
    setTimeout(() => this.dismiss(notice.id), NOTICE_MS);
  }

  dismiss(id: number): void {
    this.store.setState((state) => ({ notices: state.notices.filter((notice) => notice.id !== id) }));
  }

  onAudit(listener: AuditListener): () => void {
    this.#auditListeners.add(listener);
    return () => this.#auditListeners.delete(listener);
  }

  close(): void {
    for (const end of this.#ends) end();
    for (const source of this.#sources.values()) source.close();
    this.client.close();
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
    if (!outcome.ok) {
      this.notify('bad', outcome.error.message);
      return;
    }
    const host = outcome.result;
    this.#ensureSources(host);
    this.store.setState({
      host,
      daemons: Object.fromEntries(host.daemons.map((daemon) => [daemon.id, daemon])),
      history: host.history,
      configError: host.configError,
      closing: null,
    });
    // Main has no instances: its process id tells one from the next.
    this.#sources.get(MAIN_SOURCE)?.stream.expect(host.pid);
    for (const daemon of host.daemons) this.#steer(daemon);
    this.#setRates();
  }

  #ensureSources(host: HostInfo): void {
    for (const [id, catalog] of Object.entries(host.catalogs)) this.#measures(id, catalog);
  }

  /** What a process says that it measures; where that is something else than before, what was drawn of it is gone. */
  #measures(id: string, { metrics }: Catalog): void {
    const known = this.#sources.get(id);
    const same = known?.samples.layout.catalog.map((metric) => metric.name).join();
    if (known !== undefined && same === metrics.map((metric) => metric.name).join()) return;
    known?.close();
    this.#sources.set(
      id,
      new SourceModel(this.client, id, metrics, (changed) => this.#frameArrived(id, changed)),
    );
  }

  #frameArrived(id: string, changed: boolean): void {
    const source = this.#sources.get(id);
    if (source === undefined) return;
    if (id === MAIN_SOURCE) this.#clockOffset = source.samples.lastTime * 1000 - Date.now();
    if (this.store.getState().freshness[id]?.state !== 'live') this.#setFreshness(id, { state: 'live' });
    // A page that says what a daemon does draws it too. Of other daemons, such as the recorder, it says what they take.
    const news = changed && this.draw.draws(id);
    if (news) this.text.newsArrived();
    // What is not drawn now holds nobody up.
    if (!this.draw.frameArrived(id, news)) source.stream.ackAll();
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
      this.store.setState({ announcement: messages.stateChanged(daemon) });
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
    for (const source of this.#sources.values()) {
      source.stream.setRate(hz);
      source.stream.ackAll();
    }
  }

  #judgeFreshness(): void {
    const state = this.store.getState();
    for (const [id, source] of this.#sources) {
      const daemon = state.daemons[id];
      const up = id === MAIN_SOURCE || daemon?.state === 'running' || daemon?.state === 'stopping';
      const late = source.arrivedAt > 0 && Date.now() - source.arrivedAt > STALE_AFTER_MS;
      const known = state.freshness[id]?.state;
      if (up && late && known === 'live') {
        this.#setFreshness(id, { state: 'stale', since: source.arrivedAt });
      }
    }
  }

  #setFreshness(id: string, freshness: Freshness): void {
    if (this.store.getState().freshness[id]?.state === freshness.state) return;
    this.store.setState((state) => ({ freshness: { ...state.freshness, [id]: freshness } }));
  }
}
