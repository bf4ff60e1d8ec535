/** The configuration file: show, check, reload. */
import { CONTROL_REQUESTS, type ControlResults } from '../../../contract/control/requests.ts';
import type { Holder } from '../config/address-holder.ts';
import { type ConfigCheckParts, checkDaemons } from '../config/config-check.ts';
import type { ConfigReload } from '../config/config-reload.ts';
import type { ConfigStore } from '../config/config-store.ts';
import type { AuditTrail } from '../records/audit-trail.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import type { Handlers } from './handler-table.ts';

/** What the handlers work with. */
export interface ConfigHandlerParts {
  readonly store: ConfigStore;
  readonly supervisor: Supervisor;
  readonly audit: AuditTrail;
  readonly reload: ConfigReload;
  readonly check: Omit<ConfigCheckParts, 'holders'>;
  /** Who listens now: daemons, and the host itself. */
  readonly holders: () => readonly Holder[];
}

/** Handlers of `config.*`. */
export function configHandlers(
  parts: ConfigHandlerParts,
): Handlers<'config.get' | 'config.check' | 'config.reload'> {
  const { store, supervisor, audit, reload } = parts;
  let checking: Promise<unknown> = Promise.resolve();
  return {
    'config.get': () => ({
      file: store.file,
      text: store.current?.shownText ?? '',
      ...settingsShown(store, supervisor),
    }),
    'config.check': async ({ text }) => {
      const { file } = store;
      const read = text === undefined ? await store.read() : store.parse(text);
      if (!read.ok) return { file, error: read.error, warnings: [] };
      const document = read.result;
      // Each starts processes: one at a time, however many ask.
      const findings = checking.then(() =>
        checkDaemons(document, file, { ...parts.check, holders: parts.holders() }),
      );
      checking = findings.catch(() => {});
      return { file, ...(await findings) };
    },
    'config.reload': (_args, caller, answer) => {
      const unrecorded = CONTROL_REQUESTS['config.reload'].unrecorded;
      const entry = { actor: caller.actor, action: 'config.reload', target: '', unrecorded };
      return audit.run(entry, answer, () => reload.run());
    },
  };
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
