/** What the parser of answers tells the client that feeds it. */
import type { Metadata } from './metadata.ts';
import type { StatusName } from './status.ts';

/** What follows the head of an answer that is `ok`, as the mode of its request says. */
export type Expected = 'descriptor' | 'content';

/** The head of an answer. A new object for each. */
export interface AnswerHead {
  /** Of the request; 0 in version 1. */
  readonly id: number;
  readonly status: StatusName;
  /** Bytes of content that follow. */
  readonly contentBytes: number;
  /** Of a refusal its text is `errorText`, in both dialects. */
  readonly metadata: Metadata;
  /** Open in this process and the receiver's to close; -1 where there is none. */
  readonly descriptor: number;
}

/** What the server agreed to in HELLO_ACK. */
export interface HelloAck {
  /** False where it does not speak the version, or not these capabilities; then it closes. */
  readonly accepted: boolean;
  /** Bits of `CAPABILITY`. */
  readonly capabilities: number;
  /** Requests that may be outstanding; 0 is no limit. */
  readonly depth: number;
  /** How many stores the server reads from. */
  readonly paths: number;
}

/** Receives what the parser finds, in the order of the bytes. */
export interface AnswerSink {
  /** What the request with that id, or in version 1 the oldest without an answer, waits for; null for no such request. */
  expects(id: number): Expected | null;
  onHelloAck(ack: HelloAck): void;
  /** A head; its content follows, if it has any. */
  onAnswer(head: AnswerHead): void;
  /** Bytes of the content: a range of the chunk that was pushed, not the receiver's to keep. */
  onContent(source: Buffer, start: number, end: number): void;
  /** The answer is complete. */
  onEnd(): void;
  /** The server closes: it takes no more requests. */
  onClose(reason: number): void;
  /** The server has finished after CLOSE, and gave up that many requests. */
  onCloseAck(outstanding: number): void;
  /** The bytes are not of this protocol. Nothing is parsed after it. */
  onBroken(why: string): void;
}
