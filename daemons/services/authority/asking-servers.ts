/**
 * IRC servers that ask services about accounts (`XQ`, answered by `XR`): SASL, registration and all else that the server's own
 * keeper of accounts would be asked. Each has a channel of its own, with its logins under way, which ends with it.
 */
import {
  ACCOUNT_QUESTIONS,
  ACCOUNTS_LINE_CHARS,
  type AccountNews,
  type AccountQuestion,
  type MORE_MECHANISMS,
} from '../../../contract/accounts.ts';
import { SignalboxError } from '../../../contract/errors.ts';
import type { AccountKeeper } from '../../identity/account-keeper.ts';
import { TalkReader, writeTalk } from '../../irc/p10/talk-line.ts';
import { TOKEN } from '../../irc/p10/tokens.ts';
import type { TurnBudget } from '../../runtime/async/turn-budget.ts';
import { type Answerers, answerQuestions } from '../../runtime/net/peer-questions.ts';
import { TextChannel } from '../../runtime/net/text-channel.ts';
import { limits } from '../limits.ts';
import type { ViewServer } from '../network/view-parts.ts';
import type { HeardLine, Uplink } from '../uplink/uplink.ts';

/** What administrators ask, by way of the IRC server that is of the same instance. */
const OF_INSTANCE: ReadonlySet<AccountQuestion> = new Set([
  'list',
  'show',
  'create',
  'resetPassword',
  'drop',
  'suspend',
  'botLogin',
  'guessers',
  'resetGuessing',
]);

type MoreMechanism = (typeof MORE_MECHANISMS)[number];

interface Asker {
  readonly reader: TalkReader;
  readonly channel: TextChannel;
}

export interface AskingServersOptions {
  readonly keeper: AccountKeeper;
  /** What may begin in a turn of the loop. */
  readonly turns: Pick<TurnBudget, 'begin'>;
  /** Counts a question under way by its kind; what it returns ends it. */
  readonly count: (kind: string) => (failed?: boolean) => void;
  /** Whether the peer of the uplink is the IRC server of this instance. */
  readonly isOwn: (uplink: Uplink) => boolean;
  /** Whether nothing is registered for the moment. */
  readonly isClosed: () => boolean;
  readonly log: (level: 'warn', event: string, message: string) => void;
}

export class AskingServers {
  readonly #options: AskingServersOptions;
  readonly #askers = new Map<ViewServer, Asker>();

  constructor(options: AskingServersOptions) {
    this.#options = options;
    options.keeper.onNews((news) => this.#tell(news));
  }

  get size(): number {
    return this.#askers.size;
  }

  /** Whether a server is told what is news, and tells its users. */
  has(server: ViewServer): boolean {
    return this.#askers.has(server);
  }

  /** A line of a server; what is no question of services changes nothing. */
  hear(uplink: Uplink, { token, line }: HeardLine): void {
    const [target, word = '', piece = ''] = line.params;
    if (token !== TOKEN.XQUERY || target !== uplink.identity.numeric) return;
    const server = uplink.view.servers.get(line.source);
    if (server === undefined) return;
    const asker = this.#askers.get(server) ?? this.#open(uplink, server);
    const message = asker?.reader.take(word, piece);
    if (message !== undefined && message !== null) asker!.channel.push(message);
  }

  /** A server is gone, and with it what it was in the midst of. */
  gone(server: ViewServer): void {
    this.#askers.get(server)?.channel.close();
    this.#askers.delete(server);
  }

  /** There is no network any more. */
  clear(): void {
    for (const server of [...this.#askers.keys()]) this.gone(server);
  }

  #open(uplink: Uplink, server: ViewServer): Asker | undefined {
    if (this.#askers.size >= limits.askers.default) return undefined;
    const send = (message: string) => {
      if (uplink.state === 'ended') return false;
      for (const line of writeTalk(uplink.identity.numeric, 'XR', server.numeric, message)) uplink.send(line);
      return true;
    };
    const channel = new TextChannel({ send, waiting: limits.askedWaiting.default });
    const asker = { reader: new TalkReader(ACCOUNTS_LINE_CHARS), channel };
    this.#askers.set(server, asker);
    this.#tellMechanisms(channel, this.#options.keeper.moreMechanisms);
    const isOwn = this.#options.isOwn(uplink) && server === uplink.peer;
    const { keeper, isClosed } = this.#options;
    const answerers = counted(whileOpen(keeper.answerers(server.name), isClosed), this.#options);
    answerQuestions(channel, ACCOUNT_QUESTIONS, isOwn ? answerers : withoutAdministration(answerers))
      .catch((error: Error) => this.#options.log('warn', 'asker_refused', `${server.name}: ${error.message}`))
      .finally(() => {
        if (this.#askers.get(server) === asker) this.gone(server);
      });
    return asker;
  }

  /** What all know is not told. */
  #tellMechanisms(channel: TextChannel, more: readonly MoreMechanism[]): void {
    if (more.length === 0) return;
    const news: AccountNews = { kind: 'mechanisms', more: [...more] };
    channel.write(JSON.stringify({ news })).catch(() => {});
  }

  #tell(news: AccountNews): void {
    const message = JSON.stringify({ news });
    for (const { channel } of this.#askers.values()) channel.write(message).catch(() => {});
  }
}

type AccountAnswerers = Answerers<typeof ACCOUNT_QUESTIONS>;

/** The same answers, each counted while it is made, and so many of a turn of the loop. */
function counted(
  answerers: AccountAnswerers,
  { count, turns }: Pick<AskingServersOptions, 'count' | 'turns'>,
): AccountAnswerers {
  const entries = Object.entries(answerers).map(([name, answer]) => {
    const ask = answer as (args: unknown) => unknown;
    const work = async (args: unknown) => {
      const end = count(`XQ ${name}`);
      try {
        const turn = turns.begin();
        if (turn !== null) await turn;
        const result = await ask(args);
        end();
        return result;
      } catch (error) {
        // What was asked wrongly has not failed for want of something here.
        end(!(error instanceof SignalboxError) || error.code === 'unavailable');
        throw error;
      }
    };
    return [name, work];
  });
  return Object.fromEntries(entries) as AccountAnswerers;
}

/** The same answers, but to who registers something while that is closed: what bots refuse is not to be had by asking the IRC server. */
function whileOpen(answerers: AccountAnswerers, isClosed: () => boolean): AccountAnswerers {
  return {
    ...answerers,
    register: (args) =>
      isClosed() ? { kind: 'refused', why: 'unavailable', retrySeconds: 0 } : answerers.register(args),
    registerChannel: (args) => {
      if (!isClosed()) return answerers.registerChannel(args);
      throw new SignalboxError(
        'unavailable',
        'No channels are registered for the moment, because the network is being protected. Try again later.',
      );
    },
  };
}

/** The same answers, but to what only administrators of this instance ask. */
function withoutAdministration(answerers: AccountAnswerers): AccountAnswerers {
  const refuse = () => {
    throw new SignalboxError('access_denied', 'Only the IRC server of the same instance may ask that.');
  };
  const entries = Object.entries(answerers).map(([name, answer]) => [
    name,
    OF_INSTANCE.has(name as AccountQuestion) ? refuse : answer,
  ]);
  return Object.fromEntries(entries) as AccountAnswerers;
}
