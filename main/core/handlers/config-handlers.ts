/** The configuration file: show, check, reload. */
import { type ControlResults, UNRECORDED_REQUESTS } from '../../../daemons/contract/control-api.ts';
import type { ReloadOutcome } from '../../../daemons/contract/daemon-link.ts';
import { fromWireError, type WireError } from '../../../daemons/contract/errors.ts';
import type { ConfigChange, ConfigStore } from '../config/config-store.ts';
import { unwrap } from '../control-error.ts';
import type { ControlLimits } from '../limits.ts';
import type { AuditTrail } from '../records/audit-trail.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import type { Handlers } from './handler-table.ts';

/** Handlers of `config.*`; `onError` hears of the mistake in the file, or that there is none. */
export function configHandlers(
  store: ConfigStore,
  supervisor: Supervisor,
  audit: AuditTrail,
  limits: ControlLimits,
  onError: (error: WireError | null) => void,
): Handlers<'config.get' | 'config.check' | 'config.reload'> {
  return {
    'config.get': () => ({
      file: store.file,
      text: store.current?.shownText ?? '',
      ...settingsShown(store, supervisor),
    }),
    'config.check': async ({ text }) => ({ file: store.file, error: await store.check(text) }),
    'config.reload': (_args, caller, answer) => {
      const unrecorded = UNRECORDED_REQUESTS['config.reload'];
      const entry = { actor: caller.actor, action: 'config.reload', target: '', unrecorded };
      return audit.run(entry, answer, async () => {
        const change = await store.reload();
        onError(store.error);
        return await applyChange(unwrap(change).changed, store, supervisor, limits);
      });
    },
  };
}

/**
 * Gives each running daemon its table, also one that is as it was: the files that it names (certificates, the message of
 * the day) may be others now.
 */
async function applyChange(
  changed: ConfigChange['changed'],
  store: ConfigStore,
  supervisor: Supervisor,
  limits: ControlLimits,
): Promise<ControlResults['config.reload']> {
  const outcomes = supervisor.snapshots().map(async ({ id }) => {
    const daemon = supervisor.find(id);
    const config = store.daemon(id);
    // One that is starting gets it when it is ready.
    if (daemon === null || daemon.session === null || daemon.state === 'stopping' || !config.ok) return null;
    const request = { type: 'reload', config: config.result.input } as const;
    const outcome = await daemon.request(request, `the reload of ${id}`, limits.reloadMs).outcome;
    if (!outcome.ok) throw fromWireError(store.locate(outcome.error));
    const { applied, restartRequired } = outcome.result as ReloadOutcome;
    const waiting = daemon.reloaded(restartRequired);
    const changedAtAll = changed.some((one) => one.id === id);
    if (!changedAtAll && applied.length === 0 && waiting.length === 0) return null;
    return { id, applied, restartRequired: waiting };
  });
  const settled = await Promise.all(outcomes);
  return { daemons: settled.filter((one) => one !== null) };
}

/** What each daemon runs with, apart from what waits for its restart. */
function settingsShown(
  store: ConfigStore,
  supervisor: Supervisor,
): Pick<ControlResults['config.get'], 'effective' | 'waiting'> {
  const effective: Record<string, unknown> = { ...store.effective() };
  const waiting: Record<string, Record<string, unknown>> = {};
  for (const { id, pendingRestart } of supervisor.snapshots()) {
    const launched = supervisor.find(id)?.launched ?? null;
    const config = store.daemon(id);
    if (launched === null || !config.ok || pendingRestart.length === 0) continue;
    const after = { runtime: config.result.runtime ?? 'host', ...tableOf(effective[id]) };
    const running = { runtime: launched.runtime, ...tableOf(store.shown(id, launched.config)) };
    waiting[id] = pick(after, pendingRestart);
    effective[id] = { ...tableOf(effective[id]), ...pick(running, pendingRestart) };
  }
  return { effective, waiting };
}

function tableOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function pick(table: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, table[key]]));
}
