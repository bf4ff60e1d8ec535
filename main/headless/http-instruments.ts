/** Shows how much of the HTTP server's room is taken, and who is refused. Called by serve.ts. */
import type { MetricRegistry } from '../../daemons/runtime/telemetry/metric-registry.ts';
import { standardInstrument } from '../../daemons/runtime/telemetry/standard-instrument.ts';
import type { ControlLimits } from '../core/limits.ts';
import type { Auth } from './auth.ts';
import type { HttpServer } from './http-server.ts';

/** Registers the limiters; what they count is copied just before each sample. */
export function instrumentHttp(
  metrics: MetricRegistry,
  limits: Pick<ControlLimits, 'httpConnections' | 'loginAddresses'>,
  server: Pick<HttpServer, 'connections'>,
  auth: Pick<Auth, 'wrongLogins'>,
): void {
  standardInstrument(metrics, 'limiter', 'http connections', (handles) => {
    const { open, entered, refused } = server.connections;
    handles.depth.set(open);
    handles.capacity.set(limits.httpConnections);
    handles.completed.setTotal(entered - refused);
    handles.rejected.setTotal(refused);
  });
  standardInstrument(metrics, 'limiter', 'wrong logins', (handles) => {
    const { addresses, answered, refused } = auth.wrongLogins;
    handles.depth.set(addresses);
    handles.capacity.set(limits.loginAddresses);
    handles.completed.setTotal(answered);
    handles.rejected.setTotal(refused);
  });
}
