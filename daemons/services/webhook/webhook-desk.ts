/** The webhook put together: where it listens, what waits, and what it changes. Made by daemon.ts. */
import type { Clock } from '../../../kit/clock.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import type { ListenerChange } from '../../runtime/net/listener-change.ts';
import type { MetricRegistry } from '../../runtime/telemetry/metric-registry.ts';
import { instrumentQueue } from '../../runtime/telemetry/queue-instrument.ts';
import { limits } from '../limits.ts';
import { type AccountChangesOptions, actUpon } from './account-changes.ts';
import { WebhookDoor, type WebhookListen, type WebhookRules } from './webhook-door.ts';
import { WebhookQueue } from './webhook-queue.ts';
import { WebhookStore } from './webhook-store.ts';

/** What a configuration comes to. */
export interface WebhookSettings extends WebhookRules {
  readonly listen: readonly WebhookListen[];
}

export interface WebhookDeskOptions extends AccountChangesOptions {
  readonly database: Sqlite;
  readonly writes: WriteTurn;
  readonly clock: Clock;
  /** Told how long an answer took, in nanoseconds. */
  readonly onAnswer: (ns: number) => void;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, message: string) => void;
}

export class WebhookDesk {
  readonly queue: WebhookQueue;
  readonly door: WebhookDoor;
  #settings: WebhookSettings | null = null;

  constructor(options: WebhookDeskOptions) {
    const { database, writes, clock, log, onAnswer } = options;
    const act = (event: Parameters<typeof actUpon>[0]) => actUpon(event, options);
    this.queue = new WebhookQueue({ store: new WebhookStore(database), writes, clock, act, log });
    this.door = new WebhookDoor({ queue: this.queue, onAnswer, log });
  }

  /** Listens where the configuration says. Throws SignalboxError `address_in_use` or `init_failed`. */
  async open(settings: WebhookSettings | null): Promise<void> {
    this.#settings = settings;
    await this.door.open(settings?.listen ?? [], settings);
  }

  /** Begins to follow another configuration. */
  async change(
    settings: WebhookSettings | null,
  ): Promise<{ readonly listeners: ListenerChange; readonly commit: () => readonly string[] }> {
    const listeners = await this.door.change(settings?.listen ?? []);
    return {
      listeners,
      commit: () => {
        listeners.commit();
        const before = this.#settings;
        this.#settings = settings;
        this.door.follow(settings);
        const renewed = before !== null && settings !== null && !before.proof.equals(settings.proof);
        return renewed ? ['webhook'] : [];
      },
    };
  }

  /** Copies what is counted into the metrics, just before each sample. */
  publish(metrics: MetricRegistry): void {
    instrumentQueue(metrics, 'webhook', () => ({
      depth: this.queue.depth,
      highWater: this.queue.highWater,
      capacity: limits.webhookQueue.default,
      submitted: this.queue.counts.taken,
      rejected: this.queue.counts.full,
    }));
    const gauge = metrics.gauge('signalbox_services_webhook_queue_depth');
    const counter = (suffix: string) => metrics.counter(`signalbox_services_webhook_${suffix}_total`);
    const [events, dropped, refused] = [counter('events'), counter('dropped'), counter('refused')];
    metrics.onSample(() => {
      const { taken, known, old, full } = this.queue.counts;
      const { unproven, malformed } = this.door.counts;
      gauge.set(this.queue.depth);
      events.setTotal(taken);
      dropped.setTotal(known + old);
      refused.setTotal(full + unproven + malformed);
    });
  }

  close(): void {
    this.door.close();
    this.queue.close();
  }
}
