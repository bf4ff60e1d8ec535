import { expect, test } from 'vitest';
import { MetricRegistry } from '../../daemons/runtime/telemetry/metric-registry.ts';
import { shownInstruments } from '../../daemons/runtime/telemetry/test-fixtures/shown-instruments.ts';
import { QueueTally } from '../../kit/queue-tally.ts';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { Auth } from './auth.ts';
import { type Connection, ConnectionRoom } from './connection-room.ts';
import { instrumentHttp } from './http-instruments.ts';

const socket = (remoteAddress: string) =>
  ({ remoteAddress, destroyed: false, destroy() {}, refuse() {}, once() {} }) as unknown as Connection;

test('places of the HTTP server, logins, who waits and what is kept are shown, with who was refused', () => {
  const limits = { ...CONTROL_LIMITS, httpConnections: 2, loginBurst: 2, silentGraceMs: 0 };
  const metrics = new MetricRegistry('main', []);
  const room = new ConnectionRoom(limits);
  const auth = new Auth('token', { limits, now: () => 0 });
  const rounds = new QueueTally();
  rounds.enter(2);
  const backlog = { depth: 5, high_water: 70, capacity: 100 };
  const files = { depth: 1, hits: 3, misses: 2, failed: 0, evicted: 0, expired: 1 };
  instrumentHttp(
    metrics,
    limits,
    {
      get connections() {
        return room.counts;
      },
      rounds,
      backlog,
      files,
    },
    auth,
  );
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) room.enter(socket(address));
  for (let i = 0; i < 5; i++) auth.login('wrong', { address: '192.0.2.9' });
  expect(shownInstruments(metrics)).toEqual({
    'limiter http connections': { depth: 2, capacity: 2, completed: 2, rejected: 1 },
    'limiter wrong logins': { depth: 1, capacity: limits.loginAddresses, completed: 2, rejected: 3 },
    'limiter logins': { depth: 0, capacity: limits.sessions, completed: 0, rejected: 0 },
    'batcher logins': { depth: 0, submitted: 0, completed: 0, batches: 0 },
    'queue http rounds': { depth: 2, highWater: 2, submitted: 2, completed: 0 },
    'queue bytes to browsers': { depth: 5, highWater: 70, capacity: 100 },
    'cache window files': { submitted: 5, completed: 3, ...files },
  });
});
