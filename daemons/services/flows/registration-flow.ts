/** Makes an account in Keycloak and here; or there alone, where it is here and was waiting to be confirmed. */
import type { HashedPassword } from '../../identity/elsewhere.ts';
import type { NewAccount } from '../../identity/store/account-store.ts';
import { ATTRIBUTES, isAnswer } from './directory.ts';
import { end, type FlowKind, goOn } from './flow-kind.ts';
import type { AccountFlowOptions } from './linked-account.ts';

export interface RegisterData {
  readonly account: NewAccount;
  readonly password: HashedPassword;
  /** Of this registration alone. */
  readonly mark: string;
  /** Present where the account is here, and its owner has confirmed its address. */
  readonly confirmed?: true;
  readonly userId?: string;
}

/** What came of it; `gone`: the account that was to be confirmed is no more. */
export type RegisterOutcome = 'done' | 'exists' | 'email' | 'refused' | 'gone';

/** By whom an account is dropped that could not be confirmed. */
const NOBODY = 'nobody';

export function registerFlow(options: AccountFlowOptions): FlowKind<RegisterData, RegisterOutcome> {
  const { directory, store, facts, links, drop, registered } = options;
  /** It is not made; what was waiting for it ends. */
  const refuse =
    ({ account: { name }, confirmed }: RegisterData, outcome: RegisterOutcome) =>
    () => {
      const waiting = confirmed === true && isUnconfirmed(name);
      return end(outcome, waiting ? { after: drop(name, NOBODY) } : {});
    };
  const isUnconfirmed = (name: string) => {
    const there = store.find(name);
    return there !== undefined && links.of(there) === null && store.passwordHash(there) === null;
  };
  return {
    name: 'register',
    first: 'create',
    steps: {
      async create(data) {
        const { account, password, mark, confirmed } = data;
        const { name, email } = account;
        try {
          const attributes = { [ATTRIBUTES.registration]: [mark] };
          const userId = await directory.users.create({
            username: name,
            ...(email === null ? {} : { email, emailVerified: confirmed === true }),
            attributes,
            password,
          });
          return goOn('keep', { userId });
        } catch (error) {
          if (isAnswer(error, 'bad_request')) return refuse(data, 'refused');
          if (!isAnswer(error, 'conflict')) throw error;
          return goOn('look');
        }
      },
      /** Whoever has the name may be who was made by an earlier try of it. */
      async look(data) {
        const found = await directory.users.find(data.account.name);
        if (found === null) return refuse(data, 'email');
        const ours = found.attributes[ATTRIBUTES.registration]?.includes(data.mark) === true;
        return ours ? goOn('keep', { userId: found.id }) : refuse(data, 'exists');
      },
      async keep({ account, userId, confirmed }) {
        return () => {
          const { name, verifiers } = account;
          if (confirmed === true) {
            if (!isUnconfirmed(name)) return goOn('undo');
            facts.setPassword(store.get(name), verifiers!);
          } else {
            if (store.find(name) !== undefined || store.ownerOf(name) !== undefined || store.isFull)
              return goOn('undo');
            store.create(account);
          }
          links.link(store.get(name), userId!, name);
          return end('done', confirmed === true ? {} : { after: () => registered(name) });
        };
      },
      async undo({ userId, confirmed }) {
        await directory.users.delete(userId!);
        return end(confirmed === true ? 'gone' : 'exists');
      },
    },
  };
}
