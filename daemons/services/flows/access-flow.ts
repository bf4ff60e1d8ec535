/**
 * Gives somebody access to a channel in Keycloak, or takes it away: user, group of the channel, the group that those are in, level as an
 * attribute of the user, membership. Every step finds what an earlier try of it has done.
 */
import { ATTRIBUTES, CHANNEL_GROUPS, channelAttribute, type Directory, isAnswer } from './directory.ts';
import { end, type FlowBegin, type FlowKind, goOn } from './flow-kind.ts';
import { made } from './linked-account.ts';

export interface AccessData {
  readonly channel: string;
  readonly account: string;
  /** By which Keycloak knows them, once that was looked up. */
  readonly userId?: string;
  /** As X3 counts; null takes access away. */
  readonly level: number | null;
  readonly parentId?: string;
  readonly groupId?: string;
}

/** What came of it; `no_user`: Keycloak does not know who has the account. */
export type AccessAnswer = 'done' | 'no_user';

/**
 * @param idOf by which Keycloak knows who has an account; null where they are not there
 * @param confirm told, within the write turn of the last step, of what Keycloak has now
 * @param behind what comes behind it, asked in the same turn: by then the channel may belong to nobody, and its group is to go, or
 *   somebody may have other access than Keycloak was told
 */
export function accessFlow(
  directory: Directory,
  idOf: (account: string) => string | null,
  confirm: (channel: string, account: string, level: number | null) => void,
  behind: (channel: string, account: string, level: number | null) => readonly FlowBegin[],
): FlowKind<AccessData, AccessAnswer> {
  const told =
    ({ channel, account, level }: AccessData) =>
    () => {
      confirm(channel, account, level);
      return end('done', { begins: behind(channel, account, level) });
    };
  return {
    name: 'access',
    first: 'user',
    steps: {
      async user({ account, level }) {
        const userId = idOf(account);
        if (userId === null) return end('no_user');
        return goOn(level === null ? 'clear' : 'group', { userId });
      },
      async group({ channel }) {
        const group = await directory.groups.atPath([CHANNEL_GROUPS, channel]);
        return group === null ? goOn('parent') : goOn('level', { groupId: group.id });
      },
      async parent() {
        const found = await directory.groups.findTop(CHANNEL_GROUPS);
        const parentId = found?.id ?? (await made(() => directory.groups.create(CHANNEL_GROUPS, null)));
        // Somebody else has just made it.
        return parentId === null ? goOn('parent') : goOn('make', { parentId });
      },
      async make({ channel, parentId }) {
        const groupId = await made(() => directory.groups.create(channel, parentId!));
        return groupId === null ? goOn('found') : goOn('level', { groupId });
      },
      /** It was there when it was to be made, be it by an earlier try. */
      async found({ channel, parentId }) {
        const group = await directory.groups.findChild(parentId!, channel);
        return group === null ? goOn('group') : goOn('level', { groupId: group.id });
      },
      async level({ channel, userId, level }) {
        const attributes = { [channelAttribute(channel)]: [String(level)] };
        const there = await found(() => directory.users.update(userId!, { attributes }));
        return there ? goOn('membership') : end('no_user');
      },
      async membership(data) {
        // Whichever of both is gone meanwhile is found out from the group on.
        const there = await found(() => directory.users.join(data.userId!, data.groupId!));
        return there ? told(data) : goOn('group');
      },
      async clear({ channel, userId }) {
        const attributes = { [channelAttribute(channel)]: null };
        await found(() => directory.users.update(userId!, { attributes }));
        return goOn('leave');
      },
      async leave(data) {
        const group = await directory.groups.atPath([CHANNEL_GROUPS, data.channel]);
        if (group !== null) await directory.users.leave(data.userId!, group.id);
        return told(data);
      },
    },
  };
}

/** False where what is to be changed is not there. */
async function found(change: () => Promise<unknown>): Promise<boolean> {
  try {
    await change();
    return true;
  } catch (error) {
    if (isAnswer(error, 'not_found')) return false;
    throw error;
  }
}

/** The level that a user has on a channel by what Keycloak says of them, as X3 counts; the least where it says none. */
export function levelOf(
  channel: string,
  attributes: Readonly<Record<string, readonly string[]>>,
  group: Readonly<Record<string, readonly string[]>>,
): number {
  const said = attributes[channelAttribute(channel)]?.[0] ?? group[ATTRIBUTES.groupLevel]?.[0];
  const level = Number(said ?? Number.NaN);
  return Number.isInteger(level) && level >= 0 && level <= MOST_LEVEL ? level : LEAST_LEVEL;
}

const LEAST_LEVEL = 1;
const MOST_LEVEL = 500;
