/** Shows how much of the HTTP server's room is taken, and who is refused. Called by serve.ts. */
import { instrumentCounts } from '../../daemons/runtime/telemetry/counted-instrument.ts';
import type { MetricRegistry } from '../../daemons/runtime/telemetry/metric-registry.ts';
import { countsOf, instrumentQueue } from '../../daemons/runtime/telemetry/queue-instrument.ts';
import type { ControlLimits } from '../core/limits.ts';
import type { Auth } from './auth.ts';
import type { HttpServer } from './http-server.ts';

/** Registers what is limited, waits and is kept; what is counted of it is copied just before each sample. */
export function instrumentHttp(
  metrics: MetricRegistry,
  limits: Pick<ControlLimits, 'httpConnections' | 'loginAddresses'>,
  server: Pick<HttpServer, 'connections' | 'rounds' | 'backlog' | 'files'>,
  auth: Pick<Auth, 'wrongLogins' | 'sessions'>,
): void {
  instrumentCounts(metrics, 'limiter', 'http connections', () => ({
    depth: server.connections.open,
    capacity: limits.httpConnections,
    completed: server.connections.entered - server.connections.refused,
    rejected: server.connections.refused,
  }));
  instrumentCounts(metrics, 'limiter', 'wrong logins', () => ({
    depth: auth.wrongLogins.addresses,
    capacity: limits.loginAddresses,
    completed: auth.wrongLogins.answered,
    rejected: auth.wrongLogins.refused,
  }));
  instrumentCounts(metrics, 'limiter', 'logins', () => auth.sessions.counts);
  instrumentCounts(metrics, 'batcher', 'logins', () => auth.sessions.writes);
  instrumentQueue(metrics, 'http rounds', () => countsOf(server.rounds));
  instrumentCounts(metrics, 'queue', 'bytes to browsers', () => server.backlog, 'second');
  instrumentCounts(metrics, 'cache', 'window files', () => server.files);
}
