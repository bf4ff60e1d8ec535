/** What accepting can be short of, as every daemon shows it: places, addresses that connect too fast, handshakes that wait. */
import { instrumentCounts } from '../telemetry/counted-instrument.ts';
import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import { instrumentQueue } from '../telemetry/queue-instrument.ts';
import type { Admission } from './admission.ts';
import type { ConnectThrottle } from './connect-throttle.ts';
import { handshakeTurns } from './tls-acceptor.ts';

/** The parts of an `Admission` that are shown. */
export type Admitting = Pick<Admission<never>, 'counts' | 'places' | 'refusedClients'> & {
  readonly throttle: Pick<ConnectThrottle, 'absent'>;
};

/**
 * Registers the limiters `client connections`, `connects` and `refused clients`, and the queue `tls handshakes`; all are copied
 * just before each sample.
 */
export function instrumentAccepting(metrics: MetricRegistry, admission: Admitting): void {
  const { counts, throttle, refusedClients } = admission;
  instrumentCounts(metrics, 'limiter', 'client connections', () => admission.places);
  instrumentCounts(metrics, 'limiter', 'connects', () => ({
    depth: throttle.absent.remembered,
    capacity: throttle.absent.most,
    completed: counts.accepted - counts.refusedThrottled,
    rejected: counts.refusedThrottled,
  }));
  instrumentCounts(metrics, 'limiter', 'refused clients', () => ({ ...refusedClients }));
  instrumentQueue(metrics, 'tls handshakes', handshakeTurns);
}
