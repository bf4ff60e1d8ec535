/** Gives an account that is here alone to a user of Keycloak: its password is theirs from then on. */
import { ATTRIBUTES } from './directory.ts';
import { type AnyFlowKind, end, type FlowKind, goOn } from './flow-kind.ts';
import { type AccountFlowOptions, changed, userSubject } from './linked-account.ts';
import { fingerprintsOf } from './user-flow.ts';

export interface LinkData {
  readonly account: string;
  /** What the user is called in Keycloak. */
  readonly username: string;
  readonly userId?: string;
}

/** What came of it; `linked`: the account belongs to somebody already; `taken`: the user has another account. */
export type LinkOutcome = 'done' | 'gone' | 'no_user' | 'linked' | 'taken' | 'refused';

/** @param user looks at one user, which has all else be as it is in Keycloak */
export function linkFlow(options: AccountFlowOptions, user: AnyFlowKind): FlowKind<LinkData, LinkOutcome> {
  const { directory, store, facts, links, forget } = options;
  const obstacle = (account: string, userId: string): LinkOutcome | null => {
    const stored = store.find(account);
    if (stored === undefined) return 'gone';
    const link = links.of(stored);
    if (link !== null) return link.user === userId ? 'done' : 'linked';
    return links.accountOf(userId) === null ? null : 'taken';
  };
  return {
    name: 'link',
    first: 'find',
    steps: {
      async find({ account, username }) {
        const found = await directory.users.find(username);
        if (found === null) return end('no_user');
        const why = obstacle(account, found.id);
        if (why !== null) return end(why);
        return goOn('certificates', { userId: found.id, username: found.username });
      },
      /** The certificates of the account stay good: the user has them too. */
      async certificates({ account, userId }) {
        if (store.find(account) === undefined) return end('gone');
        const own = store.details(account).fingerprints;
        const outcome = await changed(async () => {
          const there = await directory.users.get(userId!);
          const known = fingerprintsOf(there);
          const missing = own.filter((one) => !known.has(one));
          if (missing.length === 0) return;
          const all = [...(there.attributes[ATTRIBUTES.fingerprints] ?? []), ...missing];
          await directory.users.update(userId!, { attributes: { [ATTRIBUTES.fingerprints]: all } });
        });
        if (outcome === 'done') return goOn('keep');
        return end(outcome === 'gone' ? 'no_user' : 'refused');
      },
      async keep({ account, username, userId }) {
        forget({ userId: userId!, username });
        return () => {
          const why = obstacle(account, userId!);
          if (why !== null) return end(why);
          const stored = store.get(account);
          // What is kept of a password is of the last login that Keycloak let in.
          facts.dropPassword(stored);
          links.link(stored, userId!, username);
          return end('done', {
            begins: [{ kind: user, subject: userSubject(userId!), data: { userId: userId! } }],
          });
        };
      },
    },
  };
}
