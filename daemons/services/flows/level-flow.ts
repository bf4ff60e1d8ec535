/** How much an operator may do: an attribute of the user and the group of operators in Keycloak, then the level here. */
import type { ChangeOutcome } from '../../identity/elsewhere.ts';
import { MOST_LEVEL } from '../authserv/standing.ts';
import { ATTRIBUTES, type Directory, type DirectoryUser, OPER_GROUP } from './directory.ts';
import { end, type FlowKind, goOn } from './flow-kind.ts';
import {
  type AboutAccount,
  type AccountFlowOptions,
  accountOf,
  changed,
  made,
  userIdOf,
} from './linked-account.ts';

export interface LevelData extends AboutAccount {
  /** 0 takes all of it away. */
  readonly level: number;
  readonly groupId?: string;
}

export function levelFlow(options: AccountFlowOptions): FlowKind<LevelData, ChangeOutcome> {
  const { directory, profiles, links, forget } = options;
  const keep = (data: LevelData) => () => {
    const stored = accountOf(data, options);
    if (stored === undefined) return end('gone');
    profiles.setLevel(stored, data.level);
    if (data.userId !== undefined) links.setLevel(stored, data.level);
    return end('done');
  };
  return {
    name: 'level',
    first: 'user',
    steps: {
      async user(data) {
        const userId = userIdOf(data, options);
        return userId === null ? keep(data) : goOn('attribute', { userId });
      },
      async attribute({ userId, level, account }) {
        const attributes = { [ATTRIBUTES.level]: level === 0 ? null : [String(level)] };
        const outcome = await changed(() => directory.users.update(userId!, { attributes }));
        forget({ userId: userId!, username: account });
        if (outcome !== 'done') return end(outcome === 'gone' ? 'gone' : 'refused');
        return goOn(level === 0 ? 'leave' : 'group');
      },
      async group() {
        const found = await directory.groups.findTop(OPER_GROUP);
        const groupId = found?.id ?? (await made(() => directory.groups.create(OPER_GROUP, null)));
        // Somebody else has just made it.
        return groupId === null ? goOn('group') : goOn('join', { groupId });
      },
      async join(data) {
        // Whichever of both is gone meanwhile is found out from the user on.
        const outcome = await changed(() => directory.users.join(data.userId!, data.groupId!));
        return outcome === 'done' ? keep(data) : goOn('attribute');
      },
      async leave(data) {
        const group = await directory.groups.findTop(OPER_GROUP);
        if (group !== null) await directory.users.leave(data.userId!, group.id);
        return keep(data);
      },
    },
  };
}

/** The level that an attribute says; 0 where it says none. */
export function levelIn({ attributes }: Pick<DirectoryUser, 'attributes'>): number {
  const [text = ''] = attributes[ATTRIBUTES.level] ?? [];
  const level = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return level <= MOST_LEVEL ? level : 0;
}

/**
 * The level that a user has in Keycloak: what the attribute says of members of the group of operators, 0 for everybody else. Null where
 * users can edit the attribute themselves, and it says nothing.
 */
export async function levelThere(directory: Directory, user: DirectoryUser): Promise<number | null> {
  if (!(await directory.isOnlyByAdministrators(ATTRIBUTES.level))) return null;
  const level = levelIn(user);
  if (level === 0) return 0;
  const groups = await directory.users.groups(user.id);
  return groups.some(isOperGroup) ? level : 0;
}

function isOperGroup({ name, path }: { readonly name: string; readonly path?: string | undefined }): boolean {
  return name === OPER_GROUP && (path === undefined || path === `/${OPER_GROUP}`);
}

/**
 * The level that both sides shall have: what either has changed since both were the same, and where both have, what Keycloak says.
 * @param base what both had; null where they were never compared, and then the one that is not 0 holds
 */
export function mergedLevel(base: number | null, here: number, there: number): number {
  if (there === (base ?? 0)) return here;
  return there;
}
