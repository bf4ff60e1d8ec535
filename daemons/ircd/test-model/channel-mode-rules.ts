/** MODE on channels by RFC 2812 3.2.3, for the slow model. */
import type { ModelChannel, ModelClient } from './irc-model.ts';
import type { IrcRules } from './irc-rules.ts';
import { maskTyped } from './masks.ts';

/** Masks of all lists of a channel together; so few that the limit is met. */
export const MASKS_PER_CHANNEL = 3;

const LISTS = 'beI';

/** Applies a mode string; every letter that takes a parameter has one. */
export function changeModes(
  rules: IrcRules,
  client: ModelClient,
  name: string,
  letters: string,
  args: readonly string[],
) {
  const channel = rules.model.channel(name);
  if (channel === undefined) return rules.tell(client, `403 ${name}`);
  if (channel.member(client)?.op !== true) return rules.tell(client, `482 ${channel.name}`);
  const left = [...args];
  let on = true;
  let sign = '';
  let shown = '';
  let shownArgs = '';
  for (const letter of letters) {
    if (letter === '+' || letter === '-') {
      on = letter === '+';
      continue;
    }
    const done = changeOne(rules, client, channel, on, letter, left);
    if (done === null) continue;
    const wanted = on ? '+' : '-';
    shown += (wanted === sign ? '' : wanted) + letter;
    sign = wanted;
    if (done !== '') shownArgs += ` ${done}`;
  }
  if (shown !== '') rules.tellMembers(channel, `:${client.prefix} MODE ${channel.name} ${shown}${shownArgs}`);
}

/** The parameter as it is announced; null when nothing changed. */
function changeOne(
  rules: IrcRules,
  client: ModelClient,
  channel: ModelChannel,
  on: boolean,
  letter: string,
  args: string[],
): string | null {
  if (LISTS.includes(letter)) return changeList(rules, client, channel, on, letter, args.shift()!);
  if (letter === 'o' || letter === 'v')
    return changeStatus(rules, client, channel, on, letter, args.shift()!);
  if (letter === 'k') {
    const given = args.shift()!;
    const key = on ? given : null;
    if (channel.key === key) return null;
    channel.key = key;
    return key ?? '*';
  }
  if (letter === 'l') {
    const limit = on ? Number(args.shift()) : null;
    if (channel.limit === limit) return null;
    channel.limit = limit;
    return limit === null ? '' : String(limit);
  }
  if (letter === 'O' && on && !client.modes.has('o')) {
    rules.tell(client, '481');
    return null;
  }
  if (channel.flags.has(letter) === on) return null;
  if (on) channel.flags.add(letter);
  else channel.flags.delete(letter);
  return '';
}

function changeStatus(
  rules: IrcRules,
  client: ModelClient,
  channel: ModelChannel,
  on: boolean,
  letter: 'o' | 'v',
  nick: string,
): string | null {
  const target = rules.model.find(nick);
  const member = target === undefined ? undefined : channel.member(target);
  if (target === undefined) rules.tell(client, `401 ${nick}`);
  else if (member === undefined) rules.tell(client, `441 ${target.nick} ${channel.name}`);
  else {
    const field = letter === 'o' ? 'op' : 'voice';
    if (member[field] === on) return null;
    member[field] = on;
    return target.nick;
  }
  return null;
}

function changeList(
  rules: IrcRules,
  client: ModelClient,
  channel: ModelChannel,
  on: boolean,
  letter: string,
  typed: string,
): string | null {
  const list = channel.lists[letter]!;
  const mask = maskTyped(typed);
  const at = list.findIndex((entry) => entry.mask.shown.toLowerCase() === mask.shown.toLowerCase());
  if (!on) return at === -1 ? null : list.splice(at, 1)[0]!.mask.shown;
  if (at !== -1) return null;
  const { b, e, I } = channel.lists;
  if (b!.length + e!.length + I!.length >= MASKS_PER_CHANNEL) {
    rules.tell(client, `478 ${channel.name} ${letter}`);
    return null;
  }
  list.push({ mask, by: client.prefix, atMs: rules.nowMs });
  return mask.shown;
}
