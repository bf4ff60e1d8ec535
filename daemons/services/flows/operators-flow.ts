/** Compares the operators here with the group of operators in Keycloak; whoever is not the same on both sides is looked at. */
import { MOST_LEVEL } from '../authserv/standing.ts';
import { limits } from '../limits.ts';
import { OPER_GROUP } from './directory.ts';
import { type AnyFlowKind, end, type FlowKind } from './flow-kind.ts';
import { levelIn } from './level-flow.ts';
import { type AccountFlowOptions, userSubject } from './linked-account.ts';

/** What flows about all operators are about. */
export const OPERATORS = 'operators';

/** How many were not the same. */
export type OperatorsAnswer = { readonly looked: number };

/** @param user looks at one user */
export function operatorsFlow(
  { directory, store, profiles, links }: AccountFlowOptions,
  user: AnyFlowKind,
): FlowKind<object, OperatorsAnswer> {
  return {
    name: 'operators',
    first: 'compare',
    steps: {
      async compare() {
        const group = await directory.groups.findTop(OPER_GROUP);
        const members = group === null ? [] : await directory.groups.members(group.id);
        const there = new Map(members.map((one) => [one.id, levelIn(one)]));
        return () => {
          const others = new Set([...there.keys(), ...links.operators(limits.keycloakMembers.default)]);
          const begins = [...others].flatMap((userId) => {
            const account = store.find(links.accountOf(userId) ?? '');
            if (account === undefined) return [];
            const { level } = profiles.of(account);
            const same =
              level === (there.get(userId) ?? 0) && level === (links.of(account)?.level ?? MOST_LEVEL + 1);
            return same ? [] : [{ kind: user, subject: userSubject(userId), data: { userId } }];
          });
          return end({ looked: begins.length }, { begins });
        };
      },
    },
  };
}
