/** What users of another server do, for the slow model: nothing is refused. */
import { ModelChannel, ModelClient } from './irc-model.ts';
import type { IrcRules } from './irc-rules.ts';
import { kill } from './operator-rules.ts';
import { FAR } from './remote-peer.ts';

/** Another server introduces a user. */
export function introduceRemote(rules: IrcRules, slot: number, nick: string): void {
  const { model } = rules;
  const client = new ModelClient(slot, FAR.address, FAR.host, false, rules.nowMs, FAR.name);
  client.nick = nick;
  client.user = `u${slot}`;
  client.realname = `Real ${nick}`;
  client.registered = true;
  if (slot % 2 === 1) client.modes.add('i');
  model.clients.push(client);
  model.noteMost();
}

/** A line of {@link RemotePeer}. */
export function remoteLine(rules: IrcRules, client: ModelClient, line: string) {
  const { model } = rules;
  const [verb = '', first = '', second = ''] = line.split(' ');
  const channel = model.channel(first);
  const other = model.find(verb === 'KILL' ? first : second);
  if (verb === 'JOIN') return joinRemote(rules, client, first, second === '@');
  if (verb === 'NICK') return renameRemote(rules, client, first);
  if (verb === 'QUIT') return rules.exit(client, 'bye');
  if (verb === 'AWAY') return rules.away(client, first === '' ? null : first);
  if (verb === 'UMODE') return changeMode(client, first);
  if (verb === 'KILL') return other === undefined ? undefined : kill(rules, client, other, second);
  if (channel === undefined) return;
  if (verb === 'TOPIC') return rules.setTopic(client, channel, second);
  if (verb === 'PART') {
    if (channel.member(client) === undefined) return;
    rules.tellMembers(channel, `:${client.prefix} PART ${channel.name}`);
    return model.leave(client, channel);
  }
  if (verb === 'PRIVMSG') {
    for (const { client: member } of channel.members)
      if (member !== client) rules.tell(member, `:${client.prefix} PRIVMSG ${channel.name} :${second}`);
    return;
  }
  const member = other === undefined ? undefined : channel.member(other);
  if (member === undefined) return;
  if (verb === 'KICK') return rules.removeMember(client, channel, member.client, 'out');
  const on = verb === 'OP';
  if (member.op === on) return;
  member.op = on;
  rules.tellMembers(channel, `:${FAR.name} MODE ${channel.name} ${on ? '+' : '-'}o ${member.client.nick}`);
}

function joinRemote(rules: IrcRules, client: ModelClient, name: string, asOperator: boolean): void {
  const { model } = rules;
  let channel = model.channel(name);
  if (channel?.member(client) !== undefined) return;
  const isNew = channel === undefined;
  if (channel === undefined) {
    channel = new ModelChannel(name, rules.nowMs);
    model.channels.push(channel);
  }
  rules.enter(client, channel, isNew || asOperator);
  if (asOperator) rules.tellMembers(channel, `:${FAR.name} MODE ${channel.name} +o ${client.nick}`);
}

function renameRemote(rules: IrcRules, client: ModelClient, nick: string): void {
  const holder = rules.model.holder(nick);
  if (nick === client.nick || (holder !== undefined && holder !== client)) return;
  rules.rename(client, nick);
}

function changeMode(client: ModelClient, [sign, letter = '']: string): void {
  if (sign === '+') client.modes.add(letter);
  else client.modes.delete(letter);
}
