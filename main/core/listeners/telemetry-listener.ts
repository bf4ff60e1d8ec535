/** What main's own log and metrics say of daemons. */
import { instrumentCounts } from '../../../daemons/runtime/telemetry/counted-instrument.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { AnnouncementBus } from '../announcements.ts';
import type { ControlLimits } from '../limits.ts';
import type { MainTelemetry } from '../main-telemetry.ts';
import { OutputGate } from '../output-gate.ts';

/** Writes changes of state, output and mistakes of daemons to main's log, and counts crashes. */
export function telemetryListens(
  bus: AnnouncementBus,
  { logger, crashes, registry }: Pick<MainTelemetry, 'logger' | 'crashes' | 'registry'>,
  clock: Clock,
  limits: ControlLimits,
): void {
  const gate = new OutputGate(clock, limits.outputLinesPerSecond);
  instrumentCounts(registry, 'limiter', 'daemon output', () => gate.counts);
  bus.subscribe('daemonChanged', ({ snapshot: { id, state, cause }, previous }) => {
    if (state === previous) return;
    const broken = state === 'crashed' || state === 'failed';
    const why = cause === null ? '' : `: ${cause}`;
    const text = `${id} ${broken ? state : `is ${state}`}${why}`;
    logger.log(broken ? 'error' : 'info', 'supervisor', `daemon_${state}`, text);
    if (state === 'crashed') crashes.add();
  });
  bus.subscribe('outputCame', ({ id, stream, line }) => {
    const { pass, heldBefore } = gate.admit(id);
    if (heldBefore > 0)
      logger.log('warn', id, 'output_held', `${heldBefore} more lines of ${id} were left out.`);
    if (pass) logger.log(stream === 'stderr' ? 'warn' : 'info', id, `daemon_${stream}`, line);
  });
  bus.subscribe('requestsCrowded', ({ id, outstanding, limit }) => {
    const text = `${outstanding} of ${limit} requests that may be outstanding at ${id} are; past the limit, more are refused.`;
    logger.log('warn', 'supervisor', 'requests_crowded', text, { outstanding, limit });
  });
  bus.subscribe('malformedCame', ({ id, reason }) => {
    logger.log('error', id, 'malformed_message', `${id} sent what main does not know: ${reason}`);
  });
}
