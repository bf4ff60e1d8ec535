/**
 * Questions and answers between two daemons, a line of JSON each: `{"id":1,"ask":"list","args":{}}` is answered by
 * `{"id":1,"ok":true,"result":{}}` or `{"id":1,"ok":false,"error":{}}`; whoever is asked may also tell news, `{"news":{}}`. What
 * arrives is checked by the schemas of the protocol at both ends.
 */
import { z } from 'zod';
import {
  ERROR_CODES,
  type ErrorCode,
  fromWireError,
  SignalboxError,
  toWireError,
} from '../../../contract/errors.ts';
import type { Clock } from '../../../kit/clock.ts';
import { ascendingIds, PendingRequests } from '../../../kit/pending-requests.ts';
import type { RequestFigures } from '../../../kit/request-figures.ts';
import { limits } from '../limits.ts';

/** The questions of a protocol, each with what is asked and what is answered. */
export type QuestionTable = Readonly<
  Record<string, { readonly args: z.ZodType; readonly result: z.ZodType }>
>;

/** What questions travel by: whole messages in their order. A DuplexChannel of lines is one. */
export interface QuestionChannel extends AsyncIterable<string> {
  /** Rejects where the other end is gone. */
  write(message: string): Promise<void>;
  close(): void;
}

/** What answers each question; it may throw a SignalboxError. */
export type Answerers<Table extends QuestionTable> = {
  readonly [Name in keyof Table]: (
    args: z.output<Table[Name]['args']>,
  ) => z.output<Table[Name]['result']> | Promise<z.output<Table[Name]['result']>>;
};

const id = z.number().int().nonnegative();
const questionSchema = z.strictObject({ id, ask: z.string().max(64), args: z.unknown() });
const errorSchema = z.strictObject({
  code: z.string().transform((code): ErrorCode => (code in ERROR_CODES ? (code as ErrorCode) : 'internal')),
  message: z.string(),
});
const answerSchema = z.union([
  z.strictObject({ id, ok: z.literal(true), result: z.unknown() }),
  z.strictObject({ id, ok: z.literal(false), error: errorSchema }),
  z.strictObject({ news: z.unknown() }),
]);

/**
 * Answers what a peer asks until its channel ends. What is no question ends it.
 * @throws SignalboxError `bad_request` for what is none, or why the channel failed
 */
export async function answerQuestions<Table extends QuestionTable>(
  channel: QuestionChannel,
  table: Table,
  answerers: Answerers<Table>,
): Promise<void> {
  let open = 0;
  for await (const line of channel) {
    const question = questionSchema.safeParse(jsonOf(line));
    if (!question.success)
      throw new SignalboxError('bad_request', 'The peer sent a line that is no question.');
    const { id, ask, args } = question.data;
    const say = (answer: object) =>
      // Whoever asked is gone.
      channel.write(JSON.stringify({ id, ...answer })).catch(() => {});
    if (open >= limits.peerQuestions.default) {
      await say({ ok: false, error: tooMany() });
      continue;
    }
    open++;
    void answerOne(table, answerers, ask, args)
      .then((result) => say({ ok: true, result }))
      .catch((error) => say({ ok: false, error: wireOf(error) }))
      .finally(() => open--);
  }
}

async function answerOne<Table extends QuestionTable>(
  table: Table,
  answerers: Answerers<Table>,
  ask: string,
  given: unknown,
): Promise<unknown> {
  const spec = Object.hasOwn(table, ask) ? table[ask] : undefined;
  if (spec === undefined) throw new SignalboxError('unknown_request', `There is no question "${ask}".`);
  const args = spec.args.safeParse(given);
  // The arguments may be secret: it is not said what they are.
  if (!args.success)
    throw new SignalboxError('bad_request', `The arguments of "${ask}" are not what it takes.`);
  return await answerers[ask as keyof Table](args.data as never);
}

/** Asks over one channel after the other. */
export class PeerQuestions<Table extends QuestionTable> {
  readonly #table: Table;
  readonly #pending: PendingRequests<unknown>;
  #channel: QuestionChannel | null = null;

  constructor(table: Table, clock: Clock, figures?: RequestFigures) {
    this.#table = table;
    const options = { limit: limits.peerQuestions.default, ...(figures === undefined ? {} : { figures }) };
    this.#pending = new PendingRequests(clock, options, ascendingIds());
  }

  /**
   * Asks. Never answered twice.
   * @throws SignalboxError (as a rejection) what the peer says; `unavailable` where nobody is there or the peer goes,
   *   `timeout`, `limit_reached` where too much is asked at once
   */
  async ask<Name extends keyof Table & string>(
    name: Name,
    args: z.output<Table[Name]['args']>,
    timeoutMs: number = limits.peerAnswerMs.default,
  ): Promise<z.output<Table[Name]['result']>> {
    const channel = this.#channel;
    if (channel === null) throw fromWireError(GONE);
    const { requestId, answer } = this.#pending.open(name, timeoutMs);
    if (this.#pending.has(requestId)) {
      channel
        .write(JSON.stringify({ id: requestId, ask: name, args }))
        .catch((error) => this.#pending.reject(requestId, toWireError(error)));
    }
    const parsed = this.#table[name]!.result.safeParse(await answer);
    if (!parsed.success)
      throw new SignalboxError('internal', `The answer to "${name}" is not what was expected.`);
    return parsed.data as z.output<Table[Name]['result']>;
  }

  /**
   * Asks over this channel from here on, and resolves when it has ended; what was not answered is rejected then.
   * @param onNews told of what the peer says without being asked
   */
  async use(channel: QuestionChannel, onNews: (news: unknown) => void): Promise<void> {
    this.#channel = channel;
    try {
      for await (const line of channel) {
        const parsed = answerSchema.safeParse(jsonOf(line));
        if (!parsed.success)
          throw new SignalboxError('bad_request', 'The peer sent a line that is no answer.');
        const message = parsed.data;
        if ('news' in message) onNews(message.news);
        else if (message.ok) this.#pending.resolve(message.id, message.result);
        else this.#pending.reject(message.id, message.error);
      }
    } finally {
      if (this.#channel === channel) this.#channel = null;
      this.#pending.cancelAll(GONE);
      channel.close();
    }
  }
}

const GONE = { code: 'unavailable', message: 'Whoever would answer is not there now.' } as const;

function tooMany() {
  return {
    code: 'limit_reached',
    message: `${limits.peerQuestions.default} questions are being answered already.`,
  };
}

function wireOf(error: unknown) {
  const { code, message } = toWireError(error);
  return { code, message };
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
