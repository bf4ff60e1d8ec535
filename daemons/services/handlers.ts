/** The code of the admin commands. */
import { resolve } from 'node:path';
import type { AccountRow } from '../../contract/accounts.ts';
import { SignalboxError } from '../../contract/errors.ts';
import type { WriteTurn } from '../identity/store/write-turn.ts';
import type { Sqlite } from '../runtime/files/sqlite.ts';
import { copyDatabase } from '../runtime/files/sqlite-copy.ts';
import type { CommandHandlers } from '../runtime/host/daemon-definition.ts';
import type { TaskBoard } from '../runtime/host/task-board.ts';
import { accountHandlers } from './account-handlers.ts';
import { mostLogins } from './authserv/settings.ts';
import type { KeycloakDesk } from './keycloak/keycloak-desk.ts';
import type { ServicesCommands } from './manifest.ts';
import type { Services } from './services.ts';
import type { UplinkDesk } from './uplink/uplink-desk.ts';

export interface HandlerParts {
  readonly services: Services;
  readonly uplinks: UplinkDesk;
  readonly keycloak: KeycloakDesk;
  readonly database: Sqlite;
  readonly writes: WriteTurn;
  readonly dataDir: string;
  readonly tasks: TaskBoard;
}

/** A handler for every command. */
export function servicesHandlers(parts: HandlerParts): CommandHandlers<ServicesCommands> {
  const { services, uplinks, keycloak, database, writes, dataDir, tasks } = parts;
  const { store } = services.keeper;
  const clientsOf = (account: string) => [...(services.view?.loggedIn(account) ?? [])];
  const rowOf = ({ account, createdAt, lastLogin, email, suspended }: AccountRow) => {
    const online = clientsOf(account).length;
    return { account, createdAt, lastLogin, email, suspended, online };
  };
  return {
    ...accountHandlers(services.accounts, writes),
    accounts: { run: ({ text, limit }) => ({ rows: store.list(text, limit).rows.map(rowOf) }) },
    account: {
      run: ({ account }) => {
        const details = store.details(account);
        const stored = store.get(account);
        const { info, maxLogins, level, flags, epithet } = services.profiles.of(stored);
        return {
          ...rowOf(details),
          clients: clientsOf(account)
            .map(({ nick }) => nick)
            .join(' '),
          nicks: details.nickList.join(' '),
          masks: services.profiles.masks(stored).join(' '),
          fingerprints: details.fingerprints.join(' '),
          info,
          maxLogins: mostLogins(maxLogins),
          level,
          flags,
          epithet,
          notes: services.profiles
            .notes(stored)
            .map(({ by, text }) => `${by}: ${text}`)
            .join('; '),
          keptUntil: services.accounts.unused.keptUntil(stored),
        };
      },
    },
    operations: {
      run: () => ({
        rows: [...services.operations.counts].map(([kind, { started, failed, inFlight, times }]) => ({
          kind,
          started,
          failed,
          inFlight,
          p50: times.quantileNs(0.5) / 1e9,
          p99: times.quantileNs(0.99) / 1e9,
        })),
      }),
    },
    uplink: {
      run: () => {
        const uplink = uplinks.current;
        const view = services.view;
        return {
          state: uplink?.state ?? 'none',
          server: uplink?.peer?.name ?? null,
          kind: uplink?.peer === undefined || uplink.peer === null ? null : uplink.kind,
          since: uplink?.peer === undefined || uplink.peer === null ? null : uplink.sinceMs,
          reason: uplinks.reason,
          servers: view?.servers.size ?? 0,
          users: view?.users.size ?? 0,
          channels: view?.channels.size ?? 0,
          linesIn: uplink?.linesIn ?? 0,
          linesOut: uplink?.linesOut ?? 0,
        };
      },
    },
    keycloak: { run: () => keycloak.status() },
    'reset-breaker': {
      check: () => breakerOf(keycloak),
      run: () => {
        const breaker = breakerOf(keycloak);
        const { state } = breaker;
        breaker.reset();
        return { breaker: state };
      },
    },
    backup: {
      run: ({ file }, { signal }) =>
        tasks.run({ title: 'Copying the accounts', cancellable: true, signal }, (task) =>
          copyDatabase(database, resolve(dataDir, file), {
            signal: task.signal,
            onPages: (done, total) => task.report({ phase: 'pages', done, total }),
          }),
        ),
    },
  };
}

/** @throws SignalboxError `refused` where there is no Keycloak */
function breakerOf({ current }: KeycloakDesk) {
  if (current !== null) return current.client.calls.breaker;
  throw new SignalboxError('refused', 'No Keycloak is configured: expected a table [services.keycloak].');
}
