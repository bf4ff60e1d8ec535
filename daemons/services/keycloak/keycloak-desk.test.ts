import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { MetricRegistry } from '../../runtime/telemetry/metric-registry.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import { OperationPool } from '../operations/operation-pool.ts';
import { KeycloakDesk } from './keycloak-desk.ts';
import { TestKeycloak } from './test-keycloak.ts';

let keycloak: TestKeycloak;
let desk: KeycloakDesk;
let metrics: MetricRegistry;
let logged: string[];
let operations: OperationPool;

beforeEach(async () => {
  keycloak = await TestKeycloak.start();
  logged = [];
  metrics = new MetricRegistry('services', []);
  const clock = new FakeClock();
  operations = new OperationPool({ clock, onTime: () => {} });
  desk = new KeycloakDesk({
    clock,
    random: () => 1,
    count: operations.count,
    metrics,
    log: (level, event, message) => logged.push(`${level} ${event} ${message}`),
  });
});
afterEach(async () => {
  desk.close();
  await keycloak.close();
});

it('shows nothing where no Keycloak is configured', () => {
  expect(desk.status()).toEqual({
    configured: false,
    breaker: 'closed',
    failures: 0,
    nextProbeAt: null,
    tokenExpiresAt: null,
    inFlight: 0,
    waiting: 0,
    caches: {},
  });
  desk.close();
});

it('shows what one does, and says at once that it drops attributes', async () => {
  keycloak.keepsAttributes = false;
  desk.configure(keycloak.settings);
  await until(() => logged.some((line) => line.includes('keycloak_profile')));
  await desk.current!.directory.named('alice');
  await desk.current!.directory.named('alice');
  const { caches, ...rest } = desk.status();
  expect(rest).toMatchObject({
    configured: true,
    breaker: 'closed',
    failures: 0,
    nextProbeAt: null,
    inFlight: 0,
  });
  expect(rest.tokenExpiresAt).toBeGreaterThan(1_700_000_000_000);
  expect(Object.keys(caches)).toEqual([
    'ids',
    'users',
    'fingerprints',
    'profile',
    'keys',
    'goodLogins',
    'failedLogins',
  ]);
  expect(caches.ids).toMatchObject({ depth: 1, hits: 1, misses: 1 });
  expect(operations.counts.get('keycloak: look a user up')).toMatchObject({
    started: 1,
    failed: 0,
    inFlight: 0,
  });
  metrics.sample();
  const hits = metrics.layout.slot('signalbox_services_cache_hits_total{cache="keycloak ids"}');
  expect(metrics.values[hits]).toBe(1);
});

it('says that the secret is wrong before anybody tries to log in', async () => {
  keycloak.secret = 'another';
  desk.configure(keycloak.settings);
  await until(() => logged.some((line) => line.startsWith('warn keycloak_unusable')));
  expect(logged.join()).toMatch(/status 401.*Expected client_id and client_secret/);
  expect(logged.join()).not.toContain('signalbox-secret');
  expect(operations.counts.get('keycloak: let services in')).toMatchObject({ started: 1, failed: 1 });
});

it('goes on with the same settings, and begins anew with others without losing count', async () => {
  desk.configure(keycloak.settings);
  const first = desk.current;
  await first!.directory.named('alice');
  desk.configure({ ...keycloak.settings });
  expect(desk.current).toBe(first);
  await until(() => desk.status().inFlight === 0);
  const { calls, misses } = desk.figures;
  expect([calls > 0, misses]).toEqual([true, 1]);
  desk.configure({ ...keycloak.settings, clientSecret: 'another' });
  expect(desk.current).not.toBe(first);
  expect(desk.figures.misses).toBe(misses);
  desk.configure(null);
  expect(desk.current).toBeNull();
  expect(desk.figures.calls).toBeGreaterThanOrEqual(calls);
});
