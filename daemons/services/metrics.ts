/** Copies what services count into their metrics, just before each sample. */
import type { WriteTurn } from '../identity/store/write-turn.ts';
import type { MetricRegistry } from '../runtime/telemetry/metric-registry.ts';
import { openRequests } from './help-handlers.ts';
import type { KeycloakDesk } from './keycloak/keycloak-desk.ts';
import type { Services } from './services.ts';
import type { UplinkDesk } from './uplink/uplink-desk.ts';

export interface MeasuredParts {
  readonly services: Services;
  readonly uplinks: UplinkDesk;
  readonly writes: WriteTurn;
  readonly keycloak: KeycloakDesk;
}

export function publishMetrics(
  metrics: MetricRegistry,
  { services, uplinks, writes, keycloak }: MeasuredParts,
): void {
  const gauge = (suffix: string) => metrics.gauge(`signalbox_services_${suffix}`);
  const counter = (suffix: string) => metrics.counter(`signalbox_services_${suffix}_total`);
  const gauges = {
    linked: gauge('linked'),
    users: gauge('network_users'),
    channels: gauge('network_channels'),
    servers: gauge('network_servers'),
    accounts: gauge('accounts'),
    registered: gauge('registered_channels'),
    times: gauge('channel_times'),
    contexts: gauge('contexts_in_use'),
    askers: gauge('asking_servers'),
    bytes: gauge('database_bytes'),
    breakerOpen: gauge('keycloak_breaker_open'),
    keycloakInFlight: gauge('keycloak_in_flight'),
    keycloakWaiting: gauge('keycloak_waiting'),
    mails: gauge('mails_waiting'),
    pushes: gauge('pushes_waiting'),
    requests: gauge('help_requests'),
    waiting: gauge('help_requests_waiting'),
    scansWaiting: gauge('scans_waiting'),
    scanSockets: gauge('scan_sockets'),
  };
  const counters = {
    in: counter('lines_in'),
    out: counter('lines_out'),
    established: counter('uplinks_established'),
    returns: counter('bot_returns'),
    registrations: counter('registrations'),
    logins: counter('logins'),
    failures: counter('login_failures'),
    throttled: counter('logins_throttled'),
    operations: counter('operations'),
    operationFailures: counter('operation_failures'),
    dropped: counter('commands_dropped'),
    refused: counter('contexts_refused'),
    commits: counter('store_commits'),
    keycloakCalls: counter('keycloak_calls'),
    keycloakFailures: counter('keycloak_failures'),
    keycloakRetries: counter('keycloak_retries'),
    cacheHits: counter('keycloak_cache_hits'),
    cacheMisses: counter('keycloak_cache_misses'),
    mailsSent: counter('mails_sent'),
    mailsGivenUp: counter('mails_given_up'),
    pushesSent: counter('pushes_sent'),
    pushesGivenUp: counter('pushes_given_up'),
    pushDevicesGone: counter('push_devices_gone'),
    scans: counter('scans'),
    scansOpen: counter('scans_open'),
    scanBans: counter('scan_bans'),
    scansDropped: counter('scans_dropped'),
    scansFailed: counter('scans_failed'),
  };
  const { keeper, operations, bots, commands, askers, chanServ } = services;
  metrics.onSample(() => {
    const { view } = services;
    gauges.linked.set(uplinks.current?.state === 'linked' ? 1 : 0);
    gauges.users.set(view?.users.size ?? 0);
    gauges.channels.set(view?.channels.size ?? 0);
    gauges.servers.set(view?.servers.size ?? 0);
    gauges.accounts.set(keeper.store.count);
    gauges.registered.set(chanServ.registry.size);
    gauges.times.set(chanServ.world.times.size);
    gauges.contexts.set(operations.inUse);
    gauges.askers.set(askers.size);
    gauges.bytes.set(keeper.store.bytes);
    const { succeeded, failed, throttled } = keeper.logins.counts;
    counters.in.setTotal(uplinks.lines.in);
    counters.out.setTotal(uplinks.lines.out);
    counters.established.setTotal(uplinks.established);
    counters.returns.setTotal(bots.returned);
    counters.registrations.setTotal(keeper.registered);
    counters.logins.setTotal(succeeded);
    counters.failures.setTotal(failed);
    counters.throttled.setTotal(throttled);
    counters.dropped.setTotal(commands.flooded);
    counters.refused.setTotal(operations.refused);
    counters.commits.setTotal(writes.committed);
    const { breaker, inFlight, waiting } = keycloak.status();
    gauges.breakerOpen.set(breaker === null || breaker === 'closed' ? 0 : 1);
    gauges.keycloakInFlight.set(inFlight);
    gauges.keycloakWaiting.set(waiting);
    const { calls, faults, retries, hits, misses } = keycloak.figures;
    counters.keycloakCalls.setTotal(calls);
    counters.keycloakFailures.setTotal(faults);
    counters.keycloakRetries.setTotal(retries);
    counters.cacheHits.setTotal(hits);
    counters.cacheMisses.setTotal(misses);
    const help = openRequests(services);
    gauges.requests.set(help.open);
    gauges.waiting.set(help.waiting);
    gauges.mails.set(services.accounts.mail.depth);
    counters.mailsSent.setTotal(services.accounts.mail.sent);
    counters.mailsGivenUp.setTotal(services.accounts.mail.failed);
    const { push } = services.accounts;
    gauges.pushes.set(push.waiting);
    counters.pushesSent.setTotal(push.sent);
    counters.pushesGivenUp.setTotal(push.failed);
    counters.pushDevicesGone.setTotal(push.gone);
    const { checker, bans } = services.sockCheck;
    gauges.scansWaiting.set(checker.waiting);
    gauges.scanSockets.set(checker.sockets);
    counters.scans.setTotal(checker.counts.scanned);
    counters.scansOpen.setTotal(checker.counts.found);
    counters.scanBans.setTotal(bans.banned);
    counters.scansDropped.setTotal(checker.counts.dropped);
    counters.scansFailed.setTotal(checker.counts.failed);
    let begun = 0;
    let lost = 0;
    for (const counts of operations.counts.values()) {
      begun += counts.started;
      lost += counts.failed;
    }
    counters.operations.setTotal(begun);
    counters.operationFailures.setTotal(lost);
  });
}
