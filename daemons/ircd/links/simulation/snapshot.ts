/** For the simulated network: all that a server knows of the network, as text, and where two servers disagree. */
import { CMODE_LETTERS, TEXT_MODES } from '../../../irc/modes.ts';
import { toBase64 } from '../../../irc/p10/numeric.ts';
import type { NetworkBans } from '../../network-bans/network-bans.ts';
import type { Channel } from '../../state/channel.ts';
import type { MaskList } from '../../state/mask-list.ts';
import type { NetworkState } from '../../state/network.ts';
import type { User } from '../../state/user.ts';
import { toSeconds } from '../peer.ts';

/** One line for each server, user and channel, by what it is about. */
export type Snapshot = ReadonlyMap<string, string>;

export function snapshotOf(state: NetworkState, bans: NetworkBans): Snapshot {
  const lines = new Map<string, string>();
  // When it ends goes by the clock of each.
  for (const { kind, mask, active, changedSeconds, reason } of bans.list())
    lines.set(`${kind} ${mask}`, `${active ? 'holds' : 'lifted'} ${changedSeconds} ${reason}`);
  for (const server of state.servers.values())
    lines.set(`server ${server.name}`, `${server.numeric} ${server.userCount}`);
  for (const user of state.users) lines.set(`user ${numericOf(state, user)}`, userText(user));
  for (const channel of state.channels.values()) {
    // One that was restored and nobody came back to is known on its own server alone. Letters are as whoever made it has written it.
    if (channel.members.length > 0) lines.set(`channel ${channel.key}`, channelText(state, channel));
  }
  return lines;
}

function numericOf(state: NetworkState, user: User): string {
  return user.numeric === '' ? `${state.me.numeric}${toBase64(0, 3)}?` : user.numeric;
}

function userText(user: User): string {
  return [
    user.prefix,
    user.nickSeconds,
    user.address,
    user.server.name,
    user.modeLetters(),
    `account ${user.account}`,
    `away ${user.away}`,
    user.realname,
  ].join(' ');
}

function channelText(state: NetworkState, channel: Channel): string {
  let modes = '+';
  for (const [letter, bit] of CMODE_LETTERS) if (channel.has(bit)) modes += letter;
  const members = channel.members.map(
    (member) => `${member.prefix(true)}${member.user.nick}/${numericOf(state, member.user)}`,
  );
  return [
    `made ${toSeconds(channel.createdMs)}`,
    modes,
    `k ${channel.joinKey}`,
    `l ${channel.limit}`,
    ...TEXT_MODES.map((letter) => `${letter} ${channel.text(letter)}`),
    `on it ${members.sort().join(' ')}`,
    `b ${masksOf(channel.bans)}`,
    `e ${masksOf(channel.exceptions)}`,
    `I ${masksOf(channel.inviteExceptions)}`,
    `topic ${channel.topic} ${channel.topic === '' ? '' : toSeconds(channel.topicAtMs)}`,
  ].join(', ');
}

function masksOf({ entries }: MaskList): string {
  return entries
    .map(({ mask, by, atMs }) => `${mask.text} (${by} ${toSeconds(atMs)})`)
    .sort()
    .join(' ');
}

/** Where servers disagree, by what it is about: what each of them says. Empty where they agree. */
export function disagreements(
  servers: readonly {
    readonly name: string;
    readonly state: NetworkState;
    readonly bans: NetworkBans;
  }[],
): string[] {
  const views = servers.map(({ name, state, bans }) => ({ name, lines: snapshotOf(state, bans) }));
  const topics = new Set(views.flatMap(({ lines }) => [...lines.keys()]));
  const found: string[] = [];
  for (const topic of [...topics].sort()) {
    const said = new Map<string, string[]>();
    for (const { name, lines } of views) {
      const text = lines.get(topic) ?? 'unknown';
      said.set(text, [...(said.get(text) ?? []), name]);
    }
    if (said.size === 1) continue;
    found.push(topic);
    for (const [text, names] of said) found.push(`    ${names.join(' ')}: ${text}`);
  }
  return found;
}
