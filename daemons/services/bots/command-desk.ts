/**
 * What users say to bots: finds the command, looks whether they may use it, runs it and says what came of it. All that is said and
 * done to a user goes through here, and not to one who has come in their place.
 */

import { type ErrorCode, SignalboxError } from '../../../contract/errors.ts';
import type { OperatorDeed } from '../../../contract/link/deeds.ts';
import type { Unrecorded } from '../../../contract/manifest.ts';
import type { Clock } from '../../../kit/clock.ts';
import { ratePerSecond, TokenBucket } from '../../../kit/token-bucket.ts';
import { fold, sameName } from '../../irc/casemapping.ts';
import { writeLine } from '../../irc/p10/line.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import { TOKEN } from '../../irc/p10/tokens.ts';
import type { TurnBudget } from '../../runtime/async/turn-budget.ts';
import type { DeedAnswer } from '../../runtime/host/deed-ledger.ts';
import { limits } from '../limits.ts';
import type { ViewUser } from '../network/view-parts.ts';
import type { Operation, OperationPool } from '../operations/operation-pool.ts';
import type { Uplink } from '../uplink/uplink.ts';
import type { Bot } from './bot-roster.ts';
import type { Catalogues } from './catalogues.ts';
import type { CommandCall, CommandRow } from './command-row.ts';
import { usageOf } from './command-table.ts';
import { RefusedReply } from './refused-reply.ts';
import { phrase, type Reply, said } from './reply.ts';
import { replyLines } from './reply-lines.ts';
import type { ReplyStyle } from './reply-style.ts';

export interface CommandDeskOptions {
  readonly clock: Clock;
  readonly operations: OperationPool;
  /** What may begin in a turn of the loop. */
  readonly turns: Pick<TurnBudget, 'begin'>;
  /** The rows of a bot, by name and alias. */
  readonly tableOf: (bot: Bot) => ReadonlyMap<string, CommandRow>;
  /** How a user wants to be answered. */
  readonly styleOf: (user: ViewUser) => ReplyStyle;
  readonly catalogues: () => Catalogues;
  /** The level of the account that a user is logged in to; null where they are logged in to none that there is. */
  readonly levelOf: (user: ViewUser) => number | null;
  /** Whether somebody is not heard at all. */
  readonly isDeafTo?: (user: ViewUser) => boolean;
  /** Why a command is closed to a user for the moment; null or absent where it is not. */
  readonly closes?: (bot: Bot, row: CommandRow, user: ViewUser) => Reply | null;
  /** Has what an operator does written down before it is done. */
  readonly beginDeed: (deed: OperatorDeed, unrecorded: Unrecorded) => DeedAnswer | Promise<DeedAnswer>;
  /** Told what could not be done for a reason here. */
  readonly onFailure: (command: string, error: unknown) => void;
}

const RATE = ratePerSecond(limits.commandBurst.default, 1);

/** Takes commands. */
export class CommandDesk {
  readonly #options: CommandDeskOptions;
  readonly #buckets = new WeakMap<ViewUser, TokenBucket>();
  /** Commands that were dropped because they came too fast. */
  flooded = 0;

  constructor(options: CommandDeskOptions) {
    this.#options = options;
  }

  /** A user says something to a bot. */
  hear(uplink: Uplink, bot: Bot, user: ViewUser, text: string): void {
    if (this.#options.isDeafTo?.(user) === true) return;
    const say = (replies: readonly Reply[]) => {
      if (uplink.view.resolve(user) !== user) return;
      const { catalogues, styleOf } = this.#options;
      for (const line of replyLines(bot.numeric, user.numeric, replies, catalogues(), styleOf(user)))
        uplink.send(line);
    };
    if (text.startsWith(CTCP)) {
      const answer = ctcpAnswer(text);
      if (answer !== null && this.#mayAsk(user) && uplink.view.resolve(user) === user)
        uplink.send(writeLine(bot.numeric, TOKEN.NOTICE, [user.numeric], bytesOf(answer)));
      return;
    }
    const words = text.split(' ').filter((word) => word !== '');
    const name = (words.shift() ?? '').toUpperCase();
    if (name === '') return;
    if (!this.admits(user)) return;
    const row = this.#options.tableOf(bot).get(name);
    const refusal =
      row === undefined
        ? unknown(bot, name)
        : (refusalOf(row, user, words, this.#options.levelOf) ??
          this.#options.closes?.(bot, row, user) ??
          null);
    if (row === undefined || refusal !== null) {
      say([refusal ?? '']);
      return;
    }
    const operation = this.#options.operations.begin(row.name.toLowerCase(), user, () =>
      say([said`${row.name} took too long and was given up. Try again later.`]),
    );
    if (operation === null) say(['Too much is being done at the moment. Try again in a few seconds.']);
    else void this.#run(row, new Call(uplink, bot, user, words, operation), operation, say);
  }

  async #run(
    row: CommandRow,
    call: CommandCall,
    operation: Operation,
    say: (replies: readonly Reply[]) => void,
  ): Promise<void> {
    try {
      const turn = this.#options.turns.begin();
      if (turn !== null) await turn;
      const replies = await this.#carryOut(row, call);
      if (!operation.over) say(replies);
      operation.end();
    } catch (error) {
      const refused = error instanceof SignalboxError && REFUSALS.has(error.code);
      if (!operation.over) say([excuse(error)]);
      operation.end(!refused);
      if (!refused) this.#options.onFailure(row.name, error);
    }
  }

  /** Has it written down where it is to be, then done. */
  async #carryOut(row: CommandRow, call: CommandCall): Promise<readonly Reply[]> {
    // They may have gone, or been given up, while it waited for its turn.
    if (!call.stands) return [];
    const refusal = (await row.refusal?.(call)) ?? null;
    if (refusal !== null) return [refusal];
    // Who has left while that was looked at wants nothing any more, and who was logged out or lost their level may not.
    if (!call.stands) return [];
    const lost = refusalOf(row, call.user, call.words, this.#options.levelOf);
    if (lost !== null) return [lost];
    const args = row.recorded?.(call) ?? null;
    if (args === null) return await row.run(call);
    const { beginDeed, levelOf } = this.#options;
    const { nick, username, host, account } = call.user;
    const actor = `${nick}!${username}@${host} (account ${account}, level ${levelOf(call.user)})`;
    const answer = await beginDeed({ actor, command: row.deed ?? row.name, args }, 'refuse');
    if (!answer.mayRun) return [said`${row.name} was not done: ${answer.refusal.message}`];
    if (!call.stands) {
      answer.deed.end(false, 'not done: whoever asked for it was gone, or had waited too long');
      return [];
    }
    const late = refusalOf(row, call.user, call.words, levelOf);
    if (late !== null) {
      answer.deed.end(false, 'not done: whoever asked for it may not do it any more');
      return [late];
    }
    try {
      const replies = await row.run(call);
      answer.deed.end(true, 'done');
      return replies;
    } catch (error) {
      answer.deed.end(
        false,
        error instanceof SignalboxError ? `${error.code}: ${error.message}` : 'internal',
      );
      throw error;
    }
  }

  /** Whether somebody may say one more thing now, which counts as a command does. */
  admits(user: ViewUser): boolean {
    if (this.#mayAsk(user)) return true;
    this.flooded++;
    return false;
  }

  #mayAsk(user: ViewUser): boolean {
    const now = this.#options.clock.monotonic();
    let bucket = this.#buckets.get(user);
    if (bucket === undefined) {
      bucket = new TokenBucket(RATE, now);
      this.#buckets.set(user, bucket);
    }
    return bucket.take(1, now);
  }
}

/** Words of a command that may name somebody; a line holds no more nicks than that. */
const WORDS_KNOWN = 64;

class Call implements CommandCall {
  readonly bot: Bot;
  readonly user: ViewUser;
  readonly words: readonly string[];
  readonly #uplink: Uplink;
  readonly #operation: Operation;
  /** By word whoever was called so when it was said. */
  readonly #called = new Map<string, ViewUser | undefined>();

  constructor(uplink: Uplink, bot: Bot, user: ViewUser, words: readonly string[], operation: Operation) {
    this.#uplink = uplink;
    this.bot = bot;
    this.user = user;
    this.words = words;
    this.#operation = operation;
    for (let at = 0; at < words.length && at < WORDS_KNOWN; at++) {
      const word = words[at]!;
      this.#called.set(fold(word), uplink.view.byNick(word));
    }
  }

  byNick(nick: string): ViewUser | undefined {
    const { view } = this.#uplink;
    const key = fold(nick);
    if (!this.#called.has(key)) return view.byNick(nick);
    const user = this.#called.get(key);
    return user !== undefined && view.resolve(user) === user ? user : undefined;
  }

  from(index: number): string {
    return this.words.slice(index).join(' ');
  }

  get stands(): boolean {
    return !this.#operation.over && this.#uplink.view.resolve(this.user) === this.user;
  }

  logIn(account: string, createdMs: number): boolean {
    const { user } = this;
    if (!this.stands) return false;
    const { kind, view } = this.#uplink;
    const seconds = Math.floor(createdMs / 1_000);
    // A stamp of an account that is gone says the same name and another time.
    if (user.account === account && [0, seconds].includes(user.accountSeconds)) return true;
    if (kind === 'ircu') {
      // A stamp of ircu is for good: a second one is refused, and the whole network hears of it.
      if (user.account !== null) return false;
      this.#uplink.say(TOKEN.ACCOUNT, [user.numeric, account, seconds]);
    } else {
      this.#uplink.say(TOKEN.ACCOUNT, [user.numeric, user.account === null ? 'R' : 'M', account, seconds]);
    }
    view.setAccount(user, account, seconds);
    return true;
  }
}

/** Takes an account away from whoever is logged in to it, as far as the network can. */
export function logOutAll(uplink: Uplink, account: string): void {
  if (uplink.kind === 'ircu') return;
  for (const user of [...uplink.view.loggedIn(account)]) {
    uplink.send(writeLine(uplink.identity.numeric, TOKEN.ACCOUNT, [user.numeric, 'U']));
    uplink.view.setAccount(user, null);
  }
}

/** Has the network know that an account is called something else, to which a user is logged in. Not for ircu, where a stamp is for good. */
export function restampUser(
  uplink: Uplink,
  user: ViewUser,
  before: string,
  account: string,
  createdMs: number,
): void {
  if (uplink.view.resolve(user) !== user || user.account === null || !sameName(user.account, before)) return;
  const seconds = Math.floor(createdMs / 1_000);
  uplink.say(TOKEN.ACCOUNT, [user.numeric, 'M', account, seconds]);
  uplink.view.setAccount(user, account, seconds);
}

/** Takes somebody off the network, who is gone here at once. */
export function killUser(uplink: Uplink, user: ViewUser, reason: string): void {
  const { identity, view } = uplink;
  if (view.resolve(user) !== user) return;
  uplink.say(TOKEN.KILL, [user.numeric], bytesOf(`${identity.name} (${reason})`));
  view.removeUser(user);
}

/** What a command throws that may not be done, as somebody asked for it. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(['not_found', 'conflict', 'bad_request', 'access_denied']);

function unknown({ nick }: Bot, name: string): Reply {
  return said`There is no command ${name.slice(0, 32)}. /msg ${nick} HELP lists them.`;
}

/** Why a command is not run; null where it is. */
function refusalOf(
  row: CommandRow,
  user: ViewUser,
  words: readonly string[],
  levelOf: CommandDeskOptions['levelOf'],
): Reply | null {
  const { needs } = row;
  const level = levelOf(user);
  const operators = needs === 'operator' || (typeof needs === 'object' && needs.operator === true);
  if (operators && !user.isOperator) return said`${row.name} is for operators of the network.`;
  if (needs !== 'anybody' && needs !== 'operator' && level === null)
    return said`${row.name} is for those who are logged in: AUTH <account> <password> first.`;
  if (typeof needs === 'object' && level! < needs.level)
    return said`${row.name} is for accounts of level ${needs.level} and above.`;
  if (words.length < row.least || (row.most !== null && words.length > row.most))
    return said`Expected: ${phrase(usageOf(row))}`;
  return null;
}

function excuse(error: unknown): Reply {
  if (error instanceof RefusedReply) return said`That was not done: ${error.reply}`;
  if (error instanceof SignalboxError && error.code !== 'internal')
    return said`That was not done: ${phrase(error.message)}`;
  return 'That was not done: something is wrong with services, and the operators can read what.';
}

/** CTCP: a message between two of these. */
export const CTCP = '\x01';

function ctcpAnswer(text: string): string | null {
  const [word = '', ...rest] = (text.split(CTCP)[1] ?? '').split(' ');
  if (word === 'PING') return `${CTCP}PING ${rest.join(' ')}${CTCP}`;
  return word === 'VERSION' ? `${CTCP}VERSION Signalbox services${CTCP}` : null;
}
