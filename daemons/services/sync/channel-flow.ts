/** Brings the access list of a channel and the group that it has in Keycloak to the same. */
import { createHash } from 'node:crypto';
import type { AccountStore } from '../../identity/store/account-store.ts';
import type { ChannelStore } from '../../identity/store/channel-store.ts';
import { fold } from '../../irc/casemapping.ts';
import { levelOf } from '../flows/access-flow.ts';
import { CHANNEL_GROUPS, type Directory } from '../flows/directory.ts';
import { type AnyFlowKind, end, type FlowKind } from '../flows/flow-kind.ts';
import type { KeycloakLinks } from '../store/keycloak-links.ts';
import type { ChannelLevels } from './channel-levels.ts';
import { type Access, type AccessChange, mergeAccess } from './merge-access.ts';
import type { SyncStore } from './sync-store.ts';

export interface ChannelFlowOptions {
  readonly directory: Directory;
  readonly store: AccountStore;
  readonly channels: ChannelStore;
  readonly levels: ChannelLevels;
  readonly links: KeycloakLinks;
  readonly sync: SyncStore;
  /** Gives access in Keycloak, or takes it. */
  readonly access: AnyFlowKind;
  readonly now: () => number;
  /** The access list of a channel is another one. */
  readonly changed: (channel: string) => void;
}

export interface ChannelData {
  readonly channel: string;
}

/** How much was changed on each side; null where the channel belongs to nobody. */
export type ChannelAnswer = {
  readonly pushed: number;
  readonly pulled: number;
  readonly skipped: boolean;
} | null;

export function channelFlow(options: ChannelFlowOptions): FlowKind<ChannelData, ChannelAnswer> {
  const { channels, levels, sync, access, now, changed } = options;
  /** By channel: what both sides had when nothing was to be done. */
  const settled = new Map<string, string>();
  return {
    name: 'channel',
    first: 'compare',
    steps: {
      async compare({ channel }) {
        const key = fold(channel);
        const name = channels.find(channel)?.channel;
        if (name === undefined) {
          settled.delete(key);
          return end(null);
        }
        const there = await accessThere(name, options);
        return () => {
          // As it is now, and not as it was when Keycloak was asked.
          if (channels.find(channel) === undefined) return end(null);
          const here = levels.of(channel);
          const hash = hashOf(here, there);
          if (settled.get(key) === hash) return end({ pushed: 0, pulled: 0, skipped: true });
          const base = sync.base(channel);
          const { merged, push, pull } = mergeAccess(base, here, there);
          for (const { account, level } of pull) levels.set(name, account, level);
          // What is yet to be told to Keycloak is the same on both sides when it has heard of it.
          sync.save(channel, without(push, merged, base), now());
          const begins = push.map(({ account, level }) => ({
            kind: access,
            subject: subjectOf(channel),
            data: { channel: name, account, level },
          }));
          const after = () => {
            if (push.length + pull.length === 0) settled.set(key, hash);
            if (pull.length > 0) changed(name);
          };
          return end({ pushed: push.length, pulled: pull.length, skipped: false }, { begins, after });
        };
      },
    },
  };
}

/** What both sides have, but for what one of them has yet to hear of: that stays as it was. */
function without(push: readonly AccessChange[], merged: Access, base: Access): Access {
  const same = new Map(merged);
  for (const { account } of push) {
    const before = base.get(account);
    if (before === undefined) same.delete(account);
    else same.set(account, before);
  }
  return same;
}

/** What flows of a channel are about. */
export function subjectOf(channel: string): string {
  return `channel ${fold(channel)}`;
}

/** Takes the group of a channel that belongs to nobody any more out of Keycloak: whoever has the channel next begins without it. */
export function goneFlow({
  directory,
  channels,
  sync,
}: Pick<ChannelFlowOptions, 'directory' | 'channels' | 'sync'>): FlowKind<ChannelData, null> {
  const back = (channel: string) => channels.find(channel) !== undefined;
  return {
    name: 'gone',
    first: 'group',
    steps: {
      async group({ channel }) {
        // Somebody has it again.
        if (back(channel)) return end(null);
        const group = await directory.groups.atPath([CHANNEL_GROUPS, channel]);
        if (group !== null) await directory.groups.delete(group.id);
        return () => {
          sync.drop(channel);
          return end(null);
        };
      },
    },
  };
}

/** Members of the group who have an account here. */
async function accessThere(
  channel: string,
  { directory: { groups }, store, links }: ChannelFlowOptions,
): Promise<Map<string, number>> {
  const there = new Map<string, number>();
  const group = await groups.atPath([CHANNEL_GROUPS, channel]);
  if (group === null) return there;
  for (const user of await groups.members(group.id)) {
    const account = store.find(links.accountOf(user.id) ?? '');
    const level = levelOf(channel, user.attributes, group.attributes);
    if (account !== undefined && level > 0) there.set(account.key, level);
  }
  return there;
}

function hashOf(here: Access, there: Access): string {
  const lines = [here, there].map((access) => [...access].map(String).sort());
  return createHash('sha256').update(JSON.stringify(lines)).digest('base64');
}
