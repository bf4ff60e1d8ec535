import { expect, test } from 'vitest';
import { MetricRegistry } from '../../daemons/runtime/telemetry/metric-registry.ts';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { Auth } from './auth.ts';
import { type Connection, ConnectionRoom } from './connection-room.ts';
import { instrumentHttp } from './http-instruments.ts';

const socket = (remoteAddress: string) =>
  ({ remoteAddress, destroyed: false, destroy() {}, refuse() {}, once() {} }) as unknown as Connection;

test('places of the HTTP server and wrong logins are shown with who was refused', () => {
  const limits = { ...CONTROL_LIMITS, httpConnections: 2, loginBurst: 2, silentGraceMs: 0 };
  const metrics = new MetricRegistry('main', []);
  const room = new ConnectionRoom(limits);
  const auth = new Auth('token', { limits, now: () => 0 });
  instrumentHttp(
    metrics,
    limits,
    {
      get connections() {
        return room.counts;
      },
    },
    auth,
  );
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) room.enter(socket(address));
  for (let i = 0; i < 5; i++) auth.login('wrong', { address: '192.0.2.9' });
  metrics.sample();
  const of = (name: string) =>
    ['depth', 'capacity', 'completed_total', 'rejected_total'].map(
      (figure) => metrics.values[metrics.layout.slot(`signalbox_main_limiter_${figure}{limiter="${name}"}`)],
    );
  expect(of('http connections')).toEqual([2, 2, 2, 1]);
  expect(of('wrong logins')).toEqual([1, limits.loginAddresses, 2, 3]);
});
