/**
 * A message of several lines that a client is sending (IRCv3 client-batch, multiline): its lines are collected until it says that they
 * are all, and nothing of it is delivered before. Filled by the dispatcher, begun and ended by commands/batch.ts.
 */
import { rawTagValue } from '../../irc/tags.ts';
import { limits } from '../limits.ts';
import type { LabelCapture } from './label-capture.ts';

/** The one type of batch that clients may send. */
export const MULTILINE = 'draft/multiline';
const CONCAT_TAG = 'draft/multiline-concat';

/** What CAP says of it. */
export const MULTILINE_VALUE = `max-bytes=${limits.multilineBytes.default},max-lines=${limits.multilineLines.default}`;

/** One line. */
export interface BatchLine {
  readonly text: string;
  /** Whether it goes on where the one before it ended. */
  readonly joined: boolean;
}

/** Why a batch is refused: a code of the specification, what stands behind it, and the text. */
export interface BatchProblem {
  readonly code: string;
  readonly context: string;
  readonly text: string;
}

const invalid = (text: string): BatchProblem => ({ code: 'MULTILINE_INVALID', context: '', text });

/** The batch that a client has opened. */
export class ClientBatch {
  readonly reference: string;
  /** As the client wrote it. */
  readonly target: string;
  /** Client-only tags, raw. */
  readonly clientTags: string;
  /** What is answered to, where the client gave it a label. */
  capture: LabelCapture | null;
  readonly lines: BatchLine[] = [];
  /** Set once it was refused: "all past and future messages in this batch will be ignored". */
  refused = false;
  verb: 'PRIVMSG' | 'NOTICE' | null = null;
  readonly #begunMs = Date.now();
  #bytes = 0;

  constructor(reference: string, target: string, clientTags: string, capture: LabelCapture | null) {
    this.reference = reference;
    this.target = target;
    this.clientTags = clientTags;
    this.capture = capture;
  }

  /** Whether it was left open for too long. */
  isOver(nowMs: number): boolean {
    return nowMs - this.#begunMs > limits.batchSeconds.default * 1000;
  }

  /** Takes a line of it; what is wrong with that, null for nothing. */
  add(command: string, params: readonly string[], tags: string): BatchProblem | null {
    if (command !== 'PRIVMSG' && command !== 'NOTICE') return invalid('Expected PRIVMSG or NOTICE');
    const [target = '', text] = params;
    if (text === undefined) return invalid('Expected a target and a text');
    if (this.verb !== null && command !== this.verb) return invalid('Expected only PRIVMSG, or only NOTICE');
    if (target.toLowerCase() !== this.target.toLowerCase())
      return {
        code: 'MULTILINE_INVALID_TARGET',
        context: `${this.target} ${target.slice(0, 64)}`,
        text: 'Expected the target of the batch',
      };
    const joined = rawTagValue(tags, CONCAT_TAG) !== null;
    if (joined && text === '') return invalid('An empty line cannot go on where another ended');
    this.verb = command;
    this.#bytes += Buffer.byteLength(text) + (joined || this.lines.length === 0 ? 0 : 1);
    this.lines.push({ text, joined });
    const { multilineBytes, multilineLines } = limits;
    if (this.lines.length > multilineLines.default)
      return {
        code: 'MULTILINE_MAX_LINES',
        context: String(multilineLines.default),
        text: 'Too many lines in one message',
      };
    if (this.#bytes > multilineBytes.default)
      return {
        code: 'MULTILINE_MAX_BYTES',
        context: String(multilineBytes.default),
        text: 'Too long for one message',
      };
    return null;
  }

  /** What is wrong with it as a whole, null for nothing. */
  problem(): BatchProblem | null {
    return this.lines.some(({ text }) => text !== '') ? null : invalid('A message has at least one line');
  }
}
