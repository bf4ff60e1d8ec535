/** What accepting can be short of, as every daemon shows it: addresses that connect too fast, handshakes that wait. */
import { instrumentCounts } from '../telemetry/counted-instrument.ts';
import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import { instrumentQueue } from '../telemetry/queue-instrument.ts';
import type { AcceptCounts } from './admission.ts';
import type { ConnectThrottle } from './connect-throttle.ts';
import { handshakeTurns } from './tls-acceptor.ts';

/** The parts of an `Admission` that are shown. */
interface Admitting {
  readonly counts: AcceptCounts;
  readonly throttle: Pick<ConnectThrottle, 'absent'>;
}

/** Registers the limiter `connects` and the queue `tls handshakes`; both are copied just before each sample. */
export function instrumentAccepting(metrics: MetricRegistry, { counts, throttle }: Admitting): void {
  instrumentCounts(metrics, 'limiter', 'connects', () => ({
    depth: throttle.absent.remembered,
    capacity: throttle.absent.most,
    completed: counts.accepted - counts.refusedThrottled,
    rejected: counts.refusedThrottled,
  }));
  instrumentQueue(metrics, 'tls handshakes', handshakeTurns);
}
