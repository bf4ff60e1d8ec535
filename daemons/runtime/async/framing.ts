/** How the messages of a DuplexChannel stand in its stream: as the pieces that it has, or as lines of text. */
import { SignalboxError } from '../../../contract/errors.ts';
import { LineSplitter } from '../../../kit/line-splitter.ts';
import { limits } from '../limits.ts';

/** Cuts what arrives into messages, one when it is asked for: what nobody has room for stays as it arrived. */
export interface Decoder<Message> {
  /** Takes the next piece over. Called only when {@link next} has nothing more. */
  push(piece: unknown): void;
  /**
   * The next message; undefined where more has to arrive for it.
   * @throws SignalboxError where the other end sent what is no message
   */
  next(): Message | undefined;
  /** The input has ended: the last message, where it has one that nothing ends. */
  end(): Message | undefined;
}

/** One way of writing messages into a stream. */
export interface Framing<Message> {
  decoder(): Decoder<Message>;
  /**
   * The message as the stream takes it.
   * @throws SignalboxError where it cannot be written
   */
  encode(message: Message): unknown;
  /** Bytes of a message in memory, as far as they count. */
  bytesOf(message: Message): number;
}

/** Every piece of the stream is a message, cut anywhere where the stream has bytes; whole where it has objects. */
export function pieces<Message = Uint8Array>(): Framing<Message> {
  return {
    decoder() {
      let piece: Message | undefined;
      return {
        push(arrived) {
          piece = arrived as Message;
        },
        next() {
          const message = piece;
          piece = undefined;
          return message;
        },
        end: () => undefined,
      };
    },
    encode: (message) => message,
    bytesOf: (message) => {
      if (typeof message === 'string') return Buffer.byteLength(message);
      return ArrayBuffer.isView(message) ? message.byteLength : 0;
    },
  };
}

/**
 * Every line of UTF-8 text is a message, without its end (LF or CRLF). A line that is longer than `maxChars`, in UTF-16 units, is
 * an error of whoever sends it.
 */
export function lines(maxChars: number = limits.channelLineChars.default): Framing<string> {
  return {
    decoder: () => new LineDecoder(maxChars),
    encode(line) {
      if (line.length > maxChars)
        throw tooLong(`A line of ${line.length} characters cannot be sent`, maxChars);
      if (/[\r\n]/.test(line))
        throw new SignalboxError(
          'bad_request',
          'A line to be sent has a line end in it, which would make two of it.',
        );
      return `${line}\n`;
    },
    bytesOf: (line) => Buffer.byteLength(line) + 1,
  };
}

const LF = 0x0a;

class LineDecoder implements Decoder<string> {
  readonly #splitter: LineSplitter;
  #line: string | undefined;
  #piece = new Uint8Array(0);
  #at = 0;

  constructor(maxChars: number) {
    this.#splitter = new LineSplitter(maxChars, {
      line: (text) => {
        this.#line = text;
      },
      overlong: () => {
        throw tooLong('The other end sent a longer line', maxChars);
      },
    });
  }

  push(piece: unknown): void {
    this.#piece = typeof piece === 'string' ? Buffer.from(piece) : (piece as Uint8Array<ArrayBuffer>);
    this.#at = 0;
  }

  next(): string | undefined {
    const piece = this.#piece;
    const end = piece.indexOf(LF, this.#at);
    const next = end < 0 ? piece.length : end + 1;
    this.#splitter.push(piece.subarray(this.#at, next));
    this.#at = next;
    return this.#take();
  }

  end(): string | undefined {
    this.#splitter.end();
    return this.#take();
  }

  #take(): string | undefined {
    const line = this.#line;
    this.#line = undefined;
    return line;
  }
}

function tooLong(what: string, maxChars: number): SignalboxError {
  return new SignalboxError('limit_reached', `${what}: at most ${maxChars} characters.`);
}
