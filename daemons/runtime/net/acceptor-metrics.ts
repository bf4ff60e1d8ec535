/** The metrics of connections and of accepting, by the same names in every daemon: their catalog, and their copy before each sample. */
import type { MetricSpec } from '../../../contract/manifest.ts';
import { metricSpecs } from '../../../contract/metric-specs.ts';
import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import type { AcceptCounts } from './admission.ts';
import type { CertificateWatch } from './certificate-watch.ts';

/** Name of each metric, by the count that it shows. */
const NAMES: Readonly<Record<keyof AcceptCounts, string>> = {
  accepted: 'accepted',
  acceptFailures: 'accept_failures',
  refusedThrottled: 'refused_throttled',
  refusedAddress: 'refused_address',
  refusedFull: 'refused_full',
  refusedBanned: 'refused_banned',
  tlsHandshakeFailures: 'tls_handshake_failures',
};

const HELP: Readonly<Record<keyof AcceptCounts, string>> = {
  accepted: 'Sockets accepted, refused ones included',
  acceptFailures: 'Connections that could not be accepted, mostly because descriptors ran out',
  refusedThrottled: 'Connections refused because their address connected too fast',
  refusedAddress: 'Connections refused because their address had too many open',
  refusedFull: 'Connections refused because the server or their class was full',
  refusedBanned: 'Connections refused because their address is banned',
  tlsHandshakeFailures: 'TLS handshakes that failed',
};

const COUNTS = Object.keys(NAMES) as (keyof AcceptCounts)[];

/** The gauge of open connections. */
const CONNECTIONS = 'connections';

/** The gauge of how long the certificate is valid. */
const CERTIFICATE = 'certificate_remaining_seconds';

const HOUR_S = 3_600;

/** How long the certificate is valid, in hours, so that the figure does not change with each sample; never 0 where there is one. */
function remaining(certificateEnd: number): number {
  if (certificateEnd === 0) return 0;
  const hours = (certificateEnd - Date.now() / 1_000) / HOUR_S;
  return (hours > 0 ? Math.ceil(hours) : Math.min(-1, Math.floor(hours))) * HOUR_S;
}

/** The metrics of connections and of accepting, for the manifest of the daemon `id`. */
export function acceptorMetrics(id: string): readonly MetricSpec[] {
  const { counter, gauge } = metricSpecs(id);
  return [
    gauge(CONNECTIONS, 'Open connections of clients, those that have not introduced themselves included'),
    gauge(
      CERTIFICATE,
      'Time for which the certificate of TLS listeners is still valid, to the hour; negative where it has ended, 0 without one',
      'seconds',
    ),
    ...COUNTS.map((count) => counter(NAMES[count], HELP[count])),
  ];
}

/** The full name of the gauge of open connections, for highlights, charts and the effects of commands. */
export function connectionsMetric(id: string): string {
  return metricSpecs(id).name(CONNECTIONS);
}

/** The full names of those that tell of refusals, for a chart. */
export function refusalMetrics(id: string): readonly string[] {
  const refusals = COUNTS.filter((count) => count.startsWith('refused'));
  return refusals.map((count) => metricSpecs(id).name(`${NAMES[count]}_total`));
}

/** What an admission knows that is shown. */
export interface Admitted {
  readonly counts: AcceptCounts;
  /** When the certificate of TLS listeners ends, Unix seconds; 0 without one. */
  readonly certificateEnd: number;
}

/**
 * Copies the counts into the registry before each sample. Its catalog has {@link acceptorMetrics}.
 * @param connections how many are open now
 * @param watch speaks of a certificate that ends; absent where there is no TLS
 */
export function publishAcceptor(
  registry: MetricRegistry,
  admission: Admitted,
  connections: () => number,
  watch?: CertificateWatch,
): void {
  const open = registry.gauge(connectionsMetric(registry.source));
  const certificate = registry.gauge(metricSpecs(registry.source).name(CERTIFICATE));
  const handles = COUNTS.map((count) => ({
    count,
    handle: registry.counter(metricSpecs(registry.source).name(`${NAMES[count]}_total`)),
  }));
  registry.onSample(() => {
    open.set(connections());
    certificate.set(remaining(admission.certificateEnd));
    watch?.look(admission.certificateEnd);
    for (const { count, handle } of handles) handle.setTotal(admission.counts[count]);
  });
}
