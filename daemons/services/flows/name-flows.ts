/** What an account is called and reached by, and its end. In Keycloak, then here. */
import type { ChangeOutcome } from '../../identity/elsewhere.ts';
import { end, type FlowKind, goOn } from './flow-kind.ts';
import {
  type AboutAccount,
  type AccountFlowOptions,
  accountOf,
  changed,
  userIdOf,
} from './linked-account.ts';

export interface EmailData extends AboutAccount {
  readonly email: string | null;
  /** Whether its owner has shown that they read it. */
  readonly verified?: boolean;
}

/** Another e-mail address, or none. */
export function emailFlow(options: AccountFlowOptions): FlowKind<EmailData, ChangeOutcome> {
  const { directory, facts } = options;
  const keep = (data: EmailData) => () => {
    const stored = accountOf(data, options);
    if (stored === undefined) return end('gone');
    facts.setEmail(stored, data.email);
    return end('done');
  };
  return {
    name: 'email',
    first: 'user',
    steps: {
      async user(data) {
        const userId = userIdOf(data, options);
        return userId === null ? keep(data) : goOn('set', { userId });
      },
      async set(data) {
        const { userId, email, verified = false } = data;
        const outcome = await changed(() =>
          directory.users.update(userId!, { email: email ?? '', emailVerified: email !== null && verified }),
        );
        if (outcome !== 'done') return end(outcome === 'conflict' ? 'refused' : outcome);
        return keep(data);
      },
    },
  };
}

export interface RenameData extends AboutAccount {
  readonly next: string;
}

/** What came of it; `exists`: the name is somebody else's, there or here. */
export type RenameOutcome = ChangeOutcome | 'exists';

/** Another name for a user and their account. */
export function renameFlow(options: AccountFlowOptions): FlowKind<RenameData, RenameOutcome> {
  const { directory, store, facts, links, renamed, forget } = options;
  const keep = (data: RenameData) => () => {
    const { next, userId } = data;
    const stored = accountOf(data, options);
    if (stored === undefined) return end('gone');
    const owner = store.find(next) ?? store.ownerOf(next);
    // Somebody has got the name here meanwhile.
    if (owner !== undefined && owner.id !== stored.id)
      return userId === undefined ? end('exists') : goOn('undo');
    facts.rename(stored, next);
    if (userId !== undefined) links.rename(stored, next);
    return end('done', { after: renamed(stored.name, next) });
  };
  return {
    name: 'rename',
    first: 'user',
    steps: {
      async user(data) {
        const userId = userIdOf(data, options);
        return userId === null ? keep(data) : goOn('set', { userId });
      },
      async set(data) {
        const { userId, account, next } = data;
        const outcome = await changed(() => directory.users.update(userId!, { username: next }));
        for (const username of [account, next]) forget({ userId: userId!, username });
        if (outcome === 'conflict') return end('exists');
        return outcome === 'done' ? keep(data) : end(outcome);
      },
      async undo(data) {
        const { userId, account } = data;
        const stored = accountOf(data, options);
        const username = (stored === undefined ? null : links.of(stored)?.username) ?? account;
        await changed(() => directory.users.update(userId!, { username }));
        forget({ userId: userId!, username });
        return end('exists');
      },
    },
  };
}

export interface DropData extends AboutAccount {
  /** Who wants it. */
  readonly by: string;
}

/** Takes an account away: in Keycloak, then here. */
export function dropFlow(options: AccountFlowOptions): FlowKind<DropData, ChangeOutcome> {
  const { directory, links, drop, forget } = options;
  const away = (data: DropData) => () => {
    const stored = accountOf(data, options);
    if (stored === undefined) return end('gone');
    // Nobody has it in Keycloak any more, nor would they if it was brought back.
    links.unlink(stored);
    return end('done', { after: drop(stored.name, data.by) });
  };
  return {
    name: 'unregister',
    first: 'user',
    steps: {
      async user(data) {
        const userId = userIdOf(data, options);
        return userId === null ? away(data) : goOn('delete', { userId });
      },
      async delete(data) {
        const { account, userId } = data;
        await directory.users.delete(userId!);
        forget({ userId: userId!, username: account });
        return away(data);
      },
    },
  };
}
