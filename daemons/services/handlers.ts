/** The code of the admin commands. */
import { resolve } from 'node:path';
import type { AccountQuestion, AccountResult } from '../../contract/accounts.ts';
import { type Outcome, SignalboxError } from '../../contract/errors.ts';
import { describeActor } from '../../contract/link/actor.ts';
import { type AdministeredAccounts, accountAdministration } from '../../kit/account-administration.ts';
import type { WriteTurn } from '../identity/store/write-turn.ts';
import type { CommandHandlers } from '../runtime/host/daemon-definition.ts';
import type { TaskBoard } from '../runtime/host/task-board.ts';
import { accountHandlers } from './account-handlers.ts';
import { mostLogins } from './authserv/settings.ts';
import { channelHandlers } from './channel-handlers.ts';
import type { FlowDesk } from './flows/flow-desk.ts';
import { helpHandlers } from './help-handlers.ts';
import type { KeycloakDesk } from './keycloak/keycloak-desk.ts';
import { limits } from './limits.ts';
import { linkHandlers } from './link-handlers.ts';
import type { ServicesCommands } from './manifest.ts';
import { banHandlers } from './opserv/ban-handlers.ts';
import { watchHandlers } from './opserv/watch-handlers.ts';
import type { Services } from './services.ts';
import { sockHandlers } from './sockcheck/sock-handlers.ts';
import type { AccountFiles } from './store/account-files.ts';
import type { TakenOver } from './store/take-over.ts';
import type { UplinkDesk } from './uplink/uplink-desk.ts';
import type { WebhookDesk } from './webhook/webhook-desk.ts';

export interface HandlerParts {
  readonly services: Services;
  readonly uplinks: UplinkDesk;
  readonly keycloak: KeycloakDesk;
  readonly files: AccountFiles;
  readonly webhook: WebhookDesk;
  readonly flows: FlowDesk;
  readonly writes: WriteTurn;
  readonly dataDir: string;
  /** Days that a deleted account can be brought back; may change with the configuration. */
  readonly graceDays: () => number;
  readonly tasks: TaskBoard;
  /** Takes over what the IRC server's own store has and is not here. */
  readonly takeOver: () => Promise<TakenOver>;
  /** Has main write `authority = "services"` into the configuration file, and read that again. */
  readonly adopt: (actor: string) => Promise<Outcome<unknown>>;
}

/** A handler for every command. */
export function servicesHandlers(parts: HandlerParts): CommandHandlers<ServicesCommands> {
  const {
    services,
    uplinks,
    keycloak,
    webhook,
    flows,
    files,
    writes,
    dataDir,
    graceDays,
    tasks,
    takeOver,
    adopt,
  } = parts;
  const { keeper, profiles } = services;
  const administration = accountAdministration(serviceAccounts(services, graceDays));
  return {
    ...administration,
    ...accountHandlers(services.accounts, {
      writes,
      online: (account) => services.view?.loggedIn(account).size ?? 0,
      graceDays,
    }),
    ...helpHandlers(services),
    ...channelHandlers(services.chanServ),
    ...linkHandlers(services.accounts, flows.accounts),
    ...banHandlers(services.opserv),
    ...watchHandlers(services.opserv),
    ...sockHandlers(services.sockCheck),
    account: {
      run: async ({ account }) => {
        const shown = await administration.account.run({ account });
        const stored = keeper.store.get(account);
        const { info, maxLogins, level, flags, epithet } = profiles.of(stored);
        const link = services.accounts.links.of(stored);
        return {
          ...shown,
          masks: profiles.masks(stored).join(' '),
          info,
          maxLogins: mostLogins(maxLogins),
          level,
          flags,
          epithet,
          notes: profiles
            .notes(stored)
            .map(({ by, text }) => `${by}: ${text}`)
            .join('; '),
          keptUntil: services.accounts.unused.keptUntil(stored),
          keycloakUser: link?.username ?? null,
        };
      },
    },
    'take-over': {
      impact: () =>
        'has the IRC server ask services for all accounts: who is in the midst of logging in has to begin again',
      run: async (_args, { actor }) => {
        if (!(await uplinks.whenLinked(limits.takeOverLinkMs.default)))
          throw new SignalboxError(
            'unavailable',
            `Nothing was changed: services are linked to no server now${uplinks.reason === null ? '' : ` (${uplinks.reason})`}, and nobody could log in once the IRC server asks them. Start the IRC server, or mend the uplink; the command uplink says when they are linked.`,
          );
        const before = await takeOver();
        const outcome = await adopt(describeActor(actor));
        // Nobody registers there any more: what did since is the last.
        const late = await takeOver();
        if (!outcome.ok) throw new SignalboxError(outcome.error.code, outcome.error.message);
        const { changed = [] } = (outcome.result ?? {}) as { changed?: readonly string[] };
        return {
          accounts: before.accounts + late.accounts,
          channels: before.channels.length + late.channels.length,
          changed: changed.join(' '),
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
    flows: { run: () => ({ rows: flows.engine.rows() }) },
    sync: { run: () => ({ ...flows.syncState() }) },
    'retry-flow': { run: ({ id }) => ({ tried: flows.engine.retry(id) }) },
    'drop-flow': {
      check: ({ id }) => flows.engine.assertThere(id),
      run: async ({ id }) => {
        await flows.engine.drop(id);
        return { dropped: id };
      },
    },
    webhook: { run: () => ({ rows: webhook.queue.rows() }) },
    backup: {
      run: ({ file }, { signal }) =>
        tasks.run({ title: 'Copying the accounts', cancellable: true, signal }, (task) =>
          files.backup(resolve(dataDir, file), {
            signal: task.signal,
            onPages: (done, total) => task.report({ phase: 'pages', done, total }),
          }),
        ),
    },
    export: { run: ({ file }) => files.export(file) },
    import: {
      impact: ({ dryRun }) =>
        dryRun ? null : 'has logins and all else that is written wait until the accounts are in',
      run: async ({ file, dryRun }) => ({ ...(await files.import(file, dryRun)), dryRun }),
    },
  };
}

/** @throws SignalboxError `refused` where there is no Keycloak */
function breakerOf({ current }: KeycloakDesk) {
  if (current !== null) return current.client.calls.breaker;
  throw new SignalboxError('refused', 'No Keycloak is configured: expected a table [services.keycloak].');
}

/** The accounts that the admin commands are about: those of the store, and the users of the whole network. */
function serviceAccounts(services: Services, keptDays: () => number): AdministeredAccounts {
  const { keeper } = services;
  const answers = keeper.answerers();
  const usersOf = (account: string) => [...(services.view?.loggedIn(account) ?? [])];
  return {
    ask: async (name, args) =>
      (await answers[name](args as never)) as unknown as AccountResult<typeof name & AccountQuestion>,
    loggedIn: () => (account) => usersOf(account).map(({ nick }) => nick),
    clientsOf: (account) => usersOf(account).length,
    channelsOf: (account) => {
      const found = keeper.store.find(account);
      return found === undefined ? 0 : keeper.channels.of(found).founded.length;
    },
    timelines: services.accounts.timelines,
    keptDays,
    logOut: (account) => {
      const count = services.logOut(account);
      if (count === null)
        throw new SignalboxError(
          'unsupported',
          'A network of ircu keeps everybody logged in until they leave: disconnect them instead.',
        );
      return count;
    },
  };
}
