/** What proves who has an account: another password, a certificate more or less. In Keycloak, then here. */

import type { Verifiers } from '../../identity/credential-tasks.ts';
import type { ChangeOutcome, HashedPassword } from '../../identity/elsewhere.ts';
import { limits } from '../../identity/limits.ts';
import type { GivenOutcome } from '../../identity/store/account-store.ts';
import { ATTRIBUTES, isAnswer } from './directory.ts';
import { end, type FlowKind, goOn } from './flow-kind.ts';
import {
  type AboutAccount,
  type AccountFlowOptions,
  accountOf,
  changed,
  userIdOf,
} from './linked-account.ts';

export interface PasswordData extends AboutAccount {
  /** What is kept of it here, and what Keycloak is told. */
  readonly verifiers: Verifiers;
  readonly password: HashedPassword;
  /** The address that its owner has shown to read; absent where they have not. */
  readonly proves?: string;
}

/** Another password: Keycloak's, then the one here, then the sessions in Keycloak end. */
export function passwordFlow(options: AccountFlowOptions): FlowKind<PasswordData, ChangeOutcome> {
  const { directory, facts, forget } = options;
  const keep = (data: PasswordData, to: string | null) => () => {
    const stored = accountOf(data, options);
    if (stored === undefined) return end('gone');
    facts.setPassword(stored, data.verifiers);
    return to === null ? end('done') : goOn(to);
  };
  return {
    name: 'password',
    first: 'user',
    steps: {
      async user(data) {
        const userId = userIdOf(data, options);
        // Who is not in Keycloak has a password here alone.
        return userId === null ? keep(data, null) : goOn('set', { userId });
      },
      async set(data) {
        const outcome = await changed(() => directory.users.setPassword(data.userId!, data.password));
        if (outcome !== 'done') return end(outcome === 'conflict' ? 'refused' : outcome);
        forget({ userId: data.userId!, username: data.account });
        return keep(data, data.proves === undefined ? 'sessions' : 'verified');
      },
      async verified({ userId, proves }) {
        try {
          const { email } = await directory.users.get(userId!);
          if (email?.toLowerCase() === proves!.toLowerCase())
            await directory.users.update(userId!, { emailVerified: true });
        } catch (error) {
          if (!isAnswer(error, 'not_found')) throw error;
        }
        return goOn('sessions');
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

export interface CertificateData extends AboutAccount {
  readonly fingerprint: string;
  readonly add: boolean;
  /** Why it is taken back. */
  readonly undone?: GivenOutcome;
}

/** A certificate more, or less. */
export function certificateFlow(options: AccountFlowOptions): FlowKind<CertificateData, GivenOutcome> {
  const { directory, store, facts, forget } = options;
  const keep = (data: CertificateData): GivenOutcome => {
    const { fingerprint, add } = data;
    const stored = accountOf(data, options);
    if (stored === undefined) return 'not_found';
    return add ? facts.giveFingerprint(stored, fingerprint) : facts.takeFingerprint(stored, fingerprint);
  };
  const hasRoom = (data: CertificateData): boolean => {
    const stored = accountOf(data, options);
    const owner = store.findByFingerprint(data.fingerprint);
    if (stored === undefined || owner !== undefined) return owner !== undefined && owner.id === stored?.id;
    return store.details(stored.name).fingerprints.length < limits.certificatesPerAccount.default;
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
        const { fingerprint, add } = data;
        const userId = userIdOf(data, options);
        if (userId === null) return () => end(keep(data));
        const owners = add ? await directory.users.byFingerprint(fingerprint) : [];
        if (owners.some(({ id }) => id !== userId)) return end('taken');
        // What would be refused here is not asked of Keycloak.
        if (add && !hasRoom(data)) return () => end(keep(data));
        return goOn('set', { userId });
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
