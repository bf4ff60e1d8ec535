/** What accepting can be short of, as every daemon shows it: addresses that connect too fast, handshakes that wait. */
import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import { queueInstrument } from '../telemetry/queue-instrument.ts';
import { standardInstrument } from '../telemetry/standard-instrument.ts';
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
  standardInstrument(metrics, 'limiter', 'connects', (handles) => {
    const { remembered, most } = throttle.absent;
    handles.depth.set(remembered);
    handles.capacity.set(most);
    handles.completed.setTotal(counts.accepted - counts.refusedThrottled);
    handles.rejected.setTotal(counts.refusedThrottled);
  });
  queueInstrument(metrics, 'tls handshakes', handshakeTurns);
}
