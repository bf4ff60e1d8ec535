/** What a client sees of the state when it asks, found in the slow model. For the tests of the state. */
import type { IrcModel, ModelChannel, ModelClient, ModelMember } from './irc-model.ts';

/** Nicks that are asked about. */
export const NICKS = ['a', 'A', 'B[', 'b{', 'c', 'd'] as const;
/** Channels that are asked about. */
export const CHANNELS = ['#x', '#X', '#y|', '#Y\\', '#z~'] as const;

/** Letters of flags in the order in which a channel shows them. */
const CHANNEL_FLAGS = 'CHKMNOSTZcimnprst';
const USER_FLAGS = 'Biosw';

const seconds = (ms: number) => String(Math.floor(ms / 1000));

/** One question, and every line of its answer. */
export interface View {
  readonly line: string;
  readonly lines: readonly string[];
}

/** Everything that a client may ask, with what it is answered, in no particular order of lines and of words. */
export function viewsOf(model: IrcModel, asker: ModelClient, nowMs: number): View[] {
  const views = new Views(model, asker, nowMs);
  return [
    views.lusers(),
    views.list(),
    views.whoAll(),
    views.ownModes(),
    views.invites(),
    views.online(),
    ...CHANNELS.flatMap((name) => views.ofChannel(name)),
    ...NICKS.flatMap((nick) => [views.whois(nick), views.whowas(nick)]),
  ];
}

class Views {
  readonly #model: IrcModel;
  readonly #asker: ModelClient;
  readonly #nowMs: number;
  readonly #all: boolean;

  constructor(model: IrcModel, asker: ModelClient, nowMs: number) {
    this.#model = model;
    this.#asker = asker;
    this.#nowMs = nowMs;
    this.#all = asker.modes.has('o');
  }

  lusers(): View {
    const { registered, opers, clients, channels, maxLocal, maxUsers } = this.#model;
    const total = registered.length;
    const local = registered.filter(({ remote }) => !remote).length;
    const invisible = registered.filter(({ modes }) => modes.has('i')).length;
    const unknown = clients.length - total;
    return this.#view('LUSERS', [
      `251 :There are ${total - invisible} users and ${invisible} invisible on 2 servers`,
      ...(opers.length > 0 ? [`252 ${opers.length} :operator(s) online`] : []),
      ...(unknown > 0 ? [`253 ${unknown} :unknown connection(s)`] : []),
      ...(channels.length > 0 ? [`254 ${channels.length} :channels formed`] : []),
      `255 :I have ${local} clients and 1 servers`,
      `265 ${local} ${maxLocal} :Current local users ${local}, max ${maxLocal}`,
      `266 ${total} ${maxUsers} :Current global users ${total}, max ${maxUsers}`,
    ]);
  }

  list(): View {
    const known = this.#model.channels.filter((channel) => this.#mayKnow(channel) || this.#all);
    const rows = known.map(({ name, members, topic }) => `322 ${name} ${members.length} :${topic}`);
    return this.#view('LIST', ['321 Channel :Users  Name', ...rows, '323 :End of /LIST']);
  }

  whoAll(): View {
    const seen = this.#model.registered.filter((other) => this.#sees(other));
    return this.#view('WHO *', [...seen.map((other) => this.#whoRow(other)), '315 * :End of WHO list']);
  }

  ownModes(): View {
    const letters = [...USER_FLAGS].filter((letter) => this.#asker.modes.has(letter)).join('');
    const notices = this.#asker.modes.has('s') ? ['008 +bdfgklos :Server notice mask'] : [];
    return this.#view(`MODE ${this.#asker.nick}`, [`221 +${letters}`, ...notices]);
  }

  invites(): View {
    const rows = this.#asker.invites.map(({ channel }) => `336 ${channel.name}`);
    return this.#view('INVITE', [...rows, '337 :End of invite list']);
  }

  online(): View {
    const nicks = NICKS.flatMap((nick) => this.#model.find(nick)?.nick ?? []);
    return this.#view(`ISON ${NICKS.join(' ')}`, [`303 :${sortedWords(nicks)}`]);
  }

  ofChannel(name: string): View[] {
    const channel = this.#model.channel(name);
    if (channel === undefined)
      return [
        this.#view(`NAMES ${name}`, [`366 ${name} :End of /NAMES list`]),
        this.#view(`TOPIC ${name}`, [`403 ${name} :No such channel`]),
        this.#view(`MODE ${name}`, [`403 ${name} :No such channel`]),
      ];
    return [
      this.#names(name, channel),
      this.#who(name, channel),
      this.#topic(name, channel),
      this.#modes(name, channel),
      ...(['b', 'e', 'I'] as const).map((letter) => this.#masks(name, channel, letter)),
    ];
  }

  whois(nick: string): View {
    const { nick: own } = this.#asker;
    const target = this.#model.find(nick);
    if (target === undefined)
      return this.#view(`WHOIS ${nick}`, [
        `401 ${nick} :No such nick/channel`,
        `318 ${nick} :End of /WHOIS list`,
      ]);
    const shown = target.nick;
    const trusted = this.#all || own === shown;
    const modes = [...USER_FLAGS].filter((letter) => target.modes.has(letter)).join('');
    const channels = this.#model
      .channelsOf(target)
      .filter((one) => trusted || one.member(this.#asker) || (one.isPublic && !target.modes.has('i')))
      .map((channel) => this.#status(channel.member(target)!) + channel.name);
    return this.#view(`WHOIS ${nick}`, [
      `311 ${shown} ${target.user} ${target.host} * :${target.realname}`,
      ...(channels.length > 0 ? [`319 ${shown} :${sortedWords(channels)}`] : []),
      `312 ${shown} ${target.server} :*`,
      ...(target.modes.has('o') ? [`313 ${shown} :is an ${target.remote ? 'IRC ' : ''}operator`] : []),
      ...(target.away === null ? [] : [`301 ${shown} :${target.away}`]),
      ...(target.modes.has('B') ? [`335 ${shown} :*`] : []),
      ...(trusted
        ? [
            `378 ${shown} :is connecting from ${target.user}@${target.host} ${target.address}`,
            `379 ${shown} :is using modes +${modes}`,
          ]
        : []),
      ...(target.remote
        ? []
        : [
            `317 ${shown} ${seconds(this.#nowMs - target.spokeMs)} ${seconds(target.signonMs)} :seconds idle, signon time`,
          ]),
      `318 ${shown} :End of /WHOIS list`,
    ]);
  }

  whowas(nick: string): View {
    const entries = this.#model.pastOf(nick);
    const end = `369 ${nick} :End of WHOWAS`;
    if (entries.length === 0)
      return this.#view(`WHOWAS ${nick}`, [`406 ${nick} :There was no such nickname`, end]);
    const rows = entries.flatMap((one) => [
      `314 ${one.nick} ${one.user} ${one.host} * :${one.realname}`,
      `312 ${one.nick} ${one.server} :${new Date(one.leftMs).toUTCString()}`,
    ]);
    return this.#view(`WHOWAS ${nick}`, [...rows, end]);
  }

  #names(name: string, channel: ModelChannel): View {
    const inside = channel.member(this.#asker) !== undefined;
    const words = channel.members
      .filter(({ client }) => inside || !client.modes.has('i'))
      .map((one) => this.#status(one) + (this.#asker.caps ? one.client.prefix : one.client.nick));
    const symbol = channel.flags.has('s') ? '@' : channel.flags.has('p') ? '*' : '=';
    const shown = this.#mayKnow(channel) && words.length > 0;
    return this.#view(`NAMES ${name}`, [
      ...(shown ? [`353 ${symbol} ${channel.name} :${sortedWords(words)}`] : []),
      `366 ${channel.name} :End of /NAMES list`,
    ]);
  }

  #who(name: string, channel: ModelChannel): View {
    const inside = channel.member(this.#asker) !== undefined;
    const rows = channel.members
      .filter(({ client }) => inside || this.#all || (channel.isPublic && !client.modes.has('i')))
      .map((member) => this.#whoRow(member.client, channel, member));
    return this.#view(`WHO ${name}`, [...rows, `315 ${name} :End of WHO list`]);
  }

  #whoRow(other: ModelClient, channel?: ModelChannel, member?: ModelMember): string {
    const { modes } = other;
    const flags = `${other.away === null ? 'H' : 'G'}${modes.has('o') ? '*' : ''}${modes.has('B') ? 'B' : ''}`;
    const status = member === undefined ? '' : this.#status(member);
    return `352 ${channel?.name ?? '*'} ${other.user} ${other.host} ${other.server} ${other.nick} ${flags}${status} :${other.remote ? 1 : 0} ${other.realname}`;
  }

  #topic(name: string, channel: ModelChannel): View {
    const { topic, topicBy, topicAtMs } = channel;
    const line = `TOPIC ${name}`;
    if (!this.#mayKnow(channel)) return this.#view(line, [`442 ${channel.name} :You're not on that channel`]);
    if (topic === '') return this.#view(line, [`331 ${channel.name} :No topic is set`]);
    return this.#view(line, [
      `332 ${channel.name} :${topic}`,
      `333 ${channel.name} ${topicBy} ${seconds(topicAtMs)}`,
    ]);
  }

  #modes(name: string, channel: ModelChannel): View {
    let letters = [...CHANNEL_FLAGS].filter((letter) => channel.flags.has(letter)).join('');
    let args = '';
    if (channel.key !== null) {
      letters += 'k';
      args += ` ${channel.member(this.#asker) ? channel.key : '*'}`;
    }
    if (channel.limit !== null) {
      letters += 'l';
      args += ` ${channel.limit}`;
    }
    return this.#view(`MODE ${name}`, [
      `324 ${channel.name} +${letters}${args}`,
      `329 ${channel.name} ${seconds(channel.createdMs)}`,
    ]);
  }

  #masks(name: string, channel: ModelChannel, letter: 'b' | 'e' | 'I'): View {
    const [row, end, what] = {
      b: [367, 368, 'ban'],
      e: [348, 349, 'exception'],
      I: [346, 347, 'invite exception'],
    }[letter];
    const entries = this.#mayKnow(channel) ? channel.lists[letter]! : [];
    return this.#view(`MODE ${name} ${letter}`, [
      ...entries.map(({ mask, by, atMs }) => `${row} ${channel.name} ${mask.shown} ${by} ${seconds(atMs)}`),
      `${end} ${channel.name} :End of channel ${what} list`,
    ]);
  }

  #status({ op, voice }: ModelMember): string {
    if (op) return voice && this.#asker.caps ? '@+' : '@';
    return voice ? '+' : '';
  }

  #mayKnow(channel: ModelChannel): boolean {
    return channel.isPublic || channel.member(this.#asker) !== undefined;
  }

  #sees(other: ModelClient): boolean {
    if (!other.modes.has('i') || other === this.#asker || this.#all) return true;
    return this.#model.neighbours(this.#asker).includes(other);
  }

  #view(line: string, lines: readonly string[]): View {
    return { line, lines: [...lines].sort() };
  }
}

function sortedWords(words: readonly string[]): string {
  return [...words].sort().join(' ');
}

/** A line of an answer as {@link viewsOf} has it: without the server and the nick, its words in order where they have none. */
export function asView(line: string): string {
  const [, code = '', rest = ''] = /^:irc\.test (\d+) \S+ ?(.*)$/s.exec(line) ?? [];
  const shown = rest === '' ? code : `${code} ${rest}`;
  const at = shown.indexOf(' :');
  if (code === '312' && !/ GMT$/.test(shown)) return `${shown.slice(0, at)} :*`;
  if (code === '335') return `${shown.slice(0, at)} :*`;
  if (code !== '353' && code !== '319' && code !== '303') return shown;
  return `${shown.slice(0, at)} :${sortedWords(
    shown
      .slice(at + 2)
      .trim()
      .split(' '),
  )}`;
}
