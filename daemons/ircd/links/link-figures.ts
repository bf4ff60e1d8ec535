/**
 * Each link as an instrument while it stands: what waits for its other end, and how far away that is, so that both are seen in
 * charts, history and alarms like any other queue. Made by daemon.ts.
 */
import { INSTRUMENT_FIGURES } from '../../../contract/instrument-figures.ts';
import type { OpenInstrument } from '../../runtime/telemetry/counted-instrument.ts';
import type { MetricRegistry } from '../../runtime/telemetry/metric-registry.ts';
import { limits } from '../limits.ts';
import type { Link } from './link.ts';
import type { LinkWatcher } from './link-network.ts';

const { depth, capacity } = INSTRUMENT_FIGURES.queue;

/** The instruments of all links. */
export class LinkFigures implements LinkWatcher {
  readonly #metrics: MetricRegistry;
  readonly #open = new Map<Link, OpenInstrument>();

  constructor(metrics: MetricRegistry) {
    this.#metrics = metrics;
  }

  onChange(link: Link): void {
    if (link.peer !== null && !this.#open.has(link)) this.#open.set(link, this.#instrument(link));
  }

  onEnd(link: Link): void {
    this.#open.get(link)?.close();
    this.#open.delete(link);
  }

  #instrument(link: Link): OpenInstrument {
    const { handles, close } = this.#metrics.instrument(
      'queue',
      { queue: labelOf(link.peer!.server) },
      {
        depth,
        capacity,
        lag_seconds: {
          kind: 'gauge',
          help: 'How long the other end of a link took for its last answer; 0 before there was one',
          unit: 'seconds',
        },
      },
    );
    const stop = this.#metrics.onSample(() => {
      handles.depth.set(link.transport.sendQueueBytes);
      handles.capacity.set(limits.linkSendQueueBytes.default);
      handles.lag_seconds.set((link.lagMs ?? 0) / 1000);
    });
    return {
      close: () => {
        stop();
        close();
      },
    };
  }
}

/** It says that what waits is counted in bytes. Names may be as long as a label, and shall not be cut to the same. */
function labelOf({ name, numeric }: { readonly name: string; readonly numeric: string }): string {
  return name.length <= LONGEST_NAME ? `bytes to ${name}` : `bytes to ${numeric}`;
}

const LONGEST_NAME = 54;
