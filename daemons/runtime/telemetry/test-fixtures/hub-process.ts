/** A process that serves windows, and windows that say what they were sent. Used by the tests of the stream hub only. */
import type { Catalog } from '../../../../contract/link/catalog.ts';
import type { MetricFrame } from '../../../../contract/metric-frame.ts';
import { metricSpecs } from '../../../../contract/metric-specs.ts';
import type { FromWindow, ToWindow } from '../../../../contract/stream.ts';
import { Logger } from '../logger.ts';
import { MetricRegistry } from '../metric-registry.ts';
import { ProcessSampler } from '../process-sampler.ts';
import { StreamHub } from '../stream-hub.ts';

export const { name, gauge, histogram } = metricSpecs('t');

export const tables = { people: { access: 'operate' } } as const;

/** A process with one gauge and one histogram, and the timer of its summaries. */
export function makeProcess() {
  const registry = new MetricRegistry('t', [gauge('level', ''), histogram('wait', '')]);
  const sampler = new ProcessSampler('t', registry);
  const logger = new Logger('info');
  const hub = new StreamHub({ source: 't', instance: 1, registry, sampler, logger, tables });
  const level = registry.gauge(name('level'));
  const summaries = setInterval(() => {
    sampler.summarise();
    hub.secondEnded();
  }, 1_000);
  const close = () => {
    clearInterval(summaries);
    hub.close();
    sampler.close();
  };
  return {
    hub,
    registry,
    logger,
    level,
    wait: registry.histogram(name('wait_seconds')),
    slot: registry.layout.slot(name('level')),
    close,
  };
}

export type HubProcess = ReturnType<typeof makeProcess>;

/** A window; `acknowledges` says whether it gives credits back by itself. */
export function openWindow({ hub, slot }: Pick<HubProcess, 'hub' | 'slot'>, hz: number, acknowledges = true) {
  let receive: (data: unknown) => void = () => {};
  const frames: { readonly frame: MetricFrame; readonly level: number }[] = [];
  const catalogs: (Catalog & { readonly beforeFrame: number })[] = [];
  const window = { frames, catalogs, say: (message: FromWindow) => receive(message) };
  hub.attach(
    {
      send(message: ToWindow) {
        if (message.type === 'catalog') catalogs.push({ ...message.catalog, beforeFrame: frames.length });
        if (message.type !== 'frame') return 0;
        // The values belong to the process, which goes on writing them.
        frames.push({ frame: message.frame, level: message.frame.values[slot] ?? Number.NaN });
        if (acknowledges) queueMicrotask(() => receive({ type: 'ack', seq: message.frame.seq }));
        return 100;
      },
      onMessage(listener) {
        receive = listener;
      },
      onClose() {},
      close() {},
    },
    'admin',
  );
  window.say({ type: 'rate', hz });
  return window;
}

/** A window that follows logs and tables; `reads` says whether it takes over what it is sent. */
export function openReader(
  { hub }: Pick<HubProcess, 'hub'>,
  reads: boolean,
  bytesOf: (message: ToWindow) => number = () => 1_000,
) {
  let receive: (data: unknown) => void = () => {};
  const got: ToWindow[] = [];
  const reader = {
    got,
    reads,
    closed: false,
    say: (message: FromWindow) => receive(message),
    /** Takes over what it was sent so far. */
    read() {
      for (const message of got) {
        if (message.type === 'logs' || message.type === 'rows' || message.type === 'changes') {
          receive({ type: 'took', ticket: message.ticket });
        }
      }
    },
    seqs: () => got.flatMap((m) => (m.type === 'logs' ? m.records.map(({ seq }) => seq) : [])),
    missed: () => got.reduce((sum, m) => sum + (m.type === 'logs' ? m.dropped : 0), 0),
    tables: () => got.flatMap((m) => (m.type === 'rows' ? [m.rows] : [])),
  };
  hub.attach(
    {
      send(message) {
        got.push(message);
        if (reader.reads && 'ticket' in message) {
          queueMicrotask(() => receive({ type: 'took', ticket: message.ticket }));
        }
        return bytesOf(message);
      },
      onMessage(listener) {
        receive = listener;
      },
      onClose() {},
      close() {
        reader.closed = true;
      },
    },
    'admin',
  );
  return reader;
}

/** The process logs so many records. */
export function logRecords({ logger }: Pick<HubProcess, 'logger'>, count: number): void {
  for (let n = 0; n < count; n++) logger.log('info', 's', 'e', 'm');
}
