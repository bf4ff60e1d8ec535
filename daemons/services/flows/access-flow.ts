/**
 * Gives somebody access to a channel in Keycloak, or takes it away: user, group of the channel, the group that those are in, level as an
 * attribute of the user, membership. Every step finds what an earlier try of it has done.
 */
import { ATTRIBUTES, CHANNEL_GROUPS, channelAttribute, type Directory, isAnswer } from './directory.ts';
import { end, type FlowKind, goOn } from './flow-kind.ts';

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

/** @param confirm told, within the write turn of the last step, of what Keycloak has now */
export function accessFlow(
  directory: Directory,
  confirm: (channel: string, account: string, level: number | null) => void,
): FlowKind<AccessData, AccessAnswer> {
  const told =
    ({ channel, account, level }: AccessData) =>
    () => {
      confirm(channel, account, level);
      return end('done');
    };
  return {
    name: 'access',
    first: 'user',
    steps: {
      async user({ account, level }) {
        const user = await directory.users.find(account);
        if (user === null) return end('no_user');
        return goOn(level === null ? 'clear' : 'group', { userId: user.id });
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
        await directory.users.update(userId!, {
          attributes: { [channelAttribute(channel)]: [String(level)] },
        });
        return goOn('membership');
      },
      async membership(data) {
        await directory.users.join(data.userId!, data.groupId!);
        return told(data);
      },
      async clear({ channel, userId }) {
        const attributes = { [channelAttribute(channel)]: null };
        try {
          await directory.users.update(userId!, { attributes });
        } catch (error) {
          if (!isAnswer(error, 'not_found')) throw error;
        }
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

/** The id of what is made; null where it was there. */
async function made(make: () => Promise<string>): Promise<string | null> {
  try {
    return await make();
  } catch (error) {
    if (isAnswer(error, 'conflict')) return null;
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
