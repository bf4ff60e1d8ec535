/** A request whose answer could not be sent at once, with what is known of the answer. */
import type { Metadata } from '../protocol/metadata.ts';
import type { Request } from '../protocol/request.ts';
import type { ModeName } from '../protocol/wire.ts';
import type { FreshObject } from '../store/object-reader.ts';
import type { OpenedObject } from '../store/opened-object.ts';
import type { Ordered } from './answer-order.ts';
import type { Refusal } from './store-answers.ts';

export class Exchange implements Ordered {
  readonly id: number;
  readonly ordered: boolean;
  readonly priority: boolean;
  /** Null for what was no request at all. */
  readonly mode: ModeName | null;
  readonly uri: string;
  /** When its bytes came, by `performance.now()`. */
  readonly startMs: number;
  isReady = false;
  /** FDPASS of an object that was made for it: whoever asked may write into it. */
  writable = false;
  /** Why it is not carried out. */
  refusal: Refusal | null = null;
  /** Taken from the reader; given back when the answer has gone. */
  object: OpenedObject | null = null;
  /** Opened by another thread for this request alone; closed when the answer has gone. */
  fresh: FreshObject | null = null;
  /** The whole content of the answer, where it is in memory. */
  content: Buffer | null = null;
  /** Of an answer that is not about an object that was taken. */
  metadata: Metadata = {};

  constructor(
    { id, ordered, priority, uri }: Pick<Request, 'id' | 'ordered' | 'priority' | 'uri'>,
    mode: ModeName | null,
    startMs: number,
  ) {
    this.id = id;
    this.ordered = ordered;
    this.priority = priority;
    this.mode = mode;
    this.uri = uri;
    this.startMs = startMs;
  }
}
