/**
 * Takes every descriptor of its process, then does what main and daemons do in timers and callbacks, and prints one
 * line of JSON that says how it went. Run by tests under a low `ulimit -n`.
 */
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLogFile } from '../../../daemons/runtime/telemetry/log-file.ts';
import { memoryUsage, residentBytes } from '../../../daemons/runtime/telemetry/memory-usage.ts';
import { MetricRegistry } from '../../../daemons/runtime/telemetry/metric-registry.ts';
import { ProcessSampler } from '../../../daemons/runtime/telemetry/process-sampler.ts';
import { createForkLauncher } from '../../fork/fork-launcher.ts';
import { OrphanGuard } from '../../fork/orphan-guard.ts';

const registry = new MetricRegistry('t', []);
const sampler = new ProcessSampler('t', registry);
const resident = registry.layout.slot('signalbox_t_resident_memory_bytes');
const folder = mkdtempSync(join(tmpdir(), 'signalbox-descriptors-'));
const launcher = createForkLauncher({
  entryOf: () => join(import.meta.dirname, 'none.ts'),
  execPath: process.execPath,
});
const launch = () =>
  new Promise<string | null>((resolve) => {
    launcher.launch(
      { id: 't', runtime: 'node' },
      { onMessage() {}, onOutput() {}, onEnd: ({ reason }) => resolve(reason) },
    );
  });

sampler.summarise();
const before = registry.values[resident] ?? 0;
const taken: number[] = [];
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch {
  // That was the last one.
}
sampler.summarise();
const unreadable = residentBytes() === null && memoryUsage() === null;
const kept = registry.values[resident] === before;
const guard = new OrphanGuard();
guard.watch(process.pid);
guard.forget(process.pid);
const launched = await launch();
const logErrors: string[] = [];
const log = await openLogFile(folder, 't', (error) => logErrors.push(error.message));
log.write({ seq: 1, time: 0, level: 'info', subsystem: 's', event: 'e', message: 'm' });
for (const descriptor of taken) closeSync(descriptor);
sampler.summarise();
const readable = residentBytes() !== null;
sampler.close();
rmSync(folder, { recursive: true });
process.stdout.write(
  `${JSON.stringify({ unreadable, kept, launched, logFailed: logErrors.length > 0, readable })}\n`,
);
process.exit(0);
