/**
 * What changes an account in Keycloak and here: Keycloak first, which may refuse, then here, in the transaction with which the flow goes
 * on. Each step finds what an earlier try of it has done.
 */
import type { Verifiers } from '../../identity/credential-tasks.ts';
import { limits } from '../../identity/limits.ts';
import type { AccountStore, GivenOutcome, NewAccount } from '../../identity/store/account-store.ts';
import { fold } from '../../irc/casemapping.ts';
import type { KeycloakLinks } from '../store/keycloak-links.ts';
import {
  ATTRIBUTES,
  type Directory,
  type DirectoryUser,
  type HashedPassword,
  isAnswer,
} from './directory.ts';
import { end, type FlowKind, goOn } from './flow-kind.ts';

export interface AccountFlowOptions {
  readonly directory: Directory;
  readonly store: AccountStore;
  readonly links: KeycloakLinks;
  /** Takes an account off the store, in a write turn; what it returns tells everybody afterwards. */
  readonly drop: (account: string, by: string) => () => void;
  /** An account was made, and is on the disk. */
  readonly registered: (account: string) => void;
  /** What is remembered of a user holds no more. */
  readonly forget: (who: { readonly userId: string; readonly username: string | null }) => void;
}

export interface RegisterData {
  readonly account: NewAccount;
  readonly password: HashedPassword;
  /** Of this registration alone. */
  readonly mark: string;
  readonly userId?: string;
}

/** What came of it. */
export type RegisterOutcome = 'done' | 'exists' | 'email' | 'refused';

export function registerFlow(options: AccountFlowOptions): FlowKind<RegisterData, RegisterOutcome> {
  const { directory } = options;
  return {
    name: 'register',
    first: 'create',
    steps: {
      async create({ account: { name, email }, password, mark }) {
        try {
          const attributes = { [ATTRIBUTES.registration]: [mark] };
          const userId = await directory.users.create({
            username: name,
            ...(email === null ? {} : { email }),
            attributes,
            password,
          });
          return goOn('keep', { userId });
        } catch (error) {
          if (isAnswer(error, 'bad_request')) return end('refused');
          if (!isAnswer(error, 'conflict')) throw error;
          return goOn('look');
        }
      },
      /** Whoever has the name may be who was made by an earlier try of it. */
      async look({ account: { name }, mark }) {
        const found = await directory.users.find(name);
        if (found === null) return end('email');
        const ours = found.attributes[ATTRIBUTES.registration]?.includes(mark) === true;
        return ours ? goOn('keep', { userId: found.id }) : end('exists');
      },
      async keep({ account, userId }) {
        return () => {
          const { store } = options;
          const { name } = account;
          if (store.find(name) !== undefined || store.ownerOf(name) !== undefined || store.isFull)
            return goOn('undo');
          store.create(account);
          options.links.link(store.get(name), userId!, name);
          return end('done', { after: () => options.registered(name) });
        };
      },
      async undo({ userId }) {
        await directory.users.delete(userId!);
        return end('exists');
      },
    },
  };
}

export interface PasswordData {
  readonly account: string;
  /** What is kept of it here, and what Keycloak is told. */
  readonly verifiers: Verifiers;
  readonly password: HashedPassword;
  readonly userId?: string;
}

/** What came of a change; `gone`: the account is no more. */
export type ChangeOutcome = 'done' | 'gone' | 'refused';

/** Another password: Keycloak's, then the one here, then the sessions in Keycloak end. */
export function passwordFlow(options: AccountFlowOptions): FlowKind<PasswordData, ChangeOutcome> {
  const { directory } = options;
  const keep =
    ({ account, verifiers }: PasswordData, to: string | null) =>
    () => {
      const stored = options.store.find(account);
      if (stored === undefined) return end('gone');
      options.store.setPassword(stored, verifiers);
      return to === null ? end('done') : goOn(to);
    };
  return {
    name: 'password',
    first: 'user',
    steps: {
      async user(data) {
        const user = await userOf(data.account, options);
        // Who is not in Keycloak has a password here alone.
        return user === null ? keep(data, null) : goOn('set', { userId: user.id });
      },
      async set(data) {
        try {
          await directory.users.setPassword(data.userId!, data.password);
        } catch (error) {
          if (isAnswer(error, 'not_found')) return end('gone');
          if (isAnswer(error, 'bad_request')) return end('refused');
          throw error;
        }
        options.forget({ userId: data.userId!, username: data.account });
        return keep(data, 'sessions');
      },
      async sessions({ userId }) {
        try {
          await directory.users.endSessions(userId!);
        } catch (error) {
          if (!isAnswer(error, 'not_found')) throw error;
        }
        return end('done');
      },
    },
  };
}

export interface DropData {
  readonly account: string;
  /** Who wants it. */
  readonly by: string;
  readonly userId?: string;
}

/** Takes an account away: in Keycloak, then here. */
export function dropFlow(options: AccountFlowOptions): FlowKind<DropData, ChangeOutcome> {
  const { directory, store, drop, forget } = options;
  const away =
    ({ account, by }: DropData) =>
    () => {
      if (store.find(account) === undefined) return end('gone');
      return end('done', { after: drop(account, by) });
    };
  return {
    name: 'unregister',
    first: 'user',
    steps: {
      async user(data) {
        const user = await userOf(data.account, options);
        return user === null ? away(data) : goOn('delete', { userId: user.id });
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

export interface EmailData {
  readonly account: string;
  readonly email: string | null;
  readonly userId?: string;
}

/** Another e-mail address, or none. */
export function emailFlow(options: AccountFlowOptions): FlowKind<EmailData, ChangeOutcome> {
  const { directory, store } = options;
  const keep =
    ({ account, email }: EmailData) =>
    () => {
      const stored = store.find(account);
      if (stored === undefined) return end('gone');
      store.setEmail(stored, email);
      return end('done');
    };
  return {
    name: 'email',
    first: 'user',
    steps: {
      async user(data) {
        const user = await userOf(data.account, options);
        return user === null ? keep(data) : goOn('set', { userId: user.id });
      },
      async set(data) {
        try {
          await directory.users.update(data.userId!, { email: data.email ?? '' });
        } catch (error) {
          if (isAnswer(error, 'not_found')) return end('gone');
          if (isAnswer(error, 'conflict') || isAnswer(error, 'bad_request')) return end('refused');
          throw error;
        }
        return keep(data);
      },
    },
  };
}

export interface CertificateData {
  readonly account: string;
  readonly fingerprint: string;
  readonly add: boolean;
  readonly userId?: string;
  /** Why it is taken back. */
  readonly undone?: GivenOutcome;
}

/** A certificate more, or less. */
export function certificateFlow(options: AccountFlowOptions): FlowKind<CertificateData, GivenOutcome> {
  const { directory, store, forget } = options;
  const keep = ({ account, fingerprint, add }: CertificateData): GivenOutcome => {
    const stored = store.find(account);
    if (stored === undefined) return 'not_found';
    return add ? store.giveFingerprint(stored, fingerprint) : store.takeFingerprint(stored, fingerprint);
  };
  const write = async ({ userId, fingerprint, account }: CertificateData, add: boolean) => {
    try {
      const { attributes } = await directory.users.get(userId!);
      const others = (attributes[ATTRIBUTES.fingerprints] ?? []).filter(
        (one) => one.toLowerCase() !== fingerprint,
      );
      const all = add ? [...others, fingerprint] : others;
      const change = { [ATTRIBUTES.fingerprints]: all.length === 0 ? null : all };
      await directory.users.update(userId!, { attributes: change });
    } catch (error) {
      if (!isAnswer(error, 'not_found')) throw error;
    }
    forget({ userId: userId!, username: account });
  };
  return {
    name: 'certificate',
    first: 'user',
    steps: {
      async user(data) {
        const { account, fingerprint, add } = data;
        const user = await userOf(account, options);
        if (user === null) return () => end(keep(data));
        const owners = add ? await directory.users.byFingerprint(fingerprint) : [];
        if (owners.some(({ id }) => id !== user.id)) return end('taken');
        // What would be refused here is not asked of Keycloak.
        if (add && !hasRoom(store, account, fingerprint)) return () => end(keep(data));
        return goOn('set', { userId: user.id });
      },
      async set(data) {
        await write(data, data.add);
        return () => {
          const outcome = keep(data);
          // Another account has got it here meanwhile.
          return data.add && outcome !== 'done' ? goOn('undo', { undone: outcome }) : end(outcome);
        };
      },
      async undo(data) {
        await write(data, false);
        return end(data.undone!);
      },
    },
  };
}

function hasRoom(store: AccountStore, account: string, fingerprint: string): boolean {
  const owner = store.findByFingerprint(fingerprint);
  if (owner !== undefined) return owner.id === store.find(account)?.id;
  if (store.find(account) === undefined) return false;
  return store.details(account).fingerprints.length < limits.certificatesPerAccount.default;
}

/** Who an account is in Keycloak; null for one that is kept here alone. A user of the same name is somebody else. */
async function userOf(
  account: string,
  { store, links, directory }: AccountFlowOptions,
): Promise<DirectoryUser | null> {
  const stored = store.find(account);
  const id = stored === undefined ? null : (links.of(stored)?.user ?? null);
  if (id === null) return null;
  try {
    return await directory.users.get(id);
  } catch (error) {
    if (isAnswer(error, 'not_found')) return null;
    throw error;
  }
}

/** What flows of an account are about. */
export function accountSubject(account: string): string {
  return `account ${fold(account)}`;
}
