/**
 * What one line of a client does, by RFC 2812 and the Modern IRC specification, to the slow model: who is told what, and
 * what is there afterwards. Lines of modes are in channel-mode-rules.ts, those of
 * operators in operator-rules.ts. For the tests of the state.
 */
import { changeModes } from './channel-mode-rules.ts';
import { IrcModel, lowerCase, ModelChannel, ModelClient } from './irc-model.ts';
import { operatorLine } from './operator-rules.ts';
import { renameChannel } from './rename-rules.ts';

/** Channels of one user; so few that the limit is met. */
export const CHANNELS_PER_USER = 2;

/** Numerics that the asker alone is told stand as `482 #x`, without the server, the nick and the text. */
export class IrcRules {
  readonly model = new IrcModel();
  nowMs: number;
  #told = new Map<number, string[]>();

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  /** What each slot was told since this was asked last. */
  told(): Map<number, string[]> {
    const told = this.#told;
    this.#told = new Map();
    return told;
  }

  tell(client: ModelClient, line: string): void {
    if (client.remote) return;
    const lines = this.#told.get(client.slot);
    if (lines === undefined) this.#told.set(client.slot, [line]);
    else lines.push(line);
  }

  tellMembers(channel: ModelChannel, line: string): void {
    for (const { client } of channel.members) this.tell(client, line);
  }

  connect(slot: number, address: string, host: string, caps: boolean): void {
    const client = new ModelClient(slot, address, host, caps, this.nowMs);
    if (this.model.banOn(client, this.nowMs)) this.tell(client, 'ERROR');
    else this.model.clients.push(client);
  }

  /** A client goes; `reason` is shown to those who share a channel. */
  exit(client: ModelClient, reason: string): void {
    this.tell(client, 'ERROR');
    if (client.registered)
      for (const other of this.model.neighbours(client))
        this.tell(other, `:${client.prefix} QUIT :${reason}`);
    this.model.remove(client, this.nowMs);
  }

  line(client: ModelClient, line: string): void {
    const [head = '', text] = line.split(' :', 2);
    const [verb = '', ...params] = head.split(' ');
    if (text !== undefined) params.push(text);
    const [first = '', second] = params;
    if (verb === 'NICK') this.#nick(client, first);
    else if (verb === 'QUIT') this.exit(client, `Quit: ${first}`);
    else if (verb === 'USER') this.#user(client, params);
    else if (!client.registered) this.tell(client, '451');
    else if (verb === 'JOIN') this.#join(client, first, second ?? '');
    else if (verb === 'PART') for (const name of first.split(',')) this.#part(client, name);
    else if (verb === 'KICK')
      for (const nick of second!.split(',')) this.#kick(client, first, nick, params[2]);
    else if (verb === 'INVITE') this.#invite(client, first, second!);
    else if (verb === 'AWAY') this.#away(client, first);
    else if (verb === 'TOPIC') this.#topic(client, first, second!);
    else if (verb === 'PRIVMSG') this.#message(client, first, second!);
    else if (verb === 'RENAME') renameChannel(this, client, params);
    else if (verb === 'MODE') this.#mode(client, params);
    else operatorLine(this, client, verb, params);
  }

  #nick(client: ModelClient, nick: string) {
    if (nick === client.nick) return;
    if (!/^[A-}][A-}0-9-]*$/.test(nick)) return this.tell(client, `432 ${nick}`);
    const holder = this.model.holder(nick);
    if (holder !== undefined && holder !== client) return this.tell(client, `433 ${nick}`);
    if (client.registered) this.rename(client, nick);
    else client.nick = nick;
    this.#welcome(client);
  }

  rename(client: ModelClient, nick: string): void {
    const line = `:${client.prefix} NICK ${nick}`;
    for (const other of [client, ...this.model.neighbours(client)]) this.tell(other, line);
    this.model.remember(client, this.nowMs);
    client.nick = nick;
  }

  #user(client: ModelClient, [user = '', , , realname = '']: readonly string[]) {
    if (client.registered || client.user !== '') return this.tell(client, '462');
    client.user = user;
    client.realname = realname;
    this.#welcome(client);
  }

  #welcome(client: ModelClient): void {
    if (client.registered || client.nick === '' || client.user === '') return;
    client.user = `~${client.user}`;
    if (this.model.banOn(client, this.nowMs)) {
      this.tell(client, '465');
      this.exit(client, '');
      return;
    }
    client.registered = true;
    client.signonMs = this.nowMs;
    client.spokeMs = this.nowMs;
    this.model.noteMost();
    this.tell(client, '001');
  }

  #join(client: ModelClient, names: string, keys: string): void {
    if (names === '0') {
      for (const { name } of this.model.channelsOf(client)) this.#part(client, name);
      return;
    }
    for (const [i, name] of names.split(',').entries()) this.#joinOne(client, name, keys.split(',')[i] ?? '');
  }

  #joinOne(client: ModelClient, name: string, key: string) {
    const { model } = this;
    let channel = model.channel(name);
    if (channel?.member(client) !== undefined) return;
    if (model.channelsOf(client).length >= CHANNELS_PER_USER) return this.tell(client, `405 ${name}`);
    const refusal = channel === undefined ? null : this.#joinRefusal(client, channel, key);
    if (refusal !== null) return this.tell(client, `${refusal} ${channel!.name}`);
    const isNew = channel === undefined;
    if (channel === undefined) {
      channel = new ModelChannel(name, model.birthOf(name, this.nowMs));
      model.channels.push(channel);
    }
    this.enter(client, channel, isNew);
  }

  enter(client: ModelClient, channel: ModelChannel, op: boolean): void {
    channel.members.push({ client, op, voice: false });
    client.invites = client.invites.filter((held) => held.channel !== channel);
    for (const { client: other } of channel.members) {
      const more = other.caps ? ` * :${client.realname}` : '';
      this.tell(other, `:${client.prefix} JOIN ${channel.name}${more}`);
      if (client.away !== null && other.caps && other !== client)
        this.tell(other, `:${client.prefix} AWAY :${client.away}`);
    }
  }

  #joinRefusal(client: ModelClient, channel: ModelChannel, key: string): string | null {
    // Nobody of the model has TLS.
    if (channel.flags.has('Z')) return '489';
    if (channel.flags.has('O') && !client.modes.has('o')) return '520';
    if (client.invites.find((held) => held.channel === channel)?.byOperator === true) return null;
    if (channel.bans(client)) return '474';
    if (channel.flags.has('i') && !channel.covers('I', client)) return '473';
    // Nor an account.
    if (channel.flags.has('r')) return '477';
    if (channel.key !== null && channel.key !== key) return '475';
    return channel.limit !== null && channel.members.length >= channel.limit ? '471' : null;
  }

  /** The channel of that name that the client is on; without one it is told so. */
  #joined(client: ModelClient, name: string): ModelChannel | undefined {
    const channel = this.model.channel(name);
    if (channel === undefined) this.tell(client, `403 ${name}`);
    else if (channel.member(client) === undefined) this.tell(client, `442 ${channel.name}`);
    else return channel;
    return undefined;
  }

  #part(client: ModelClient, name: string): void {
    const channel = this.#joined(client, name);
    if (channel === undefined) return;
    this.tellMembers(channel, `:${client.prefix} PART ${channel.name}`);
    this.model.leave(client, channel);
  }

  #kick(client: ModelClient, name: string, nick: string, reason = client.nick) {
    const channel = this.#joined(client, name);
    if (channel === undefined) return;
    if (channel.member(client)!.op === false) return this.tell(client, `482 ${channel.name}`);
    const victim = this.model.find(nick);
    if (victim === undefined) return this.tell(client, `401 ${nick}`);
    if (!channel.member(victim)) return this.tell(client, `441 ${victim.nick} ${channel.name}`);
    this.removeMember(client, channel, victim, reason);
  }

  removeMember(client: ModelClient, channel: ModelChannel, victim: ModelClient, reason: string): void {
    this.tellMembers(channel, `:${client.prefix} KICK ${channel.name} ${victim.nick} :${reason}`);
    this.model.leave(victim, channel);
  }

  #invite(client: ModelClient, nick: string, name: string) {
    const channel = this.#joined(client, name);
    if (channel === undefined) return;
    const { op } = channel.member(client)!;
    if (channel.flags.has('i') && !op) return this.tell(client, `482 ${channel.name}`);
    const guest = this.model.find(nick);
    if (guest === undefined) return this.tell(client, `401 ${nick}`);
    if (channel.member(guest)) return this.tell(client, `443 ${guest.nick} ${channel.name}`);
    const held = guest.invites.find((invite) => invite.channel === channel);
    if (held !== undefined) held.byOperator ||= op;
    else if (!guest.remote) guest.invites.push({ channel, byOperator: op });
    this.tell(client, `341 ${guest.nick} ${channel.name}`);
    if (guest.away !== null) this.tell(client, `301 ${guest.nick} :${guest.away}`);
    const line = `:${client.prefix} INVITE ${guest.nick} ${channel.name}`;
    this.tell(guest, line);
    for (const { client: other } of channel.members)
      if (other.caps && other !== client) this.tell(other, line);
  }

  #away(client: ModelClient, reason: string): void {
    const wanted = reason === '' ? null : reason;
    this.tell(client, wanted === null ? '305' : '306');
    this.away(client, wanted);
  }

  away(client: ModelClient, wanted: string | null): void {
    if (wanted === client.away) return;
    client.away = wanted;
    for (const other of this.model.neighbours(client))
      if (other.caps) this.tell(other, `:${client.prefix} AWAY${wanted === null ? '' : ` :${wanted}`}`);
  }

  #topic(client: ModelClient, name: string, text: string) {
    const channel = this.#joined(client, name);
    if (channel === undefined) return;
    if (channel.flags.has('t') && !channel.member(client)!.op)
      return this.tell(client, `482 ${channel.name}`);
    // Behind the one before it.
    const nextMs = (Math.floor(channel.topicAtMs / 1000) + 1) * 1000;
    this.setTopic(client, channel, text, Math.max(this.nowMs, nextMs));
  }

  setTopic(client: ModelClient, channel: ModelChannel, text: string, atMs = this.nowMs): void {
    channel.topic = text;
    channel.topicBy = client.prefix;
    channel.topicAtMs = atMs;
    this.tellMembers(channel, `:${client.prefix} TOPIC ${channel.name} :${text}`);
  }

  #message(client: ModelClient, target: string, text: string) {
    client.spokeMs = this.nowMs;
    const status = /^[@+]/.exec(target)?.[0] ?? '';
    const name = target.slice(status.length);
    if (!name.startsWith('#')) {
      const to = this.model.find(target);
      if (to === undefined) return this.tell(client, `401 ${target}`);
      this.tell(to, `:${client.prefix} PRIVMSG ${to.nick} :${text}`);
      if (to.away !== null) this.tell(client, `301 ${to.nick} :${to.away}`);
      return;
    }
    const channel = this.model.channel(name);
    if (channel === undefined) return this.tell(client, `403 ${name}`);
    const speaker = channel.member(client);
    const isSomebody = speaker !== undefined && (speaker.op || speaker.voice);
    if (!maySpeak(channel, client, status) || (channel.flags.has('M') && !isSomebody))
      return this.tell(client, `404 ${channel.name}`);
    for (const { client: other, op, voice } of channel.members) {
      if (other === client || (status !== '' && !op && !(status === '+' && voice))) continue;
      this.tell(other, `:${client.prefix} PRIVMSG ${status}${channel.name} :${text}`);
    }
  }

  #mode(client: ModelClient, [target = '', letters = '', ...args]: readonly string[]) {
    if (target.startsWith('#')) {
      changeModes(this, client, target, letters, args);
      return;
    }
    if (lowerCase(target) !== lowerCase(client.nick))
      return this.tell(client, this.model.find(target) ? '502' : `401 ${target}`);
    const on = letters.startsWith('+');
    const letter = letters.slice(1);
    if (letter === 'o' && on && !client.modes.has('o')) return this.tell(client, '481');
    if (client.modes.has(letter) === on) return;
    if (on) client.modes.add(letter);
    else client.modes.delete(letter);
    // Notices are for operators alone.
    const more = letter === 'o' && client.modes.delete('s') ? 's' : '';
    this.tell(client, `:${client.prefix} MODE ${client.nick} :${letters}${more}`);
  }
}

/** +n keeps strangers out, +m and bans those without status (RFC 2811 4.2). */
function maySpeak(channel: ModelChannel, client: ModelClient, status: string): boolean {
  const member = channel.member(client);
  if (member === undefined)
    return status === '' && !channel.flags.has('n') && !channel.flags.has('m') && !channel.bans(client);
  return member.op || member.voice || (!channel.flags.has('m') && !channel.bans(client));
}
