/**
 * IRC as its rules say it, as slowly as can be: no index, no count and no cache, only lists that are searched from the
 * front. What the server keeps beside its state is compared with what is found here. For the tests of the state.
 */

/** A mask of a list or a server ban: how a person types it, how it is shown, and whom it covers. */
export interface ModelMask {
  readonly typed: string;
  readonly shown: string;
  readonly covers: (client: ModelClient) => boolean;
}

/** A mask on a list of a channel. */
export interface ModelEntry {
  readonly mask: ModelMask;
  readonly by: string;
  readonly atMs: number;
}

/** Who somebody was. */
export interface ModelPast {
  readonly nick: string;
  readonly user: string;
  readonly host: string;
  readonly realname: string;
  readonly server: string;
  readonly leftMs: number;
}

/** The server that the tests are about. */
export const HERE = 'irc.test';

/** A client of the server, registered or not, or a user of another server. */
export class ModelClient {
  readonly slot: number;
  readonly address: string;
  readonly host: string;
  /** It asked for {@link MODEL_CAPS}. */
  readonly caps: boolean;
  nick = '';
  user = '';
  realname = '';
  registered = false;
  /** Letters of its user modes. */
  readonly modes = new Set<string>();
  away: string | null = null;
  invites: { readonly channel: ModelChannel; byOperator: boolean }[] = [];
  signonMs = 0;
  spokeMs: number;
  /** Where it is. */
  readonly server: string;

  constructor(slot: number, address: string, host: string, caps: boolean, nowMs: number, server = HERE) {
    this.slot = slot;
    this.address = address;
    this.host = host;
    this.caps = caps;
    this.spokeMs = nowMs;
    this.server = server;
  }

  /** It is on another server. */
  get remote(): boolean {
    return this.server !== HERE;
  }

  get prefix(): string {
    return `${this.nick}!${this.user}@${this.host}`;
  }
}

/** Capabilities that half of the clients ask for. */
export const MODEL_CAPS =
  'multi-prefix extended-join away-notify invite-notify userhost-in-names draft/channel-rename';

/** A client on a channel. */
export interface ModelMember {
  readonly client: ModelClient;
  op: boolean;
  voice: boolean;
}

/** A channel with members. */
export class ModelChannel {
  name: string;
  /** When it was renamed last. */
  renamedMs = 0;
  readonly createdMs: number;
  readonly flags = new Set(['n', 't']);
  readonly lists: Readonly<Record<string, ModelEntry[]>> = { b: [], e: [], I: [] };
  members: ModelMember[] = [];
  key: string | null = null;
  limit: number | null = null;
  topic = '';
  topicBy = '';
  topicAtMs = 0;

  constructor(name: string, createdMs: number) {
    this.name = name;
    this.createdMs = createdMs;
  }

  member(client: ModelClient): ModelMember | undefined {
    return this.members.find((member) => member.client === client);
  }

  covers(letter: 'b' | 'e' | 'I', client: ModelClient): boolean {
    return this.lists[letter]!.some(({ mask }) => mask.covers(client));
  }

  bans(client: ModelClient): boolean {
    return this.covers('b', client) && !this.covers('e', client);
  }

  get isPublic(): boolean {
    return !this.flags.has('s') && !this.flags.has('p');
  }
}

/** A K-line or D-line. */
export interface ModelServerBan {
  readonly kind: 'kline' | 'dline';
  readonly mask: ModelMask;
  readonly expiresMs: number | null;
}

/** RFC 1459 section 2.2: `{}|^` are the lower case of `[]\~`. */
export function lowerCase(name: string): string {
  return name.replaceAll(/[A-Z[\]\\~]/g, (letter) =>
    letter === '~' ? '^' : String.fromCharCode(letter.charCodeAt(0) + 32),
  );
}

/** Everything that there is. */
export class IrcModel {
  clients: ModelClient[] = [];
  channels: ModelChannel[] = [];
  /** When the newest was made of each name that there was, folded. */
  readonly #madeMs = new Map<string, number>();
  serverBans: ModelServerBan[] = [];
  /** Newest last. */
  readonly past: ModelPast[] = [];
  maxLocal = 0;
  maxUsers = 0;

  get registered(): ModelClient[] {
    return this.clients.filter(({ registered }) => registered);
  }

  get locals(): ModelClient[] {
    return this.clients.filter(({ remote }) => !remote);
  }

  /** To be called when somebody was added. */
  noteMost(): void {
    const { registered } = this;
    this.maxUsers = Math.max(this.maxUsers, registered.length);
    this.maxLocal = Math.max(this.maxLocal, registered.filter(({ remote }) => !remote).length);
  }

  get opers(): ModelClient[] {
    return this.clients.filter(({ modes }) => modes.has('o'));
  }

  holder(nick: string): ModelClient | undefined {
    return this.clients.find((client) => lowerCase(client.nick) === lowerCase(nick));
  }

  find(nick: string): ModelClient | undefined {
    return this.registered.find((client) => lowerCase(client.nick) === lowerCase(nick));
  }

  channel(name: string): ModelChannel | undefined {
    return this.channels.find((channel) => lowerCase(channel.name) === lowerCase(name));
  }

  /** When a channel is made that somebody here makes now: never in the second of one of that name before it. */
  birthOf(name: string, nowMs: number): number {
    const before = this.#madeMs.get(lowerCase(name));
    return before === undefined ? nowMs : Math.max(nowMs, (Math.floor(before / 1000) + 1) * 1000);
  }

  /** Whatever had the new name before is a former one of it, and whoever makes one of the old name makes a younger one. */
  rename(channel: ModelChannel, name: string, nowMs: number): void {
    const [old, now] = [lowerCase(channel.name), lowerCase(name)];
    if (old !== now) {
      const before = [old, now].map((one) => this.#madeMs.get(one) ?? 0);
      if (Math.max(...before) > 0) this.#madeMs.set(now, Math.max(...before));
      this.#madeMs.set(old, channel.createdMs);
    }
    // It is the newest in the list of channels.
    this.channels = [...this.channels.filter((other) => other !== channel), channel];
    channel.name = name;
    channel.renamedMs = nowMs;
  }

  channelsOf(client: ModelClient): ModelChannel[] {
    return this.channels.filter((channel) => channel.member(client) !== undefined);
  }

  /** Who shares a channel with a client. */
  neighbours(client: ModelClient): ModelClient[] {
    return this.clients.filter(
      (other) => other !== client && this.channelsOf(client).some((channel) => channel.member(other)),
    );
  }

  /** Takes a client off a channel, which ends with its last member, and the invitations to it with it. */
  leave(client: ModelClient, channel: ModelChannel): void {
    channel.members = channel.members.filter((member) => member.client !== client);
    if (channel.members.length > 0) return;
    this.channels = this.channels.filter((other) => other !== channel);
    const name = lowerCase(channel.name);
    this.#madeMs.set(name, Math.max(channel.createdMs, this.#madeMs.get(name) ?? 0));
    for (const other of this.clients)
      other.invites = other.invites.filter((held) => held.channel !== channel);
  }

  remember(client: ModelClient, nowMs: number): void {
    const { nick, user, host, realname, server } = client;
    this.past.push({ nick, user, host, realname, server, leftMs: nowMs });
  }

  /** Who used a nick before. */
  pastOf(nick: string): ModelPast[] {
    return this.past.filter((entry) => lowerCase(entry.nick) === lowerCase(nick));
  }

  remove(client: ModelClient, nowMs: number): void {
    if (client.registered) this.remember(client, nowMs);
    for (const channel of this.channelsOf(client)) this.leave(client, channel);
    this.clients = this.clients.filter((other) => other !== client);
  }

  /** The server ban that covers a client; before registration only its address counts. */
  banOn(client: ModelClient, nowMs: number): ModelServerBan | undefined {
    return this.serverBans.find(
      ({ kind, mask, expiresMs }) =>
        (expiresMs === null || expiresMs > nowMs) &&
        (kind === 'dline' || client.user.startsWith('~')) &&
        mask.covers(client),
    );
  }
}
