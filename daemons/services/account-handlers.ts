/** The code of the admin commands about accounts. */
import { SignalboxError } from '../../contract/errors.ts';
import { isForeignHash } from '../identity/foreign-hashes.ts';
import type { WriteTurn } from '../identity/store/write-turn.ts';
import { fold } from '../irc/casemapping.ts';
import type { CommandHandlers } from '../runtime/host/daemon-definition.ts';
import type { accountAdminCommands } from './account-admin.ts';
import { type AccountParts, restoreAccount } from './account-parts.ts';
import { setLevel } from './level-door.ts';

/** What the commands ask of the rest of services. */
export interface AccountHandlerWorld {
  readonly writes: WriteTurn;
  /** How many clients are logged in to an account. */
  readonly online: (account: string) => number;
  /** Days that a deleted account can be brought back. */
  readonly graceDays: () => number;
}

const DAY_MS = 86_400_000;

import { serverOf } from './push/push-device.ts';

export function accountHandlers(
  parts: AccountParts,
  { writes, online, graceDays }: AccountHandlerWorld,
): CommandHandlers<typeof accountAdminCommands> {
  const { keeper, profiles, records, dropped, mail, push, links, levels } = parts;
  const { store } = keeper;
  return {
    'set-level': {
      run: async ({ account, level }) => ({ account: await setLevel(levels, account, level), level }),
    },
    operators: {
      run: () => ({
        rows: profiles.operators().map((row) => ({ ...row, online: online(row.account) })),
      }),
    },
    'export-account': { run: ({ account }) => records.shown(store.get(account)) },
    'set-password-hash': {
      check: ({ account, hash }) => {
        const stored = store.get(account);
        if (!isForeignHash(hash))
          throw new SignalboxError(
            'bad_request',
            'hash: expected a hash of X3 or of crypt(3), with no more rounds than are checked here',
          );
        const link = links.of(stored);
        if (link !== null)
          throw new SignalboxError(
            'conflict',
            `The password of ${account} is that of the user ${link.username} of Keycloak, which has it: expected an account that is here alone.`,
          );
      },
      run: async ({ account, hash }) => {
        const name = await writes.write(() => {
          const found = store.get(account);
          store.facts.setForeignHash(found, hash);
          return found.name;
        });
        keeper.logins.accounts.reset(fold(name));
        return { account: name };
      },
    },
    'dropped-accounts': {
      run: ({ limit }) => ({
        rows: dropped.list(limit).map((row) => ({ ...row, keptUntil: row.droppedAt + graceDays() * DAY_MS })),
      }),
    },
    'restore-account': {
      run: async ({ account }) => ({
        account: await restoreAccount(parts, writes, account, Number.POSITIVE_INFINITY),
      }),
    },
    'forget-account': {
      run: async ({ account }) => {
        const there = await writes.write(() => dropped.forget(account));
        if (!there)
          throw new SignalboxError(
            'not_found',
            `No account ${account} was deleted that could be brought back.`,
          );
        return { account };
      },
    },
    'mail-queue': { run: ({ limit }) => ({ rows: mail.list(limit) }) },
    'retry-mail': {
      check: ({ id }) => mail.assertWaits(id),
      run: async ({ id }) => {
        await mail.retry(id);
        return { tried: id };
      },
    },
    'push-devices': {
      run: ({ limit }) => ({
        rows: push.devices
          .list(limit)
          .map(({ endpoint, ...row }) => ({ ...row, server: serverOf(endpoint) })),
      }),
    },
    'drop-push-device': {
      check: ({ id }) => push.devices.assertThere(id),
      run: async ({ id }) => {
        await push.drop(id);
        return { dropped: id };
      },
    },
    'discard-mail': {
      check: ({ id }) => mail.assertWaits(id),
      run: async ({ id }) => {
        await mail.discard(id);
        return { discarded: id };
      },
    },
  };
}
