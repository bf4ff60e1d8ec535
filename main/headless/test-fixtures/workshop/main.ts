/** Entry of the fixture daemon `workshop`. */
import { SignalboxError } from '../../../../contract/errors.ts';
import type { InstrumentKind } from '../../../../contract/manifest.ts';
import { runDaemon } from '../../../../daemons/runtime/host/run-daemon.ts';
import type { InstrumentMetrics } from '../../../../daemons/runtime/telemetry/instruments.ts';
import { standardInstrument } from '../../../../daemons/runtime/telemetry/standard-instrument.ts';
import { manifest } from './manifest.ts';

/** A gauge, a counter and a histogram of each kind. */
const METRICS = {
  held: { kind: 'gauge', help: 'What it holds now', unit: 'bytes' },
  uses: { kind: 'counter', help: 'How often it was used' },
  delay: { kind: 'histogram', help: 'How long its users waited' },
} as const satisfies InstrumentMetrics;

runDaemon({
  manifest,
  async start({ metrics, tasks }) {
    const open = new Map<string, () => void>();
    const make = (kind: InstrumentKind, name: string) => {
      const { handles, close } = metrics.instrument(kind, { [kind]: name }, METRICS);
      handles.held.set(4_096);
      handles.uses.add(7);
      handles.delay.record(2e6);
      open.set(`${kind}:${name}`, close);
    };
    const equip = (kind: InstrumentKind, name: string, used: number) => {
      const { handles, close } = standardInstrument(metrics, kind, name);
      // Each kind has some of these.
      const levels: Readonly<Record<string, number>> = {
        ...{ depth: used, active: used, high_water: used, idle: 100 - used, capacity: 100, max: 100 },
        state: used === 100 ? 2 : 0,
      };
      for (const [figure, handle] of Object.entries(handles)) {
        if ('record' in handle) handle.record(2e6);
        else if ('setTotal' in handle) handle.setTotal(/rejected|dropped/.test(figure) ? 0 : 7);
        else handle.set(levels[figure] ?? 0);
      }
      open.set(`${kind}:${name}`, close);
    };
    const toil = (title: string) => {
      const work = tasks.run({ title, cancellable: true }, async ({ signal, report }) => {
        report({ phase: 'halfway', done: 1, total: 2 });
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        signal.throwIfAborted();
      });
      work.catch(() => {});
    };
    const end = (kind: InstrumentKind, name: string) => {
      const close = open.get(`${kind}:${name}`);
      if (close === undefined) throw new SignalboxError('not_found', `There is no ${kind} ${name}.`);
      close();
      open.delete(`${kind}:${name}`);
    };
    return {
      listeners: () => [],
      commands: {
        open: {
          run({ kind, name }) {
            make(kind, name);
            return {};
          },
        },
        equip: {
          run({ kind, name, used }) {
            equip(kind, name, used);
            return {};
          },
        },
        toil: {
          run({ title }) {
            toil(title);
            return {};
          },
        },
        close: {
          run({ kind, name }) {
            end(kind, name);
            return {};
          },
        },
        flap: {
          run({ kind, name }) {
            for (let i = 0; i < 10; i++) {
              end(kind, name);
              make(kind, name);
            }
            return {};
          },
        },
      },
      async drain() {},
    };
  },
});
